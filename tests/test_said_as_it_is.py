"""What pictures and tables say of gradients that are not there, and of numbers that are not asked for."""

import networkx as nx
import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import Look, to_svg, to_text
from nbgrad.display.numbers import number
from nbgrad.display.tables import cells


def result():
    w = ng.tensor(np.array([0.5, 0.25]), requires_grad=True, name="w")
    x = ng.tensor(np.array([1.0, 2.0]), name="x")
    return w, (w * x).sum()


def row_of(name, drawing):
    return next(line for line in drawing.text.splitlines() if line.startswith(name))


def test_the_gradient_of_another_run_is_not_shown_as_heat():
    w, first = result()
    first.backward()
    second = (w * 3.0).sum()
    drawing = ng.draw(second, heat=True)
    assert "this result's has not run" in drawing.text
    assert "Size of gradients" not in drawing.text + drawing.svg
    assert "ng-heat" not in drawing.svg
    second.backward()
    assert "this result's has not run" not in ng.draw(second, heat=True).text
    assert "ng-heat" in ng.draw(second, heat=True).svg


def test_gradients_of_one_size_are_told_once():
    w = ng.tensor(2.0, requires_grad=True, name="w")
    y = w + 1.0
    y.backward()
    assert "Size of gradients (root mean square): 1 wherever one is shown." in ng.draw(y, heat=True).text


def test_a_gradient_that_was_taken_away_is_cleared_and_not_to_come():
    w, y = result()
    assert row_of("w", ng.draw(y)).endswith("not yet")
    y.backward()
    before = ng.draw(y)
    w.grad = None
    drawing = ng.draw(y)
    assert row_of("w", drawing).endswith("cleared")
    assert "cleared" in drawing.svg
    assert "cleared" not in before.svg
    assert "→ cleared" in ng.draw(y, compare=before).text
    y.backward()
    assert row_of("w", ng.draw(y)).endswith("max 2")


@pytest.mark.parametrize(
    ("values", "last"), [("auto", "gradient"), ("forward", "value"), ("shapes", "dtype"), ("none", "computed as")]
)
def test_the_table_has_the_columns_that_the_picture_shows(values, last):
    _, y = result()
    y.backward()
    text = ng.draw(y, values=values).text
    assert text.splitlines()[0].endswith(last)
    assert ("max 2" in text) == (values in ("auto", "forward"))


def test_changes_are_told_only_of_numbers_that_are_asked_for():
    w, y = result()
    y.backward()
    before = ng.draw(y)
    w.data = w.data * 2
    after = (w * ng.tensor(np.array([1.0, 2.0]))).sum()
    assert "value" in ng.draw(after, compare=before).text.partition("Changed:")[2]
    assert "→" not in ng.draw(after, compare=before, values="none").text


def test_an_empty_graph_says_so():
    said = "There is nothing to draw: this graph has no nodes."
    assert to_text(nx.DiGraph()) == said
    assert said in to_svg(nx.DiGraph(), look=Look(theme="dark"))


def test_the_three_numbers_beside_nan_are_said_to_be_of_the_finite_ones():
    x = ng.tensor(np.array([1.0, np.nan]), requires_grad=True, name="x")
    assert "of the finite ones: min 1, mean 1, max 1, 1 NaN" in ng.draw(x * 2).text


def test_large_numbers_beside_each_other_are_written_alike():
    assert cells(np.array([-489725.3, -1.52e7]), 3) == [["−4.9e5", "−1.52e7"]]
    assert cells(np.array([-489725.3, 2.0]), 3) == [["−489725", "2"]]


@pytest.mark.parametrize(("start", "said"), [(1.0, "changed since"), (np.ones(2), "not from these inputs")])
def test_what_has_changed_inside_a_closed_group_is_told_of_the_group(start, said):
    weights = [ng.tensor(start * (i + 1), requires_grad=True, name=f"w{i}") for i in range(3)]
    heads = []
    for w in weights:
        with ng.group("head"):
            heads.append(np.tanh(w * 0.3))
    y = np.stack(heads).sum()
    y.backward()
    weights[1].data -= 5  # a single number becomes another one; an array is changed in place
    drawing = ng.draw(y, level="module")
    assert row_of("head × 3", drawing).endswith(f"← {said}")
    assert said in drawing.svg


