"""NumPy's functions called on tensors, in NumPy's own spelling."""

import inspect
import operator

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.core.numpy_names import WITHOUT_GRADIENT, WRITES
from nbgrad.core.numpy_protocol import NUMPY, accepted, numpy_parameters, translated, unsupported


def leaf(data, **options):
    return ng.tensor(data, requires_grad=True, **options)


# ---- reading a call
@pytest.mark.parametrize(
    ("call", "keywords"),
    [
        (lambda x: np.sum(x, 0), {"axis": 0}),
        (lambda x: np.sum(a=x, axis=(0, 1)), {"axis": (0, 1)}),
        (lambda x: np.sum(x, None, None, None, True), {"keepdims": True}),
        (lambda x: np.sum(x, axis=None, dtype=None, out=None), None),
        (lambda x: np.mean(x, 1, keepdims=True), {"axis": 1, "keepdims": True}),
        (lambda x: np.transpose(x, (1, 0)), {"axes": (1, 0)}),
        (lambda x: np.swapaxes(x, axis2=0, axis1=1), {"axis1": 1, "axis2": 0}),
        (lambda x: np.broadcast_to(x, shape=(5, 2, 3), subok=False), {"shape": (5, 2, 3)}),
    ],
)
def test_arguments_by_position_and_by_name(call, keywords):
    array = np.arange(6.0).reshape(2, 3)
    y = call(leaf(array))
    assert y.requires_grad
    assert (y.static or None) == keywords
    np.testing.assert_array_equal(y.data, call(array))


def test_ufuncs_with_numpys_defaults_spelled_out():
    x = leaf([1.0, 2.0])
    y = np.add(x, 1.0, out=None, where=True, casting="same_kind", order="K", dtype=None, subok=True)
    np.testing.assert_array_equal(y.data, [2.0, 3.0])
    assert y.requires_grad


def test_a_function_that_numpy_does_not_describe_takes_its_arguments_as_they_come():
    """The few functions in C of which an older NumPy tells no signature."""
    undescribed = min  # a builtin whose signature Python cannot read
    with pytest.raises(ValueError, match="no signature"):
        inspect.signature(undescribed)
    assert translated(undescribed, lambda arrays, axis=0: None, ([1],), {"axis": 1}) == (([1],), {"axis": 1})


def test_the_dtype_of_a_sum():
    x = leaf(np.array([1.0, 2.0], np.float32))
    y = np.sum(x, dtype=np.float64)
    assert y.dtype == np.float64
    y.backward()
    assert x.grad.dtype == np.float32


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda x: np.add.reduce(x), lambda x: np.sum(x, axis=0)),
        (lambda x: np.add.reduce(x, axis=None), lambda x: np.sum(x)),
        (lambda x: np.add.reduce(x, 1, keepdims=True), lambda x: np.sum(x, axis=1, keepdims=True)),
        (lambda x: np.maximum.reduce(x, axis=1), lambda x: np.max(x, axis=1)),
        (lambda x: np.minimum.reduce(x), lambda x: np.min(x, axis=0)),
        (lambda x: np.multiply.outer(x, x), lambda x: x[:, :, None, None] * x),
        (lambda x: np.subtract.outer(x, [1.0, 2.0]), lambda x: x[:, :, None] - np.array([1.0, 2.0])),
    ],
)
def test_methods_of_ufuncs(call, expected):
    array = np.random.default_rng(2).normal(size=(2, 3))
    y = call(leaf(array))
    np.testing.assert_allclose(y.data, expected(array))
    assert y.requires_grad


