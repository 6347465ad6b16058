"""What holds for each operation, read from its declaration: no operation is named here."""

import doctest
import string
import zlib

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core.tensor import Tensor, plain
from nbgrad.nn import functional as F
from nbgrad.ops import REGISTRY

OPERATIONS = list(REGISTRY.values())
CASES = [(op, case) for op in OPERATIONS for case in op.cases]
every_operation = pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
every_case = pytest.mark.parametrize(
    ("op", "case"), CASES, ids=[f"{op.name}-{op.cases.index(case)}" for op, case in CASES]
)


def drawn(op, case, dtype=float):
    """The declared samples as arrays; always the same for the same operation."""
    rng = np.random.default_rng(zlib.crc32(op.name.encode()))
    return [as_dtype(sample(rng), dtype) for sample in case.samples]


def as_dtype(value, dtype):
    return value.astype(dtype) if np.asarray(value).dtype.kind == "f" else value


def differentiable(op, args):
    """The positions of the operands that are numbers that can change by a little, and have a rule."""
    return [i for i, x in enumerate(args) if x is not None and op.rules[i] is not None and x.dtype.kind == "f"]


def as_tensors(args, positions):
    return [ng.tensor(a, requires_grad=True) if i in positions else a for i, a in enumerate(args)]


def weighted(op, args, positions, weights, static):
    """A scalar function of the operands at ``positions``: the result's elements, each with its own weight."""

    def function(*moved):
        operands = list(args)
        for i, value in zip(positions, moved, strict=True):
            operands[i] = value
        return (as_real(op(*operands, **static)) * weights).sum()

    return function


def as_real(result):
    """A result of complex numbers as real ones: there are gradients of real numbers only."""
    return np.real(result) + np.imag(result) if np.iscomplexobj(result) else result


def setting(op, case, dtype=float):
    args = drawn(op, case, dtype)
    value = np.asarray(op.forward(*args, **case.static))
    weights = np.random.default_rng(7).uniform(0.5, 1.5, value.shape).astype(dtype)[()]
    positions = differentiable(op, args)
    return args, positions, weighted(op, args, positions, weights, case.static)


def finite_differences(function, args, eps):
    """Central differences of a function of arrays (of any shape of result) in its first argument."""
    base = np.array(args[0], dtype=float)
    columns = []
    for index in np.ndindex(base.shape):
        ends = []
        for sign in (1, -1):
            moved = base.copy()
            moved[index] += sign * eps
            ends.append(np.asarray(function(moved[()], *args[1:])))
        columns.append((ends[0] - ends[1]) / (2 * eps))
    if not columns:
        return np.zeros(base.shape)
    return np.moveaxis(np.array(columns).reshape(base.shape + columns[0].shape), range(base.ndim), range(-base.ndim, 0))


@every_operation
def test_declares_all_that_follows_from_a_declaration(op):
    assert op.symbol
    assert op.__doc__
    assert op.__doc__.strip()[0]
    assert op.source
    assert op.latex
    if not op.variadic:
        assert len(op.rules) == len(op.formulas) == len(op.operands)
        assert all(len(op.operands) == len(case.samples) for case in op.cases)
    assert not op.scalar_formulas or len(op.scalar_formulas) == len(op.operands)
    names = {*op.operands, *op.keywords, "keywords"}
    for template, allowed in [
        (op.latex, names), (op.source, names), *((f, {*names, "g", "y"}) for f in (*op.formulas, *op.scalar_formulas))
    ]:  # fmt: skip
        used = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
        assert used <= allowed, template


@every_operation
def test_the_examples_of_its_docstring_are_true(op):
    example = doctest.DocTestParser().get_doctest(op.__doc__, dict(op.forward.__globals__), op.name, None, None)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    printed = []
    doctest.DocTestRunner(optionflags=flags).run(example, out=printed.append)
    assert not printed, "".join(printed)


@every_operation
def test_latex_has_balanced_braces(op):
    latex = op.spelled(op.latex, ["x"] * len(op.operands))
    depth = 0
    for character in latex.replace("\\{", "").replace("\\}", ""):
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0


@every_case
def test_value_is_that_of_forward(op, case):
    args = drawn(op, case)
    expected = op.forward(*args, **case.static)
    operands = as_tensors(args, differentiable(op, args))
    y = op(*operands, **case.static)
    assert isinstance(y, Tensor)
    assert y.op is op
    assert all(x is t for x, t in zip(y.inputs, operands, strict=True) if isinstance(t, Tensor))
    np.testing.assert_array_equal(y.data, expected)
    assert not isinstance(op(*args, **case.static), Tensor)  # arrays in, arrays out
    np.testing.assert_array_equal(op(*args, **case.static), expected)


