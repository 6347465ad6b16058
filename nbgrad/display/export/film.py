"""A backward pass as a film: GIF, which needs nothing but Matplotlib, and MP4, which needs the program ffmpeg."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrad.display import messages
from nbgrad.display.animated import MOST_STEPS, PAUSE, SECONDS, Film
from nbgrad.display.export import painter
from nbgrad.display.export.errors import EncoderError, FilmError
from nbgrad.display.export.shapes import read
from nbgrad.display.look import OptionError, shown

if TYPE_CHECKING:
    from matplotlib.animation import AbstractMovieWriter

USUAL = 128.0  # dots per inch of a film, unless the user says otherwise
MOST_PIXELS = 120_000_000  # of all frames together
MP4_ACROSS = 8_192  # dots of a side of an MP4, as its format's highest level has them
MP4_RATE = 25  # frames a second that an MP4 is said to have; players stumble over less than one


def to_gif(film: Film, seconds: float = SECONDS, dpi: float | None = None) -> bytes:
    """Return the film as GIF that starts again and again. seconds: how long a step is shown; dpi: as of ``to_png``.

    The final frame stays longer. Raises FilmError, OptionError, TooManyPixelsError.
    """
    from matplotlib.animation import PillowWriter

    return _filmed(film, lambda: PillowWriter(fps=_rate(seconds)), ".gif", seconds, dpi, painter.MOST_ACROSS)


def to_mp4(film: Film, seconds: float = SECONDS, dpi: float | None = None) -> bytes:
    """Return the film as MP4. seconds: how long a step is shown; dpi: as of ``to_png``.

    Raises FilmError, OptionError, TooManyPixelsError; EncoderError where the program ffmpeg is missing or fails.
    """
    from matplotlib import rc_context, rcParams
    from matplotlib.animation import FFMpegWriter

    if not FFMpegWriter.isAvailable():
        raise EncoderError(messages.say("no_ffmpeg"))
    path, arguments = rcParams["animation.ffmpeg_path"], rcParams["animation.ffmpeg_args"]

    def writer() -> AbstractMovieWriter:
        # The writer asks the settings for its program when it is made and again when it starts it.
        rcParams["animation.ffmpeg_path"], rcParams["animation.ffmpeg_args"] = path, arguments
        return FFMpegWriter(fps=_rate(seconds), extra_args=["-r", str(MP4_RATE), "-fflags", "+bitexact"])

    with rc_context():
        return _filmed(film, writer, ".mp4", seconds, dpi, MP4_ACROSS)


def _rate(seconds: float) -> Any:
    """Return frames a second; Matplotlib declares a whole number, but a frame may last longer than a second."""
    return 1 / seconds


def _filmed(
    film: Film, writer: Callable[[], AbstractMovieWriter], suffix: str, seconds: float, dpi: float | None, across: float
) -> bytes:
    _check(film, seconds)
    sheets = [read(film.frame(number)) for number in range(film.count)]
    sheets += [sheets[-1]] * max(round(PAUSE / seconds) - 1, 0)
    resolution = painter.resolution(sheets[0], dpi, MOST_PIXELS / film.count, USUAL, across)
    with painter.figure(sheets[0], resolution) as canvas, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film{suffix}"
        _write(writer(), canvas.figure, sheets, path)
        return path.read_bytes()


def _write(writer: AbstractMovieWriter, figure: Any, sheets: list[Any], path: Path) -> None:
    from subprocess import CalledProcessError

    try:
        with writer.saving(figure, str(path), figure.dpi):
            for sheet in sheets:
                figure.artists[0].sheet = sheet
                writer.grab_frame()
    except (CalledProcessError, BrokenPipeError) as error:
        raise EncoderError(messages.say("ffmpeg_failed", said=str(error))) from error


def _check(film: Film, seconds: float) -> None:
    if not film.count:
        raise FilmError(messages.say("film_empty"))
    if not film.plays:
        raise FilmError(messages.say("film_long", count=film.count, most=MOST_STEPS))
    if isinstance(seconds, bool) or not isinstance(seconds, Real) or not 0.05 <= seconds <= 60:
        raise OptionError(messages.say("film_seconds", seconds=shown(seconds)))
