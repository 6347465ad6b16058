"""What a picture says of a PyTorch operation's operands, numbers and settings: no more, and no less, than is known."""

import re

import pytest

import nbgrad as ng
from nbgrad.display import OptionError

torch = pytest.importorskip("torch", reason="PyTorch is not installed; its records are imitated in test_torch_walk")
functional = torch.nn.functional


@pytest.fixture
def a():
    return torch.tensor([[3.0, 2.0], [1.0, 0.5]], requires_grad=True)


def last(result, **named):
    """How the result of a drawing is computed, as its table says it."""
    text = ng.draw(result, params=named).text
    rows = [line for line in text.splitlines() if re.search(r"\w\(", line) and "  " in line]
    return re.search(r"  (\w+\(.*?\))  ", rows[-1]).group(1)


B = torch.ones(2, 2)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda a: a + 5, "add(a, …)"),
        (lambda a: B + a, "add(…, a)"),
        (lambda a: a - 1, "sub(a, …)"),
        (lambda a: 1 - a, "sub(…, a)"),
        (lambda a: torch.rsub(a, B), "sub(…, a)"),
        (lambda a: torch.add(a, B, alpha=3), "add(a, …, alpha=3)"),
        (lambda a: a * 3, "mul(a, 3)"),
        (lambda a: B / a, "div(b, a)"),
        (lambda a: a**2, "square(a)"),
        (lambda a: a**3, "pow(a, 3)"),
        (lambda a: a**-2.5, "pow(a, −2.5)"),
        (lambda a: 2**a, "pow(2, a)"),
        (lambda a: a**B, "pow(a, b)"),
        (lambda a: a % 2, "remainder(a, …)"),
        (lambda a: a.clamp(min=0), "clamp(a, min=0)"),
        (lambda a: torch.where(B > 2, a, 0.0), "where(data 1, a, …)"),
        (lambda a: a.masked_fill(B > 2, 7.0), "masked_fill(a, data 1, …)"),
        (lambda a: (a * 1).index_put((torch.tensor([0]),), B[:1]), "index_put(mul 2, data 3, …)"),
        (lambda a: (a * 1).scatter(1, torch.tensor([[0]]), 5.0), "scatter(mul 2, data 3, …, dim=1)"),
        (lambda a: a.double(), "to(a)"),
        (lambda a: torch.addmm(B, a, B), "addmm(…, a, b)"),
        (lambda a: functional.linear(a, B, B[0]), "addmm(…, a, bᵀ)"),
        (lambda a: torch.cat([a, B], dim=1), "cat(a, …, dim=1)"),
        (lambda a: a.sum(-1), "sum(a, dim=-1)"),
        (lambda a: a.mean(1, keepdim=True), "mean(a, dim=1, keepdim=True)"),
        (lambda a: a[1], "select(a, dim=0, index=1)"),
        (lambda a: a[1:], "slice(a, dim=0, start=1)"),
        (lambda a: functional.leaky_relu(a, 0.25), "leaky_relu(a, negative_slope=0.25)"),
        (lambda a: functional.mse_loss(a, B, reduction="sum"), "mse_loss(a, b, reduction=sum)"),
        (lambda a: functional.softplus(a, beta=2), "softplus(a, beta=2)"),
        (lambda a: a.sum(), "sum(a)"),
        (lambda a: functional.smooth_l1_loss(a, B), "smooth_l1_loss(a, b)"),
        (lambda a: torch.linalg.slogdet(a)[1], "slogdet(a)"),
        (lambda a: torch.linalg.svd(a)[1], "svd(a)"),
        (lambda a: a // 2, "not_differentiable(a)"),
    ],
)
def test_an_operation_is_written_with_all_its_operands(a, make, said):
    assert last(make(a), a=a, b=B) == said


def test_the_operands_of_a_convolution_stand_where_they_belong():
    image, kernel = torch.ones(1, 1, 4, 4), torch.ones(1, 1, 2, 2, requires_grad=True)
    said = last(functional.conv2d(image, kernel, stride=2), image=image, kernel=kernel)
    assert said == "convolution(image, kernel, stride=2)"
    image.requires_grad_()
    said = last(functional.conv2d(image, kernel.detach()), image=image)
    assert re.fullmatch(r"convolution\(image, data \d\)", said)


def test_a_frozen_layer_keeps_its_weight_in_its_place():
    layer = torch.nn.Linear(2, 3).requires_grad_(False)
    x = torch.ones(4, 2, requires_grad=True)
    graph = ng.to_networkx(layer(x), params=layer)
    (node,) = (node for node, op in graph.nodes(data="op") if op == "addmm")
    operands = {position: graph.nodes[u] for u, _, position in graph.in_edges(node, data="position")}
    assert [operands[place]["name"] for place in (0, 1)] == ["…", None]
    assert operands[2]["name"] == "weightᵀ"
    assert operands[2]["shape"] == (2, 3)
    assert operands[0]["value"] is None


def test_what_is_not_kept_says_so(a):
    drawing = ng.draw(a + 5)
    assert "a number or an array of which PyTorch keeps no record" in drawing.text
    assert "a number or an array of which PyTorch keeps no record" in drawing.svg
    assert "…" not in ng.draw(a * 5).text


def test_operands_that_a_pass_has_freed_are_still_known_to_have_been(a):
    loss = functional.cross_entropy(a @ B, torch.tensor([0, 1]))
    loss.backward()
    text = ng.draw(loss, params={"a": a}).text
    assert re.search(r"mm\(a, …\)", text)
    assert re.search(r"nll_loss\(log_softmax \d, …\)", text)


