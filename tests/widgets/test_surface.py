"""The surface's kernel side: what goes to the page, the still picture, the words."""

from xml.etree import ElementTree

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.plots import FeaturesError, PredictionError, evaluate_grid, plot_loss, plot_trisurf
from nbgrad.training import Trainer
from nbgrad.widgets import following as following_module
from nbgrad.widgets.surface import Surface
from nbgrad.widgets.surface_scene import View, height_range, is_hidden, viridis

X = np.array([[0.0, 10.0], [2.0, 30.0], [1.0, 20.0]])
Y = np.array([1.0, 5.0, 2.0])


def plane(points):
    return points[:, 0] + points[:, 1] / 10


def make(predict=plane, **settings):
    settings = {"feature_names": ["a", "b"], "target_name": "c", "resolution": 5} | settings
    return Surface(predict, X, Y, **settings)


def test_the_page_gets_the_grid_the_points_and_round_heights():
    surface = make(units=["m", "%"], target_unit="kg")
    assert surface.scene["x"] == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert surface.scene["points"][1] == [2.0, 30.0, 5.0]
    assert surface.scene["names"] == ["a", "b", "c"]
    assert surface.scene["units"] == ["m", "%", "kg"]
    assert surface.heights["z"][4][0] == 3.0  # x = 2, y = 10
    assert (surface.heights["low"], surface.heights["high"]) == (1.0, 5.0)


@pytest.mark.parametrize(
    "predict", [lambda P: plane(P).reshape(-1, 1), lambda P: ng.tensor(plane(P)), lambda P: list(plane(P))]
)
def test_predictions_may_be_columns_tensors_or_lists(predict):
    assert make(predict).heights == make().heights


def test_what_is_not_finite_is_a_hole():
    surface = make(lambda P: np.where(P[:, 0] > 1.5, np.nan, plane(P)))
    assert surface.heights["z"][4] == [None] * 5
    ElementTree.fromstring(surface._repr_mimebundle_()[0]["image/svg+xml"])
    nothing = make(lambda P: np.full(len(P), np.inf))
    ElementTree.fromstring(nothing._repr_mimebundle_()[0]["image/svg+xml"])
    assert "no finite number" in nothing._repr_mimebundle_()[0]["text/plain"]


def test_the_fall_back_is_svg_and_text_and_the_same_to_the_byte():
    first, again = (make()._repr_mimebundle_()[0] for _ in range(2))
    assert sorted(first) == ["application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"]
    assert first["image/svg+xml"] == again["image/svg+xml"]
    assert first["text/plain"] == (
        "c over a and b\n"
        "prediction: 1 to 5; data: 1 to 5 (3 points)\n"
        "at a 0, b 10: 1\n"
        "at a 0, b 30: 3\n"
        "at a 2, b 10: 3\n"
        "at a 2, b 30: 5"
    )
    assert repr(make()) == "Surface(c over a and b)"


def test_hostile_names_are_text():
    picture = make(feature_names=["<script>", "&\x00"], target_name='"')._repr_mimebundle_()[0]["image/svg+xml"]
    assert "<script>" not in picture
    ElementTree.fromstring(picture)


def test_it_follows_a_trainer():
    k = ng.tensor(0.0, requires_grad=True)
    trainer = Trainer(
        lambda x, y: ((k * x[:, 0] - y) ** 2).mean(), [k], data=(X, Y), batch_size=3, epochs=5, learning_rate=0.1
    )
    surface = make(lambda P: k * P[:, 0], trainer=trainer)
    flat = surface.heights["z"]
    trainer.run()
    assert surface.heights["z"] != flat
    trainer.reset()
    assert surface.heights["z"] == flat
    trainer.on_epoch(surface.update)
    trainer.step()
    assert surface.heights["z"] != flat


