"""What may be chosen of a picture: each option does what it says, in colours that can be read, and nothing overlaps."""

import itertools
import re
import xml.etree.ElementTree as ET

import networkx as nx
import numpy as np
import pytest
from graphs import matrix_graph, scalar_graph
from test_display_svg import SVG, check_boxes

from nbgrad.display import Look, OptionError, to_svg, to_text
from nbgrad.display.heat import UNKNOWN, heat_of, size_of
from nbgrad.display.highlight import lit
from nbgrad.display.look import CHOICES
from nbgrad.display.schema import normalise

EVERY = [
    {"direction": direction, "values": values, "theme": theme, "heat": heat}
    for direction, values, theme in itertools.product(*CHOICES.values())
    for heat in (False, True)
]


def box_of(picture, node):
    return next(each for each in ET.fromstring(picture).iter(SVG + "g") if each.get("data-node") == str(node))


def said(element):
    return [text.text for text in element.iter(SVG + "text")]


@pytest.mark.parametrize("make", [scalar_graph, matrix_graph])
@pytest.mark.parametrize("options", EVERY, ids=lambda options: "-".join(map(str, options.values())))
def test_nothing_overlaps_whatever_is_chosen(make, options):
    graph = make(True)[0]
    check_boxes(to_svg(graph, look=Look(**options)))


@pytest.mark.parametrize("digits", range(1, 13))
def test_digits_are_significant_digits_and_have_room(digits):
    graph = nx.MultiDiGraph()
    graph.add_node(0, name="x", value=-np.pi * 1e-5, shape=(), kind="parameter", gradient=np.e * 1e30)
    picture = to_svg(graph, look=Look(digits=digits))
    check_boxes(picture)
    written = said(box_of(picture, 0))[1]
    assert float(written.replace("−", "-")) == float(f"{-np.pi * 1e-5:.{digits - 1}e}")
    assert written in to_text(graph, Look(digits=digits))


def test_values_say_which_numbers_are_shown():
    graph = matrix_graph(True)[0]
    node = next(node for node, facts in graph.nodes(data=True) if facts["kind"] == "parameter")
    facts = graph.nodes[node]
    shown = {values: said(box_of(to_svg(graph, look=Look(values=values)), node)) for values in CHOICES["values"]}
    assert shown["none"] == [facts["name"]]
    assert shown["shapes"][:2] == [facts["name"], f"{'×'.join(map(str, facts['shape']))} float64"]
    assert len(shown["shapes"]) == 2
    assert "value" in shown["forward"]
    assert "gradient" not in shown["forward"]
    assert {"value", "gradient"} <= set(shown["auto"])
    assert "∂" in shown["numbers"]
    corner = f"{facts['value'].reshape(-1)[0]:.3g}".replace("-", "−")
    assert corner in shown["numbers"]


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("direction", "RL"),
        ("direction", None),
        ("values", "all"),
        ("values", True),
        ("theme", "solarized"),
        ("theme", ["dark"]),
        ("digits", 0),
        ("digits", 13),
        ("digits", 2.5),
        ("digits", True),
        ("digits", "3"),
        ("heat", 1),
        ("heat", "yes"),
        ("highlight", 1.5),
        ("highlight", [None]),
        ("highlight", True),
        ("highlight", {"x": 1}),
        ("highlight", object()),
    ],
)
def test_a_value_that_means_nothing_is_named_with_what_there_is(option, given):
    with pytest.raises(OptionError, match=f"^{option}=") as raised:
        Look(**{option: given})
    assert "Use " in str(raised.value)
    assert " at 0x" not in str(raised.value)


def test_an_option_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(OptionError, match=r"no option 'colour'.*theme"):
        Look().but(colour="red")


# ---- highlighting
def diamond():
    """x → a → b → loss, with a side way x → c → loss and something beside: w → b."""
    graph = nx.MultiDiGraph()
    for node, name in enumerate(["x", "w", "a", "b", "c", "loss"]):
        graph.add_node(node, name=name, value=1.0, kind="parameter" if node < 2 else "operation")
    graph.add_edges_from([(0, 2), (2, 3), (1, 3), (3, 5), (0, 4), (4, 5)])
    return graph