@pytest.mark.parametrize("digits", [1, 3, 6])
def test_a_box_has_room_for_what_a_cleared_gradient_was(digits):
    w = ng.tensor(0.123456789, requires_grad=True, name="w")
    y = np.sin(w * 1.23456e-9)
    y.backward()
    before = ng.draw(y)
    w.grad = None
    assert f"∂ {number(1.23456e-9, digits)} → cleared<" in ng.draw(y, compare=before, digits=digits).svg


def test_the_convention_of_complex_gradients_is_told():
    z = np.fft.fft(ng.tensor([1.0, 2.0, 4.0], requires_grad=True, name="x"))
    loss = (np.abs(z) ** 2).sum()
    loss.backward()
    assert "The gradient of a complex number x + iy is ∂/∂x − i·∂/∂y" in ng.draw(loss).text
    assert "complex number" not in ng.draw(ng.tensor(1.0, requires_grad=True) * 2.0).text
    (node,) = (facts for _, facts in ng.to_networkx(loss).nodes(data=True) if facts["op"] == "fft")
    np.testing.assert_allclose(node["gradient"], 2 * np.conj(node["value"]), err_msg="so x² + y² gives 2x − 2iy")


def test_parameters_of_modules_that_share_their_names_are_called_by_the_modules(monkeypatch):
    import __main__

    modules = {"enc": ng.nn.Linear(2, 2), "dec": ng.nn.Sequential(ng.nn.Linear(2, 2), ng.nn.Tanh())}
    for name, module in modules.items():
        monkeypatch.setattr(__main__, name, module, raising=False)
    y = np.ones((1, 2))
    for _ in range(2):
        y = modules["dec"](modules["enc"](y))
    names = [facts["name"] for _, facts in ng.to_networkx(y.sum()).nodes(data=True) if facts["kind"] == "parameter"]
    assert names == ["weight", "bias", "0.weight", "0.bias"]  # these differ already
    modules["dec"] = ng.nn.Linear(2, 2)
    monkeypatch.setattr(__main__, "dec", modules["dec"])
    for _ in range(2):
        y = modules["dec"](modules["enc"](y))
    table = ng.draw(y.sum()).text
    assert "enc.weight, enc.bias)" in table
    assert "dec.weight, dec.bias)" in table
    assert "linear(x, weight" not in table


def test_gradients_of_another_pass_are_told_to_be_so():
    x = ng.tensor(2.0, requires_grad=True, name="x")
    part = x * x
    said = "What is in .grad is left from another backward pass: this result's has not run."
    assert said not in ng.draw(part).text
    (part + x * 3.0).backward()
    drawing = ng.draw(part, heat=True)
    assert said in drawing.text
    assert said in drawing.svg.partition("ng-legend")[2]
    assert "There are no gradients yet." not in drawing.text + drawing.svg
    assert said not in ng.draw(part, values="forward").text
    assert said not in str(ng.animate(part)._repr_mimebundle_())  # it shows the result's own pass


def test_heat_of_what_is_highlighted_says_so():
    w = ng.tensor(3.0, requires_grad=True, name="w")
    loss = (w * w * 4.0).sum()
    loss.backward()
    assert "Heat is that of what is highlighted." in ng.draw(loss, heat=True, highlight="w").text
    assert "Heat is that of what is highlighted." not in ng.draw(loss, heat=True).text


def test_unnamed_results_are_called_by_a_letter_that_is_no_name():
    v = ng.tensor([1.0, 2.0], requires_grad=True, name="v")
    names = [facts["name"] for _, facts in ng.to_networkx((v * 2.0).sum() * v).nodes(data=True)]
    assert [name for name in names if name and name[0] in "uv"] == ["v", "v·2", "u₁", "u₂"]
