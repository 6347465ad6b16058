"""Exported, printed, untrusted or not executed: where no kernel and no script runs, something true is there to see."""

import base64
import html
import itertools
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter, MarkdownExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

import nbgrad as ng
from nbgrad.display import to_svg
from nbgrad.display.page_image import image_with_tooltips

SVG = "{http://www.w3.org/2000/svg}"


def result():
    W = ng.tensor([[1.0, -2.0], [0.5, 3.0]], requires_grad=True, name="W")
    x = ng.tensor([[2.0, 1.0]], name="x")
    loss = (np.tanh(x @ W) ** 2).sum()
    loss.name = "loss"
    loss.backward()
    return loss


def earlier():
    return ng.draw(result())


def chain(length):
    x = ng.tensor(1.0, requires_grad=True, name="x")
    for _ in range(length):
        x = x * 0.5
    return x


SHOWN = {
    "tensor": result,
    "drawing": lambda: ng.draw(result(), heat=True, theme="dark"),
    "comparison": lambda: ng.draw(result(), compare=earlier()),
    "player": lambda: ng.animate(result()),
    "too large": lambda: ng.draw(chain(2000)),
}


def bundle(shown):
    made = shown._repr_mimebundle_()
    return made[0] if isinstance(made, tuple) else made


def notebook(data):
    """A notebook as its file holds it: outputs, but no state of widgets and no kernel."""
    cell = new_code_cell("shown", outputs=[new_output("execute_result", data, execution_count=1)], execution_count=1)
    made = new_notebook(cells=[cell])
    return nbformat.reads(nbformat.writes(made), as_version=4)


@pytest.mark.parametrize("make", SHOWN.values(), ids=SHOWN)
def test_every_output_has_a_picture_and_a_text_that_need_nothing(make):
    data = bundle(make())
    assert {"image/svg+xml", "text/plain"} <= set(data)
    assert "application/javascript" not in data
    root = ET.fromstring(data["image/svg+xml"])
    assert root.tag == f"{SVG}svg"
    assert not [element for element in root.iter() if element.tag in (f"{SVG}script", f"{SVG}foreignObject")]
    assert not re.search(r'(href|src|on\w+)="|url\(|@import', data["image/svg+xml"].replace("url(#", ""))
    assert data["text/plain"].strip()


TEXTS_ONLY = {"div", "style", "img", "span", "details", "summary", "pre"}  # what a drawing's page consists of


def test_a_drawings_page_runs_nothing_and_escapes_every_name():
    x = ng.tensor(3.0, requires_grad=True, name='"><script>alert(1)</script><b title="')
    page = ng.draw(x * 2)._repr_mimebundle_()["text/html"]
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    parser.feed(page)
    assert {tag for tag, _ in found} == TEXTS_ONLY
    assert not [name for _, attributes in found for name in attributes if name.startswith("on")]
    assert any((attributes.get("title") or "").startswith('"><script>') for _, attributes in found)


def test_where_styles_and_embedded_images_are_removed_the_words_and_the_table_are_left():
    """Some viewers do so. Then the image's text is read, and the table lies folded below it."""
    data = bundle(SHOWN["drawing"]())
    page = re.sub(r' (src|style)="[^"]*"|<style>.*?</style>', "", data["text/html"])
    assert re.search(r'<img alt="Computation graph of loss', page)
    assert html.unescape(re.search(r"<pre>(.*?)</pre>", page, re.DOTALL)[1]) == data["text/plain"]


@pytest.mark.parametrize("make", [SHOWN["tensor"], SHOWN["too large"]], ids=["tensor", "too large"])
def test_what_nobody_asked_to_be_drawn_is_a_picture_and_a_text(make):
    assert set(bundle(make())) == {"image/svg+xml", "text/plain"}


def test_a_page_is_not_much_larger_than_its_picture():
    data = bundle(SHOWN["drawing"]())
    assert len(data["text/html"]) < 2 * len(data["image/svg+xml"])


