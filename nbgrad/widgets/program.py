"""A program in the page: its source beside its graph, each lighting what belongs to it in the other.

Everything goes to the page once, as the `payload`; from then on the page needs no kernel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets as t

from nbgrad.widgets.esm import bundle, stylesheet
from nbgrad.widgets.still import WithStill

__all__ = ["ProgramWidget"]

VIEWS = ("readable", "fast", "passes")


class ProgramWidget(WithStill, anywidget.AnyWidget):
    """Show the source of a program beside its graph.

    Parameters
    ----------
    payload
        What `nbgrad.notebook` makes of a program, plain JSON: ``title``, ``svg`` (the graph), ``readable`` and ``fast``
        (lines of source in coloured pieces, with the nodes that they belong to), ``left_out`` (how many lines are
        not shown), ``names`` of the nodes, ``nodes`` (what is said of each beside the readable source) and ``passes``.
    svg
        A still picture, for places where no widget runs.
    text
        The source, for screen readers and untrusted notebooks.

    Attributes
    ----------
    payload : dict
        As given. It is sent to the page once and cannot be exchanged.
    view : str
        What stands on the left: ``"readable"``, ``"fast"`` or ``"passes"``.
    line : int
        The line of the readable source that was chosen, counted from 1; 0 for none.

    Raises
    ------
    traitlets.TraitError
        When `line` is set to one that the source does not have, or `view` to something else.

    Examples
    --------
    >>> line = {"tokens": [["y = x", "plain"]], "section": "", "nodes": [0], "said": "Line 1 computes y."}
    >>> widget = ProgramWidget(
    ...     {"title": "f", "svg": "<svg/>", "readable": [line], "fast": [line], "names": ["y"],
    ...      "nodes": ["y: line 1."], "passes": [], "left_out": {"readable": 0, "fast": 0}}, svg="<svg/>", text="y = x")
    >>> widget
    ProgramWidget('f', 1 line)
    """

    _esm = bundle("program")
    _css = stylesheet("theme", "drawing", "program")

    payload = t.Dict(read_only=True).tag(sync=True)
    view = t.Enum(VIEWS, default_value="readable").tag(sync=True)
    line = t.Int(0).tag(sync=True)

    def __init__(self, payload: Mapping[str, Any], *, svg: str, text: str) -> None:
        self._still, self._text = svg, text
        # Written here and nowhere else; it must be there before the state is first sent.
        self.set_trait("payload", dict(payload))
        super().__init__()

    @t.validate("line")
    def _check_line(self, proposal: Any) -> int:
        line: int = proposal["value"]
        last = len(self.payload["readable"])
        if 0 <= line <= last:
            return line
        raise t.TraitError(f"There is no line {line}: this source has the lines 1 to {last}; 0 chooses none.")

    def __repr__(self) -> str:
        lines = len(self.payload["readable"])
        return f"ProgramWidget({self.payload['title']!r}, {lines} {'line' if lines == 1 else 'lines'})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget's view, with the still picture and the source as its fall-back."""
        bundled = super()._repr_mimebundle_(**kwargs)
        if bundled is None:
            return None
        data, metadata = bundled
        data = {key: value for key, value in data.items() if key != "text/html"}
        return {**data, "image/svg+xml": self._still, "text/plain": self._text}, metadata
