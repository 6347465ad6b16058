"""Every number that the player writes is held against the engine, and every equation against a calculator.

Graphs: each declared operation on its own samples, as arrays and unfolded; the elementwise ones on single numbers, with
their formulas computed; graphs in which gradients meet; and random programs.
"""

import math
import re
import sys
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from arithmetic import FUNCTIONS, Unreadable, agree, computed, is_nan
from hypothesis import given, settings
from hypothesis import strategies as st

import nbgrad as ng
from nbgrad.display import numbers
from nbgrad.notebook.pictures import picture_of
from nbgrad.notebook.scalars import unfolded
from nbgrad.seeing.session import Session

sys.path.insert(0, str(Path(__file__).parents[1] / "ops"))
from declared import CASES, as_tensors, differentiable, drawn, every_case

pytestmark = pytest.mark.filterwarnings("ignore::nbgrad.core.errors.BroadcastWarning")


# ---- what is checked
def text_of(equation):
    return "".join(token["text"] for token in equation if token["role"] != "dim")


def check_chain(text, names=None):
    """Each part of "a = b = c" that can be computed is the same number; tell how many were compared."""
    known = []
    for sign, part in re.findall(r"(^| = | ≈ )(.*?)(?= [=≈] |$)", text):
        try:
            known.append((sign, part, computed(part, names)))
        except Unreadable:
            continue
    for (_, _, one), (sign, part, other) in pairwise(known):
        assert agree(one, other), text
        if sign == " = ":
            assert is_written(one[0], part), text
    return max(len(known) - 1, 0)


def is_written(value, part):
    """Whether a pocket calculator that shows ``value`` shows the printed result to its last digit."""
    if not re.fullmatch(r"−?[\d.]+(e−?\d+)?", part) or isinstance(value, complex) or not math.isfinite(value):
        return True
    mantissa = part.partition("e")[0].lstrip("−").replace(".", "").lstrip("0")
    digits = max(3, len(mantissa))
    shown, dust = number(part)[0], 1e-12 if part == "0" else 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(shown))) - digits + 1) if shown else 0.0
    beyond = (value - shown) * (1 if shown >= 0 else -1)  # what is in the middle between two is rounded up
    return -unit * 0.5000001 - dust <= beyond <= unit * 0.4999999 + dust


def check_payload(payload, gradients=None):
    """Hold everything in a payload that is a number against the rest of it, and against the leaves' ``gradients``."""
    compared = 0
    for frame in payload["frames"]:
        if frame["phase"] == "update":
            compared += check_chain(text_of(frame["equation"]).partition(" = ")[2])
        else:
            compared += check_chain(text_of(frame["equation"]))
        check_arrival(frame["arrival"])
    for edge in payload["edges"].values():
        check_edge(edge)
    for path in payload["paths"]:
        check_paths(path, payload)
    for question in payload["quiz"]:
        check_question(question, payload)
    for order in payload["orders"]:
        check_order(order, payload)
    for node, gradient in (gradients or {}).items():
        if node not in payload["nodes"] or payload["nodes"][node]["results"]:  # in a closed group, or one of several
            continue
        shown = payload["nodes"][node]["gradient"]
        assert shown == numbers.summary(np.asarray(gradient)), payload["nodes"][node]["name"]
    return compared


def number(text):
    """A printed number with its uncertainty; None where the text is none."""
    try:
        return computed(text) if text else None
    except Unreadable:
        return None


def check_arrival(arrival):
    if arrival is None or arrival["before"] == "":
        return
    before, new, total = (number(arrival[key]) for key in ("before", "new", "total"))
    if None not in (before, new, total):
        assert agree((before[0] + new[0], before[1] + new[1]), total), arrival


def check_edge(edge):
    upstream, local, product = (number(edge[key]) for key in ("upstream", "local", "product"))
    if None in (upstream, local, product) or any(isinstance(x[0], complex) for x in (upstream, local)):
        return  # of complex numbers only the real part may go on; the equation of the step has said so
    assert check_chain(f"({edge['upstream']}) × ({edge['local']}) {edge['sign']} {edge['product']}") == 1


def check_paths(path, payload):
    for shown in path["shown"]:
        check_chain(text_of(shown["equation"]))
    check_chain(text_of(path["equation"]))
    gradient = payload["nodes"][str(path["node"])]["gradient"]
    assert path["inside"] or gradient in (None, path["sum"]), path["name"]


def check_question(question, payload):
    products = [u * s for u, s in zip(question["upstream"], question["local"], strict=True)]
    np.testing.assert_allclose(products, question["products"], rtol=1e-3, atol=1e-12)
    np.testing.assert_allclose(sum(products), question["answer"], rtol=2e-3, atol=1e-3 * max(map(abs, products)))
    assert question["text"] == numbers.number(question["answer"])
    if not question["element"]:
        assert question["text"] == payload["nodes"][str(question["node"])]["gradient"]
    for given_ in question["question"].split("; "):
        told = re.sub(r" \(use \d+\)", "", given_.rpartition("Given: ")[2])
        check_chain(told.rstrip(".").rpartition("] ")[2])


