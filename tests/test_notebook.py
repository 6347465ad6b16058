"""Where engine and display meet: the networkx graph, its names, what a cell shows, and the player's material."""

import os
import subprocess
import sys
import textwrap
from types import ModuleType
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest
from graph_models import Scalars

import nbgrad as ng
from nbgrad import display
from nbgrad.core import errors
from nbgrad.display import measure, scene, theme, validate
from nbgrad.graph import run_one_epoch
from nbgrad.nn import functional as F
from nbgrad.notebook import drawn_steps
from nbgrad.notebook.pictures import picture_of


def leaf(value, name=None):
    return ng.tensor(value, requires_grad=True, name=name)


@pytest.fixture
def notebook(monkeypatch):
    """A namespace whose variables count as those of the notebook."""
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    return vars(main)


def labels(root):
    return [label for _, label in ng.to_networkx(root).nodes(data="name")]


# ---- the border
def test_the_schema():
    x, W, data = leaf([[1.0, 2.0]], name="x"), leaf(np.ones((2, 3)), name="W"), np.array([1.0, 2.0, 3.0])
    y = ((x @ W - data) ** 2 * 0.5).sum()
    y.backward()
    graph = ng.to_networkx(y)
    validate(graph)
    assert type(graph) is nx.MultiDiGraph
    assert list(graph) == list(range(9))
    kinds = [kind for _, kind in graph.nodes(data="kind")]
    assert kinds == ["parameter", "parameter", "operation", "data", *["operation"] * 2, "constant", *["operation"] * 2]
    assert [op for _, op in graph.nodes(data="op") if op] == ["matmul", "subtract", "square", "multiply", "sum"]
    node = graph.nodes[1]
    assert {key: node[key] for key in ("name", "op", "symbol", "shape", "dtype", "group")} == {
        "name": "W", "op": None, "symbol": None, "shape": (2, 3), "dtype": "float64", "group": (),
    }  # fmt: skip
    np.testing.assert_array_equal(node["value"], W.data)
    np.testing.assert_array_equal(node["gradient"], W.grad)
    assert graph.nodes[2]["symbol"] == "@"
    assert all(u < v for u, v in graph.edges())
    assert [graph.edges[u, v, k]["position"] for u, v, k in graph.in_edges(2, keys=True)] == [0, 1]


def test_an_operand_used_twice_has_two_edges():
    x = leaf(3.0)
    graph = ng.to_networkx(x * x)
    assert [(u, v, k, p) for u, v, k, p in graph.edges(keys=True, data="position")] == [(0, 1, 0, 0), (0, 1, 1, 1)]


def test_an_array_used_twice_is_drawn_once_and_a_number_twice():
    x, data = leaf([1.0, 2.0]), np.ones(2)
    assert ng.to_networkx(x * data + data).number_of_nodes() == 4
    assert ng.to_networkx(x * 2.0 + 2.0).number_of_nodes() == 5


def test_not_yet_is_not_zero():
    x, unused = leaf(3.0, name="x"), leaf(2.0, name="unused")
    y = x * x + 0 * unused
    before = ng.to_networkx(y)
    assert all(gradient is None for _, gradient in before.nodes(data="gradient"))
    y.backward()
    after = {d["name"]: d["gradient"] for _, d in ng.to_networkx(y).nodes(data=True)}
    assert (after["x"], after["unused"]) == (6.0, 0.0)
    *_, result, note = ng.draw(x * unused).text.splitlines()
    assert result.endswith("not yet")
    assert note.endswith("this result's has not run.")


def test_the_graph_face_before_and_after():
    m = Scalars()
    graph = ng.to_networkx(m.loss)
    validate(graph)
    assert [d["name"] for _, d in graph.nodes(data=True)] == ["x", "y", "k", "b", "z", "a", "loss"]
    assert [d["kind"] for _, d in graph.nodes(data=True)] == ["data"] * 2 + ["parameter"] * 2 + ["operation"] * 3
    assert [d["value"] is None for _, d in graph.nodes(data=True)] == [False] * 4 + [True] * 3
    run_one_epoch(m.nodes)
    graph = ng.to_networkx(m.loss)
    assert graph.nodes[2]["gradient"] == m.k.gradients[m.k]
    assert graph.nodes[6]["value"] == m.loss.value


