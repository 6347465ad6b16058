"""Cases of single operations that their samples do not reach: ties, corners, odd axes, odd operands."""

import copy
import inspect
import pickle

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.core.op import operation
from nbgrad.nn import functional as F
from nbgrad.ops import REGISTRY

rng = np.random.default_rng(11)
check = ng.check_gradients


def slope(function, *args):
    return ng.grad(function, argnums=tuple(range(len(args))))(*args)


# ---- ways to call
def test_operands_given_by_name_are_operands():
    """A tensor given by name must not slip past the graph as if it were static."""
    X = rng.normal(size=(4, 3))
    W, b = ng.tensor(rng.normal(size=(3, 2)), requires_grad=True), ng.tensor(np.zeros(2), requires_grad=True)
    y = F.linear(X, W=W, b=b)
    assert (y.op.name, y.static) == ("linear", None)
    loss = F.mse_loss(target=np.ones((4, 2)), prediction=y)
    assert loss.op.name == "mse_loss"
    assert loss.inputs[0] is y
    loss.backward()
    assert W.grad.shape == W.shape
    assert b.grad.shape == b.shape


def test_arguments_that_nothing_takes_are_refused():
    x = ng.tensor([1.0, 2.0])
    for call in (
        lambda: x.exp(3),
        lambda: F.relu(x, 5),
        lambda: x.sum(0, False, 7),
        lambda: F.linear(x),
        lambda: x.sum(ax=0),
    ):
        with pytest.raises(TypeError):
            call()


# ---- axes
@pytest.mark.parametrize("axes", [None, (1, 0, 2), (2, 0, 1), (1, 2, 0), (0, -1, 1), (-1, -3, -2)], ids=str)
def test_transposing_is_undone(axes):
    x = rng.normal(size=(2, 3, 4))
    weights = rng.normal(size=np.transpose(x, axes).shape)
    check(lambda x: (np.transpose(x, axes) * weights).sum(), x)


@pytest.mark.parametrize("a_shape", [(3,), (2, 3), (4, 2, 3), (5, 1, 2, 3)], ids=str)
@pytest.mark.parametrize("b_shape", [(3,), (3, 2), (4, 3, 2)], ids=str)
def test_matrix_products_of_vectors_matrices_and_stacks(a_shape, b_shape):
    a, b = rng.normal(size=a_shape), rng.normal(size=b_shape)
    weights = rng.normal(size=(a @ b).shape)
    check(lambda a, b: ((a @ b) * weights).sum(), a, b)


def test_dot_is_numpys_dot():
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    np.testing.assert_array_equal(np.dot(ng.tensor(a), b).data, np.dot(a, b))
    np.testing.assert_array_equal(ng.tensor(a).dot(2.0).data, a.dot(2.0))
    stack = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 4, 3))
    try:
        received = np.dot(ng.tensor(stack[0]), stack[1])
    except errors.NbgradError:
        return  # saying no is fine; giving matmul's numbers under dot's name is not
    np.testing.assert_allclose(received.data, np.dot(*stack))


@pytest.mark.parametrize(
    "index",
    [
        0,
        -1,
        slice(None),
        slice(None, None, -2),
        (1, 2),
        (slice(1, 3), 0),
        ...,
        (..., None, 1),
        [0, 2, 2],
        ([0, 1], [1, 1]),
        np.array([[True, False, True], [False] * 3, [False] * 3, [True] * 3]),
        (),
        np.array([], int),
    ],
    ids=str,
)
def test_any_index_that_numpy_takes(index):
    x = rng.normal(size=(4, 3))
    weights = rng.uniform(0.5, 1.5, np.shape(x[index]))
    np.testing.assert_array_equal(ng.tensor(x)[index].data, x[index])
    check(lambda x: (x[index] ** 2 * weights).sum(), x)
    ng.grad(lambda x: (ng.grad(lambda x: (x[index] ** 3 * weights).sum())(x)).sum())(x)


def test_a_single_number_can_be_indexed():
    assert ng.grad(lambda x: x[()] * 3)(2.0) == 3.0
    assert ng.grad(lambda x: (x[None] * 3).sum())(2.0) == 3.0


def test_an_index_may_be_a_tensor_of_whole_numbers():
    x = ng.tensor([1.0, 2.0, 3.0], requires_grad=True)
    x[ng.tensor([2, 0, 2])].sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 0, 2])


