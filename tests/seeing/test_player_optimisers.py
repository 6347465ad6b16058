"""The step of every optimiser is written as mathematics: what is written is computed again, and is the real step."""

import re

import numpy as np
import pytest
from arithmetic import agree, computed

import nbgrad as ng
from nbgrad.optim import Optimizer
from nbgrad.optim.base import SIGNS

SETTINGS = [
    ("SGD", {"weight_decay": 0.3}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "weight_decay": 0.3}),
    ("SGD", {"momentum": 0.5, "nesterov": True}),
    ("SGD", {"momentum": 0.5, "nesterov": True, "weight_decay": 0.3}),
    ("Adagrad", {}),
    ("Adagrad", {"weight_decay": 0.3, "eps": 0.25}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.5, "eps": 0.25, "weight_decay": 0.3}),
    ("RMSprop", {"momentum": 0.9}),
    ("RMSprop", {"momentum": 0.9, "weight_decay": 0.3}),
    ("Adam", {}),
    ("Adam", {"betas": (0.5, 0.8), "eps": 0.1, "weight_decay": 0.3}),
    ("AdamW", {}),
    ("AdamW", {"betas": (0.5, 0.9999), "weight_decay": 0.3}),
    ("AdamW", {"weight_decay": 0.0}),
]
every_setting = pytest.mark.parametrize(("name", "options"), SETTINGS)
SLOPE = "∂loss/∂w"


def leaf(value):
    return ng.tensor(value, requires_grad=True, name="w")


def loss_of(w):
    loss = (w * w * 1.5).sum() if np.ndim(w.data) else w * w * 1.5
    loss.name = "loss"
    return loss


def update_of(loss, optimizer):
    frames = ng.animate(loss, optimizer=optimizer).payload["frames"]
    [frame] = [frame for frame in frames if frame["phase"] == "update"]
    return "".join(token["text"] for token in frame["equation"]), frame


