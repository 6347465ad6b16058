"""Hooks change gradients in ways that no rule explains: what is shown leaves them out, and says so."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import messages


def hooked() -> tuple[ng.Tensor, ng.Tensor, list]:
    """(3x)² at x = 2, with hooks that multiply by 10 at 3x and at x, and a list that knows when they were called."""
    calls: list = []

    def tenfold(gradient):
        calls.append(gradient)
        return 10 * gradient

    x = ng.tensor(2.0, requires_grad=True, name="x")
    h = x * 3
    h.name = "h"
    x.register_hook(tenfold)
    h.register_hook(tenfold)
    loss = h * h
    loss.name = "M"
    return loss, x, calls


def said_of(name: str) -> str:
    return messages.say("hook_left_out", name=name)


@pytest.mark.parametrize("level", ["tensor", "scalar"])
@pytest.mark.parametrize("before", [False, True])
def test_hooks_are_not_called_by_watching(level: str, before: bool) -> None:
    loss, x, calls = hooked()
    if before:
        loss.backward()
    known = len(calls)
    ng.animate(loss, level=level)
    ng.explain(loss, x)
    assert len(calls) == known
    x.zero_grad()
    loss.backward()  # where they are called as ever
    assert float(x.grad) == 3600.0
    assert len(calls) == known + 2


@pytest.mark.parametrize("level", ["tensor", "scalar"])
def test_the_numbers_are_those_of_the_rules_and_it_is_said_why(level: str) -> None:
    loss, _, _ = hooked()
    payload = ng.animate(loss, level=level).payload
    backward = [frame for frame in payload["frames"] if frame["phase"] == "backward"]
    told = [[name for name in ("h", "x") if said_of(name) in frame["sentence"]] for frame in backward]
    assert told == [[], [], ["h"], ["x"]]  # where the last gradient has arrived
    assert "".join(token["text"] for token in backward[-1]["equation"]) == "∂M/∂x = ∂M/∂h · 3 = 12 × 3 = 36"
    [paths] = payload["paths"]
    assert "".join(token["text"] for token in paths["equation"]) == "∂M/∂x = 18 + 18 = 36"
    assert said_of("x") in payload["nodes"]["0"]["sentence"]


def test_explain_adds_up_and_names_the_hooks_on_the_way() -> None:
    loss, x, _ = hooked()
    aside = ng.tensor(1.0, requires_grad=True, name="aside")
    aside.register_hook(np.negative)
    text = ng.explain(loss + aside, x).text
    assert "= 18 + 18 = 36" in text
    assert said_of("x") in text
    assert said_of("h") in text
    assert "aside has" not in text


def test_a_hook_that_was_taken_away_is_not_spoken_of() -> None:
    x = ng.tensor(2.0, requires_grad=True, name="x")
    remove = x.register_hook(lambda gradient: 10 * gradient)
    remove()
    assert "hook" not in ng.animate(x * x).payload["text"]


def test_an_error_within_leaves_hooks_in_use() -> None:
    x = ng.tensor([2.0, 3.0], requires_grad=True, name="x")
    x.register_hook(lambda gradient: 10 * gradient)
    with pytest.raises(ng.errors.NotScalarError):
        ng.animate(x * x)
    (x * x).sum().backward()
    assert x.grad.tolist() == [40.0, 60.0]
