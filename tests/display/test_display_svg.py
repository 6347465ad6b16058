"""The still picture: well-formed, nothing overlaps, nothing gets in, nothing changes from run to run."""

import itertools
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from graphs import _add, matrix_graph, scalar_graph, square_graph
from hypothesis import given, settings
from hypothesis import strategies as st

import nbgrad.display
from nbgrad.display import measure, theme, to_svg, to_text
from nbgrad.display.svg import CELL_WIDTH

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"style", "svg", "title", "desc", "rect", "g", "path", "text", "tspan"}
HOSTILE = st.text() | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "]]>\"'&amp;<!--",
        "a\x00\x1b[31m\ud800\uffff\n\t",
        "\u202eevil\u2066",
        "שלום עולם",
        "👩‍👩‍👧‍👦😀",
        "W" * 500,
        "\ufdfd" * 30,
        "損失関数" * 20,
        "url(javascript:x)",
        "NGID",
    ]
)


def hostile_graph(name, op, symbol):
    graph = nx.MultiDiGraph()
    a = _add(graph, "parameter", name, 3.0)
    b = _add(graph, "parameter", name, np.eye(3), gradient=np.eye(3))
    _add(graph, "operation", name, 1.0, op=op, symbol=symbol, inputs=(a, b))
    return graph


def texts_of(box):
    """Yield (left, top, right, bottom) of each text of a node's box, by conservative widths."""
    shift = {}
    for parent in box.iter():
        for child in parent:
            dx, dy = shift.get(parent, (0.0, 0.0))
            found = re.match(r"translate\(([-\d.e]+),([-\d.e]+)\)", child.get("transform", ""))
            shift[child] = (dx + float(found[1]), dy + float(found[2])) if found else (dx, dy)
    for text in box.iter(SVG + "text"):
        if not text.text:
            continue
        dx, dy = shift[text]
        size = float(text.get("font-size"))
        width = measure.width(text.text, size)
        x, y = float(text.get("x")) + dx, float(text.get("y")) + dy
        x -= {"end": width, "middle": width / 2}.get(text.get("text-anchor"), 0)
        yield text, (x, y - 0.75 * size, x + width, y + 0.2 * size)


def check_boxes(picture):
    root = ET.fromstring(picture)
    boxes = [node for node in root.iter(SVG + "g") if "ng-node" in node.get("class", "")]
    for node in boxes:
        rect = node.find(SVG + "rect")
        left, top = float(rect.get("x")), float(rect.get("y"))
        right, bottom = left + float(rect.get("width")), top + float(rect.get("height"))
        areas = []
        for text, (x0, y0, x1, y1) in texts_of(node):
            if text.get("class") not in (
                "ng-symbol",
                "ng-changed-text",
                "ng-problem-text",
            ):  # these hang over the side of the box
                assert left < x0, text.text
                assert x1 < right, text.text
                assert top < y0, text.text
                assert y1 < bottom, text.text
            areas.append((x0, y0, x1, y1))
        for one, other in itertools.combinations(areas, 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)
    return root


