"""The program of every operation and of its gradient computes what the engine computes: the fast form, a second time in
the memory of the first, and the readable text by itself."""

import warnings

import numpy as np
import pytest
from ops.declared import CASES, movable, setting

import nbgrad as ng
from nbgrad.core.containers import flatten
from nbgrad.program.recording import executed

IDS = [f"{op.name}-{op.cases.index(case)}" for op, case in CASES]


def agree(program, wanted, *args):
    """Check the program's answers against those of the engine, in values, shapes and dtypes."""
    text = executed(program.source, program.recording.title)
    besides = [p.example for p in program.recording.written.parameters if p.kind != "input"]
    for answer in (program(*args), program(*args), text(*args, *besides)):
        for got, expected in zip(flatten(answer)[0], flatten(wanted)[0], strict=True):
            assert np.shape(got) == np.shape(expected)
            assert np.asarray(got).dtype == np.asarray(expected).dtype
            np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("op", "case"), CASES, ids=IDS)
def test_values(op, case):
    args, _, _ = setting(op, case)
    given = [x for x in args if x is not None]  # optional operands stand at the end

    def function(*operands):
        return op(*operands, *args[len(operands) :], **case.static)

    agree(ng.compile(function, *given), function(*given), *given)


@pytest.mark.parametrize(("op", "case"), CASES, ids=IDS)
def test_gradients(op, case):
    args, positions, function = setting(op, case)
    if not positions:
        pytest.skip("nothing here has a gradient")
    both = ng.value_and_grad(function, argnums=tuple(range(len(positions))))
    given = movable(args, positions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        agree(ng.compile(both, *given), both(*given), *given)
