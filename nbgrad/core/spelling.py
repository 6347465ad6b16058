"""Values as Python source, for the spelling of a call with its keyword arguments."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_source(value: Any) -> str:
    """A keyword argument as Python source, where its ``repr`` is none: ``np.inf``, ``np.array([0, 2])``, ``float``."""
    if isinstance(value, tuple | list):
        parts = ", ".join(map(as_source, value))
        return f"[{parts}]" if isinstance(value, list) else f"({parts},)" if len(value) == 1 else f"({parts})"
    if isinstance(value, np.ndarray):
        return f"np.array({as_source(value.tolist())})"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return f"{'-' if value < 0 else ''}np.{'nan' if np.isnan(value) else 'inf'}"
    if isinstance(value, type):
        return f"np.{value.__name__}" if issubclass(value, np.generic) else value.__name__
    return f"np.{value.name}" if isinstance(value, np.dtype) else repr(value)