def check_order(order, payload):
    for leaf in order["final"]:
        node = payload["nodes"][str(leaf["node"])]
        assert leaf["inside"] or leaf["should"] == node["gradient"], leaf["name"]
        if order["key"] == "sorted" or leaf["right"]:
            assert leaf["text"] == leaf["should"], leaf["name"]


def gradients_of(picture, root):
    """What ``backward()`` gives the leaves, by node."""
    tensors = {vertex.id: picture.tensor_of(vertex) for vertex in picture.vertices if vertex.kind == "parameter"}
    for tensor in tensors.values():
        if tensor is not None:
            tensor.grad = None
    root.backward()
    return {str(id_): t.grad for id_, t in tensors.items() if t is not None and t.grad is not None}


def checked(root, gradient=None):
    picture = picture_of(root)
    picture.seed = gradient
    payload = Session(picture).payload()
    if gradient is None:
        return check_payload(payload, gradients_of(picture, root))
    return check_payload(payload)


# ---- every operation
def real_sum(y):
    return (np.real(y) if np.iscomplexobj(y.data) else y).sum() * 1.5


@every_case
def test_every_operation_on_arrays(op, case):
    args = drawn(op, case)
    positions = differentiable(op, args)
    if not positions:
        pytest.skip("nothing that could change by a little")
    checked(real_sum(op(*as_tensors(args, positions), **case.static)))


@every_case
def test_every_operation_in_single_numbers(op, case):
    args = drawn(op, case)
    positions = differentiable(op, args)
    if not positions or sum(np.size(a) for a in args if a is not None) > 12 or "approximate" in case.static:
        pytest.skip("nothing that could change by a little, too much to be looked at, or only nearly what is written")
    picture = unfolded(real_sum(op(*as_tensors(args, positions), **case.static)))
    if isinstance(picture, int) or not hasattr(picture, "root"):
        pytest.skip("too much to be drawn")
    payload = Session(picture).payload()
    check_payload(payload, {} if len(picture.roots) > 1 else gradients_of(picture, picture.root))


# ---- formulas
SINGLE = [(op, case) for op, case in CASES if op.elementwise]
NOT_COMPUTED = {  # what this calculator does not know
    "conj": "has a sign of its own",
    "copysign": "is told in words",
    "erf": "is an integral",
    "fmod": "its slope is told in words",
    "imag": "is of complex numbers",
    "nan_to_num": "its slope is told in words",
    "angle": "is of complex numbers",
    "real": "is of complex numbers",
    "elu": "has an exponent whose end it cannot tell",
}


def singles(op, case):
    """The operands as single numbers of two digits, so that they are printed as they are."""
    args = [None if a is None else np.asarray(a).reshape(-1)[0] for a in drawn(op, case)]
    return [np.float64(f"{a:.2g}") if a is not None and np.asarray(a).dtype.kind == "f" else a for a in args]


@pytest.mark.parametrize(("op", "case"), SINGLE, ids=[f"{op.name}-{op.cases.index(case)}" for op, case in SINGLE])
def test_the_formula_of_an_elementwise_operation_and_its_slopes_are_true(op, case):
    args = singles(op, case)
    positions = differentiable(op, [None if a is None else np.asarray(a) for a in args])
    if not positions or any(np.iscomplexobj(a) for a in args if a is not None):
        pytest.skip("nothing real that could change by a little")
    names = "abcd"
    tensors = [ng.tensor(a, requires_grad=True, name=names[i]) if i in positions else a for i, a in enumerate(args)]
    y = op(*tensors, **case.static)
    if not isinstance(y, ng.Tensor):
        pytest.skip("not a tensor")
    y.name = "y"
    picture = picture_of(y)
    payload = Session(picture).payload()
    check_payload(payload, gradients_of(picture, y))
    if op.name in NOT_COMPUTED:
        return
    values = {names[i]: float(a) for i, a in enumerate(args) if i in positions} | {"y": float(y.data)}
    forward = text_of(payload["frames"][0]["equation"])
    assert check_chain(forward.partition(" = ")[2], values) >= 1, forward
    for edge in payload["nodes"][str(picture.vertices[-1].id)]["locals"]:
        formula, local = edge["formula"].removeprefix("1 where "), edge["text"]
        if ", " in formula.replace("arctan2(", "") or "where" in edge["formula"]:
            continue  # cases in words
        assert agree(computed(formula, values), computed(local)), f"∂y/∂{edge['name']} = {formula} = {local}"


# ---- graphs in which gradients meet
def leaves(*values):
    return [ng.tensor(value, requires_grad=True, name=name) for value, name in zip(values, "xyzw", strict=False)]


