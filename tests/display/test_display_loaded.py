"""The names of the display are loaded when they are used, and a layout needs few modules."""

import subprocess
import sys

import pytest

import nbgrad.display


@pytest.mark.parametrize("name", nbgrad.display.__all__)
def test_public_names_are_there(name):
    assert getattr(nbgrad.display, name) is not None
    assert name in dir(nbgrad.display)


def test_a_layout_loads_nothing_that_draws():
    code = (
        "import networkx, sys\nfrom nbgrad.display import layout\n"
        "layout(networkx.MultiDiGraph([(0, 1)]), {0: (60, 26), 1: (60, 26)})\n"
        "print(*[name for name in sys.modules if name.startswith('nbgrad.display.')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()
    assert all(name.startswith("nbgrad.display.arrange") for name in done.stdout.split())


def test_a_function_is_not_hidden_by_a_module_of_its_name():
    code = (
        "import importlib, pkgutil, nbgrad.display as display\n"
        "for each in pkgutil.iter_modules(display.__path__):\n"
        "    importlib.import_module(f'nbgrad.display.{each.name}')\n"
        "    assert each.name not in display.__all__, each.name\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'layuot'"):
        nbgrad.display.layuot  # noqa: B018
