"""Products and parts of matrices beyond the samples of their declarations; and all rules of linear algebra at once."""

import zlib

import numpy as np
import pytest
from agreement import agrees, leaf

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.core.broadcasting import undo_broadcasting
from nbgrad.ops import REGISTRY, linalg
from nbgrad.ops.samples import well_conditioned

rng = np.random.default_rng(5)

DECLARED = [op for op in REGISTRY.values() if op.forward.__module__.startswith(linalg.__name__)]
CASES = [pytest.param(op, case, id=f"{op.name}-{i}") for op in DECLARED for i, case in enumerate(op.cases)]


# ---- every rule, from its declaration


def drawn(op, case):
    draw = np.random.default_rng(zlib.crc32(op.name.encode()))
    return [sample(draw) for sample in case.samples]


@pytest.mark.parametrize(("op", "case"), CASES)
def test_rules_are_linear_in_the_gradient_and_take_a_batch_of_them(op, case):
    args = drawn(op, case)
    y = op.forward(*args, **case.static)
    g = rng.normal(size=(3, *np.shape(y)))
    for i, x in enumerate(args):
        alone = [op.rules[i](one, y, *args, **case.static) for one in g]
        together = op.rules[i](2 * g[0] - g[1], y, *args, **case.static)
        np.testing.assert_allclose(together, 2 * alone[0] - alone[1], rtol=1e-8, atol=1e-10)
        if op.batched:
            at_once = undo_broadcasting(op.rules[i](g, y, *args, **case.static), x.shape, batched=True)
            each = [undo_broadcasting(c, x.shape) for c in alone]
            np.testing.assert_allclose(at_once, each, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("op", "case"), CASES)
def test_forward_mode_agrees_with_finite_differences(op, case):
    args = drawn(op, case)
    directions = [rng.normal(size=x.shape)[()] for x in args]
    step = 1e-6
    ends = [
        op.forward(*[x + moved * d for x, d in zip(args, directions, strict=True)], **case.static)
        for moved in (step, -step)
    ]
    _, received = ng.jvp(lambda *moved: op(*moved, **case.static), tuple(args), tuple(directions))
    np.testing.assert_allclose(received, (ends[0] - ends[1]) / (2 * step), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("op", "case"), [c for c in CASES if c.values[0].takes_complex])
def test_holomorphic_rules_hold_for_complex_operands_without_conjugation(op, case):
    """The directional derivative, weighted by ``g``, is the sum of contribution times direction."""
    args = [x + 0.3j * rng.normal(size=x.shape) for x in drawn(op, case)]
    y = op.forward(*args, **case.static)
    g = rng.normal(size=np.shape(y)) + 1j * rng.normal(size=np.shape(y))
    for i, x in enumerate(args):
        direction = rng.normal(size=x.shape) + 1j * rng.normal(size=x.shape)
        ends = [
            op.forward(*[a + moved * direction if j == i else a for j, a in enumerate(args)], **case.static)
            for moved in (1e-6, -1e-6)
        ]
        contribution = undo_broadcasting(op.rules[i](g[()], y, *args, **case.static), x.shape)
        expected = (g * (ends[0] - ends[1]) / 2e-6).sum()
        np.testing.assert_allclose((contribution * direction).sum(), expected, rtol=1e-6, atol=1e-7)


