"""What an action takes: Membrane's DataSchema, and whether a value fits it."""

from exactnb.schema.check import conform

__all__ = ["conform"]
