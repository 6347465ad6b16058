"""Pictures on several levels, from the engine to the screen: modules, tensors, single numbers."""

import numpy as np
import pytest
from graph_models import Network
from hypothesis import given, settings
from hypothesis import strategies as st

import nbgrad as ng
from nbgrad import nn
from nbgrad.core.errors import ArgumentError, NotComputedError
from nbgrad.display import TOO_MANY, OptionError, arrange, scene
from nbgrad.display.formula import in_one
from nbgrad.display.levels import MOST_COLLAPSED
from nbgrad.graph import forward_and_backward
from nbgrad.nn import functional as F
from nbgrad.notebook.pictures import picture_of
from nbgrad.notebook.scalars import MOVES, RULES, ScalarPicture, count_scalars


def leaf(*shape, seed=0, name=None, grad=True):
    return ng.tensor(np.random.default_rng(seed).normal(size=shape), requires_grad=grad, name=name)


def chain(length, x=None):
    x = leaf() if x is None else x
    for _ in range(length):
        x = x.sin()
    return x


def names(drawing):
    return [facts["name"] for _, facts in drawing.graph.nodes(data=True)]


@pytest.fixture
def no_layout(monkeypatch):
    """Fail where anything is laid out."""

    def refuse(*args, **options):
        raise AssertionError("a layout was computed")

    monkeypatch.setattr(scene, "layout", refuse)
    monkeypatch.setattr(arrange, "layout", refuse)


# ---- modules and depth
def network():
    return nn.Sequential(nn.Linear(3, 4, rng=0), nn.Tanh(), nn.Linear(4, 1, rng=1))


def test_open_groups_are_frames_with_their_path():
    net = network()
    svg = ng.draw(net(leaf(2, 3, grad=False)).mean()).svg
    assert 'data-group="Sequential"' in svg
    assert 'data-group="Sequential / 0 Linear"' in svg
    assert svg.index('data-group="Sequential"') < svg.index("data-edge") < svg.index("data-node"), "frames lie lowest"


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_a_collapsed_group_is_one_box_that_counts_its_nodes(direction):
    drawing = ng.draw(network()(leaf(2, 3, grad=False)).mean(), depth=0, direction=direction)
    group = [facts for _, facts in drawing.graph.nodes(data=True) if facts["kind"] == "group"]
    assert [(facts["name"], facts["members"]) for facts in group] == [("Sequential", 7)]
    assert ">7 nodes<" in drawing.svg
    assert "data-group" not in drawing.svg
    assert "group of 7 nodes" in drawing.text


def test_depth_says_how_many_levels_are_open():
    net = network()
    y = net(leaf(2, 3, grad=False)).mean()
    assert names(ng.draw(y, depth=0))[1:-1] == ["Sequential"]
    assert names(ng.draw(y, depth=1)) == names(ng.draw(y, level="module"))
    assert "0 Linear" in names(ng.draw(y, depth=1))
    assert len(ng.draw(y, depth=2).graph) == len(ng.draw(y).graph) == len(ng.draw(y, level="tensor").graph)


def test_the_text_says_which_nodes_stand_in_a_frame():
    with ng.group("cube"):
        x = leaf(name="x")
        y = x * x * x
    assert ng.draw(y).text.splitlines()[-1].startswith("Group cube: x, ")


def test_above_150_nodes_groups_are_collapsed_by_default():
    with ng.group("first"):
        x = chain(80)
    with ng.group("second"):
        y = chain(68, x)
    assert len(ng.draw(y).graph) == 149
    with ng.group("third"):
        z = chain(2, y)
    assert names(ng.draw(z)) == ["first", "second", "third"]
    assert len(ng.draw(z, level="tensor").graph) == 151


def test_twelve_equal_heads_fold():
    X = leaf(4, 3, grad=False, name="X")
    heads = []
    for i in range(12):
        with ng.group("head"):
            heads.append(F.softmax(X @ leaf(3, 2, seed=i) @ leaf(2, 2, seed=20 + i)))
    drawing = ng.draw(np.concatenate(heads, axis=1), level="module")
    assert names(drawing)[:2] == ["X", "head"]
    assert ">head × 12<" in drawing.svg
    assert "head × 12" in drawing.text


def test_a_networkx_graph_has_levels_too():
    graph = ng.to_networkx(network()(leaf(2, 3, grad=False)).mean())
    assert names(ng.draw(graph, depth=0))[1:-1] == ["Sequential"]
    with pytest.raises(OptionError, match=r'needs a tensor.*Use level="tensor"'):
        ng.draw(graph, level="scalar")


