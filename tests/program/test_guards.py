"""What a program refuses, what it notices, and that it keeps its hands off what is not its own."""

import collections
import functools
import math
import random
import sys
import threading
import warnings

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn
from nbgrad.core.containers import flatten
from nbgrad.nn import functional as F
from nbgrad.program.compiled import MOST_VARIANTS

X = np.array([1.0, -2.0, 3.0])
M = np.arange(12.0).reshape(4, 3) - 5.0
IMAGES = np.random.default_rng(1).normal(size=(2, 2, 6, 6))
FILTERS = np.random.default_rng(2).normal(size=(3, 2, 3, 3))


def equal(got, wanted):
    """Check two answers: values, shapes, dtypes and containers. A program gives numbers where eager gives tensors."""
    mine, theirs = flatten(got)[0], flatten(wanted)[0]
    assert len(mine) == len(theirs)
    assert type(got) is type(wanted) or isinstance(wanted, ng.Tensor)
    for x, y in zip(mine, theirs, strict=True):
        y = y.data if isinstance(y, ng.Tensor) else y
        assert np.shape(x) == np.shape(y)
        assert np.asarray(x).dtype == np.asarray(y).dtype
        np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-14)


def agrees(f, *examples, **static):
    """Check a function's program on several tuples of arguments; it is compiled for the first of them."""
    program = ng.compile(f, *examples[0], **static)
    for args in examples:
        equal(program(*args), f(*args, **static))
    return program


# ---- numbers are not known yet


def of_if(x):
    if x.sum() > 0:
        return x
    return -x


def of_while(x):
    while x[0] < 10.0:
        x = x * 2
    return x


def of_assert(x):
    assert x[0] > 0
    return x


def of_loop(x):
    return sum(x[i] for i in range(x[0]))


DECIDING = {
    "if": of_if, "while": of_while, "assert": of_assert, "range": of_loop,
    "and": lambda x: x[0] and x[1], "or": lambda x: x[0] or x[1], "not": lambda x: not x[0],
    "float": lambda x: float(x[0]) * x, "int": lambda x: int(x[0]) * x, "complex": lambda x: complex(x[0]),
    "round": lambda x: round(x[0]), "math.sin": lambda x: math.sin(x[0]), "math.floor": lambda x: math.floor(x[0]),
    "list[x]": lambda x: [1.0, 2.0, 3.0][x[0]], "array[x]": lambda x: M[:, 0].tolist()[x[0]],
    "in": lambda x: 3.0 in x, "x in list": lambda x: x[0] in [1.0], "x in set": lambda x: x[0] in {1.0},
    "max": lambda x: max(x[0], x[1]), "min": lambda x: min(x), "sorted": lambda x: sorted(x),
    "np.array": lambda x: np.array([x[0], x[1]]), "np.asarray": lambda x: np.asarray(x) * 2,
    "np.r_": lambda x: np.r_[x, x], "np.float64": lambda x: np.float64(x[0]), "item": lambda x: x[0].item(),
    "tolist": lambda x: x.tolist(), "slice": lambda x: x[: x[0]], "np.ones": lambda x: np.ones(x[0]),
    "np.arange": lambda x: np.arange(x[0]), "np.allclose": lambda x: x if np.allclose(x, 1.0) else -x,
    "np.array_equal": lambda x: x if np.array_equal(x, x) else -x, "any": lambda x: x if any(x > 0) else -x,
    "conditional": lambda x: x if (x > 0).all() else -x,
    "into a plain array": lambda x: np.zeros(3).__setitem__(slice(None), x),
}  # fmt: skip


@pytest.mark.parametrize("name", DECIDING)
def test_what_depends_on_the_numbers_is_refused(name):
    function = DECIDING[name]
    with pytest.raises(ng.errors.TracedValueError) as caught:
        ng.compile(function, X)
    text = str(caught.value)
    assert "test_guards.py" in text
    assert "no numbers yet" in text
    for way_out in ("np.where", "one function for each case", "compile(f, x, flag=True)"):
        assert way_out in text


def test_the_line_is_the_users():
    line = of_if.__code__.co_firstlineno + 1
    with pytest.raises(ng.errors.TracedValueError, match=rf"test_guards.py, line {line}:  if x.sum\(\) > 0:"):
        ng.compile(of_if, X)
    line = of_while.__code__.co_firstlineno + 1
    with pytest.raises(ng.errors.TracedValueError, match=rf"line {line}:  while"):
        ng.compile(ng.grad(lambda x: of_while(x).sum()), X)


