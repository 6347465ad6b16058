"""Every sentence that pictures and players say, in one place, so that other languages can follow.

A sentence is a template for ``str.format``. ``say(key, ...)`` fills it in.
"""

from __future__ import annotations

from typing import Any

from nbgrad.display import measure
from nbgrad.display.messages import english


def operation(name: str) -> str:
    """Return what an operation is called in a caption.

    >>> operation("mse_loss"), operation("broadcast_to")
    ('mean squared error', 'broadcast to')
    """
    return english.OPERATIONS.get(name, measure.clean(name.replace("_", " "), 40))


def say(key: str, **filled: Any) -> str:
    """Return the sentence of that key with its places filled.

    >>> say("step", number=3, count=6)
    'step 3 of 6'
    """
    return english.SENTENCES[key].format(**filled)


def language() -> str:
    """Return the language that is spoken.

    >>> language()
    'en'
    """
    return "en"


def interface() -> dict[str, str]:
    """Return what the page itself has to say, such as the words on buttons: those with a key "ui_...", without "ui_".

    Places in braces are filled in by the page.

    >>> interface()["play"]
    'Play'
    """
    return {key.removeprefix("ui_"): said for key, said in english.SENTENCES.items() if key.startswith("ui_")}