def test_highlighting_and_comparing_reach_into_collapsed_groups():
    net, x = network(), leaf(2, 3, name="x")
    W = net.parameters()[0]
    y = net(x).mean()
    assert "Highlighted" in ng.draw(y, depth=0, highlight=[W, y]).text
    earlier = ng.draw(y, depth=0)
    x.data = x.data + 1.0
    assert "mean" in ng.draw(net(x).mean(), compare=earlier, depth=0).text


@pytest.mark.parametrize(
    "wrong", [{"level": "layer"}, {"level": 1}, {"depth": -1}, {"depth": 1.5}, {"depth": True}, {"depth": "all"}]
)
def test_a_wrong_level_says_which_there_are(wrong):
    with pytest.raises(OptionError, match=r"means nothing here\. Use"):
        ng.draw(leaf().sin(), **wrong)


# ---- too large
def test_a_large_graph_without_groups_is_told_to_mark_its_parts(no_layout):
    drawing = ng.draw(chain(TOO_MANY))
    assert drawing.text.startswith("This graph has 1,501 nodes")
    assert "ng.group" in drawing.text
    assert "1,501" in drawing.svg


def test_a_large_graph_in_groups_is_drawn():
    x = leaf()
    for i in range(40):
        with ng.group(f"step {i}"):
            x = chain(50, x)
    graph = ng.draw(x).graph
    assert [(facts["name"], facts["count"]) for _, facts in graph.nodes(data=True)] == [("step 0", 1), ("step", 39)]
    assert "<svg" in ng.draw(x).svg


def test_too_much_opened_is_told_which_option_to_type(no_layout):
    with ng.group("all"):
        x = chain(TOO_MANY)
    drawing = ng.draw(x, level="tensor")
    assert "depth=0" in drawing.text
    assert "depth=0" in drawing.svg


def many_groups(count):
    """So many groups, each of a kind of its own, which do not fold into one."""
    x = leaf()
    for i in range(count):
        with ng.group("".join("abcdefghij"[int(digit)] for digit in str(i))):
            x = chain(2, x)
    return x


def test_too_many_groups_are_told_to_be_put_together(no_layout):
    x = many_groups(TOO_MANY + 1)
    for drawing in (ng.draw(x), ng.draw(x, depth=0), ng.draw(x, level="module"), ng.draw(x, depth=5)):
        assert drawing.text.startswith("This graph has 3,003 nodes")
        assert "Even its groups are too many" in drawing.text
        assert "depth=0" not in drawing.text
    assert ng.animate(x).text == ng.draw(x).text


