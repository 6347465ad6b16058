"""The border: a picture as a networkx graph, and its backward pass as the steps that the display plays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core import places
from ..core.backward import Step
from ..core.spelling import as_source
from ..core.tensor import Tensor, plain
from ..graph.nodes import Node
from ..program import Program
from .grouping import paths_of
from .pictures import LEFT_OUT, Picture, Vertex, picture_of, picture_of_several, results_in
from .problems import mark
from .program_graph import ProgramGraph
from .pytorch import TorchGraph, check_no_network, is_torch

if TYPE_CHECKING:
    import networkx as nx

    from ..display import Step as DrawnStep


def to_networkx(root: Tensor | Node | Program | Any, *, params: Any = None) -> nx.MultiDiGraph:
    """The graph of a result, as ``networkx`` knows graphs: draw it, measure it, export it as you like.

    Nodes are numbered from 0 in creation order. Node attributes: ``kind`` (parameter, data, constant or operation),
    ``op``, ``symbol``, ``name``, ``shape``, ``dtype``, ``value``, ``gradient`` (``None``: not computed yet),
    ``group`` (a tuple of names, outermost first; see :func:`nbgrad.group`), ``stale`` and ``gone`` where numbers have
    changed since, ``passed`` where gradients of several passes were added up and ``cleared`` where they were taken
    away (see ``nbgrad.display.schema``), ``settings``, what the operation was told besides its operands, such as
    ``(("axis", "1"),)``, and ``problem`` where a NaN or an infinity arises. An edge leads from an
    operand to the result; its ``position`` is the operand's, counted from 0, and its ``gradient`` is what the backward
    pass has handed to the operand along this very edge.

    Of a program it is the graph of the forward lines, with shapes but without numbers; a node that the program
    computes a gradient for has a ``gradient_name``, such as ``"d_W1"``.

    Several tensors in a tuple, a list or a dictionary are drawn together.

    Of a PyTorch result, or of several, it is what PyTorch has recorded. Shapes are known; values only as far as PyTorch
    keeps them, or a variable of the notebook does, and up to 20 million numbers in all. A node has two more
    attributes. ``saved``: the names and shapes of what PyTorch keeps for the backward pass; ``unkept``: whether PyTorch
    keeps no record of an operand, or not the gradient of a result. ``params`` gives names to its parameters, see
    ``nbgrad.draw``.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True, name="x")
    >>> graph = ng.to_networkx(x * x)
    >>> graph.number_of_nodes(), graph.number_of_edges(), graph.nodes[1]["op"]
    (2, 2, 'multiply')
    """
    if is_torch(root):
        return TorchGraph(root, params).network()
    if results := results_in(root):
        return network(picture_of_several(results))
    check_no_network(root)
    return ProgramGraph(root.recording).graph if isinstance(root, Program) else network(picture_of(root))


def network(picture: Picture) -> nx.MultiDiGraph:
    """The networkx graph of a picture."""
    import networkx as nx

    graph = nx.MultiDiGraph(**({"computed_otherwise": True} if getattr(picture, "is_otherwise", False) else {}))
    results = [vertex for vertex in picture.vertices if vertex.op is not None]
    if results and not any(vertex.gone or vertex.gradient is not None for vertex in results):
        graph.graph["unpassed"] = True
    problems = mark(picture.vertices, picture.tensor_of)
    paths = picture.paths if picture.paths is not None else paths_of(picture.vertices)
    for vertex in picture.vertices:
        value = None if vertex.value is None else np.asarray(vertex.value)
        graph.add_node(
            vertex.id,
            kind=vertex.kind,
            op=vertex.op.name if vertex.op else None,
            symbol=vertex.op.symbol if vertex.op else None,
            name=vertex.label,
            shape=None if value is None else value.shape,
            dtype=None if value is None else str(value.dtype),
            value=vertex.value,
            gradient=vertex.gradient,
            group=paths.get(vertex.id, ()),
            code=code_of(picture, vertex),
            stale=vertex.stale,
            gone=vertex.gone,
            cleared=vertex.cleared,
            passed=vertex.passed,
            settings=settings_of(picture, vertex),
            **({"problem": problems[vertex.id]} if vertex.id in problems else {}),
        )
    for vertex in picture.vertices:
        for position, x in enumerate(vertex.inputs):
            if x is not LEFT_OUT:
                part = vertex.handed.get(position) if x.kind in ("parameter", "operation") else None
                given = {} if part is None else {"gradient": real_as(x.value, part)}
                graph.add_edge(x.id, vertex.id, position=position, **given)
    return graph


# What is said of an operation in pictures and tables, unless it is as usual.
TOLD = {
    "axis": None,
    "axes": None,
    "axis1": None,
    "axis2": None,
    "offset": 0,
    "k": 0,
    "n": None,
    "norm": None,
    "mode": "constant",
    "approximate": "none",
    "ord": 2,
    "ddof": 0,
    "reduction": "mean",
    "label_smoothing": 0.0,
    "delta": 1.0,
    "pad_width": None,
    "constant_values": 0,
    "stride": None,
    "padding": 0,
    "dilation": 1,
    "groups": 1,
    "output_padding": 0,
    "is_causal": False,
    "scale": None,
}


def settings_of(picture: Picture, vertex: Vertex) -> tuple[tuple[str, str], ...]:
    """What an operation was told that decides which of its numbers belong together, and how: its axis above all."""
    static = static_of(picture, vertex)
    return tuple((name, as_source(static[name])) for name, usual in TOLD.items() if static.get(name, usual) != usual)


def static_of(picture: Picture, vertex: Vertex) -> dict[str, Any]:
    """The keyword arguments of the operation that made a vertex."""
    tensor = picture.tensor_of(vertex)
    return (tensor.static if tensor is not None else None) or {}


def code_of(picture: Picture, vertex: Vertex) -> tuple[str, int, str] | None:
    """The statement of code that made a vertex, with its first line; if it was captured and its text can be had."""
    mark = getattr(vertex.thing, "mark", None)  # a node of the graph face, made before anything is computed
    tensor = picture.tensor_of(vertex)
    if mark is None and tensor is not None and tensor.extras:
        mark = tensor.extras.get("place")
    found = places.statement(mark) if mark else None
    return None if found is None else (found.where, found.line, found.code)


Examine = Callable[[Step, int, Any], dict[str, Any]]


def drawn_steps(picture: Picture, examine: Examine | None = None) -> list[DrawnStep]:
    """The backward pass of a picture in the display's terms: first the seed, then one step for each contribution.

    Args:
        examine: asked of each contribution (the engine's step, the operand's position, the contribution) for what else
            the display shall be told of it, as fields of its steps.
    """
    from ..display import Step as DrawnStep
    from ..display.formula import shortened, weighted
    from .formulas.derivatives import formula, note_on

    steps: list[Step] = []
    picture.watch(steps.append)
    of = {t.serial: v for v in picture.vertices if (t := picture.tensor_of(v)) is not None}
    root = picture.vertices[-1]
    arriving: dict[int, int] = {}
    for step in steps:
        for x in step.inputs:
            arriving[x.serial] = arriving.get(x.serial, 0) + 1
    one = (
        np.ones_like(root.value)[()] if picture.seed is None else np.asarray(plain(picture.seed), root.value.dtype)[()]
    )
    drawn = [DrawnStep(source=None, target=root.id, edge=None, upstream=one, contribution=one, total=one)]
    top = weighted(shortened(root.name), one)
    names = [vertex.label for vertex in picture.vertices if vertex.label]
    so_far: dict[int, int] = {}
    for step in steps:
        source, static = of[step.node.serial], step.node.static or {}
        for x, position, contribution, total in zip(
            step.inputs, step.positions, step.contributions, step.totals, strict=True
        ):
            so_far[x.serial] = so_far.get(x.serial, 0) + 1
            target = of[x.serial]
            if target.kind == "data":  # the graph face computes these gradients too, but data do not learn
                continue
            local = local_derivative(step, position, contribution)
            # A real number has a real gradient, whatever way that took: so the engine ends, too. On the way to further
            # real numbers it makes no difference whether the real part is taken early or late.
            upstream = real_as(step.node.data, step.cotangent)
            arriving_real, total = real_as(x.data, contribution), real_as(x.data, total)
            is_part = np.iscomplexobj(step.node.data) and not np.iscomplexobj(x.data)
            more = examine(step, position, contribution) if examine else {}
            is_sum = local is None and more.get("fold") is not None
            drawn.append(
                DrawnStep(
                    source=source.id,
                    target=target.id,
                    edge=(target.id, source.id, edge_key(source, position)),
                    upstream=upstream,
                    contribution=arriving_real,
                    total=total,
                    index=so_far[x.serial],
                    count=arriving[x.serial],
                    local=local,
                    formula=formula(source, position, top, is_sum, step.node.static, names),
                    factor_formula=formula(source, position, top, False, step.node.static, names) if is_sum else "",
                    note=note_on(step.node.op, step.node.args[position], static),
                    real_part=is_part,
                    **more,
                )
            )
    return drawn


def real_as(data: Any, gradient: Any) -> Any:
    """A gradient of ``data``; where those are real numbers, its real part."""
    return np.real(gradient)[()] if np.iscomplexobj(gradient) and not np.iscomplexobj(data) else gradient


def edge_key(source: Vertex, position: int) -> int:
    """The key of the edge at ``position`` among the parallel edges from the same operand."""
    target = source.inputs[position]
    return sum(x is target for x in source.inputs[:position])


def local_derivative(step: Step, position: int, contribution: Any) -> Any:
    """The factor by which the rule multiplies what arrives, where it is such a factor; else ``None``."""
    node, op = step.node, step.node.op
    seems_elementwise = op.elementwise or node.data.size == 1 or node.data.shape == contribution.shape
    if "{g}" in op.formula(position, node.args) or not seems_elementwise:
        return None
    with np.errstate(all="ignore"):
        local = op.rules[position](np.ones_like(node.data)[()], node.data, *node.args, **(node.static or {}))
    if local.shape != contribution.shape:
        return None
    is_sure = op.elementwise or node.data.size == 1
    return local if is_sure or np.allclose(step.cotangent * local, contribution, equal_nan=True) else None
