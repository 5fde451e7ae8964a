"""The fields of a form as widgets, each of them one model."""

from exactnb.forms.fields.fields import Fields

__all__ = ["Fields"]