def test_only_results_have_a_graph():
    for thing in (3.0, np.ones(2), "text", None):
        with pytest.raises(TypeError, match=r"ng\.tensor"):
            ng.to_networkx(thing)


# ---- names
def test_names_are_the_notebooks_variables(notebook):
    notebook["x"] = x = leaf(3.0)
    notebook["slope"] = k = leaf(2.0)
    notebook["loss"] = loss = (k * x) ** 2
    notebook["_5"] = loss  # IPython's history
    assert labels(loss) == ["x", "slope", "slope·x", "loss"]


def test_an_explicit_name_wins_and_the_first_variable_of_several(notebook):
    notebook["a"] = x = leaf(3.0, name="temperature")
    notebook["first"] = notebook["second"] = y = x * 2
    assert labels(y)[0] == "temperature"
    assert labels(y)[-1] == "first"


def test_private_variables_do_not_count(notebook):
    notebook["_hidden"] = x = leaf(3.0)
    assert labels(np.exp(x) * 1)[0] == "v₁"


def test_a_number_is_not_given_out_where_a_name_looks_the_same_in_equations(notebook):
    notebook["v_1"] = x = leaf(3.0)
    assert labels(np.exp(x * x * 2) + 1)[:1] == ["v_1"]
    assert "v₁" not in labels(np.exp(x * x * 2) + 1)
    assert "v₂" in labels(np.exp(x * x * 2) + 1)


def test_the_names_of_arrays(notebook):
    notebook["X"] = X = np.ones((2, 3))
    W = leaf(np.ones((3, 1)))
    assert "X" in labels(X @ W)


def test_results_without_a_name_get_short_expressions(notebook):
    notebook["x"], notebook["k"] = x, k = leaf(3.0), leaf(2.0)
    assert labels((k * x) ** 2)[2] == "k·x"
    assert labels(x**2)[-1] == "x²"
    assert labels(-x)[-1] == "−x"
    assert labels(np.tanh(x))[-1] == "tanh(x)"


def test_errors_use_the_same_names(notebook):
    notebook["weights"] = weights = leaf([1.0, 2.0])
    with pytest.raises(errors.NotScalarError, match=r"weights has shape \(2,\)"):
        weights.backward()


