"""What holds for each operation, read from its declaration: no operation is named here."""

import inspect
import string
import zlib

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core.tensor import Tensor
from nbgrad.ops import REGISTRY

OPERATIONS = list(REGISTRY.values())
every_operation = pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)


def drawn(op, dtype=float):
    """The declared samples as arrays; always the same for the same operation."""
    rng = np.random.default_rng(zlib.crc32(op.name.encode()))
    return [as_dtype(sample(rng), dtype) for sample in op.samples]


def as_dtype(value, dtype):
    return value.astype(dtype) if value.dtype.kind == "f" else value


def static_defaults(op):
    parameters = inspect.signature(op.forward).parameters
    return {name: parameters[name].default for name in op.keywords}


def differentiable(op):
    """The positions of the operands that have a rule."""
    return [i for i, rule in enumerate(op.rules) if rule is not None]


def weighted(op, args, positions, weights):
    """A scalar function of the operands at ``positions``: the result's elements, each with its own weight."""

    def function(*moved):
        operands = list(args)
        for i, value in zip(positions, moved, strict=True):
            operands[i] = value
        return (op(*operands) * weights).sum()

    return function


def setting(op, dtype=float):
    args = drawn(op, dtype)
    value = np.asarray(op.forward(*args))
    weights = np.random.default_rng(7).uniform(0.5, 1.5, value.shape).astype(dtype)[()]
    positions = differentiable(op)
    return args, positions, weighted(op, args, positions, weights)


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
    return np.moveaxis(np.array(columns).reshape(base.shape + columns[0].shape), range(base.ndim), range(-base.ndim, 0))


@every_operation
def test_declares_all_that_follows_from_a_declaration(op):
    assert op.symbol
    assert op.__doc__
    assert op.__doc__.strip()[0]
    assert op.source
    assert op.latex
    assert len(op.rules) == len(op.formulas) == len(op.samples) == len(op.operands)
    assert not op.scalar_formulas or len(op.scalar_formulas) == len(op.operands)
    names = {*op.operands, *op.keywords}
    for template, allowed in [
        (op.latex, names), (op.source, names), *((f, {*names, "g", "y"}) for f in (*op.formulas, *op.scalar_formulas))
    ]:  # fmt: skip
        used = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
        assert used <= allowed, template


@every_operation
def test_latex_has_balanced_braces(op):
    latex = op.latex.format(**dict.fromkeys((*op.operands, *op.keywords), "x"))
    depth = 0
    for character in latex.replace("\\{", "").replace("\\}", ""):
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0


@every_operation
def test_value_is_that_of_forward(op):
    args = drawn(op)
    expected = op.forward(*args)
    tensors = [ng.tensor(a, requires_grad=a.dtype.kind == "f") for a in args]
    y = op(*tensors)
    assert isinstance(y, Tensor)
    assert y.op is op
    assert [x is t for x, t in zip(y.inputs, tensors, strict=True)] == [True] * len(args)
    np.testing.assert_array_equal(y.data, expected)
    assert not isinstance(op(*args), Tensor)  # arrays in, arrays out
    np.testing.assert_array_equal(op(*args), expected)


@every_operation
def test_source_evaluates_to_the_value(op):
    args = drawn(op)
    names = {name: name for name in op.operands}
    static = {name: repr(value) for name, value in static_defaults(op).items()}
    namespace = {"np": np, **dict(zip(op.operands, args, strict=True))}
    if op.name == "broadcast_to":
        static["shape"] = repr(args[0].shape)
    source, expected = op.source.format(**names, **static), op.forward(*args)
    if "+=" in source:  # a statement: it adds into an array of zeros
        namespace["nothing"] = np.zeros(expected.shape)
        exec(source, namespace)
        received = namespace["nothing"]
    else:
        received = eval(source, namespace)
    np.testing.assert_allclose(received, expected, rtol=1e-12)


@every_operation
def test_gradient_agrees_with_finite_differences(op):
    args, positions, function = setting(op)
    ng.check_gradients(function, *[args[i] for i in positions], rtol=1e-6, atol=1e-7)


@every_operation
def test_second_derivative_agrees_with_finite_differences_of_the_first(op):
    args, positions, function = setting(op)
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


