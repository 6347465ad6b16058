"""Whatever graph is given: it is drawn truly, or the error says what is wrong; nothing hangs, nothing is lost."""

import itertools
import re
import time
import xml.etree.ElementTree as ET

import networkx as nx
import numpy as np
import pytest
from test_display_look import box_of, said
from test_display_svg import SVG, check_boxes

from nbgrad.display import (
    AttributeValueError,
    CycleError,
    DisplayError,
    Look,
    NotAGraphError,
    normalise,
    to_svg,
    to_text,
    validate,
)
from nbgrad.display.look import CHOICES

MARKUP = "<b onclick='x()'>&amp; \"W\"</b>"
NAMES = {
    "markup": MARKUP,
    "quotes": "\"'`«»",
    "emoji": "👩‍👩‍👧‍👦 🚀🇹🇼",
    "right to left": "שלום עולם",
    "Arabic": "مرحبا بالعالم، هذه شبكة عصبية",
    "Chinese": "損失函數與學習率的一個相當長的名字，畫不下的地方要省略",
    "500 letters": "W" * 500,
    "500 signs": "損" * 500,
    "a cluster": "e" + "\u0301" * 400,
    "override": "\u202eevil\u2066",
    "controls": "a\x00b\x1b[31m\ud800\n\tc",
    "blank": " \n ",
    "dollars": "$\\frac{1}{0}$ %s {x} {0}",
}
ARRAYS = {
    "nothing": np.zeros((0,)),
    "no rows": np.zeros((0, 3)),
    "no columns": np.zeros((3, 0, 2)),
    "NaN": np.array([[1.0, np.nan], [np.nan, -2.0]]),
    "all NaN": np.full((2, 2), np.nan),
    "infinite": np.array([np.inf, -np.inf, 1.0]),
    "NaN alone": np.array(np.nan),
    "infinity alone": np.array(-np.inf),
    "complex": np.array([[3 + 4j, -1j], [0, np.nan * 1j]]),
    "complex alone": np.array(3 - 4j),
    "float32": np.float32([1.5, -2.5]),
    "float16": np.float16([6e4, -6e4]),
    "extended": np.array([1e300, -1.0], dtype=np.longdouble),
    "greatest": np.array([np.finfo(float).max, -np.finfo(float).max]),
    "least": np.array([5e-324, -5e-324]),
    "booleans": np.array([True, False]),
    "whole": np.array([2**63 - 1, -(2**63)]),
    "unsigned": np.array([2**64 - 1], dtype=np.uint64),
    "of nine axes": np.ones((2,) * 9),
    "long": np.arange(100_000.0),
    "high": np.arange(100_000.0).reshape(-1, 1),
    "read-only": np.broadcast_to(np.arange(3.0), (4, 3)),
    "strided": np.arange(24.0).reshape(4, 6)[::-2, ::3],
    "foreign bytes": np.arange(3.0).astype(">f8"),
}


def graph_of(name="x", value=1.0, gradient=None, **more):
    graph = nx.MultiDiGraph()
    graph.add_node(0, name=name, kind="parameter", value=value, gradient=gradient, **more)
    graph.add_node(1, name="loss", kind="operation", op="sum", symbol="Σ", value=1.0, gradient=1.0)
    graph.add_edge(0, 1, position=0)
    return graph


def title_of(box):
    return box.find(SVG + "title").text


# ---- names
@pytest.mark.parametrize("direction", CHOICES["direction"])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_text_in_its_box_and_whole_on_hover(name, direction):
    graph = graph_of(name, np.eye(2), np.eye(2), op=name, symbol=name, dtype=name)
    picture = to_svg(graph, look=Look(direction=direction))
    root = check_boxes(picture)
    assert "onclick" not in {key for element in root.iter() for key in element.attrib}
    box = box_of(picture, 0)
    written = said(box)[0]
    plain = re.sub(r"[\u0000-\u001f\u202a-\u202e\u2066-\u2069\ud800\s\u0301\u200d]", "", name)
    whole = re.sub(r"[\s\u0301\u200d]", "", title_of(box))
    if plain:
        assert plain in whole
        assert written.endswith("…") or re.sub(r"[\s\u0301\u200d]", "", written) == plain
    if len(name) > 100 and "\u0301" not in name:
        assert written.endswith("…")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_leaves_the_table_in_lines(name):
    text = to_text(graph_of(name))
    assert len(text.splitlines()) == 3
    assert all(char.isprintable() or char in "\n\u200d" for char in text)


def test_markup_is_escaped_once():
    picture = to_svg(graph_of(MARKUP))
    assert MARKUP not in picture
    assert "&amp;amp;" in picture
    assert MARKUP in title_of(box_of(picture, 0))


