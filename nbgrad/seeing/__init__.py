"""Seeing inside a computation: the chain rule path by path, and where a NaN came from."""

from .nan import Finding, find_nan
from .paths import Explanation, Path, explain

__all__ = ["Explanation", "Finding", "Path", "explain", "find_nan"]
