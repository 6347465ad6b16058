"""What the player says holds to the letter: shares, numbers that are none, and what is not quite zero."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import numbers


def scalar(value, name="a"):
    return ng.tensor(value, requires_grad=True, name=name)


def frames(result, **options):
    return ng.animate(result, **options).payload["frames"]


def equations(result, **options):
    return ["".join(token["text"] for token in frame["equation"]) for frame in frames(result, **options)]


@pytest.mark.parametrize(
    ("share", "said"), [(0.9946, "99%"), (0.995384, "99.5%"), (0.99999, "almost 100%"), (1, "100%")]
)
def test_only_the_whole_is_a_hundred_per_cent(share, said):
    assert numbers.percent(share) == said


def test_tanh_says_what_its_equation_says():
    sentences = " ".join(frame["sentence"] for frame in frames(np.tanh(scalar(0.068))))
    assert "99.5% of the gradient" in sentences
    assert "100%" not in sentences
