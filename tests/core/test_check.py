"""check_gradients: what it accepts, and what it says of the usual mistakes."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import errors
from nbgrad.core.op import REGISTRY, operation


def wrong(forward, *rules):
    """An operation with rules of its own, declared for a test only."""

    def declared(*args):
        return forward(*args)

    declared.__name__ = "wrong"
    names = ["a", "b"][: len(rules)]
    exec(f"def wrong({', '.join(names)}): return forward({', '.join(names)})", {"forward": forward}, space := {})
    op = operation(symbol="w", latex="", source="", formulas=["1"] * len(rules))(space["wrong"])
    del REGISTRY["wrong"]
    op.rule(*rules)
    return op


X = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])


def complaint(f, *args, **options):
    with pytest.raises(errors.GradientCheckError) as caught:
        ng.check_gradients(f, *args, **options)
    assert isinstance(caught.value, AssertionError)
    return str(caught.value)


# ---- what it accepts
def test_functions_of_any_shape_and_containers():
    ng.check_gradients(lambda x: x * np.tanh(x), X)
    ng.check_gradients(lambda x: np.fft.fft(x), X)
    ng.check_gradients(lambda p, s: {"a": p["W"] @ p["b"], "c": [s * p["W"]]}, {"W": X, "b": [np.ones(3)][0]}, 2.0)
    ng.check_gradients(lambda x: x[0] * x[1], [2.0, 3.0])
    ng.check_gradients(lambda x: (x * x).sum(), ng.tensor(X))
    ng.check_gradients(np.square, X.astype(np.float32))
    ng.check_gradients(lambda x: x.sum(), np.zeros((0, 3)))


def test_agreement_says_how_much_was_compared():
    assert repr(ng.check_gradients(lambda a, b: a @ b, X, X[0])) == "9 derivatives agree with finite differences"
    assert repr(ng.check_gradients(np.tanh, 0.5)) == "1 derivative agrees with finite differences"
    assert repr(ng.check_gradients(np.tanh, np.zeros(0))) == "nothing was compared: the arguments hold no numbers"


def test_steps_grow_with_the_number():
    ng.check_gradients(lambda x: (x * x).sum(), np.array([1e8, 1e-8, 0.0, -3e5]))


# ---- what it says
def test_the_message_has_argument_element_expected_and_received():
    op = wrong(np.multiply, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a + (a == 1.5))
    said = complaint(lambda a, b: op(a, b).sum(), X, 2 * X)
    assert said.startswith(
        "argument 1, element (1, 0): finite differences give 1.5, the gradient rules give 2.5 (1 of 6 elements differ)"
    )


def test_places_in_containers_are_named():
    op = wrong(np.square, lambda g, y, a: g * a)
    said = complaint(lambda scale, p: scale * op(p["layers"][1]).sum(), 1.0, {"b": X, "layers": [X, X]})
    assert said.startswith("argument 1['layers'][1], element (0, 0): finite differences give 1, ")


@pytest.mark.parametrize(
    ("rule", "guess"),
    [
        (lambda g, y, a: g * a, "it is 2 times too small everywhere: a factor forgotten, or only one of two uses"),
        (lambda g, y, a: g * 8 * a, "it is 4 times too large everywhere: a factor too many"),
        (lambda g, y, a: g * 6 * a, "3 is the number of elements along axis 1; a sum taken for a mean"),
        (lambda g, y, a: -g * 2 * a, "the sign is turned everywhere"),
        (lambda g, y, a: -g * 0.5 * a, "4 times too small everywhere, with its sign turned"),
        (lambda g, y, a: (g * 2 * a).reshape(3, 2).T, ""),
        (lambda g, y, a: (g * 2 * a).T.reshape(2, 3), "the numbers are right, but transposed"),
        (lambda g, y, a: g * 0 * a, "the gradient is zero everywhere: is the graph cut"),
        (lambda g, y, a: g * 2 * a / (a - 2.0), "not finite there, though the function is: ng.find_nan"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_usual_mistakes_are_guessed(rule, guess):
    said = complaint(wrong(np.square, rule), X)
    assert said.endswith("elements differ)") if not guess else guess in said


def test_a_square_matrix_transposed():
    A = np.array([[1.0, 2.0], [3.0, 4.0]])
    op = wrong(lambda a, b: a @ b, lambda g, y, a, b: (g @ b.T).T, lambda g, y, a, b: a.T @ g)
    assert "transposed: .T forgotten" in complaint(lambda a: op(a, A + 1.0), A)


def test_a_forgotten_sum_over_the_batch():
    op = wrong(lambda a, b: a + b, lambda g, y, a, b: g, lambda g, y, a, b: g.mean(axis=0))
    said = complaint(lambda a, b: op(a, b).sum(), np.ones((7, 3)), np.ones(3))
    assert "7 times too small everywhere" in said  # b has no axis of length 7
    op = wrong(lambda a: a.sum(axis=0), lambda g, y, a: g / len(a))
    said = complaint(op, np.ones((7, 3)))
    assert "7 is the number of elements along axis 0; a mean taken for a sum, or a sum over the batch" in said


def test_overwritten_instead_of_added():
    index = np.array([0, 1, 1, 2])

    def rule(g, y, a):
        out = np.zeros_like(a)
        out[index] = g
        return out

    said = complaint(wrong(lambda a: a[index], rule), np.array([1.0, 2.0, 3.0]))
    assert said.startswith("argument 0, element (1,)")
    assert "was one of them overwritten (out[i] = g) instead of added (np.add.at(out, i, g))?" in said


def test_one_of_two_uses_cut_off():
    assert "only one of two uses of the operand counted" in complaint(lambda x: (x * x.detach()).sum(), X)
    assert "is the graph cut, by detach()" in complaint(lambda x: x.detach().sum(), X)


def test_corners_of_the_function_itself():
    assert "the function has a corner or a jump there" in complaint(lambda x: (x - 1.0).relu(), np.array([1.0, 2.0]))


def test_the_tolerances_and_the_step_are_the_users():
    op = wrong(np.square, lambda g, y, a: g * 2.001 * a)
    ng.check_gradients(op, X, rtol=1e-2)
    complaint(op, X, rtol=1e-4)
    complaint(np.exp, X, eps=0.5)
