"""A form without its widgets: what is filled in, what is wrong with it, what would be sent."""

from exactnb.forms.model.model import Change, FormModel, Status

__all__ = ["Change", "FormModel", "Status"]
