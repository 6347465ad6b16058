"""What can go wrong with data."""

from nbgrad.core.errors import NbgradError


class DamagedDataError(NbgradError, ValueError):
    """A data file that came with the package is missing or is not what was shipped.

    The numbers are compared with a checksum whenever they are loaded, because a dataset with one changed
    digit still trains, only to other results. Installing the package again restores the file.
    """


class UnequalLengthsError(NbgradError, ValueError):
    """Features and targets do not have the same number of rows, so it is not known which belong together."""


class SampleSizeError(NbgradError, ValueError):
    """A sample was asked for that cannot be drawn: fewer than one row, or any rows out of none."""
