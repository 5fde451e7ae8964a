"""Whether a value fits a schema, and everything in which it does not, whichever library says so."""

from exactnb.schema.engine.failure import Failure, Path, nearest
from exactnb.schema.engine.find import failures, fits

__all__ = ["Failure", "Path", "failures", "fits", "nearest"]
