"""Random programs: the fast form, called twice, and the readable text by itself compute what the engine computes."""

import warnings

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ops.declared import CASES, as_real, drawn

import nbgrad as ng
from nbgrad.core.containers import flatten
from nbgrad.nn import functional as F
from nbgrad.program.recording import executed

LEAVES = [(3, 4), (4, 3), (4,), (3, 1), (2, 3, 4), ()]

# Steps that connect arrays: each takes two of the arrays there are by then, and gives another one, of moderate size.
JOINING = [
    lambda a, b: a + b,
    lambda a, b: a - 2 * b,
    lambda a, b: a * b,
    lambda a, b: a / (1 + b * b),
    lambda a, b: np.maximum(a, b),
    lambda a, b: np.where(a > b, a, 0.5 * b),
    lambda a, b: np.arctan2(a, 2 + b * b),
    lambda a, b: (1 + a * a) ** np.tanh(b),
    lambda a, b: np.sqrt(1 + a * a) - b,
    lambda a, b: np.logaddexp(a, b),
]
SHAPING = [
    lambda a: a.T,
    lambda a: a.reshape(-1),
    lambda a: a[..., None],
    lambda a: a[None],
    lambda a: a[::-1] if a.ndim else a,
    lambda a: a[0] if a.ndim else a,
    lambda a: a[..., 1:] if a.ndim and a.shape[-1] > 1 else a,
    lambda a: a[np.array([0, -1, 0])] if a.ndim else a,
    lambda a: np.broadcast_to(a, (2, *a.shape)),
    lambda a: np.concatenate([a, -a]) if a.ndim else a,
    lambda a: np.stack([a, a * 2], axis=-1),
    lambda a: np.squeeze(a),
    lambda a: np.swapaxes(a, 0, -1) if a.ndim else a,
    lambda a: np.repeat(a, 2, axis=0) if a.ndim else a,
    lambda a: np.roll(a, 1),
    lambda a: np.tile(a, 2),
    lambda a: np.flip(a),
]
REDUCING = [
    lambda a: a.sum(),
    lambda a: a.sum(axis=0) if a.ndim else a,
    lambda a: a.mean(axis=-1, keepdims=True) if a.ndim else a,
    lambda a: a.max(axis=0) if a.ndim else a,
    lambda a: a.min(),
    lambda a: a.var(),
    lambda a: np.cumsum(a, axis=0) if a.ndim else a,
    lambda a: np.sort(a, axis=-1) if a.ndim else a,
    lambda a: F.softmax(a) if a.ndim else a,
    lambda a: F.logsumexp(a) if a.ndim and hasattr(F, "logsumexp") else a,
    lambda a: np.linalg.norm(a),
]
ELEMENTWISE = [
    np.tanh, np.sin, np.cos, F.sigmoid, F.relu, F.softplus, F.gelu, np.abs, np.negative, np.square,
    lambda a: np.exp(np.tanh(a)), lambda a: np.log(1 + a * a), lambda a: a**3, lambda a: 1.5 * a + 0.5,
    lambda a: 2 ** np.tanh(a), lambda a: np.clip(a, -0.5, 0.5), lambda a: a.astype(a.dtype), np.positive,
]  # fmt: skip
LINEAR = [
    lambda a, b: a @ b if a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0] else a,
    lambda a, b: a @ b.T if a.ndim == b.ndim == 2 and a.shape[1] == b.shape[1] else a,
    lambda a, b: np.outer(a, b) if a.ndim == b.ndim == 1 else a,
    lambda a, b: np.einsum("ij,ij->i", a, b) if a.ndim == 2 and a.shape == b.shape else a,
    lambda a, b: np.linalg.solve(a @ a.T + 3 * np.eye(len(a), dtype=a.dtype), a) if a.ndim == 2 else a,
    lambda a, b: F.linear(a, b) if a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0] else a,
]


def declared_steps():
    """Operations as declared, of one array alone: each, with the options of each of its cases, where it fits."""
    found = []
    for op, case in CASES:
        if len(case.samples) == 1 and not op.variadic:
            found.append((op, case))
    return found


DECLARED = declared_steps()
ONE = [*SHAPING, *REDUCING, *ELEMENTWISE]
TWO = [*JOINING, *LINEAR]


def programs():
    """Each instruction: a step, and which of the arrays there are by then it takes."""
    place = st.integers(0, 99)
    two = st.tuples(st.just("two"), st.integers(0, len(TWO) - 1), place, place)
    one = st.tuples(st.just("one"), st.integers(0, len(ONE) - 1), place, place)
    other = st.tuples(st.just("declared"), st.integers(0, len(DECLARED) - 1), place, place)
    return st.lists(st.one_of(two, one, one, other), min_size=1, max_size=10)


