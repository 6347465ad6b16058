"""Debug mode: where operations were recorded, and data that were changed in place."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import errors
from nbgrad.core import debugging, places
from nbgrad.core.places import place_of


def leaf(value, name=None):
    return ng.tensor(value, requires_grad=True, name=name)


@pytest.fixture(autouse=True)
def _off_afterwards():
    yield
    assert not debugging.checking
    assert not places.capturing


def test_a_script_pays_for_nothing():
    x = leaf(3.0)
    assert (x * x).extras is None
    assert place_of(x * x) is None


def test_the_place_is_the_users_line_whatever_stands_in_between():
    x = leaf([1.0, 2.0], "x")
    with ng.debug():
        made = [
            x * 2.0,  # an operator
            np.log(x),  # a function of NumPy's
            np.mean(x),
            ng.nn.functional.softmax(x),  # a function of functions
        ]
    codes = [place_of(tensor).code for tensor in made]
    starts = ["x * 2.0", "np.log(x)", "np.mean(x)", "ng.nn.functional.softmax(x)"]
    assert [code.split(",")[0] for code in codes] == starts
    place = place_of(made[0])
    assert place.where.endswith("test_debugging.py")
    assert str(place) == f"{place.where}, line {place.line}:  x * 2.0,  # an operator"


def test_a_layer_points_at_the_call_of_the_layer():
    layer = ng.nn.Linear(3, 2)
    with ng.debug():
        y = layer(np.ones((4, 3)))  # here
    assert place_of(y).code == "y = layer(np.ones((4, 3)))  # here"


CHANGES = [
    (lambda x: x * x, "multiply"),
    (lambda x: np.exp(x), None),  # exp needs its result only
    (lambda x: x + 1.0, None),  # a sum needs no operand
    (lambda x: x.sum(), None),
    (lambda x: np.sin(x), "sin"),
    (lambda x: x @ np.ones(3), None),  # the matrix product needs the other operand only
    (lambda x: (x @ x) * 2.0, "matmul"),
]


@pytest.mark.parametrize(("compute", "op"), CHANGES)
def test_changing_an_operand_in_place_is_found_where_it_matters(compute, op):
    x = leaf([1.0, 2.0, 3.0], "x")
    with ng.debug():
        loss = compute(x).sum()  # here
    x.data[1] = 7.0
    if op is None:
        loss.backward()
        return
    with pytest.raises(errors.MutatedDataError) as caught:
        loss.backward()
    message = str(caught.value)
    assert message.startswith(f"x of shape (3,) was changed in place after {op} had used it (")
    assert ", line " in message
    assert "make a new array instead (x = x + 1, not x += 1" in message
    assert x.grad is None


def test_changing_a_result_or_plain_data_in_place_is_found_too():
    x, X = leaf([1.0, 2.0], "x"), np.array([3.0, 4.0])
    with ng.debug():
        y = np.exp(x)
        loss = y.sum()
    y.data *= 2.0
    with pytest.raises(errors.MutatedDataError, match=r"the result of exp of shape.*exp had computed it"):
        loss.backward()
    with ng.debug():
        loss = (x * X).sum()
    X += 1.0
    with pytest.raises(errors.MutatedDataError, match=r"operand 2 of multiply of shape \(2,\)|X of shape"):
        loss.backward()


@pytest.mark.parametrize(
    ("compute", "change"),
    [
        (lambda x: np.sort(x) @ np.array([1.0, 10.0, 100.0]), (0, 9.0)),  # the rule asks for the order only
        (lambda x: np.median(x), (1, 2.5)),
        (lambda x: np.max(x), (1, 9.0)),
        (lambda x: np.cumprod(x).sum(), (2, 7.0)),
    ],
)
def test_a_change_of_order_is_found(compute, change):
    x = leaf([2.0, 1.0, 3.0], "x")
    with ng.debug():
        y = compute(x)
    x.data[change[0]] = change[1]
    with pytest.raises(errors.MutatedDataError, match=r"x of shape \(3,\) was changed in place"):
        y.backward()


INDICES = np.array([0, 1])


@pytest.mark.parametrize(
    ("compute", "option", "words"),
    [
        (lambda x, i: x[i], INDICES, r"\(index of getitem\)"),
        (lambda x, i: x[i], [0, 1], r"\(index of getitem\)"),
        (lambda x, i: x[None, i], INDICES, r"\(index of getitem\)"),
        (lambda x, i: x[i], np.array([True, True, False]), r"\(index of getitem\)"),
        (lambda x, i: np.take(x, i), INDICES, r"\(indices of take\)"),
        (lambda x, i: np.repeat(x, i), np.array([1, 2, 1]), r"\(repeats of repeat\)"),
        (lambda x, i: np.pad(x, i), [1, 1], r"\(pad_width of pad\)"),
    ],
)
def test_changing_a_keyword_argument_in_place_is_found(compute, option, words):
    x = leaf([1.0, 2.0, 3.0])
    option = option.copy()
    with ng.debug():
        y = compute(x, option)
        y.extras = debugging.notes(y.args, y.data, y.static)
        loss = y.sum()
    option[0] = 0 if option[0] else 2
    with pytest.raises(errors.MutatedDataError, match=words):
        loss.backward()


def test_a_new_array_is_no_change():
    x = leaf([1.0, 2.0])
    with ng.debug():
        loss = (x * x).sum()
    x.data = x.data + 1.0  # what an optimiser does
    loss.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])  # of the numbers of that moment


def test_the_mode_can_be_turned_on_for_good_nested_and_used_as_a_decorator():
    assert repr(ng.debug(True)) == "debug mode is on"
    try:
        assert debugging.checking
        with ng.debug(False):
            assert not debugging.checking
        with ng.debug():
            pass
    finally:
        ng.debug(False)

    @ng.debug()
    def compute(x):
        return x * x

    assert place_of(compute(leaf(2.0))).code == "return x * x"


def test_training_in_debug_mode_works():
    x, y = np.ones((4, 2)), np.zeros((4, 1))
    layer = ng.nn.Linear(2, 1)
    optimizer = ng.optim.Adam(layer, lr=0.1)
    with ng.debug():
        for _ in range(3):
            loss = ((layer(x) - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert np.isfinite(loss.item())
