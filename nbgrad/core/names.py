"""The name by which a message or a drawing calls a thing: its own, or that of the notebook's variable."""

import sys
from typing import Any

from .errors import NameTypeError


def checked_name(name: Any) -> str | None:
    """``name`` itself; any text will do, ``None`` stands for no name.

    Raises:
        NameTypeError: ``name`` is neither text nor ``None``.
    """
    if name is None or isinstance(name, str):
        return name
    raise NameTypeError(f"a name is a piece of text, not {type(name).__name__}: write name={str(name)!r}")


def variable_names(namespace: dict[str, Any] | None = None) -> dict[int, str]:
    """``id(object) -> variable name`` for the public variables of ``namespace``, the first name given winning.

    The default namespace is ``__main__``: in IPython and Jupyter that is where the variables of the cells live.
    Names that begin with an underscore are IPython's history (``_``, ``_5``) or private, and do not count.
    """
    names: dict[int, str] = {}
    for name, thing in public_variables(namespace).items():
        names.setdefault(id(thing), name)
    return names


def public_variables(namespace: dict[str, Any] | None = None) -> dict[str, Any]:
    """The variables of ``namespace``, by default those of ``__main__``, whose names begin with no underscore."""
    if namespace is None:
        main = sys.modules.get("__main__")
        namespace = vars(main) if main else {}
    return {name: thing for name, thing in list(namespace.items()) if not name.startswith("_")}


def name_of(thing: Any) -> str | None:
    """The thing's own ``name``, else the name of a variable that holds it, else ``None``."""
    name = getattr(thing, "name", None) or variable_names().get(id(thing))
    return readable(name) if name else None


def readable(name: Any, longest: int = 60) -> str:
    """A name as it can stand in a message: on one line, of a decent length, nothing that a terminal would obey.

    >>> readable("W" * 1000, longest=8), readable("two\\nlines")
    ('WWWWWWW…', 'twolines')
    """
    text = "".join(c for c in str(name) if c.isprintable())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
