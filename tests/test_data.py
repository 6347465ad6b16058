"""The data that came with the package is what was published, and its card says so."""

import hashlib
from importlib.resources import files

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from nbgrad.core.errors import NbgradError
from nbgrad.data import DamagedDataError, SampleSizeError, UnequalLengthsError, boston, load_boston, resample


def test_the_numbers_are_the_published_ones():
    dataset = load_boston(include_b=True)
    table = np.column_stack([dataset.data, dataset.target])
    assert table.shape == (506, 14)
    assert table.dtype == np.float64
    assert table.flags.c_contiguous
    digest = hashlib.sha256(table.tobytes()).hexdigest()
    assert digest == "832e894115c56dd24ec63848d4a3d9bd921d268d0be1bee2a8f4ee5ea318f5f7"


def test_columns_are_those_of_the_file():
    header = (files("nbgrad.data") / "boston.csv").read_text().splitlines()[0].split(",")
    dataset = load_boston(include_b=True)
    assert [*dataset.feature_names, dataset.card.target.name] == header


def test_b_is_left_out_unless_asked_for():
    whole, without = load_boston(include_b=True), load_boston()
    assert without.data.shape == (506, 12)
    assert "B" not in without.feature_names
    kept = [whole.feature_names.index(name) for name in without.feature_names]
    np.testing.assert_array_equal(without.data, whole.data[:, kept])
    np.testing.assert_array_equal(without.target, whole.target)
    assert without.data.flags.c_contiguous
    assert without.data.dtype == without.target.dtype == np.float64


def test_each_load_gives_arrays_of_its_own():
    first = load_boston()
    first.data[:] = 0
    first.target[:] = 0
    assert load_boston().data.any()
    assert load_boston().target.any()


def test_the_facts_of_the_card():
    dataset = load_boston(include_b=True)
    text = repr(dataset.card)
    assert (dataset.target == 50).sum() == 16
    assert dataset.target.max() == 50
    assert "16 tracts" in text
    for fact in ("Harrison", "Rubinfeld", "1978", "81-102", "1000 (Bk - 0.63)^2", "racist", "1.26 - Bk"):
        assert fact in " ".join(text.split())
    for column in dataset.card.features:
        assert f"  {column.name} " in text
    # The statement about B: two proportions give one value.
    for proportion in (0.3, 0.5, 1.0):
        assert np.isclose(1000 * (proportion - 0.63) ** 2, 1000 * (1.26 - proportion - 0.63) ** 2)


def test_the_card_lists_the_columns_that_are_there():
    names = [column.name for column in load_boston().card.features]
    assert tuple(names) == load_boston().feature_names
    assert "include_b=True" in " ".join(repr(load_boston().card).split())


def test_a_notebook_shows_the_card_as_markdown_never_as_html():
    bundle, _ = DisplayFormatter().format(load_boston().card)
    assert sorted(bundle) == ["text/markdown", "text/plain"]
    assert "| RM | mean number of rooms of a dwelling | rooms |" in bundle["text/markdown"]
    assert all(line == line.rstrip() for line in bundle["text/plain"].splitlines())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("6.575", "6.576", 1), "does not hold the numbers"),
        (lambda text: text.replace("6.575", "six", 1), "cannot be read"),
        (lambda text: text.rsplit("\n", 2)[0], "does not hold the numbers"),
        (lambda text: None, "is missing"),
    ],
)
def test_a_damaged_file_is_noticed(tmp_path, monkeypatch, change, words):
    content = change((files("nbgrad.data") / "boston.csv").read_text())
    if content is not None:
        (tmp_path / "boston.csv").write_text(content)
    monkeypatch.setattr(boston, "files", lambda package: tmp_path)
    with pytest.raises(DamagedDataError, match=words) as caught:
        load_boston()
    assert "boston.csv" in str(caught.value)
    assert isinstance(caught.value, NbgradError)


def test_resample_keeps_rows_together_and_draws_with_replacement():
    X, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    X_batch, y_batch = resample(X, y, 200, np.random.default_rng(1))
    assert X_batch.shape == (200, 2)
    assert y_batch.shape == (200,)
    assert y_batch.dtype == y.dtype
    np.testing.assert_array_equal(X_batch, X[y_batch])
    assert len(np.unique(y_batch)) == 10


def test_resample_is_repeatable_and_advances_the_generator():
    X, y = np.arange(50.0), np.arange(50.0)
    rng, again = np.random.default_rng(3), np.random.default_rng(3)
    first, second = resample(X, y, 16, rng)[0], resample(X, y, 16, rng)[0]
    np.testing.assert_array_equal(first, resample(X, y, 16, again)[0])
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("X", "y", "n_samples", "error", "words"),
    [
        (np.zeros((5, 2)), np.zeros(4), 2, UnequalLengthsError, r"5 rows \(shape \(5, 2\)\) and y has 4"),
        (np.float64(1.0), np.zeros(4), 2, UnequalLengthsError, "X is a single number"),
        (np.zeros((0, 2)), np.zeros(0), 2, SampleSizeError, "no rows"),
        (np.zeros((5, 2)), np.zeros(5), 0, SampleSizeError, "n_samples is 0"),
        (np.zeros((5, 2)), np.zeros(5), -3, SampleSizeError, "n_samples is -3"),
        (np.zeros((5, 2)), np.zeros(5), 2.5, TypeError, "whole number"),
    ],
)
def test_resample_says_what_is_wrong_and_draws_nothing(X, y, n_samples, error, words):
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    with pytest.raises(error, match=words):
        resample(X, y, n_samples, rng)
    assert rng.bit_generator.state == before


def test_resample_wants_a_generator_not_a_seed():
    with pytest.raises(TypeError, match="default_rng"):
        resample(np.zeros((5, 2)), np.zeros(5), 2, 0)
