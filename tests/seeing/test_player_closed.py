"""What the player tells of a closed group at its edges: what arrives, the factor of the whole group, and a check."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session


def parameter(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def computed(value, name):
    """Something that is computed outside of all groups; a leaf used in one group only is drawn within it."""
    x = parameter(value, f"{name}₀") * 1.0
    x.name = name
    return x


def edge_of(payload, source, target):
    [found] = [edge for edge in payload["edges"].values() if (edge["from"], edge["to"]) == (source, target)]
    return found


def equations(payload, phase):
    frames = [frame for frame in payload["frames"] if frame["phase"] == phase]
    return ["".join(part["text"] for part in frame["equation"]) for frame in frames]


def number(text):
    return float(text.replace("−", "-"))


def through_one():
    """A group with one result, y = tanh(a · x)²: its own derivative is a single factor."""
    a, x = computed(0.5, "a"), computed(2.0, "x")
    with ng.group("g"):
        y = np.tanh(a * x) ** 2
    loss = 3 * y
    loss.name = "loss"
    return loss


def crossing(a=2.0, b=-0.7):
    """A group with two results, of which one leads to the other within the group."""
    a, b = computed(a, "a"), computed(b, "b")
    with ng.group("k"):
        s = a * b
        t = s + a
        s.name, t.name = "s", "t"
    loss = t * s
    loss.name = "loss"
    return loss


def test_a_closed_group_with_one_result_has_one_factor():
    payload = ng.animate(through_one(), depth=0).payload
    h = np.tanh(1.0)
    slope = 2 * h * (1 - h**2) * 0.5  # of tanh(a · x)² with respect to x
    edge = edge_of(payload, "x", "g")
    assert number(edge["upstream"]) == 3
    assert number(edge["local"]) == pytest.approx(slope, rel=1e-3)
    assert number(edge["product"]) == pytest.approx(3 * slope, rel=1e-3)
    [g] = [node for node in payload["nodes"].values() if node["name"] == "g"]
    assert [(local["name"], local["formula"]) for local in g["locals"]] == [("a", "∂g/∂a"), ("x", "∂g/∂x")]
    assert number(g["locals"][1]["text"]) == pytest.approx(slope, rel=1e-3)


def test_where_nothing_arrives_the_factor_is_not_known():
    a, x = computed(0.5, "a"), computed(2.0, "x")
    with ng.group("g"):
        y = np.tanh(a * x)
    loss = (y - y) * (y + 1) + a
    payload = ng.animate(loss * 1.0, depth=0).payload
    edge = edge_of(payload, "x", "g")
    assert (number(edge["upstream"]), number(edge["product"])) == (0, 0)
    assert "∂" in edge["local"]


def test_several_results_are_one_derivative_and_each_has_what_arrives_from_outside():
    payload = ng.animate(crossing(), depth=0).payload
    edge = edge_of(payload, "a", "k")
    s, t = -1.4, 0.6
    # What s gets through t within the group is no part of what arrives at the group.
    assert edge["upstream"] == f"s: {t}; t: −1.4"
    assert edge["local"] == "∂loss/∂(s, t) · ∂(s, t)/∂a"
    assert number(edge["product"]) == pytest.approx(t * -0.7 + s * (1 - 0.7), rel=1e-3)
    assert edge["check"]["agrees"]
    [k] = [node for node in payload["nodes"].values() if node["name"] == "k"]
    locals_ = [(local["name"], local["formula"]) for local in k["locals"]]
    assert locals_ == [("a", "∂(s, t)/∂a"), ("b", "∂(s, t)/∂b")]
    assert equations(payload, "forward")[2] == "s, t = k(a, b) = −1.4, 0.6"


def test_only_results_that_lead_to_a_node_are_in_its_derivative():
    a, b, x = parameter(2.0, "a"), parameter(3.0, "b"), parameter(0.5, "x")
    h = x * 1.0
    h.name = "h"
    with ng.group("k"):
        s, t = a * h, b * b
        s.name, t.name = "s", "t"
    loss = s * t
    loss.name = "loss"
    payload = ng.animate(loss, depth=0).payload
    edge = edge_of(payload, "h", "k")
    assert (edge["upstream"], edge["local"], edge["product"]) == ("9", "∂loss/∂s · ∂s/∂h", "18")
    [k] = [node for node in payload["nodes"].values() if node["name"] == "k"]
    assert ("h", "∂s/∂h") in [(local["name"], local["formula"]) for local in k["locals"]]


def test_a_weighted_pass_is_named_in_the_derivative_of_a_group():
    a, x = computed(0.5, "a"), ng.tensor([1.0, 2.0], name="x")
    with ng.group("g"):
        h = np.tanh(a * x)
    y = h * h
    y.name = "y"
    told = equations(ng.animate(y, np.array([1.0, 2.0]), depth=0).payload, "backward")
    [equation] = [one for one in told if one.startswith("∂(seed·y)/∂a =")]
    assert equation.startswith("∂(seed·y)/∂a = ∂(seed·y)/∂g · ∂g/∂a")


def several_arrays(seed=0):
    rng = np.random.default_rng(seed)
    z, g = parameter(rng.normal(size=(4, 3)), "z"), parameter(rng.normal(size=3), "g")
    with ng.group("stats"):
        mu = z.mean(axis=0)
        v = ((z - mu) ** 2).mean(axis=0)
        mu.name, v.name = "mu", "v"
    y = (z - mu) / np.sqrt(v + 1e-3) * g
    return (y**3).sum(), z, ("z", "stats")


def row_with_shared_weights(seed=0):
    rng = np.random.default_rng(seed)
    w, h = parameter(rng.normal(size=(2, 2)), "w"), ng.tensor(rng.normal(size=(3, 2)), name="h₀")
    for step in range(4):
        with ng.group(f"step {step}"):
            h = np.tanh(h @ w)
    return (h * h).mean(), w, ("w", "step")


def equal_heads(seed=0):
    rng = np.random.default_rng(seed)
    x, heads = parameter(rng.normal(size=(3, 4)), "x"), []
    for i in range(4):
        w = parameter(rng.normal(size=(4, 2)), f"w{i}")
        with ng.group(f"head {i}"):
            heads.append(np.tanh(x @ w))
    return (np.stack(heads) ** 2).sum(), x, ("x", "head")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("made", [several_arrays, row_with_shared_weights, equal_heads])
def test_arrays_that_go_in_at_several_places_are_checked_at_one_element(made, seed):
    loss, leaf, ends = made(seed)
    edge = edge_of(ng.animate(loss, depth=0).payload, *ends)
    check = edge["check"]
    assert check["agrees"]
    assert check["element"]
    assert number(check["differences"]) == pytest.approx(number(check["ours"]), rel=1e-4)
    loss.backward()
    if ends[0] != "z":  # which is used outside of the group, too
        place = tuple(int(part) for part in check["element"].strip("[]").split(","))
        assert number(check["ours"]) == pytest.approx(leaf.grad[place], rel=1e-5)
        assert abs(leaf.grad[place]) == np.abs(leaf.grad).max()


def test_single_precision_is_checked_too():
    rng = np.random.default_rng(0)
    w = parameter(rng.normal(size=(2, 2)).astype(np.float32), "w")
    h = ng.tensor(rng.normal(size=(3, 2)).astype(np.float32), name="h₀")
    for step in range(4):
        with ng.group(f"step {step}"):
            h = np.tanh(h @ w)
    check = edge_of(ng.animate((h * h).mean(), depth=0).payload, "w", "step")["check"]
    assert check["agrees"]
    assert number(check["differences"]) == pytest.approx(number(check["ours"]), rel=2e-2)


def test_parts_that_cancel_are_not_told_to_be_checked():
    """Of two large contributions that cancel, finite differences keep no digit: nothing is claimed."""
    x = computed(np.array([1.0, 2.0, 3.0]), "x")
    with ng.group("g"):
        y = (np.exp(x * 8.0) - np.exp(8.0 * x)).sum() + x.sum()
    edge = edge_of(ng.animate(y * 1.0, depth=0).payload, "x", "g")
    assert edge["check"] is None or number(edge["check"]["differences"]) == pytest.approx(1, rel=1e-4)


def test_equal_groups_tell_what_goes_in_and_what_comes_out():
    payload = ng.animate(equal_heads()[0], depth=0).payload
    assert equations(payload, "forward")[0] == "head(x) (3×4 → 4 × (3×2))"
    said = payload["frames"][0]["sentence"]
    assert said == "head stands for 4 equal groups: each computes a result of its own from x."


def held_and_free():
    """A group with a parameter that is made after a free one, and a group whose parameter is made before it."""
    x = ng.tensor(0.5, name="x")
    u, c, w = (parameter(value, name) for value, name in ((1.5, "u"), (0.8, "c"), (-0.4, "w")))
    with ng.group("late"):
        h = np.tanh(c * x) + w
    with ng.group("early"):
        y = np.sin(h * u) + u
    return (y * c) ** 2


@pytest.mark.parametrize("made", [held_and_free, through_one, crossing])
def test_in_each_phase_moments_grow(made):
    session = Session(picture_of(made()))
    payload = session.payload()
    for path in [None, *(group["path"] for group in payload["groups"])]:
        payload = payload if path is None else session.answer({"kind": "toggle", "id": 1, "path": path})
        for phase in ("forward", "backward", "update"):
            moments = [frame["moment"] for frame in payload["frames"] if frame["phase"] == phase]
            assert moments == sorted(set(moments))


@pytest.mark.parametrize("made", [through_one, crossing])
def test_a_moment_is_the_same_whichever_groups_are_closed(made):
    session = Session(picture_of(made()))
    opened = session.payload()
    [group] = opened["groups"]
    closed = session.answer({"kind": "toggle", "id": 1, "path": group["path"]})
    inside = {node for node, facts in opened["nodes"].items() if facts["group"]}
    for phase in ("forward", "backward", "update"):
        moments = [frame["moment"] for frame in opened["frames"] if frame["phase"] == phase]
        assert moments == sorted(set(moments))
        for frame in (frame for frame in closed["frames"] if frame["phase"] == phase):
            [same] = [each for each in opened["frames"] if (each["phase"], each["moment"]) == (phase, frame["moment"])]
            if frame["target"] is not None and str(frame["target"]) not in inside:
                assert (same["target"], same["number"]) == (frame["target"], frame["number"])