@pytest.mark.parametrize(
    ("highlight", "nodes"),
    [
        (("x", "loss"), {0, 2, 3, 4, 5}),
        (("a", "b"), {2, 3}),
        (("b", "a"), {2, 3}),
        ((2, "loss"), {2, 3, 5}),
        ("w", {1}),
        (("w", "c"), {1, 4}),
    ],
)
def test_highlighted_are_nodes_and_the_ways_between_them(highlight, nodes):
    graph = diamond()
    found = lit(normalise(graph), Look(highlight=highlight))
    assert found.nodes == nodes
    assert {(u, v) for u, v, _ in found.edges} == {(u, v) for u, v in graph.edges() if u in nodes and v in nodes}
    picture = to_svg(graph, look=Look(highlight=highlight))
    outlines = {node: box_of(picture, node).find(SVG + "rect").get("stroke-width") for node in graph}
    assert {node for node in graph if float(outlines[node]) > 2.5} == nodes
    names = ", ".join(graph.nodes[node]["name"] for node in graph if node in nodes)
    assert f"Highlighted: {names}." in to_text(graph, Look(highlight=highlight))
    assert f"Highlighted: {names}." in picture


def test_a_name_that_several_have_lights_all_of_them():
    graph = diamond()
    graph.nodes[4]["name"] = "a"
    assert lit(normalise(graph), Look(highlight="a")).nodes == {2, 4}


def test_what_is_not_there_is_named_with_what_there_is():
    with pytest.raises(OptionError, match=r"highlight='y': the graph has no such node\. There are: 'x', 'w', 'a"):
        to_svg(diamond(), look=Look(highlight="y"))
    with pytest.raises(OptionError, match="highlight=17"):
        to_svg(diamond(), look=Look(highlight=17))


# ---- heat
def chain(sizes):
    graph = nx.MultiDiGraph()
    for node, size in enumerate(sizes):
        graph.add_node(node, kind="operation" if node else "parameter", name=f"h{node}", value=1.0, gradient=size)
    graph.add_edges_from(itertools.pairwise(range(len(sizes))))
    return graph


def widths(picture):
    found = {}
    for path in ET.fromstring(picture).iter(SVG + "path"):
        if path.get("data-edge"):
            found[path.get("data-edge")] = float(path.get("stroke-width")), path.get("stroke")
    return [found[edge] for edge in sorted(found, key=lambda edge: int(edge.split("-")[0]))]


@pytest.mark.parametrize("theme", CHOICES["theme"])
def test_vanishing_gradients_are_thin_and_exploding_ones_thick(theme):
    sizes = [1e-9, 1e-6, 1e-3, 1.0, 1e3, 1.0]
    shown = widths(to_svg(chain(sizes), look=Look(heat=True, theme=theme)))
    thickness = [width for width, _ in shown]
    assert thickness == sorted(thickness)
    assert min(later - earlier for earlier, later in itertools.pairwise(thickness)) > 1
    assert len({colour for _, colour in shown}) == 5


def test_heat_has_a_scale_and_a_sentence():
    graph = chain([1e-9, 1e-3, 1.0])
    picture = to_svg(graph, look=Look(heat=True))
    assert {"1e−9", "1", "size of gradients:"} <= set(said(ET.fromstring(picture)))
    sentence = "Size of gradients (root mean square): least 1e−9 at h0, greatest 1 at h2."
    assert sentence in to_text(graph, Look(heat=True))
    assert sentence in picture


def test_no_gradient_a_zero_one_and_a_broken_one_are_told_apart():
    shown = [to_svg(chain([size, 1.0]), look=Look(heat=True)) for size in (None, 0.0, 1e-3, np.nan, np.inf)]
    looks = [re.search(r'<path[^>]*data-edge="0-1-0"[^>]*>', picture)[0] for picture in shown]
    dashes = [re.search(r'stroke-dasharray="([^"]*)"', look) for look in looks]
    assert [found and found[1] for found in dashes] == ["8 6", "2 5", None, "10 4", "10 4"]
    assert looks[0] != looks[2]
    assert "There is NaN or ∞ in the gradient of: h0." in to_text(chain([np.nan, 1.0]), Look(heat=True))
    assert "There are no gradients yet." in to_text(chain([None, None]), Look(heat=True))


@pytest.mark.parametrize("gradient", [np.full(3, 1e308), np.full(3, 5e-324), np.array([3 + 4j, 3 - 4j, 5])])
def test_sizes_neither_overflow_nor_lose_the_imaginary_part(gradient):
    assert size_of(gradient) == pytest.approx(abs(gradient[0]))
    assert len(heat_of(normalise(chain([gradient, 1.0]))).sizes) == 2
    check_boxes(to_svg(chain([gradient, 1.0]), look=Look(heat=True)))


def test_the_scale_of_heat_is_the_range_that_is_there():
    found = heat_of(normalise(chain([0.3, 0.9, 2.4])))
    assert [round(10**end, 6) for end in (found.lowest, found.highest)] == [0.3, 2.4]
    assert [found.share(size) for size in (0.3, 2.4)] == [0.0, 1.0]