# ---- functions without a rule
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: np.i0(x), r"np\.i0 has no gradient rule"),
        (lambda x: np.percentile(x, 30), r"np\.percentile.*write np\.sort"),
        (lambda x: np.interp(x, [0, 1], [0, 1]), r"np\.interp.*np\.searchsorted"),
        (lambda x: np.linspace(0, x, 3), r"np\.linspace.*a \+ \(b - a\) \* t"),
        (lambda x: np.select([x > 1], [x]), r"np\.select.*np\.where"),
        (lambda x: np.linalg.eigvals(np.ones((2, 2)) * x), r"np\.linalg\.eigvals"),
        (lambda x: np.linalg.lstsq(np.ones((2, 2)) * x, x), r"np\.linalg\.solve"),
        (lambda x: np.modf(x), r"np\.modf"),
        (lambda x: np.add.reduceat(x, [0, 1]), r"np\.add\.reduceat.*np\.add has one"),
        (lambda x: np.subtract.reduce(x), r"np\.subtract\.reduce.*np\.subtract has one"),
        (lambda x: np.sum(x, where=np.array([True, False])), r"np\.sum with where=.*np\.sum without it has one"),
        (lambda x: np.sum(x, initial=3.0), r"np\.sum with initial="),
        (lambda x: np.add(x, x, where=np.array([True, False])), r"np\.add with where="),
        (lambda x: np.add(x, x, dtype=np.float32), r"np\.add with dtype="),
        (lambda x: np.bincount([0, 1], weights=x), r"np\.bincount with a tensor as weights .*write np\.stack"),
        (lambda x: np.bincount([0, 1], x, 3), r"np\.bincount with a tensor as weights "),
        (lambda x: np.histogram([0.0, 1.0], weights=x), r"np\.histogram with a tensor as weights "),
        (lambda x: np.histogram2d(np.ones(2), x, 2, None, None, x), r"np\.histogram2d with a tensor as weights "),
        (lambda x: np.histogramdd(np.ones((2, 1)), weights=x), r"np\.histogramdd with a tensor as weights "),
        (lambda x: np.heaviside(np.zeros(2), x), r"np\.heaviside with a tensor as x2 .*write np\.where"),
        (lambda x: np.full_like(x, x[0]), r"np\.full_like with a tensor as fill_value .*write np\.broadcast_to"),
        (lambda x: np.full_like(x, fill_value=x[0]), r"np\.full_like with a tensor as fill_value "),
        (lambda x: np.roll(x, x[0]), r"np\.roll with a tensor as shift .*without it"),
        (lambda x: np.pad(x, 1, constant_values=x[0]), r"np\.pad with a tensor as constant_values"),
    ],
)
def test_numpy_functions_without_a_rule_say_so(call, words):
    x = leaf([1.0, 2.0])
    with pytest.raises(errors.UnsupportedFunctionError, match=words):
        call(x)
    np.testing.assert_array_equal(x.data, [1.0, 2.0])


def test_the_way_out_that_the_message_names_works():
    x = leaf([1.0, 2.0])
    with pytest.raises(errors.UnsupportedFunctionError, match=r"np\.i0\(x\.numpy\(\)\)"):
        np.i0(x)
    np.testing.assert_array_equal(np.i0(x.numpy()), np.i0([1.0, 2.0]))


# ---- writing into arrays
def in_place_operators():
    total, x = np.zeros(2), leaf([1.0, 2.0])
    total += x


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.exp(x, out=np.empty(2)),
        lambda x: np.add(x, x, np.empty(2)),
        lambda x: np.sum(x, out=np.empty(())),
        lambda x: np.concatenate([x, x], out=np.empty(4)),
        lambda x: np.multiply(1.0, x, out=(np.empty(2),)),
        lambda x: np.copyto(np.empty(2), x),
        lambda x: np.put(np.empty(2), [0, 1], x),
        lambda x: np.add.at(np.empty(2), [0, 1], x),
        lambda x: np.add.reduce(x, out=np.empty(())),
        lambda x: in_place_operators(),
    ],
)
def test_a_tensor_is_not_written_into_an_array(call):
    with pytest.raises(errors.AssignmentError, match="plain array, which remembers nothing"):
        call(leaf([1.0, 2.0]))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.add(x, 1.0, out=x),
        lambda x: np.add(np.ones(2), np.ones(2), out=x),
        lambda x: np.copyto(x, np.ones(2)),
        lambda x: np.fill_diagonal(x, 0.0),
        lambda x: np.add.at(x, [0], 1.0),
        lambda x: np.isnan(np.ones(2), out=x),
    ],
)
def test_a_tensor_is_not_overwritten(call):
    x = leaf([[1.0, 2.0], [3.0, 4.0]], name="w")
    with pytest.raises(errors.AssignmentError, match=r"overwrite the numbers of w of shape \(2, 2\)"):
        call(x)
    np.testing.assert_array_equal(x.data, [[1.0, 2.0], [3.0, 4.0]])


