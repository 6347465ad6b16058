"""Arrays in tuples, lists and dictionaries, to any depth: taken out in a row, and put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from numbers import Number
from typing import Any

from .errors import ArgumentError
from .tracing import Tracer


def flatten(tree: Any) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    """What a container holds, in a row, and the function that builds such a container around other things.

    Tuples (named ones too), lists and dictionaries are containers; ``None`` is an empty one; all else is held, also a
    list of nothing but numbers, which is how people type a small array.

    >>> held, rebuild = flatten({"W": 1.0, "layers": [2.0, (3.0, None)]})
    >>> held
    [1.0, 2.0, 3.0]
    >>> rebuild([x * 10 for x in held])
    {'W': 10.0, 'layers': [20.0, (30.0, None)]}
    """
    if not isinstance(tree, tuple | list | dict) and tree is not None:  # by far the commonest
        return [tree], _only
    held: list[Any] = []
    _collect(tree, held)

    def rebuild(others: list[Any]) -> Any:
        return _rebuilt(tree, iter(others))

    return held, rebuild


def _only(others: list[Any]) -> Any:
    return others[0]


def _collect(tree: Any, held: list[Any]) -> None:
    if isinstance(tree, dict):
        tree = tree.values()
    elif tree is None:
        return
    elif not isinstance(tree, tuple | list) or _typed_array(tree):
        held.append(tree)
        return
    for branch in tree:
        _collect(branch, held)


def _rebuilt(tree: Any, others: Iterator[Any]) -> Any:
    if isinstance(tree, dict):
        return {key: _rebuilt(branch, others) for key, branch in tree.items()}
    if isinstance(tree, tuple | list) and not _typed_array(tree):
        branches = [_rebuilt(branch, others) for branch in tree]
        return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
    return None if tree is None else next(others)


def _typed_array(tree: Any) -> bool:
    """Whether ``tree`` is a list of numbers, or of such lists."""
    if not isinstance(tree, list) or not tree:
        return False
    return all((isinstance(x, Number) and not isinstance(x, Tracer)) or _typed_array(x) for x in tree)


def matched(given: Any, like: Any, what: str) -> list[Any]:
    """What ``given`` holds, in the order in which ``like`` holds its own: dictionaries by their keys.

    Args:
        what: what messages call ``given``, ``"tangents"`` say.

    Raises:
        ArgumentError: the containers differ.

    >>> matched({"b": 2.0, "a": [1.0]}, {"a": ["x"], "b": "y"}, "tangents")
    [1.0, 2.0]
    """
    if isinstance(like, dict):
        if not isinstance(given, dict) or given.keys() != like.keys():
            raise _other_containers(given, f"a dictionary with the keys {', '.join(map(repr, like))}", what)
        return [x for key in like for x in matched(given[key], like[key], what)]
    if isinstance(like, tuple | list) and not _typed_array(like):
        if not isinstance(given, tuple | list) or len(given) != len(like):
            raise _other_containers(given, f"a {type(like).__name__} of {len(like)}", what)
        return [x for branch, other in zip(given, like, strict=True) for x in matched(branch, other, what)]
    if (like is None) != (given is None) or isinstance(given, tuple | dict):
        raise _other_containers(given, "nothing (None)" if like is None else "an array", what)
    return [] if like is None else [given]


def _other_containers(given: Any, expected: str, what: str) -> ArgumentError:
    found = f"a dictionary with the keys {', '.join(map(repr, given))}" if isinstance(given, dict) else repr(given)[:60]
    return ArgumentError(
        f"the {what} must come in the same containers as what they belong to: where {expected} is expected, there is "
        f"{found}"
    )
