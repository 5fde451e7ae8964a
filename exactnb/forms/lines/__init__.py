"""The lines of a form: rows of text over the model, a grid, a box to paste in, totals."""

from exactnb.forms.lines.lines import Lines

__all__ = ["Lines"]
