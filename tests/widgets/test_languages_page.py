"""The pages in Chinese, in a real browser: they say which language they speak, and no word of English is left."""

import re

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import measure
from nbgrad.notebook.programs import program_widget
from nbgrad.training import Trainer
from nbgrad.widgets.surface import Surface

NAMES = {"x", "y", "w", "v", "epoch", "Home", "float"}  # and the keys of a keyboard
# What is seen, and what a screen reader says of it.
SAID = """root => [root.innerText, ...[...root.querySelectorAll('[aria-label], [title], [aria-valuetext]')].flatMap(
    each => ['aria-label', 'title', 'aria-valuetext'].map(name => each.getAttribute(name) ?? ''))].join('\\n')"""


@pytest.fixture(params=["zh-Hant", "zh-Hans"])
def language(request):
    ng.set_language(request.param)
    yield request.param
    ng.set_language(None)


def player():
    x = ng.tensor(2.0, requires_grad=True, name="x")
    w = ng.tensor(-1.5, requires_grad=True, name="w")
    y = x * w + x
    y.name = "y"
    return ng.animate(y)


def trainer():
    k = ng.tensor(0.5, requires_grad=True)
    x = np.linspace(-1.0, 1.0, 32)
    made = Trainer(lambda x, y: ((k * x - y) ** 2).mean(), [k], data=(x, 3 * x), batch_size=8, epochs=20)
    made._repr_mimebundle_()
    return made._widget


def surface():
    X = np.array([[0.0, 10.0], [2.0, 30.0], [1.0, 20.0]])
    return Surface(lambda P: P.sum(axis=1), X, [1.0, 5.0, 4.5], feature_names=["x", "w"], target_name="y", resolution=4)


@pytest.mark.parametrize("make", [player, trainer, surface])
def test_no_english_is_left(page, mount, language, make):
    mount(page, make())
    root = page.locator(".ng-widget")
    assert root.get_attribute("lang") == language
    said = root.evaluate(SAID)
    assert len(re.findall("[\u4e00-\u9fff]", said)) > 20
    keys = {key for each in page.locator("kbd").all_text_contents() for key in each.split()}
    words = set(re.findall("[A-Za-z]{2,}", said)) - NAMES - keys - {"Tab", "NaN", "params"}
    assert words == set()


def test_a_program_names_its_parts_in_chinese(page, mount, language):
    program = ng.compile(lambda x: (x * x).sum(), np.ones(3))
    mount(page, program_widget(program))
    assert page.locator(".ng-program").get_attribute("lang") == language
    for label in page.locator(".ng-tab").all_text_contents():
        assert re.search("[\u4e00-\u9fff]", label), label


def test_what_each_rewriting_pass_does_is_said_in_chinese(language):
    program = ng.compile(lambda x: (x * x).sum(), np.ones(3))
    rows = [row for group in program_widget(program).payload["passes"] for row in group["rows"]]
    assert len(rows) == len(program.passes)
    assert [row["what"] for row in rows if not re.search("[\u4e00-\u9fff]", row["what"])] == []


def test_a_training_is_described_in_chinese(language):
    made = trainer()._trainer
    made.run(epochs=2)
    text = made._repr_mimebundle_()[0]["text/plain"]
    assert set(re.findall("[A-Za-z]{2,}", text)) == set()
    *_, head, first, second = text.splitlines()
    assert measure.columns(head) == len(first) == len(second)
