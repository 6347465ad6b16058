"""What a cell shows of a result: a still picture, and the same in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.tensor import Tensor
from ..graph.nodes import Node
from ..graph.order import ancestors
from ..program import Program
from .border import network, to_networkx
from .earlier import as_it_was
from .grouping import groups_around, is_grouped
from .identities import Ids, chosen, ids_of
from .pictures import all_ancestors, picture_of, picture_of_several, results_in
from .pytorch import TorchGraph, check_no_network, is_torch
from .scalars import unfolded

if TYPE_CHECKING:
    from ..display import Look
    from ..display.levels import View


def mimebundle(root: Tensor | Node) -> dict[str, str]:
    """What a notebook shows of a tensor or node: the picture, and the same as a readable table."""
    return draw(root)._still()


class Drawing:
    """A still picture of a graph; the last expression of a cell shows it.

    Attributes:
        graph: the networkx graph that is drawn.
        options: how it is drawn, a ``nbgrad.display.Look``.
    """

    def __init__(
        self,
        graph: Any,
        options: Look | None = None,
        ids: Ids | None = None,
        whole: Any = None,
        view: View | None = None,
    ):
        from ..display import Look

        self.graph = graph
        self._whole = graph if whole is None else whole  # with everything that lies in collapsed groups
        self.options = options or Look()
        self._ids = ids or {}
        self._view = view  # which groups are closed, where any are

    def look(self, **options: Any) -> Drawing:
        """The same graph drawn with other options of ``nbgrad.draw``; what is not named stays as it is.

        Raises:
            OptionError: there is no such option, or it has no such value; or it chooses what is drawn (``level``,
                ``depth``, ``compare``, ``params``), for which ``nbgrad.draw`` is called anew.

        >>> import nbgrad as ng
        >>> x = ng.tensor(3.0, requires_grad=True, name="x")
        >>> drawing = ng.draw(x * x, digits=2)
        >>> drawing.look(theme="dark").options.digits
        2
        """
        _check_looks(options)
        if "highlight" in options:
            options["highlight"] = chosen(options["highlight"], self._ids)
        look = self.options.but(**options)
        if self._view is not None:
            look = look.but(highlight=self._view.standing_for(look.highlight))
        return Drawing(self.graph, look, self._ids, self._whole, self._view)._checked()

    def _checked(self) -> Drawing:
        """This drawing, once it is clear that its graph can be drawn and that what it highlights is there."""
        from ..display import normalise
        from ..display.highlight import lit

        lit(normalise(self.graph), self.options)
        return self

    @property
    def svg(self) -> str:
        """The picture as SVG text."""
        from ..display import to_svg

        return to_svg(self.graph, look=self.options)

    @property
    def text(self) -> str:
        """The picture in words and numbers: a table with a row for each node."""
        from ..display import to_text

        return to_text(self.graph, self.options)

    def to_dot(self) -> str:
        """The graph as Graphviz text."""
        from ..display.export import to_dot

        return to_dot(self.graph, look=self.options)

    def to_mermaid(self) -> str:
        """The graph as a Mermaid flowchart."""
        from ..display.export import to_mermaid

        return to_mermaid(self.graph, look=self.options)

    def save(self, path: str | Path, *, dpi: float | None = None) -> Path:
        """Write the picture to a file and give its path; the name's ending says as what.

        ``.svg``, ``.png``, ``.pdf`` and ``.html`` are the picture, ``.dot`` (or ``.gv``, Graphviz) and ``.mmd`` (or
        ``.mermaid``) are the graph in words that other tools draw. An existing file is replaced.

        Args:
            dpi: dots per inch of a PNG, from 10, by default 192, or as many as a very large picture can have; at 96, a
                dot is as large as a px of the picture.

        Raises:
            FormatError: another ending. The errors are in ``nbgrad.display.export``.
            FolderError: the file's folder does not exist.
            OptionError: ``dpi`` for something else than a PNG, or no such number.
            TooManyPixelsError: ``dpi`` asks for more than some 40 million dots, or 65,000 of a side.

        >>> import tempfile
        >>> import nbgrad as ng
        >>> x = ng.tensor(3.0, requires_grad=True, name="x")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     ng.draw(x * x).save(f"{folder}/square.png").read_bytes()[1:4]
        b'PNG'
        """
        from ..display.export import save_drawing

        return save_drawing(path, self.svg, self.graph, self.text, self.options, dpi=dpi)

    def _still(self) -> dict[str, str]:
        """The picture and the text: what every viewer of notebooks can show of it."""
        return {"image/svg+xml": self.svg, "text/plain": self.text}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """The same, and as HTML: JupyterLab shows SVG without tooltips and without a word for screen readers."""
        from ..display.page_image import image_with_table

        shown = self._still()
        return {"text/html": image_with_table(shown["image/svg+xml"], shown["text/plain"]), **shown}

    def __repr__(self) -> str:
        return self.text


WHAT_IS_DRAWN = ("level", "depth", "compare", "params")  # options that choose it; the others say how it looks


def _check_looks(options: dict[str, Any]) -> None:
    """Raise OptionError where an option cannot be changed any more once a graph is drawn."""
    from ..display import OptionError

    for option in options:
        if option in WHAT_IS_DRAWN:
            raise OptionError(
                f"{option}= chooses what is drawn, and this drawing has been drawn already: look() changes only how it "
                f"looks. Call ng.draw(..., {option}=...) anew."
            )


class TooLarge(Drawing):
    """What stands for the picture of a graph that is too large to be drawn: it says so at once."""

    def __init__(self, nodes: int, options: Look | None = None, why: str = ""):
        super().__init__(None, options)
        self.nodes = nodes
        self.why = why

    def look(self, **options: Any) -> TooLarge:
        """The same message with other options."""
        _check_looks(options)
        return TooLarge(self.nodes, self.options.but(**options), self.why)

    def save(self, path: str | Path, *, dpi: float | None = None) -> Path:
        """There is nothing to be saved: raises GraphTooLargeError."""
        raise self._refused()

    def to_dot(self) -> str:
        """There is nothing to be written: raises GraphTooLargeError."""
        raise self._refused()

    to_mermaid = to_dot

    def _refused(self) -> Exception:
        from ..display.export import GraphTooLargeError

        return GraphTooLargeError(self.text)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """A message is a text already, and has nothing to be pointed at."""
        return self._still()

    @property
    def svg(self) -> str:
        """The message as SVG text."""
        from ..display import too_many

        return too_many(self.nodes, self.options, self.why)

    @property
    def text(self) -> str:
        """The message."""
        from ..display import too_many_text

        return " ".join(too_many_text(self.nodes, self.why))


def too_large(
    root: Any, options: Look | None = None, level: str | None = None, depth: int | None = None
) -> TooLarge | None:
    """The message that the graph of ``root`` is too large to be drawn, if that can be told at once: it has no groups to
    be collapsed, or at this ``level`` and ``depth`` none is.
    """
    from ..display import TOO_MANY
    from ..display.levels import MOST_COLLAPSED

    if isinstance(root, TorchGraph):
        fits = len(root) <= (MOST_COLLAPSED if root.is_grouped() else TOO_MANY)
        return None if fits else TooLarge(len(root), options)
    roots = (root,) if isinstance(root, Tensor) else results_in(root)
    if not roots and not isinstance(root, Node):
        return None
    nodes = all_ancestors(*roots) if roots else ancestors([root])
    if len(nodes) <= TOO_MANY:
        return None
    if not is_grouped(nodes):
        return TooLarge(len(nodes), options)
    if len(nodes) > MOST_COLLAPSED:
        return TooLarge(len(nodes), options, "huge")
    around = [groups_around(node) for node in nodes]
    if level != "tensor" if depth is None else any(len(groups) > depth for groups in around):
        return None
    outermost = {groups[0] for groups in around if groups}
    closed = len(outermost) + sum(not groups for groups in around)
    return TooLarge(len(nodes), options, "open" if closed <= TOO_MANY else "groups")


def too_open(view: View, options: Look | None = None) -> TooLarge:
    """The message that too much is to be seen of a graph, and whether it helps to close its groups."""
    from ..display import TOO_MANY, schema
    from ..display.levels import View, closed_at

    if not schema.groups(view.whole):
        return TooLarge(len(view.whole), options)
    outermost = View(view.whole, closed_at(view.whole, depth=0))
    helps = view.closed != outermost.closed and len(outermost.graph) <= TOO_MANY
    return TooLarge(len(view.whole), options, "open" if helps else "groups")


def draw(
    root: Any,
    *,
    direction: str = "LR",
    values: str = "auto",
    digits: int = 3,
    theme: str = "light",
    highlight: Any = (),
    heat: bool = False,
    compare: Any = None,
    level: str | None = None,
    depth: int | None = None,
    params: Any = None,
) -> Drawing:
    """Draw the graph of a tensor, of a node of the graph face, of a program, or any networkx graph.

    Results of PyTorch's are drawn, too. Several tensors in a tuple, a list or a dictionary are drawn together;
    what else it holds is left out.

    Args:
        direction: ``"LR"``, from left to right, or ``"TB"``, from top to bottom.
        values: what the boxes show. ``"auto"``: numbers of scalars, small pictures of arrays; ``"numbers"``: numbers of
            arrays too; ``"forward"``: as ``"auto"``, without gradients; ``"shapes"``: names, shapes and dtypes;
            ``"none"``: names.
        digits: significant digits of the numbers, 1 to 12.
        theme: ``"light"`` or ``"dark"``.
        highlight: a node or a list of nodes: tensors, names, or the graph's ids. They are lit together with all ways
            from one to another, as ``highlight=[x, loss]`` does; the rest is dimmed. The name of a group means what is
            in it, and what lies in a closed group is lit with its box.
            In single numbers an array, or its name, lights all of its elements, and ``"W[0, 1]"`` one of them.
        heat: shows the size of gradients as the ground of names, and what flows back along each edge as its width and
            colour, on a logarithmic scale: vanishing and exploding gradients are seen at a glance. A box that stands
            for several equal ones has a strip for each behind its name.
        compare: an earlier run of the same computation: a tensor, a ``Drawing``, or a graph that ``to_networkx`` made.
            What has changed since is marked, and shown as it was and as it is. Of a PyTorch result, give a ``Drawing``
            made before ``backward()`` frees its numbers and an optimiser changes its parameters in place. At
            ``level="scalar"``, an earlier ``Drawing`` of arrays must have been drawn at that level, too.
        level: how much is seen at once. ``"module"``: each group (see ``nbgrad.group``; calling a module opens one) is
            one box; three or more equal ones beside each other, used alike, are one box together, "× 12", and so are
            three or more that follow each other, "× 12 in a row", with the numbers of the last; a layer and its
            activation repeat together.
            ``"tensor"``: each tensor is a box, groups are frames. ``"scalar"``: each number is a box, a matrix product
            is unfolded into its multiplications and sums. By default as ``"tensor"``, but that steps of PyTorch's that
            only lay out the same numbers anew, one after the other, are one box; above 150 nodes as ``"module"``, and
            groups are closed, too, where that makes a very long picture at most half as long.
        depth: how many levels of groups are open: 0 collapses the outermost ones, 1 those within them.
        params: names for the parameters of a PyTorch result: the network; several, ``{"G": generator, "D": critic}``;
            or ``dict(network.named_parameters())``. By default they are called as the notebook's variables and the
            networks among them say.

    Raises:
        OptionError: an option has a value that means nothing, or ``level="scalar"`` is asked of something that was not
            computed by tensors or nodes.
        DifferentGraphsError: ``compare`` is not a run of the same computation.
        NotAGraphError, CycleError, AttributeValueError: a networkx graph that cannot be drawn; or a PyTorch network,
            whose graph is that of a result.
        NoHistoryError: a PyTorch result that does not know how it was computed.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True, name="x")
    >>> "<svg" in ng.draw(x * x, theme="dark").svg
    True
    """
    from ..display import Look, OptionError
    from ..display.levels import check_level

    options = Look(direction=direction, values=values, digits=digits, theme=theme, heat=heat)
    check_level(level, depth)
    if is_torch(root):
        from .pytorch.compare import has_rows

        earlier = compare._whole if isinstance(compare, Drawing) else compare
        root = TorchGraph(root, params, with_rows=has_rows(earlier, level))
    elif params is not None:
        raise OptionError(
            "params names the parameters of a PyTorch result, and this is none. A tensor is named by its variable, or "
            'by ng.tensor(..., name="W").'
        )
    if message := too_large(root, options, level, depth):
        return message
    if level == "scalar":
        picture = unfolded(root)
        if isinstance(picture, int):
            return TooLarge(picture, options, "scalars")
        graph, ids = network(picture), ids_of(picture)
    else:
        graph, ids = _graph_of(root)
    if compare is not None:
        graph = _compared(compare, graph, level, ids)
    options = options.but(highlight=chosen(highlight, ids))
    if isinstance(root, TorchGraph):  # the drawing shall not keep PyTorch's records, and what they save, alive
        ids = {key: node for key, node in ids.items() if not isinstance(key, tuple)}
    return _viewed(graph, ids, options, level, depth)


def _compared(before: Any, graph: Any, level: str | None, ids: Ids) -> Any:
    """The graph with what has changed since an earlier run."""
    from ..display import DifferentGraphsError, compared
    from .pytorch.compare import aligned, are_of_torch, warn_of_now

    if level != "scalar":
        had, had_ids = _graph_of(TorchGraph(before, with_rows=level != "tensor") if is_torch(before) else before, True)
        if is_torch(before):
            warn_of_now(graph, ids, had_ids)
        return compared(*aligned(had, graph)) if are_of_torch(had, graph) else compared(had, graph)
    if isinstance(before, Tensor | Node) and not isinstance(picture := unfolded(before, is_earlier=True), int):
        was = network(picture)
        was.graph["lost"] = getattr(picture, "lost", ())
        return compared(was, graph)
    try:
        return compared(_graph_of(before)[0], graph)
    except DifferentGraphsError as error:
        raise DifferentGraphsError(
            f'{error} In single numbers, an earlier drawing is compared if it was drawn with level="scalar", too.'
        ) from None


def _viewed(graph: Any, ids: Ids, options: Look, level: str | None, depth: int | None) -> Drawing:
    """The drawing of a graph at a level; the message, if too much of it is open."""
    from ..display import TOO_MANY, normalise
    from ..display.levels import View, closed_at

    whole = normalise(graph)
    closed = closed_at(whole, level, depth)
    if not closed and len(whole) <= TOO_MANY:
        return Drawing(graph, options, ids)._checked()
    view = View(whole, closed)
    if len(view.graph) > TOO_MANY:
        return too_open(view, options)
    ids = {thing: view.standing(node) for thing, node in ids.items()}
    lit = view.standing_for(options.highlight)
    return Drawing(view.graph, options.but(highlight=lit), ids, graph, view)._checked()


def _graph_of(root: Any, is_earlier: bool = False) -> tuple[Any, Ids]:
    """The networkx graph of what is to be drawn, and how its nodes are found by what they were made of.

    Args:
        is_earlier: whether it is an earlier run, so that its parameters are shown as it used them.
    """
    if isinstance(root, Drawing):
        return root._whole, root._ids if root._whole is root.graph else {}
    if isinstance(root, Program):
        return to_networkx(root), {}
    if is_torch(root):
        root = TorchGraph(root, None)
    if isinstance(root, TorchGraph):
        made = root.made()
        return made.graph, made.ids
    if not isinstance(root, Tensor | Node):
        from ..display.schema import ids

        check_no_network(root)
        if not (results := results_in(root)):
            return root, ids(root)
        picture = picture_of_several(results)
    else:
        picture = picture_of(root)
    lost = as_it_was(picture) if is_earlier else ()
    graph = network(picture)
    graph.graph["lost"] = lost
    return graph, ids_of(picture)
