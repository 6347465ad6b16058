"""Graphviz and Mermaid say what the picture of the same look says: numbers, what is lit, hot, changed or wrong."""

import re

import networkx as nx
import numpy as np
import pytest
from graphs import nasty_graph
from test_export_graphs import STATEMENT, graphviz

import nbgrad as ng
from nbgrad.display import Look, OptionError, compared
from nbgrad.display.export import to_dot, to_mermaid
from nbgrad.display.look import CHOICES

STYLE = re.compile(r" +(style n\d+|linkStyle \d+) (stroke|color):[\w#:,.\- ]+")


def graph(factor=1.0):
    """w, a matrix of 2 × 2; its product with the constant 0.5; their sum."""
    made = nx.MultiDiGraph()
    w = np.array([[1.23456, -2.0], [0.0, 4.0]]) * factor
    made.add_node(0, name="w", kind="parameter", value=w, gradient=np.full((2, 2), 0.5))
    made.add_node(1, kind="constant", value=0.5)
    made.add_node(2, name="y", op="multiply", kind="operation", value=w / 2, gradient=np.ones((2, 2)))
    made.add_node(3, name="s", op="sum", kind="operation", value=(w / 2).sum(), gradient=1.0)
    made.add_edges_from([(0, 2), (1, 2), (2, 3)])
    return made


def labels(look=None, made=None):
    """The lines of each node's label, the same in both languages."""
    made = graph() if made is None else made
    dot, mermaid = {}, {}
    for line in to_dot(made, look=look).splitlines():
        if found := re.match(r" +n(\d+) \[label=<(.*)>, tooltip=", line):
            dot[int(found[1])] = [re.sub("<[^>]*>", "", row) for row in found[2].split("<BR/>")]
    for line in to_mermaid(made, look=look).splitlines():
        if found := re.match(r' +n(\d+)\["(.*)"\]', line):
            said = re.sub(r"#(\d+);", lambda sign: chr(int(sign[1])), found[2])
            mermaid[int(found[1])] = said.split("<br/>")
    assert mermaid == dot
    return dot


def test_a_number_in_a_formula_is_said_once():
    assert labels()[1] == ["0.5"]
    assert labels(Look(digits=1), nx.relabel_nodes(graph(), {}))[1] == ["0.5"]
    assert labels(Look(values="shapes"))[1] == ["constant", "()"]


def test_by_default_arrays_are_said_in_words():
    assert labels()[0] == ["w", "2×2 float64", "min −2, mean 0.809, max 4", "∂ min 0.5, mean 0.5, max 0.5"]
    assert labels()[3] == ["s", "sum", "1.62", "∂ 1"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("numbers", ["w", "2×2 float64", "[1.2, −2]", "[0, 4]", "∂ [0.5, 0.5]", "[0.5, 0.5]"]),
        ("forward", ["w", "2×2 float64", "min −2, mean 0.81, max 4"]),
        ("shapes", ["w", "2×2 float64"]),
        ("none", ["w"]),
    ],
)
def test_what_boxes_show_is_chosen(values, said):
    assert labels(Look(values=values, digits=2))[0] == said


def test_a_large_array_is_its_corners():
    made = nx.DiGraph()
    made.add_node("x", kind="data", value=np.arange(100.0).reshape(10, 10))
    assert labels(Look(values="numbers"), made)[0][2:] == [
        "[0, 1, …, 9]",
        "[10, 11, …, 19]",
        "[…, …, …, …]",
        "[90, 91, …, 99]",
    ]


def test_what_is_highlighted_has_strong_lines_and_the_rest_is_dimmed():
    look = Look(highlight=("w", "s"))
    lit, dim = look.palette.lit, look.palette.dimmed
    dot, mermaid = to_dot(graph(), look=look), to_mermaid(graph(), look=look)
    widths = dict(re.findall(r'n(\d) \[label.*penwidth="([\d.]+)"', dot))
    assert [float(widths[node]) > 2.5 for node in "0123"] == [True, False, True, True]
    assert f'n0 -> n2 [color="{lit.lit_edge}", penwidth="2.6"];' in dot
    assert f'n1 -> n2 [color="{dim.edge}", penwidth="1.6"];' in dot
    assert f"style n1 stroke:{dim.line},stroke-width:1.4px,color:{dim.foreground}" in mermaid
    assert f"linkStyle 0 stroke:{lit.lit_edge},stroke-width:2.6px" in mermaid
    assert f"linkStyle 1 stroke:{dim.edge}" in mermaid
    for write in (to_dot, to_mermaid):
        with pytest.raises(OptionError, match="no such node"):
            write(graph(), look=Look(highlight="nobody"))