def test_the_line_in_a_cell():
    source = "def f(x):\n    y = x * 2\n    if y[0] > 0:\n        return y\n    return x\n"
    space = {"__name__": "__main__"}
    exec(compile(source, "<ipython-input-1-abc>", "exec"), space)
    with pytest.raises(ng.errors.TracedValueError, match="ipython-input-1-abc>, line 3"):
        ng.compile(space["f"], X)


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (lambda x: np.array([x[0], x[1]]), "np.stack"),
        (lambda x: np.asarray(x), "Leave np.asarray"),
        (lambda x: math.exp(x[0]), "np.sin(x) for math.sin(x)"),
        (lambda x: 1.0 in x, "(x == number).any()"),
    ],
)
def test_the_small_fix_is_named(function, hint):
    with pytest.raises(ng.errors.TracedValueError) as caught:
        ng.compile(function, X)
    assert hint in str(caught.value)


SHAPING = {
    "mask": lambda x: x[x > 0].sum(), "nonzero": lambda x: x.nonzero(), "np.where": lambda x: np.where(x > 0)[0],
    "unique": lambda x: np.unique(x), "compress": lambda x: x.compress(x > 0), "argwhere": lambda x: np.argwhere(x),
    "repeat": lambda x: np.repeat(X, x.astype(int)), "bincount": lambda x: np.bincount(np.abs(x).astype(int)),
    "delete": lambda x: np.delete(X, x.astype(int)), "extract": lambda x: np.extract(x > 0, x),
    "intersect1d": lambda x: np.intersect1d(x, x),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPING)
def test_shapes_that_depend_on_the_numbers_are_refused(name):
    with pytest.raises(ng.errors.TracedShapeError, match=r"test_guards\.py"):
        ng.compile(SHAPING[name], X)


PERMITTED = {
    "len": lambda x: x * len(x), "shape": lambda x: x * x.shape[0] if x.ndim == 1 else x,
    "dtype": lambda x: x if x.dtype == float else -x, "isinstance": lambda x: x if isinstance(x, np.ndarray) else -x,
    "scalar": lambda x: x if isinstance(x[0], float) else -x, "unpacking": lambda x: (lambda a, b, c: a + b * c)(*x),
    "zip": lambda x: sum(a * b for a, b in zip(x, x[::-1], strict=True)), "is None": lambda x: -x if x is None else x,
    "enumerate": lambda x: sum(i * a for i, a in enumerate(x)), "reversed": lambda x: [a * 2 for a in reversed(x)],
    "f-string": lambda x: x if f"{x[0]:.3f} {x} {x!r}" else -x, "array2string": lambda x: [np.array2string(x), x][1],
    "known mask": lambda x: x[np.array([True, False, True])], "delete": lambda x: np.delete(x, 1),
    "compress": lambda x: x.compress([True, False, True]), "repeat": lambda x: x.repeat(2), "flat": lambda x: x.flat[1],
    "view": lambda x: x.view() + 1, "masked": lambda x: np.where(x > 0, x, 0.0), "pow": lambda x: pow(abs(x), 3),
    "divmod": lambda x: divmod(x, 2.0), "round": lambda x: round(x[0], 1),
    "interp": lambda x: np.interp(x, [0, 1], [0, 2]),
    "median": lambda x: np.median(x), "linspace": lambda x: np.linspace(x[0], x[1], 5),
    "einsum": lambda x: np.einsum("i,j", x, x),
    "polyfit": lambda x: np.polyfit(np.arange(3.0), x, 1), "full_like": lambda x: np.full_like(x, x[0]),
    "insert": lambda x: np.insert(x, 1, 3.0), "histogram": lambda x: np.histogram(x, bins=[-3, 0, 3])[0],
}  # fmt: skip


@pytest.mark.parametrize("name", PERMITTED)
def test_what_does_not_depend_on_them_goes_on(name):
    agrees(PERMITTED[name], (X,), (X[::-1] * 2,))


