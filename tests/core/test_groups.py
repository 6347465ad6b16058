"""Groups: what remembers them, in which threads and tasks, and what they become at the border."""

import asyncio
import copy
import gc
import pickle
import sys
import threading
import weakref
from types import ModuleType

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn
from nbgrad.core import errors, places
from nbgrad.graph import Add, Multiply, Placeholder
from nbgrad.nn import functional as F


def leaf(value=2.0, name=None):
    return ng.tensor(value, requires_grad=True, name=name)


def groups_of(root):
    return [path for _, path in ng.to_networkx(root).nodes(data="group")]


@pytest.fixture
def notebook(monkeypatch):
    """A namespace whose variables count as those of the notebook."""
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    return vars(main)


# ---- by hand
def test_groups_stand_within_groups():
    x = leaf()
    with ng.group("outer"):
        a = x * x
        with ng.group("inner"):
            b = a.exp() + a
        c = b * b
    assert groups_of(c - 1.0) == [
        ("outer",), ("outer",), ("outer", "inner"), ("outer", "inner"), ("outer",), (), (),
    ]  # fmt: skip


def test_a_group_is_remembered_in_scripts_and_nothing_is_where_none_is_open():
    x = leaf()
    assert not places.noting
    with ng.group("g"):
        assert places.noting
        y = x * x
    assert not places.noting
    assert y.group.name == "g"
    assert (x * x).group is None
    assert y.extras is None, "the backward pass shall not take the slow way for a group"


def test_a_group_ends_with_an_error_too():
    with pytest.raises(ZeroDivisionError), ng.group("g"):
        raise ZeroDivisionError
    assert (leaf() * 2).group is None


def test_a_name_is_text():
    with pytest.raises(errors.NameTypeError, match=r"ng.group\('3'\)"), ng.group(3):
        pass


def test_the_same_name_again_is_another_group():
    x = leaf()
    for _ in range(2):
        with ng.group("block"):
            x = (x * x).sin()
    assert groups_of(x) == [("block",), ("block",), ("block",), ("block (2)",), ("block (2)",)]


def test_what_was_made_outside_belongs_where_it_is_used(notebook):
    W, b, shared, X = leaf(name="W"), leaf(name="b"), leaf(name="shared"), ng.tensor(3.0, name="X")
    with ng.group("one"):
        h = X * W + shared
    with ng.group("two"):
        y = h * b + shared
    paths = {facts["name"]: facts["group"] for _, facts in ng.to_networkx(y).nodes(data=True)}
    assert (paths["W"], paths["b"], paths["shared"], paths["X"]) == (("one",), ("two",), (), ())


def test_what_was_made_inside_stays_inside():
    with ng.group("parameters"):
        W, b = leaf(), leaf()
    with ng.group("network"):
        y = (W * 3.0 + b).exp()
    assert groups_of(y) == [("parameters",), ("parameters",), ("network",), *[("network",)] * 3]


def test_a_single_box_gets_no_frame():
    with ng.group("g"):
        y = leaf().sin()
    assert groups_of(y.sin().sin()) == [("g",), ("g",), (), ()]
    x = leaf() * 1.0
    with ng.group("g"):
        y = x.exp()
    assert groups_of(y) == [(), (), (), ()]


def test_threads_and_tasks_have_groups_of_their_own():
    x = leaf()
    inside, done = threading.Event(), threading.Event()
    others = []

    def other():
        inside.wait()
        others.append(x * x)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with ng.group("mine"):
        inside.set()
        done.wait()
        mine = x * x
    thread.join()
    assert others[0].group is None
    assert mine.group.name == "mine"

    async def compute(name):
        with ng.group(name):
            before = x * x
            await asyncio.sleep(0)
            return before, x * before

    async def both():
        return await asyncio.gather(compute("a"), compute("b"))

    for results, name in zip(asyncio.run(both()), "ab", strict=True):
        assert [y.group.name for y in results] == [name, name]


def test_the_graph_face_remembers_groups_too():
    x, k = Placeholder("x"), Placeholder("k", is_trainable=True)
    with ng.group("layer"):
        y = Add(Multiply(x, k), k)
    assert [path for _, path in ng.to_networkx(Add(y, x)).nodes(data="group")] == [
        (), ("layer",), ("layer",), ("layer",), (),
    ]  # fmt: skip
    assert pickle.loads(pickle.dumps(x)).group is None


def test_a_group_changes_no_program():
    x, y = np.arange(3.0), np.ones(3)

    def loss(w):
        with ng.group("error"):
            error = w * x - y
        return (error * error).mean()

    def without(w):
        error = w * x - y
        return (error * error).mean()

    step, same = (ng.compile(ng.value_and_grad(f), np.ones(3)) for f in (loss, without))
    assert step.source.replace("without", "loss") == same.source.replace("without", "loss")
    np.testing.assert_array_equal(step(np.ones(3))[1], same(np.ones(3))[1])