HOSTILE = [
    '<script>alert("x")</script>', "]]>", "&lt;&amp;", "a\x00b\x1b[31m", "{x}{0}{g}", "%s%n", "$\\frac{1}{2}$", "‮evil",
    "line\nbreak\ttab", "'\"`", "𝔘𝔫𝔦🎲", " ", "x" * 500, "<!--", "javascript:alert(1)", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_only_ever_text(name):
    x = leaf(1.5, name=name)
    y = np.tanh(x * 2) + x
    y.name = name
    y.backward()
    bundle = y._repr_mimebundle_()
    root = ElementTree.fromstring(bundle["image/svg+xml"].encode())
    tags = {element.tag.rsplit("}")[-1] for element in root.iter()}
    assert not tags & {"script", "foreignObject", "image", "a", "iframe"}
    assert "\x00" not in bundle["text/plain"]
    assert "\x1b" not in bundle["text/plain"]
    played, _ = ng.animate(y)._repr_mimebundle_()
    ElementTree.fromstring(played["image/svg+xml"].encode())
    played["text/plain"].encode()


# ---- what a cell shows
SHOWN = [lambda: leaf(3.0) * 2, lambda: leaf(3.0), lambda: Scalars().loss, lambda: ng.tensor([1.0])]


@pytest.mark.parametrize(
    "make", [lambda: leaf(3.0) * 2, lambda: leaf(3.0), lambda: Scalars().loss, lambda: ng.tensor([1.0])]
)
def test_a_mimebundle_is_a_picture_and_a_text(make):
    bundle = make()._repr_mimebundle_()
    assert list(bundle) == ["image/svg+xml", "text/plain"]
    ElementTree.fromstring(bundle["image/svg+xml"])
    assert "object at 0x" not in "".join(bundle.values())
    assert all(line == line.rstrip() for line in bundle["text/plain"].splitlines())


def test_showing_again_shows_the_same_and_later_shows_the_new():
    x = leaf(3.0, name="x")
    y = x * x
    first, second = y._repr_mimebundle_(), y._repr_mimebundle_()
    assert first == second
    y.backward()
    assert y._repr_mimebundle_() != first
    assert x.grad == 6.0
    x.grad = None
    y.grad = None
    assert y._repr_mimebundle_() == first


def test_drawing_explicitly(tmp_path):
    y = leaf(3.0, name="x") * 2
    drawing = ng.draw(y)
    assert repr(drawing) == drawing.text
    bundle = drawing._repr_mimebundle_()
    assert bundle.pop("text/html")
    assert bundle == y._repr_mimebundle_()
    assert drawing.save(tmp_path / "graph.svg").read_text(encoding="utf-8") == drawing.svg
    assert ng.draw(y, direction="TB").svg != drawing.svg
    foreign = nx.DiGraph([("a", "b")])
    assert "<svg" in ng.draw(foreign).svg


def test_the_same_bytes_under_every_hash_seed():
    code = """
        import numpy as np, nbgrad as ng
        from nbgrad.graph import *
        rng = np.random.default_rng(0)
        X, W, b = rng.normal(size=(4, 3)), ng.tensor(rng.normal(size=(3, 2)), True), ng.tensor(np.zeros(2), True)
        h = np.tanh(X @ W + b)
        loss = ((h * W.sum()) ** 2).mean() + ng.nn.functional.sigmoid(W).sum()
        loss.backward()
        bundle = loss._repr_mimebundle_()
        player = ng.animate(loss)
        k, t = Placeholder(is_trainable=True), Placeholder()
        cost = Loss(t, Sigmoid(k))
        run_one_epoch(topological_sort_feed_dict({k: 1.0, t: 0.5}))
        played, _ = player._repr_mimebundle_()
        print(bundle, cost._repr_mimebundle_(), repr(player), played["image/svg+xml"], player.payload)
    """
    outputs = set()
    for seed in ("0", "1", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        outputs.add(done.stdout)
    assert len(outputs) == 1


# ---- playing the backward pass
def little_network():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 1))
    W1, b1 = leaf(rng.normal(size=(3, 4)), name="W1"), leaf(np.zeros(4), name="b1")
    W2, b2 = leaf(rng.normal(size=(4, 1)), name="W2"), leaf(np.zeros(1), name="b2")
    loss = F.mse_loss(F.linear(F.sigmoid(F.linear(X, W1, b1)), W2, b2), y)
    loss.name = "loss"
    return loss, [W1, b1, W2, b2]


def test_the_steps_that_are_played_add_up_to_the_gradients():
    loss, parameters = little_network()
    picture = picture_of(loss)
    seed, *steps = drawn_steps(picture)
    assert (seed.source, seed.target, seed.contribution) == (None, len(picture.vertices) - 1, 1.0)
    graph = ng.to_networkx(loss)
    totals = {}
    for step in steps:
        assert graph.has_edge(*step.edge)
        totals[step.target] = totals.get(step.target, 0) + step.contribution
        np.testing.assert_array_equal(totals[step.target], step.total)
        assert 1 <= step.index <= step.count
        if step.local is not None:
            np.testing.assert_allclose(step.upstream * step.local, step.contribution, rtol=1e-12)
    loss.backward()
    by_name = {d["name"]: node for node, d in graph.nodes(data=True)}
    for p in parameters:
        np.testing.assert_array_equal(totals[by_name[p.name]], p.grad)