@given(HOSTILE, HOSTILE, HOSTILE)
@settings(max_examples=60)
def test_hostile_names_stay_text_in_their_boxes(name, op, symbol):
    picture = to_svg(hostile_graph(name, op, symbol))
    root = check_boxes(picture)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ALLOWED
    for element in root.iter():
        for key, value in element.attrib.items():
            assert not key.startswith("on")
            assert not key.endswith("href")
            assert "url(" not in value
    assert all(line == line.rstrip() for line in to_text(hostile_graph(name, op, symbol)).split("\n"))


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("make", [scalar_graph, square_graph, matrix_graph])
@pytest.mark.parametrize("gradients", [True, False])
def test_nothing_overlaps_in_a_box(make, direction, gradients):
    check_boxes(to_svg(make(gradients)[0], direction=direction))


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_boxes_and_badges_do_not_overlap_each_other(direction):
    root = ET.fromstring(to_svg(matrix_graph(True)[0], direction=direction))
    areas = []
    for node in root.iter(SVG + "g"):
        if "ng-node" not in node.get("class", ""):
            continue
        sides = [
            (
                float(r.get("x")),
                float(r.get("y")),
                float(r.get("x")) + float(r.get("width")),
                float(r.get("y")) + float(r.get("height")),
            )
            for r in node.findall(SVG + "rect")
        ]
        areas.append(tuple(f(side[i] for side in sides) for i, f in enumerate((min, min, max, max))))
    width, height = map(float, root.get("viewBox").split()[2:])
    for left, top, right, bottom in areas:
        assert min(left, top) >= 0
        assert right <= width
        assert bottom <= height
    for one, other in itertools.combinations(areas, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_edges_end_at_the_badge():
    root = ET.fromstring(to_svg(scalar_graph()[0]))
    ends = {}
    for path in root.iter(SVG + "path"):
        if path.get("class") == "ng-edge":
            ends[path.get("data-edge")] = [float(n) for n in path.get("d").split()[-1].split(",")]
    box = next(g for g in root.iter(SVG + "g") if g.get("data-node") == "6")
    badge = next(r for r in box.iter(SVG + "rect") if r.get("class") == "ng-badge")
    assert ends["5-6-0"] == pytest.approx(
        [float(badge.get("x")), float(badge.get("y")) + float(badge.get("height")) / 2], abs=0.2
    )


def test_not_yet_is_not_zero():
    def slot(graph, node):
        root = ET.fromstring(to_svg(graph))
        found = next(g for g in root.iter(SVG + "g") if g.get("data-gradient") == str(node))
        return "".join(found.itertext()), ET.tostring(found, encoding="unicode")

    graph, _ = scalar_graph()
    assert slot(graph, 0)[0] == "∂ —"
    graph.nodes[0]["gradient"] = 0.0
    assert slot(graph, 0)[0] == "∂ 0"
    graph, _ = matrix_graph()
    assert slot(graph, 1)[0] == "not yetgradient"
    graph.nodes[1]["gradient"] = np.zeros((13, 10))
    said, drawn = slot(graph, 1)
    assert said == "gradient0"
    assert theme.shade(0) in drawn
    assert "dasharray" not in drawn


def test_data_shows_no_gradient_line_and_parameters_are_green():
    root = ET.fromstring(to_svg(scalar_graph()[0]))
    slots = [g.get("data-gradient") for g in root.iter(SVG + "g") if g.get("data-gradient")]
    assert slots == ["0", "2", "4", "5", "6", "7"]
    green = [g for g in root.iter(SVG + "g") if g.get("class") == "ng-node ng-parameter"]
    assert [g.find(SVG + "rect").get("stroke") for g in green] == ["#009E73"] * 2


def test_it_is_announced_and_opaque():
    root = ET.fromstring(to_svg(scalar_graph()[0]))
    assert root.get("role") == "img"
    ids = root.get("aria-labelledby").split()
    assert [root.find(SVG + "title").get("id"), root.find(SVG + "desc").get("id")] == ids
    assert root.find(SVG + "title").text == "Computation graph of loss"
    assert root.find(SVG + "rect").get("fill") == "#ffffff"
    assert "<title>k·x = mul(k, x); shape (), float64; value: 1; gradient: not yet</title>" in to_svg(scalar_graph()[0])
    assert ">Mine &amp; yours<" in to_svg(scalar_graph()[0], title="Mine & yours")


def test_ids_of_different_pictures_differ():
    one, other = (set(re.findall(r' id="([^"]+)"', to_svg(make()[0]))) for make in (scalar_graph, square_graph))
    assert not one & other


def test_a_long_symbol_gets_a_pill_and_a_short_one_a_circle():
    root = ET.fromstring(to_svg(matrix_graph()[0]))
    badges = {
        g.find(f"{SVG}text[@class='ng-symbol']").text: g.find(f"{SVG}rect[@class='ng-badge']")
        for g in root.iter(SVG + "g")
        if g.find(f"{SVG}text[@class='ng-symbol']") is not None
    }
    assert badges["σ"].get("width") == badges["σ"].get("height")
    assert float(badges["MSE"].get("width")) > float(badges["MSE"].get("height"))


def test_a_graph_too_large_says_so():
    graph = nx.path_graph(1501, create_using=nx.DiGraph)
    assert "This graph has 1,501 nodes" in to_svg(graph)
    assert len(to_svg(graph)) < 2000


def test_an_empty_graph_and_a_single_node_are_pictures():
    assert ET.fromstring(to_svg(nx.DiGraph())).tag == SVG + "svg"
    graph = nx.DiGraph()
    graph.add_node("x")
    assert ">x</text>" in to_svg(graph)


def test_gradient_of_another_shape_than_the_value_stays_in_its_place():
    graph = nx.DiGraph()
    graph.add_node(0, kind="parameter", value=np.ones(5), gradient=np.ones((9, 9)))
    graph.add_node(1, kind="parameter", value=1.0, gradient=np.ones((9, 9)))
    check_boxes(to_svg(graph))


def test_same_bytes_under_every_hash_seed():
    program = (
        "from graphs import *; from nbgrad.display import *; from nbgrad.display.player import Trace, payload_of;"
        "import json, hashlib;"
        "made = [(to_svg(g), to_text(g), to_animated_svg(g, s), json.dumps(payload_of(Trace(g, s))))"
        " for g, s in (scalar_graph(), matrix_graph(), square_graph())];"
        "print(hashlib.sha256(repr(made).encode()).hexdigest())"
    )
    here = Path(__file__).parent
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=here,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(seen) == 1


def test_importing_the_display_loads_no_engine_and_no_browser_parts():
    program = (
        "import sys, nbgrad.display;"
        "print([m for m in sys.modules if m.split('.')[0] in ('matplotlib', 'IPython', 'ipywidgets', 'anywidget')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_display_imports_nothing_of_the_package_but_itself():
    for file in Path(nbgrad.display.__file__).parent.rglob("*.py"):
        for name in re.findall(r"^\s*(?:from|import) +(nbgrad[\w.]*)", file.read_text("utf-8"), re.MULTILINE):
            assert name.split(".")[:2] == ["nbgrad", "display"], file


def test_in_a_browser_no_text_leaves_its_box(browser):
    """Conservative widths are an estimate; here the browser measures."""
    names = ["W" * 60, "loss", "W1", "Ж" * 60, "@%&" * 20, "σ(z)(1 − σ(z))·ŷ", "lower_case_name_that_is_long"]
    page = browser.new_page()
    graph = nx.MultiDiGraph()
    ids = [_add(graph, "parameter", name, np.eye(4) * number) for number, name in enumerate(names)]
    _add(graph, "operation", "sum", 1.0, op="sum", symbol="softmax", inputs=ids)
    page.set_content(to_svg(graph))
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.ng-node')].flatMap(node => {
            const box = node.querySelector('.ng-box').getBoundingClientRect()
            return [...node.querySelectorAll('text:not(.ng-symbol)')].filter(text => {
                const t = text.getBoundingClientRect()
                return t.left < box.left || t.right > box.right || t.top < box.top || t.bottom > box.bottom
            }).map(text => text.textContent)
        })"""
    )
    page.close()
    assert outside == []


@pytest.mark.parametrize(("boxes", "letters", "scale"), [(2, 2, 1.0), (3, 16, None), (12, 2, 0.9)])
def test_a_wide_picture_is_shown_as_wide_as_a_cell_but_stays_readable(boxes, letters, scale):
    graph = nx.MultiDiGraph()
    for node in range(boxes):
        graph.add_node(node, kind="operation", op="add", symbol="+", name="n" * letters, value=1.0, shape=())
    graph.add_edges_from(itertools.pairwise(range(boxes)))
    root = ET.fromstring(to_svg(graph))
    width, height = map(float, root.get("viewBox").split()[2:])
    shown = float(root.get("width")) / width
    assert shown == pytest.approx(scale or CELL_WIDTH / width, rel=1e-3)
    assert 0.9 <= round(shown, 3) <= 1
    assert float(root.get("height")) == pytest.approx(height * shown, rel=1e-2)


def test_a_long_badge_on_top_stays_clear_of_name_and_shape():
    graph = nx.MultiDiGraph([(0, 1)])
    graph.add_node(0, kind="parameter", name="w", shape=(), value=2.0)
    graph.add_node(1, kind="operation", name="a_longer_loss", op="mean", symbol="mean", shape=(), value=2.0)
    root = ET.fromstring(to_svg(graph, direction="TB"))
    badge = next(r for r in root.iter(SVG + "rect") if r.get("class") == "ng-badge")
    name = next(t for t in root.iter(SVG + "text") if t.text == "a_longer_loss")
    letters = float(name.get("y")) - 0.76 * float(name.get("font-size"))  # their upper edge
    assert letters - (float(badge.get("y")) + float(badge.get("height"))) >= 4


def test_an_unnamed_number_is_a_small_box_with_nothing_but_the_number():
    graph = nx.MultiDiGraph([(0, 1)])
    graph.add_node(0, kind="constant", value=2.0, shape=())
    graph.add_node(1, kind="operation", name="y", op="mul", symbol="×", shape=(), value=2.0)
    picture = to_svg(graph)
    check_boxes(picture)
    box = next(g for g in ET.fromstring(picture).iter(SVG + "g") if g.get("data-node") == "0")
    assert [text.text for text in box.iter(SVG + "text")] == ["2"]
    assert float(box.find(SVG + "rect").get("width")) < 60
