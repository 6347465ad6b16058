"""The picture of a program: its source in colours beside its graph."""

from itertools import pairwise
from xml.etree import ElementTree

import networkx as nx
import pytest

from nbgrad.display import layout, source, source_picture, structure_picture, theme, to_svg
from nbgrad.display.source import MOST_LINES, SourceLine, Token

SVG = "{http://www.w3.org/2000/svg}"


def graph(count=3):
    """A chain of so many nodes."""
    chain = nx.MultiDiGraph()
    for node in range(count):
        kind = "operation" if node else "parameter"
        chain.add_node(
            node, kind=kind, name=f"v{node}", symbol="+", shape=(2, 3), bare=True, gradient_name=f"d_v{node}"
        )
        if node:
            chain.add_edge(node - 1, node)
    return chain


def lines(*texts, section="forward"):
    return [SourceLine((Token(text),), section) for text in texts]


def pieces(svg):
    """The pieces of source in a picture: (x, y, text), row by row."""
    root = ElementTree.fromstring(svg)
    return [
        (float(span.get("x")), float(row.get("y")), span.text)
        for row in root.find(f".//{SVG}g[@class='ng-source']").iter(f"{SVG}text")
        for span in row.iter(f"{SVG}tspan")
    ]


def size(svg):
    return [float(number) for number in ElementTree.fromstring(svg).get("viewBox").split()[2:]]


def right_end(piece):
    return piece[0] + len(piece[2]) * source.LETTER * source.SIZE


LONG = "    result = " + " + ".join(f"term_{i} * {i}" for i in range(40)) + "  "


@pytest.mark.parametrize("count", [2, 30])
@pytest.mark.parametrize("texts", [["def f(x):", "    y = x + 1"], [LONG] * 3, ["x" * 400], [""]])
def test_nothing_overlaps_and_nothing_is_cut_off(texts, count):
    svg = source_picture(lines(*texts), graph(count), "f")
    width, height = size(svg)
    found = pieces(svg)
    assert "".join(text.replace(" ", "") for _, _, text in found) == "".join(texts).replace(" ", "")
    for one, other in pairwise(found):
        assert right_end(one) <= other[0] + 0.2 or other[1] - one[1] >= source.SIZE
    boxes = list(ElementTree.fromstring(svg).iter(f"{SVG}rect"))
    assert all(float(box.get("width")) <= width and float(box.get("height")) <= height for box in boxes)
    assert all(right_end(piece) <= width and piece[1] <= height for piece in found)


def test_the_graph_stands_beside_the_source_or_above_it():
    narrow = source_picture(lines("y = x"), graph(2), "f")
    assert 'class="ng-node' in narrow
    _, height = size(narrow)
    assert height < 150, "side by side"
    tall = source_picture(lines(*["x = 1"] * 70), graph(40), "f")
    assert size(tall)[0] < 500, "a long graph runs downwards beside a narrow source"


def test_a_long_line_goes_on_below_without_a_number():
    svg = source_picture(lines(LONG, "    y = 1"), graph(), "f")
    rows = sorted({y for _, y, _ in pieces(svg)})
    assert len(rows) > 2
    root = ElementTree.fromstring(svg)
    assert [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "ng-number"] == ["1", "2"]


def test_what_is_not_drawn_is_counted():
    svg = source_picture(lines(*["x = 1"] * (MOST_LINES + 5)), graph(), "f")
    assert pieces(svg)[-1][2] == "… and 5 more lines: print(program.source)"
    svg = source_picture(lines("x = 1"), graph(), "f", count=9000)
    assert pieces(svg)[-1][2] == "… and 8,999 more lines: print(program.source)"


def test_a_graph_that_is_too_large_is_not_drawn_and_that_is_said():
    svg = source_picture(lines("x = 1"), graph(1501), "f")
    assert "This graph has 1,501 nodes" in svg
    assert 'class="ng-node' not in svg
    assert "This graph has 1,501 nodes" in structure_picture(graph(1501), 600)


def test_a_program_without_a_graph_is_its_source():
    svg = source_picture(lines("return 3.0"), nx.MultiDiGraph(), "f")
    assert pieces(svg)[0][2] == "return 3.0"


def test_a_graph_beside_runs_across_where_there_is_room():
    assert size(structure_picture(graph(3), 2000))[0] > size(structure_picture(graph(3), 10))[0]


def test_a_graph_beside_stands_closer_together_than_one_by_itself():
    assert size(structure_picture(graph(6), 10))[1] < size(to_svg(graph(6), "TB"))[1]
    nodes = dict.fromkeys(range(2), (60, 26))
    (near, _), (far, _) = (layout(graph(2), nodes, spacing=factor).positions[1] for factor in (0.5, 1.0))
    assert far - near == 40


def test_text_is_escaped_and_announced():
    svg = source_picture(lines('x = "<script>&"'), graph(), "<b>f</b>")
    assert "<script>" not in svg
    root = ElementTree.fromstring(svg)
    assert root.find(f"{SVG}title").text == "Program <b>f</b>, its source and its computation graph"
    assert root.get("role") == "img"


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", [x[0] for x in (*source.ROLES.values(), *source.SECTIONS.values())])
def test_every_colour_of_the_source_can_be_read(colour):
    ground = luminance(theme.BACKGROUND)
    assert (ground + 0.05) / (luminance(colour) + 0.05) >= 4.5


def test_the_name_of_a_gradient_makes_a_box_higher_and_stands_within_it():
    def box(**more):
        alone = nx.MultiDiGraph()
        alone.add_node(0, kind="parameter", name="W", bare=True, **more)
        return ElementTree.fromstring(structure_picture(alone, 500)).find(f".//{SVG}rect[@class='ng-box']")

    plain, named = box(), box(gradient_name="d_a_rather_long_name")
    assert float(named.get("height")) > float(plain.get("height"))
    assert float(named.get("width")) > float(plain.get("width"))
