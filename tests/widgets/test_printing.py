"""A notebook on paper, as nbconvert's page has it, with which JupyterLab prints: pictures are whole."""

import nbformat
import pytest

import nbgrad as ng
from nbgrad.widgets.still import display_both

nbconvert = pytest.importorskip("nbconvert")
PAPER = {"width": 718, "height": 1047}  # px of an A4 page within its margins


def steps(count):
    """A result that is so many operations away from its beginning."""
    x = ng.tensor(0.5, requires_grad=True, name="x")
    for _ in range(count):
        x = x.sin()
    return x


def cell(data):
    output = nbformat.v4.new_output("display_data", data=data)
    return nbformat.v4.new_code_cell("picture", outputs=[output], execution_count=1)


@pytest.fixture
def printed(browser, monkeypatch, tmp_path):
    """The page of a notebook with a picture that is wide, one that is high, a small one, a result by itself, and a
    player without its kernel."""
    shown = []
    monkeypatch.setattr("nbgrad.widgets.still.display", lambda data, **options: shown.append(data))
    display_both(ng.animate(steps(20))._repr_mimebundle_())
    drawn = [ng.draw(steps(20)), ng.draw(steps(20), direction="TB"), ng.draw(steps(1)), steps(20)]
    cells = [cell(each._repr_mimebundle_()) for each in drawn] + [cell(shown[-1])]
    html, _ = nbconvert.HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    (tmp_path / "notebook.html").write_text(html, encoding="utf-8")
    page = browser.new_page(viewport=PAPER)
    page.route("http*://**", lambda route: route.abort())
    page.goto((tmp_path / "notebook.html").as_uri(), wait_until="domcontentloaded")
    page.emulate_media(media="print")
    page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
    yield page
    page.close()


def test_every_picture_is_whole_on_its_page(printed):
    pictures = printed.locator(".jp-OutputArea-output img").all()
    assert len(pictures) == 5
    for picture in pictures:
        box = picture.bounding_box()
        room = picture.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea-child')]").bounding_box()
        assert box["x"] + box["width"] <= room["x"] + room["width"] + 1
        assert box["height"] <= PAPER["height"]
        width, height = picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
        fit = picture.evaluate("image => getComputedStyle(image).objectFit")
        assert fit == "contain" or box["width"] / box["height"] == pytest.approx(width / height, rel=0.02)


def test_a_small_picture_is_not_made_larger(printed):
    small = printed.locator(".jp-OutputArea-output img").nth(2)
    assert small.bounding_box()["width"] <= small.evaluate("image => image.naturalWidth")


def test_what_cannot_be_opened_on_paper_is_not_printed(printed):
    assert printed.locator("details").count() == 3
    assert not any(folded.is_visible() for folded in printed.locator("details").all())


def test_a_moving_picture_is_printed_with_the_table_of_its_end(printed):
    table = printed.locator(".ng-on-paper")
    assert table.count() == 1
    assert table.is_visible()
    assert table.text_content().splitlines()[0].split() == [
        "name",
        "computed",
        "as",
        "shape",
        "dtype",
        "value",
        "gradient",
    ]
    assert not any(line.endswith("—") for line in table.text_content().splitlines())
    printed.emulate_media(media="screen")
    assert not table.is_visible()
