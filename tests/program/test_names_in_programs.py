"""Names in a program are those that the user's code gives to the very same things, or there are none."""

import numpy as np
import pytest

import nbgrad as ng

S = np.array([[2.0, 1.0], [1.0, 3.0]])


def unpacking(p):
    x, y = p
    return x * x + 3 * y


def unpacking_rows(m):
    (a, b), c = m
    return a * b * c


def some_and_the_rest(m):
    first, *rest = m
    return first * rest[0]


def in_a_loop(m):
    total = 0.0
    for left, right in m:
        total = total + left * right * right
    return total


def decomposed(m):
    return np.linalg.eigh(m)


def several_results(m):
    values, vectors = decomposed(m)
    sign, _ = np.linalg.slogdet(m)
    return vectors * np.exp(values) * sign


def not_only_names(m):
    parts = {}
    parts["a"], b = np.split(m, 2)
    return parts["a"] * b


LINES = {
    unpacking: ("x = p[0]", "y = p[1]", "= x * x", "= 3 * y"),
    unpacking_rows: ("a = v1[0]", "b = v1[1]", "= a * b"),
    in_a_loop: ("left = ", "right = "),
    several_results: ("values = v1[0]", "vectors = v1[1]", "sign = v2[0]"),
}


@pytest.mark.parametrize("f", LINES, ids=lambda f: f.__name__)
def test_parts_have_the_names_that_they_are_unpacked_to(f):
    example = np.array([1.0, 2.0]) if f is unpacking else S
    program = ng.compile(f, example)
    for line in LINES[f]:
        assert line in program.source
    np.testing.assert_allclose(program(example), f(example))


def test_parts_of_tensors():
    source = ng.compile(ng.grad(unpacking), np.array([1.0, 2.0])).source
    assert "x = p[0]" in source
    assert "y = p[0]" not in source


@pytest.mark.parametrize(("user", "parameter", "count"), [("x", "W", "t"), ("t", "W", "steps"), ("x", "t", "steps")])
def test_the_number_of_steps_has_the_same_name_going_in_and_coming_out(user, parameter, count):
    W = ng.tensor([1.0, 2.0], requires_grad=True, name=parameter)
    space = {"W": W}
    exec(f"def loss({user}):\n    return (({user} - W) ** 2).sum()", space)
    source = ng.optim.Adam([W], 0.1).compile(space["loss"], np.ones(2)).source
    head = next(row for row in source.splitlines() if row.startswith("def step("))
    assert head.removeprefix("def step(").removesuffix("):").split(", ")[:3] == [user, parameter, count]
    given = source.rstrip().splitlines()[-1].removeprefix("    return ").split(", ")
    assert given[:3] == ["loss", parameter, count]


@pytest.mark.parametrize("f", [some_and_the_rest, not_only_names], ids=lambda f: f.__name__)
def test_where_it_is_not_certain_there_is_no_name(f):
    source = ng.compile(f, S).source
    assert not any(f"    {name} = " in source for name in ("first", "rest", "b", "a", "parts"))