def meeting():
    x, y, z, w = leaves(3.0, -2.0, 0.25, np.array([[1.5]]))
    a = np.array([0.5, -1.25, 2.0])
    v, u, m = leaves(a, a[::-1].copy(), np.array([[1.0, -0.5, 0.25], [2.0, 0.75, -1.5]]))
    v.name, u.name, m.name = "v", "u", "M"
    yield "square", x * x
    yield "cubic", x * x * x - x * y + y
    yield "negative", -x * y * y / z
    yield "one_by_one", (w * w * x).sum()
    yield "one_by_one_alone", w * w
    yield "branches", np.tanh(x) * np.exp(y) + np.log(x) * np.tanh(x)
    yield "broadcast", ((v * x + y) ** 2).sum()
    yield "broadcast_matrix", ((m * v + x) * m).mean()
    yield "matmul", (m @ (v * u)).sum() * x
    yield "indexed", v[0] * v[1] + v[0] * x
    yield "joined", np.concatenate([v, u * v]).sum() * z
    yield "zero_slope", np.maximum(x, 5.0) * y
    yield "zero_product", (x - 3.0) * y + x
    yield "not_finite", np.sqrt(x - 3.0) * y
    yield "overflow", np.exp(x * 300.0) * y
    yield "large_and_small", x * 1e7 * (y * 1e-7)
    yield "many_arrivals", sum((x * float(k) for k in range(1, 9)), y * 0.5)
    yield "linear", np.tanh(m @ v + x).sum() ** 2


with np.errstate(all="ignore"):
    MEETING = [name for name, _ in meeting()]


@pytest.mark.parametrize("name", MEETING)
def test_gradients_that_meet(name):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        checked(dict(meeting())[name])


@pytest.mark.parametrize("gradient", [2.0, -0.75])
def test_a_pass_that_begins_with_another_number(gradient):
    x, y = leaves(3.0, -2.0)
    assert checked(x * x * y + y, gradient) > 3


def test_complex_numbers_on_the_way():
    x, y = leaves(1.5, -0.5)
    z = x * (1 + 2j) * (y * 1j)
    checked(np.real(z * z))
    checked(np.abs(z))


def test_after_an_edit():
    x, y = leaves(3.0, -2.0)
    root = x * x * y + x
    session = Session(picture_of(root))
    payload = session.answer({"kind": "edit", "node": 0, "data": [0.5]})
    assert check_payload(payload) > 3


@pytest.mark.parametrize("depth", [0, 1])
def test_with_closed_groups(depth):
    x, y = leaves(3.0, -2.0)
    with ng.group("outer"):
        a = x * y
        with ng.group("inner"):
            b = a * a + x
    check_payload(Session(picture_of(b * y + x), depth=depth).payload())


STEPS = [
    lambda a, b: a + b,
    lambda a, b: a - b * 2.0,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1.0),
    lambda a, b: -a,
    lambda a, b: np.tanh(a),
    lambda a, b: np.maximum(a, b),
    lambda a, b: np.sqrt(a * a + 1.0),
    lambda a, b: np.exp(-np.tanh(b)),
    lambda a, b: a**2,
    lambda a, b: a.sum() * b,
]
instruction = st.tuples(st.sampled_from(range(len(STEPS))), st.integers(0, 99), st.integers(0, 99))
programs = st.lists(instruction, min_size=1, max_size=7)


def run(program, *values):
    made = list(values)
    for step, i, j in program:
        made.append(STEPS[step](made[i % len(made)], made[j % len(made)]))
    return made[-1]


single = st.floats(-3, 3).map(lambda x: round(x, 2))


@settings(max_examples=60, deadline=None)
@given(programs, single, single)
def test_random_programs_of_single_numbers(program, a, b):
    checked(run(program, *leaves(a, b)).sum())


@settings(max_examples=40, deadline=None)
@given(programs, st.integers(0, 2**31))
def test_random_programs_of_arrays(program, seed):
    rng = np.random.default_rng(seed)
    checked(run(program, *leaves(*(np.round(rng.uniform(-2, 2, 3), 2) for _ in range(2)))).sum())


# ---- the calculator itself
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 × (−3)", -6.0),
        ("1 + 2 × 3", 7.0),
        ("√((−3)² + 4²)", 5.0),
        ("180/π (−0.5)", -90 / math.pi),
        ("1/(2y)", 0.25),
        ("e^(−a²) + |b|", math.exp(-9) + 1),
        ("b·a^(b + 3)", -9.0),
        ("1 if b ≤ a ≤ 5 else 0", 1.0),
        ("1 if False else 2", 2.0),
        ("5 mod 3", 2.0),
        ("Re((1+2i) × (3−1i))", 5.0),
    ],
)
def test_the_calculator(text, value):
    found, error = computed(text, {"a": 3.0, "b": -1.0, "y": 2.0})
    assert found == pytest.approx(value, rel=1e-12)
    assert error < 0.2


@pytest.mark.parametrize(
    "text",
    [
        "1.06 − 1 = 0.062",
        "1 × 0.3 = 0.301",
        "100 × 100 = 9",
        "0.187 × 2 = 0.38",
        "1 + 1 = 3",
        "tanh 1.6 = 0.93",
        "2² = −4",
    ],
)
def test_the_calculator_sees_what_is_false(text):
    with pytest.raises(AssertionError):
        check_chain(text)


def test_the_calculator_reads_no_words():
    with pytest.raises(Unreadable):
        computed("copied to every element")
    assert is_nan(FUNCTIONS["ln"](-1.0))
