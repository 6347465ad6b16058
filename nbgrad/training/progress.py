"""A text progress bar for runs that take a while."""

from __future__ import annotations

import os
import sys
import time

PATIENCE = 2.0  # seconds before anything is shown
PAUSE = 0.25  # seconds between two updates
WIDTH = 28


class Progress:
    """A line on stderr that is rewritten in place, once a run has lasted two seconds, and removed at its end.

    Nothing is ever printed to a file or a pipe, nor when the environment variable ``NBGRAD_QUIET`` is set, so what a
    program prints does not depend on how fast the machine is.
    """

    def __init__(self, wanted: bool | None, total: int) -> None:
        self.total = total
        self.started = time.perf_counter()
        self.due = self.started + (PATIENCE if wanted is None else 0.0)
        self.on = wanted is not False and not os.environ.get("NBGRAD_QUIET") and _is_live(sys.stderr)
        self.length = 0

    def show(self, done: int, loss: float | None) -> None:
        """Show that ``done`` epochs are over, if it is time to."""
        if not self.on or (now := time.perf_counter()) < self.due:
            return
        self.due = now + PAUSE
        left = (now - self.started) / max(done, 1) * (self.total - done)
        filled = round(WIDTH * done / max(self.total, 1))
        line = f"{'█' * filled}{'░' * (WIDTH - filled)} epoch {done} of {self.total}"
        line += f", loss {loss:.4g}" if loss is not None else ""
        self._write(f"{line}, {seconds(left)} left")

    def close(self) -> None:
        """Remove the line."""
        if self.length:
            self._write("")
            sys.stderr.write("\r")
            sys.stderr.flush()
            self.length = 0

    def _write(self, line: str) -> None:
        sys.stderr.write("\r" + line.ljust(self.length))
        sys.stderr.flush()
        self.length = len(line)


def seconds(duration: float) -> str:
    """A duration in words that fit in a corner.

    >>> seconds(0.42), seconds(75), seconds(7300)
    ('0.4 s', '1 min 15 s', '2 h 1 min')
    """
    if duration < 10:
        return f"{duration:.1f} s"
    whole = round(duration)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _is_live(stream: object) -> bool:
    """Whether someone is looking: a terminal, or a notebook's output."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) or type(stream).__module__.startswith("ipykernel")
