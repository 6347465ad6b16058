"""The graph in the languages of Graphviz and Mermaid: whatever it is called, it is a label, and nothing else."""

import json
import re
import shutil
import subprocess

import networkx as nx
import pytest
from graphs import matrix_graph, nasty_graph, scalar_graph

from nbgrad.display import NotAGraphError
from nbgrad.display.export import to_dot, to_mermaid
from nbgrad.display.measure import clean

STATEMENT = re.compile(
    r"""flowchart\ (LR|TB)
    | \s+n\d+\["(?:[^"\n<>#]|\#\w+;|<br/>)*"\]:::(parameter|data|constant|operation|group)
    | \s+subgraph\ g\d+\["(?:[^"\n<>#]|\#\w+;)*"\]
    | \s+end
    | \s+style\ g\d+\ fill:none,stroke:\#\w{6}
    | \s+key\["(?:[^"\n<>#]|\#\w+;|<br/>)*"\]
    | \s+style\ key\ fill:none,stroke:none,color:\#\w{6}
    | \s+n\d+\ -->\ n\d+
    | \s+classDef\ \w+\ [\w#:,.-]+""",
    re.VERBOSE,
)


def graphviz(text, form):
    """What Graphviz makes of a graph; it must have nothing to complain of."""
    if shutil.which("dot") is None:
        pytest.skip("the program dot of Graphviz is not installed")
    done = subprocess.run(["dot", f"-T{form}"], input=text.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr
    complaints = [line for line in done.stderr.decode().splitlines() if "cannot find font" not in line]
    assert not complaints
    return done.stdout.decode()


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_graphviz_reads_names_as_labels(direction):
    graph = nasty_graph()
    read = json.loads(graphviz(to_dot(graph, direction), "json"))
    assert read["rankdir"] == direction
    nodes = {found["name"]: found for found in read["objects"] if found["name"].startswith("n")}
    assert len(nodes) == len(graph)
    assert len(read["edges"]) == graph.number_of_edges()
    for node, name in graph.nodes(data="name"):
        if clean(name):
            said = graphviz_text(nodes[f"n{node}"]["label"])
            assert said.startswith(clean(name, 60)), name
            tooltip = nodes[f"n{node}"]["tooltip"].replace('\\"', '"').replace("\\\\", "\\")
            assert tooltip == clean(name, 500)


def graphviz_text(label):
    """What is seen of the first line of a label of the HTML kind."""
    first = re.sub(r"<[^>]*>", "", label.partition("<BR/>")[0])
    for escaped, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        first = first.replace(escaped, sign)
    return first


def test_graphviz_frames_the_groups():
    read = json.loads(graphviz(to_dot(nasty_graph()), "json"))
    frames = [found for found in read["objects"] if found["name"].startswith("cluster")]
    assert {'outer <b> "x"', "inner ]", "line break"} == {frame["label"] for frame in frames}


@pytest.mark.parametrize("make", [scalar_graph, matrix_graph])
def test_graphviz_draws_a_network(make):
    graph = make(True)[0]
    drawn = graphviz(to_dot(graph), "svg")
    for _, name in graph.nodes(data="name"):
        assert f">{name}<" in drawn.replace("&#45;", "-")
    assert "∂" in drawn


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_every_line_of_mermaid_is_a_statement(direction):
    text = to_mermaid(nasty_graph(), direction)
    for line in text.splitlines():
        assert STATEMENT.fullmatch(line), line
    assert text.count("subgraph ") == len(re.findall(r"^ +end$", text, re.MULTILINE))
    assert text.startswith(f"flowchart {direction}\n")


def test_mermaid_says_names_values_and_gradients():
    text = to_mermaid(scalar_graph(True)[0])
    assert 'n0["k<br/>0.5<br/>∂ ' in text
    assert 'n7["loss<br/>squared#95;error<br/>' in text
    assert "∂ not yet" in to_mermaid(scalar_graph()[0])


def test_what_mermaid_would_take_for_a_line_break_is_none():
    text = to_mermaid(nx.relabel_nodes(nx.DiGraph([(0, 1)]), {0: "back\\new", 1: "\\\\n"}))
    assert "back#92;\N{WORD JOINER}new" in text
    assert "#92;#92;\N{WORD JOINER}n" in text


def test_the_same_text_every_time():
    for write in (to_dot, to_mermaid):
        assert write(nasty_graph()) == write(nasty_graph())


def test_what_is_no_graph_is_refused():
    for write in (to_dot, to_mermaid):
        with pytest.raises(NotAGraphError):
            write(nx.Graph([(0, 1)]))


def test_an_empty_graph_is_one():
    assert json.loads(graphviz(to_dot(nx.DiGraph()), "json")).get("objects") is None
    assert to_mermaid(nx.DiGraph()) == "flowchart LR"


def test_a_collapsed_group_is_a_node():
    graph = nx.MultiDiGraph([(0, 1)])
    graph.nodes[1].update(kind="group", name="layer 1", members=5)
    assert ">layer 1<" in graphviz(to_dot(graph), "svg")
    assert 'n1["layer 1<br/>5 nodes' in to_mermaid(graph)
    assert "classDef group " in to_mermaid(graph)
