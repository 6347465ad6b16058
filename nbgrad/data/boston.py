"""The Boston housing data: 506 census tracts, and the price of their houses in 1970."""

import hashlib
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np

from nbgrad.data.card import Column, DatasetCard
from nbgrad.data.errors import DamagedDataError

# Of the 506 x 14 numbers as float64 in C order, little-endian.
_SHA256 = "832e894115c56dd24ec63848d4a3d9bd921d268d0be1bee2a8f4ee5ea318f5f7"

_FEATURES = (
    Column("CRIM", "crime rate of the town, called per capita", "the source gives no unit"),
    Column("ZN", "share of residential land zoned for lots over 25,000 square feet", "%"),
    Column("INDUS", "share of the town's land taken by businesses other than retail", "%"),
    Column("CHAS", "1 if the tract bounds the Charles River, else 0", "0 or 1"),
    Column("NOX", "concentration of nitric oxides in the air", "parts per 10 million"),
    Column("RM", "mean number of rooms of a dwelling", "rooms"),
    Column("AGE", "share of owner-occupied homes built before 1940", "%"),
    Column("DIS", "weighted distance to five employment centres", "the source gives no unit"),
    Column("RAD", "index of access to radial highways", "index, 1 to 24"),
    Column("TAX", "full-value property-tax rate", "USD per 10,000 USD"),
    Column("PTRATIO", "pupils per teacher in the town's schools", "pupils"),
    Column("B", "1000 (Bk - 0.63)^2, Bk being the proportion of Black residents by town", "none"),
    Column("LSTAT", "lower-status population, as the source defines it (see below)", "%"),
)
_TARGET = Column("MEDV", "median value of the owner-occupied homes, capped at 50", "1000 USD of 1970")
_WITHOUT_B = tuple(column for column in _FEATURES if column.name != "B")

_NOTES_LSTAT = (
    "LSTAT",
    "The source's name for it is the proportion of the population that is of lower status: the mean of two "
    "shares, adults without some high-school education and male workers classified as labourers. The words "
    "and the judgement in them are those of 1978; what was counted is schooling and occupation.",
)
_NOTES_B = (
    "B",
    "The column does not hold the proportion Bk of Black residents but 1000 (Bk - 0.63)^2. The authors chose "
    "the parabola because they assumed that house prices fall as the proportion rises from zero, and rise "
    "again beyond 63%, where segregation has made a separate market. That is a racist assumption built into "
    "a number: a model that is given B is given the assumption as a fact. Nor can it always be undone: where B "
    "is 136.9 or less, Bk and 1.26 - Bk give the same B. So it is left out unless include_b=True asks for it, "
    "which is of use for repeating published results and for studying the column itself.",
)
_NOTES_CAP = (
    "MEDV",
    "Prices were capped: the 16 tracts at exactly 50 were worth 50,000 USD or more. No model can learn "
    "what was cut off.",
)
_CARD = DatasetCard(
    title="Boston housing",
    source="D. Harrison and D. L. Rubinfeld, Hedonic housing prices and the demand for clean air, Journal of "
    "Environmental Economics and Management 5 (1978), 81-102.",
    description="One row is one of 506 census tracts in and around Boston, from the census of 1970. It was "
    "put together to ask what people pay for clean air.",
    features=_WITHOUT_B,
    target=_TARGET,
    notes=(_NOTES_LSTAT, _NOTES_B, _NOTES_CAP),
)


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """Arrays ready for training, and the card that explains them.

    `data` is (rows, features), `target` is (rows,), both float64 and C-contiguous; `feature_names` names the
    columns of `data`.
    """

    data: np.ndarray
    target: np.ndarray
    feature_names: tuple[str, ...]
    card: DatasetCard

    def __repr__(self) -> str:
        rows, columns = self.data.shape
        return (
            f"{self.card.title}: data ({rows}, {columns}), target ({rows},)\n"
            f"features: {', '.join(self.feature_names)}\n"
            f"target: {self.card.target.name}, {self.card.target.unit}; .card tells the rest"
        )


def load_boston(include_b: bool = False) -> Dataset:
    """Load the Boston housing data as new arrays, which may be changed freely.

    `data` is (506, 12) and `target` (506,), in 1000 USD. With `include_b=True`, `data` is (506, 13) and holds
    the column B as well, the last but one; its card says why it is left out otherwise.

    Raises DamagedDataError when the installed file is missing or its numbers are not those that were shipped.

    Source: D. Harrison and D. L. Rubinfeld, J. Environ. Econ. Manage. 5 (1978), 81-102.

    >>> boston = load_boston()
    >>> boston
    Boston housing: data (506, 12), target (506,)
    features: CRIM, ZN, INDUS, CHAS, NOX, RM, AGE, DIS, RAD, TAX, PTRATIO, LSTAT
    target: MEDV, 1000 USD of 1970; .card tells the rest
    >>> float(boston.data[0, boston.feature_names.index("RM")]), float(boston.target[0])
    (6.575, 24.0)
    >>> load_boston(include_b=True).data.shape
    (506, 13)
    """
    table = _read_table()
    columns = _FEATURES if include_b else _WITHOUT_B
    places = [_FEATURES.index(column) for column in columns]
    return Dataset(
        data=np.ascontiguousarray(table[:, places]),
        target=table[:, -1].copy(),
        feature_names=tuple(column.name for column in columns),
        card=replace(_CARD, features=columns),
    )


def _read_table() -> np.ndarray:
    """The whole file as (506, 14) float64, after comparing it with its checksum."""
    path = files("nbgrad.data") / "boston.csv"
    try:
        table = np.loadtxt(path.read_text(encoding="ascii").splitlines(), delimiter=",", skiprows=1)
    except FileNotFoundError:
        raise DamagedDataError(_damaged(path, "is missing")) from None
    except ValueError as error:
        raise DamagedDataError(_damaged(path, f"cannot be read as a table of numbers ({error})")) from None
    if hashlib.sha256(table.astype("<f8").tobytes()).hexdigest() != _SHA256:
        raise DamagedDataError(_damaged(path, "does not hold the numbers that were shipped"))
    return table


def _damaged(path: object, what: str) -> str:
    return f"The data file {path} {what}. Install nbgrad again to restore it."