def test_heat_is_seen_on_the_edges():
    made = graph()
    made.nodes[0]["gradient"] = np.full((2, 2), np.nan)
    look = Look(heat=True)
    dot, mermaid = to_dot(made, look=look), to_mermaid(made, look=look)
    assert f'n0 -> n2 [color="{look.palette.not_finite}", penwidth="8", style="dashed"];' in dot
    assert re.search(r'n2 -> n3 \[color="#\w{6}", penwidth="4.8"\];', dot), "the only size is the middle of the scale"
    assert "n1 -> n2;" in dot, "a constant has no gradient"
    assert f"linkStyle 0 stroke:{look.palette.not_finite},stroke-width:8px,stroke-dasharray:6 4" in mermaid
    assert "linkStyle 1 " not in mermaid


def test_a_comparison_says_what_has_changed():
    made = compared(graph(), graph(2.0))
    assert labels(made=made)[0][2:5] == ["min −2, mean 0.809, max 4", "→ min −4, mean 1.62, max 8", "(by up to 4)"]
    in_numbers = ["[1.23, −2]", "[0, 4]", "→ [2.47, −4]", "[0, 8]", "(by up to 4)"]
    assert labels(Look(values="numbers"), made)[0][2:7] == in_numbers
    assert labels(made=made)[3][2] == "1.62 → 3.23"
    assert labels(made=made)[1] == ["0.5"]
    assert [rows[0][:2] == "Δ " for rows in labels(made=made).values()] == [True, False, True, True]


def test_what_has_changed_has_strong_lines_and_parameters_stay_green():
    made = compared(graph(), graph(2.0))
    changed, green = Look().palette.changed, Look().palette.box_lines["parameter"][0]
    assert re.findall(rf'n(\d) \[label.* color="{changed}", penwidth="2.6"', to_dot(made)) == ["2", "3"]
    assert re.findall(rf"style n(\d) stroke:{changed}", to_mermaid(made)) == ["2", "3"]
    assert f'color="{green}", penwidth="2.6"' in to_dot(made)
    assert f"style n0 stroke:{green},stroke-width:2.6px" in to_mermaid(made)


def test_the_mark_of_a_change_is_explained():
    made = compared(graph(), graph(2.0))
    assert 'label="Δ changed: before → after"; labelloc="b"' in to_dot(made)
    assert 'key["Δ changed: before → after"]' in to_mermaid(made).replace("#8594;", "→")
    same = compared(graph(), graph())
    assert 'label="Nothing has changed."' in to_dot(same)
    assert 'key["Nothing has changed' in to_mermaid(same)
    assert "Δ" not in to_dot(same) + to_mermaid(same)
    assert "key[" not in to_mermaid(graph())


def test_what_goes_wrong_is_said():
    made = graph()
    made.nodes[2].update(problem="NaN", stale="unfit")
    assert labels(made=made)[2][-2:] == ["NaN arises here", "not from these inputs"]
    assert f'color="{Look().palette.problem}", penwidth="3"' in to_dot(made)


def test_a_drawing_hands_its_options_on(tmp_path):
    x = ng.tensor([1.0, 2.0], requires_grad=True, name="x")
    drawing = ng.draw(x * 3.0, values="numbers", direction="TB", theme="dark", highlight=x, digits=1)
    for text in (drawing.to_dot(), drawing.save(tmp_path / "a.dot").read_text(encoding="utf-8")):
        assert 'rankdir="TB"; bgcolor="#111418"' in text
        assert "[1, 2]" in text
        assert 'penwidth="3.6"' in text
    for text in (drawing.to_mermaid(), drawing.save(tmp_path / "a.mmd").read_text(encoding="utf-8")):
        assert text.startswith("flowchart TB")
        assert "#91;1, 2#93;" in text
        assert "style n0 " in text


def test_a_row_says_in_its_tooltip_which_groups_it_is():
    made = nx.DiGraph()
    made.add_node("layer", kind="group", members=9, count=3, row=('layer "1"', "b", "layer <3>"))
    text = to_dot(made)
    assert "<B>layer × 3 in a row</B>" in text
    assert 'layer \\"1\\" to layer <3>, each computed from the one before' in text
    graphviz(text, "json")


@pytest.mark.parametrize("theme", CHOICES["theme"])
@pytest.mark.parametrize("values", CHOICES["values"])
def test_every_look_of_hostile_names_is_text_that_can_be_read(values, theme):
    made = nasty_graph()
    some = list(made)[:3]
    look = Look(values=values, theme=theme, highlight=tuple(some), heat=True)
    graphviz(to_dot(made, look=look), "json")
    for line in to_mermaid(made, look=look).splitlines():
        assert STATEMENT.fullmatch(line) or STYLE.fullmatch(line), line
    assert to_dot(made, look=look) == to_dot(made, look=look)


def test_heat_is_told_below():
    """Neither language has grounds in several colours, so what a folded box stands for is told in words."""
    made = graph()
    made.nodes[2].update(gradient=1.0)
    look = Look(heat=True)
    assert "\nEach edge" not in to_dot(made), "without heat nothing is told"
    assert 'label="Size of gradients (root mean square): ' in to_dot(made, look=look)
    assert 'key["Size of gradients (root mean square): ' in to_mermaid(made, look=look)
