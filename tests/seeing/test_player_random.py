"""Random expressions: what the player tells adds up to the gradient that HIPS autograd gives."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import nbgrad as ng
from nbgrad.display.player import payload_of
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import trace_of

pytestmark = pytest.mark.filterwarnings("ignore:Output seems independent of input")  # autograd's, where a slope is 0

# Each takes a NumPy-like module and two values. All stay moderate, so that chains of them do too.
SCALAR = [
    lambda m, a, b: a + b,
    lambda m, a, b: a - 2 * b,
    lambda m, a, b: a * b,
    lambda m, a, b: a / (1 + b * b),
    lambda m, a, b: m.tanh(a),
    lambda m, a, b: m.sin(a) * m.cos(b),
    lambda m, a, b: m.log(1 + a * a),
    lambda m, a, b: a**2,
    lambda m, a, b: m.exp(-m.tanh(b)),
]
ARRAYS = [
    *SCALAR,
    lambda m, a, b: m.matmul(a, b),
    lambda m, a, b: m.transpose(a) + b,
    lambda m, a, b: m.sum(a, axis=0) * b,
    lambda m, a, b: m.mean(a, axis=1, keepdims=True) - b,
    lambda m, a, b: a[0] + b[:, 1:2],
]
NAMES = ("p", "q")


def programs(steps, most=8):
    """Each instruction: which step, and which two of the values there are by then."""
    instruction = st.tuples(st.sampled_from(range(len(steps))), st.integers(0, 99), st.integers(0, 99))
    return st.lists(instruction, min_size=1, max_size=most)


def run(program, steps, module, *leaves):
    values = list(leaves)
    for step, i, j in program:
        values.append(steps[step](module, values[i % len(values)], values[j % len(values)]))
    return values[-1]


def expected(program, steps, leaves):
    """The gradients by HIPS autograd."""
    loss = lambda *xs: anp.sum(run(program, steps, anp, *xs))  # noqa: E731
    return [np.asarray(autograd.grad(loss, i)(*leaves)) for i in range(len(leaves))]


def played(program, steps, leaves):
    """The trace of nbgrad's result, and the ids of its leaves by name; what no gradient reaches is left out."""
    tensors = [ng.tensor(value, requires_grad=True, name=name) for value, name in zip(leaves, NAMES, strict=True)]
    result = run(program, steps, np, *tensors)
    picture = picture_of(result if np.ndim(result.data) == 0 else result.sum())
    trace = trace_of(picture)
    return trace, {vertex.label: vertex.id for vertex in picture.vertices if vertex.label in NAMES}


numbers = st.floats(-2, 2).map(lambda x: round(x, 2))


@settings(max_examples=60, deadline=None)
@given(programs(SCALAR), numbers, numbers)
def test_scalars_arrivals_orders_and_paths_give_the_gradient(program, p, q):
    leaves = (p, q)
    trace, ids = played(program, SCALAR, leaves)
    wanted = dict(zip(NAMES, expected(program, SCALAR, leaves), strict=True))
    assume(all(np.isfinite(g).all() for g in wanted.values()))
    sorted_order = next(order for order in trace.orders if order.key == "sorted")
    routes = {routes.node: routes for routes in trace.routes}
    for name, node in ids.items():
        arrivals = [step.contribution for step in trace.steps if step.target == node and step.source is not None]
        if not arrivals:
            assert wanted[name] == 0
            continue
        close = {"rtol": 1e-9, "atol": 1e-12}
        np.testing.assert_allclose(sum(arrivals), wanted[name], **close)
        np.testing.assert_allclose(sorted_order.final[node], wanted[name], **close)
        found = routes[node]
        products = [route.product for route in found.routes] + ([] if found.rest is None else [found.rest])
        size = max(1.0, *(abs(float(product)) for product in products))  # large paths of opposite sign may cancel
        np.testing.assert_allclose(sum(products), wanted[name], rtol=1e-9, atol=1e-12 * size)
        for route in found.routes:
            np.testing.assert_allclose(np.prod(route.factors), route.product, **close)
    assert all(step.check.agrees is not False for step in trace.steps if step.check is not None)


@settings(max_examples=40, deadline=None)
@given(programs(ARRAYS, most=6), st.integers(0, 2**31))
def test_arrays_arrivals_add_up_to_the_gradient(program, seed):
    rng = np.random.default_rng(seed)
    leaves = tuple(rng.uniform(-1, 1, (3, 3)) for _ in NAMES)
    trace, ids = played(program, ARRAYS, leaves)
    wanted = dict(zip(NAMES, expected(program, ARRAYS, leaves), strict=True))
    finals = next(order.final for order in trace.orders if order.key == "sorted")
    for name, node in ids.items():
        arrivals = [step.contribution for step in trace.steps if step.target == node and step.source is not None]
        if arrivals:
            np.testing.assert_allclose(sum(arrivals), wanted[name], rtol=1e-8, atol=1e-10)
            np.testing.assert_allclose(finals[node], wanted[name], rtol=1e-8, atol=1e-10)
    assert all(step.check.agrees is not False for step in trace.steps if step.check is not None)


@settings(max_examples=25, deadline=None)
@given(programs(ARRAYS, most=6), st.integers(0, 2**31))
def test_the_payload_is_the_same_twice_and_holds_no_nan(program, seed):
    import json

    rng = np.random.default_rng(seed)
    leaves = tuple(rng.uniform(-1, 1, (3, 3)) for _ in NAMES)
    first, second = (
        json.dumps(payload_of(played(program, ARRAYS, leaves)[0]), ensure_ascii=False, allow_nan=False)
        for _ in range(2)
    )
    assert first == second