def test_a_tensor_without_a_graph_may_be_added_into_an_array():
    total = np.zeros(2)
    total += ng.tensor([1.0, 2.0])
    np.testing.assert_array_equal(total, [1.0, 2.0])


def test_adding_to_a_name_makes_a_new_tensor():
    x = before = leaf([1.0, 2.0])
    x += 1.0
    assert x is not before
    assert x.inputs[0] is before
    np.testing.assert_array_equal(before.data, [1.0, 2.0])


# ---- operators with arrays and NumPy's numbers on either side
OPERATORS = {
    name: getattr(operator, name)
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lt", "le", "gt", "ge", "eq", "ne")
} | {"divmod": divmod}
OTHERS = [
    np.array([1.0, 2.0]), np.array([[1.0], [3.0]]), np.array(2.0), np.float64(2.0), np.float32(2.0), np.int64(2),
    np.True_, 2.0, 2, True, [1.0, 2.0], np.array([1, 2]), np.array([1.0, 2.0], np.float32),
]  # fmt: skip
GRADIENTLESS = {"floordiv", "lt", "le", "gt", "ge", "eq", "ne"}


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("other", OTHERS, ids=lambda v: f"{type(v).__name__}{np.shape(v)}{np.asarray(v).dtype}")
@pytest.mark.parametrize("data", [np.array([1.5, 2.5]), np.float64(2.5)], ids=["array", "number"])
@pytest.mark.filterwarnings("ignore::nbgrad.core.errors.BroadcastWarning")
def test_operators_with_anything_on_either_side(name, other, data):
    x, function = leaf(data), OPERATORS[name]
    for received, expected in (
        (function(other, x), function(np.asarray(other), data)),
        (function(x, other), function(data, np.asarray(other))),
    ):
        if name == "divmod":
            assert not isinstance(received[0], ng.Tensor)
            np.testing.assert_allclose(received[0], expected[0])
            received, expected = received[1], expected[1]
        numbers = received.data if isinstance(received, ng.Tensor) else received
        assert isinstance(received, ng.Tensor) is (name not in GRADIENTLESS)
        assert np.asarray(numbers).dtype != object
        np.testing.assert_allclose(numbers, expected, rtol=1e-14)


def test_matrix_products_with_arrays_on_either_side():
    A, x = np.arange(6.0).reshape(3, 2), leaf([1.0, 2.0])
    for y in (A @ x, np.matmul(A, x), np.dot(A, x), x @ A.T):
        assert isinstance(y, ng.Tensor)
        np.testing.assert_array_equal(y.data, A @ x.data)
    B = np.ones((2, 2))
    with pytest.raises(errors.AssignmentError, match="plain array"):
        B @= leaf(np.ones((2, 2)))


@pytest.mark.parametrize("name", ["iadd", "isub", "imul", "itruediv", "ipow", "imod"])
def test_no_tensor_is_taken_into_an_array_in_place(name):
    array = np.array([1.0, 2.0])
    with pytest.raises(errors.AssignmentError, match=r"array = array \+ x"):
        getattr(operator, name)(array, leaf([3.0, 4.0]))
    np.testing.assert_array_equal(array, [1.0, 2.0])


def test_arrays_of_python_objects_are_refused():
    with pytest.raises(errors.UnsupportedDataError, match=r"np\.add .*Python objects.*astype\(float\)"):
        np.array([1.0, 2.0], dtype=object) + leaf([1.0, 2.0])