# ---- products
SHAPES = [
    ((3,), (3,)), ((3,), (3, 2)), ((4, 3), (3,)), ((3,), (5, 3, 2)), ((5, 4, 3), (3,)), ((5, 4, 3), (3, 2)),
    ((4, 3), (5, 3, 2)), ((5, 4, 3), (5, 3, 2)), ((1, 4, 3), (5, 3, 2)), ((2, 1, 4, 3), (5, 3, 2)),
    ((2, 1, 4, 3), (1, 5, 3, 2)), ((2, 5, 4, 3), (3,)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((0, 2, 3), (3, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), SHAPES, ids=str)
def test_matmul_broadcasts_stacks_as_numpy(first, second):
    agrees(lambda a, b: a @ b, rng.normal(size=first), rng.normal(size=second))
    jacobian = ng.jacobian(lambda a: a @ np.ones(second))(np.ones(first))
    assert jacobian.shape == (np.ones(first) @ np.ones(second)).shape + first


def test_matmul_of_arrays_and_tensors_in_any_order():
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    for product in (leaf(a) @ b, a @ leaf(b), np.matmul(a, leaf(b)), np.linalg.matmul(leaf(a), b), np.dot(a, leaf(b))):
        assert product.op.name == "matmul"
        np.testing.assert_allclose(product.data, a @ b, rtol=1e-15)


@pytest.mark.parametrize(
    ("first", "second"),
    [((), (3,)), ((2, 3), ()), ((3,), (3,)), ((2, 3), (3, 2)), ((2, 4, 3), (3,)), ((3,), (2, 3, 2)),
     ((2, 4, 3), (5, 3, 2)), ((4, 3), (2, 3, 2)), ((2, 2, 3), (3, 4))],
    ids=str,
)  # fmt: skip
def test_dot_is_that_of_numpy(first, second):
    a, b = rng.normal(size=first)[()], rng.normal(size=second)[()]
    agrees(np.dot, a, b)
    np.testing.assert_allclose(leaf(a).dot(b).data, np.dot(a, b), rtol=1e-14)


def test_dot_with_plain_numbers_and_lists():
    np.testing.assert_array_equal(np.dot(leaf([1.0, 2.0]), 3).data, [3.0, 6.0])
    assert np.dot(leaf([1.0, 2.0]), [3, 4]).item() == 11


@pytest.mark.parametrize("function", [np.inner, np.outer, np.vdot, np.kron, np.linalg.outer, np.vecdot, np.cross])
def test_products_of_two_vectors(function):
    agrees(function, rng.normal(size=3), rng.normal(size=3))


@pytest.mark.parametrize(("first", "second"), [((2, 3), (3,)), ((3,), (4, 3)), ((2, 1, 3), (4, 3))], ids=str)
def test_cross_and_vecdot_broadcast(first, second):
    agrees(np.cross, rng.normal(size=first), rng.normal(size=second))
    agrees(np.linalg.cross, rng.normal(size=first), rng.normal(size=second))
    agrees(np.linalg.vecdot, rng.normal(size=first), rng.normal(size=second))


@pytest.mark.parametrize("axes", [(0, 0, 0), (0, -1, 1), (1, 0, -1), (-2, 1, 0)], ids=str)
def test_cross_along_any_axes(axes):
    first, second = (rng.normal(size=np.insert([2], axis % 2, 3)) for axis in axes[:2])
    agrees(lambda a, b: np.cross(a, b, *axes), first, second)


@pytest.mark.skipif(not hasattr(np, "matvec"), reason="matvec and vecmat came with NumPy 2.2")
def test_products_of_stacks_of_matrices_and_stacks_of_vectors():
    agrees(np.matvec, rng.normal(size=(4, 2, 3)), rng.normal(size=(4, 3)))
    agrees(np.vecmat, rng.normal(size=(5, 1, 2)), rng.normal(size=(4, 2, 3)))


@pytest.mark.parametrize("axes", [0, 1, 2, (0, 0), (-1, 0), ([0], [1]), ([0, 2], [1, 0]), ((1, 2), (2, 1))], ids=str)
def test_tensordot_over_any_axes(axes):
    agrees(lambda a, b: np.tensordot(a, b, axes), rng.normal(size=(2, 2, 2)), rng.normal(size=(2, 2, 2)))


def test_multi_dot_of_many():
    shapes = [(2, 5), (5, 1), (1, 4), (4, 3), (3,)]
    agrees(lambda *m: np.linalg.multi_dot(m), *[rng.normal(size=shape) for shape in shapes])
    agrees(lambda *m: np.linalg.multi_dot(m), *[rng.normal(size=shape) for shape in [(3,), (3, 2), (2,)]])


# ---- parts of matrices


@pytest.mark.parametrize("offset", [-5, -1, 0, 2])
@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (0, -1), (-2, -3), (2, 1)], ids=str)
def test_diagonals_and_traces_along_any_axes(offset, axes):
    x = rng.normal(size=(2, 3, 4))
    agrees(lambda x: np.diagonal(x, offset, *axes), x)
    agrees(lambda x: np.trace(x, offset=offset, axis1=axes[0], axis2=axes[1]), x)
    agrees(lambda x: np.linalg.diagonal(x, offset=offset), x)
    agrees(lambda x: np.linalg.trace(x, offset=offset), x)
    np.testing.assert_array_equal(leaf(x).diagonal(offset, *axes).data, x.diagonal(offset, *axes))
    np.testing.assert_array_equal(leaf(x).trace(offset, *axes).data, x.trace(offset, *axes))


@pytest.mark.parametrize("k", [-4, -1, 0, 1, 3])
@pytest.mark.parametrize("function", [np.diag, np.diagflat, np.tril, np.triu])
def test_diagonals_and_triangles_at_any_offset(function, k):
    for shape in [(3,), (3, 3), (2, 3), (3, 2)]:
        agrees(lambda x: function(x, k), rng.normal(size=shape))
        agrees(lambda x: function(x, k=k), rng.normal(size=shape))


def test_transposing_the_last_two_axes():
    agrees(np.matrix_transpose, rng.normal(size=(2, 3, 4)))
    agrees(np.linalg.matrix_transpose, rng.normal(size=(3, 4)))


@pytest.mark.parametrize("n", [-3, -1, 1, 2, 3, 7])
def test_powers_of_matrices(n):
    agrees(lambda x: np.linalg.matrix_power(x, n), well_conditioned(2, 3, 3)(rng), rtol=1e-5)
    power = leaf(np.eye(2)) if n == 1 else np.linalg.matrix_power(leaf(np.eye(2)), n)
    assert len(ng.backward_steps(power.sum())) <= 6  # by squaring, not one by one


def test_the_power_zero_is_the_identity_and_has_no_slope():
    x = np.array([[np.inf, 1.0], [2.0, 3.0]])
    np.testing.assert_array_equal(np.linalg.matrix_power(leaf(x), 0).data, np.eye(2))
    np.testing.assert_array_equal(ng.grad(lambda x: np.linalg.matrix_power(x, 0).sum())(x), np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: np.tensordot(x, np.ones((4, 3)), axes=1), "axis 1 of the first and axis 0 of the second.*3 and 4"),
        (lambda x: np.inner(x, np.ones(2)), "last axes.*3 and 2"),
        (lambda x: np.cross(x, np.ones(2)), "three numbers.*3 and 2"),
        (lambda x: np.linalg.multi_dot([x, np.ones((2, 2)), np.ones(2)]), "chain of matrices"),
        (lambda x: x @ np.ones((2, 3)), r"The last axis of .* \(3\).*x\.T|transposing"),
        (lambda x: np.dot(x, np.ones((2, 2, 2))), "3 and 2"),
        (lambda x: x @ 3.0, "single number.*\\*"),
    ],
)
def test_shapes_that_do_not_fit_are_explained(call, words):
    x = leaf(np.ones((2, 3)))
    with pytest.raises(errors.ShapeError, match=words):
        call(x)
