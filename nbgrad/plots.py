"""Plots the plain Matplotlib way, and the evaluation of a model of two features on a grid.

Matplotlib is imported when something is plotted, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbgrad.core.errors import NbgradError

__all__ = ["FeaturesError", "Grid", "PredictionError", "evaluate_grid", "plot_loss", "plot_trisurf"]

Predict = Callable[[np.ndarray], Any]


class FeaturesError(NbgradError, ValueError):
    """A surface stands over exactly two features: X has shape (rows, 2), y as many rows, all numbers finite."""


class PredictionError(NbgradError, ValueError):
    """``predict`` did not return one number for each row it was given."""


@dataclass(frozen=True)
class Grid:
    """A model's predictions over two features: ``z[i, j]`` belongs to ``x[i]`` and ``y[j]``."""

    x: np.ndarray  # (resolution,)
    y: np.ndarray  # (resolution,)
    z: np.ndarray  # (resolution, resolution); NaN where the model gives no finite number


def checked_points(X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """X as floats of shape (rows, 2) and y as floats of shape (rows,).

    Raises:
        FeaturesError: other shapes, no rows, or a NaN or infinity.
    """
    points, targets = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    targets = targets.reshape(-1) if targets.shape == (len(targets), 1) else targets
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise FeaturesError(
            f"X has shape {points.shape}; a surface needs two features and at least one row: (rows, 2)."
        )
    if targets.shape != (len(points),):
        raise FeaturesError(f"y has shape {targets.shape}, but X has {len(points)} rows; y needs one number for each.")
    if not (np.isfinite(points).all() and np.isfinite(targets).all()):
        raise FeaturesError("X or y holds a NaN or an infinity, which has no place on an axis; leave such rows out.")
    return points, targets


def evaluate_grid(predict: Predict, X: np.ndarray, resolution: int = 24) -> Grid:
    """Evaluate ``predict`` on ``resolution`` x ``resolution`` points that span the two features of X.

    ``predict`` is called once, with an array of shape (resolution**2, 2), and returns (resolution**2,) or
    (resolution**2, 1) numbers, as an array or a tensor.

    Raises:
        FeaturesError: ``resolution`` is below 2.
        PredictionError: ``predict`` returned another shape.

    >>> grid = evaluate_grid(lambda P: P[:, 0] + P[:, 1], np.array([[0.0, 0.0], [1.0, 2.0]]), resolution=3)
    >>> grid.z[2, 1]
    np.float64(2.0)
    """
    if resolution < 2:
        raise FeaturesError(f"resolution is {resolution}; a surface needs at least 2 points along each feature.")
    x, y = (np.linspace(*_span(X[:, column]), resolution) for column in (0, 1))
    points = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    result = predict(points)
    values = np.asarray(getattr(result, "data", result) if not isinstance(result, np.ndarray) else result)
    if values.shape not in ((len(points),), (len(points), 1)):
        raise PredictionError(
            f"predict was given {len(points)} rows (shape {points.shape}) and returned shape {values.shape}; it has to "
            f"return one number for each row, ({len(points)},) or ({len(points)}, 1)."
        )
    z = values.reshape(resolution, resolution).astype(float)
    return Grid(x, y, np.where(np.isfinite(z), z, np.nan))


def plot_trisurf(
    predict: Predict,
    X: Any,
    y: Any,
    *,
    feature_names: Sequence[str] = ("", ""),
    target_name: str = "",
    resolution: int = 24,
    ax: Any = None,
) -> Any:
    """Draw the predictions over two features with Matplotlib's ``plot_trisurf``, and the data as points.

    Args:
        predict: from an array (m, 2) to (m,) or (m, 1) numbers.
        X, y: the data, shapes (rows, 2) and (rows,).
        feature_names, target_name: labels of the axes, with their units.
        resolution: points along each feature.
        ax: 3-D axes to draw on; new ones by default.

    Returns the axes.

    Raises FeaturesError and PredictionError.

    >>> import matplotlib; matplotlib.use("agg")
    >>> X = np.array([[0.0, 0.0], [1.0, 2.0]])
    >>> plot_trisurf(lambda P: P.sum(axis=1), X, [0.0, 3.0], feature_names=["a", "b"]).get_xlabel()
    'a'
    """
    import matplotlib.pyplot as plt

    points, targets = checked_points(X, y)
    grid = evaluate_grid(predict, points, resolution)
    if ax is None:
        ax = plt.figure().add_subplot(projection="3d")
    across, along = np.meshgrid(grid.x, grid.y, indexing="ij")
    known = np.isfinite(grid.z)
    if np.count_nonzero(known) >= 3:
        ax.plot_trisurf(across[known], along[known], grid.z[known], cmap="viridis", alpha=0.85, linewidth=0.1)
    ax.scatter(points[:, 0], points[:, 1], targets, s=6, color="#1b2430", depthshade=False)
    ax.set_xlabel(feature_names[0])
    ax.set_ylabel(feature_names[1])
    ax.set_zlabel(target_name)
    return ax


def plot_loss(history: Any, ax: Any = None) -> Any:
    """Draw a history (``trainer.history``) with Matplotlib: training solid, validation dashed, logarithmic axis.

    Returns the axes.

    >>> import matplotlib; matplotlib.use("agg")
    >>> from nbgrad.training import History
    >>> plot_loss(History([4.0, 2.0, 1.0])).get_xlabel()
    'epoch'
    """
    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.figure().add_subplot()
    epochs = range(1, len(history) + 1)
    ax.plot(epochs, history.train, color="#0072B2", label="training")
    if history.validation:
        ax.plot(epochs, history.validation, color="#D55E00", linestyle="--", label="validation")
    if min([*history.train, *history.validation], default=1.0) > 0:
        ax.set_yscale("log")
    ax.set_xlabel("epoch")
    ax.set_ylabel("mean loss")
    ax.legend()
    return ax


def _span(values: np.ndarray) -> tuple[float, float]:
    """Least and largest; pulled apart where they are the same, so that there is a width to draw."""
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)
