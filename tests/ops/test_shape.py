"""NumPy's functions of shape, order, joining, splitting and differences: those composed of operations, and corners."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors

rng = np.random.default_rng(5)
A, B, V, W = rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), rng.normal(size=4), rng.normal(size=4)
T = rng.normal(size=(2, 3, 4))
GRID = np.array([0.0, 0.5, 0.7, 2.0])


def pieces(result):
    """The arrays of a result that may be a tuple or a list of them."""
    return list(result) if isinstance(result, tuple | list) else [result]


def check_function(function, *args):
    """A function's values, first and second derivatives, in NumPy's own spelling."""
    expected = pieces(function(*args))
    received = pieces(function(*[ng.tensor(x, requires_grad=True) for x in args]))
    assert len(received) == len(expected)
    for ours, theirs in zip(received, expected, strict=True):
        assert isinstance(ours, ng.Tensor)
        assert ours.requires_grad
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours.data, theirs, rtol=1e-13, atol=1e-13, strict=True)
    weights = [np.random.default_rng(i).uniform(0.5, 1.5, np.shape(x)) for i, x in enumerate(expected)]

    def weighted(*moved):
        return sum((np.sin(y) * w).sum() for y, w in zip(pieces(function(*moved)), weights, strict=True))

    ng.check_gradients(weighted, *args)
    ng.check_gradients(lambda *moved: (ng.grad(weighted)(*moved) ** 2).sum(), *args, rtol=1e-4)


def cases(*functions_and_args):
    return pytest.mark.parametrize(("function", "args"), functions_and_args)


@cases(
    (lambda x: np.reshape(x, (3, 2), order="F"), [A]),
    (lambda x: np.reshape(x, (4, -1), "F"), [T]),
    (lambda x: x.reshape(3, 2, order="F"), [A]),
    (lambda x: np.ravel(x, "F"), [A]),
    (lambda x: np.ravel(x, order="C"), [A]),
    (lambda x: np.moveaxis(x, 0, -1), [T]),
    (lambda x: np.moveaxis(x, (0, 1), (-1, 0)), [T]),
    (lambda x: np.rollaxis(x, 2), [T]),
    (lambda x: np.rollaxis(x, 0, 3), [T]),
    (lambda x: np.matrix_transpose(x), [T]),
    (lambda x: np.permute_dims(x, axes=(1, 0, 2)), [T]),
    (lambda x: np.squeeze(x[None, :, None]), [A]),
    (lambda x: np.squeeze(x[None, :, None], axis=(0,)), [A]),
    (lambda x: np.expand_dims(x, axis=(0, -1)), [A]),
    (lambda x: np.atleast_1d(x), [np.float64(2.0)]),
    (lambda x: np.atleast_2d(x), [V]),
    (lambda x: np.atleast_3d(x), [A]),
    (lambda x, y: np.atleast_2d(x, y), [V, np.float64(2.0)]),
    (lambda x, y: np.broadcast_arrays(x, y[:, :1]), [V, A]),
    (lambda x, y: np.meshgrid(x, y), [V, GRID[:3]]),
    (lambda x, y: np.meshgrid(x, y, indexing="ij", sparse=True), [V, GRID[:3]]),
    (lambda x, y, z: np.meshgrid(x, y, z), [V, GRID[:3], V[:2]]),
)
def test_shapes(function, args):
    check_function(function, *args)


@cases(
    (lambda x: np.fliplr(x), [A]),
    (lambda x: np.flipud(x), [T]),
    *[(lambda x, k=k: np.rot90(x, k), [A]) for k in range(-2, 5)],
    (lambda x: np.rot90(x, axes=(1, 2)), [T]),
    (lambda x: np.rot90(x, 3, axes=(2, 0)), [T]),
    (lambda x: np.roll(x, (1, -2), axis=(0, -1)), [T]),
    (lambda x: np.roll(x, -5), [A]),
    (lambda x: np.repeat(x, [2, 0, 1], axis=1), [A]),
    (lambda x: x.repeat(2, axis=0), [A]),
    (lambda x: np.repeat(x, np.array([1, 2, 0, 1])), [V]),
    (lambda x: np.tile(x, (2, 1, 2)), [A]),
    (lambda x: np.repeat(x, 3, axis=0), [np.float64(2.0)]),
    (lambda x: np.repeat(x, [2], axis=-1), [np.float64(2.0)]),
    (lambda x: np.tile(x, np.array([2, 2])), [A]),
    (lambda x: np.tile(x, np.array([3, 1, 2])), [A]),
    (lambda x: np.tile(x, np.int64(2)), [V]),
    (lambda x: np.pad(x, {0: 1}), [A]),
    (lambda x: np.pad(x, {-1: (2, 1), 0: 1}, mode="edge"), [A]),
    (lambda x: np.pad(x, 1), [A]),
    (lambda x: np.pad(x, ((0, 1), (2, 0)), mode="constant", constant_values=((1, 2), (3, 4))), [A]),
    (lambda x: np.pad(x, (7, 9), "reflect"), [V]),
    (lambda x: np.pad(x, (7, 9), "reflect", reflect_type="even"), [V]),
    (lambda x: np.pad(x, (7, 9), "symmetric"), [V]),
    (lambda x: np.pad(x, (7, 9), "wrap"), [V]),
    (lambda x: np.pad(x, (2, 1), "edge"), [T]),
)
def test_rearranged(function, args):
    check_function(function, *args)


@pytest.mark.parametrize(("mode", "options"), [("mean", {}), ("linear_ramp", {}), ("reflect", {"reflect_type": "odd"})])
def test_borders_that_are_no_copies_are_refused(mode, options):
    with pytest.raises(errors.UnsupportedFunctionError, match=f"np.pad with mode='{mode}'.*constant, edge"):
        np.pad(ng.tensor(V, requires_grad=True), 2, mode=mode, **options)


@cases(
    (lambda x, y: np.concatenate((x, y), axis=1), [A, B]),
    (lambda x, y: np.concatenate([x, y, x], axis=None), [A, V]),
    (lambda x, y: np.concat([x, y]), [A, B]),
    (lambda x, y: np.stack([x, y, x], axis=-1), [A, B]),
    (lambda x: np.stack(x, axis=1), [T]),
    (lambda x, y: np.vstack([x, y]), [V, W]),
    (lambda x, y: np.vstack([x, y[:, :3]]), [A, T[0]]),
    (lambda x, y: np.hstack([x, y]), [V, W]),
    (lambda x, y: np.hstack([x, y]), [A, T[:, :, 0]]),
    (lambda x, y: np.hstack([x, y]), [np.float64(1.0), V]),
    (lambda x, y: np.dstack([x, y]), [A, B]),
    (lambda x, y: np.dstack([x, y]), [V, W]),
    (lambda x, y: np.column_stack([x, y, V]), [V, W]),
    (lambda x, y: np.column_stack([x, V[:2]]) + y[0, 0], [A, B]),
    (lambda x, y: np.append(x, y), [A, V]),
    (lambda x, y: np.append(x, y, axis=0), [A, B]),
    (lambda x, y: np.block([[x, y], [y, x]]), [A, B]),
    (lambda x, y: np.block([x, y]), [V, np.float64(3.0)]),
    (lambda x, y: np.block([[x, np.zeros((2, 1))], [np.ones((1, 3)), y]]), [A, np.float64(3.0)]),
    (lambda x, y: np.insert(x, 1, y[0], axis=0), [A, B]),
    (lambda x, y: np.insert(x, [0, 2, 2], y[:3]), [V, W]),
    (lambda x, y: np.insert(x, [2, 0], y[:2]), [V, W]),
    (lambda x: np.insert(x, [], []), [V]),
    (lambda x, y: np.insert(x, [3, 1, 0, -1], y), [V, W]),
    (lambda x, y: np.insert(x, [2, 0], y[:, :2], axis=1), [A, B]),
    (lambda x, y: np.insert(x, 1, y), [V, np.float64(3.0)]),
    (lambda x, y: np.insert(x, -1, y[:2], axis=1), [A, V]),
    (lambda x, y: np.insert(x, slice(0, 2), y[:2, None], axis=0), [A, V]),
    (lambda x, y: np.insert(x, 3, y), [A, V]),
    (lambda x, y: np.insert(x, [1], y, axis=1), [A, B]),
    (lambda x: np.delete(x, 1, axis=1), [A]),
    (lambda x: np.delete(x, [0, -1]), [A]),
    (lambda x: np.delete(x, slice(None, None, 2), axis=0), [T]),
)
def test_joined(function, args):
    check_function(function, *args)


@cases(
    (lambda x: np.split(x, 3, axis=1), [A]),
    (lambda x: np.split(x, [1, 1, 3], axis=-1), [T]),
    (lambda x: np.array_split(x, 3), [V]),
    (lambda x: np.array_split(x, [1, 3, 7], axis=0), [V]),
    (lambda x: np.hsplit(x, 3), [A]),
    (lambda x: np.hsplit(x, 2), [V]),
    (lambda x: np.vsplit(x, 2), [A]),
    (lambda x: np.dsplit(x, [1]), [T]),
)
def test_split(function, args):
    check_function(function, *args)


def test_unstacking():
    x = ng.tensor(T, requires_grad=True)
    if hasattr(np, "unstack"):
        check_function(lambda x: np.unstack(x, axis=1), T)
    first, second = x
    np.testing.assert_array_equal(second.data, T[1])
    (first - 2 * second).sum().backward()
    np.testing.assert_array_equal(x.grad, [np.ones((3, 4)), np.full((3, 4), -2.0)])


@cases(
    (lambda x: np.diff(x, prepend=0), [A]),
    (lambda x, y: np.diff(x, 1, 0, prepend=y, append=1.0), [A, B]),
    (lambda x: np.diff(x, n=2), [V]),
    (lambda x: np.diff(x, n=9), [V]),
    (lambda x: np.ediff1d(x), [A]),
    (lambda x, y: np.ediff1d(x, to_begin=y, to_end=[1.0, 2.0]), [V, np.float64(3.0)]),
    (lambda x: np.gradient(x), [V]),
    (lambda x: np.gradient(x, 0.3), [V]),
    (lambda x: np.gradient(x, GRID), [V]),
    (lambda x: np.gradient(x, GRID, edge_order=2), [V]),
    (lambda x: np.gradient(x, edge_order=2, axis=-1), [A]),
    (lambda x: np.gradient(x), [A]),
    (lambda x: np.gradient(x, 0.5, GRID[:3], axis=(0, 1)), [T]),
    (lambda x: np.gradient(x, 2.0, axis=2), [T]),
    (lambda x: np.gradient(x), [V[:2]]),
    (lambda x, h: np.gradient(x, h), [V, np.float64(0.3)]),
    (lambda x, h: np.gradient(x, h), [A, np.float64(0.3)]),
    (lambda x, h: np.gradient(x, h, edge_order=2), [V, GRID]),
    (lambda x, h, k: np.gradient(x, h, k, axis=(0, 1)), [T, np.float64(0.5), GRID[:3]]),
    (lambda h: np.gradient(np.arange(3) ** 2, h), [np.float64(2.0)]),
    (lambda x: np.gradient(x, np.array([0, 200, 100], np.uint8)), [V[:3]]),
    (lambda x: np.gradient(x, 3), [V]),
    (lambda x: np.trapezoid(x), [V]),
    (lambda x: np.trapezoid(x, dx=0.1, axis=0), [T]),
    (lambda y, x: np.trapezoid(y, x), [T, V]),
    (lambda y, x: np.trapezoid(y, x, axis=1), [T, rng.normal(size=(2, 3, 4))]),
)
def test_differences(function, args):
    check_function(function, *args)


def test_too_few_points_for_a_slope():
    x = ng.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(errors.ShapeError, match=r"at least 3 points along axis 0.*\(2,\)"):
        np.gradient(x, edge_order=2)
    with pytest.raises(errors.ShapeError, match="one spacing, or one for each, not 2"):
        np.gradient(x, 1.0, 2.0)
    with pytest.raises(errors.ShapeError, match="given 3 points for axis 0, which has 2"):
        np.gradient(x, [0.0, 1.0, 2.0])


def test_shapes_that_cannot_be_joined_or_split_are_named():
    a, b = ng.tensor(A, requires_grad=True, name="a"), ng.tensor(T, requires_grad=True, name="b")
    with pytest.raises(errors.ShapeError, match=r"concatenate.*a of shape \(2, 3\).*b of shape \(2, 3, 4\)"):
        np.concatenate([a, b])
    with pytest.raises(errors.ShapeError, match=r"stack.*a of shape \(2, 3\).*b of shape \(2, 3, 4\)"):
        np.stack([a, b])
    with pytest.raises(errors.ShapeError, match=r"shape \(2, 3\) cannot be split into 2 equal parts along axis 1"):
        np.split(a, 2, axis=1)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, axis: np.delete(x, 0, axis=axis),
        lambda x, axis: np.insert(x, 0, 1.0, axis=axis),
        lambda x, axis: np.unstack(x, axis=axis) if hasattr(np, "unstack") else np.flip(x, axis),
        lambda x, axis: np.split(x, 1, axis=axis),
        lambda x, axis: np.mean(x, axis=axis),
        lambda x, axis: np.var(x, axis=axis),
        lambda x, axis: np.median(x, axis=axis),
    ],
)
def test_axes_that_are_not_there_are_named(function):
    for value, axis in ((2.0, 0), (2.0, -1), (V, 1), (V, -2)):
        with pytest.raises(Exception, match=r".") as theirs:
            function(np.asarray(value), axis)
        assert isinstance(theirs.value, ValueError | IndexError)
        with pytest.raises(errors.ShapeError, match="axis"):
            function(ng.tensor(value, requires_grad=True), axis)


@pytest.mark.parametrize("function", [np.sum, np.max, np.prod])
@pytest.mark.parametrize("value", [2.0, 0.0])
def test_the_first_axis_of_a_number_where_numpy_lets_it_pass(function, value):
    assert ng.grad(lambda x: function(x * 1.0, axis=0))(value) == 1.0


def test_joining_many_is_one_node():
    parts = [ng.tensor(rng.normal(size=2), requires_grad=True) for _ in range(300)]
    y = np.concatenate(parts)
    assert list(y.inputs) == parts
    (y * np.arange(600.0)).sum().backward()
    np.testing.assert_array_equal(np.concatenate([p.grad for p in parts]), np.arange(600.0))
    z = np.stack(parts)
    assert list(z.inputs) == parts


def test_gradients_of_mixed_precision_keep_each_operands_own():
    x, y = ng.tensor(np.ones(2, np.float32), requires_grad=True), ng.tensor(np.ones(2), requires_grad=True)
    joined = np.concatenate([x, y])
    assert joined.dtype == np.float64
    joined.sum().backward()
    assert (x.grad.dtype, y.grad.dtype) == (np.float32, np.float64)


BATCHED = [
    lambda x: np.reshape(x, (-1, 2)), np.transpose, lambda x: np.transpose(x, (1, 2, 0)), lambda x: x.mT,
    lambda x: np.swapaxes(x, 0, 2), lambda x: np.swapaxes(x, -1, 1), lambda x: np.broadcast_to(x, (2, 2, 3, 4)),
    np.flip, lambda x: np.flip(x, 0), lambda x: np.flip(x, (0, -1)), lambda x: np.stack([x, x], 1),
    lambda x: np.concatenate([x, x * 2], 1), lambda x: np.roll(x, 3), lambda x: np.pad(x, 1, "wrap"),
    lambda x: np.repeat(x, 2, axis=-1), lambda x: np.diff(x, axis=0), lambda x: np.tile(x, (2, 1, 1)),
    lambda x: x[:, 1], lambda x: x[1, :, ::-2], lambda x: x[..., None, 0], lambda x: x[0, :, [1, 1]],
    lambda x: x[[0, 0]], lambda x: x[:, [0, 2, 2], [1, 1, 3]], lambda x: x[x > 0], lambda x: np.take(x, [1, 1], 2),
]  # fmt: skip


@pytest.mark.parametrize("function", BATCHED)
def test_many_cotangents_at_once(function):
    """The Jacobian in one pass, against a pass for each element of the result."""
    jacobian = ng.jacobian(lambda x: function(x) * 1.0)(T)
    x = ng.tensor(T, requires_grad=True)
    y = function(x)
    for index in np.ndindex(y.shape):
        seed = np.zeros(y.shape)
        seed[index] = 1.0
        x.zero_grad()
        function(x).backward(seed)
        np.testing.assert_array_equal(jacobian[index], x.grad)
