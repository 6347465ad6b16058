"""Every sentence that pictures and players say, in one place, and in the language that was chosen.

A language is a file beside this one. Its SENTENCES are templates for ``str.format``, which ``say(key, ...)`` fills in;
OPERATIONS are the names of operations in captions, NOTES what the operations' own notes say, FORMULAS the words
within their formulas, and PASSES what the rewriting passes of programs do. English is complete; what another language
lacks is said in English.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

from nbgrad.display import measure
from nbgrad.display.messages import english

LANGUAGES = {"en": "english", "zh-Hant": "traditional_chinese", "zh-Hans": "simplified_chinese"}  # code: file
TRADITIONAL = ("hant", "tw", "hk", "mo")  # scripts and regions of Traditional Chinese; all others write Simplified
# Variables of the environment, the strongest first: our own, then those of gettext in gettext's order
# (https://docs.python.org/3/library/gettext.html#gettext.find).
VARIABLES = ("NBGRAD_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

_chosen: str | None = None


class UnknownLanguageWarning(UserWarning):
    """NBGRAD_LANGUAGE names a language in which nbgrad has no sentences, so English is spoken.

    The variable takes what ``ng.set_language`` takes: "en", "zh-Hant", "zh-Hans", and names of places such as "zh_TW".
    """


class UnknownLanguageError(ValueError):
    """A language was asked for in which nbgrad has no sentences.

    ``ng.set_language`` takes the codes "en", "zh-Hant" and "zh-Hans", the names that operating systems give to
    places where these are spoken, such as "zh_TW" or "en_GB.UTF-8", and None for what the environment says.
    """


def set_language(code: str | None) -> None:
    """Choose the language of pictures, tables and players; it holds from the next one on.

    Parameters
    ----------
    code
        "en" (English), "zh-Hant" (Traditional Chinese) or "zh-Hans" (Simplified Chinese). Names of places do as well:
        "zh_TW", "zh-CN", "en_GB.UTF-8". None: as the environment says (NBGRAD_LANGUAGE, LANGUAGE, LC_ALL,
        LC_MESSAGES, LANG, the first that is set; read now), in English where that is another language.

    Raises
    ------
    UnknownLanguageError
        There are no sentences in that language.

    >>> set_language("zh_TW")
    >>> language()
    'zh-Hant'
    >>> set_language("en")
    """
    global _chosen
    _chosen = None if code is None else _code(code)
    _of_environment.cache_clear()


def language() -> str:
    """Return the code of the language that pictures and players speak now: "en", "zh-Hant" or "zh-Hans".

    >>> set_language("en")
    >>> language()
    'en'
    """
    return _of_environment() if _chosen is None else _chosen


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language within this block, whatever has been chosen.

    >>> with speaking("zh-Hans"):
    ...     language()
    'zh-Hans'
    """
    global _chosen
    before, _chosen = _chosen, _code(code)
    try:
        yield
    finally:
        _chosen = before


def _code(name: Any) -> str:
    """Return the code of a language from any of its names."""
    place = name.partition(".")[0].partition("@")[0] if isinstance(name, str) else ""  # "zh_TW.UTF-8": zh_TW
    parts = place.lower().replace("_", "-").split("-")
    if parts[0] == "zh":
        return "zh-Hant" if "hans" not in parts and any(part in TRADITIONAL for part in parts) else "zh-Hans"
    if parts[0] == "en":
        return "en"
    raise UnknownLanguageError(
        f"there are no sentences in {name!r}; the languages are 'en' (English), 'zh-Hant' (Traditional Chinese) and "
        "'zh-Hans' (Simplified Chinese), and set_language(None) takes the one of your environment"
    )


@cache  # every sentence asks
def _of_environment() -> str:
    named = next(filter(None, map(os.environ.get, VARIABLES)), "en")
    for name in named.split(":"):  # LANGUAGE may name several, the best first: "fr:zh_TW"
        try:
            return _code(name)
        except UnknownLanguageError as unknown:  # such as "C" or "fr_FR"
            if os.environ.get(VARIABLES[0]):  # our own variable was meant for us
                warnings.warn(f"{VARIABLES[0]}: {unknown}", UnknownLanguageWarning, stacklevel=2)
    return "en"