def test_in_a_browser_names_stay_in_their_boxes(browser):
    """The widths are an estimate; here the browser measures, with the fonts that this machine has."""
    graph = nx.MultiDiGraph()
    for node, name in enumerate(NAMES.values()):
        graph.add_node(node, name=name, kind="parameter", value=np.eye(3) * node, gradient=np.eye(3))
    page = browser.new_page()
    outside = []
    for values in CHOICES["values"]:
        page.set_content(to_svg(graph, look=Look(values=values)))
        outside += page.evaluate(
            """() => [...document.querySelectorAll('.ng-node')].flatMap(node => {
                const box = node.querySelector('.ng-box').getBoundingClientRect()
                return [...node.querySelectorAll('text')].filter(text => {
                    const t = text.getBoundingClientRect()
                    return t.left < box.left || t.right > box.right || t.top < box.top || t.bottom > box.bottom
                }).map(text => text.textContent)
            })"""
        )
    page.close()
    assert outside == []


# ---- arrays
@pytest.mark.parametrize("values", CHOICES["values"])
@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
def test_every_array_is_drawn_in_every_way(array, values):
    with np.errstate(all="raise"):
        picture = to_svg(graph_of(value=array, gradient=array), look=Look(values=values, heat=True))
        to_text(graph_of(value=array, gradient=array), Look(values=values, heat=True))
    check_boxes(picture)


@pytest.mark.parametrize(
    ("array", "summary"),
    [
        ("no rows", "empty"),
        ("NaN", "of the finite ones: min −2, mean −0.5, max 1, 2 NaN, 0 infinite"),
        ("all NaN", "4 NaN, 0 infinite"),
        ("infinite", "of the finite ones: min 1, mean 1, max 1, 0 NaN, 2 infinite"),
        ("NaN alone", "NaN"),
        ("infinity alone", "−∞"),
        ("complex", "|z|: of the finite ones: min 0, mean 2, max 5, 1 NaN, 0 infinite"),
        ("complex alone", "3−4i"),
        ("least", "min −4.94e−324, mean 0, max 4.94e−324, 0 NaN, 0 infinite"),
        ("booleans", "min 0, mean 0.5, max 1, 0 NaN, 0 infinite"),
        ("foreign bytes", "min 0, mean 1, max 2, 0 NaN, 0 infinite"),
    ],
)
def test_what_an_array_holds_is_said_on_hover(array, summary):
    box = box_of(to_svg(graph_of(value=ARRAYS[array], gradient=ARRAYS[array])), 0)
    assert f"value: {summary}" in title_of(box)
    assert f"gradient: {summary}" in title_of(box)
    shape = "×".join(map(str, ARRAYS[array].shape)) or "()"
    assert f"shape {shape}, {ARRAYS[array].dtype.name}" in title_of(box)


@pytest.mark.parametrize("value", ["three", b"three", object(), [[1], [2, 3]], {"a": 1}, np.datetime64("2026-11-22")])
def test_what_is_no_number_is_said_and_not_drawn_as_one(value):
    picture = to_svg(graph_of(value=value))
    check_boxes(picture)
    assert " at 0x" not in picture
    shown = title_of(box_of(picture, 0)) + to_text(graph_of(value=value))
    assert any(word in shown for word in ("three", "bytes", "list", "dict", "object", "2026-11-22"))


def test_huge_arrays_are_judged_by_a_sample_that_says_so():
    huge = np.broadcast_to(np.float32(2.5), (200_000, 300_000))  # 240 GB, had anybody to copy it
    start = time.process_time()
    picture = to_svg(graph_of(value=huge, gradient=huge), look=Look(heat=True))
    assert time.process_time() - start < 2
    check_boxes(picture)
    assert "min 2.5, mean 2.5, max 2.5" in picture
    assert "a sample of" in picture
    assert "shape 200000×300000, float32" in title_of(box_of(picture, 0))
    assert "a sample of" in to_text(graph_of(value=huge))


def test_of_a_large_array_every_element_counts():
    """A NaN among millions makes the result NaN, so nobody may be told that there is none."""
    large = np.ones((1000, 1000))
    large[123, 777], large[5, 5], large[9, 9] = np.nan, np.inf, -50
    said = to_text(graph_of(value=large))
    assert "of the finite ones: min −50, mean 1, max 1, 1 NaN, 1 infinite" in said
    assert "a sample of" not in said


def test_what_a_masked_array_hides_is_no_number():
    masked = np.ma.masked_array([1, 2], [False, True])
    assert "of the finite ones: min 1, mean 1, max 1, 1 NaN" in to_text(graph_of(value=masked))


# ---- graphs
class Strange:
    """A node that is neither a number nor a str, as other libraries have them."""


FOREIGN = {
    "empty": nx.DiGraph(),
    "one node": nx.empty_graph(1, nx.DiGraph),
    "only edges": nx.DiGraph([("x", "y"), ("y", "z")]),
    "tuples": nx.DiGraph([((0, 1), (0, 2)), ((0, 1), (1, 1))]),
    "mixed": nx.MultiDiGraph([(0, "y"), (0, "y"), (2.5, "y"), (Strange(), "y")]),
    "negative": nx.DiGraph([(-5, 10**12)]),
    "two parts": nx.DiGraph([(0, 1), (2, 3)]),
    "foreign attributes": nx.DiGraph([(0, 1, {"weight": 0.5, "label": "a"})]),
    "parallel edges": nx.MultiDiGraph([(0, 1)] * 12),
}


