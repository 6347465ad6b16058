"""Whatever lies in closed groups, the player says of all that is drawn what it says of the opened graph."""

import re

import numpy as np
import pytest

import nbgrad as ng

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
    for before, after in zip(opened["orders"], closed["orders"], strict=True):
        finals = [[(leaf["name"], leaf["text"], leaf["right"]) for leaf in each["final"]] for each in (before, after)]
        assert finals[0] == finals[1]
    sums = [{path["name"]: (path["count"], path["sum"]) for path in each["paths"]} for each in (opened, closed)]
    assert sums[1].items() <= sums[0].items()