def test_gradients_of_almost_one_size_look_so():
    found = heat_of(normalise(chain([1.0, 1.1, 1.0])))
    assert 0.4 < found.share(1.0) < found.share(1.1) < 0.6
    assert 10 ** (found.highest - found.lowest) > 3


@pytest.mark.parametrize("sizes", [[5e-324, 5e-324], [1.7e308, 1.7e308], [5e-324, 1.7e308]])
def test_the_scale_of_heat_ends_where_numbers_end(sizes):
    found = heat_of(normalise(chain(sizes)))
    assert 0 < 10.0**found.lowest < 10.0**found.highest < np.inf
    check_boxes(to_svg(chain(sizes), look=Look(heat=True)))


# ---- highlighted, and apart
def test_highlighting_says_where_there_is_no_way():
    graph = nx.DiGraph([("a", "c"), ("b", "c")])
    said = "No way to or from the other highlighted nodes: a, b."
    picture = to_svg(graph, look=Look(highlight=("a", "b")))
    assert picture.count(said) == 2  # in the description and below the drawing
    assert said in to_text(graph, Look(highlight=("a", "b")))


@pytest.mark.parametrize("highlight", [("a", "c"), ("a", "b", "c"), ("a",)])
def test_where_there_is_a_way_nothing_more_is_said(highlight):
    graph = nx.DiGraph([("a", "c"), ("b", "c")])
    assert "No way" not in to_svg(graph, look=Look(highlight=highlight)) + to_text(graph, Look(highlight=highlight))


def test_a_gradient_that_is_not_known_is_neither_small_nor_zero():
    graph = nx.DiGraph([("w", "h"), ("data", "h"), ("data", "scaled"), ("scaled", "loss"), ("h", "loss")])
    graph.nodes["w"].update(kind="parameter", gradient=0.5)
    graph.nodes["data"].update(kind="data")
    found = heat_of(normalise(graph))
    assert [normalise(graph).nodes[node]["name"] for node in sorted(found.unknown)] == ["h", "loss"]
    picture = to_svg(graph, look=Look(heat=True))
    assert picture.count("not known") == 1
    assert picture.count(UNKNOWN) == 2  # the edge from h, and the key
    assert "not known" not in to_svg(normalise(chain([0.5, 0.5])), look=Look(heat=True))


# ---- what the key to heat says
def keys(graph, **look):
    """The words of the key to the colours."""
    legend = next(g for g in ET.fromstring(to_svg(graph, look=Look(heat=True, **look))).iter(SVG + "g")
                  if g.get("class") == "ng-legend")  # fmt: skip
    return said(legend)


def test_the_ends_of_the_scale_are_numbers_that_are_there():
    words = keys(chain([0.9, 0.95, 1.0]))
    assert words == ["size of gradients:", "0.9", "1"]
    assert keys(chain([0.123456, 1.0]), digits=5) == ["size of gradients:", "0.12346", "1"]
    assert keys(chain([1.0, 1.0])) == ["size of gradients:", "1"]


@pytest.mark.parametrize("values", ["auto", "numbers", "shapes"])
def test_the_key_explains_the_line_of_what_is_not_finite(values):
    assert "NaN or ∞" in keys(chain([np.nan, 0.5, 1.0]), values=values)
    assert "NaN or ∞" not in keys(chain([0.25, 0.5, 1.0]), values=values)
    assert keys(chain([np.nan, np.inf]), values=values) == ["size of gradients:", "NaN or ∞"]


def test_what_is_dimmed_does_not_count_in_the_scale():
    graph = chain([1e-9, 0.5, 0.0, 0.75, np.nan])
    said = "Heat is that of what is highlighted."
    assert keys(graph, highlight=("h1", "h3")) == ["size of gradients:", "0.5", "0.75", "zero", said]
    assert "least 0 at h2, greatest 0.75 at h3" in to_text(graph, Look(heat=True, highlight=("h1", "h3")))
    without = chain([1.0, 2.0, None])
    assert "There are no gradients yet." not in to_svg(without, look=Look(heat=True, highlight=("h2",)))


def test_digits_hold_for_the_numbers_under_the_pictures_of_arrays_as_far_as_there_is_room():
    graph = nx.DiGraph()
    graph.add_node("x", kind="parameter", value=np.array([1.2345, 0.5]))
    ends = {digits: re.search("±[0-9.]+", to_svg(graph, look=Look(digits=digits)))[0] for digits in (1, 2, 3, 4)}
    assert ends == {1: "±1", 2: "±1.2", 3: "±1.23", 4: "±1.234"}
