"""The border: a picture as a networkx graph, and its backward pass as the steps that the display plays."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core import places
from ..core.backward import Step
from ..core.op import Operation
from ..core.spelling import as_source
from ..core.tensor import Tensor, plain
from ..graph.nodes import Node
from ..program import Program
from .grouping import paths_of
from .letters import told_apart
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
    from ..display.messages import note

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
                    note=note(step.node.op.name, step.node.op.note) if is_usual(step.node.op, static) else "",
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


def formula(
    source: Vertex, position: int, root: str, is_sum: bool, static: dict[str, Any] | None, names: Sequence[str] = ()
) -> str:
    """The local derivative in symbols; or, where it is not a plain factor, the whole contribution.

    Args:
        root: what is differentiated.
        is_sum: whether the operand was copied to fit, so that what arrives at its copies is added up.
        names: those in the graph, which no letter of the formula's own must be taken for.
    """
    op = source.op
    assert op is not None
    from ..display import messages
    from ..display.formula import as_factor, derivative, in_one, shortened

    template = messages.formula(settled(source, position, static or {}))
    template = told_apart(without_mean(of_order(template, static or {}), static or {}), names)
    upstream = derivative(root, shortened(source.name))
    alone = template in [f"{{{operand}}}" for operand in (*op.operands, "y")]  # the equation sees to its parentheses
    *named, y = [shortened(x.name) if alone else in_one(shortened(x.name)) for x in (*source.inputs, source)]
    text = op.spelled(template, named, static, g=upstream, y=y)
    for name, x in zip(named, source.inputs, strict=True):
        if np.asarray(x.value).dtype.kind == "f":  # they are probabilities already
            text = text.replace(f"onehot({name})", name)
    if is_sum and "{g}" not in template:
        sign = "⊙" if holds_array(source, template) else "·"
        factor = f"({text})" if " / " in text else as_factor(text)
        return f"Σ {upstream} {sign} {factor}" if text != "1" else f"Σ {upstream}"
    return text


ALONG = {  # what declared formulas say of a whole array, and what holds of one that is reduced along an axis
    "copied to every element": "copied along axis {axis}",
    "at the largest element": "at the largest element along axis {axis}",
    "at the smallest element": "at the smallest element along axis {axis}",
    "at the middle element": "at the middle element along axis {axis}",
    "from here to the end": "from here to the end along axis {axis}",
}
OTHER_NORM = "; of another ord "  # between two formulas of which a norm has one
POWER = " · (|{x}|/{y})^(ord − 1)"  # of such a norm
TRANSPOSED = "({g})ᵀ"
DIFFERENCE = "−Δ {g}"
FREE = "(n − ddof)"  # what a variance divides by


def settled(source: Vertex, position: int, static: dict[str, Any]) -> str:
    """The declared formula at ``position``, without what is known not to be the case.

    A condition that is given as one constant is settled, a bound that was left out is no bound, a norm and a variance
    are of the kind that they are, and what is reduced along an axis is not reduced as a whole.
    """
    from ..display.messages import say

    op = source.op
    assert op is not None
    template = op.formula(position, [x.value for x in source.inputs])
    operands = dict(zip(op.operands, source.inputs, strict=False))
    if (where := re.fullmatch(r"1 where (not )?\{(\w+)\}", template)) and operands[where[2]].kind == "constant":
        return "1" if bool(operands[where[2]].value) != bool(where[1]) else "0"
    for name in (name for name, x in operands.items() if x is LEFT_OUT and "≤" in template):
        template = template.replace(f"{{{name}}} ≤ ", "").replace(f" ≤ {{{name}}}", "")
        if "≤" not in template:
            return "1"
    if op.name == "pad" and static.get("mode", "constant") != "constant":
        return "{g} summed over the copies"  # of each element, itself among them
    if template == TRANSPOSED:
        return transposed_back(np.ndim(source.value), {**(op.forward.__kwdefaults__ or {}), **static})
    if static.get("axis") is not None:
        template = along_an_axis(template)
    if OTHER_NORM in template:
        usual, other = template.split(OTHER_NORM)
        order = static.get("ord", 2)
        if order in (0, 2):  # how many elements are not zero stays as it is
            return usual if order else "0"
        return other.replace(POWER, "") if order == 1 else other.replace("ord − 1", written(order - 1))
    if static.get("label_smoothing"):
        template = template.replace("onehot({target})", f"{say('smoothed')} {{target}}")
    freedom = static.get("ddof", 0)
    return template.replace(FREE, f"(n − {written(freedom)})" if freedom else "n")


def transposed_back(ndim: int, static: dict[str, Any]) -> str:
    """The formula of a gradient whose axes go back to where they were: only of a matrix, or where their order was
    turned round, is that its transpose.

    >>> transposed_back(2, {"axis1": 0, "axis2": -1}), transposed_back(3, {"axis1": 0, "axis2": -1})
    ('({g})ᵀ', 'swapaxes({g}, 0, −1)')
    >>> transposed_back(3, {"axes": None}), transposed_back(3, {"axes": (1, 2, 0)})
    ('({g})ᵀ', 'transpose({g}, (2, 0, 1))')
    """
    if "axis1" in static:
        pair = [static["axis1"], static["axis2"]]
        is_matrix = ndim == 2 and pair[0] % 2 != pair[1] % 2
        return TRANSPOSED if is_matrix else f"swapaxes({{g}}, {written(pair[0])}, {written(pair[1])})"
    if static.get("axes") is None:
        return TRANSPOSED
    back = [int(axis) for axis in np.argsort([axis % ndim for axis in static["axes"]])]
    is_turned = back == [*range(ndim)][::-1]
    return TRANSPOSED if is_turned else f"transpose({{g}}, ({', '.join(map(str, back))}))"


def of_order(template: str, static: dict[str, Any]) -> str:
    """The formula of a difference that was taken several times: each time the sign turns.

    >>> of_order("−Δ {g}, with zeros beyond its ends", {"n": 2}), of_order("−Δ {g}", {"n": 3}), of_order("−Δ {g}", {})
    ('Δ² {g}, with zeros beyond its ends', '−Δ³ {g}', '−Δ {g}')
    """
    order = static.get("n", 1)
    if DIFFERENCE not in template or order == 1:
        return template
    if order == 0:
        return "{g}"
    power = str(order).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return template.replace(DIFFERENCE, f"{'−' * (order % 2)}Δ{power} {{g}}")


def without_mean(template: str, static: dict[str, Any]) -> str:
    """The formula of a loss that is not a mean, in which nothing is divided by how many there are.

    >>> without_mean("(σ({x}) − {y}) / n", {"reduction": "sum"}), without_mean("{x} / n", {})
    ('σ({x}) − {y}', '{x} / n')
    """
    if static.get("reduction", "mean") == "mean":
        return template
    whole = template.removesuffix(" / n")
    alone = re.fullmatch(r"\((.*)\)", whole)
    return alone[1] if alone and whole != template else whole


def written(number: float) -> str:
    """A setting in a formula: ``3``, ``−0.5``."""
    return f"{number:g}".replace("-", "−")


def is_usual(op: Operation, static: dict[str, Any]) -> bool:
    """Whether what is declared of an operation in words holds: it is that of the usual norm, of a difference that was
    taken once, and of a loss whose targets are as they were given."""
    is_once = op.name != "diff" or static.get("n", 1) == 1
    return static.get("ord", 2) == 2 and is_once and not static.get("label_smoothing")


def along_an_axis(template: str) -> str:
    """What a declared formula says of a whole array, of one that is reduced along an axis.

    >>> along_an_axis("{g} copied to every element")
    '{g} copied along axis {axis}'
    """
    for whole, along in ALONG.items():
        template = template.replace(whole, along)
    return template


def holds_array(source: Vertex, template: str) -> bool:
    """Whether a local derivative is an array, so that it is multiplied element by element: whether it names one."""
    assert source.op is not None
    named = [x for name, x in zip(source.op.operands, source.inputs, strict=False) if f"{{{name}}}" in template]
    return any(np.size(x.value) != 1 for x in (*named, *([source] if "{y}" in template else [])))
