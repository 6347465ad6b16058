"""Whatever lies in closed groups, the player says of all that is drawn what it says of the opened graph."""

import re

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import normalise
from nbgrad.display.formula import receiver, short
from nbgrad.display.levels import default_closed
from nbgrad.display.player.payload import viewed
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import trace_of

GRADIENT = re.compile(r"(a part of )?∂loss/∂([a-z]\d*) = (.*)")


def number(text):
    return float(text.replace("−", "-"))


def random_groups(seed):
    """Three groups one after the other, which use what is there already, each with results of its own."""
    dice = np.random.default_rng(seed)
    pool = [ng.tensor(dice.uniform(0.5, 2.0), requires_grad=True, name=name) for name in "abcd"]

    def named(result):
        result.name = f"z{len(pool)}"
        return result

    for group in range(3):
        with ng.group(f"group {group}"):
            for _ in range(dice.integers(2, 5)):
                u, v = (pool[place] for place in dice.choice(len(pool), 2))
                made = [lambda u, v: u * v, lambda u, v: u + v, lambda u, _: np.tanh(u)][dice.integers(3)]
                pool.append(named(made(u, v)))
        u, v = (pool[place] for place in dice.choice(len(pool), 2))
        pool.append(named(u - v * 0.5))
    loss = pool[-1] * pool[-2] + pool[-3]
    loss.name = "loss"
    return loss


def complete_gradients(payload):
    """What the equations of the backward pass say of gradients that are complete, by name."""
    texts = ["".join(part["text"] for part in f["equation"]) for f in payload["frames"] if f["phase"] == "backward"]
    found = [GRADIENT.fullmatch(text) for text in texts]
    return {said[2]: number(re.split("[=≈]", said[3])[-1].strip()) for said in found if said and not said[1]}


@pytest.mark.parametrize("options", [{"depth": 0}, {"level": "module"}])
@pytest.mark.parametrize("seed", range(30))
def test_closed_groups_agree_with_the_opened_graph(seed, options):
    loss = random_groups(seed)
    opened, closed = ng.animate(loss).payload, ng.animate(loss, **options).payload
    right = {facts["name"]: facts["gradient"] for facts in opened["nodes"].values()}
    for facts in closed["nodes"].values():
        assert facts["kind"] == "group" or facts["gradient"] == right[facts["name"]]
    said = complete_gradients(closed)
    assert said
    assert said == pytest.approx({name: number(right[name]) for name in said}, rel=0.01)
    for question in closed["quiz"]:
        assert question["answer"] == pytest.approx(sum(question["products"]))
        asked = closed["nodes"][str(question["node"])]
        assert asked["kind"] == "group" or question["text"] == right[asked["name"]]
    for before, after in zip(opened["orders"], closed["orders"], strict=True):
        finals = [[(leaf["name"], leaf["text"], leaf["right"]) for leaf in each["final"]] for each in (before, after)]
        assert finals[0] == finals[1]
    sums = [{path["name"]: (path["count"], path["sum"]) for path in each["paths"]} for each in (opened, closed)]
    assert sums[1].items() <= sums[0].items()


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def long_short_term_memory(steps):
    """A cell by hand: each step has two results, of which one is used within the step, too."""
    dice = np.random.default_rng(0)
    W = {gate: ng.tensor(dice.normal(size=(4, 2)) * 0.5, requires_grad=True, name=f"W_{gate}") for gate in "fioc"}
    h, c = (ng.tensor(np.zeros(2), name=name) for name in ("h", "c"))
    for t, x in enumerate(dice.normal(size=(steps, 2))):
        with ng.group(f"step {t}"):
            z = np.concatenate([h, x])
            f, i, o = (sigmoid(z @ W[gate]) for gate in "fio")
            c = f * c + i * np.tanh(z @ W["c"])
            h = o * np.tanh(c)
            h.name, c.name = f"h{t}", f"c{t}"
    return (h * h).mean()


def normalisation(_):
    x = ng.tensor(np.random.default_rng(0).normal(size=(4, 3)), requires_grad=True, name="x")
    with ng.group("statistics"):
        mean = x.mean(axis=0)
        left = x - mean
        variance = (left * left).mean(axis=0)
        mean.name, left.name, variance.name = "mean", "left", "variance"
    return ((left / np.sqrt(variance + 1e-3) + mean).sum(axis=1) ** 2).mean()


@pytest.mark.parametrize("depth", [None, 0])
@pytest.mark.parametrize(
    ("make", "size"), [(long_short_term_memory, 3), (long_short_term_memory, 6), (normalisation, 0)]
)
def test_gradients_are_complete_only_when_all_has_arrived(make, size, depth):
    trace = trace_of(picture_of(make(size)))
    graph = normalise(trace.graph)
    final = {step.target: np.asarray(step.total) for step in trace.steps}
    by_name = {short(graph, node): total for node, total in final.items()}
    shown, _ = viewed(trace, frozenset(default_closed(graph, depth)))
    taken = [step.edge for step in shown.steps if step.edge is not None]
    assert len(taken) == len(set(taken)), "an edge hands one gradient back"
    for step in shown.steps:
        name = receiver(shown.graph, step)
        right = [by_name[name]] if name in by_name else list(final.values())  # a box is called otherwise
        is_complete = any(np.shape(step.total) == each.shape and np.allclose(step.total, each) for each in right)
        assert is_complete or step.index < step.count, name


@pytest.mark.parametrize("seed", range(10))
def test_what_arrives_within_a_closed_group_is_told_of_once(seed):
    payload = ng.animate(random_groups(seed), depth=0).payload
    last = {}  # what the last gradient that is seen at each place is said to be
    for frame in payload["frames"]:
        text = "".join(part["text"] for part in frame["equation"])
        if frame["phase"] == "backward" and (said := GRADIENT.fullmatch(text)):
            assert (said[2], True) not in last.items(), "something is seen after what was the last"
            last[said[2]] = "arrives within group" in frame["sentence"]
            assert not last[said[2]] or said[1], "all has arrived"
    parts = {
        said[2]: bool(said[1])
        for f in payload["frames"]
        if (said := GRADIENT.fullmatch("".join(part["text"] for part in f["equation"])))
    }
    assert last == parts