def step_of(kind, number, a, b):
    """One step; where the arrays do not fit, or grow too large, the first one goes on as it is."""
    if kind == "one":
        return ONE[number](a)
    if kind == "two":
        try:
            np.broadcast_shapes(np.shape(a), np.shape(b))
        except ValueError:
            return a
        return TWO[number](a, b)
    op, case = DECLARED[number]
    sample = drawn(op, case)[0]
    if np.shape(a) != np.shape(sample) or np.asarray(sample).dtype.kind != "f":
        return a
    return as_real(op(a, **case.static))


def run(program, *leaves):
    """The sum of all that a program computes, each number with a weight of its own."""
    values = list(leaves)
    for kind, number, i, j in program:
        y = step_of(kind, number, values[i % len(values)], values[j % len(values)])
        if y.dtype.kind == "f" and y.size <= 300:
            values.append(y)
    total = 0.0
    for y in values[-3:]:
        total = total + (y * weights(y)).sum()
    return total, values[-1]


def weights(y):
    return np.cos(np.arange(y.size)).reshape(y.shape).astype(y.dtype)


def leaves_from(seed, dtype):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(dtype)[()] for shape in LEAVES]


def same(got, wanted, tolerance):
    for x, y in zip(flatten(got)[0], flatten(wanted)[0], strict=True):
        y = y.data if isinstance(y, ng.Tensor) else y
        assert np.shape(x) == np.shape(y)
        assert np.asarray(x).dtype == np.asarray(y).dtype
        size = max(1.0, float(np.abs(y).max(initial=0.0)))
        np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance * size)


def settled(function, *leaves):
    """What the function gives, unless it is beyond all bounds."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            answer = function(*leaves)
        except (ng.errors.NbgradError, np.linalg.LinAlgError):
            assume(False)
    assume(all(np.abs(y).max(initial=0.0) < 1e5 for y in flatten(answer)[0]))
    return answer


def agree(function, tolerance, *examples):
    """The program, recorded with the first leaves, agrees for all of them, in both of its forms."""
    wanted = [settled(function, *leaves) for leaves in examples]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = ng.compile(function, *examples[0])
        text = executed(program.source, program.recording.title)
        besides = [p.example for p in program.recording.written.parameters if p.kind != "input"]
        answers = [program(*leaves) for leaves in examples]
        for answer, expected in zip(answers, wanted, strict=True):
            same(answer, expected, tolerance)
        for leaves, expected in zip(examples, wanted, strict=True):
            same(text(*leaves, *besides), expected, tolerance)


quick = settings(max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])


@given(programs(), st.integers(0, 2**32))
@quick
def test_values(program, seed):
    agree(lambda *xs: run(program, *xs), 1e-12, leaves_from(seed, float), leaves_from(seed + 1, float))


@given(programs(), st.integers(0, 2**32))
@quick
def test_values_in_single_precision(program, seed):
    both = [leaves_from(seed + k, np.float32) for k in (0, 1)]
    agree(lambda *xs: run(program, *xs), 1e-5, *both)


def scalar(program):
    return lambda *xs: run(program, *xs)[0]


@given(programs(), st.integers(0, 2**32))
@quick
def test_gradients(program, seed):
    both = ng.value_and_grad(scalar(program), argnums=tuple(range(len(LEAVES))))
    agree(both, 1e-11, leaves_from(seed, float), leaves_from(seed + 1, float))


@given(programs(), st.integers(0, 2**32))
@quick
def test_gradients_in_single_precision(program, seed):
    both = ng.value_and_grad(scalar(program), argnums=(0, 2))
    agree(both, 2e-4, leaves_from(seed, np.float32), leaves_from(seed + 1, np.float32))


@given(programs(), st.integers(0, 2**32), st.sampled_from(["hessian", "jvp", "vjp", "jacobian", "hvp"]))
@settings(quick, max_examples=80)
def test_other_transforms(program, seed, transform):
    def function(x, *rest):
        return run(program[:6], rest[0], rest[1], x, *rest[2:])[0]

    def answer(x, *rest):
        if transform == "hessian":
            return ng.hessian(function)(x, *rest)
        if transform == "jacobian":
            return ng.jacobian(lambda x: np.tanh(x) * function(x, *rest))(x)
        if transform == "jvp":
            return ng.jvp(lambda x: function(x, *rest), (x,), (np.cos(x),))
        if transform == "vjp":
            value, pull = ng.vjp(lambda x: np.sin(x) * function(x, *rest), x)
            return value, pull(np.cos(x))
        return ng.hvp(lambda x: function(x, *rest))(x, np.cos(x))

    def arguments(seed):
        leaves = leaves_from(seed, float)
        return [leaves[2], *leaves[:2], *leaves[3:]]

    agree(answer, 1e-10, arguments(seed), arguments(seed + 1))
