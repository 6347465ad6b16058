"""Binder installs what `binder/requirements.txt` pins; it must be what the package asks for, and all of it."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def test_every_dependency_is_pinned_to_a_version_that_the_package_takes():
    lines = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for text in project["dependencies"] + project["optional-dependencies"]["lab"]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(pinned[wanted.name]), f"{wanted} is pinned to {pinned[wanted.name]}"


def test_the_python_is_one_that_the_package_takes():
    version = (ROOT / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert tuple(map(int, version.split("."))) >= (3, 11)