def real_step(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def exactly(optimizer, w, gradient):
    """What the signs in an equation stand for before the step."""
    beta1, beta2 = getattr(optimizer, "betas", (None, None))
    [memory] = optimizer.memory
    known = {SIGNS[name]: float(memory.get(name, 0.0)) for name in optimizer.remembered}
    known |= {SIGNS[name]: getattr(optimizer, name) for name in ("momentum", "weight_decay", "eps", "alpha")
              if hasattr(optimizer, name)}  # fmt: skip
    return known | {"β₁": beta1, "β₂": beta2, "lr": optimizer.lr, "w": w, "gradient": gradient}


def lines_of(equation):
    """The lines of an equation: what is set, the formula in signs, in numbers, and the result."""
    return [re.fullmatch(r"(\w+) ← (.+?) = (.+) [=≈] (.+)", line).groups() for line in equation.split(",  ")]


@every_setting
@pytest.mark.parametrize("start", [3.0, -0.75])
def test_every_line_is_true(name, options, start):
    w = leaf(start)
    optimizer = getattr(ng.optim, name)([w], lr=0.05, **options)
    for _ in range(4):  # the first step remembers nothing, the later ones do
        before = w.item()
        names = exactly(optimizer, before, 3.0 * before)
        equation, _ = update_of(loss_of(w), optimizer)
        assert w.item() == before
        real_step(optimizer, loss_of(w))
        if "t" in names:
            names["t"] = float(optimizer.memory[0]["steps"])
        lines = lines_of(equation)
        assert [line[0] for line in lines] == [SIGNS.get(target, "w") for target, _ in optimizer.equations()]
        for target, signs, in_numbers, result in lines:
            assert agree(computed(in_numbers), computed(result)), (in_numbers, result)
            names[target], _ = computed(signs.replace(SLOPE, "gradient"), names)  # of exact numbers
            assert agree((names[target], 0.0), computed(result)), signs
        assert names["w"] == pytest.approx(w.item(), rel=1e-12)
        for remembered, value in optimizer.memory[0].items():
            if SIGNS[remembered] in [line[0] for line in lines]:
                assert names[SIGNS[remembered]] == pytest.approx(float(value), rel=1e-12)


def test_no_optimiser_is_forgotten():
    known = {cls for cls in vars(ng.optim).values() if isinstance(cls, type) and issubclass(cls, Optimizer)}
    assert {cls.__name__ for cls in known - {Optimizer}} == {name for name, _ in SETTINGS}


@every_setting
def test_the_sentence_says_why_it_goes_as_far(name, options):
    w = leaf(2.0)
    optimizer = getattr(ng.optim, name)([w], lr=0.05, **options)
    real_step(optimizer, loss_of(w))
    before = w.item()
    _, frame = update_of(loss_of(w), optimizer)
    real_step(optimizer, loss_of(w))
    moved, plain = (f"{x:.3g}".replace("-", "−") for x in (w.item() - before, -0.05 * 3.0 * before))
    said = frame["sentence"]
    assert said.startswith(f"w changes by {moved}; plain gradient descent, −lr times the gradient, would change it by")
    assert f"by {plain}." in said
    assert ("Weight decay adds" in said) == (bool(options.get("weight_decay")) and name != "AdamW")
    assert "<math" in frame["math"]


def test_where_nothing_differs_from_plain_descent_nothing_is_contrasted():
    w = leaf(2.0)
    _, frame = update_of(loss_of(w), ng.optim.SGD([w], lr=0.05, momentum=0.9))  # its velocity begins at 0
    assert frame["sentence"].startswith("w changes by −0.3, just as in plain gradient descent: −lr times the gradient.")


def test_arrays_have_the_signs_and_the_size_of_the_move():
    w = leaf(np.array([1.0, -2.0]))
    optimizer = ng.optim.SGD([w], lr=0.1, momentum=0.9)
    equation, _ = update_of(loss_of(w), optimizer)
    assert equation == f"v ← μ · v + {SLOPE},  w ← w − lr · v (2) average size of the move 0.45"


class Halved(ng.optim.SGD):
    """Its own way to move, and no equations of its own."""

    def moved(self, x, g, memory, lr):
        return super().moved(x, g, memory, lr / 2)


def test_equations_are_not_inherited():
    w = leaf(2.0)
    equation, frame = update_of(loss_of(w), Halved([w], lr=0.1, momentum=0.9))
    assert equation == f"w ← Halved(w, {SLOPE}): 2 → 1.7"
    assert frame["sentence"] == "Halved decides by its own rule how far w goes."


# ---- letters that are names of something else
NAMES = ["v", "m", "s", "t", "lr", "μ", "λ", "ε", "α", "β₁", "β₂", "velocity"]


def named_loss(name):
    """A loss with a parameter called ``w``, and another one that has the name of one of the optimiser's letters."""
    w, other = leaf(0.5), ng.tensor(2.0, requires_grad=True, name=name)
    loss = (w * 3.0 - other) ** 2
    loss.name = "loss"
    return w, other, loss


@every_setting
@pytest.mark.parametrize("taken", NAMES)
def test_no_letter_of_the_optimiser_is_a_name_in_the_graph(name, options, taken):
    w, other, loss = named_loss(taken)
    optimizer = getattr(ng.optim, name)([w, other], lr=0.05, **options)
    frames = [frame for frame in ng.animate(loss, optimizer=optimizer).payload["frames"] if frame["phase"] == "update"]
    for frame, parameter in zip(frames, ("w", taken), strict=True):
        lines = lines_of("".join(token["text"] for token in frame["equation"]))
        assert lines[-1][0] == parameter
        for target, signs, _, _ in lines:
            words = re.findall(r"[^\W\d][\w₀-₉]*", signs.replace(f"∂loss/∂{parameter}", ""))
            if parameter != taken:
                assert taken not in (target, *words), (target, signs)
            elif target != parameter and ("weight_decay" not in options or name == "AdamW"):
                assert taken not in words, (target, signs)  # only weight decay brings the parameter itself in here


def test_a_letter_gives_way_to_a_word_in_equation_sentence_and_table():
    w, v, loss = named_loss("v")
    optimizer = ng.optim.SGD([w, v], lr=0.1, momentum=0.9)
    player = ng.animate(loss, optimizer=optimizer)
    frames = [frame for frame in player.payload["frames"] if frame["phase"] == "update"]
    assert "".join(token["text"] for token in frames[1]["equation"]) == (
        "velocity ← μ · velocity + ∂loss/∂v = 0.9 × 0 + 1 = 1,  v ← v − lr · velocity = 2 − 0.1 × 1 = 1.9"
    )
    assert "velocity is the velocity of v: it keeps part of what it was" in frames[1]["sentence"]
    assert "<mi>velocity</mi><mo>←</mo>" in frames[1]["math"]
    assert "w ← w − lr · velocity" in player.payload["text"]


def test_words_of_the_sentences_are_those_of_the_equations():
    _, s, loss = named_loss("s")
    _, frame = update_of(loss, ng.optim.Adam([s], lr=0.1))
    assert "m is the mean of recent gradients and √square their size" in frame["sentence"]
    t = ng.tensor(2.0, requires_grad=True, name="lr")
    _, frame = update_of(loss_of(t), ng.optim.AdamW([t], lr=0.1))
    assert "steps are about learning_rate long" in frame["sentence"]
    assert "−learning_rate times the gradient" in frame["sentence"]
    assert "shrinks lr by learning_rate · λ of itself" in frame["sentence"]


class Inward(Optimizer):
    """A rule of somebody's own, with a letter that is one of ours, and a place that has the name of another."""

    remembered = ("v",)

    def moved(self, x, g, memory, lr):
        memory["v"] = memory.get("v", 0.0) + g
        return x - lr * memory["v"]

    def equations(self):
        return ("v", "{v} + {g}"), ("x", "{x} − {lr} · {v}")


def test_a_rule_of_ones_own_has_its_own_letters():
    w = leaf(2.0)
    equation, _ = update_of(loss_of(w), Inward([w], lr=0.1))
    assert equation == f"v ← v + {SLOPE} = 0 + 6 = 6,  w ← w − lr · v = 2 − 0.1 × 6 = 1.4"
