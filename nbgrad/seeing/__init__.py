"""Seeing inside a computation: its passes played, the chain rule path by path, and where a NaN came from."""

from .animation import animate
from .nan import Finding, find_nan
from .paths import Explanation, Path, explain

__all__ = ["Explanation", "Finding", "Path", "animate", "explain", "find_nan"]
