"""The card of a dataset: its source, what each column means, and what to know before using it."""

import textwrap
from dataclasses import dataclass

_WIDTH = 96


@dataclass(frozen=True)
class Column:
    """One column: the `name` used in the file, what it means, and the `unit` it is measured in."""

    name: str
    meaning: str
    unit: str


@dataclass(frozen=True, repr=False)
class DatasetCard:
    """What is known about a dataset. Shown as text, and as Markdown in a notebook.

    `features` are the columns that `data` holds, `target` is the one to predict; `notes` are pairs of a
    heading and a paragraph.

    >>> card = DatasetCard("Falling stones", "Measured at home.", "One row is one fall.",
    ...                    (Column("h", "height", "m"),), Column("t", "time until it lands", "s"),
    ...                    (("Air", "Its resistance was not measured."),))
    >>> card
    Falling stones
    ==============
    One row is one fall.
    <BLANKLINE>
    Source: Measured at home.
    <BLANKLINE>
    Features
      h  height [m]
    Target
      t  time until it lands [s]
    <BLANKLINE>
    Air
      Its resistance was not measured.
    """

    title: str
    source: str
    description: str
    features: tuple[Column, ...]
    target: Column
    notes: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        width = max(len(column.name) for column in (*self.features, self.target))
        lines = [self.title, "=" * len(self.title), *_wrap(self.description), ""]
        lines += [*_wrap(f"Source: {self.source}"), "", "Features"]
        lines += [line for column in self.features for line in _row(column, width)]
        lines += ["Target", *_row(self.target, width)]
        for heading, paragraph in self.notes:
            lines += ["", heading, *_wrap(paragraph, indent="  ")]
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        lines = [f"### {self.title}", "", self.description, "", f"**Source.** {self.source}", ""]
        lines += ["| column | meaning | unit |", "|:--|:--|:--|"]
        lines += [f"| {column.name} | {column.meaning} | {column.unit} |" for column in self.features]
        lines += [f"| **{self.target.name}** (target) | {self.target.meaning} | {self.target.unit} |"]
        for heading, paragraph in self.notes:
            lines += ["", f"**{heading}.** {paragraph}"]
        return "\n".join(lines)


def _row(column: Column, width: int) -> list[str]:
    first = f"  {column.name:<{width}}  "
    text = f"{column.meaning} [{column.unit}]"
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first))


def _wrap(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)
