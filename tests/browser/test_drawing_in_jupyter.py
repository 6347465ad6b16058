"""What `ng.draw` shows in JupyterLab and Notebook 7: the image with its text, tooltips, and the same as a table."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from scalar_player import PLACES, write_notebook

MADE = """\
import numpy as np
import nbgrad as ng

x = ng.tensor(np.arange(12.0).reshape(3, 4))
W = ng.tensor([[1.0], [np.nan], [np.inf], [-2.0]], requires_grad=True)
h = x @ W
loss = (ng.nn.functional.relu(h) ** 2).mean()
loss.backward()"""
DRAWN = 'ng.draw(loss, theme="light")'


@pytest.fixture(scope="module", params=list(PLACES))
def place(request: pytest.FixtureRequest) -> str:
    return PLACES[request.param]


@pytest.fixture(scope="module")
def drawn(place: str, lab_server: Any, open_lesson: Any) -> Any:
    """A notebook that draws, run."""
    name = f"drawn-{place.partition('/')[0]}.ipynb"
    write_notebook(lab_server.lessons / name, [MADE, DRAWN])
    lesson = open_lesson(place + name)
    lesson.run_all()
    return lesson


def tooltip_under(picture: Any, name: str) -> str:
    """What the browser would show over the box of that name: the title of the element that lies on top there."""
    place = picture.locator(f'span[title^="{name}"]')
    place.scroll_into_view_if_needed()
    return place.evaluate(
        """place => {
          const box = place.getBoundingClientRect();
          return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).closest("[title]").title;
        }"""
    )


def test_it_says_on_hover_what_the_box_has_no_room_for(drawn):
    output = drawn.cell(DRAWN).locator(".jp-OutputArea-output")
    said = tooltip_under(output, "W")
    assert "min −2, mean −0.5, max 1, 1 NaN, 1 infinite" in said
    assert "min 0, mean 5.5, max 11, 0 NaN, 0 infinite" in tooltip_under(output, "x")
    drawn.photograph(output, f"drawing-{drawn.page.url.split('/')[3]}")


def test_it_has_a_text_for_screen_readers_and_a_table(drawn):
    output = drawn.cell(DRAWN).locator(".jp-OutputArea-output")
    image = output.get_by_role("img")
    assert image.get_attribute("alt").startswith("Computation graph of loss")
    table = output.locator("pre")
    assert not table.is_visible()
    output.locator("summary").focus()
    drawn.page.keyboard.press("Enter")
    table.wait_for()
    assert "x" in table.inner_text()
    drawn.page.keyboard.press("Enter")
    table.wait_for(state="hidden")


def test_on_a_narrow_page_it_scrolls(drawn):
    drawn.page.set_viewport_size({"width": 600, "height": 800})
    try:
        image = drawn.cell(DRAWN).locator(".jp-OutputArea-output img")
        natural = float(image.get_attribute("width"))
        shown = image.bounding_box()["width"]
        room = image.evaluate("image => image.closest('.ng-still').clientWidth")
        assert room < shown
        assert 0.7 * natural < shown <= natural
    finally:
        drawn.page.set_viewport_size({"width": 1400, "height": 1000})


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_its_words_can_be_read_in_every_theme(drawn, theme):
    drawn.use_theme(theme)
    output = drawn.cell(DRAWN).locator(".jp-OutputArea-output")
    drawn.photograph(output, f"drawing-{theme.split()[1]}-{drawn.page.url.split('/')[3]}")
    colour, page = (
        output.locator("summary").evaluate("summary => getComputedStyle(summary).color"),
        drawn.page.evaluate("() => getComputedStyle(document.body).getPropertyValue('--jp-layout-color0')"),
    )
    bright = sum(float(part) for part in colour[colour.index("(") + 1 :].rstrip(")").split(",")[:3]) > 380
    assert bright == (theme == "JupyterLab Dark"), page


def test_somebody_who_does_not_trust_it_sees_picture_words_and_table(drawn, place, lab_server, open_lesson):
    name = f"drawn-{place.partition('/')[0]}.ipynb"
    drawn.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    notebook = nbformat.read(lab_server.lessons / name, 4)
    notebook.cells[0].source += "\n# changed by somebody else"
    nbformat.write(notebook, lab_server.lessons / f"copied-{name}")
    lesson = open_lesson(f"{place}copied-{name}")
    output = lesson.cell(DRAWN).locator(".jp-OutputArea-output")
    image = output.locator("img")
    image.wait_for()
    image.evaluate("image => image.decode()")
    assert image.bounding_box()["width"] > 300
    assert image.get_attribute("alt").startswith("Computation graph of loss")
    assert output.locator("pre").text_content().startswith("name")
    lesson.photograph(output, f"drawing-untrusted-{place.partition('/')[0]}")
