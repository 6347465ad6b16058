"""find_nan: where a NaN or an infinity came from, and why."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import errors
from nbgrad.graph import MSE, Linear, Placeholder

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def leaf(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def test_the_first_operation_is_named_with_its_place_its_operands_and_the_fix():
    x = leaf([2.0, 0.0, -1.0], "x")
    with ng.debug():
        y = np.log(x)  # here
        y.name = "y"
        loss = np.sqrt(y * 0.0).sum()
    found = ng.find_nan(loss)
    lines = repr(found).splitlines()
    assert lines[0] == "NaN first arises in y, the result of log, shape (3,): 1 of 3 elements, the first at [2]"
    assert lines[1].endswith(":  y = np.log(x)  # here")
    assert "test_find_nan.py, line " in lines[1]
    assert lines[2:] == [
        "  x: shape (3,), min −1, mean 0.333, max 2; there it is −1",
        "  why: a negative number has no real logarithm",
        "  fix: keep x above 0, for example np.log(np.maximum(x, 1e-12))",
    ]
    assert found
    assert (found.node, found.op, found.kind, found.where, found.index, found.count) == (
        y,
        "log",
        "NaN",
        "value",
        (2,),
        1,
    )
    assert found.place.code == "y = np.log(x)  # here"
    np.testing.assert_array_equal(found.inputs[0], [2.0, 0.0, -1.0])


def test_without_a_place_it_says_how_to_have_one():
    assert "with ng.debug()" in ng.find_nan(np.log(leaf(0.0, "x"))).text


X = np.array([1.0, 0.0])


@pytest.mark.parametrize(
    ("compute", "op", "kind", "why"),
    [
        (lambda x: np.log(x), "log", "Inf", "the logarithm of 0 is −∞"),
        (lambda x: 1.0 / x, "divide", "Inf", "division by 0"),
        (lambda x: x / x, "divide", "NaN", "0 divided by 0"),
        (lambda x: np.exp(x * 1000.0), "exp", "Inf", "beyond 709.8"),
        (lambda x: np.exp(x.astype(np.float32) * 100.0), "exp", "Inf", "beyond 88.7 .* float32"),
        (lambda x: np.sqrt(x - 1.0), "sqrt", "NaN", "negative number has no real square root"),
        (lambda x: x**-1.0, "power", "Inf", "0 to a negative power"),
        (lambda x: (x - 1.0) ** 0.5, "power", "NaN", "fractional exponent"),
        (lambda x: (x + 1.0) * 1e200 * 1e200, "multiply", "Inf", "exceeds the largest number of float64"),
        (lambda x: x[:0].mean(), "mean", "NaN", "no elements"),
    ],
)
def test_the_reason_is_told(compute, op, kind, why):
    found = ng.find_nan(compute(leaf(X, "x")))
    assert (found.op, found.kind, found.where) == (op, kind, "value")
    why_line = next(line for line in found.text.splitlines() if line.startswith("  why: "))

    assert re.search(why, why_line)


def test_leaves_and_constants_can_bring_it_in():
    bad = leaf([1.0, np.nan], "w")
    found = ng.find_nan((bad * 2.0).sum())
    assert found.node is bad
    assert found.text.startswith("NaN comes in with w, parameter, shape (2,): 1 of 2 elements, the first at [1]")
    data = np.array([[1.0, 2.0], [np.inf, 0.0]])
    found = ng.find_nan((leaf(1.0, "w") * data).sum())
    assert found.node is data
    assert (found.op, found.kind, found.index) == (None, "Inf", (1, 0))


def test_a_mask_of_infinities_is_no_mistake_while_the_result_is_finite():
    x = leaf(np.zeros(3), "x")
    assert not ng.find_nan(np.exp(x + np.array([0.0, -np.inf, 0.0])).sum())


def test_an_infinite_slope_is_found_on_the_way_back():
    x = leaf([4.0, 0.0], "x")
    found = ng.find_nan(np.sqrt(x).sum())
    assert (found.op, found.kind, found.where, found.index) == ("sqrt", "Inf", "gradient", (1,))
    assert "is finite, but its gradient is not" in found.text
    assert "at 0 its slope 1/(2√x) is infinite" in found.text
    assert "np.sqrt(x + 1e-12)" in found.text


def test_what_where_hides_spoils_the_gradient():
    x = leaf([4.0, 0.0], "x")
    found = ng.find_nan(np.where(x > 0, np.sqrt(x), 0.0).sum())
    assert (found.op, found.kind, found.where) == ("sqrt", "NaN", "gradient")
    assert "0 · ∞" in found.text
    assert "np.sqrt(np.where(x > 0, x, 1.0))" in found.text
    cured = np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0).sum()  # the fix that is suggested
    assert not ng.find_nan(cured)


def test_all_is_well():
    x = leaf([4.0, 1.0], "x")
    found = ng.find_nan(np.sqrt(x).sum())
    assert not found
    assert found.node is None
    assert found.text.startswith("nothing found")
    assert not ng.find_nan(ng.tensor([1, 2]))
    assert not ng.find_nan(x * 2.0)  # several numbers


def test_complex_numbers_on_the_way_are_looked_at_too():
    x = leaf([1.0, 2.0], "x")
    assert not ng.find_nan(np.abs(np.fft.fft(x)).sum())
    assert not ng.find_nan(np.fft.fft(x))
    found = ng.find_nan(np.abs(np.fft.fft((x * 0.0 + 1.0) * 2e307) * 1e10).sum())
    assert (found.op, found.where) == ("multiply", "value")
    assert "in size" in found.text


def test_the_graph_face_has_it_too():
    x, W, b, t = (Placeholder(name=name) for name in "xWbt")
    loss = MSE(t, Linear(x, W, b, name="y"), name="loss")
    with pytest.raises(errors.NotComputedError):
        ng.find_nan(loss)
    feed = {x: np.full((2, 1), 1e200), W: np.full((1, 1), 1e200), b: np.zeros(1), t: np.zeros((2, 1))}
    ng.graph.forward(ng.graph.topological_sort_feed_dict(feed, loss))
    assert ng.find_nan(loss).op == "linear"


def test_a_long_chain_takes_no_recursion():
    y = leaf(1.0, "x")
    for _ in range(200_000):
        y = y * 1.00001
    assert ng.find_nan(np.log(y - y)).op == "log"


def test_the_drawing_marks_the_node_in_shape_and_words():
    x = leaf([2.0, 0.0, -1.0], "x")
    y = np.log(x)
    graph = ng.to_networkx(y.sum())
    assert [facts.get("problem") for _, facts in graph.nodes(data=True)] == [None, "NaN", None]
    drawing = ng.draw(y.sum())
    assert drawing.svg.count('class="ng-problem"') == 1
    assert ">NaN arises here<" in drawing.svg
    assert drawing.text.count("NaN arises here") == 1
    fine = ng.draw(np.exp(x).sum())
    assert "ng-problem" not in fine.svg
    assert "problem" not in str(fine.graph.nodes(data=True))


def test_after_backward_the_drawing_marks_an_infinite_slope():
    x = leaf([4.0, 0.0], "x")
    loss = np.sqrt(x).sum()
    assert "arises here" not in ng.draw(loss).text
    loss.backward()
    assert "∂ ∞ arises here" in ng.draw(loss).text


def test_infinities_are_written_with_their_signs():
    with np.errstate(all="ignore"):
        assert ng.find_nan(np.log(leaf([0.0, 1.0], "x")).sum()).text.startswith("−∞ first arises")
        assert ng.find_nan((1.0 / leaf([0.0, 1.0], "x")).sum()).text.startswith("∞ first arises")
        assert ng.find_nan((1.0 / leaf([0.0, -0.0], "x"))[0]).text.startswith("±∞ first arises")


def test_an_operand_that_stands_there_twice_is_told_of_once():
    m = leaf([0.0, 1.0], "m")
    with np.errstate(all="ignore"):
        found = ng.find_nan((m / m).sum())
    assert found.text.count("  m: shape") == 1


@pytest.fixture(params=["zh-Hant", "zh-Hans"])
def chinese(request):
    ng.set_language(request.param)
    yield request.param
    ng.set_language(None)


def test_operations_have_chinese_names_in_chinese(chinese):
    with np.errstate(all="ignore"):
        value = ng.find_nan(np.log(leaf([0.0, 1.0], "x")).sum())
        slope = ng.find_nan(np.sqrt(leaf([0.0, 1.0], "x")).sum())
    assert (value.op, slope.op) == ("log", "sqrt"), "the attribute is the name in Python"
    for found, name in ((value, "自然"), (slope, "平方根")):
        first = found.text.splitlines()[0]
        assert name in first
        assert found.op not in first


CELLS = """
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("import numpy as np, nbgrad as ng", store_history=True)
shell.run_cell("x = ng.tensor([1.0, 0.0], requires_grad=True)", store_history=True)
shell.run_cell("y = x * 2\\nwith np.errstate(all='ignore'):\\n    z = np.log(y)\\nloss = z.sum()", store_history=True)
shell.run_cell("print(ng.find_nan(loss))", store_history=True)
"""


def test_in_a_notebook_cell_and_line_are_named_without_being_asked_to(tmp_path):
    env = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", CELLS], capture_output=True, text=True, env=env)
    assert "−∞ first arises in z" in done.stdout, done.stderr
    assert "In [3], line 3:  z = np.log(y)" in done.stdout


def marked(y):
    return {facts["name"]: facts["problem"] for _, facts in ng.to_networkx(y).nodes(data=True) if "problem" in facts}


def test_every_source_of_nan_is_marked_and_nothing_that_it_has_spoilt():
    a = ng.tensor([1.0, np.nan], requires_grad=True, name="a")
    b = ng.tensor([np.inf, 1.0], requires_grad=True, name="b")
    c = ng.tensor([3.0, 1.0], requires_grad=True, name="c")
    loss = (a * c + b).sum()
    assert marked(a * c + b * c) == {"a": "NaN"}  # NaN spoils the result; what an infinity would do cannot be told
    assert marked(loss) == {"a": "NaN"}
    d = ng.tensor([np.nan, 1.0], requires_grad=True, name="d")
    assert marked((a * c + d).sum()) == {"a": "NaN", "d": "NaN"}
    assert marked((b * c).sum()) == {"b": "∞"}
    with np.errstate(all="ignore"):
        assert marked(((c - c) / (c - c)).sum() + (a * c).sum()) == {"a": "NaN", "v₁": "NaN"}


def test_a_mask_of_infinities_is_not_to_blame_for_a_nan_beside_it():
    mask = ng.tensor([0.0, -np.inf], name="mask")
    a = ng.tensor([1.0, np.nan], requires_grad=True, name="a")
    c = ng.tensor([3.0, 1.0], requires_grad=True, name="c")
    assert marked((a * np.exp(c + mask)).sum()) == {"a": "NaN"}
    assert marked((a + mask).sum()) == {"a": "NaN"}
    assert marked((c + mask).sum()) == {"mask": "−∞"}


def test_an_operand_that_was_left_out_brings_in_nothing():
    bad = ng.tensor([[1.0, np.nan]], name="bad")
    assert marked(ng.nn.Linear(2, 1, bias=False)(bad).sum()) == {"bad": "NaN"}


def test_a_picture_marks_the_operation_that_makes_the_nan_and_not_another_that_uses_the_same_leaf():
    a = ng.tensor([0.0, 1.0, 4.0], requires_grad=True, name="a")
    root = np.sqrt(a)
    root.name = "root"
    with np.errstate(all="ignore"):
        loss = (a * root).sum()  # on the way back 0 · ∞ within the square root; the product's own part for a is root
        loss.backward()
    problems = {
        facts["name"]: facts["problem"] for _, facts in ng.to_networkx(loss).nodes(data=True) if "problem" in facts
    }
    assert problems == {"root": "∂ NaN"}
    assert ng.find_nan(loss).op == "sqrt"
