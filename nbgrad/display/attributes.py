"""The attributes of one node: each one checked and made what the schema says, whoever gave it."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from nbgrad.display import messages
from nbgrad.display.errors import AttributeValueError
from nbgrad.display.measure import clean

KINDS = ("parameter", "data", "constant", "operation", "group")
COUNTS = (("members", 1), ("operations", 0), ("parameters", 0), ("count", 1))  # of groups, with their defaults
LONGEST_NAME = 2000  # characters kept of a name, in the tooltip; the box shows fewer


def attributes(node: Any, given: Mapping[str, Any], computed: bool = False) -> dict[str, Any]:
    """Return every attribute of a node, of which ``given`` may have some. computed: whether edges arrive there."""
    kind = given.get("kind")
    if kind is None or (isinstance(kind, str) and not kind):
        kind = "operation" if computed else "data" if given.get("gradient") is None else "parameter"
    if not isinstance(kind, str) or kind not in KINDS:
        raise AttributeValueError(
            f"Node {clean(node, 40)} has kind={spelled(kind)}, which is not known here. Use one of {', '.join(KINDS)}."
        )
    foreign, gradient = _foreign(given.get("value")), as_array(given.get("gradient"))
    value = foreign if foreign is not None and foreign.dtype.kind in "biufc" else None
    known = foreign if foreign is not None else gradient
    shape = _shape(node, given.get("shape"))
    if shape is None and known is not None:
        shape = known.shape
    if value is not None and value.shape != shape:
        raise AttributeValueError(
            f"Node {clean(node, 40)} has shape={shape}, but its value has the shape {value.shape}. Leave out shape: it "
            "is that of the value."
        )
    name = word(given, "name", LONGEST_NAME)
    if name is None and given.get("name") is None and isinstance(node, str):
        name = clean(node, LONGEST_NAME) or None
    bare = given.get("bare")
    missing = given.get("kind") is None and shape is None and known is None
    op = word(given, "op")
    return {
        "kind": kind,
        "op": op,
        "symbol": word(given, "symbol") or op,
        "name": name,
        "shape": shape,
        "dtype": word(given, "dtype") or ("" if known is None else clean(known.dtype.name, 40)),
        "value": value,
        "gradient": gradient,
        "group": _path(node, given.get("group")),
        **{which: _count(node, which, given.get(which), least) for which, least in COUNTS},
        "row": tuple(given.get("row") or ()),
        "spelled": "" if value is not None else _spelled_value(given.get("value"), foreign),
        "code": given.get("code"),
        "problem": word(given, "problem", 24),
        "gradients": given.get("gradients") or (),
        "hidden": given.get("hidden") or (),
        "inside": given.get("inside") or (),
        "each": given.get("each") or (),
        "change": given.get("change"),
        "stale": given.get("stale") if given.get("stale") in ("changed", "unfit") else None,
        "gone": given.get("gone") is True,
        "cleared": given.get("cleared") is True,
        "unkept": given.get("unkept") is True,
        "centring": given.get("centring") is True,
        "settings": given.get("settings") or (),
        "passed": as_array(given.get("passed")),
        "saved": given.get("saved") or (),
        "bare": missing if bare is None else bare is True,
        "gradient_name": word(given, "gradient_name", LONGEST_NAME),
    }


def with_article(named: str) -> str:
    """Return the name of a class with the article that one says before it: an N-dimensional array begins like "end".

    >>> with_article("int"), with_article("ndarray"), with_article("Node")
    ('an int', 'an ndarray', 'a Node')
    """
    return f"{'an' if named[:1].lower() in 'aeiou' or named.startswith('nd') else 'a'} {named}"


def _path(node: Any, given: Any) -> tuple[str, ...]:
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        given = str(given)  # other tools number their groups
    names = () if given is None else (given,) if isinstance(given, str) else given
    if not isinstance(names, tuple | list) or not all(isinstance(name, str) for name in names):
        raise AttributeValueError(
            f"Node {clean(node, 40)} has group={clean(repr(given), 40)}. It is the name of its group, or a tuple of "
            'names from the outermost group to the innermost, such as ("encoder", "attention").'
        )
    return tuple(clean(name, LONGEST_NAME) or "—" for name in names)


def _count(node: Any, which: str, given: Any, least: int) -> int:
    if given is None:
        return least
    try:
        count = operator.index(given)
    except TypeError:
        count = -1
    if count < 0:
        raise AttributeValueError(
            f"Node {clean(node, 40)} has {which}={spelled(given)}. It is a number of things, a whole number from 0."
        )
    return count


def word(given: Mapping[str, Any], key: str, longest: int = 40) -> str | None:
    """Return an attribute as clean text, None where it is missing or nothing is left of it."""
    word = given.get(key)
    return None if word is None else clean(word, longest) or None


def _shape(node: Any, given: Any) -> tuple[int, ...] | None:
    if given is None or isinstance(given, str):  # a text is Graphviz's: what a box looks like
        return None
    try:
        shape = tuple(operator.index(length) for length in given)
    except TypeError:
        shape = (-1,)
    if any(length < 0 for length in shape):
        raise AttributeValueError(
            f"Node {clean(node, 40)} has shape={spelled(given)}. It is a tuple of whole numbers from 0, "
            "such as (2, 3), and () for a single number."
        )
    return shape


def spelled(thing: Any) -> str:
    """Spell what was given in a message: texts in quotes, what is no simple thing by its type."""
    return clean(repr(thing) if isinstance(thing, str) else thing, 40)


def _spelled_value(value: Any, foreign: np.ndarray | None) -> str:
    """Say what a value is that has no numbers: a single text or date in full, a single object by its type."""
    if foreign is None:
        return "" if value is None else clean(type(value).__name__, 40)
    if foreign.size != 1:
        return messages.say("holds_text" if foreign.dtype.kind in "US" else "holds_other")
    only = foreign.reshape(-1)[0]
    return clean(
        repr(str(only)) if foreign.dtype.kind == "U" else str(only) if foreign.dtype.kind in "mM" else only, 80
    )


def as_numbers(value: Any) -> np.ndarray | None:
    """Return value as an array of real numbers (float, int or bool), or None where it is not that.

    >>> as_numbers([1, 2]).dtype.kind, as_numbers("three") is None, as_numbers(1j) is None
    ('i', True, True)
    """
    array = _foreign(value)
    return array if array is not None and array.dtype.kind in "biuf" else None


def as_array(value: Any) -> np.ndarray | None:
    """Return value as an array of numbers, real or complex, or None where it is not that.

    >>> as_array(1j).dtype.kind, as_array("three") is None
    ('c', True)
    """
    array = _foreign(value)
    return array if array is not None and array.dtype.kind in "biufc" else None


def _foreign(value: Any) -> np.ndarray | None:
    """Return whatever it is as an array, None where NumPy makes none of it. What is masked is no number: NaN."""
    if value is None:
        return None
    try:
        if np.ma.isMaskedArray(value) and value.dtype.kind in "biufc":
            return np.ma.filled(value.astype(np.result_type(value, np.float16)), np.nan)
        return np.asarray(value)
    except Exception:  # whatever a foreign object raises when asked for its numbers, it has none to show
        return None