@pytest.mark.parametrize("make", SHOWN.values(), ids=SHOWN)
def test_an_exported_page_shows_the_picture(make):
    data = bundle(make())
    page, _ = HTMLExporter().from_notebook_node(notebook(data))
    body = page.split("</head>")[1]
    [embedded] = re.findall(r'<img[^>]* src="data:image/svg\+xml;base64,([^"]*)"', body)
    assert base64.b64decode(embedded).decode() == data["image/svg+xml"]
    assert "widget-view+json" not in body


@pytest.mark.parametrize("make", SHOWN.values(), ids=SHOWN)
def test_an_exported_text_keeps_the_picture(make):
    """A drawing's within it, with its table; the others' in files beside it."""
    data = bundle(make())
    text, resources = MarkdownExporter().from_notebook_node(notebook(data))
    if "text/html" in data:
        assert data["text/html"] in text
        assert "\n\n" not in data["text/html"]  # where Markdown would take what follows for its own
        return
    [(name, kept)] = resources["outputs"].items()
    assert name in text
    assert kept.decode() == data["image/svg+xml"]


@pytest.mark.parametrize("make", SHOWN.values(), ids=SHOWN)
def test_where_only_text_is_shown_it_says_the_numbers(make):
    data = bundle(make())
    text, _ = MarkdownExporter().from_notebook_node(notebook({"text/plain": data["text/plain"]}))
    for line in data["text/plain"].splitlines():
        assert line in text
    assert any(char.isdigit() for char in data["text/plain"])


@pytest.mark.parametrize("make", [SHOWN["drawing"], SHOWN["player"]], ids=["drawing", "player"])
def test_without_style_and_motion_a_picture_shows_the_final_numbers(make):
    """Sanitised, printed, or where motion is unwanted: every gradient of the last frame stands there."""
    root = ET.fromstring(bundle(make())["image/svg+xml"])
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.removeprefix(SVG) in ("style", "animate", "animateMotion", "animateTransform", "set"):
                parent.remove(child)
    visible = []

    def walk(element, seen):
        seen = seen and element.get("display") != "none" and element.get("visibility") != "hidden"
        seen = seen and element.get("opacity") != "0"
        if element.tag == f"{SVG}text" and seen:
            visible.append("".join(element.itertext()))
        for child in element:
            walk(child, seen)

    walk(root, True)
    assert "loss" in visible
    assert any("∂ 1" in said for said in visible)
    assert "not yet" not in visible


def test_a_page_with_scripts_off_shows_what_was_drawn(browser):
    """The exported page as a printer or a mail program shows it: pictures have a size and lie below each other."""
    made = [bundle(make()) for make in SHOWN.values()]
    cells = list(itertools.chain.from_iterable(notebook(data).cells for data in made))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell{number}"
    page_text, _ = HTMLExporter().from_notebook_node(new_notebook(cells=cells))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(page_text)
    page.emulate_media(media="print")
    pictures = page.locator(".jp-OutputArea-output img")
    areas = [pictures.nth(number).bounding_box() for number in range(pictures.count())]
    context.close()
    assert len(areas) == len(SHOWN)
    assert all(area["width"] > 100 and area["height"] > 30 for area in areas)
    assert all(later["y"] >= one["y"] + one["height"] for one, later in itertools.pairwise(areas))


def test_a_film_shrinks_until_it_is_seen_as_a_whole_and_a_still_stays_large_enough_to_read():
    still = to_svg(ng.to_networkx(SHOWN["tensor"]()))
    film = still.replace("</style>", "@keyframes turn { from { opacity: 0 } }</style>", 1)
    width = float(ET.fromstring(still).attrib["width"])
    assert f"max-width: max(100%, {0.75 * width:.0f}px)" in image_with_tooltips(still)
    assert f"max-width: max(100%, {0.5 * width:.0f}px)" in image_with_tooltips(film)