def test_playing_changes_nothing():
    loss, parameters = little_network()
    ng.animate(loss)
    ng.draw(loss)
    assert loss.grad is None
    assert all(p.grad is None for p in parameters)
    loss.backward()
    gradients = [p.grad.copy() for p in parameters]
    ng.animate(loss)
    for p, expected in zip(parameters, gradients, strict=True):
        np.testing.assert_array_equal(p.grad, expected)
    m = Scalars()
    run_one_epoch(m.nodes)
    before = [(node.value, dict(node.gradients)) for node in m.nodes]
    ng.animate(m.loss)
    assert [(node.value, dict(node.gradients)) for node in m.nodes] == before


def test_a_parallel_edge_is_played_for_itself():
    x = leaf(3.0, name="x")
    steps = drawn_steps(picture_of(x * x))
    assert [(s.edge, s.index, s.count, float(s.total)) for s in steps[1:]] == [
        ((0, 1, 0), 1, 2, 3.0),
        ((0, 1, 1), 2, 2, 6.0),
    ]


def test_what_cannot_be_played():
    with pytest.raises(errors.NotScalarError):
        ng.animate(leaf([1.0, 2.0]) * 2)
    with pytest.raises(errors.NoGradientError):
        ng.animate(ng.tensor(1.0))
    m = Scalars()
    with pytest.raises(errors.NotComputedError):
        ng.animate(m.loss)


@pytest.mark.parametrize("op", list(ng.ops.REGISTRY.values()), ids=lambda op: op.name)
def test_every_operation_can_be_drawn_and_played(op):
    rng = np.random.default_rng(0)
    samples, static = op.cases[0]
    args = [sample(rng) for sample in samples]
    leaves = {"f": leaf, "c": lambda a: leaf(a.real) + 1j * leaf(a.imag)}
    y = op(*[leaves.get(np.asarray(a).dtype.kind, lambda a: a)(a) for a in args], **static)
    loss = np.real(y * y).sum()
    assert "<svg" in loss._repr_mimebundle_()["image/svg+xml"]
    ng.animate(loss)


@pytest.mark.parametrize("op", list(ng.ops.REGISTRY.values()), ids=lambda op: op.name)
def test_the_symbol_of_every_operation_fits_its_badge(op):
    assert measure.fit(op.symbol, theme.SYMBOL_SIZE, scene.SYMBOL_ROOM) == op.symbol


def test_complex_results_keep_their_names_and_are_said_to_be_shown_by_their_absolute_values():
    u = leaf(2.0)
    graph = ng.to_networkx(abs(np.fft.fft(np.array([1.0, 2.0]) * u)).sum())
    [fft] = [facts for _, facts in graph.nodes(data=True) if facts["op"] == "fft"]
    assert not fft["name"].startswith("|")
    np.testing.assert_allclose(fft["value"], [6.0, -2.0])
    drawing = ng.draw(graph)
    assert ">|value|</text>" in drawing.svg
    assert "complex128  |z|: min 2, mean 4, max 6" in drawing.text


def test_a_graph_that_is_too_large_says_so():
    y = x = leaf(1.0)
    for _ in range(3000):
        y = y + x
    bundle = y._repr_mimebundle_()
    assert "3,001 nodes" in bundle["text/plain"]
    ElementTree.fromstring(bundle["image/svg+xml"])
    assert ng.animate(y)._repr_mimebundle_() == bundle


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (lambda a, b: (a + b) ** 2, "2(a+b)"),
        (lambda a, b: np.log(a + b), "1/(a+b)"),
        (lambda a, b: 1 / (a * b), "−1/(a·b)²"),
        (lambda a, b: np.cos(a + b), "−sin (a+b)"),
        (lambda a, b: abs(a - b), "sign (a−b)"),
    ],
)
def test_an_expression_inside_a_formula_has_parentheses(compute, expected):
    steps = drawn_steps(picture_of(compute(leaf(2.0, name="a"), leaf(3.0, name="b"))))
    assert steps[1].formula == expected


@pytest.mark.parametrize("option", [{"level": "module"}, {"depth": 0}, {"compare": None}, {"params": None}])
def test_a_drawing_says_which_options_want_a_new_drawing(option):
    drawing = ng.draw(leaf(3.0) * 2)
    with pytest.raises(display.OptionError, match=f"ng.draw.*{next(iter(option))}=.*anew"):
        drawing.look(**option)
