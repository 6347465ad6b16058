"""A model of two features as a surface that can be turned in the page, with the data around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import ref

import anywidget
import traitlets as t

from nbgrad.display import messages
from nbgrad.plots import FeaturesError, Predict, checked_points, evaluate_grid
from nbgrad.widgets.esm import bundle, stylesheet
from nbgrad.widgets.following import follow, unfollow
from nbgrad.widgets.still import WithStill
from nbgrad.widgets.surface_scene import (
    AZIMUTH,
    ELEVATION,
    Labels,
    height_range,
    in_words,
    numbers,
    still,
    viridis,
)

__all__ = ["Surface"]

POINTS = 2000  # drawn at most; more would hide each other


class Surface(WithStill, anywidget.AnyWidget):
    """The predictions over two features as a surface, with the data points, to be turned and zoomed.

    Dragging turns it, the wheel, a pinch, + and - zoom, the arrow keys turn it as well, Home and a double click bring
    the first view back. All of that happens in the page, without the kernel.

    Args:
        predict: from an array (m, 2), in the units of X, to (m,) or (m, 1) numbers: an array or a tensor.
        X, y: the data, shapes (rows, 2) and (rows,) or (rows, 1).
        feature_names: the names of the two features.
        units: their units.
        target_name, target_unit: of what is predicted.
        resolution: points along each feature at which the model is evaluated.
        trainer: a Trainer to follow: the surface moves while it trains, until it is closed or its cell is run again.

    Raises:
        FeaturesError: X, y or the names do not fit.
        PredictionError: ``predict`` did not return one number for each row.

    >>> import numpy as np
    >>> X = np.array([[0.0, 0.0], [1.0, 2.0]])
    >>> Surface(lambda P: P.sum(axis=1), X, [0.0, 3.0], feature_names=["a", "b"], target_name="sum")
    Surface(sum over a and b)
    """

    _esm = bundle("surface")
    _css = stylesheet("theme", "surface")

    scene = t.Dict().tag(sync=True)
    heights = t.Dict().tag(sync=True)
    words = t.Dict(read_only=True).tag(sync=True)
    _trainer: ref[Any] | None = None

    def __init__(
        self,
        predict: Predict,
        X: Any,
        y: Any,
        *,
        feature_names: Sequence[str],
        units: Sequence[str] | None = None,
        target_name: str = "",
        target_unit: str = "",
        resolution: int = 24,
        trainer: Any = None,
    ) -> None:
        self._predict = predict
        self._points, self._targets = checked_points(X, y)
        self._labels = Labels(_pair(feature_names, "feature_names"), _pair(units, "units"), target_name, target_unit)
        self._resolution = resolution
        self._grid = evaluate_grid(predict, self._points, resolution)
        self.set_trait("words", {**messages.interface("surface_"), "language": messages.language()})
        super().__init__(scene=self._scene(), heights=self._heights())
        if trainer is not None:
            self._trainer = ref(trainer)
            follow(trainer, self.update)

    def update(self, trainer: Any = None) -> None:
        """Evaluate the model again and show the result; also fits ``trainer.on_epoch(surface.update)``."""
        self._grid = evaluate_grid(self._predict, self._points, self._resolution)
        self.heights = self._heights()

    def close(self) -> None:
        """Take it off the page, and follow the trainer no longer."""
        trainer = self._trainer() if self._trainer else None
        if trainer is not None:
            unfollow(trainer, self.update)
        super().close()

    def _scene(self) -> dict[str, Any]:
        every = -(-len(self._points) // POINTS)
        labels = self._labels
        return {
            "x": numbers(self._grid.x, 8),
            "y": numbers(self._grid.y, 8),
            "points": [
                [*numbers(point), *numbers(target)]
                for point, target in zip(self._points[::every], self._targets[::every, None], strict=True)
            ],
            "names": [*labels.names, labels.target or messages.say("surface_prediction")],
            "units": [*labels.units, labels.target_unit],
            "colours": viridis(),
            "view": {"azimuth": AZIMUTH, "elevation": ELEVATION},
        }

    def _heights(self) -> dict[str, Any]:
        low, high = height_range(self._grid, self._targets)
        return {"z": numbers(self._grid.z), "low": low, "high": high}

    def __repr__(self) -> str:
        return f"Surface({self._labels.target or 'prediction'} over {' and '.join(self._labels.names)})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget's view, with a still picture and the text as its fall-back, both of the model as it is now."""
        self.update()
        bundled = super()._repr_mimebundle_(**kwargs)
        if bundled is None:
            return None
        data, metadata = bundled
        data = {key: value for key, value in data.items() if key != "text/html"}
        facts = (self._grid, self._points, self._targets, self._labels)
        return {**data, "image/svg+xml": still(*facts), "text/plain": in_words(*facts)}, metadata


def _pair(words: Sequence[str] | None, what: str) -> tuple[str, str]:
    if words is None:
        return "", ""
    pair = [words] if isinstance(words, str) else list(words)
    if len(pair) != 2 or not all(isinstance(word, str) for word in pair):
        raise FeaturesError(f"{what} is {words!r}; a surface has two features, so pass two texts.")
    return pair[0], pair[1]
