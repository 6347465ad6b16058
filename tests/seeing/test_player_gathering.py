"""Gradients of arrays that come together: pictures on one scale, and what broadcasting undone leaves."""

import re
import xml.etree.ElementTree as ET

import numpy as np

import nbgrad as ng
from nbgrad.display import theme
from nbgrad.display.player.payload import payload_of
from nbgrad.display.player.sizes import without_thumbnails
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import trace_of


def backward(loss):
    payload = payload_of(trace_of(picture_of(loss)))
    return payload, [frame for frame in payload["frames"] if frame["phase"] == "backward"]


def colours(fragment):
    return re.findall(r'fill="(#\w+)" d', fragment)


def test_arrays_that_add_up_are_three_pictures_on_one_scale():
    w = ng.tensor(np.ones((2, 3)), requires_grad=True, name="w")
    _, frames = backward((w * 3 + w).sum())
    first, second = [frame["arrival"] for frame in frames if frame["arrival"]]
    assert first["pieces"][0] == ""
    assert first["pieces"][1] == first["pieces"][2]
    before, new, total = second["pieces"]
    for piece in second["pieces"]:
        ET.fromstring(f"<g>{piece}</g>")
    assert [colours(piece) for piece in (before, new, total)] == [[theme.LIGHT.shade(level)] for level in (2, 6, 8)]


def test_single_numbers_need_no_pictures():
    x = ng.tensor(3.0, requires_grad=True, name="x")
    _, frames = backward(x * x + x)
    assert [frame["arrival"]["pieces"] for frame in frames if frame["arrival"]] == [None, None, None]


def test_a_sum_over_copies_shows_its_result_at_every_arrival():
    w = ng.tensor(np.arange(6.0).reshape(2, 3), requires_grad=True, name="w")
    r = ng.tensor(np.ones(3), requires_grad=True, name="r")
    _, frames = backward((w * r + r).sum())
    folds = [(frame["fold"], frame["arrival"]) for frame in frames if frame["fold"]]
    assert [arrival["index"] for _, arrival in folds] == [1, 2]
    for fold, arrival in folds:
        assert "<path" in fold["result"]
        assert len(arrival["pieces"]) == 3


def test_a_sum_to_one_number_shows_that_number():
    w = ng.tensor(np.arange(4.0), requires_grad=True, name="w")
    b = ng.tensor(1.0, requires_grad=True, name="b")
    _, frames = backward((w + b).sum())
    [fold] = [frame["fold"] for frame in frames if frame["fold"]]
    assert ET.fromstring(fold["result"]).text == "4"


def test_pictures_can_be_spared():
    w = ng.tensor(np.ones((2, 3)), requires_grad=True, name="w")
    r = ng.tensor(np.ones(3), requires_grad=True, name="r")
    payload, _ = backward((w * r + r).sum())
    small = without_thumbnails(payload)
    gathered = [frame for frame in small["frames"] if frame["arrival"]]
    assert gathered
    for frame in gathered:
        fold = [frame["fold"]["result"]] if frame["fold"] else []
        assert not any("<path" in piece for piece in frame["arrival"]["pieces"] + fold)