# ---- functions without a gradient
@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.sign(x), lambda x: np.floor(x), lambda x: np.rint(x), lambda x: np.round(x, 1),
        lambda x: np.trunc(x), lambda x: np.isnan(x), lambda x: np.isfinite(x).all(), lambda x: np.argmax(x),
        lambda x: np.argsort(x), lambda x: np.argmin(x, axis=1), lambda x: np.allclose(x, x),
        lambda x: np.isclose(x, 1.0), lambda x: np.array_equal(x, x), lambda x: np.all(x > 0), lambda x: np.any(x),
        lambda x: np.count_nonzero(x), lambda x: np.nonzero(x), lambda x: np.argwhere(x > 0),
        lambda x: np.searchsorted([0.0, 1.0], x), lambda x: np.digitize(x, [0.0, 1.0]), lambda x: np.zeros_like(x),
        lambda x: np.full_like(x, 3.0), lambda x: np.shape(x), lambda x: np.ndim(x), lambda x: np.size(x),
        lambda x: np.isin(x, [1.5]), lambda x: np.lexsort((x[0], x[1])), lambda x: np.logical_and(x > 1, x),
        lambda x: np.greater(x, 1.0), lambda x: np.logical_and.reduce(x), lambda x: np.equal.outer(x, x),
        lambda x: np.array2string(x), lambda x: np.histogram(x, bins=3), lambda x: np.result_type(x, np.float32),
        lambda x: np.heaviside(x, 0.5), lambda x: np.linalg.matrix_rank(x),
        lambda x: np.unravel_index(np.argmax(x), np.shape(x)), lambda x: np.isreal(x), lambda x: np.iscomplexobj(x),
        lambda x: np.bitwise_and(x > 0, True), lambda x: np.heaviside(x, np.ones(3)),
        lambda x: np.bincount([0, 1], weights=x[0, :2].detach() if isinstance(x, ng.Tensor) else x[0, :2]),
    ],
)  # fmt: skip
def test_functions_whose_derivative_is_zero_give_plain_arrays(call):
    array = np.array([[1.5, -2.0, 0.5], [0.0, 3.0, 1.0]])
    received, expected = call(leaf(array)), call(array)
    assert "Tensor" not in str(type(received))
    if isinstance(expected, tuple):
        for ours, theirs in zip(received, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    elif isinstance(expected, np.ndarray | np.generic):
        assert type(received) is type(expected)
        np.testing.assert_array_equal(received, expected, strict=True)
    else:
        assert received == expected


def test_numpys_own_tests_take_tensors():
    x = leaf([1.0, 2.0])
    np.testing.assert_allclose(x, [1.0, 2.0])
    np.testing.assert_array_equal([1.0, 2.0], x)
    np.testing.assert_allclose([x[0], x[1]], x)
    np.testing.assert_array_almost_equal(x, x)
    with pytest.raises(AssertionError, match="Mismatched"):
        np.testing.assert_allclose(x, [1.0, 3.0])
    assert x[0].item() == pytest.approx(1.0)


def test_saving_and_loading(tmp_path):
    x = leaf([1.0, 2.0])
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "x.npz", x=x)
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), x.data)
    np.testing.assert_array_equal(np.load(tmp_path / "x.npz")["x"], x.data)


# ---- every function
def test_each_function_with_a_rule_knows_numpys_parameters():
    """A rule has no more operands than NumPy's function has parameters that can be given by position."""
    for function, rule in NUMPY.items():
        if isinstance(function, np.ufunc):
            operands = accepted(rule).operands
            assert len(operands) <= function.nin, function
            continue
        theirs, ours = numpy_parameters(function), accepted(rule)
        if theirs.collects or ours.names is None:
            continue
        assert len(ours.operands) <= len(theirs.names), function.__name__


def test_every_function_of_numpy_that_can_meet_a_tensor_says_something():
    """With a rule, without a gradient, writing, or refused: but never a silent array."""
    dispatched = [
        f for module in (np, np.linalg, np.fft) for name, f in vars(module).items()
        if not name.startswith("_") and (isinstance(f, np.ufunc) or type(f) is type(np.sum))
    ]  # fmt: skip
    assert len(dispatched) > 300
    for function in dispatched:
        if function in NUMPY or function in WITHOUT_GRADIENT or function in WRITES:
            continue
        message = str(unsupported(function))
        assert "has no gradient rule here" in message
        assert "x.numpy()" in message