@pytest.mark.parametrize("join", [np.concatenate, np.stack])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_joining_arrays(join, axis):
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    expected = join([a, b, a], axis=axis)
    weights = rng.normal(size=expected.shape)
    np.testing.assert_array_equal(join([ng.tensor(a), b, ng.tensor(a)], axis=axis).data, expected)
    check(lambda a, b: (join([a, b, a], axis=axis) * weights).sum(), a, b)


def test_joining_flattened_and_single_numbers():
    a = rng.normal(size=(2, 3))
    np.testing.assert_array_equal(np.concatenate([ng.tensor(a), a], axis=None).data, np.concatenate([a, a], axis=None))
    check(lambda a: (np.concatenate([a, 2 * a], axis=None) ** 2).sum(), a)
    check(lambda x, y: (np.stack([x, y, x]) ** 2).sum(), 1.0, 2.0)


@pytest.mark.parametrize("shape", [(6, 4), (-1,), -1, (2, -1, 2), (1, 24)], ids=str)
def test_reshaping(shape):
    x = rng.normal(size=(2, 3, 4))
    weights = rng.normal(size=x.reshape(shape).shape)
    check(lambda x: (np.reshape(x, shape) * weights).sum(), x)
    check(lambda x: (x.reshape(shape) * weights).sum(), x)
    if isinstance(shape, tuple):
        check(lambda x: (x.reshape(*shape) * weights).sum(), x)


def test_squeezing_and_stretching():
    x = rng.normal(size=(1, 3, 1))
    for f in (
        np.squeeze,
        lambda x: x.squeeze(),
        lambda x: x.squeeze(0),
        lambda x: np.expand_dims(x, (0, 2)),
        np.ravel,
        lambda x: x.T,
        lambda x: x.mT,
        lambda x: np.swapaxes(x, 0, 1),
        lambda x: np.broadcast_to(x, (2, 4, 3, 5)),
    ):
        np.testing.assert_array_equal(f(ng.tensor(x)).data, f(x))
        weights = rng.normal(size=f(x).shape)
        check(lambda x, f=f, w=weights: (f(x) * w).sum(), x)


# ---- layers
@pytest.mark.parametrize(
    ("x", "W", "b"),
    [((5, 3), (3, 2), (2,)), ((3,), (3, 2), (2,)), ((), (), ()), ((5,), (), ()), ((5, 3), (3, 2), ())],
    ids=str,
)
def test_linear_in_its_shapes(x, W, b):
    args = [rng.normal(size=shape)[()] for shape in (x, W, b)]
    expected = args[0] @ args[1] + args[2] if x and W else args[0] * args[1] + args[2]
    np.testing.assert_allclose(F.linear(*args), expected, rtol=1e-14)
    weights = rng.uniform(0.5, 1.5, np.shape(expected))
    check(lambda x, W, b: (F.linear(x, W, b) * weights).sum(), *args)


@pytest.mark.parametrize(
    ("p", "t"), [((4,), (4,)), ((4, 1), (4,)), ((4,), (4, 1)), ((4, 2), (4, 2)), ((), ()), ((1,), ())]
)
def test_mean_squared_error_in_its_shapes(p, t):
    prediction, target = rng.normal(size=p)[()], rng.normal(size=t)[()]
    expected = np.mean((np.ravel(prediction) - np.ravel(target)) ** 2)
    np.testing.assert_allclose(F.mse_loss(prediction, target), expected, rtol=1e-14)
    check(F.mse_loss, prediction, target)


def test_mean_squared_error_of_plain_numbers():
    assert slope(lambda p: F.mse_loss(p, 1.0), 3.0) == (4.0,)
    assert slope(lambda t: F.mse_loss(1, t), 3.0) == (4.0,)


@pytest.mark.parametrize(("p", "t"), [((4, 1), (5,)), ((4, 2), (4,)), ((4,), ()), ((2, 3), (3, 2))], ids=str)
def test_mean_squared_error_refuses_to_compare_everything_with_everything(p, t):
    with pytest.raises(errors.ShapeError, match=rf"{p}.*{t}".replace("(", r"\(").replace(")", r"\)")):
        F.mse_loss(ng.tensor(np.zeros(p)[()], requires_grad=True), np.zeros(t)[()])


