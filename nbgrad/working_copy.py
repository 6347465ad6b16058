"""A learner's own copy of the lessons, in which nothing that they changed is ever overwritten.

A small hidden file beside the lessons remembers the hash of what was copied last. A file that still has that
hash has not been touched and can be brought up to date; any other file belongs to the learner.
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

RECORD_NAME = ".nbgrad-lessons.json"


class WorkingCopyError(Exception):
    """The copy cannot be made; the message says why and what to do."""


@dataclass
class Report:
    """What was done, as names relative to the folder. `beside` pairs a kept file with its new version."""

    copied: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    beside: list[tuple[str, str]] = field(default_factory=list)
    record_was_damaged: bool = False


def lessons_folder() -> Path:
    """Where the lessons are: inside the installed package, or in the repository of an editable install."""
    package = Path(__file__).parent
    installed, repository = package / "lessons", package.parent / "notebooks"
    for folder in (installed, repository):
        if folder.is_dir():
            return folder
    raise WorkingCopyError(
        f"The lessons are missing: neither {installed} nor {repository} exists. Install nbgrad again."
    )


def lesson_files(source: Path) -> list[str]:
    """The files that make up the lessons, relative to `source`, notebooks and what they show, in order."""
    names = []
    for path in source.rglob("*"):
        relative = path.relative_to(source)
        hidden = any(part.startswith((".", "__")) for part in relative.parts)
        if path.is_file() and not hidden and path.name != "conftest.py":
            names.append(relative.as_posix())
    return sorted(names)


def unchanged_lessons(source: Path, folder: Path) -> list[str]:
    """The lessons that are the same in `folder` as in `source`."""
    return [
        name
        for name in lesson_files(source)
        if (folder / name).is_file() and (folder / name).read_bytes() == (source / name).read_bytes()
    ]


def update_working_copy(source: Path, folder: Path) -> Report:
    """Bring `folder` up to date with the lessons in `source`, keeping every file that was changed there.

    Raises WorkingCopyError when the folder cannot be used; then no lesson in it has been changed.
    """
    _make_folder(folder)
    report = Report()
    record = _read_record(folder, report)
    try:
        for name in lesson_files(source):
            _update_file(name, (source / name).read_bytes(), folder, record, report)
    except OSError as error:
        raise WorkingCopyError(f"Cannot write {error.filename or folder}: {error.strerror or error}.") from error
    finally:
        _write_record(folder, record)
    return report


def _update_file(name: str, content: bytes, folder: Path, record: dict[str, str], report: Report) -> None:
    target, shipped = folder / name, _hash(content)
    if not target.exists():
        _write(target, content)
        report.copied.append(name)
    else:
        present = _hash(target.read_bytes())
        if present == shipped:
            pass
        elif present == record.get(name):
            _write(target, content)
            report.updated.append(name)
        elif record.get(name) == shipped:
            report.kept.append(name)
        else:
            report.beside.append((name, _put_beside(name, content, folder, record)))
    record[name] = shipped


def _put_beside(name: str, content: bytes, folder: Path, record: dict[str, str]) -> str:
    """Write the new version of a changed file under a free name, and return it.

    A new version from an earlier time is replaced only while it, too, has not been touched.
    """
    path, number = Path(name), 1
    while True:
        label = "(new)" if number == 1 else f"(new {number})"
        other = path.with_name(f"{path.stem} {label}{path.suffix}").as_posix()
        target = folder / other
        if not target.exists() or _hash(target.read_bytes()) in (record.get(other), _hash(content)):
            _write(target, content)
            record[other] = _hash(content)
            return other
        number += 1


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise WorkingCopyError(f"{folder} cannot be a folder: a file is in the way.") from None
    except OSError as error:
        raise WorkingCopyError(f"Cannot create {folder}: {error.strerror or error}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise WorkingCopyError(f"Cannot write to {folder}: permission denied. Choose another folder with --dir.")


def _read_record(folder: Path, report: Report) -> dict[str, str]:
    """The hashes copied last. Without a readable record every file that differs counts as changed."""
    path = folder / RECORD_NAME
    try:
        hashes = json.loads(path.read_text(encoding="utf-8"))["sha256"]
        return {str(name): str(value) for name, value in hashes.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        report.record_was_damaged = True
        return {}


def _write_record(folder: Path, record: dict[str, str]) -> None:
    about = "Written by nbgrad: hashes of the lessons as they were copied, to tell which ones you changed."
    text = json.dumps({"about": about, "sha256": dict(sorted(record.items()))}, indent=1) + "\n"
    try:
        _write(folder / RECORD_NAME, text.encode())
    except OSError as error:
        raise WorkingCopyError(f"Cannot write to {folder}: {error.strerror or error}.") from error


def _write(path: Path, content: bytes) -> None:
    """Write the whole file or nothing: a full disk must not leave half a notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
