"""What a program cannot be made from: decisions by numbers, shapes that numbers tell, frozen random numbers."""

import math
import random

import numpy as np
import pytest
from program_checks import M, X, agrees, equal

import nbgrad as ng
from nbgrad import nn

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


LOOKING = ("float", "math.sin", "array[x]", "item", "tolist", "math.floor")


@pytest.mark.parametrize("name", DECIDING)
def test_what_depends_on_the_numbers_is_refused(name):
    function = DECIDING[name]
    with pytest.raises(ng.errors.TracedValueError) as caught:
        ng.compile(function, X)
    text = str(caught.value)
    assert "test_refused_programs.py" in text
    assert "no numbers yet" in text
    ways_out = ("np.where", "one function for each case", "compile(f, x, flag=True)")
    for way_out in ("look at what the program gives",) if name in LOOKING else ways_out:
        assert way_out in text


def test_the_line_is_the_users():
    line = of_if.__code__.co_firstlineno + 1
    with pytest.raises(ng.errors.TracedValueError, match=rf"test_refused_programs.py, line {line}:  if x.sum\(\) > 0:"):
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
    with pytest.raises(ng.errors.TracedShapeError, match=r"test_refused_programs\.py"):
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