@every_case
def test_source_evaluates_to_the_value(op, case):
    args = drawn(op, case)
    names = [f"x{i}" for i in range(len(args))]
    namespace = {"np": np, "F": F, **dict(zip(names, args, strict=True))}
    source, expected = op.spelled(op.source, names, case.static), op.forward(*args, **case.static)
    if "+=" in source:  # a statement: it adds into an array of zeros
        namespace["nothing"] = np.zeros(expected.shape)
        exec(source, namespace)
        received = namespace["nothing"]
    else:
        received = eval(source, namespace)
    np.testing.assert_allclose(received, expected, rtol=1e-12)


@every_case
def test_gradient_agrees_with_finite_differences(op, case):
    args, positions, function = setting(op, case)
    ng.check_gradients(function, *[args[i] for i in positions], rtol=1e-6, atol=1e-7)


@every_case
def test_second_derivative_agrees_with_finite_differences_of_the_first(op, case):
    args, positions, function = setting(op, case)
    for number, position in enumerate(positions):
        rest = [args[i] for i in positions]

        def slope(x, number=number, rest=rest):
            """A gradient with respect to all operands, as one number whose own gradient is not a constant."""
            moved = [x if i == number else a for i, a in enumerate(rest)]
            found = ng.grad(function, argnums=tuple(range(len(rest))))(*moved)
            return sum((np.sin(g + 0.3 * (k + 1))).sum() for k, g in enumerate(found))

        received = ng.grad(slope)(args[position])
        expected = finite_differences(slope, [args[position]], 1e-5)
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-6, err_msg=f"operand {position}")


@every_case
def test_float32_stays_float32(op, case):
    args, positions, function = setting(op, case, np.float32)
    tensors = as_tensors(args, positions)
    y = op(*tensors, **case.static)
    assert y.dtype in (np.float32, np.complex64)
    y.backward(np.ones(y.shape, y.dtype))
    for i in positions:
        assert tensors[i].grad.dtype == np.float32, f"operand {i}"
    twice = ng.grad(lambda x: ng.grad(function)(x, *[args[i] for i in positions[1:]]).sum())(args[positions[0]])
    assert twice.dtype == np.float32


@every_case
def test_gradients_have_the_shape_of_their_operands(op, case):
    args = drawn(op, case)
    positions = differentiable(op, args)
    tensors = as_tensors(args, positions)
    y = op(*tensors, **case.static)
    y.backward(np.ones(y.shape))
    for i in positions:
        assert np.shape(tensors[i].grad) == tensors[i].shape


@every_case
def test_rules_run_only_for_what_needs_a_gradient(op, case):
    args = drawn(op, case)
    for wanted in differentiable(op, args):
        tensors = [ng.tensor(a, requires_grad=i == wanted) if a is not None else a for i, a in enumerate(args)]
        y = op(*tensors, **case.static)
        y.backward(np.ones(y.shape))
        assert [t is not None and t.grad is not None for t in tensors] == [i == wanted for i in range(len(args))]


def per_element(op):
    """Whether the operation works on each element by itself, with broadcasting."""
    return op.elementwise and np.shape(op.forward(*drawn(op, op.cases[0]))) == np.broadcast_shapes(
        *map(np.shape, drawn(op, op.cases[0]))
    )


each_element = pytest.mark.parametrize("op", [op for op in OPERATIONS if per_element(op)], ids=lambda op: op.name)
SHAPES = [[(), (2, 3)], [(3,), (2, 3)], [(2, 1), (1, 3)], [(1, 1), (4, 1, 3)], [(2, 3), ()], [(1,), ()],
          [(0,), (2, 0)], [(0, 3), (1,)]]  # fmt: skip


def within(op, numbers, operand):
    """Numbers between 0 and 1, moved into the range from which the operation's own sample of ``operand`` comes."""
    sample = np.concatenate([np.ravel(op.cases[0].samples[operand](np.random.default_rng(seed))) for seed in range(20)])
    low, high = sample.min(), sample.max()
    return low + (high - low) * numbers if sample.dtype.kind == "f" else numbers > 0.5


@each_element
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_broadcasting_is_undone(op, shapes):
    rng = np.random.default_rng(3)
    shapes = (shapes * 2)[: len(op.operands)]
    # numbers that are all different, away from the corners of max and min, and in the operation's domain
    args = [
        within(op, ((rng.permutation(48)[: int(np.prod(s, dtype=int))] + 0.1 * k + 0.37) / 49).reshape(s)[()], k)
        for k, s in enumerate(shapes)
    ]
    positions = differentiable(op, args)
    shape = np.broadcast_shapes(*shapes)
    assert op.forward(*args).shape == shape
    function = weighted(op, args, positions, rng.uniform(0.5, 1.5, shape)[()], {})
    ng.check_gradients(function, *[args[i] for i in positions])