@cache
def _file(code: str) -> Any:
    return import_module(f"{__name__}.{LANGUAGES[code]}")


def _spoken(table: str) -> dict[str, str]:
    """Return one of the tables of the language that is spoken now."""
    found: dict[str, str] = getattr(_file(language()), table)
    return found


def operation(name: str) -> str:
    """Return what an operation is called in a caption.

    >>> operation("mse_loss"), operation("broadcast_to")
    ('mean squared error', 'broadcast to')
    """
    called = _spoken("OPERATIONS").get(name) or english.OPERATIONS.get(name)
    return called or measure.clean(name.replace("_", " "), 40)


def kind(name: str) -> str:
    """Return what a kind of node is called.

    >>> kind("parameter")
    'parameter'
    """
    return say(f"ui_kind_{name}")


def called(name: str) -> str:
    """Return what an operation is called within a text about code: in English by its name in Python.

    >>> called("mse_loss")
    'mse_loss'
    """
    return name if language() == "en" else operation(name)


def rewriting(name: str, english_clause: str) -> str:
    """Return what a rewriting pass does in the language that is spoken: the clause given, which is English, where there
    is none.

    >>> rewriting("fold_constants", "Compute what is known beforehand")
    'Compute what is known beforehand'
    """
    return _spoken("PASSES").get(name, english_clause)


def note(name: str, english_note: str) -> str:
    """Return an operation's note in the language that is spoken: the one given, which is English, where there is none.

    >>> note("add", "Addition hands the gradient on unchanged to both of its inputs.")
    'Addition hands the gradient on unchanged to both of its inputs.'
    """
    return _spoken("NOTES").get(name, english_note)


def formula(declared: str) -> str:
    """Return the formula of a local derivative with its words in the language that is spoken.

    >>> formula("{g} summed over the rows")
    '{g} summed over the rows'
    """
    return _spoken("FORMULAS").get(declared, declared)


def say(key: str, **filled: Any) -> str:
    """Return the sentence of that key with its places filled.

    >>> say("step", number=3, count=6)
    'step 3 of 6'
    >>> say("group_line", path="RNN", names="x, h, …")
    'Group RNN: x, h, …'
    """
    template = _spoken("SENTENCES").get(key) or english.SENTENCES[key]
    said = template.format(**filled)
    return said[:-1] if said.endswith(("….", "…。")) else said  # what is left open needs no full stop


def counted(key: str, count: int, **filled: Any) -> str:
    """Return the sentence of that key with a number in it, or that of a single one.

    >>> counted("group_note", 1200), counted("group_note", 1)
    ('1,200 nodes', '1 node')
    """
    return say(f"{key}_one" if count == 1 else key, count=f"{count:,}", **filled)


def listed(names: Iterable[str]) -> str:
    """Return names one after the other, as the language separates them.

    >>> listed(["x", "W", "b"])
    'x, W, b'
    """
    return _joined("names", names)


def together(sentences: Iterable[str]) -> str:
    """Return sentences one after the other, without the empty ones, as the language separates them.

    >>> together(["It is one.", "", "It adds up."])
    'It is one. It adds up.'
    """
    return _joined("sentences", filter(None, sentences))


def facts(said: Iterable[str]) -> str:
    """Return what is said of one thing, one after the other: "min 1, max 3, 1 NaN"."""
    return _joined("facts", said)


def parts(said: Iterable[str]) -> str:
    """Return parts that may each consist of several facts, one after the other: "shape 2×3, float64; value: 3"."""
    return _joined("parts", said)


def headed(heading: str, said: str) -> str:
    """Return what is said under a heading, on one line: "step 1: y = 2x"."""
    return _joined("heading", (heading, said))


def _joined(what: str, said: Iterable[str]) -> str:
    between: str = _file(language()).BETWEEN[what]
    return between.join(said)


def interface(prefix: str = "ui_") -> dict[str, str]:
    """Return what a page itself has to say, such as the words on buttons: those whose keys begin with ``prefix``,
    without it. "ui_" is the player's.

    Places in braces are filled in by the page.

    >>> interface()["play"], interface("trainer_")["more"]
    ('Play', '{epochs} more')
    """
    said = english.SENTENCES | _spoken("SENTENCES")
    return {key.removeprefix(prefix): said[key] for key in english.SENTENCES if key.startswith(prefix)}
