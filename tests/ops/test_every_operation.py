"""What holds for each operation, read from its declaration: no operation is named here."""

import doctest
import string

import numpy as np
import pytest
from declared import (
    OPERATIONS,
    as_tensor,
    as_tensors,
    differentiable,
    drawn,
    every_case,
    every_operation,
    finite_differences,
    movable,
    setting,
    weighted,
)

import nbgrad as ng
from nbgrad.core.tensor import Tensor, plain
from nbgrad.nn import functional as F


@every_operation
def test_declares_all_that_follows_from_a_declaration(op):
    assert op.symbol
    assert op.__doc__
    assert op.__doc__.strip()[0]
    assert op.source
    assert op.latex
    assert op.note
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
    assert example.examples
    assert not printed, "".join(printed)


@every_operation
def test_latex_has_balanced_braces(op):
    latex = op.spelled(op.latex, ["x"] * len(op.operands))
    depth = 0
    for character in latex.replace("\\{", "").replace("\\}", ""):
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0


def test_no_two_operations_have_the_same_formula():
    letters = "abcde"
    formulas = [op.spelled(op.latex, letters, dict.fromkeys(op.keywords, "k")) for op in OPERATIONS]
    assert [formula for formula in set(formulas) if formulas.count(formula) > 1] == []


@every_case
def test_value_is_that_of_forward(op, case):
    args = drawn(op, case)
    operands = as_tensors(args, differentiable(op, args))
    args = [plain(x) for x in operands]
    expected = op.forward(*args, **case.static)
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
    if source.startswith("y = "):  # two statements, where one expression would be a puzzle
        exec(source, namespace)
        received = namespace["y"]
    else:
        received = eval(source, namespace)
    np.testing.assert_allclose(received, expected, rtol=1e-12)


@every_case
def test_gradient_agrees_with_finite_differences(op, case):
    args, positions, function = setting(op, case)
    ng.check_gradients(function, *movable(args, positions), rtol=1e-6, atol=1e-7)


@every_case
def test_second_derivative_agrees_with_finite_differences_of_the_first(op, case):
    args, positions, function = setting(op, case)
    rest = movable(args, positions)
    for number, position in enumerate(positions):

        def slope(x, number=number):
            """A gradient with respect to all operands, as one number whose own gradient is not a constant."""
            moved = [x if i == number else a for i, a in enumerate(rest)]
            found = ng.grad(function, argnums=tuple(range(len(rest))))(*moved)
            return sum((np.sin(g + 0.3 * (k + 1))).sum() for k, g in enumerate(found))

        received = ng.grad(slope)(rest[number])
        expected = finite_differences(slope, [rest[number]], 1e-5)
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-6, err_msg=f"operand {position}")


@every_case
def test_float32_stays_float32(op, case):
    args, positions, function = setting(op, case, np.float32)
    tensors = as_tensors(args, positions)
    y = op(*tensors, **case.static)
    assert y.dtype in (np.float32, np.complex64)
    y.backward(np.ones(y.shape, y.dtype))
    for i in positions:
        assert tensors[i].grad.dtype in (np.float32, np.complex64), f"operand {i}"
        assert tensors[i].grad.dtype == tensors[i].dtype, f"operand {i}"
    first, *rest = movable(args, positions)
    twice = ng.grad(lambda x: ng.grad(function)(x, *rest).sum())(first)
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
        tensors = [as_tensor(a) if i == wanted else a if a is None else ng.tensor(a) for i, a in enumerate(args)]
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


saving_case = pytest.mark.parametrize(
    ("op", "case"),
    [(op, case) for op in OPERATIONS if op.saving for case in op.cases],
    ids=lambda thing: getattr(thing, "name", "case"),
)


@saving_case
def test_what_forward_saves_for_the_rules_changes_nothing(op, case):
    args = drawn(op, case)
    value, saved = op.saving(*args, **case.static)
    np.testing.assert_array_equal(value, op.forward(*args, **case.static))
    for i in differentiable(op, args):
        g = np.random.default_rng(2).standard_normal(np.shape(value))[()]
        without = op.rules[i](g, value, *args, **case.static)
        with_it = op.rules[i](g, value, *args, **case.static, saved=saved)
        np.testing.assert_allclose(with_it, without, rtol=1e-12, atol=1e-15)
