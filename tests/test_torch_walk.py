"""The walk through what PyTorch records, on records made by hand: it needs no PyTorch."""

import subprocess
import sys

import fake_torch
import numpy as np
import pytest
from fake_torch import Record, Tensor, leaf

import nbgrad as ng
from nbgrad.core.errors import NoHistoryError
from nbgrad.display import TOO_MANY, NotAGraphError
from nbgrad.notebook.pytorch.values import Numbers


@pytest.fixture(autouse=True)
def _torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", fake_torch.module())


def linear():
    """mean((x @ Wᵀ)²), of which W needs a gradient, and x does not."""
    w = Tensor(np.array([[1.0, -2.0, 0.5]]), requires_grad=True)
    x = Tensor(np.ones((4, 3)))
    turned = Record("TBackward0", [leaf(w)], (3, 1))
    product = Record(
        "MmBackward0", [None, turned], (4, 1), _saved_self=x, _saved_mat2=Tensor(w.numbers.T, grad_fn=turned)
    )
    square = Record("PowBackward0", [product], (4, 1), _saved_self=Tensor(x.numbers @ w.numbers.T, grad_fn=product))
    square._saved_exponent = 2
    return Tensor(0.25, grad_fn=Record("MeanBackward0", [square])), w, x


def test_what_was_recorded_is_drawn_in_the_order_in_which_it_was_made():
    loss, w, x = linear()
    w.grad = Tensor(np.array([[3.0, 3.0, 3.0]]))
    graph = ng.to_networkx(loss, params={"net.W": w, "net.x": x})
    assert [facts["op"] or facts["name"] for _, facts in graph.nodes(data=True)] == [
        "net.W", "t", "net.x", "mm", "square", "mean"
    ]  # fmt: skip
    assert list(graph.edges(data="position")) == [(0, 1, 0), (1, 3, 1), (2, 3, 0), (3, 4, 0), (4, 5, 0)]
    assert [graph.nodes[node]["kind"] for node in graph] == ["parameter", "operation", "data", *["operation"] * 3]
    assert [graph.nodes[node]["shape"] for node in graph] == [(1, 3), (3, 1), (4, 3), (4, 1), (4, 1), ()]
    assert [graph.nodes[node]["symbol"] for node in graph] == [None, "T", None, "@", "²", "mean"]
    assert graph.nodes[0]["gradient"].tolist() == [[3.0, 3.0, 3.0]]
    assert graph.nodes[3]["value"].tolist() == [[-0.5]] * 4
    assert (graph.nodes[4]["value"], graph.nodes[4]["bare"]) == (None, True)
    assert graph.nodes[3]["saved"] == (("mat2", (3, 1)), ("self", (4, 3)))
    assert {graph.nodes[node]["group"] for node in (0, 1, 3)} == {("net",)}
    assert graph.nodes[5]["group"] is None


def test_values_are_those_of_the_moment():
    loss, w, _ = linear()
    graph = ng.to_networkx(loss)
    w.numbers[:] = 0
    assert graph.nodes[0]["value"].tolist() == [[1.0, -2.0, 0.5]]


def test_no_more_numbers_are_copied_than_a_picture_can_hold(monkeypatch):
    monkeypatch.setattr(Numbers.__init__, "__defaults__", (3,))
    graph = ng.to_networkx(linear()[0])
    assert [node for node, value in graph.nodes(data="value") if value is not None] == [0]
    assert [node for node, bare in graph.nodes(data="bare") if not bare] == [0]
    assert graph.nodes[2]["shape"] == (4, 3)


def test_a_record_that_is_used_twice_is_drawn_once():
    w = Tensor(3.0, requires_grad=True)
    root = leaf(w)
    graph = ng.to_networkx(Tensor(9.0, grad_fn=Record("MulBackward0", [root, root])))
    assert list(graph.edges(keys=True)) == [(0, 1, 0), (0, 1, 1)]


def test_several_results_are_drawn_together():
    loss, w, _ = linear()
    held = [loss, {"again": Tensor(1.0, grad_fn=Record("NegBackward0", [loss.grad_fn])), "none": None}, (Tensor(2.0),)]
    held.append(held)
    assert [op for _, op in ng.to_networkx(held).nodes(data="op") if op] == ["t", "mm", "square", "mean", "neg"]
    assert ng.to_networkx(w).nodes[0]["kind"] == "parameter"


