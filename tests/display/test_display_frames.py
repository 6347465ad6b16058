"""The frames of the player: captions, equations with their numbers, sentences, gradients; and the payload."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from graphs import matrix_graph, scalar_graph, square_graph

from nbgrad.display import Step, frames, measure, to_svg
from nbgrad.display.messages.english import SENTENCES


def said(frame):
    return "".join(token.text for token in frame.equation)


def test_the_equation_of_the_sketch():
    frame = frames(*scalar_graph())[2]
    assert said(frame) == "∂loss/∂z = ∂loss/∂ŷ · σ(z)(1 − σ(z)) = −0.29748 × 0.18737 = −0.0557"
    assert [token.role for token in frame.equation if token.role != "plain"] == ["gradient", "value", "gradient"]
    assert frame.sentence.startswith("Sigmoid passes on 19% of the gradient")
    assert (frame.caption, frame.label, frame.active, frame.target, frame.edge) == ("sigmoid", "× 0.187", 6, 5, "5-6-0")


def test_the_seed_starts_at_the_root():
    frame = frames(*scalar_graph())[0]
    assert (frame.caption, frame.active, frame.target, frame.edge) == ("start", 7, 7, None)
    assert said(frame) == "∂loss/∂loss = 1"


def test_two_arrivals_add_up():
    first, second = frames(*square_graph())[1:]
    assert first.caption == "mul · first of 2 to arrive"
    assert said(first).endswith("= 1 × 3 = 3")
    assert second.caption == "mul · 2 of 2: adds up"
    assert said(second) == "∂y/∂x = 3 + ∂y/∂y · x = 3 + 1 × 3 = 3 + 3 = 6"
    assert "3" in first.gradient
    assert "∂ 6" in second.gradient


def test_matrices_are_told_by_shapes_and_one_number():
    frame = frames(*matrix_graph())[3]
    total = np.abs(matrix_graph()[1][3].total).mean()
    assert said(frame).startswith("∂loss/∂W2 = hᵀ · ∂loss/∂ŷ (10×16 · 16×1 → 10×1) average size ")
    assert float(frame.equation[-1].text) == pytest.approx(total, rel=5e-3)


def test_elementwise_steps_show_the_range_of_the_local_derivative():
    frame = frames(*matrix_graph())[5]
    assert re.fullmatch(r"× 0\.\d+ … 0\.25", frame.label)
    assert "16×10 ⊙ 16×10 → 16×10" in said(frame)


@pytest.mark.parametrize("make", [scalar_graph, square_graph, matrix_graph])
def test_the_last_gradients_equal_those_of_the_still_picture(make):
    graph, steps = make()
    last = {frame.target: frame.gradient for frame in frames(graph, steps)}
    still = ET.fromstring(to_svg(make(True)[0]))
    slots = {g.get("data-gradient"): g for g in still.iter() if g.get("data-gradient")}
    assert len(last) == len(slots)
    for node, fragment in last.items():
        played = ET.fromstring(f'<g xmlns="http://www.w3.org/2000/svg">{fragment}</g>')
        drawn = slots[str(node)]
        assert [ET.tostring(child) for child in played] == [ET.tostring(child) for child in drawn]


def test_numbers_in_the_equation_agree_with_the_step():
    graph, steps = scalar_graph()
    for step, frame in zip(steps[1:], frames(graph, steps)[1:], strict=True):
        shown = [float(t.text.strip("()").replace("−", "-")) for t in frame.equation if t.role in ("gradient", "value")]
        assert shown == pytest.approx([step.upstream, step.local, step.contribution], rel=5e-3)


def test_labels_do_not_cover_boxes():
    graph, steps = scalar_graph()
    root = ET.fromstring(to_svg(graph))
    boxes = [r for r in root.iter("{http://www.w3.org/2000/svg}rect") if r.get("class") == "ng-box"]
    for frame in frames(graph, steps)[1:]:
        x, y = frame.label_at
        for box in boxes:
            left, top = float(box.get("x")), float(box.get("y"))
            inside_x = left < x < left + float(box.get("width"))
            assert not (inside_x and top < y < top + float(box.get("height")))


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("make", [scalar_graph, matrix_graph, square_graph])
def test_labels_keep_away_from_edges_and_their_flow(make, direction):
    graph, steps = make()
    root = ET.fromstring(to_svg(graph, direction=direction))
    edges = [sampled(path.get("d")) for path in root.iter("{http://www.w3.org/2000/svg}path") if path.get("data-edge")]
    points = np.concatenate(edges)
    for frame in frames(graph, steps, direction)[1:]:
        if frame.label:
            x, y = frame.label_at
            half = measure.width(frame.label, 13) / 2  # the player's size
            close = (abs(points[:, 0] - x) < half + 3) & (y - 13 < points[:, 1]) & (points[:, 1] < y + 6)
            assert not close.any(), frame


def sampled(data):
    """Points of a path of cubic curves, a few px apart."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", data)]
    points = np.array(numbers).reshape(-1, 2)
    share = np.linspace(0, 1, 200)[:, None]
    curves = [points[at : at + 4] for at in range(0, len(points) - 1, 3)]
    weights = ((1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3)
    return np.concatenate([sum(w * p for w, p in zip(weights, curve, strict=True)) for curve in curves])


def test_nan_is_spoken_of():
    graph, _ = square_graph()
    frame = frames(graph, [Step(None, 1, None, 1.0, 1.0, 1.0), Step(1, 0, (0, 1, 0), 1.0, np.nan, np.nan)])[1]
    assert "NaN" in said(frame)
    assert SENTENCES["not_a_number_here"] in frame.sentence  # a leaf hands nothing on


@pytest.mark.parametrize(
    ("op", "local", "position", "words"),
    [
        ("relu", 0.0, 0, "nothing passes"),
        ("relu", 1.0, 0, "unchanged"),
        ("subtract", -1.0, 1, "sign turned"),
        ("add", 1.0, 0, "unchanged"),
        ("multiply", -2.5, 0, "shrinks 2.5 times"),
        ("multiply", 0.0, 0, "slope is zero"),
        ("exp", 1.0, 0, "just as much"),
    ],
)
def test_sentences_fit_the_numbers(op, local, position, words):
    graph, _ = square_graph()
    graph.nodes[1]["op"] = op
    graph.edges[0, 1, 0]["position"] = position
    step = Step(1, 0, (0, 1, 0), 1.0, local, local, local=local)
    assert words in frames(graph, [Step(None, 1, None, 1.0, 1.0, 1.0), step])[1].sentence


def test_a_sum_as_local_derivative_gets_parentheses():
    graph, _ = square_graph()
    step = Step(1, 0, (0, 1, 0), 2.0, -6.0, -6.0, local=-3.0, formula="a − b")
    text = said(frames(graph, [Step(None, 1, None, 1.0, 1.0, 1.0), step])[1])
    assert text == "∂y/∂x = ∂y/∂y · (a − b) = 2 × (−3) = −6"