def test_what_is_too_much_at_a_depth_is_told_without_a_graph(no_layout, monkeypatch):
    monkeypatch.setattr("nbgrad.notebook.drawing._graph_of", None)  # whoever calls it fails
    monkeypatch.setattr("nbgrad.seeing.animation.picture_of", None)
    x = many_groups(TOO_MANY + 1)
    for drawing in (ng.draw(x, depth=1), ng.draw(x, level="tensor"), ng.animate(x, depth=1)):
        assert "Even its groups are too many" in drawing.text
    with ng.group("all"):
        x = many_groups(TOO_MANY // 2)
    for drawing in (ng.draw(x, depth=2), ng.draw(x, level="tensor"), ng.animate(x, depth=2)):
        assert "depth=0" in drawing.text


def test_where_closing_the_outermost_groups_helps_that_is_said(no_layout):
    with ng.group("all"):
        x = many_groups(TOO_MANY + 1)
    assert "depth=0" in ng.draw(x, depth=1).text
    assert "depth=0" in ng.animate(x, depth=5).text


def test_a_graph_too_large_to_be_collapsed_says_so_at_once(no_layout):
    with ng.group("all"):
        x = chain(MOST_COLLAPSED)
    assert "up to 10,000 nodes" in ng.draw(x).text


def test_too_many_numbers_are_told_beforehand(no_layout, monkeypatch):
    monkeypatch.setattr(ScalarPicture, "__init__", lambda *args: pytest.fail("it was unfolded"))
    drawing = ng.draw(leaf(40, 40) @ leaf(40, 40), level="scalar")
    assert 'level="tensor"' in drawing.text
    assert drawing.text.startswith("As single numbers this graph has about 1")


# ---- single numbers
def values(picture, name):
    found = {v.label: v for v in picture.vertices}
    return found[name].value, found[name].gradient


def check_elements(root):
    """Every element has the value and the gradient that NumPy and the engine give its array."""
    picture = picture_of(root)
    scalars = ScalarPicture(picture)
    assert all(np.ndim(v.value) == 0 or v.op is not None or v.value.dtype.kind == "i" for v in scalars.vertices)
    found = {v.label: v for v in scalars.vertices}
    for vertex in picture.vertices:
        if vertex.label is None or vertex.kind == "constant":
            continue
        for place in np.ndindex(np.shape(vertex.value)):
            one = found.get(f"{in_one(vertex.label)}[{', '.join(map(str, place))}]" if place else vertex.label)
            if one is None or np.ndim(one.value):
                continue
            np.testing.assert_allclose(one.value, vertex.value[place], rtol=1e-12, atol=1e-14)
            if vertex.gradient is not None:
                np.testing.assert_allclose(one.gradient, vertex.gradient[place], rtol=1e-10, atol=1e-14)
    return scalars


def test_a_matrix_product_is_unfolded_into_multiplications_and_sums():
    A, B = leaf(2, 3, name="A"), leaf(3, 2, seed=1, name="B")
    C = A @ B
    C.name = "C"
    scalars = check_elements(C)
    ops = [v.op.name for v in scalars.vertices if v.op]
    assert (ops.count("multiply"), ops.count("add"), len(scalars.vertices)) == (12, 8, 32)
    graph = ng.draw(C, level="scalar").graph
    assert {path for _, path in graph.nodes(data="group")} == {
        ("A",), ("B",), ("C", "[0, 0]"), ("C", "[0, 1]"), ("C", "[1, 0]"), ("C", "[1, 1]"),
    }  # fmt: skip
    assert len(ng.draw(C, level="scalar", depth=0).graph) == 3


CASES = {
    "matmul": lambda x, w: x @ w,
    "vector": lambda x, w: x[0] @ w[:, 0],
    "linear": lambda x, w: F.linear(x, w, ng.tensor([0.5, -1.0], requires_grad=True, name="b")),
    "sum": lambda x, w: x.sum(axis=0) + w.sum(axis=1, keepdims=True).T,
    "mean": lambda x, w: x.mean(axis=1) * w.mean(),
    "mse": lambda x, w: F.mse_loss(x @ w, np.ones((2, 2))),
    "mse_sum": lambda x, w: F.mse_loss(x @ w, np.ones((2, 2)), reduction="sum"),
    "mse_none": lambda x, w: F.mse_loss(x @ w, np.ones((2, 2)), reduction="none"),
    "broadcast": lambda x, w: (x * 2.0 - w.T) / (1.0 + x[:, :1] ** 2),
    "moves": lambda x, w: np.concatenate([x.T, w], axis=1).reshape(2, 6)[:, ::2] * 3.0,
    "stack": lambda x, w: np.stack([x, w.T]).swapaxes(0, 2) ** 2,
    "whole": lambda x, w: F.softmax(x @ w) * F.tanh(x[:, :2]),
    "where": lambda x, w: np.where(np.array([True, False, True]), x, w.T) * F.relu(x),
    "loss": lambda x, w: F.cross_entropy(x @ w, np.array([0, 1])),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("back", [False, True])
def test_single_numbers_are_those_of_numpy(case, back):
    y = CASES[case](leaf(2, 3, name="x"), leaf(3, 2, seed=1, name="w"))
    y.name = "y"
    if back:
        y.backward(np.full(y.shape, 0.5))
    scalars = check_elements(y)
    assert len(scalars.vertices) <= 2 * count_scalars(picture_of(y)) + 20
    if back:
        x = [v.gradient for v in scalars.vertices if (v.label or "").startswith("x[") and v.kind == "parameter"]
        assert x, "the leaves have their gradients"
        assert all(gradient is not None for gradient in x)


def test_the_backward_pass_in_single_numbers_gives_the_same_gradient():
    x, w = leaf(2, 3, name="x"), leaf(3, 2, seed=1, name="w")
    loss = F.mse_loss(F.tanh(x @ w), np.zeros((2, 2)))
    steps = []
    scalars = ScalarPicture(picture_of(loss))
    scalars.watch(steps.append)
    arrived = {}
    for step in steps:
        for target, total in zip(step.inputs, step.totals, strict=True):
            arrived[target.name] = total
    loss.backward()
    for place in np.ndindex(w.shape):
        np.testing.assert_allclose(arrived[f"w[{place[0]}, {place[1]}]"], w.grad[place], rtol=1e-10)


def test_the_backward_pass_is_played_in_single_numbers():
    x, w = leaf(1, 3, name="x"), leaf(3, 1, seed=1, name="w")
    y = (x @ w).sum()
    y.name = "y"
    payload = ng.animate(y, level="scalar", depth=9).payload
    assert sum(facts["op"] == "multiply" for facts in payload["nodes"].values()) == 3
    assert {group["path"] for group in payload["groups"]} == {"x", "w"}
    closed = ng.animate(y, level="module").payload
    assert len(closed["nodes"]) == 4
    with pytest.raises(ArgumentError, match="optimizer"):
        ng.animate(y, level="scalar", optimizer=ng.optim.SGD([w], lr=0.1))
    with pytest.raises(ArgumentError, match="single number"):
        ng.animate(x.T @ w.T, gradient=np.ones((3, 3)), level="scalar")


def test_not_yet_is_not_zero_in_single_numbers_either():
    y = leaf(2, name="x").sum()
    assert all(v.gradient is None for v in ScalarPicture(picture_of(y)).vertices)


def test_the_graph_face_is_unfolded_too():
    m = Network()
    with pytest.raises(NotComputedError):
        ng.draw(m.nodes[-1], level="scalar")
    forward_and_backward(m.nodes)
    scalars = check_elements(m.nodes[-1])
    assert len(scalars.vertices) > len(m.nodes)


@settings(max_examples=30)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 100))
def test_products_of_any_size(rows, inner, columns, seed):
    y = leaf(rows, inner, seed=seed, name="a") @ leaf(inner, columns, seed=seed + 1, name="b")
    y.name = "y"
    y.backward(np.ones(y.shape))
    scalars = check_elements(y)
    assert len(scalars.vertices) == count_scalars(picture_of(y))