# ---- modules
class Block(nn.Module):
    def __init__(self, size, rng=0):
        self.linear = nn.Linear(size, size, rng=rng)
        self.norm = nn.LayerNorm(size)

    def forward(self, x):
        return x + F.tanh(self.norm(self.linear(x)))


class Net(nn.Module):
    def __init__(self):
        self.layers = [Block(3, rng=0), Block(3, rng=1)]
        self.head = nn.Linear(3, 1, rng=2)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


def test_modules_are_groups_by_their_place(notebook):
    notebook["net"] = net = Net()
    notebook["X"] = X = np.ones((2, 3))
    graph = ng.to_networkx(F.mse_loss(net(X), np.zeros((2, 1))))
    paths = {facts["name"]: facts["group"] for _, facts in graph.nodes(data=True)}
    assert paths["X"] == ()
    assert paths["layers.1.linear.weight"] == ("net", "layers.1", "linear")
    assert paths["head.bias"] == ("net", "head")
    paths = {path for _, path in graph.nodes(data="group")}
    assert ("net", "layers.0") in paths
    assert ("net", "layers.0", "norm") in paths


def test_what_a_module_is_called_elsewhere():
    X = np.ones((2, 3))
    assert set(groups_of(nn.Linear(3, 1, rng=0)(X))) == {(), ("Linear",)}, "what it was given came from outside"
    net = nn.Sequential(nn.Linear(3, 3, rng=0), nn.Tanh(), head=nn.Linear(3, 1, rng=1))
    assert {("Sequential", "0 Linear"), ("Sequential", "head"), ("Sequential",)} <= set(groups_of(net(X)))
    twice = Net()
    assert ("Net (2)", "layers.1") in set(groups_of(twice(X) + twice(X)))


def test_a_module_within_a_group_and_a_group_within_a_module():
    class Inner(nn.Module):
        def __init__(self):
            self.k = leaf(name="k")

        def forward(self, x):
            with ng.group("cube"):
                x = x * x * x
            return self.k * x

    with ng.group("model"):
        y = Inner()(leaf(3.0))
    assert groups_of(y) == [
        ("model", "Inner"), ("model", "Inner", "cube"), ("model", "Inner", "cube"), ("model", "Inner", "cube"),
        ("model", "Inner"),
    ]  # fmt: skip


def test_several_results_and_none_of_its_own():
    class Two(nn.Module):
        def forward(self, x):
            return {"a": (x * x).exp(), "b": [x + 1.0, x]}

    x = leaf()
    results = Two()(x)
    assert set(groups_of(results["a"] * results["b"][0])) == {("Two",), ()}
    assert results["b"][1].group is None
    assert nn.Sequential()(x).group is None


def test_modules_are_called_by_position_and_by_name():
    class Three(nn.Module):
        def forward(self, a, b=1.0, *, c=0.0):
            return a * b + c

    three = Three()
    assert float(three(a=leaf(2.0)).item()) == 2.0
    assert float(three(leaf(2.0), 3.0, c=1.0).item()) == 7.0
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'a'"):
        three()


def test_copies_and_pickles_of_a_module_keep_nothing_of_its_calls():
    net = nn.Linear(3, 1, rng=0)
    net(np.ones((2, 3)))
    assert "_caller" not in vars(net)
    for copied in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        y = copied(np.ones((2, 3)))
        assert y.group[0].module() is copied


def test_a_module_that_keeps_its_result_is_freed_at_once():
    class Keeping(nn.Module):
        def __init__(self):
            self.k = leaf()

        def forward(self, x):
            self.last = self.k * x
            return self.last

    gc.disable()
    try:
        net = Keeping()
        y = net(3.0)
        seen = weakref.ref(y), weakref.ref(net)
        del net, y
        assert [ref() for ref in seen] == [None, None]
    finally:
        gc.enable()


# ---- modules in a list
def test_modules_in_a_list_are_called_by_their_place_all_alike(notebook):
    heads = notebook["heads"] = [nn.Linear(2, 2, rng=i) for i in range(3)]
    outs = []
    for h in heads:
        notebook["h"] = h
        outs.append(h(ng.tensor(np.ones((1, 2)))))
    found = set(groups_of(np.concatenate(outs)))
    assert found == {("heads[0]",), ("heads[1]",), ("heads[2]",), ()}


def test_modules_with_variables_of_their_own_keep_these_names(notebook):
    notebook["first"], notebook["second"] = nn.Linear(2, 2, rng=0), nn.Linear(2, 2, rng=1)
    notebook["layers"] = (notebook["first"], notebook["second"])
    notebook["numbers"], notebook["nothing"] = [1, 2], []
    x = ng.tensor(np.ones((1, 2)))
    for layer in notebook["layers"]:
        x = layer(x)
    assert set(groups_of(x)) == {("first",), ("second",), ()}
