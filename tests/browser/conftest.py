"""A running JupyterLab, and lessons that are opened in it as a reader would."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lab_server import LabServer
from lesson_page import Lesson

# Console errors that are Jupyter's own, each with its reason. There are none so far.
ALLOWED: list[re.Pattern[str]] = []


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
        lesson.open(lab_server.page(path))
        return lesson

    yield open_lesson
    for context in contexts:
        context.close()
    assert [lesson.errors for lesson in lessons] == [[] for _ in lessons]


@pytest.fixture(autouse=True)
def _server_log(lab_server: LabServer) -> Iterator[None]:
    """What the server wrote during a test, printed; pytest shows it where the test fails."""
    before = len(lab_server.log())
    yield
    print(lab_server.log()[before:])
