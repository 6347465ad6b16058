"""A running JupyterLab, and lessons that are opened in it as a reader would."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lab_server import LabServer
from lesson_page import Lesson
from scalar_player import PLACES, PLAYER, fresh_player, write_notebook

# Errors that are Jupyter's own, each with its reason.
ALLOWED: list[re.Pattern[str]] = [
    # Notebook 7.6 throws this while it starts, with any notebook, also an empty one: its keyboard shortcuts hear
    # of the settings of another plugin before their own have been loaded.
    re.compile(
        r"^Cannot read properties of undefined \(reading 'schema'\).*/static/notebook/notebook_core\.", re.DOTALL
    ),
    # After JupyterLab has opened a file, its server hands that file's path to Notebook's pages as well, whose start
    # then runs a command that only JupyterLab has. Seen with an empty notebook, too.
    re.compile(r"^Command 'filebrowser:open-path' not registered\..*/static/notebook/notebook_core\.", re.DOTALL),
    # The same manager, where a notebook is reopened without its kernel; what is shown then is tested.
    re.compile(r"widget model not found"),
    re.compile(r"^Comm not found for comm id"),
]


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """One server for all of these tests."""
    server = LabServer(tmp_path_factory.mktemp("lab"))
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def open_lesson(browser: Any, lab_server: LabServer) -> Iterator[Callable[[str], Lesson]]:
    """``open_lesson(path)``: a lesson in a fresh page, ready to run; no error may be left when the module ends."""
    lessons: list[Lesson] = []
    contexts = []

    def open_lesson(path: str) -> Lesson:
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        contexts.append(context)
        lesson = Lesson(context.new_page(), ALLOWED)
        lessons.append(lesson)
        # A workspace of its own, or JupyterLab would open the lessons of earlier pages beside this one.
        lesson.open(lab_server.page(path.replace("lab/tree/", f"lab/workspaces/{secrets.token_hex(4)}/tree/")))
        return lesson

    yield open_lesson
    for context in contexts:
        context.close()
    assert [lesson.errors for lesson in lessons] == [[] for _ in lessons]


@pytest.fixture(scope="module", params=list(PLACES))
def opened(request: pytest.FixtureRequest, lab_server: LabServer, open_lesson: Any) -> Lesson:
    """A notebook that the test's module names (NAME) and writes (CELLS), in each of the places, all cells run."""
    name, cells = request.module.NAME, request.module.CELLS
    write_notebook(lab_server.lessons / name, cells)
    lesson: Lesson = open_lesson(PLACES[request.param] + name)
    lesson.run_all()
    assert lesson.complaints() == []
    return lesson


@pytest.fixture
def lesson(opened: Lesson) -> Iterator[Lesson]:
    """What the module has opened, for one test, which fails where an error shows on the page or in its console."""
    with opened.without_errors():
        yield opened


@pytest.fixture
def player(lesson: Lesson) -> Any:
    """The neuron's player: nothing open, nothing changed, at the beginning of its backward pass."""
    return fresh_player(lesson, PLAYER)


@pytest.fixture(autouse=True)
def _server_log(lab_server: LabServer) -> Iterator[None]:
    """What the server wrote during a test, printed; pytest shows it where the test fails."""
    before = len(lab_server.log())
    yield
    print(lab_server.log()[before:])
