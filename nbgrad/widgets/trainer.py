"""The training controls: a view of one Trainer in the page.

Everything that is decided, is decided by the trainer; the page shows its state and sends what was asked for. The
state goes out at most ten times a second, small enough to be sent whole each time, so a page that is opened again
shows the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import anywidget
import traitlets as t

from nbgrad.core.errors import NbgradError
from nbgrad.display import measure, messages
from nbgrad.training import Trainer
from nbgrad.training.report import describe, one_line, set_up
from nbgrad.widgets.esm import bundle, stylesheet
from nbgrad.widgets.loss_picture import loss_svg
from nbgrad.widgets.still import WithStill

__all__ = ["TrainerWidget", "widget_of"]

POINTS = 400  # of a curve, at most; a screen shows no more


class TrainerWidget(WithStill, anywidget.AnyWidget):
    """Play, pause, step, reset and rewind a ``Trainer``, and see its loss fall.

    Made by displaying the trainer; there is one for each, shown as often as wanted.

    Attributes:
        state: all that the page shows, as plain JSON. Only ever written here.
        words: what the page says, in the language that was spoken when the widget was made.
    """

    _esm = bundle("trainer")
    _css = stylesheet("theme", "trainer")

    state = t.Dict().tag(sync=True)
    words = t.Dict(read_only=True).tag(sync=True)

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._answered = 0
        self._problem = ""
        self.set_trait("words", {**messages.interface("trainer_"), "language": messages.language()})
        super().__init__(state=self._current())
        trainer.on_beat(self._refresh)
        trainer.on_change(self._refresh)
        self.on_msg(self._receive)

    def _refresh(self, trainer: Trainer) -> None:
        self.state = self._current()

    def _current(self) -> dict[str, Any]:
        trainer = self._trainer
        return {
            "name": trainer.name or messages.say("trainer_name"),
            "setup": set_up(trainer, messages.interface("training_")),
            "note": trainer.note,
            "phase": trainer.phase,
            "epoch": trainer.epoch,
            "epochs": trainer.epochs,
            "span": trainer.span,
            "step": trainer.step_in_epoch,
            "stepsPerEpoch": trainer.steps_per_epoch,
            "learningRate": trainer.learning_rate,
            "pace": _plain(trainer.steps_per_second),
            "left": _plain(trainer.seconds_left),
            "lastLoss": _plain(trainer.last_loss),
            "rewindable": trainer.rewindable,
            "error": self._error(),
            "problem": self._problem,
            "answered": self._answered,
            "curve": curve(trainer.record.train, trainer.record.validation, trainer.epoch),
            "recorded": len(trainer.record),
        }

    def _error(self) -> dict[str, Any] | None:
        error = self._trainer.error
        if error is None:
            return None
        where = messages.say("trainer_where", epoch=error.epoch, step=error.step)
        frames = error.traceback if error.traceback.startswith("Traceback") else ""  # else it repeats the message
        return {"kind": error.kind, "where": where, "message": error.message, "traceback": frames}

    def _receive(self, widget: Any, content: Any, buffers: Any) -> None:
        """Do what the page asks for; what cannot be done is told there."""
        if not isinstance(content, dict):
            return
        self._problem = ""
        try:
            self._actions()[content["type"]](content.get("value"))
        except NbgradError as error:
            self._problem = "" if self._trainer.error else str(error)
        except Exception as error:
            # A failed step is in the trainer's own error by now, with its traceback; nothing else is to be hidden.
            if self._trainer.error is None:
                self._problem = f"{type(error).__name__}: {error}"
        self._answered = max(self._answered, int(content.get("id", 0)))
        self._refresh(self._trainer)

    def _actions(self) -> dict[str, Callable[[Any], Any]]:
        trainer = self._trainer
        return {
            "play": lambda _: trainer.play(),
            "pause": lambda _: trainer.pause(),
            "step": lambda _: trainer.step(),
            "reset": lambda _: trainer.reset(),
            "rewind": trainer.rewind,
            "learning_rate": lambda rate: setattr(trainer, "learning_rate", rate),
            "epochs": lambda epochs: setattr(trainer, "epochs", epochs),
        }

    def __repr__(self) -> str:
        return one_line(self._trainer)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget's view, with a picture of the loss and the text as its fall-back."""
        bundled = super()._repr_mimebundle_(**kwargs)
        if bundled is None:
            return None
        trainer = self._trainer
        picture = loss_svg(trainer.history, trainer.epochs, trainer.name or messages.say("trainer_name"))
        text = describe(trainer, messages.interface("training_"), measure.columns)
        data, metadata = bundled
        data = {key: value for key, value in data.items() if key != "text/html"}
        return {**data, "image/svg+xml": picture, "text/plain": text}, metadata


def widget_of(trainer: Trainer) -> TrainerWidget:
    """The widget of ``trainer``, made when it is first displayed."""
    if trainer._widget is None:
        trainer._widget = TrainerWidget(trainer)
    widget: TrainerWidget = trainer._widget
    return widget


def curve(train: Sequence[float], validation: Sequence[float], present: int = 0) -> dict[str, list[Any]]:
    """Epochs and losses, thinned to what a screen shows; the last epoch and the ``present`` one are always there.

    >>> curve([3.0, 2.0], [])
    {'epochs': [1, 2], 'train': [3.0, 2.0], 'validation': []}
    """
    stride = -(-len(train) // POINTS) or 1
    epochs = list(range(1, len(train) + 1, stride))
    epochs += [epoch for epoch in (present, len(train)) if 1 <= epoch <= len(train)]
    epochs = sorted(set(epochs))
    return {
        "epochs": epochs,
        "train": [_plain(train[epoch - 1]) for epoch in epochs],
        "validation": [_plain(validation[epoch - 1]) for epoch in epochs] if validation else [],
    }


def _plain(number: float | None) -> float | None:
    """A number with the digits that are shown; None where there is none or JSON has no word for it."""
    return float(f"{number:.6g}") if number is not None and isfinite(number) else None
