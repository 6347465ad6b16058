"""Labels beside edges: those near are found without looking at all, and the answer is the same."""

import networkx as nx
import numpy as np
import pytest

from nbgrad.display import measure, schema
from nbgrad.display.label_places import AIR, CLOSE, LABEL_SIZE, NEARER, LabelPlaces, _nearest, _outline
from nbgrad.display.routes import closely
from nbgrad.display.scene import Scene, build


def used_often(times: int) -> nx.MultiDiGraph:
    """A chain in which each node is computed from the one before and from node 0."""
    graph = nx.MultiDiGraph()
    for node in range(1, times):
        graph.add_edge(node - 1, node, position=0)
        graph.add_edge(0, node, position=1)
    return schema.normalise(graph)


def covered(scene: Scene, places: LabelPlaces, label: tuple[float, float, float, float]) -> float:
    """What a label covers, in the slowest and plainest way."""
    left, top, right, bottom = label
    area = 0.0
    for box in (_outline(node) for node in scene.nodes.values()):
        wide, high = min(right, box[2]) - max(left, box[0]), min(bottom, box[3]) - max(top, box[1])
        area += max(wide, 0) * max(high, 0)
    inside = [(left - AIR < x < right + AIR) and (top - AIR < y < bottom + AIR) for x, y in places.points.tolist()]
    return area + sum(inside)


def test_what_a_label_covers_is_what_counting_everything_finds() -> None:
    scene = build(used_often(8))
    places = LabelPlaces(scene)
    rng = np.random.default_rng(0)
    for _ in range(300):
        left, top = rng.uniform(-20, scene.width), rng.uniform(-20, scene.height)
        label = (left, top, left + rng.uniform(10, 90), top + 13)
        assert np.isclose(places._covered(label), covered(scene, places, label))
    x, y = places.points[len(places.points) // 2]  # on the very border of a label a point does not count
    assert places._covered((x + AIR, y, x + 40, y + 13)) == covered(scene, places, (x + AIR, y, x + 40, y + 13))


def test_the_labels_of_a_leaf_used_often_are_no_more_work_than_its_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its edges run together, and each piece of them is held against a label once: else twice the uses, four times the
    points."""
    few, many = (build(used_often(times)) for times in (65, 130))
    assert len(LabelPlaces(many).points) < 2.2 * len(LabelPlaces(few).points)
    places, looks = LabelPlaces(many), []
    look = places._covered
    monkeypatch.setattr(places, "_covered", lambda label: looks.append(label) or look(label))
    for edge in many.edges.values():
        places.beside(edge, "× 0.5")
    assert len(looks) < 2 * len(many.edges)


def test_most_labels_stand_at_their_edge_and_nearer_to_it_than_to_another() -> None:
    """Where edges run so close together that nothing fits between them, a label has no better place."""
    rng, foreign, away = np.random.default_rng(0), [], []
    for _ in range(60):
        graph = nx.MultiDiGraph()
        for node in range(1, rng.integers(3, 9)):
            inputs = [int(rng.integers(0, node)) for _ in range(rng.integers(1, 3))]
            graph.add_edges_from((x, node, {"position": position}) for position, x in enumerate(inputs))
        scene = build(schema.normalise(graph))
        places, half = LabelPlaces(scene), measure.width("× 16", LABEL_SIZE) / 2
        for edge in scene.edges.values():
            x, y = places.beside(edge, "× 16")
            label = (x - half, y - 10, x + half, y + 3)
            nearest = min(_nearest(label, closely(other.route)) for other in scene.edges.values())
            away.append(_nearest(label, closely(edge.route)))
            foreign.append(away[-1] > nearest + NEARER)
    assert np.mean(foreign) < 0.12  # a quarter, if only boxes and edges had to be kept free
    assert np.mean(np.array(away) > 2 * CLOSE) < 0.05


def test_where_there_is_no_room_beside_an_edge_its_label_stands_on_it() -> None:
    """Four boxes close above each other that one leaf goes into."""
    heads = (1, 2, 3, 4)
    graph = nx.MultiDiGraph([(0, head) for head in heads] + [(head, 5) for head in heads])
    for node in graph:
        graph.nodes[node].update(value=0.5, gradient=0.25, kind="operation" if node else "parameter")
    scene = build(schema.normalise(graph))
    places, half = LabelPlaces(scene), measure.width("× 0.0995", LABEL_SIZE) / 2
    for edge in scene.edges.values():
        x, y = places.beside(edge, "× 0.0995")
        label = (x - half, y - 10, x + half, y + 3)
        assert _nearest(label, closely(edge.route)) <= CLOSE