@pytest.mark.parametrize("direction", CHOICES["direction"])
@pytest.mark.parametrize("graph", FOREIGN.values(), ids=FOREIGN)
def test_foreign_graphs_are_drawn_whole(graph, direction):
    picture = to_svg(graph, look=Look(direction=direction))
    root = check_boxes(picture)
    assert " at 0x" not in picture + to_text(graph)
    assert len([each for each in root.iter(SVG + "g") if each.get("data-node")]) == len(graph)
    assert len([each for each in root.iter(SVG + "path") if each.get("data-edge")]) == graph.number_of_edges()
    assert len(to_text(graph).splitlines()) >= len(graph)


def attributed(node=(), edge=()):
    graph = nx.MultiDiGraph([(0, 1)])
    graph.nodes[1].update(node)
    graph.edges[0, 1, 0].update(edge)
    return graph


@pytest.mark.parametrize(
    ("graph", "error", "said"),
    [
        (nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a")]), CycleError, "a → b → c → a"),
        (nx.DiGraph([("a", "a")]), CycleError, "a → a"),
        (nx.DiGraph([(MARKUP * 50, "b"), ("b", MARKUP * 50)]), CycleError, "…"),
        (nx.cycle_graph(1000, nx.DiGraph), CycleError, "…"),
        (nx.path_graph(3), NotAGraphError, "an undirected graph"),
        (np.eye(3), NotAGraphError, "an ndarray"),
        ({"a": ["b"]}, NotAGraphError, "a dict"),
        (None, NotAGraphError, "None has none"),
        (attributed(node={"kind": "banana"}), AttributeValueError, "Node 1 has kind='banana'"),
        (attributed(node={"kind": np.eye(2)}), AttributeValueError, "Node 1 has kind="),
        (attributed(node={"shape": 3}), AttributeValueError, "Node 1 has shape=3"),
        (attributed(node={"shape": (2, -1)}), AttributeValueError, "Node 1 has shape=(2, -1)"),
        (attributed(node={"shape": (2.5,)}), AttributeValueError, "Node 1 has shape=(2.5,)"),
        (attributed(node={"shape": (9, 9), "value": [1, 2]}), AttributeValueError, "Node 1 has shape=(9, 9), but its"),
        (attributed(node={"group": {"a": 1}}), AttributeValueError, "Node 1 has group={'a': 1}"),
        (attributed(node={"members": "many"}), AttributeValueError, "Node 1 has members='many'"),
        (attributed(node={"count": -1}), AttributeValueError, "Node 1 has count=-1"),
        (attributed(edge={"position": "left"}), AttributeValueError, "0 → 1 has position='left'"),
        (attributed(edge={"position": 0.5}), AttributeValueError, "0 → 1 has position=0.5"),
    ],
)
def test_what_cannot_be_drawn_is_named(graph, error, said):
    with pytest.raises(error) as raised:
        validate(graph)
    message = str(raised.value)
    assert said in message
    assert issubclass(error, DisplayError)
    assert len(message) < 500
    assert message.endswith((".", "tensor."))


@pytest.mark.parametrize(
    "attributes",
    [
        {"name": 7},
        {"name": ""},
        {"name": Strange()},
        {"op": 3.5, "symbol": None},
        {"symbol": MARKUP},
        {"dtype": np.dtype("float32")},
        {"dtype": "bfloat16"},
        {"group": ["a", "b"]},
        {"gradient": "no number"},
        {"gradient": np.ones((7, 7)), "value": np.ones(3)},
        {"shape": [2, np.int64(3)]},
        {"shape": (0,)},
        {"kind": None},
        {"kind": ""},
        {"problem": MARKUP},
        {"unknown": Strange()},
    ],
    ids=lambda attributes: str(attributes).partition(" object at ")[0],  # an address is another one in every process
)
def test_odd_attributes_are_drawn_truly(attributes):
    if "Strange object" in str(attributes):
        attributes = {key: Strange() for key in attributes}
    for values, theme in itertools.product(CHOICES["values"], CHOICES["theme"]):
        picture = to_svg(attributed(node=attributes), look=Look(values=values, theme=theme))
        check_boxes(picture)
        assert " at 0x" not in picture
    to_text(attributed(node=attributes))


def test_a_graph_of_another_size_than_can_be_drawn_says_so_at_once():
    graph = nx.path_graph(100_000, nx.DiGraph)
    start = time.process_time()
    picture = to_svg(graph)
    assert time.process_time() - start < 0.1
    words = " ".join(ET.fromstring(picture).itertext())
    assert "100000" in re.sub(r"[,\s]", "", words)
    assert "ng.group(name)" in re.sub(r"\s+", " ", words)


def test_attributes_of_other_tools_are_taken_as_text_or_left_alone():
    graph = nx.DiGraph([("a", "b")])
    graph.add_node("a", group=1, shape="box")  # as D3 and GEXF number groups, and as Graphviz names shapes
    facts = normalise(graph).nodes[0]
    assert facts["group"] == ("1",)
    assert facts["shape"] is None
    assert "box" not in to_text(graph)
