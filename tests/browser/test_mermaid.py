"""Mermaid itself, as JupyterLab carries it, draws the flowcharts that are written here."""

import html
import re
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

sys.path.append(str(Path(__file__).parent.parent / "display"))

from graphs import nasty_graph

from nbgrad.display import Look
from nbgrad.display.export import to_mermaid
from nbgrad.display.measure import clean

DRAWN = ".jp-RenderedMermaid img"
FAILED = ".jp-RenderedMermaid .jp-mod-warning, .jp-RenderedMermaid details"


def lines(label):
    """The lines of a label, as they are seen."""
    said = (re.sub(r"<[^>]*>", "", line) for line in re.split(r"<br\s*/?>", label))
    return [html.unescape(line).replace("\N{WORD JOINER}", "") for line in said]


LIT = Look(values="numbers", highlight=tuple(list(nasty_graph())[:2]), heat=True)


@pytest.fixture(scope="module", params=[Look(), LIT], ids=["plain", "lit"])
def drawn(browser, lab_server, request):
    """What JupyterLab shows of a Mermaid file, as SVG text."""
    path = lab_server.lessons / f"nasty{len(request.param.highlight)}.mmd"
    path.write_text(to_mermaid(nasty_graph(), look=request.param), encoding="utf-8")
    page = browser.new_page()
    # A workspace for each file: JupyterLab opens again what was open in the last one.
    page.goto(lab_server.page(f"lab/workspaces/{path.stem}/tree/{path.name}"))
    page.wait_for_selector(f"{DRAWN}, {FAILED}", timeout=90_000)
    assert page.locator(FAILED).count() == 0
    drawn = unquote(page.locator(DRAWN).get_attribute("src").partition(",")[2])
    page.close()
    return drawn


def test_names_are_labels_and_nothing_else(drawn):
    graph = nasty_graph()
    labels = re.findall(
        r'<g class="node[^>]*-n(\d+)-\d+"[^>]*>.*?<foreignObject[^>]*>(.*?)</foreignObject>', drawn, re.S
    )
    assert sorted(int(node) for node, _ in labels) == list(graph)
    for node, label in labels:
        name = graph.nodes[int(node)]["name"]
        if clean(name):
            assert lines(label)[0] == clean(name, 60)
        assert not re.search(r"<(ul|ol|li|em|strong|code|a|h\d|blockquote|script)\b", label)
    assert "Unsupported" not in drawn


def test_groups_are_framed(drawn):
    frames = re.findall(r'class="cluster-label.*?<foreignObject[^>]*>(.*?)</foreignObject>', drawn, re.DOTALL)
    assert sorted({lines(frame)[0] for frame in frames}) == ["inner ]", "line break", 'outer <b> "x"']


def test_every_edge_is_drawn(drawn):
    assert len(re.findall(r'<path[^>]*class="[^"]*flowchart-link', drawn)) == nasty_graph().number_of_edges()
