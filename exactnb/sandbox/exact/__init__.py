"""Exact Online's REST API, as far as its documentation and recorded answers tell."""

from exactnb.sandbox.exact.app import ExactOnline
from exactnb.sandbox.exact.limits import Limits

__all__ = ["ExactOnline", "Limits"]
