"""Results that were named by what they are computed from have names of their own, even where it is the same."""

import nbgrad as ng
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session


def names(root):
    return [vertex.label for vertex in picture_of(root).vertices if vertex.op is not None]


def leaf():
    return ng.tensor(0.5, requires_grad=True, name="x")


def test_what_is_written_twice_is_numbered():
    x = leaf()
    assert names(x.exp() / (x.exp() + x)) == ["exp(x)₁", "exp(x)₂", "v₁", "v₂"]
    assert names(x * x + (x * x) * x)[:2] == ["(x·x)₁", "(x·x)₂"], "x·x₁ would be x times x₁"


def test_a_single_one_keeps_its_name():
    x = leaf()
    assert names(x.exp() * x)[0] == "exp(x)"


def test_equations_and_captions_call_them_alike():
    x = leaf()
    y = x.exp() / (x.exp() + x)
    payload = Session(picture_of(y)).payload()
    equations = ["".join(token["text"] for token in frame["equation"]) for frame in payload["frames"]]
    assert equations[0].startswith("exp(x)₁ = e^x")
    assert any("∂v₂/∂exp(x)₂" in equation for equation in equations)
    assert [facts["name"] for facts in payload["nodes"].values()].count("exp(x)") == 0
    assert all("<mi>exp(x)₁</mi>" in frame["math"] for frame in payload["frames"][:1])