def test_printing_says_what_it_is(capsys):
    def f(x):
        y = x * 2
        print(x, f"{y[0]:.2f}")
        return y

    ng.compile(f, X)
    assert capsys.readouterr().out.startswith("<x of shape (3,), float64, in a recorded program>")


def test_an_attribute_that_is_not_there():
    with pytest.raises(AttributeError, match=r"is being recorded.*'ctypes'"):
        ng.compile(lambda x: x.ctypes, X)
    with pytest.raises(ng.errors.ProgramError, match="apply_along_axis"):
        ng.compile(lambda x: np.apply_along_axis(lambda row: row * 2, 0, x), X)


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


READONLY = X.copy()
READONLY.flags.writeable = False


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


class Scaled:
    def __init__(self):
        self.k = np.array([2.0, 3.0, 4.0])

    def __call__(self, x):
        return self.k * x

    def method(self, x):
        return x + self.k

    @staticmethod
    def plainly(x):
        return x * 3


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


# ---- what lies outside


def test_what_lies_outside_is_read_anew():
    W, b = np.array([1.0, 2.0, 3.0]), ng.tensor(1.0, requires_grad=True)
    scaled = Scaled()

    def f(x):
        return (x * W).sum() + (W**2).sum() + b * b + scaled.k.sum() + scaled(x).sum()

    program = ng.compile(f, X)
    equal(program(X), f(X))
    W *= 2
    b.data = np.float64(5.0)
    equal(program(X), f(X))
    W = np.array([7.0, 8.0, 9.0])  # another array
    b = ng.tensor(3.0, requires_grad=True)  # another tensor
    scaled.k = np.ones(3)
    equal(program(X), f(X))
    W = np.arange(4.0)  # another shape
    equal(program(np.ones(4)[:1]), f(np.ones(4)[:1]))


def test_global_variables():
    source = """
W = np.ones(3)
t = ng.tensor(2.0)
def f(x):
    return helper(x) + (W * W).sum() * t
def helper(x):
    return x * W
"""
    space = {"__name__": "__main__", "np": np, "ng": ng}
    exec(compile(source, "<ipython-input-2>", "exec"), space)
    program = ng.compile(space["f"], X)
    for W in (np.ones(3), np.arange(3.0), np.arange(3.0).astype(np.float32), np.full((2, 3), 2.0)):
        space["W"] = W
        equal(program(X), space["f"](X))
    space["t"] = ng.tensor(-1.0)
    equal(program(X), space["f"](X))


class Settings:
    W = np.ones(3)


def of_settings(x):
    return x * Settings.W + (Settings.W * Settings.W).sum()


def of_default(x, W=READONLY.copy()):  # noqa: B008
    return x * W + (W * W).sum()


def test_arrays_of_classes_and_defaults():
    for f in (of_settings, of_default):
        program = ng.compile(f, X)
        equal(program(X), f(X))
        Settings.W = Settings.W * 3.0
        of_default.__defaults__[0][:] = 4.0
        equal(program(X), f(X))


def test_whole_numbers_outside_are_read_anew():
    labels, mask = np.array([0, 1, 2, 0]), np.array([True, False, True])

    def f(x):
        return F.cross_entropy(x, labels) + np.eye(3)[2 - 2].sum() + x[labels].sum() + np.where(mask, x, 0.0).sum()

    program = ng.compile(ng.value_and_grad(f), M)
    equal(program(M), ng.value_and_grad(f)(M))
    labels[:] = 1
    mask[:] = True
    equal(program(M), ng.value_and_grad(f)(M))
    labels = np.array([2, 2, 0, 1])
    equal(program(M), ng.value_and_grad(f)(M))
    with pytest.raises(ng.errors.TracedShapeError):
        ng.compile(lambda x: x[mask].sum(), X)


def test_what_is_recorded_leaves_no_trace():
    W = ng.tensor(X.copy(), requires_grad=True)
    before, scaled = W.data, Scaled()
    k = scaled.k

    def fails(x):
        W.data = W.data * x
        scaled.k = scaled.k * x
        W.grad = x
        raise KeyError("oops")

    for make in (
        lambda: ng.compile(fails, X),
        lambda: ng.optim.SGD([W], 0.1).compile(fails, X),
        lambda: ng.compile(of_if, X),
    ):
        with pytest.raises((KeyError, ng.errors.TracedValueError)):
            make()
        assert W.data is before
        assert W.grad is None
        assert scaled.k is k
    equal(ng.grad(lambda x: (x * x).sum())(X), 2 * X)  # and the engine goes on as before
    assert (W * 2).requires_grad


