"""What Python itself asks of a tensor: numbers, lengths, iteration, text, copies, comparisons, hashes."""

import copy
import math
import operator
import pickle

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.core.elsewhere import METHODS_ELSEWHERE


def leaf(data, **options):
    return ng.tensor(data, requires_grad=True, **options)


@pytest.mark.parametrize("data", [2.5, [2.5], [[2.5]], np.float32(2.5)], ids=str)
def test_one_number(data):
    x = leaf(data)
    assert float(x) == 2.5
    assert int(x) == 2
    assert complex(x) == 2.5 + 0j
    assert x.item() == 2.5
    assert type(x.item()) is float
    assert f"{x:.3f}|{x:8.2e}|{x:>6}" == "2.500|2.50e+00|   2.5"
    assert bool(x) is True
    assert bool(leaf(np.zeros((1, 1)))) is False
    assert math.isclose(x.reshape(()), 2.5)


@pytest.mark.parametrize("data", [[1.0, 2.0], np.zeros((0, 3))], ids=str)
@pytest.mark.parametrize("ask", [float, int, complex, lambda x: x.item(), lambda x: f"{x:.3f}", lambda x: f"{x:d}"])
def test_one_number_asked_of_several(ask, data):
    x = leaf(data, name="w")
    with pytest.raises(errors.NotOneNumberError, match=rf"w of shape \({x.shape[0]}.*holds {x.size} numbers"):
        ask(x)
    for built_in in (ValueError, TypeError):  # as NumPy and Python raise
        with pytest.raises(built_in):
            ask(x)


def test_a_complex_number():
    z = ng.tensor(1 + 2j)
    assert complex(z) == 1 + 2j
    assert f"{z:.1f}" == "1.0+2.0j"
    with pytest.raises(TypeError):
        float(z)


def test_whole_numbers_count():
    i = ng.tensor(2)
    assert [10, 20, 30][i] == 30
    assert list(range(i)) == [0, 1]
    with pytest.raises(TypeError):
        [10, 20][leaf(1.0)]


def test_length_and_iteration():
    x = leaf([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert len(x) == 3
    rows = list(x)
    assert all(isinstance(row, ng.Tensor) and row.requires_grad for row in rows)
    (first, second), *_ = x
    (first * second).backward()
    np.testing.assert_array_equal(x.grad, [[2.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    assert [float(v) for v in reversed(leaf([1.0, 2.0]))] == [2.0, 1.0]
    assert sum(leaf([1.0, 2.0])).item() == 3.0
    assert list(leaf(np.zeros((0, 2)))) == []
    assert dict(zip("ab", leaf([1.0, 2.0]), strict=True))["b"].item() == 2.0


@pytest.mark.parametrize("ask", [len, iter, list, lambda x: [*x], lambda x: max(x), lambda x: sum(x)])
def test_a_single_number_has_no_axis(ask):
    with pytest.raises(errors.NoAxisError, match="w is a single number"):
        ask(leaf(2.0, name="w"))
    assert not np.iterable(leaf(2.0))
    assert np.iterable(leaf([2.0]))


def test_containing():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    assert 2.0 in x
    assert 5.0 not in x
    assert x[0] in x
    assert x in [x, leaf(1.0)]


def test_comparisons_give_plain_arrays():
    x, y = leaf([1.0, 2.0]), leaf([2.0, 2.0])
    for received, expected in [
        (x < y, [True, False]), (x <= y, [True, True]), (x > y, [False, False]), (x >= 2, [False, True]),
        (x == y, [False, True]), (x != [1.0, 3.0], [False, True]), (x > 1.5, [False, True]),
        (operator.eq(x, None), [False, False]), (x == "text", [False, False]),
    ]:  # fmt: skip
        assert type(received) is np.ndarray
        np.testing.assert_array_equal(received, expected)
    assert max(leaf(1.0), leaf(3.0)).item() == 3.0
    assert [float(v) for v in sorted(leaf([3.0, 1.0, 2.0]))] == [1.0, 2.0, 3.0]
    assert (leaf(1.0) == 1.0) is np.True_


def test_a_tensor_is_a_key_by_identity():
    x, same = leaf(1.0), leaf(1.0)
    names = {x: "x", same: "same"}
    assert (names[x], names[same]) == ("x", "same")
    assert len({x, same, x}) == 2


def test_text():
    x = leaf([1.0, 2.0])
    assert str(x) == repr(x) == "tensor([1., 2.], requires_grad=True)"
    assert f"{x}" == str(x)
    assert f"{x!s:>40}" == f"{x:>40}" == str(x).rjust(40)
    assert f"{x * 2}" == "tensor([2., 4.], op=multiply)"
    assert "%.2f" % leaf(1.234) == "1.23"  # noqa: UP031  # this form, too


def test_rounding():
    assert math.floor(leaf(2.7)) == 2
    assert math.ceil(leaf(2.2)) == 3
    assert float(round(leaf(2.7))) == 3.0
    assert float(round(leaf(2.718), 2)) == 2.72
    np.testing.assert_array_equal(np.asarray(round(leaf([1.26, 2.34]), 1)), [1.3, 2.3])


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x)), lambda x: copy.deepcopy([x])[0]]
)
def test_copies(duplicate):
    x = leaf([1.0, 2.0], name="w")
    (x * x).sum().backward()
    twin = duplicate(x)
    assert twin is not x
    assert (twin.requires_grad, twin.name, twin.is_leaf) == (True, "w", True)
    np.testing.assert_array_equal(twin.data, x.data)
    np.testing.assert_array_equal(twin.grad, x.grad)
    (twin * 3).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_copying_with_numpy_stays_in_the_graph():
    x = leaf([1.0, 2.0])
    y = np.copy(x)
    assert y.requires_grad
    (y * y).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_names_of_other_packages_lead_to_ours():
    x = ng.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(AttributeError, match=r"a tensor has no attribute 'view'; here it is x\.reshape"):
        x.view(2, 1)
    for name in METHODS_ELSEWHERE:
        assert not hasattr(x, name), name
        assert name not in dir(x)
    assert "reshape" in dir(x)
