"""``einsum`` with any subscripts that NumPy takes."""

import numpy as np
import pytest
from agreement import agrees, check, leaf

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.ops.linalg.indices import spelled_out

rng = np.random.default_rng(5)
SUBSCRIPTS = [
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ba", (2, 3)), ("aB", (2, 3)), ("i,i", (3,), (3,)),
    ("i,j", (3,), (2,)), ("ii", (3, 3)), ("ii->i", (3, 3)), ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ij->i", (2, 3)),
    ("iii->", (2, 2, 2)), ("iji->j", (2, 3, 2)), ("iijj->ij", (2, 2, 3, 3)), ("iijj->j", (2, 2, 3, 3)),
    ("ii,jj", (2, 2), (3, 3)), ("ii,i,ij->j", (3, 3), (3,), (3, 2)), ("ij,ij->ij", (2, 3), (2, 3)),
    ("ij,k->", (2, 3), (2,)), ("ij,kl->jl", (2, 3), (3, 2)), (" i j , j k -> k i ", (2, 3), (3, 4)), ("...", (2, 3)),
    ("...->", ()), ("...ij,...jk->...ik", (2, 2, 3), (3, 2)), ("...ij,...jk", (4, 1, 2, 3), (2, 3, 2)),
    ("i...,i...", (3, 2), (3, 4, 2)), ("...i->...", (2, 3)), ("i...->...i", (2, 3, 4)), ("...ii->...i", (2, 3, 3)),
    ("...,...->...", (2, 1), (3,)), ("ij,jk->ik", (2, 1), (3, 4)), ("ij,ij->ij", (1, 3), (2, 1)),
    ("ij,j->i", (2, 3), (1,)), ("ij,ji->", (1, 3), (3, 2)), ("ii,i->i", (1, 1), (3,)),
    ("bhqd,bhkd->bhqk", (1, 2, 3, 2), (1, 2, 2, 2)), ("a,b,c,d->dcba", (2,), (1,), (2,), (3,)),
    ("ij,jk", (2, 0), (0, 3)), ("ij->i", (2, 0)), (",ij", (), (2, 2)), ("", ()),
]  # fmt: skip


@pytest.mark.parametrize(("subscripts", "shapes"), [(s, shapes) for s, *shapes in SUBSCRIPTS], ids=str)
def test_einsum_with_any_subscripts(subscripts, shapes):
    args = [rng.normal(size=shape)[()] for shape in shapes]
    agrees(lambda *a: np.einsum(subscripts, *a), *args)
    agrees(lambda *a: np.einsum(subscripts, *a, optimize=True), *args)
    operands, result = spelled_out(subscripts, tuple(map(np.ndim, args)))
    explicit = f"{','.join(operands)}->{result}"
    np.testing.assert_allclose(np.einsum(explicit, *args), np.einsum(subscripts, *args), rtol=1e-14)


def test_einsum_called_with_lists_of_indices():
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    for lists in ([[0, 1], [1, 2], [2, 0]], [[0, 1], [1, 2]], [[30, 2], [2, 27]], [[1, 0], [0, 2], [..., 1]]):
        agrees(lambda a, b, lists=lists: np.einsum(a, lists[0], b, lists[1], *lists[2:]), a, b)
    agrees(lambda a: np.einsum(a, [..., 0], [0, ...]), rng.normal(size=(2, 3, 4)))
    agrees(lambda a: np.einsum(a, [0, 0]), rng.normal(size=(3, 3)))


def test_einsum_of_one_tensor_among_arrays_and_of_one_twice():
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    check(lambda b: np.einsum("ij,jk->ik", a, b).sum(), b)
    check(lambda a: np.einsum("ij,ik->jk", a, a)[0, 1], a)
    check(lambda a: np.einsum("ij,kj,kl,il->", a, a, a, a), a)


def test_einsum_with_paths_of_its_own():
    args = [rng.normal(size=shape) for shape in [(2, 3), (3, 4), (4, 2)]]
    path = ["einsum_path", (0, 1), (0, 1)]
    for optimize in (True, False, "greedy", "optimal", path):
        agrees(lambda *a, o=optimize: np.einsum("ij,jk,kl->il", *a, optimize=o), *args)


def test_second_derivatives_of_einsum():
    A = rng.normal(size=(3, 3))
    np.testing.assert_allclose(ng.hessian(lambda x: np.einsum("i,ij,j", x, A, x))(np.ones(3)), A + A.T, rtol=1e-12)
    cubes = ng.hessian(lambda x: np.einsum("ii,jj,ij->", x, x, x))(A)
    assert cubes.shape == (3, 3, 3, 3)
    np.testing.assert_allclose(cubes, cubes.transpose(2, 3, 0, 1), rtol=1e-12)


@pytest.mark.parametrize(
    ("subscripts", "shapes", "words"),
    [
        ("ij,jk", [(2, 3), (4, 2)], "index j has length 3 in operand 1 and 4 in operand 2"),
        ("i,i,i", [(1,), (3,), (2,)], "index i has length 3 in operand 2 and 2 in operand 3"),
        ("ijk", [(2, 3)], "operand 1 has 2 axes, but its subscripts name 3"),
        ("ij,jk", [(2, 3)], "einsum.*'ij,jk'"),
        ("ij->ik", [(2, 3)], "einsum.*'ij->ik'"),
    ],
)
def test_subscripts_that_do_not_fit(subscripts, shapes, words):
    with pytest.raises(errors.ShapeError, match=words):
        np.einsum(subscripts, *[leaf(np.ones(shape)) for shape in shapes])
