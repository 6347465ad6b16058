"""The wheel carries everything that a learner needs, and works without the repository."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(unpacked, *arguments, cwd):
    """Run Python so that it finds the unpacked wheel before the repository."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True, text=True).stdout


def test_the_wheel_carries_every_source_file(unpacked):
    for suffix in ("py", "pyi", "js", "css", "csv"):
        for path in (ROOT / "nbgrad").rglob(f"*.{suffix}"):
            assert (unpacked / path.relative_to(ROOT)).is_file(), f"{path} is not in the wheel"
    for example in ("widgets/css/theme.css", "widgets/js/player.js", "data/boston.csv"):
        assert (unpacked / "nbgrad" / example).is_file()


def test_the_wheel_carries_the_lessons_and_not_their_tests(unpacked):
    lessons = unpacked / "nbgrad" / "lessons"
    expected = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert expected
    assert sorted(path.name for path in lessons.glob("*.ipynb")) == expected
    assert not (lessons / "conftest.py").exists()


def test_the_wheel_carries_nothing_else(unpacked):
    assert {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")} == {"nbgrad"}
    assert not [path for path in unpacked.rglob("*") if "__pycache__" in path.parts or path.suffix == ".pyc"]


def test_the_wheel_works_without_the_repository(unpacked, tmp_path):
    code = "import nbgrad, nbgrad.data; print(nbgrad.__file__); print(nbgrad.data.load_boston().data.shape)"
    where, shape = run(unpacked, "-c", code, cwd=tmp_path).splitlines()
    assert Path(where).is_relative_to(unpacked)
    assert shape == "(506, 12)"


def test_the_command_copies_the_lessons_of_the_wheel(unpacked, tmp_path):
    run(unpacked, "-m", "nbgrad", "lessons", "--dir", "copy", cwd=tmp_path)
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert (tmp_path / "copy" / path.name).read_bytes() == path.read_bytes()
