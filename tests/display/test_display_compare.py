"""Two runs of the same graph: what has changed is marked, and graphs that differ are told so with the place."""

import re
import xml.etree.ElementTree as ET

import networkx as nx
import numpy as np
import pytest
from test_display_look import box_of, said
from test_display_svg import check_boxes

from nbgrad.display import Look, compared, to_svg, to_text
from nbgrad.display.compare import DifferentGraphsError, changes, greatest_change
from nbgrad.display.look import CHOICES


def run(x=2.0, k=0.5, w=None, op="mul"):
    graph = nx.MultiDiGraph()
    graph.add_node(0, name="x", kind="data", value=np.asarray(x))
    graph.add_node(1, name="k", kind="parameter", value=np.asarray(k), gradient=np.asarray(x))
    graph.add_node(2, name="y", kind="operation", op=op, value=np.asarray(x * k), gradient=np.ones(np.shape(x)))
    graph.add_edges_from([(0, 2, {"position": 0}), (1, 2, {"position": 1})])
    if w is not None:
        graph.add_node(3, name="w", kind="parameter", value=np.asarray(w))
    return graph


def test_scalars_are_shown_as_they_were_and_as_they_are():
    picture = to_svg(compared(run(k=0.5), run(k=0.7)))
    assert "0.5 → 0.7" in said(box_of(picture, 1))
    assert "Δ" in said(box_of(picture, 1))
    assert "1 → 1.4" in said(box_of(picture, 2))
    assert "Δ" not in said(box_of(picture, 0))
    assert "before: value: 0.5" in picture
    check_boxes(picture)


def test_the_table_lists_what_changed():
    lines = to_text(compared(run(k=0.5), run(k=0.7))).splitlines()
    assert lines[lines.index("Changed:") + 1 :] == ["  k: value 0.5 → 0.7", "  y: value 1 → 1.4"]


def test_arrays_say_by_how_much():
    old, new = np.zeros((3, 4)), np.zeros((3, 4))
    new[1, 2] = -0.25
    graph = compared(run(k=old), run(k=new))
    picture = to_svg(graph)
    assert "Δ 0.25" in said(box_of(picture, 1))
    assert "(by up to 0.25)" in to_text(graph)
    check_boxes(picture)


def test_numbers_of_a_table_that_changed_are_bold():
    old, new = np.zeros((2, 2)), np.array([[0.0, 3.0], [0.0, 0.0]])
    box = box_of(to_svg(compared(run(k=old), run(k=new)), look=Look(values="numbers")), 1)
    bold = [text.text for text in box.iter() if text.get("font-weight") == "700"]
    assert bold == ["3"]


@pytest.mark.parametrize("value", [0.5, np.nan, np.eye(3), np.array([np.nan, np.inf]), np.zeros((0, 2))])
def test_nothing_has_changed_is_said_too(value):
    graph = compared(run(k=value), run(k=value))
    assert "Nothing has changed." in to_text(graph)
    assert "Nothing has changed." in to_svg(graph)
    assert "Δ" not in to_svg(graph)


def test_names_may_differ_and_runs_stay_as_they_were():
    one, other = run(), run(k=3.0)
    other.nodes[1]["name"] = "slope"
    assert compared(one, other).nodes[1]["change"].changed == ("value",)
    assert "change" not in other.nodes[1]


@pytest.mark.parametrize(("old", "new", "most"), [(1.0, np.nan, np.nan), (np.inf, np.inf, 0), (1, 1 + 2j, 2)])
def test_the_greatest_change(old, new, most):
    np.testing.assert_equal(greatest_change(np.asarray([old]), np.asarray([new])), most)


def test_a_gradient_that_is_there_now_is_a_change():
    before = run()
    before.nodes[1]["gradient"] = None
    graph = compared(before, run())
    assert graph.nodes[1]["change"].changed == ("gradient",)
    assert "∂ — → 2" in said(box_of(to_svg(graph), 1))


@pytest.mark.parametrize("theme", CHOICES["theme"])
@pytest.mark.parametrize("values", CHOICES["values"])
@pytest.mark.parametrize("direction", CHOICES["direction"])
def test_nothing_overlaps_where_two_runs_are_compared(theme, values, direction):
    rng = np.random.default_rng(0)
    one, other = (run(x=rng.normal(size=(4, 3)), k=rng.normal(size=(4, 3))) for _ in range(2))
    check_boxes(to_svg(compared(one, other), look=Look(theme=theme, values=values, direction=direction)))
    check_boxes(to_svg(compared(run(), run(x=-1.25e-7)), look=Look(theme=theme, values=values, direction=direction)))


def turned():
    graph = run()
    graph.edges[0, 2, 0]["position"], graph.edges[1, 2, 0]["position"] = 1, 0
    return graph


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (run(op="add"), "node 2: before it is y = mul(x, k) of shape (), after it is y = add(x, k) of shape ()"),
        (turned(), "node 2: before it is y = mul(x, k) of shape (), after it is y = mul(k, x) of"),
        (run(k=np.ones(3)), "node 1: before it is k = parameter of shape (), after it is k = parameter of shape 3"),
        (run(w=1.0), "before it has 3 nodes, after it has 4. The first that only one of them has is w = parameter"),
        (nx.MultiDiGraph(), "before it has 3 nodes, after it has 0"),
    ],
)
def test_graphs_that_differ_are_told_so_with_the_place(other, said):
    with pytest.raises(DifferentGraphsError) as raised:
        compared(run(), other)
    assert said in str(raised.value)
    assert str(raised.value).startswith("These are not two runs of the same graph")
    assert "Compare results of the same code." in str(raised.value)


def test_large_arrays_say_how_large_they_were_and_are():
    picture = to_svg(compared(run(x=np.full((3, 4), 38.8), k=0.5), run(x=np.full((3, 4), 0.584), k=0.5)))
    shown = said(box_of(picture, 2))
    assert [each for each in ("±19.4", "±0.292", "Δ 19.1") if each not in shown] == []
    assert "the greater ±" in picture


def test_gradients_that_are_not_shown_are_not_compared():
    before, after = run(), run()
    before.nodes[0]["gradient"], after.nodes[0]["gradient"] = np.asarray(1.0), np.asarray(2.0)
    assert compared(before, after).nodes[0]["change"] is None


def test_a_change_below_the_shown_digits_is_told_with_as_many_as_it_takes():
    runs = [nx.DiGraph() for _ in range(2)]
    for run, value in zip(runs, (3.0, 3.0 - 1e-9), strict=True):
        run.add_node("a", kind="parameter", value=value)
    graph = compared(*runs)
    assert "value 3 → 2.999999999" in "\n".join(changes(graph))
    assert "3 → 2.999999999" in to_svg(graph)


def test_the_arrow_between_two_pictures_begins_after_the_first():
    """Also where the first is an empty place, which is wider than the picture of a narrow array."""
    old, new = run(k=np.ones((4, 3))), run(k=np.full((4, 3), 0.5))
    old.nodes[1]["gradient"], new.nodes[1]["gradient"] = None, np.ones((4, 3))
    pictures = box_of(to_svg(compared(old, new)), 1)
    text = ET.tostring(pictures, encoding="unicode")
    empty = text.index("ng-absent")
    width = float(re.search(r'width="([\d.]+)"', text[empty:])[1])
    start = float(re.search(r' d="M([\d.]+),', text[empty:])[1])
    assert start > width
