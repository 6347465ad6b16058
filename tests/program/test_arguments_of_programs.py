"""Arguments, functions and results of every kind."""

import collections
import functools
import warnings

import numpy as np
import pytest
from program_checks import FILTERS, IMAGES, READONLY, M, Scaled, X, agrees, equal

import nbgrad as ng
from nbgrad import nn
from nbgrad.nn import functional as F
from nbgrad.program.compiled import MOST_VARIANTS

# ---- other arguments than those of the example


def test_other_shapes_and_dtypes_are_recorded_anew():
    def f(x):
        return x * len(x)

    agrees(f, (X,), (M,), (X.astype(np.float32),), (np.arange(4),), (X,), (X * 2,))


def test_other_containers_are_recorded_anew():
    agrees(lambda p: p[0] + p[1], ((X, 2.0),), ([X, 3.0],), ((X, X),))
    agrees(lambda p: sum(p.values()), ({"a": X, "b": X},), ({"a": X},), ({"b": X, "c": X},))


def test_the_recordings_are_bounded_and_the_latest_are_kept():
    calls = []

    def f(x):
        calls.append(len(x))
        return x * 2

    program = ng.compile(f, np.ones(1))
    for n in range(2, MOST_VARIANTS + 1):
        program(np.ones(n))
    program(np.ones(1))  # used again: it is the latest now
    program(np.ones(50))  # drives out the oldest, that of 2
    assert len(calls) == MOST_VARIANTS + 1
    program(np.ones(1))
    assert len(calls) == MOST_VARIANTS + 1
    program(np.ones(2))
    assert len(calls) == MOST_VARIANTS + 2


