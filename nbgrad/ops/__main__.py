"""``python -m nbgrad.ops`` prints the reference table, ``python -m nbgrad.ops tanh matmul`` two entries in full."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ..core.errors import UnknownOperationError
from . import reference


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is asked for and return the exit code: 0, or 2 where a name is not known."""
    parser = argparse.ArgumentParser(
        prog="python -m nbgrad.ops",
        description="All operations with their formulas, gradient rules and spellings; of those that are named, more.",
        allow_abbrev=False,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="an operation, as in: tanh, np.abs")
    parser.add_argument("--family", help="only the table of this family, as in: reduction")
    parser.add_argument("--markdown", action="store_true", help="as Markdown, with formulas in LaTeX")
    options = parser.parse_args(arguments)
    if options.names and options.family is not None:
        parser.error("either names of operations or a family, not both")
    try:
        asked = reference(*options.names, family=options.family)
    except UnknownOperationError as error:
        print(f"nbgrad: {error}", file=sys.stderr)
        return 2
    show(asked.markdown if options.markdown else asked.text)
    return 0


def show(text: str) -> None:
    """Print a text with mathematical signs, whatever the terminal's encoding; a reader may stop before its end."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        print(text, flush=True)
    except BrokenPipeError:  # python -m nbgrad.ops | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
