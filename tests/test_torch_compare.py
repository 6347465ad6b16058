"""Two runs of a PyTorch computation, of which one has given its numbers away."""

import warnings

import pytest

import nbgrad as ng
from nbgrad.display import DifferentGraphsError
from nbgrad.notebook.earlier import ParametersOfNowWarning

torch = pytest.importorskip("torch", reason="PyTorch is not installed; its records are imitated in test_torch_walk")


class Run:
    """A network whose steps are compared."""

    def __init__(self):
        torch.manual_seed(0)
        self.net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
        self.x, self.y = torch.randn(5, 3), torch.randn(5, 1)
        self.optimiser = torch.optim.Adam(self.net.parameters(), 0.1)

    def loss(self):
        return torch.nn.functional.mse_loss(self.net(self.x), self.y)

    def draw(self, loss, **options):
        return ng.draw(loss, params={**dict(self.net.named_parameters()), "x": self.x, "y": self.y}, **options)


@pytest.fixture
def run():
    return Run()


def changed(drawing):
    graph = drawing.graph
    return {
        facts["name"] or facts["op"]: facts["change"].changed
        for _, facts in graph.nodes(data=True)
        if facts["change"] is not None
    }


def test_a_drawing_is_that_of_its_moment(run):
    loss = run.loss()
    drawing, twin = run.draw(loss), run.draw(loss)
    expected = twin.svg, twin.text
    loss.backward()
    run.optimiser.step()
    run.optimiser.zero_grad(set_to_none=False)
    run.x.zero_()
    assert (drawing.svg, drawing.text) == expected


def test_gradients_of_a_drawing_are_copies(run):
    loss = run.loss()
    loss.backward()
    drawing, twin = run.draw(loss), run.draw(loss)
    expected = twin.text
    run.optimiser.zero_grad(set_to_none=False)
    assert drawing.text == expected


def test_a_step_of_an_optimiser_is_seen(run):
    before = run.draw(loss := run.loss())
    loss.backward()
    run.optimiser.step()
    run.optimiser.zero_grad()
    after = changed(run.draw(run.loss(), compare=before))
    assert {name for name, what in after.items() if what == ("value",)} == {
        "0.weight", "0.bias", "2.weight", "2.bias", "tanh", "linear", "mse_loss"
    }  # fmt: skip
    assert "x" not in after


@pytest.mark.parametrize("draw_it", [True, False], ids=["drawn after backward", "the result itself"])
def test_what_a_pass_has_freed_has_not_changed(run, draw_it):
    loss = run.loss()
    loss.backward()
    before = run.draw(loss) if draw_it else loss
    run.optimiser.step()
    run.optimiser.zero_grad(set_to_none=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error" if draw_it else "ignore")
        found = changed(run.draw(run.loss(), compare=before))
    assert found["mse_loss"] == ("value",)
    assert not {"x", "y", "tanh"} & set(found)
    assert ("0.weight" in found) is draw_it  # the parameters of the result itself are those of now


def test_parameters_that_are_those_of_now_are_told(run):
    loss = run.loss()
    with pytest.warns(ParametersOfNowWarning, match=r"0\.weight .* before = ng\.draw\(loss\)"):
        run.draw(run.loss(), compare=loss)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ng.draw(run.loss(), compare=Run().loss())


def test_they_are_told_where_a_module_is_known(run):
    """A module stands for many nodes: it is no parameter that both results share."""
    with pytest.warns(ParametersOfNowWarning, match=r"0\.weight .* before = ng\.draw\(loss\)"):
        drawing = ng.draw(run.net(run.x).sum(), params=run.net, compare=run.net(2 * run.x).sum())
    assert set(changed(drawing)) == {None, "tanh", "sum"}  # None: the data, which has no name


def test_the_gradients_that_a_pass_leaves_are_seen(run):
    loss = run.loss()
    before = run.draw(loss)
    loss.backward()
    after = run.draw(loss, compare=before)
    assert changed(after) == dict.fromkeys(("0.weight", "0.bias", "2.weight", "2.bias"), ("gradient",))
    assert changed(run.draw(loss, compare=after)) == {}


def test_a_module_that_is_closed_tells_what_has_changed_within(run):
    before = run.draw(loss := run.loss(), level="module")
    loss.backward()
    run.optimiser.step()
    text = run.draw(run.loss(), level="module", compare=before).text
    assert "changed inside: 0.weight" in text


def test_other_data_are_a_change(run):
    before = run.draw(run.loss())
    run.x = run.x + 1
    assert changed(run.draw(run.loss(), compare=before))["x"] == ("value",)


def test_another_computation_is_told_where_its_operations_differ(run):
    loss = run.loss()
    loss.backward()
    run.net[1] = torch.nn.Sigmoid()
    other, loss = run.loss(), run.draw(loss)
    with pytest.raises(DifferentGraphsError, match=r"before it is .* = tanh\(.*after it is .* = sigmoid\("):
        ng.draw(other, compare=loss)


def test_another_number_of_examples_is_another_graph(run):
    before = run.draw(run.loss())
    run.x, run.y = run.x[:2], run.y[:2]
    with pytest.raises(DifferentGraphsError, match="of shape 5×4"):
        run.draw(run.loss(), compare=before)


def test_a_picture_says_that_parameters_may_have_moved_since():
    w = torch.tensor(1.0, requires_grad=True)
    y = w * w
    y.backward()
    torch.optim.SGD([w], lr=0.1).step()
    assert "Parameters are shown as they are now" in ng.draw(y).text