def test_debug_mode_says_why_it_is_recorded_anew():
    program = ng.compile(lambda x, weights: x * weights, X, X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        program(M, X)
    with ng.debug(), pytest.warns(ng.errors.RecompiledWarning, match=r"weights is float32 of shape \(3,\) instead"):
        program(M, X.astype(np.float32))


def test_gradients_and_steps_are_recorded_in_debug_mode():
    W = ng.tensor([1.0, 2.0, 3.0], requires_grad=True)
    step = ng.optim.SGD([W], 0.1).compile(lambda x: ((x @ W) ** 2).mean(), M)
    with ng.debug():
        agrees(ng.grad(lambda x: (np.where(x > 0, x, 2 * x) ** 2).sum() * 2), (X,))
        with pytest.warns(ng.errors.RecompiledWarning, match=r"of shape \(2, 3\) instead"):
            step(M[:2])


def test_a_change_in_place_is_still_noticed_while_a_function_is_recorded():
    def changing(x):
        inside = np.ones(3)
        y = x * inside
        inside[0] += 1.0
        return y.sum()

    with ng.debug(), pytest.raises(ng.errors.MutatedDataError, match="operand 2 of multiply of shape"):
        ng.compile(ng.grad(changing), X)


def test_gradients_at_a_whole_number():
    agrees(ng.grad(lambda x: x * x), (3,), (5,))
    for f in (lambda x: x**3 / 2, np.sin):
        agrees(ng.grad(f), (3,), (5,))
        agrees(ng.grad(ng.grad(f)), (3,), (5,))
    agrees(ng.value_and_grad(lambda x: (x * x).sum()), (np.arange(3),))


def test_wrong_numbers_of_arguments():
    program = ng.compile(lambda x, y: x + y, X, X)
    for args in ((), (X,), (X, X, X)):
        with pytest.raises(ng.errors.ProgramError, match=rf"takes 2 arguments.*{len(args)}"):
            program(*args)


def test_arguments_by_name():
    def f(x, y, *, k=2.0):
        return x - k * y

    program = ng.compile(f, X, X, k=3.0)
    equal(program(X, y=2 * X), f(X, 2 * X, k=3.0))
    equal(program(y=X, x=2 * X), f(2 * X, X, k=3.0))
    with pytest.raises(ng.errors.ProgramError, match="z"):
        program(X, X, z=X)
    with pytest.raises(ng.errors.ProgramError, match="k is given by keyword, and was settled"):
        program(X, X, k=2.0)


@pytest.mark.parametrize(
    "thing",
    [np.array([None, 1]), np.array(["a"]), "text", object(), np.array([1], "datetime64[s]"), {1, 2}],
    ids=["objects", "words", "text", "object", "dates", "set"],
)
def test_what_is_no_array_of_numbers(thing):
    with pytest.raises(ng.errors.ProgramError, match="arrays and numbers"):
        ng.compile(lambda x: x, thing)
    with pytest.raises(ng.errors.ProgramError, match="arrays and numbers"):
        ng.compile(lambda x: x, X)(thing)


def test_kinds_of_numbers():
    agrees(lambda n, x: n * x, (3, X), (2.5, X), (True, X), (np.float32(2), X), (2 + 1j, X), (-4, X))
    agrees(lambda n: n // 2 + n % 2 - 7 / n, (3,), (8,), (2.5,))
    agrees(lambda a, x: (a * 2 - 1) ** 2 * x, (2.0, X.astype(np.float32)), (3.0, X.astype(np.float32)))
    agrees(lambda b, x: np.where(b, x, 0.0), (True, X), (False, X))
    agrees(lambda x: x.sum() + 1, (np.array(3.0),), (np.array(4.0),), (np.float64(2),), (X,))
    agrees(lambda x: np.abs(x * 1j) + x.real + x.conj().imag, (X + 1j * X,), (X - 2j,))
    agrees(lambda x: (x * 2).sum(axis=0), (np.zeros((0, 3)),), (np.zeros((2, 3)),))
    agrees(lambda x: np.tanh(x) @ x, (X.astype(np.float32),), (X,))


def test_unusual_arrays():
    agrees(lambda x: x * 2, (X,), (READONLY,), (X.astype(">f8"),), (X,), (np.arange(6.0)[::2],))
    agrees(lambda x: x * 2, (X.astype(">f8"),), (X,))
    agrees(lambda x: x * 2, (READONLY,), (X,))


LAYOUTS = {
    "columns first": np.asfortranarray,
    "every other": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "backwards": lambda x: x[..., ::-1],
    "transposed": lambda x: np.ascontiguousarray(np.swapaxes(x, 0, -1)).swapaxes(0, -1),
}
ON_IMAGES = {
    "conv2d": lambda x: F.conv2d(x, FILTERS, padding=1), "maxpool": lambda x: F.max_pool2d(x, 2) * 1.0,
    "avgpool": lambda x: F.avg_pool2d(x, 3, stride=1), "reshape": lambda x: x.reshape(4, -1) * 2, "relu": F.relu,
    "sum": lambda x: (x * x).sum(axis=(0, 2, 3)), "matmul": lambda x: x @ x.mT, "T": lambda x: x.T + 0.0,
    "ravel": lambda x: np.cumsum(x.ravel()),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ON_IMAGES)
def test_however_the_numbers_lie_in_memory(name, layout):
    f, arrange = ON_IMAGES[name], LAYOUTS[layout]
    agrees(f, (IMAGES,), (arrange(IMAGES),), (IMAGES + 1,))
    agrees(f, (arrange(IMAGES),), (IMAGES,), (arrange(IMAGES),))
    both = ng.value_and_grad(lambda x: (f(x) * np.cos(f(x))).sum())
    agrees(both, (IMAGES,), (arrange(IMAGES),))
    agrees(both, (arrange(IMAGES),), (IMAGES,))


# ---- kinds of functions and of results


def of_keywords(x, *, k, power=2):
    return k * x**power


FUNCTIONS = {
    "method": Scaled().method, "callable": Scaled(), "static method": Scaled.plainly, "ufunc": np.tanh,
    "partial": functools.partial(lambda a, b: a * b, 2.0),
    "partial by name": functools.partial(lambda a, b: a * b, b=X),
    "defaults": lambda x, k=3.0, v=X: x * k + v, "operation": F.softmax, "transform": ng.grad(lambda x: (x**3).sum()),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_kinds_of_functions(name):
    agrees(FUNCTIONS[name], (X,), (X * 2,))


def test_keywords_modules_and_functions_without_arguments():
    agrees(of_keywords, (X,), (X * 2,), k=2.0, power=3)
    agrees(lambda: np.arange(3.0), ())
    net = nn.Sequential(nn.Linear(3, 2, rng=0), nn.Tanh())
    agrees(net, (M,), (M[:2],))
    assert ng.compile(net, M).source.splitlines()[3].startswith("def program(x, ")


Pair = collections.namedtuple("Pair", "a b")
RESULTS = {
    "nothing": lambda x: None, "a number": lambda x: 3.0, "an array": lambda x: np.arange(3.0),
    "the input": lambda x: x,
    "a view": lambda x: x[1:], "an empty tuple": lambda x: (),
    "None among others": lambda x: (x + 1, None, {"a": x * 2}),
    "a list of numbers": lambda x: [x.sum(), x.max()], "a named tuple": lambda x: Pair(x * 2, (x.sum(), 1)),
    "twice the same": lambda x: (lambda y: (y, y))(x * 2), "a bool": lambda x: (x > 0).any(),
    "an int": lambda x: x.argmax(),
}  # fmt: skip


@pytest.mark.parametrize("name", RESULTS)
def test_kinds_of_results(name):
    agrees(RESULTS[name], (X,), (X[::-1] * 2,))


def test_containers_of_arguments():
    agrees(lambda d: {"s": d["a"] + d["b"], "t": (d["a"],)}, ({"a": X, "b": 2.0},), ({"a": X * 2, "b": 3.0},))
    agrees(lambda p: Pair(p.b, p.a * 2), (Pair(X, 3.0),), (Pair(X, 4.0),))


def test_text_is_no_result():
    with pytest.raises(ng.errors.ProgramError, match="gives arrays and numbers"):
        ng.compile(lambda x: (x, "text"), X)
    with pytest.raises(ng.errors.ProgramError, match="takes a function"):
        ng.compile(X, X)


def test_tensors_as_arguments():
    program = ng.compile(lambda x: x.detach().numpy() * 2, ng.tensor(X))
    equal(program(ng.tensor(X * 2)), X * 4)

    def slope(x):
        loss = (x * x).sum()
        loss.backward()
        return loss, x.grad

    program = ng.compile(slope, ng.tensor(X, requires_grad=True))
    for values in (X, X * 2):
        value, gradient = program(ng.tensor(values, requires_grad=True))
        equal(value, (values**2).sum())
        equal(gradient, 2 * values)


TRANSFORMS = {
    "grad": ng.grad(lambda x: (x**3).sum()), "hessian": ng.hessian(lambda x: (x**3).sum() * x[0]),
    "jacobian": ng.jacobian(lambda x: np.sin(x) * x[0]), "jvp": lambda x: ng.jvp(np.sin, (x,), (x * 2,)),
    "vjp": lambda x: ng.vjp(np.sin, x)[1](x), "hvp": lambda x: ng.hvp(lambda y: (y**3).sum())(x, x * x),
    "grad of grad": ng.grad(lambda x: ng.grad(lambda y: (y**3).sum())(x).sum()),
    "in the midst": lambda x: x - 0.1 * ng.grad(lambda y: (y**4).sum())(x),
}  # fmt: skip


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms(name):
    agrees(TRANSFORMS[name], (X,), (X * 2,))


def test_a_program_within_a_program():
    inner = ng.compile(lambda x: np.sin(x) * 2, X)
    agrees(lambda x: inner(x) + 1, (X,), (X * 2,))
    agrees(lambda x: ng.compile(np.cos, x)(x) + 1, (X,), (X * 2,))
    agrees(ng.grad(lambda x: inner(x).sum()), (X,), (X * 2,))
    equal(ng.grad(lambda x: inner(x).sum())(X), 2 * np.cos(X))  # and a gradient goes through it
    W = ng.tensor(X, requires_grad=True)
    step = ng.optim.SGD([W], 0.1).compile(lambda x: (W * x).sum(), X)
    with pytest.raises(ng.errors.ProgramError, match="training step"):
        ng.compile(lambda x: step(x), X)
    np.testing.assert_array_equal(W.data, X)


def test_no_grad():
    W = ng.tensor(X, requires_grad=True)

    def f(x):
        with ng.no_grad():
            return (W * x).sum()

    agrees(f, (X,), (X * 2,))
