"""The version of exactnb, once."""

__version__ = "0.1.0"
