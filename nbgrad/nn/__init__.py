"""Building blocks of networks."""

from . import functional

__all__ = ["functional"]
