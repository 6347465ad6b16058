"""Letters that formulas bring along, e and n, beside nodes of that name: no formula can be read in two ways."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.nn import functional as F


def equations(loss):
    return [
        ("".join(token["text"] for token in frame["equation"]), frame["math"])
        for frame in ng.animate(loss).payload["frames"]
    ]


def leaf(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def test_the_base_of_the_logarithm_is_not_the_error_e():
    z, y = leaf(0.5, "z"), ng.tensor(1.0, name="y")
    e = 1 / (1 + np.exp(-z)) - y
    e.name = "e"
    found = equations(e * e)
    texts = [text for text, _ in found]
    assert "= exp(−z) = exp(−0.5) = 0.607" in texts[1]
    assert not any("e^" in text for text in texts)
    assert ">exp<" in found[1][1]
    assert any("e^(−z)" in text for text, _ in equations(1 / (1 + np.exp(-z))))


@pytest.mark.parametrize("make", [np.exp, np.expm1, F.softplus, F.elu, lambda x: np.logaddexp(x, 1.0)])
def test_no_power_of_e_is_left(make):
    texts = [text for text, _ in equations(make(leaf(-0.5, "e")))]
    assert any("exp(" in text for text in texts)
    assert not any("e^" in text for text in texts)


def test_how_many_elements_is_not_the_parameter_n():
    n = leaf(np.array([1.0, 2.0, 4.0]), "n")
    texts = [text for text, _ in equations(n.mean())]
    assert "/ N, copied to every element" in texts[-2]
    [*_, error, _] = [text for text, _ in equations(F.mse_loss(n, np.ones(3)))]
    assert " / N " in error
    n.name = "N"
    assert "/ n, copied" in [text for text, _ in equations(n.mean())][-2]


def test_explain_writes_them_apart_too():
    n = leaf(np.array([1.0, 2.0, 4.0]), "n")
    loss = n.mean()
    loss.name = "loss"
    assert "∂loss/∂loss / N" in ng.explain(loss, n).text