def test_what_the_function_leaves_outside():
    class Counter:
        def __init__(self):
            self.total = np.zeros(3)
            self.last = None

        def __call__(self, x):
            self.total = self.total + x
            self.last = x * 2
            return self.total.sum()

    mine, other = Counter(), Counter()
    program = ng.compile(mine, X)
    np.testing.assert_array_equal(mine.total, np.zeros(3))
    for x in (X, X * 2, X + 1):
        equal(program(x), other(x))
        np.testing.assert_allclose(mine.total, other.total)
        np.testing.assert_allclose(mine.last, other.last)


def test_a_list_outside_cannot_grow():
    history = []

    def f(x):
        history.append(x.sum())
        return x

    with pytest.raises(ng.errors.ProgramError, match="appends a value to a list outside"):
        ng.compile(f, X)
    assert history == []


def test_a_value_that_was_kept_from_a_recording():
    class Box:  # what its objects hold is not looked into
        __slots__ = ("x",)

    box = Box()

    def f(x):
        box.x = x
        return x * 2

    ng.compile(f, X)
    with pytest.raises(ng.errors.ProgramError, match="after that is done"):
        box.x + 1


@pytest.mark.parametrize(
    "write",
    [
        lambda buffer, x: buffer.__setitem__(0, x[0]),
        lambda buffer, x: buffer.__setitem__(0, 5.0),
        lambda buffer, x: buffer.__iadd__(x),
        lambda buffer, x: np.add(x, 1.0, out=buffer),
        lambda buffer, x: np.copyto(buffer, x),
        lambda buffer, x: np.add.at(buffer, [0], x[0]),
        lambda buffer, x: buffer[:2].__setitem__(0, x[0]),
        lambda buffer, x: buffer.fill(0.0),
        lambda buffer, x: buffer.sort(),
    ],
)
def test_arrays_outside_are_not_written_into(write):
    buffer = np.array([3.0, 2.0, 1.0])

    def f(x):
        write(buffer, x)
        return buffer * 2

    with pytest.raises(ng.errors.ProgramError, match=r"writes into buffer, which lies outside it.*test_guards.py"):
        ng.compile(f, X)
    np.testing.assert_array_equal(buffer, [3.0, 2.0, 1.0])


def test_arrays_of_its_own_are_recorded_ones():
    def f(x):
        out = np.zeros(3)
        np.add(x, 1.0, out=out)
        return out * 2

    with pytest.raises(ng.errors.ProgramError, match=r"np\.zeros_like"):
        ng.compile(f, X)

    def g(x):
        out = np.zeros_like(x)
        out[1:] = x[:-1]
        out[0] += 2.0
        return out * out

    agrees(g, (X,), (X * 2,))


def test_arguments_that_are_written_into():
    def f(x):
        x += 1.0
        return x * 2

    program = ng.compile(f, X.copy())
    mine, other = X.copy(), X.copy()
    for _ in range(2):
        equal(program(mine), f(other))
        np.testing.assert_array_equal(mine, other)


# ---- random numbers


def test_generators_as_arguments():
    def f(x, rng):
        return x + rng.normal(size=3) * rng.random()

    program = ng.compile(f, X, np.random.default_rng(0))
    mine, other = np.random.default_rng(3), np.random.default_rng(3)
    first, second = program(X, mine), program(X, mine)
    equal(first, f(X, other))
    equal(second, f(X, other))
    assert not np.array_equal(first, second)


def test_what_generators_do():
    def f(x, rng):
        assert isinstance(rng, np.random.Generator)
        order = rng.permutation(3)
        chosen = rng.choice(x, 2, replace=False)
        return x[order], chosen, rng.integers(5, size=2), rng.permutation(x), rng.uniform(0.0, x * x)

    program = ng.compile(f, X, np.random.default_rng(0))
    mine, other = np.random.default_rng(3), np.random.default_rng(3)
    for x in (X, X * 2):
        equal(program(x, mine), f(x, other))

    def shuffles(x, rng):
        order = np.arange(3)
        rng.shuffle(order)
        return x[order]

    with pytest.raises(ng.errors.ProgramError, match=r"x = rng\.permutation\(x\)"):
        ng.compile(shuffles, X, np.random.default_rng(0))


