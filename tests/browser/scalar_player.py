"""A small network of scalars in a notebook of its own, and the player of its backward pass."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
from lesson_page import Lesson

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
PLACES = {"JupyterLab": "lab/tree/", "Notebook 7": "notebooks/"}

# z is used twice, so that two gradients arrive there, and add up.
NEURON = """\
import numpy as np
import nbgrad as ng

w = ng.tensor(0.5, requires_grad=True)
x = ng.tensor(2.0)
b = ng.tensor(-0.4, requires_grad=True)
z = w * x + b
a = np.tanh(z)
loss = (a - z) ** 2
loss.backward()"""
PLAYER = "player = ng.animate(loss, learning_rate=0.5)\nplayer"


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of these code cells, without outputs, for the Python kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.metadata["kernelspec"] = KERNEL
    nbformat.write(notebook, path)


def fresh_player(lesson: Lesson, words: str) -> Any:
    """The player in the cell with these words: no panel open, at the beginning of its backward pass."""
    player = lesson.cell(words).locator(".ng-player")
    player.wait_for()
    if player.locator(".ng-panel-close").count():
        player.locator(".ng-panel-close").click()
    player.get_by_label("Speed").select_option("1")
    player.get_by_role("button", name="Backward").click()
    wait_at(player, "Backward", 1)
    return player


def wait_at(player: Any, phase: str, step: int, count: int | None = None) -> None:
    """Wait until the player is at a step of a phase, which has ``count`` steps."""
    player.locator(".ng-counter", has_text=re.compile(rf"^step {step} of {count or '[0-9]+'}$")).wait_for()
    player.locator('.ng-phase[aria-pressed="true"]', has_text=phase).wait_for()


def node_named(player: Any, name: str) -> Any:
    """The box with this name."""
    return player.locator(".ng-stage [data-node]").filter(has=player.page.get_by_text(name, exact=True)).first


def number_in(player: Any, name: str, slot: str) -> str:
    """The number that stands in a box: its "value" or "gradient", without the ghost of an earlier one."""
    slots = node_named(player, name).locator(f"[data-{slot}] text:not(.ng-ghost):not(.ng-ghost *)")
    return str(slots.first.text_content()).removeprefix("∂ ")
