"""Writing a picture to a file: the ending of the name says what it becomes."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nbgrad.display import messages, schema
from nbgrad.display.animated import Film
from nbgrad.display.export import dot, film, mermaid, page, painter
from nbgrad.display.export.errors import FolderError, FormatError
from nbgrad.display.look import DEFAULT, Look, OptionError

Writer = Callable[..., str | bytes]
FILMS = (".gif", ".mp4")
GRAPHS = (".dot", ".mmd")


def save_drawing(path: str | Path, svg: str, graph: Any, text: str, look: Look = DEFAULT, **options: Any) -> Path:
    """Write a still picture and return the path of the file.

    The ending decides: .svg, .png (``dpi``), .pdf, .html, .dot or .gv (Graphviz), .mmd or .mermaid. An existing file
    is replaced; where something goes wrong, it is left as it was. look: how the graph is written, where it is not the
    picture.

    Raises FormatError, FolderError, OptionError, TooManyPixelsError.
    """
    title = painter.read(svg).title

    def png(dpi: float | None = None) -> bytes:
        return painter.to_png(svg, dpi)

    writers: dict[str, Writer] = {
        ".svg": lambda: svg,
        ".png": png,
        ".pdf": lambda: painter.to_pdf(svg),
        ".html": lambda: page.to_html(svg, title, text, look.theme),
        ".dot": lambda: dot.to_dot(graph, look=look) + "\n",
        ".gv": lambda: dot.to_dot(graph, look=look) + "\n",
        ".mmd": lambda: mermaid.to_mermaid(graph, look=look) + "\n",
        ".mermaid": lambda: mermaid.to_mermaid(graph, look=look) + "\n",
    }
    hint = "format_has_no_steps" if graph.graph.get(schema.OF_TORCH) else "format_is_played"
    return save(path, writers, dict.fromkeys(FILMS, messages.say(hint)), options)


def save_film(path: str | Path, played: Film, text: str, **options: Any) -> Path:
    """Write a backward pass and return the path of the file.

    The ending decides: .gif and .mp4 (``seconds`` a step, ``dpi``), .html that plays by itself; .svg plays by itself,
    or shows one step (``step``, from 1); .png (``step``, ``dpi``) and .pdf (``step``) show one, by default the last.
    Else as ``save_drawing``; raises FilmError and EncoderError, too.
    """

    def svg(step: int | None = None) -> str:
        return played.svg if step is None else _step(played, step)

    def png(step: int | None = None, dpi: float | None = None) -> bytes:
        return painter.to_png(_step(played, step), dpi)

    def pdf(step: int | None = None) -> bytes:
        return painter.to_pdf(_step(played, step))

    def gif(seconds: float = film.SECONDS, dpi: float | None = None) -> bytes:
        return film.to_gif(played, seconds, dpi)

    def mp4(seconds: float = film.SECONDS, dpi: float | None = None) -> bytes:
        return film.to_mp4(played, seconds, dpi)

    writers: dict[str, Writer] = {
        ".svg": svg,
        ".png": png,
        ".pdf": pdf,
        ".html": lambda: page.film_to_html(played, text),
        ".gif": gif,
        ".mp4": mp4,
    }
    return save(path, writers, dict.fromkeys(GRAPHS, messages.say("format_is_graph")), options)


def _step(played: Film, step: int | None) -> str:
    """Return the picture of a step, counted from 1 as the picture itself says it."""
    if step is not None and step not in range(1, played.count + 1):
        raise OptionError(messages.say("no_step", step=step, count=played.count))
    return played.frame(None if step is None else step - 1)


def save(path: str | Path, writers: Mapping[str, Writer], hints: Mapping[str, str], options: dict[str, Any]) -> Path:
    """Write what the writer for the file's ending gives. hints: what to say of endings that belong elsewhere.
    options: those that are None were not given."""
    path = Path(path).expanduser()
    writer = writers.get(path.suffix.lower())
    if writer is None:
        known = ", ".join(writers)
        said = messages.say("unknown_format", name=path.name, suffix=path.suffix, known=known)
        raise FormatError(f"{said} {hints.get(path.suffix.lower(), '')}".rstrip())
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in inspect.signature(writer).parameters:
            others = [suffix for suffix, other in writers.items() if name in inspect.signature(other).parameters]
            known = ", ".join(others) or "—"
            raise OptionError(messages.say("option_elsewhere", option=name, suffix=path.suffix, known=known))
    if not path.parent.is_dir():
        raise FolderError(messages.say("no_folder", folder=str(path.parent), name=path.name))
    content = writer(**given)
    _replace(path, content.encode() if isinstance(content, str) else content)
    return path


def _replace(path: Path, content: bytes) -> None:
    """Write all of it, or leave what was there: first under another name, which then takes the file's place."""
    path = path.resolve()  # what a link points to is replaced, not the link
    if path.is_dir():
        raise IsADirectoryError(messages.say("is_folder", path=str(path)))
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