OUTER = np.random.default_rng(0)


class Noisy:
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def __call__(self, x):
        return x + self.rng.normal(size=3)


class NoisyModule(nn.Module):
    def forward(self, x):
        return x + OUTER.normal(size=3)


def helper(x):
    return x + OUTER.random(3)


DRAWING = {
    "captured": lambda x: x + OUTER.random(3), "through a helper": lambda x: helper(x), "an object's": Noisy(),
    "a module's": NoisyModule(), "np.random": lambda x: x + np.random.rand(3),
    "one number": lambda x: x + np.random.rand(),
    "without a seed": lambda x: x + np.random.default_rng().random(3), "Python's": lambda x: x + random.random(),
    "a default": lambda x, rng=OUTER: x + rng.random(3),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWING)
def test_random_numbers_are_never_frozen(name):
    for _ in range(2):
        with pytest.raises(ng.errors.FrozenRandomError, match="pass the generator as an argument"):
            ng.compile(DRAWING[name], X)


def test_a_seed_is_a_constant():
    agrees(lambda x: x + np.random.default_rng(5).random(3), (X,), (X * 2,))


# ---- results are the caller's own


def test_results_are_never_overwritten():
    def f(x):
        y = np.tanh(x) * 2
        z = y.T
        return y, z + 1, y[0], np.exp(y).sum(axis=0), y.reshape(-1)

    program = ng.compile(f, M)
    answers = [program(M * k) for k in range(1, 6)]
    for k, answer in enumerate(answers, start=1):
        equal(answer, f(M * k))
    for i, first in enumerate(answers):
        for second in answers[i + 1 :]:
            assert not any(np.shares_memory(x, y) for x in first for y in second)


def test_results_share_memory_as_they_would():
    def f(x):
        y = x * 2
        return y, y + 0.0, y[1:], x[1:], x + 0.0, np.zeros(3), np.zeros(3)

    program = ng.compile(f, X)
    for args in (X, X.copy()):
        mine, wanted = (args, *program(args)), (args, *f(args))
        for i in range(len(mine)):
            for j in range(i):
                assert np.shares_memory(mine[i], mine[j]) == np.shares_memory(wanted[i], wanted[j]), (i, j)
    first, second = program(X), program(X)
    first[5][:] = 7.0  # a constant result is the caller's own, too
    np.testing.assert_array_equal(second[5], np.zeros(3))
    np.testing.assert_array_equal(program(X)[5], np.zeros(3))


def test_results_of_a_step_are_not_overwritten():
    W = ng.tensor(X.copy(), requires_grad=True)
    step = ng.optim.SGD([W], 0.1, momentum=0.9).compile(lambda x: (W * x * W).sum(), X)
    kept = []
    for _ in range(5):
        step(X)
        kept.append((W.data, W.data.copy()))
    for data, copy in kept:
        np.testing.assert_array_equal(data, copy)


def test_without_copies_results_may_be_overwritten():
    program = ng.compile(lambda x: np.tanh(x) + 1, M, copy=False)
    first = program(M)
    equal(first, np.tanh(M) + 1)
    second = program(M * 2)
    equal(second, np.tanh(M * 2) + 1)
    assert np.shares_memory(first, second)


# ---- threads


def test_two_threads_at_once():
    W = np.random.default_rng(0).normal(size=(60, 60))
    net = nn.Sequential(nn.Linear(60, 60, rng=0), nn.Tanh())

    def f(x):
        for _ in range(4):
            x = np.tanh(x @ W + 1.0)
        return net(x)

    program = ng.compile(f, W)
    inputs = [W[: 10 + k] * (k + 1) for k in range(12)]  # more shapes than are kept
    wanted = [f(x).data for x in inputs]
    wrong = []

    def work(order):
        for k in order:
            try:
                np.testing.assert_allclose(program(inputs[k]), wanted[k], rtol=1e-9)
            except Exception as error:  # whatever goes wrong in a thread is to be seen
                wrong.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        orders = [np.random.default_rng(seed).integers(12, size=30) for seed in range(3)]
        threads = [threading.Thread(target=work, args=(order,)) for order in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong
