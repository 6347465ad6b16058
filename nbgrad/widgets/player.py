"""The player: a widget on which the backward pass of one graph can be played, a step at a time.

The whole trace goes to the page as the `payload`. From then on the page needs no kernel: the frame that is shown is
the page's own state, and the kernel is told of it where there is one to tell. The page may ask for something that has
to be computed, such as the same graph with another number in a leaf; the answer is a new payload.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import anywidget
import networkx as nx
import traitlets as t

from nbgrad.core.errors import NbgradError
from nbgrad.display import Film
from nbgrad.display.errors import DisplayError
from nbgrad.display.messages import language, say, speaking
from nbgrad.widgets.esm import bundle, stylesheet
from nbgrad.widgets.places import Reached, frame_reached, reached_at
from nbgrad.widgets.still import WithStill

__all__ = ["Player"]

SLOWEST, FASTEST = 0.25, 4.0
MOST_KEPT = 8  # players that can be asked and saved: each holds a graph with all its numbers
NEEDED = ("title", "svg", "frames", "text")  # of a payload


class Player(WithStill, anywidget.AnyWidget):
    """Show a graph on which its backward pass can be played, stepped and scrubbed.

    Parameters
    ----------
    payload
        What `nbgrad.display` makes of a graph and the steps of its backward pass: ``title`` (str),
        ``svg`` (the drawing before the pass), ``frames`` (one per step) and ``text`` (the readable
        version). All of it plain JSON.
    svg
        A picture that plays by itself, for places where no widget runs; by default the drawing in the
        payload.
    text
        The readable version for screen readers and untrusted notebooks; by default the payload's.
    film
        The backward pass as pictures, for `save`.
    answer
        Called with what the page asks for, a dict with a ``kind`` such as ``"edit"``; gives the new payload, or raises
        an exception whose text is shown to the learner. Without it, the page is told that nothing can be changed.

    A widget lives as long as its kernel, but ``answer`` and ``film`` hold a whole graph with its numbers. So only the
    eight players that were made or asked last keep theirs. The others can still be played, but neither edited nor
    saved.

    Attributes
    ----------
    payload : dict
        As given. Where another one is set, the page shows that; `frame` becomes that at which as much has happened.
    frame : int
        The step that is shown, 0 for the first.
    reached : dict
        How far the pass had come where the reader went last: the ``phase`` and in it the ``moment``, None at its end.
        It stays when groups are opened or closed, and leads to the new `frame`.
    playing : bool
        Whether the pass is running.
    speed : float
        How fast, 0.25 to 4; at 1, a step stays for 600 ms.
    loop : bool
        Whether it starts again after the last step.

    Raises
    ------
    traitlets.TraitError
        When `frame` is set to a step that the pass does not have, or `speed` outside its range.

    Examples
    --------
    >>> frame = {"caption": "", "active": None, "edge": None, "label": "", "label_at": [0, 0], "target": 0,
    ...          "gradient": "", "equation": [], "sentence": "It begins with 1."}
    >>> player = Player({"title": "loss", "svg": "<svg/>", "frames": [frame], "text": "loss = 0.022"})
    >>> player
    Player('loss', 1 step)
    >>> print(player._repr_mimebundle_()[0]["text/plain"])
    loss = 0.022
    """

    _esm = bundle("player")
    _css = stylesheet("theme", "drawing", "mathematics", "stage", "notes", "player", "panels", "panel_kinds")

    payload = t.Dict().tag(sync=True)
    frame = t.Int(0).tag(sync=True)
    reached = t.Dict().tag(sync=True)
    playing = t.Bool(False).tag(sync=True)
    speed = t.Float(1.0, min=SLOWEST, max=FASTEST).tag(sync=True)
    loop = t.Bool(False).tag(sync=True)

    def __init__(
        self,
        payload: Mapping[str, Any],
        *,
        svg: str | None = None,
        text: str | None = None,
        film: Film | None = None,
        answer: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
    ) -> None:
        plain = dict(payload)
        self._still, self._text, self._film, self._answer = svg, text, film, answer
        super().__init__(payload=plain, frame=plain.get("start", 0))
        self.on_msg(self._asked)
        self._let_go = False
        if answer is not None or film is not None:
            self._is_used()

    def _is_used(self) -> None:
        """Count this player as the latest; the oldest of too many lets go of its graph."""
        if self in _latest:
            _latest.remove(self)
        _latest.append(self)
        while len(_latest) > MOST_KEPT:
            _latest[0]._release()

    def _release(self) -> None:
        """Hold the graph no longer. What the page has got, it can still play."""
        if self in _latest:
            _latest.remove(self)
            self._answer = self._film = None
            self._let_go = True

    def close(self) -> None:
        """Take the player off the page, and let go of its graph."""
        self._release()
        super().close()

    @property
    def _count(self) -> int:
        return len(self.payload["frames"])

    @t.validate("payload")
    def _check_payload(self, proposal: Any) -> dict[str, Any]:
        payload: dict[str, Any] = proposal["value"]
        missing = [key for key in NEEDED if key not in payload]
        if missing:
            raise t.TraitError(f"A payload needs {', '.join(NEEDED)}; here {', '.join(missing)} is missing.")
        return payload

    @t.observe("payload")
    def _keep_frame(self, change: Any) -> None:
        self.frame = self._frame_reached()

    @t.observe("frame")
    def _keep_reached(self, change: Any) -> None:
        if self.frame != self._frame_reached():  # otherwise another payload has led here, and the reader did not go
            self.reached = reached_at(self.payload, self.frame)._asdict()

    def _frame_reached(self) -> int:
        frame = frame_reached(self.payload, Reached(**self.reached), self.frame)
        return min(frame, max(self._count - 1, 0))

    @t.default("reached")
    def _reached_at_first(self) -> dict[str, Any]:
        return reached_at(self.payload, self.frame)._asdict()

    @t.validate("frame")
    def _check_frame(self, proposal: Any) -> int:
        frame: int = proposal["value"]
        if 0 <= frame < max(self._count, 1):
            return frame
        raise t.TraitError(
            f"There is no frame {frame}: this backward pass has {_steps(self._count)}, "
            f"which are the frames 0 to {max(self._count, 1) - 1}."
        )

    def _speaking(self) -> AbstractContextManager[None]:
        """The language that the player was made in: another one holds from the next player on."""
        return speaking(self.payload.get("language") or language())

    def _asked(self, _: Any, message: Any, buffers: Any) -> None:
        """Answer the page: a new payload and "done", or "error" with a text that can be shown."""
        with self._speaking():
            self._answer_page(message if isinstance(message, Mapping) else {})

    def _answer_page(self, asked: Mapping[str, Any]) -> None:
        id_ = asked.get("id")
        if self._answer is None:
            text = say("edit_let_go", count=MOST_KEPT) if self._let_go else say("edit_unknown")
            self.send({"kind": "error", "id": id_, "text": text})
            return
        self._is_used()
        try:
            payload = dict(self._answer(asked))
        except (NbgradError, DisplayError) as error:  # made to be read by learners
            self.send({"kind": "error", "id": id_, "text": str(error)})
            return
        except Exception as error:  # whatever else goes wrong, the page is waiting to be told
            why = str(error) or type(error).__name__
            self.send({"kind": "error", "id": id_, "text": say("edit_failed", why=why)})
            return
        self.payload = payload
        self.send({"kind": "done", "id": id_})

    def save(
        self,
        path: str | Path,
        *,
        seconds: float | None = None,
        step: int | None = None,
        dpi: float | None = None,
        direction: str | None = None,
        theme: str | None = None,
    ) -> Path:
        """Write the backward pass to a file and give its path; the name's ending says as what.

        ``.gif`` and ``.mp4`` (for which the program ffmpeg is needed) are films, ``.html`` is a page that plays by
        itself and can be paused and stepped, with no script. ``.svg`` plays by itself, too. ``.png``, ``.pdf`` and,
        where ``step`` is given, ``.svg`` show one step.

        Parameters
        ----------
        path
            The file; an existing one is replaced.
        seconds
            How long a film shows each step, by default 1.2.
        step
            The step that a still picture shows, 1 for the first; by default the last.
        dpi
            Dots per inch of films and of PNG; at 96, a dot is as large as a px of the picture.
        direction
            ``"LR"``, from left to right, or ``"TB"``, from top to bottom; by default as the player was made.
        theme
            ``"light"`` or ``"dark"``; by default as the player was made. A page has the colours of its picture.

        Raises
        ------
        FormatError, FolderError, OptionError, TooManyPixelsError
            As `Drawing.save`. The errors are in `nbgrad.display.export`.
        FilmError
            There are no steps to film, or more than 200; or the graph is let go, since eight other players came after.
        EncoderError
            The program ffmpeg is missing or failed.

        Examples
        --------
        >>> import nbgrad as ng
        >>> x = ng.tensor(3.0, requires_grad=True, name="x")
        >>> ng.animate(x * x).save("pass.jpg")
        Traceback (most recent call last):
            ...
        nbgrad.display.export.errors.FormatError: pass.jpg cannot be written: its ending '.jpg' is not one of ...
        """
        from nbgrad.display.export import FilmError, save_film

        if self._let_go:
            raise FilmError(say("edit_let_go", count=MOST_KEPT))
        film = Film(nx.MultiDiGraph(), []) if self._film is None else self._film
        looks = {"direction": direction, "theme": theme}
        film = film.but(**{option: given for option, given in looks.items() if given is not None})
        with self._speaking():
            return save_film(path, film, self._text or self.payload["text"], seconds=seconds, step=step, dpi=dpi)

    def __repr__(self) -> str:
        return f"Player({self.payload['title']!r}, {_steps(self._count)})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget's view, with the self-playing picture and the readable text as its fall-back."""
        bundled = super()._repr_mimebundle_(**kwargs)
        if bundled is None:
            return None
        data, metadata = bundled
        still = self.payload["svg"] if self._still is None else self._still
        text = self.payload["text"] if self._text is None else self._text
        return {**data, "image/svg+xml": still, "text/plain": text}, metadata


_latest: list[Player] = []  # those that hold a graph, the one that was used last at the end


def _steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"