def test_what_is_kept_elsewhere_or_gone_is_not_asked_for():
    class Freed(Record):
        @property
        def _saved_result(self):
            raise RuntimeError("Trying to backward through the graph a second time")

        @property
        def _saved_self(self):
            raise AssertionError("computed anew")

        _raw_saved_self = type("Raw", (), {"unpack_hook": print})()

    w = Tensor(3.0, requires_grad=True)
    inner = Freed("ExpBackward0", [leaf(w)])
    graph = ng.to_networkx(Tensor(1.0, grad_fn=Record("NegBackward0", [inner])))
    assert graph.nodes[1]["value"] is None
    assert graph.nodes[1]["saved"] == ()


def test_a_result_without_a_history_says_why():
    with pytest.raises(NoHistoryError, match="requires_grad=True"):
        ng.draw(Tensor(1.0))
    with pytest.raises(NoHistoryError, match="requires_grad=True"):
        ng.to_networkx((Tensor(1.0), None))


def test_a_network_is_to_be_called_first():
    for look in (ng.draw, ng.to_networkx):
        with pytest.raises(NotAGraphError, match=r"such as this Module, .* ng.draw\(network\(x\)"):
            look(fake_torch.Module())


def test_a_pass_that_cannot_be_watched_is_not_played():
    for look in (ng.animate, ng.find_nan):
        with pytest.raises(TypeError, match=r"can only be drawn: ng.draw\(result\)"):
            look(linear()[0])


def chain(length):
    record = leaf(Tensor(1.0, requires_grad=True))
    for _ in range(length):
        record = Record("NegBackward0", [record])
    return Tensor(1.0, grad_fn=record)


def test_what_is_too_large_to_be_drawn_says_so():
    assert f"{TOO_MANY + 1:,} nodes" in ng.draw(chain(TOO_MANY)).text
    assert "too" not in ng.draw(chain(3)).text


def test_no_record_is_too_deep():
    assert len(ng.to_networkx(chain(20_000))) == 20_001


def test_nothing_imports_torch():
    code = (
        "import sys\n"
        "class Forbidden:\n"
        "    def find_spec(self, name, *rest):\n"
        "        assert name.partition('.')[0] != 'torch'\n"
        "sys.meta_path.insert(0, Forbidden())\n"
        "import nbgrad as ng\n"
        "x = ng.tensor(1.0, requires_grad=True)\n"
        "ng.draw(x * x).svg, ng.to_networkx(x), ng.animate(x * x)\n"
        "sys.modules['torch'] = None\n"
        "ng.draw(x * x).svg, ng.draw(ng.to_networkx(x)).svg\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_is_kept_for_the_backward_pass_is_told():
    assert "kept for the backward pass: mat2 3×1, self 4×3</title>" in ng.draw(linear()[0]).svg


def layer(**settings):
    """x @ Wᵀ + b, of which W and b need a gradient."""
    w, b, x = (
        Tensor(np.ones((2, 3)), requires_grad=True),
        Tensor(np.ones(2), requires_grad=True),
        Tensor(np.ones((4, 3))),
    )
    turned = Record("TBackward0", [leaf(w)], (3, 2))
    record = Record("AddmmBackward0", [leaf(b), None, turned], (4, 2), _saved_mat1=x, **settings)
    return Tensor(np.ones((4, 2)), grad_fn=record), {"W": w, "b": b, "x": x}


def test_a_linear_layer_is_one_box_with_its_operands_in_place():
    result, named = layer()
    graph = ng.to_networkx(result, params=named)
    (node,) = (node for node, op in graph.nodes(data="op") if op)
    operands = {position: graph.nodes[u]["name"] for u, _, position in graph.in_edges(node, data="position")}
    assert (graph.nodes[node]["op"], operands) == ("linear", {0: "x", 1: "W", 2: "b"})
    assert "t" in [op for _, op in ng.to_networkx(layer(_saved_alpha=2)[0]).nodes(data="op")]


def test_a_number_that_is_not_kept_is_an_operand_all_the_same():
    w = Tensor(3.0, requires_grad=True)
    text = ng.draw(Tensor(8.0, grad_fn=Record("AddBackward0", [leaf(w), None], _saved_alpha=2)), params={"w": w}).text
    assert "add(w, …, alpha=2)" in text
    assert "not kept" in text


def test_numbers_known_from_only_one_of_two_runs_have_not_changed():
    known, named = layer()
    freed, _ = layer()
    del freed.grad_fn._saved_mat1
    for before, after in ((known, freed), (freed, known)):
        text = ng.draw(after, params=named, compare=ng.draw(before, params=named)).text
        assert "→" not in text