@every_operation
def test_float32_stays_float32(op):
    args, positions, function = setting(op, np.float32)
    tensors = [ng.tensor(a, requires_grad=i in positions) for i, a in enumerate(args)]
    y = op(*tensors)
    assert y.dtype == np.float32
    y.backward(np.ones(y.shape, np.float32))
    for i in positions:
        assert tensors[i].grad.dtype == np.float32, f"operand {i}"
    twice = ng.grad(lambda x: ng.grad(function)(x, *[args[i] for i in positions[1:]]).sum())(args[positions[0]])
    assert twice.dtype == np.float32


@every_operation
def test_gradients_have_the_shape_of_their_operands(op):
    args = drawn(op)
    tensors = [ng.tensor(a, requires_grad=i in differentiable(op)) for i, a in enumerate(args)]
    y = op(*tensors)
    y.backward(np.ones(y.shape))
    for i in differentiable(op):
        assert np.shape(tensors[i].grad) == tensors[i].shape


@every_operation
def test_rules_run_only_for_what_needs_a_gradient(op):
    args = drawn(op)
    for wanted in differentiable(op):
        tensors = [ng.tensor(a, requires_grad=i == wanted) for i, a in enumerate(args)]
        y = op(*tensors)
        y.backward(np.ones(y.shape))
        assert [t.grad is not None for t in tensors] == [i == wanted for i in range(len(args))]


def per_element(op):
    """Whether the operation works on each element by itself, with broadcasting."""
    return (
        op.elementwise
        and len(op.samples) == len(op.operands)
        and np.shape(op.forward(*drawn(op))) == np.broadcast_shapes(*map(np.shape, drawn(op)))
    )


each_element = pytest.mark.parametrize("op", [op for op in OPERATIONS if per_element(op)], ids=lambda op: op.name)
SHAPES = [[(), (2, 3)], [(3,), (2, 3)], [(2, 1), (1, 3)], [(1, 1), (4, 1, 3)], [(2, 3), ()], [(1,), ()]]


@each_element
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_broadcasting_is_undone(op, shapes):
    rng = np.random.default_rng(3)
    shapes = (shapes * 2)[: len(op.operands)]
    # distinct numbers between 0.5 and 2: inside every operation's domain, and away from the corners of max and min
    args = [(0.5 + 0.031 * (rng.permutation(48)[: int(np.prod(s, dtype=int))] + 0.1 * k)).reshape(s)[()]
            for k, s in enumerate(shapes)]  # fmt: skip
    if op.rules[0] is None:
        args[0] = args[0] > 1.0
    positions = differentiable(op)
    shape = np.broadcast_shapes(*shapes)
    assert op.forward(*args).shape == shape
    function = weighted(op, args, positions, rng.uniform(0.5, 1.5, shape)[()])
    ng.check_gradients(function, *[args[i] for i in positions])


@each_element
def test_single_numbers_stay_numpy_scalars(op):
    args = [np.float64(0.7), np.float64(1.3), np.float64(0.4)][: len(op.operands)]
    if op.rules[0] is None:
        args[0] = np.bool_(True)
    tensors = [ng.tensor(a, requires_grad=i in differentiable(op)) for i, a in enumerate(args)]
    y = op(*tensors)
    assert type(y.data) is np.float64
    y.backward()
    assert all(type(tensors[i].grad) is np.float64 for i in differentiable(op))
    positions = differentiable(op)
    ng.check_gradients(weighted(op, args, positions, 1.0), *[args[i] for i in positions])


@each_element
def test_python_numbers_are_operands_too(op):
    """Each operand in turn is the tensor; the others are plain Python numbers."""
    numbers = [0.75, 1.25, 0.5][: len(op.operands)]
    if op.rules[0] is None:
        numbers[0] = True
    for wanted in differentiable(op):
        x = ng.tensor(np.array([0.5, 1.5], np.float32), requires_grad=True)
        y = op(*[x if i == wanted else value for i, value in enumerate(numbers)])
        y.backward(np.ones(2, np.float32))
        assert (y.dtype, x.grad.dtype) == (np.float32, np.float32)