def test_a_bias_that_was_not_given_is_not_drawn():
    layer = torch.nn.Conv2d(1, 2, 3, bias=False)
    graph = ng.to_networkx(torch.nn.BatchNorm2d(2, affine=False)(layer(torch.ones(1, 1, 5, 5))), params=layer)
    assert [kind for _, kind in graph.nodes(data="kind")] == ["parameter", "data", "operation", "operation"]


def test_gradients_that_pytorch_does_not_keep_are_not_awaited():
    a = torch.tensor(0.0, requires_grad=True)
    kept = a.exp() * 1
    kept.retain_grad()
    loss = kept.tanh()
    before = ng.draw((loss, kept), params={"a": a})
    rows = {line.split()[0]: line for line in before.text.splitlines()}
    assert [rows[name].endswith("not yet") for name in ("a", "mul")] == [True, True]
    assert rows["tanh"].endswith("not kept")
    loss.backward()
    after = ng.draw((loss, kept), params={"a": a})
    rows = {line.split()[0]: line for line in after.text.splitlines()}
    assert "not yet" not in after.text
    assert rows["mul"].split()[-2:] == ["1", "0.42"]
    assert rows["tanh"].endswith("not kept")
    assert "PyTorch keeps the gradient of a result only after result.retain_grad()" in after.text
    assert "∂ not kept" in after.svg
    assert "∂ not kept" in after.to_dot()


def test_a_gradient_that_is_still_to_come_is_called_so_whatever_its_size():
    layer = torch.nn.Linear(4, 1)
    svg = ng.draw(layer(torch.ones(2, 4)), params=layer).svg
    assert (svg.count(">not yet<"), svg.count(">∂ not yet<"), svg.count("∂ —")) == (1, 1, 0)


def test_a_picture_of_an_array_says_that_its_gradient_is_not_kept(a):
    svg = ng.draw(a.tanh()).svg
    assert svg.count(">not kept<") == 1
    assert "gradient: not kept; PyTorch keeps the gradient of a result only after result.retain_grad()" in svg


def test_the_layers_of_a_sequence_are_called_by_their_classes_too():
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Sequential(torch.nn.Linear(3, 1)))
    result = net(torch.ones(4, 2))
    groups = dict.fromkeys(group for _, group in ng.to_networkx(result, params=net).nodes(data="group"))
    assert list(groups) == [("0 Linear",), None, ("1 Sequential", "1.0 Linear")]  # what is given lies in none
    named = dict(net.named_parameters())
    groups = dict.fromkeys(group for _, group in ng.to_networkx(result, params=named).nodes(data="group"))
    assert list(groups) == [("0",), None, ("1.0",)]


@pytest.mark.parametrize("make", [lambda a: [a], lambda a: {"a": 3}, lambda a: 3, lambda a: [a, a]])
def test_params_that_name_no_tensors_say_what_they_are(a, make):
    with pytest.raises(OptionError, match=r"dict\(network.named_parameters\(\)\)"):
        ng.draw(a * 2, params=make(a))


def test_a_recurrent_layer_is_called_what_it_is():
    lstm = torch.nn.LSTM(2, 3)
    facts = [facts for _, facts in ng.to_networkx(lstm(torch.ones(4, 1, 2))[0], params=lstm).nodes(data=True)]
    assert [facts["symbol"] for facts in facts if facts["kind"] == "operation"] in (["LSTM"], ["RNN"])


def test_a_recurrent_layer_has_its_operands_in_the_order_of_the_call(monkeypatch):
    monkeypatch.setattr("nbgrad.display.text.LONGEST_COMPUTATION", 100)
    lstm, x = torch.nn.LSTM(2, 3), torch.ones(4, 1, 2)
    state = {"h": torch.ones(1, 1, 3), "c": torch.zeros(1, 1, 3)}
    result = lstm(x, (state["h"], state["c"]))[0].sum()
    weights = ", ".join(name for name, _ in lstm.named_parameters())
    text = ng.draw(result, params=dict(lstm.named_parameters()) | {"x": x}).text
    assert re.search(rf"lstm\(x, data \d, data \d, {weights}\)", text)
    data = [facts["value"] for _, facts in ng.to_networkx(result).nodes(data=True) if facts["kind"] == "data"]
    assert [value.mean() for value in data] == [1, 1, 0]
    result.backward()
    assert f"lstm(…, …, …, {weights})" in ng.draw(result, params=lstm).text


def test_a_recurrent_layer_without_biases_has_none():
    lstm = torch.nn.LSTM(2, 3, bias=False)
    graph = ng.to_networkx(lstm(torch.ones(4, 1, 2))[0], params=lstm)
    assert [kind for _, kind in graph.nodes(data="kind")].count("data") == 3


def test_parts_say_which_they_are(a):
    first, second = a.split(1)
    text = ng.draw(first * second, params={"a": a}).text
    assert "split(a, dim=0, split_size=1, part=0)" in text
    assert "split(a, dim=0, split_size=1, part=1)" in text


def test_data_that_a_pass_has_freed_cannot_be_lit_and_say_why():
    layer, x = torch.nn.Linear(2, 3), torch.ones(4, 2)
    result = layer(x)
    assert ng.draw(result, highlight=[x, result]).svg
    result.sum().backward()
    assert ng.draw(result, highlight=[layer.weight, result]).svg
    with pytest.raises(OptionError, match=r"until backward\(\) frees them"):
        ng.draw(result, highlight=[x, result])
