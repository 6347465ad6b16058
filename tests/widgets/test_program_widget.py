"""A displayed program on the kernel's side: what is sent, the fall-backs, the traits. No browser."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import compiled_examples
import numpy as np
import pytest
import traitlets

import nbgrad as ng
from nbgrad.notebook.programs import program_svg, program_widget

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def program():
    return compiled_examples.network()


@pytest.fixture
def widget(program):
    return program_widget(program)


def test_displaying_gives_the_widget_with_picture_and_source(program):
    data, _ = program._repr_mimebundle_()
    assert sorted(data) == [VIEW, "image/svg+xml", "text/plain"]
    assert data["text/plain"] == repr(program) == program.source.rstrip()
    assert data["image/svg+xml"] == program_svg(program)
    ElementTree.fromstring(data["image/svg+xml"])


def test_displaying_again_shows_the_same_widget_and_another_recording_another():
    program = compiled_examples.gradient()
    first, again = program._repr_mimebundle_()[0], program._repr_mimebundle_()[0]
    assert first[VIEW] == again[VIEW]
    program(np.zeros(7))
    other = program._repr_mimebundle_()[0]
    assert other[VIEW] != first[VIEW]
    assert "(7,)" in other["text/plain"]


def test_all_that_the_page_needs_is_in_the_first_state(widget, program):
    state = widget.get_state()
    payload = json.loads(json.dumps(state["payload"]))
    assert (state["view"], state["line"]) == ("readable", 0)
    for form, source in (("readable", program.source), ("fast", program.fast_source)):
        texts = ["".join(text for text, _ in line["tokens"]) for line in payload[form]]
        assert texts == source.splitlines()
    assert payload["title"] == "step"
    assert payload["left_out"] == {"readable": 0, "fast": 0}
    passes = [row["name"] for group in payload["passes"] for row in group["rows"]]
    assert passes == [row[0] for row in program.passes]
    assert [group["name"] for group in payload["passes"]] == ["made readable", "made fast"]


def test_pieces_of_source_say_what_they_are(widget):
    of = {text: role for line in widget.payload["readable"] for text, role in line["tokens"]}
    assert of["def"] == of["return"] == of["import"] == "keyword"
    assert of["W1"] == "parameter"
    assert of["d_W1"] == "gradient"
    assert of["np.tanh"] == "function"
    assert of["0.125"] == "number"
    assert of["# forward"] == of["# update"] == "heading"
    assert of["# (13, 10)"] == "comment"


def test_sentences_of_lines_and_nodes(widget):
    said = [line["said"] for line in widget.payload["readable"]]
    assert said[0] == ""
    assert said[3] == "Line 4 takes X, y, W1, b1, W2, b2, lr."
    assert said[5] == "Line 6 computes v1."
    assert said[15] == "Line 16 computes the gradient of v1."
    assert said[19] == "Line 20 updates W1."
    assert said[-1] == "Line 24 gives loss, W1, b1, W2, b2."
    assert widget.payload["nodes"][2] == "W1: lines 4, 18, 20, 24."
    assert widget.payload["nodes"][6] == "v1: lines 6, 16."


def test_lines_on_the_way_say_so():
    payload = program_widget(compiled_examples.convolution()).payload
    of = {
        "".join(text for text, _ in line["tokens"]).strip().split(" =")[0]: line["said"] for line in payload["readable"]
    }
    assert of["t"].endswith("prepares the update of weight1, bias1, weight2, bias2.")
    assert of["bias2"].endswith("updates bias2.")


def test_what_a_page_cannot_hold_is_left_out_and_counted():
    def f(x):
        for _ in range(1100):
            x = np.sin(x) * 1.01
        return x.sum()

    program = ng.compile(f, np.ones(3))
    payload = program_widget(program).payload
    assert len(payload["readable"]) == 2000
    assert payload["left_out"]["readable"] == len(program.source.splitlines()) - 2000 > 0
    assert "graph has 2,2" in payload["svg"], "too many nodes to be drawn, and that is said"


@pytest.mark.parametrize("line", [-1, 25, 1000])
def test_a_line_that_does_not_exist_is_refused(widget, line):
    widget.line = 4
    with pytest.raises(traitlets.TraitError, match=rf"no line {line}: .* lines 1 to 24"):
        widget.line = line
    assert widget.line == 4


def test_a_view_that_does_not_exist_is_refused(widget):
    with pytest.raises(traitlets.TraitError):
        widget.view = "slow"


def test_the_payload_cannot_be_exchanged(widget):
    with pytest.raises(traitlets.TraitError):
        widget.payload = {}


def test_repr_can_be_read(widget):
    assert repr(widget) == "ProgramWidget('step', 24 lines)"


def test_the_page_fetches_nothing(widget):
    for text in (widget._esm, widget._css):
        assert "http" not in text.replace("http://www.w3.org/", "")


def test_the_same_bytes_under_any_hash_seed():
    code = (
        "import compiled_examples as examples, json\n"
        "from nbgrad.notebook.programs import program_svg, program_widget\n"
        "for make in (examples.network, examples.gradient, examples.convolution):\n"
        "    program = make()\n"
        "    print(program_svg(program), json.dumps(dict(program_widget(program).payload)))\n"
    )
    outputs = set()
    for seed in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=Path(compiled_examples.__file__).parent,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop()) > 50_000
