"""The command line, and the promise that a learner's changes are never overwritten."""

import os
import subprocess
import sys
from importlib.metadata import version

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from nbgrad import cli
from nbgrad.working_copy import RECORD_NAME, Report, WorkingCopyError, lesson_files, update_working_copy


def notebook(title, source="1 + 1"):
    cells = [nbformat.v4.new_markdown_cell(f"# {title}\n\nWords."), nbformat.v4.new_code_cell(source)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    """A small set of lessons in the place of the real ones."""
    source = tmp_path / "source"
    (source / "images").mkdir(parents=True)
    (source / "a.ipynb").write_text(notebook("The tape"))
    (source / "b.ipynb").write_text(notebook("The graph"))
    (source / "images" / "one.svg").write_text("<svg/>")
    (source / "conftest.py").write_text("")
    (source / ".ipynb_checkpoints").mkdir()
    (source / ".ipynb_checkpoints" / "a.ipynb").write_text("{}")
    monkeypatch.setattr(cli, "lessons_folder", lambda: source)
    return source


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "copy"


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_first_copy_brings_lessons_and_pictures_and_nothing_else(lessons, copy):
    report = update_working_copy(lessons, copy)
    assert files_in(copy) == [RECORD_NAME, "a.ipynb", "b.ipynb", "images/one.svg"]
    assert report.copied == ["a.ipynb", "b.ipynb", "images/one.svg"]
    assert (copy / "a.ipynb").read_bytes() == (lessons / "a.ipynb").read_bytes()


def test_nothing_happens_the_second_time(lessons, copy):
    update_working_copy(lessons, copy)
    before = {name: (copy / name).stat().st_mtime_ns for name in lesson_files(copy)}
    report = update_working_copy(lessons, copy)
    assert report == Report()
    assert {name: (copy / name).stat().st_mtime_ns for name in lesson_files(copy)} == before


def test_an_untouched_file_is_updated(lessons, copy):
    update_working_copy(lessons, copy)
    (lessons / "a.ipynb").write_text(notebook("The tape, better"))
    assert update_working_copy(lessons, copy).updated == ["a.ipynb"]
    assert "better" in (copy / "a.ipynb").read_text()


def test_a_changed_file_is_kept_and_no_copy_is_made_of_an_old_lesson(lessons, copy):
    update_working_copy(lessons, copy)
    (copy / "a.ipynb").write_text("mine")
    report = update_working_copy(lessons, copy)
    assert report.kept == ["a.ipynb"]
    assert (copy / "a.ipynb").read_text() == "mine"
    assert "a (new).ipynb" not in files_in(copy)


def test_a_new_version_is_put_beside_a_changed_file_once(lessons, copy):
    update_working_copy(lessons, copy)
    (copy / "a.ipynb").write_text("mine")
    (lessons / "a.ipynb").write_text(notebook("Second"))
    assert update_working_copy(lessons, copy).beside == [("a.ipynb", "a (new).ipynb")]
    assert (copy / "a.ipynb").read_text() == "mine"
    assert "Second" in (copy / "a (new).ipynb").read_text()
    assert update_working_copy(lessons, copy).beside == []


def test_the_new_version_is_a_learners_file_as_soon_as_they_change_it(lessons, copy):
    update_working_copy(lessons, copy)
    (copy / "a.ipynb").write_text("mine")
    (lessons / "a.ipynb").write_text(notebook("Second"))
    update_working_copy(lessons, copy)
    (lessons / "a.ipynb").write_text(notebook("Third"))
    assert update_working_copy(lessons, copy).beside == [("a.ipynb", "a (new).ipynb")]  # untouched: replaced
    (copy / "a (new).ipynb").write_text("mine, too")
    (lessons / "a.ipynb").write_text(notebook("Fourth"))
    assert update_working_copy(lessons, copy).beside == [("a.ipynb", "a (new 2).ipynb")]
    assert (copy / "a.ipynb").read_text() == "mine"
    assert (copy / "a (new).ipynb").read_text() == "mine, too"
    assert "Fourth" in (copy / "a (new 2).ipynb").read_text()


def test_a_file_that_was_there_before_is_kept(lessons, copy):
    copy.mkdir()
    (copy / "a.ipynb").write_text("there before")
    assert update_working_copy(lessons, copy).beside == [("a.ipynb", "a (new).ipynb")]
    assert (copy / "a.ipynb").read_text() == "there before"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"sha256": 3}', "\xff"])
def test_without_a_readable_record_what_differs_is_kept(lessons, copy, damage):
    update_working_copy(lessons, copy)
    (copy / "a.ipynb").write_text("mine")
    (copy / RECORD_NAME).write_text(damage, encoding="latin-1")
    report = update_working_copy(lessons, copy)
    assert report.record_was_damaged
    assert (copy / "a.ipynb").read_text() == "mine"
    assert not update_working_copy(lessons, copy).record_was_damaged


def test_a_deleted_lesson_comes_back(lessons, copy):
    update_working_copy(lessons, copy)
    (copy / "b.ipynb").unlink()
    assert update_working_copy(lessons, copy).copied == ["b.ipynb"]