def test_what_is_unfolded_by_name_is_an_operation():
    from nbgrad.core.op import REGISTRY

    assert set(REGISTRY) >= {*MOVES, *RULES}


def test_generated_names_are_not_those_of_arrays_whose_elements_are_there():
    g = ng.tensor([1.0, 2.0], requires_grad=True, name="g")
    payload = ng.animate((np.tanh(g * 2) * 3).max(), level="scalar").payload
    names = [node["name"] for node in payload["nodes"].values() if node["kind"] != "constant"]
    assert len(set(names)) == len(names)
    arrays = {name.partition("[")[0] for name in names if "[" in name}
    assert arrays.isdisjoint(names)


def test_an_element_of_a_whole_is_taken_as_one_takes_it():
    g = ng.tensor([1.0, 2.0], requires_grad=True, name="g")
    payload = ng.animate(ng.nn.functional.softmax(g).sum(), level="scalar").payload
    told = ["".join(token["text"] for token in frame["equation"]) for frame in payload["frames"]]
    assert "v₁[0] (2 → number) = 0.269" in told


# ---- highlighting what lies in a closed group
def test_what_lies_in_a_closed_group_is_highlighted_with_its_box():
    x = ng.tensor([1.0, 2.0], requires_grad=True, name="x")
    with ng.group("net"):
        with ng.group("first"):
            h = np.tanh(x * 2)
        with ng.group("second"):
            z = np.exp(h * 3)
        z.name = "z"
    loss = z.sum()
    loss.name = "loss"
    closed = ng.draw(loss, depth=0)
    for inside in ("first", "net / second", "z", "net"):
        for drawing in (ng.draw(loss, depth=0, highlight=[inside, "loss"]), closed.look(highlight=[inside, "loss"])):
            assert "Highlighted: net, loss." in drawing.text
    opened = ng.draw(loss, level="tensor", highlight="second")
    assert "Highlighted: z" in opened.text or ", z." in opened.text
    with pytest.raises(OptionError, match="no such node"):
        ng.draw(loss, depth=0, highlight="third")


def test_twelve_equal_layers_fold_before_their_picture_is_wider_than_some_screens():
    net = nn.Sequential(*[nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(12)])
    x = leaf(5, 4, name="x", grad=False)
    loss = (net(x) ** 2).mean()
    folded = ng.draw(loss)
    assert "× 12 in a row" in folded.text
    assert len(folded.graph) < 10
    few = nn.Sequential(*[nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(3)])
    assert "in a row" not in ng.draw((few(x) ** 2).mean()).text
