"""The command line: `nbgrad lab` opens the lessons, `nbgrad lessons` copies and lists them."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from nbgrad.working_copy import (
    Report,
    WorkingCopyError,
    lesson_files,
    lessons_folder,
    unchanged_lessons,
    update_working_copy,
)

DEFAULT_FOLDER = "nbgrad-lessons"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 for success, 1 for failure, 2 for a wrong call."""
    parser = _parser()
    options, further = parser.parse_known_args(arguments)
    if further and options.command is not _lab:
        parser.error(f"unrecognized arguments: {' '.join(further)}")
    options.further = [argument for argument in further if argument != "--"]
    try:
        return options.command(options)
    except WorkingCopyError as error:
        print(f"nbgrad: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nbgrad",
        description="Lessons on gradient descent and automatic differentiation.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"nbgrad {version('nbgrad')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    folder = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    folder.add_argument(
        "--dir",
        type=_folder,
        default=Path(DEFAULT_FOLDER),
        metavar="DIR",
        help=f"folder of your copy of the lessons (default: {DEFAULT_FOLDER}); files you changed are kept",
    )
    lab = commands.add_parser(
        "lab",
        parents=[folder],
        allow_abbrev=False,
        help="copy the lessons and open them in JupyterLab",
        epilog="Further arguments are passed on to JupyterLab.",
    )
    lab.add_argument("--port", type=_port, metavar="N", help="port to listen on (default: 8888; 0: any free port)")
    lab.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")
    lab.set_defaults(command=_lab)

    lessons = commands.add_parser(
        "lessons", parents=[folder], allow_abbrev=False, help="copy the lessons and list them"
    )
    lessons.set_defaults(command=_lessons)
    return parser


def _folder(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("the name of a folder cannot be empty")
    return Path(text).expanduser()


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"a port is a whole number from 0 to 65535, not {text!r}")
    return int(text)


def _lessons(options: argparse.Namespace) -> int:
    source = lessons_folder()
    _tell(update_working_copy(source, options.dir), options.dir)
    names = [name for name in lesson_files(source) if name.endswith(".ipynb")]
    width = max((len(name) for name in names), default=0)
    print(f"Lessons in {options.dir}:")
    for name in names:
        print(f"  {name:<{width}}  {_title(source / name)}".rstrip())
    return 0


def _lab(options: argparse.Namespace) -> int:
    if find_spec("jupyterlab") is None:
        print(
            "nbgrad: JupyterLab is not installed in this environment. Install it, then try again:\n"
            f"  {sys.executable} -m pip install jupyterlab",
            file=sys.stderr,
        )
        return 1
    _tell(update_working_copy(lessons_folder(), options.dir), options.dir)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={options.dir.resolve()}"]
    if options.port is not None:
        command.append(f"--port={options.port}")
    if options.no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in options.further:
        command.append("--allow-root")  # in a container one is root, and JupyterLab would refuse to start
    command += options.further
    _trust(options.dir)
    print(f"Opening {options.dir} in JupyterLab; Ctrl+C stops it.", flush=True)
    if os.name == "nt":  # there, exec would return to the prompt while JupyterLab still runs
        return subprocess.call(command)
    os.execv(sys.executable, command)


def _trust(folder: Path) -> None:
    """Let JupyterLab show the pictures that are saved in unchanged lessons: this package made them itself."""
    from nbformat import read
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    for name in unchanged_lessons(lessons_folder(), folder):
        if name.endswith(".ipynb"):
            notary.sign(read(folder / name, as_version=4))


def _tell(report: Report, folder: Path) -> None:
    """One plain line for each thing that was done."""
    if report.record_was_damaged:
        print("The record of earlier copies cannot be read, so every file that differs is kept.")
    if report.copied:
        print(f"Copied {_count(report.copied)} to {folder}.")
    for name in report.updated:
        print(f"Updated {name}: there is a newer version, and you had not changed yours.")
    for name, other in report.beside:
        print(f"Kept your {name}; the new version is beside it as {other}.")
    for name in report.kept:
        print(f"Kept your {name}.")


def _count(names: list[str]) -> str:
    return "1 file" if len(names) == 1 else f"{len(names)} files"


def _title(notebook: Path) -> str:
    """The first heading in a notebook, or nothing."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines()]
    return next((line.lstrip("#").strip() for line in lines if line.startswith("#")), "")