def test_a_folder_in_the_place_of_a_lesson_is_a_clear_error(lessons, copy):
    (copy / "a.ipynb").mkdir(parents=True)
    with pytest.raises(WorkingCopyError, match=r"a\.ipynb.*directory"):
        update_working_copy(lessons, copy)


def test_lessons_are_copied_and_listed_with_their_titles(lessons, copy, capsys):
    assert cli.main(["lessons", "--dir", str(copy)]) == 0
    expected = f"Copied 3 files to {copy}.\nLessons in {copy}:\n  a.ipynb  The tape\n  b.ipynb  The graph\n"
    assert capsys.readouterr().out == expected


def test_each_decision_is_one_plain_line(lessons, copy, capsys):
    cli.main(["lessons", "--dir", str(copy)])
    (copy / "a.ipynb").write_text("mine")
    (lessons / "a.ipynb").write_text(notebook("Second"))
    (lessons / "b.ipynb").write_text(notebook("Second"))
    capsys.readouterr()
    cli.main(["lessons", "--dir", str(copy)])
    lines = capsys.readouterr().out.splitlines()
    assert "Kept your a.ipynb; the new version is beside it as a (new).ipynb." in lines
    assert "Updated b.ipynb: there is a newer version, and you had not changed yours." in lines


@pytest.fixture
def jupyter_data(tmp_path, monkeypatch):
    """Where Jupyter keeps its signatures, away from those of whoever runs the tests."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


def test_lab_starts_jupyterlab_on_the_copy_and_passes_arguments_on(lessons, copy, monkeypatch, jupyter_data):
    started = []
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(os, "execv", lambda path, command: started.append((path, command)) or 0)
    arguments = ["lab", "--dir", str(copy), "--port", "9123", "--no-browser", "--ip", "::1", "--LabApp.x=y"]
    cli.main(arguments)
    assert (copy / "a.ipynb").exists()
    [(path, command)] = started
    assert path == command[0] == sys.executable
    assert command[1:3] == ["-m", "jupyterlab"]
    passed = ["--port=9123", "--no-browser", "--ip", "::1", "--LabApp.x=y"]
    assert command[3:] == [f"--ServerApp.root_dir={copy.resolve()}", *passed]


def test_lab_starts_in_a_container_too(lessons, copy, monkeypatch, jupyter_data):
    started = []
    monkeypatch.setattr(os, "execv", lambda path, command: started.append(command) or 0)
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    cli.main(["lab", "--dir", str(copy)])
    assert started[0][-1] == "--allow-root"


def test_lab_trusts_the_lessons_that_it_copied_and_no_others(lessons, copy, monkeypatch, jupyter_data):
    monkeypatch.setattr(os, "execv", lambda path, command: 0)
    cli.main(["lessons", "--dir", str(copy)])
    (copy / "a.ipynb").write_text(notebook("Changed"))
    cli.main(["lab", "--dir", str(copy)])
    notary = NotebookNotary()
    trusted = {name: notary.check_signature(nbformat.read(copy / name, 4)) for name in ("a.ipynb", "b.ipynb")}
    assert trusted == {"a.ipynb": False, "b.ipynb": True}


def test_lab_without_jupyterlab_names_the_command_to_run(lessons, copy, monkeypatch, capsys):
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    assert cli.main(["lab", "--dir", str(copy)]) == 1
    assert f"{sys.executable} -m pip install jupyterlab" in capsys.readouterr().err
    assert not copy.exists()


@pytest.mark.parametrize("port", ["99999", "-1", "abc", "80.5", ""])
def test_a_bad_port_is_said_before_anything_is_copied(lessons, copy, capsys, port):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["lab", "--dir", str(copy), f"--port={port}"])
    assert stopped.value.code == 2
    assert "a port is a whole number from 0 to 65535" in capsys.readouterr().err
    assert not copy.exists()


@pytest.mark.parametrize("command", ["lab", "lessons"])
def test_a_file_in_the_place_of_the_folder_is_a_clear_error(lessons, tmp_path, capsys, command):
    (tmp_path / "file").write_text("")
    for place in ("file", "file/below"):
        assert cli.main([command, "--dir", str(tmp_path / place)]) == 1
        assert "a file is in the way" in capsys.readouterr().err


def test_lessons_takes_no_further_arguments(lessons, copy, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["lessons", "--dir", str(copy), "--bogus"])
    assert stopped.value.code == 2
    assert "--bogus" in capsys.readouterr().err
    assert not copy.exists()


def test_python_m_nbgrad_is_the_command():
    run = subprocess.run([sys.executable, "-m", "nbgrad", "--version"], capture_output=True, text=True, check=True)
    assert run.stdout == f"nbgrad {version('nbgrad')}\n"


def test_without_a_command_the_usage_is_shown():
    run = subprocess.run([sys.executable, "-m", "nbgrad"], capture_output=True, text=True)
    assert run.returncode == 2
    assert "usage: nbgrad" in run.stderr
