"""A kernel that the system kills, and that Jupyter starts anew by itself: the player's kernel has gone all the same."""

from __future__ import annotations

import os
import signal

from scalar_player import NEURON, PLAYER, node_named

NAME = "killed.ipynb"
CELLS = [NEURON, PLAYER]


def test_an_edit_on_its_way_is_given_back_and_the_next_one_too(lesson, player):
    node_named(player, "w").click()
    field, status = player.get_by_label("Value of w"), player.locator(".ng-edit .ng-status")
    kernel = lesson.ask_kernel(pid="__import__('os').getpid()")["pid"]
    os.kill(kernel, signal.SIGSTOP)  # so that the edit is still on its way
    field.fill("3")
    field.press("Enter")
    status.filter(has_text="Computing").wait_for()
    os.kill(kernel, signal.SIGKILL)
    status.filter(has_text="down to its cell again").wait_for()
    assert field.input_value() == "0.5"
    assert player.locator(".ng-silence").inner_text().startswith("The kernel has gone.")
    lesson.photograph(player, "player-killed-kernel")
    player.page.locator(".jp-Dialog .jp-mod-accept").click()
    lesson.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.kernelDisplayStatus === 'idle'"
    )
    field.fill("4")
    field.press("Enter")
    player.page.wait_for_function("field => field.value === '0.5'", arg=field.element_handle())
    assert "down to its cell again" in status.inner_text()