@each_element
def test_single_numbers_stay_numpy_scalars(op):
    args = [within(op, np.float64(u), i) for i, u in enumerate([0.37, 0.71, 0.16][: len(op.operands)])]
    positions = differentiable(op, args)
    tensors = as_tensors(args, positions)
    y = op(*tensors)
    assert type(y.data) is np.float64
    y.backward()
    assert all(type(tensors[i].grad) is np.float64 for i in positions)
    ng.check_gradients(weighted(op, args, positions, 1.0, {}), *[args[i] for i in positions])


@each_element
def test_python_numbers_are_operands_too(op):
    """Each operand in turn is the tensor; the others are plain Python numbers."""
    numbers = [within(op, u, i) for i, u in enumerate([0.37, 0.71, 0.16][: len(op.operands)])]
    numbers = [bool(x) if np.asarray(x).dtype.kind == "b" else float(x) for x in numbers]
    for wanted in [i for i in range(len(op.operands)) if op.rules[i] is not None]:
        x = ng.tensor(within(op, np.array([0.37, 0.71]), wanted).astype(np.float32), requires_grad=True)
        y = op(*[x if i == wanted else value for i, value in enumerate(numbers)])
        y.backward(np.ones(2, np.float32))
        assert (y.dtype, x.grad.dtype) == (np.float32, np.float32)


# ---- many cotangents at once, and forward mode: both follow from the one rule
def moved(op, case):
    """The operation as a function of what can move, that, and a direction for each of them."""
    args, positions, _ = setting(op, case)
    rng = np.random.default_rng(9)

    def function(*values):
        operands = list(args)
        for i, value in zip(positions, values, strict=True):
            operands[i] = value
        return as_real(op(*operands, **case.static))

    primals = tuple(args[i] for i in positions)
    return function, primals, tuple(rng.standard_normal(np.shape(x))[()] for x in primals)


@every_case
def test_forward_mode_agrees_with_reverse_mode(op, case):
    function, primals, tangents = moved(op, case)
    value, tangent = ng.jvp(function, primals, tangents)
    _, pull = ng.vjp(function, *primals)
    weights = np.random.default_rng(10).standard_normal(np.shape(value))[()]
    forward = np.real(np.sum(weights * tangent))  # of complex results: how the real part of their sum moves
    reverse = sum(np.sum(g * t) for g, t in zip(pull(weights), tangents, strict=True))
    np.testing.assert_allclose(forward, reverse, rtol=1e-9, atol=1e-12)
    assert np.shape(tangent) == np.shape(value)


@every_case
def test_forward_mode_can_be_differentiated(op, case):
    """The gradient of a directional derivative is the derivative of the gradient in that direction."""
    function, primals, tangents = moved(op, case)
    which = tuple(range(len(primals)))

    def number(*values):
        y = np.sin(function(*values))
        return (np.real(y) + 2 * np.imag(y) if np.iscomplexobj(plain(y)) else y).sum()

    forward_last = ng.jvp(lambda *x: ng.grad(number, which)(*x), primals, tangents)[1]
    forward_first = ng.grad(lambda *x: ng.jvp(number, x, tangents)[1], which)(*primals)
    for one, other in zip(forward_last, forward_first, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-10)


@every_case
def test_jacobians_agree_in_both_directions(op, case):
    """Reverse: all cotangents in one batch; forward: all tangents in one batch; and row by row."""
    function, primals, _ = moved(op, case)
    value, pull = ng.vjp(function, *primals)
    rows = []
    for k in range(np.size(value)):
        unit = np.eye(1, np.size(value), k).reshape(np.shape(value))[()]
        parts = (pull(unit), pull(-1j * unit)) if np.iscomplexobj(value) else (pull(unit),)
        rows.append([sum(np.ravel(g) * (1, 1j)[i] for i, g in enumerate(both)) for both in zip(*parts, strict=True)])
    for number, x in enumerate(primals):
        reverse = ng.jacobian(function, number, mode="reverse")(*primals)
        forward = ng.jacobian(function, number, mode="forward")(*primals)
        assert reverse.shape == forward.shape == np.shape(value) + np.shape(x)
        np.testing.assert_allclose(forward, reverse, rtol=1e-9, atol=1e-12)
        if rows:
            expected = np.array([row[number] for row in rows]).reshape(reverse.shape)
            np.testing.assert_allclose(reverse, expected, rtol=1e-9, atol=1e-12)