# ---- out of the graph
def test_asarray_gives_the_numbers():
    x = leaf([1.0, 2.0])
    y = x * 2
    for tensor in (x, y):
        assert type(np.asarray(tensor)) is np.ndarray
        np.testing.assert_array_equal(np.asarray(tensor), tensor.data)
        np.testing.assert_array_equal(np.array([tensor, tensor]), [tensor.data, tensor.data])
        assert np.asarray(tensor, dtype=np.float32).dtype == np.float32
        assert not np.shares_memory(np.array(tensor), tensor.data)
    assert np.asarray(y[0]).shape == ()
    history = np.zeros(2)
    history[0] = y.sum()
    history[1:] = y[:1]
    np.testing.assert_array_equal(history, [6.0, 2.0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda a: np.sum([a, a]), r"np\.sum would make plain numbers of a of shape \(\).*np\.sum\(np\.stack"),
        (lambda a: np.max([a, a]), r"write np\.max\(np\.stack"),
        (lambda a: np.mean([[a, a]], axis=0), r"write np\.mean\(np\.stack"),
        (lambda a: np.r_[a, 1.0], r"np\.r_ .*write np\.concatenate"),
        (lambda a: np.c_[np.reshape(a, 1), [1.0]], r"np\.c_ .*write np\.column_stack"),
        (lambda a: np.ma.array([1.0, 2.0]) * a, r"np\.ma .*np\.where\(mask"),
        (lambda a: np.vectorize(float)(a), r"np\.vectorize .*whole arrays"),
        (lambda a: a * [a, a], r"np\.array .*write np\.stack"),
        (lambda a: ng.tensor([a, a]), r"np\.array .*write np\.stack"),
    ],
)  # fmt: skip
def test_lists_of_tensors_do_not_lose_their_gradient_silently(call, words):
    with pytest.raises(errors.UnsupportedFunctionError, match=words):
        call(leaf(2.0, name="a"))
    with ng.no_grad():
        call(leaf(2.0))  # no gradient is wanted: nothing is lost
    call(ng.tensor(2.0))


def test_lists_of_tensors_that_numpy_does_ask():
    a, b = leaf(2.0), leaf(3.0)
    y = (np.stack([a, b]) * np.hstack([b, a])).sum()
    y.backward()
    assert (a.grad, b.grad) == (6.0, 4.0)


def test_within_a_transform_numbers_are_not_taken_silently():
    def careless(x):
        return (np.array([x[0] ** 2, x[1]]) * x).sum()

    with pytest.raises(errors.UnsupportedFunctionError, match=r"np\.array would.*write np\.stack"):
        ng.grad(careless)(np.array([1.0, 2.0]))
    with pytest.raises(errors.UnsupportedFunctionError, match=r"np\.array would"):
        ng.jacobian(lambda x: np.asarray(x) * x)(np.array([1.0, 2.0]))
    seen = []

    def careful(x):
        seen.append(np.asarray(x.numpy()))
        np.testing.assert_allclose(x, [1.0, 2.0])
        assert np.isfinite(x).all()
        return (np.stack([x[0] ** 2, x[1]]) * x).sum()

    np.testing.assert_array_equal(ng.grad(careful)(np.array([1.0, 2.0])), [3.0, 4.0])
    np.testing.assert_array_equal(seen, [[1.0, 2.0]])


def test_tensors_can_be_plotted():
    figure = pytest.importorskip("matplotlib.figure").Figure()
    axes = figure.subplots()
    x = leaf(np.linspace(0, 1, 5))
    y = np.sin(x)
    [line] = axes.plot(x, y)
    np.testing.assert_array_equal(line.get_ydata(), y.data)
    axes.plot([y.sum(), y.mean()])  # a list of losses
    axes.scatter(x, y, c=y)
    axes.bar(x, y)
    axes.hist(y)
    axes.fill_between(x, y, y + 1)
    axes.errorbar(x, y, yerr=y)
    axes.imshow(np.outer(x.numpy(), x.numpy()) * y)
    axes.contourf(np.outer(x.numpy(), x.numpy()) * y)
    axes.axhline(y.mean())
    axes.set_title(f"{y.mean():.2f}")
