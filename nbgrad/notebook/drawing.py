"""What a cell shows of a result: a still picture, and the same in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core.tensor import Tensor
from ..graph.nodes import Node
from ..graph.order import ancestors
from ..program import Program
from .border import to_networkx
from .pictures import all_ancestors
from .torch_graph import TorchGraph, check_no_network, is_torch


def mimebundle(root: Tensor | Node) -> dict[str, str]:
    """What a notebook shows of a tensor or node: the picture, and the same as a readable table."""
    return draw(root)._repr_mimebundle_()


class Drawing:
    """A still picture of a graph; the last expression of a cell shows it.

    Attributes:
        graph: the networkx graph that is drawn.
    """

    def __init__(self, graph: Any, direction: str = "LR"):
        self.graph = graph
        self.direction = direction

    @property
    def svg(self) -> str:
        """The picture as SVG text."""
        from ..display import to_svg

        return to_svg(self.graph, direction=self.direction)

    @property
    def text(self) -> str:
        """The picture in words and numbers: a table with a row for each node."""
        from ..display import to_text

        return to_text(self.graph)

    def to_dot(self) -> str:
        """The graph as Graphviz text."""
        from ..display.export import to_dot

        return to_dot(self.graph, self.direction)

    def to_mermaid(self) -> str:
        """The graph as a Mermaid flowchart."""
        from ..display.export import to_mermaid

        return to_mermaid(self.graph, self.direction)

    def save(self, path: str | Path, *, dpi: float | None = None) -> Path:
        """Write the picture to a file and give its path; the name's ending says as what.

        ``.svg``, ``.png``, ``.pdf`` and ``.html`` are the picture, ``.dot`` (or ``.gv``, Graphviz) and ``.mmd`` (or
        ``.mermaid``) are the graph in words that other tools draw. An existing file is replaced.

        Args:
            dpi: dots per inch of a PNG, by default 192; at 96, a dot is as large as a px of the picture.

        Raises:
            FormatError: another ending. The errors are in ``nbgrad.display.export``.
            FolderError: the file's folder does not exist.
            OptionError: ``dpi`` for something else than a PNG.
            TooManyPixelsError: ``dpi`` asks for more than some 40 million dots.

        >>> import tempfile
        >>> import nbgrad as ng
        >>> x = ng.tensor(3.0, requires_grad=True, name="x")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     ng.draw(x * x).save(f"{folder}/square.png").read_bytes()[1:4]
        b'PNG'
        """
        from ..display.export import save_drawing

        return save_drawing(path, self.svg, self.graph, self.text, self.direction, dpi=dpi)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


class TooLarge(Drawing):
    """What stands for the picture of a graph that is too large to be drawn: it says so at once."""

    def __init__(self, nodes: int):
        super().__init__(None)
        self.nodes = nodes

    @property
    def svg(self) -> str:
        """The message as SVG text."""
        from ..display import too_many

        return too_many(self.nodes)

    @property
    def text(self) -> str:
        """The message."""
        from ..display import too_many_text

        return " ".join(too_many_text(self.nodes))


def too_large(root: Any) -> TooLarge | None:
    """The message that the graph of ``root`` is too large to be drawn, if it is."""
    from ..display import TOO_MANY

    nodes = len(all_ancestors(root) if isinstance(root, Tensor) else ancestors([root]))
    return TooLarge(nodes) if nodes > TOO_MANY else None


def draw(root: Any, *, direction: str = "LR", params: Any = None) -> Drawing:
    """Draw the graph of a tensor, of a node of the graph face, of a program, or any networkx graph.

    Results of PyTorch's are drawn, too: a tensor, or several in a tuple, a list or a dictionary.

    Args:
        direction: ``"LR"``, from left to right, or ``"TB"``, from top to bottom.
        params: names for the parameters of a PyTorch result: the network, or ``dict(network.named_parameters())``. By
            default they are called as the notebook's variables and the networks among them say.

    Raises:
        NoHistoryError: a PyTorch result that does not know how it was computed.
        NotAGraphError: a PyTorch network: its graph is that of a result.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True, name="x")
    >>> "<svg" in ng.draw(x * x).svg
    True
    """
    if isinstance(root, Program):
        return Drawing(to_networkx(root), direction)
    if is_torch(root):
        return _of_torch(TorchGraph(root, params), direction)
    if not isinstance(root, Tensor | Node):
        check_no_network(root)
        return Drawing(root, direction)
    return too_large(root) or Drawing(to_networkx(root), direction)


def _of_torch(graph: TorchGraph, direction: str) -> Drawing:
    from ..display import TOO_MANY

    return TooLarge(len(graph)) if len(graph) > TOO_MANY else Drawing(graph.network(), direction)