def test_higher_derivatives_of_the_layers():
    """The Hessian of a little network against finite differences of its gradient."""
    X, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
    b1, W2, b2 = rng.normal(size=3), rng.normal(size=(3, 1)), rng.normal(size=1)

    def loss(W1):
        return F.mse_loss(F.linear(F.sigmoid(F.linear(X, W1, b1)), W2, b2), y)

    W1 = rng.normal(size=(2, 3))
    H = ng.hessian(loss)(W1)
    assert H.shape == (2, 3, 2, 3)
    for index in np.ndindex(W1.shape):
        step = np.zeros_like(W1)
        step[index] = 1e-5
        expected = (ng.grad(loss)(W1 + step) - ng.grad(loss)(W1 - step)) / 2e-5
        np.testing.assert_allclose(H[index], expected, rtol=1e-6, atol=1e-9)


# ---- as a Python object
def test_an_operation_is_copied_and_pickled_by_its_name():
    for op in (F.relu, REGISTRY["dropout"]):
        assert pickle.loads(pickle.dumps(op)) is copy.copy(op) is copy.deepcopy(op) is op


def test_an_operation_that_is_not_declared_here_cannot_be_unpickled():
    text = pickle.dumps(F.relu).replace(b"relu", b"rely")
    with pytest.raises(errors.UnknownOperationError, match="no operation 'rely' here; import the module"):
        pickle.loads(text)


@pytest.mark.parametrize(
    ("value", "source"),
    [
        (np.inf, "np.inf"),
        ((1, -np.inf), "(1, -np.inf)"),
        (np.float32("nan"), "np.nan"),
        ([np.int64(2), (True,)], "[2, (True,)]"),
        (np.array([0, 2]), "np.array([0, 2])"),
        ((slice(1, None), ..., None), "(slice(1, None, None), Ellipsis, None)"),
        (np.float32, "np.float32"),
        (float, "float"),
        (np.dtype("float32"), "np.float32"),
        ("ortho", "'ortho'"),
    ],
    ids=str,
)
def test_a_keyword_is_spelled_as_source(value, source):
    np.testing.assert_equal(eval(source), value)
    assert REGISTRY["vector_norm"].spelled("{ord}", ["x"], {"ord": value}) == source
    assert REGISTRY["vector_norm"].spelled("{keywords}", ["x"], {"ord": value}) == f", ord={source}"


def test_a_tensor_as_an_option_is_refused_where_it_needs_a_gradient():
    x, p = ng.tensor([-1.0], requires_grad=True), ng.tensor(0.3, requires_grad=True)
    for call in (lambda: F.leaky_relu(x, negative_slope=p), lambda: F.elu(x, alpha=p), lambda: F.dropout(x, p, seed=1)):
        with pytest.raises(errors.UnsupportedFunctionError, match=r"which has no gradient rule here.*x\.numpy"):
            call()
    slope = F.leaky_relu(x, negative_slope=ng.tensor(0.3))  # one that needs none is a number
    assert slope.item() == pytest.approx(-0.3)


def test_data_of_another_byte_order_are_brought_into_this_ones():
    x = ng.tensor(np.array([1.0, 3.0], ">f8"), requires_grad=True)
    x.max().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 1.0])


def test_the_name_of_another_operation_is_taken():
    def declare(forward):
        return operation(symbol="t", latex="t", source="t", formulas=["1"], samples=[])(forward)

    def tanh(x):
        return x

    with pytest.raises(errors.OperationNameError, match=r"an operation tanh already.*another one"):
        declare(tanh)

    def my_own(x):
        """Mine."""
        return x

    try:
        assert declare(my_own) is not declare(my_own)  # again, as when a cell is run again
    finally:
        del REGISTRY["my_own"]


def test_editors_are_told_the_parameters():
    assert str(inspect.signature(F.softmax)) == "(x, axis=-1)"


@pytest.mark.parametrize("rule", [lambda g, y, x: g[:2], lambda g, y, x: None, lambda g, x: g, lambda g, y, x: 3])
def test_a_rule_that_fails_is_named(rule):
    def doubled_by_me(x):
        """Twice ``x``."""
        return 2 * x

    try:
        op = operation(symbol="2", latex="2", source="2", formulas=["2"], samples=[])(doubled_by_me)
        op.rule(rule)
        x = ng.tensor(np.ones(5), requires_grad=True, name="x")
        with pytest.raises(errors.RuleError, match=r"rule of doubled_by_me for its operand x of shape \(5,\) failed"):
            op(x).sum().backward()
    finally:
        del REGISTRY["doubled_by_me"]
