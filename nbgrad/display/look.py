"""What may be chosen of a picture, in one frozen value that is handed from hand to hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from nbgrad.display import measure
from nbgrad.display.attributes import with_article
from nbgrad.display.errors import DisplayError
from nbgrad.display.theme import PALETTES, Palette

CHOICES = {
    "direction": ("LR", "TB"),
    "values": ("auto", "numbers", "forward", "shapes", "none"),
    "theme": tuple(PALETTES),
}
MOST_DIGITS = 12
Asked = int | str | tuple[int, ...]  # what is highlighted: a node, or several as one


class OptionError(DisplayError, ValueError):
    """An option of a picture has a value that means nothing, or there is no such option.

    The message names the option, what was given, and what there is to choose from.
    """


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture looks.

    direction: "LR", inputs on the left, or "TB", inputs on top.
    values: what the boxes show. "auto": numbers of scalars, pictures of arrays. "numbers": numbers of arrays too.
    "forward": as "auto", but no gradients. "shapes": names, shapes and dtypes. "none": names.
    digits: significant digits of the numbers, 1 to 12.
    theme: "light" or "dark".
    highlight: ids (int) or names (str) of nodes; they are lit with all ways from one to another, the rest is dimmed.
    A tuple of ids among them stands for one thing that has several boxes, such as an array in single numbers.
    heat: True shows the size of gradients as the ground of names, and what flows back along each edge as its width and
    colour.

    Raises OptionError.

    >>> Look(direction="TB").theme
    'light'
    >>> Look(theme="solarized")
    Traceback (most recent call last):
        ...
    nbgrad.display.look.OptionError: theme='solarized' means nothing here. Use 'light' or 'dark'.
    """

    direction: str = "LR"
    values: str = "auto"
    digits: int = 3
    theme: str = "light"
    highlight: tuple[Asked, ...] = ()
    heat: bool = False

    def __post_init__(self) -> None:
        for option, choices in CHOICES.items():
            given = getattr(self, option)
            if not isinstance(given, str) or given not in choices:
                raise OptionError(wrong(option, given, _either(choices)))
        if isinstance(self.digits, bool) or not isinstance(self.digits, int | np.integer):
            raise OptionError(wrong("digits", self.digits, f"a whole number from 1 to {MOST_DIGITS}"))
        if not 1 <= self.digits <= MOST_DIGITS:
            raise OptionError(wrong("digits", self.digits, f"a whole number from 1 to {MOST_DIGITS}"))
        if not isinstance(self.heat, bool | np.bool_):
            raise OptionError(wrong("heat", self.heat, "True or False"))
        object.__setattr__(self, "highlight", _listed(self.highlight))

    @property
    def palette(self) -> Palette:
        """The colours of the theme."""
        return PALETTES[self.theme]

    def but(self, **options: Any) -> Look:
        """Return this look with other options. Raises OptionError.

        >>> Look(theme="dark").but(digits=2)
        Look(direction='LR', values='auto', digits=2, theme='dark', highlight=(), heat=False)
        """
        names = tuple(field.name for field in fields(self))
        for option in options:
            if option not in names:
                raise OptionError(f"There is no option {measure.clean(option, 40)!r}. There are: {', '.join(names)}.")
        return Look(**{name: options.get(name, getattr(self, name)) for name in names})


def _listed(given: Any) -> tuple[Asked, ...]:
    """Return ids and names as a tuple; a single one may be given bare."""
    if isinstance(given, str | int | np.integer) and not isinstance(given, bool):
        given = (given,)
    if not isinstance(given, Iterable) or isinstance(given, Mapping | bytes | np.ndarray):
        raise OptionError(wrong("highlight", given, "a list of nodes: their names or ids"))
    nodes = tuple(given)
    if not all(
        isinstance(node, str) or all(map(_is_id, node if isinstance(node, tuple) else (node,))) for node in nodes
    ):
        raise OptionError(wrong("highlight", given, "a list of nodes: their names or ids"))
    return tuple(
        node if isinstance(node, str) else tuple(map(int, node)) if isinstance(node, tuple) else int(node)
        for node in nodes
    )


def _is_id(node: Any) -> bool:
    return isinstance(node, int | np.integer) and not isinstance(node, bool)


def wrong(option: str, given: Any, there_is: str) -> str:
    """Say that an option has a value that means nothing, and what there is to choose from."""
    return f"{option}={shown(given)} means nothing here. Use {there_is}."


def shown(given: Any) -> str:
    """Spell what was given, without addresses, in one short line."""
    if isinstance(given, str | int | float) or given is None:
        return measure.clean(repr(given), 60)
    if isinstance(given, list | tuple):
        inside = ", ".join(shown(each) for each in given[:6]) + (", …" if len(given) > 6 else "")
        return f"[{inside}]" if isinstance(given, list) else f"({inside})"
    return with_article(type(given).__name__)


def _either(choices: Iterable[str]) -> str:
    *most, last = (repr(choice) for choice in choices)
    return f"{', '.join(most)} or {last}"


DEFAULT = Look()
