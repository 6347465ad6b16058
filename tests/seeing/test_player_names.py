"""Names are data: whatever signs are in them, the player's formulas show them as they are."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn
from nbgrad.display import latex

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


def leaves_of(made):
    """The texts of a <math> element, each with the kind of element that holds it."""
    tree = ET.fromstring(made)
    kinds = ("mi", "mn", "mo", "mtext")
    return [(e.tag.removeprefix(NAMESPACE), e.text) for e in tree.iter() if e.tag.removeprefix(NAMESPACE) in kinds]


def test_parameters_of_a_network_are_called_by_their_whole_names():
    net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    loss = (net(np.ones((3, 2))) ** 2).mean()
    payload = ng.animate(loss, level="tensor").payload
    named = [node["name"] for node in payload["nodes"].values() if node["kind"] == "parameter"]
    assert len(named) == 4
    odd = [name for name in named if not latex.is_word(name)]
    assert odd, "the names of this network would test nothing"
    for name in odd:
        steps = [f for f in payload["frames"] if payload["nodes"][str(f["target"])]["name"] == name]
        assert {frame["phase"] for frame in steps} == {"backward", "update"}
        for frame in steps:
            assert ("mi", name) in leaves_of(frame["math"]), frame["equation"]


@pytest.mark.parametrize("name", ["2nd", "100%", "a<b", "p(y|x)", "λ=0.1", "a/b", "x²", "4.weight", "if x", "(", "ᵀ"])
def test_a_name_with_signs_in_it_stays_one_piece(name):
    x = ng.tensor(3.0, requires_grad=True, name=name)
    y = ng.tensor(2.0, requires_grad=True, name="y")
    payload = ng.animate(x * y + x).payload
    for frame in payload["frames"]:
        if payload["nodes"][str(frame["target"])]["name"] == name:
            assert ("mi", name) in leaves_of(frame["math"]), frame["equation"]
    [edge] = [edge for edge in payload["edges"].values() if edge["from"] == "y"]
    assert edge["math"] is None  # it is that of the edge's step
    assert ("mi", name) in leaves_of(payload["frames"][edge["frame"]]["math"])
    derivatives = [local for node in payload["nodes"].values() for local in node["locals"] if local["formula"] == name]
    assert derivatives
    assert all(leaves_of(local["math"]) == [("mi", name)] for local in derivatives)


def test_results_named_by_their_formulas_are_still_formulas():
    x = ng.tensor(3.0, requires_grad=True, name="x")
    y = ng.tensor(2.0, requires_grad=True, name="y")
    payload = ng.animate((x * y) ** 2 + x / y).payload
    said = [leaves_of(frame["math"]) for frame in payload["frames"]]
    assert not any(("mi", name) in leaves for leaves in said for name in ("x·y", "x/y"))
    assert any("<mfrac><mi>x</mi><mi>y</mi></mfrac>" in frame["math"] for frame in payload["frames"])


def test_a_word_before_a_number_keeps_its_distance():
    x = ng.tensor(0.6, requires_grad=True, name="x")
    y = np.tanh(x)
    frame = ng.animate(y * 2).payload["frames"][0]
    assert '<mi>tanh</mi><mspace width="0.167em" /><mrow class="ng-token-value"><mn>0.6</mn>' in frame["math"]