def following(monkeypatch, trainer, cell, run):
    """A surface made in a run of a cell, and how often it was evaluated since."""
    monkeypatch.setattr(following_module, "running_cell", lambda: (cell, run))
    calls = []
    surface = make(lambda P: calls.append(1) or np.zeros(len(P)), trainer=trainer)
    calls.clear()
    return surface, calls


@pytest.fixture
def trainer():
    k = ng.tensor(0.0, requires_grad=True)
    return Trainer(lambda x, y: ((k * x[:, 0] - y) ** 2).mean(), [k], data=(X, Y), batch_size=3, epochs=5)


def test_a_surface_whose_cell_is_run_again_follows_no_longer(monkeypatch, trainer):
    _, first = following(monkeypatch, trainer, "cell", "run 1")
    _, beside = following(monkeypatch, trainer, "cell", "run 1")
    _, elsewhere = following(monkeypatch, trainer, "another cell", "run 2")
    trainer.run(1)
    assert first
    assert beside
    assert elsewhere
    for calls in (first, beside, elsewhere):
        calls.clear()
    _, again = following(monkeypatch, trainer, "cell", "run 3")
    trainer.run(1)
    assert (first, beside) == ([], [])
    assert elsewhere
    assert again


def test_outside_a_notebook_no_surface_replaces_another(monkeypatch, trainer):
    _, first = following(monkeypatch, trainer, "", "")
    _, second = following(monkeypatch, trainer, "", "")
    trainer.run(1)
    assert first
    assert second


def test_a_closed_surface_follows_no_longer(monkeypatch, trainer):
    surface, calls = following(monkeypatch, trainer, "cell", "run 1")
    surface.close()
    trainer.run(1)
    assert calls == []


def test_heights_hold_predictions_and_data():
    grid = evaluate_grid(lambda P: np.full(len(P), 7.3), X, 3)
    assert height_range(grid, Y) == (1.0, 8.0)
    assert height_range(grid, np.array([7.3])) == pytest.approx((7.2, 7.4), abs=0.11)


def test_what_lies_under_the_surface_is_hidden():
    view = View(evaluate_grid(plane, X, 5), (0.0, 5.0))
    flat = np.zeros((5, 5))
    assert is_hidden(np.array([0.0, 0.0, -0.2]), view.towards(), flat)
    assert not is_hidden(np.array([0.0, 0.0, 0.2]), view.towards(), flat)


def test_the_colours_are_viridis():
    assert (viridis(256)[0], viridis(256)[-1], len(viridis())) == ("#440154", "#fde725", 64)


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        (np.ones((3, 3)), Y, r"\(3, 3\)"),
        (np.ones((0, 2)), Y[:0], r"\(0, 2\)"),
        (X, Y[:2], r"\(2,\).*3 rows"),
        (X, np.array([1.0, np.nan, 2.0]), "NaN"),
    ],
)
def test_bad_points(x, y, says):
    with pytest.raises(FeaturesError, match=says):
        Surface(plane, x, y, feature_names=["a", "b"])


def test_bad_names_resolution_and_predictions():
    with pytest.raises(FeaturesError, match="feature_names"):
        make(feature_names=["a"])
    with pytest.raises(FeaturesError, match="units"):
        make(units="mm")
    with pytest.raises(FeaturesError, match="resolution is 1"):
        make(resolution=1)
    with pytest.raises(PredictionError, match=r"25 rows.*\(25, 2\)"):
        make(lambda P: P)


def test_matplotlib_plots():
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    axes = plot_trisurf(plane, X, Y, feature_names=["a", "b"], target_name="c", resolution=4)
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_zlabel()) == ("a", "b", "c")
    assert len(axes.collections) == 2  # the surface and the points
    assert plot_trisurf(plane, X, Y, ax=axes) is axes
    from nbgrad.training import History

    lines = plot_loss(History([3.0, 2.0], [4.0, 3.5])).get_lines()
    assert [line.get_linestyle() for line in lines] == ["-", "--"]
    plt.close("all")
