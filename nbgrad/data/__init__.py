"""Datasets, each with a card that says where it comes from and what is known to be wrong with it."""

from nbgrad.data.boston import Dataset, load_boston
from nbgrad.data.card import Column, DatasetCard
from nbgrad.data.errors import DamagedDataError, SampleSizeError, UnequalLengthsError
from nbgrad.data.sampling import resample

__all__ = [
    "Column",
    "DamagedDataError",
    "Dataset",
    "DatasetCard",
    "SampleSizeError",
    "UnequalLengthsError",
    "load_boston",
    "resample",
]
