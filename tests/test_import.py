"""Imports: what `import nbgrad` loads, and that within the package they only run downwards."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import nbgrad

PACKAGE = Path(nbgrad.__file__).parent
DRAWING = ("matplotlib", "networkx", "IPython", "ipywidgets", "anywidget", "traitlets")
HEAVY = (*DRAWING, "nbgrad.display", "nbgrad.widgets")

# The house, from the ground up: a part imports only what stands on a floor below its own.
FLOORS = [
    {"core", "display", "working_copy"},  # foundations: they know neither each other nor anything else
    {"ops", "cli"},
    {"program"},
    {"nn", "optim", "data"},
    {"graph", "tape"},
    {"training", "plots"},
    {"widgets"},
    {"notebook"},
    {"seeing"},
]
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
MAY_DRAW = {"widgets", "notebook", "seeing"}  # the engine and the training loop know nothing of pictures


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if "lessons" not in path.parts)


def room_of(path):
    """The part of the package that a file belongs to: ``core``, ``display``, ``tape``, ..."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def statements(tree):
    """The import statements that run: those for type checkers alone are left out."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            waiting.extend(node.orelse)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        else:
            waiting.extend(ast.iter_child_nodes(node))


def imported(path):
    """The full names of the modules that a file imports, relative ones resolved."""
    package = ["nbgrad", *path.relative_to(PACKAGE).parts[:-1]]
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            continue
        base = package[: len(package) - node.level + 1] if node.level else []
        module = ".".join([*base, *([node.module] if node.module else [])])
        for alias in node.names:  # `from . import tape` names a module, `from .core.names import name_of` does not
            deeper = PACKAGE.parent.joinpath(*module.split("."), alias.name)
            is_module = deeper.is_dir() or deeper.with_suffix(".py").exists()
            yield f"{module}.{alias.name}" if is_module else module


def rooms_imported(path):
    found = set()
    for name in imported(path):
        if name == "nbgrad":
            found.add("the top")
        elif name.startswith("nbgrad."):
            found.add(name.split(".")[1])
    return found - {room_of(path)}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_downwards(path):
    room = room_of(path)
    if room in ("__init__", "__main__"):  # the roof
        return
    assert room in FLOOR_OF, "a new part of the house: say on which floor it stands"
    below = set().union(*FLOORS[: FLOOR_OF[room]])
    if room not in MAY_DRAW:
        below -= {"display"}
    above = rooms_imported(path) - below
    assert not above, f"{path.relative_to(PACKAGE)} imports {', '.join(sorted(above))}"


def test_the_foundations_need_little():
    for room, allowed in (("core", {"numpy"}), ("ops", {"numpy"}), ("display", {"numpy", "networkx", "latex2mathml"})):
        for path in (PACKAGE / room).rglob("*.py"):
            outside = {name.split(".")[0] for name in imported(path)} - {"nbgrad"} - set(sys.stdlib_module_names)
            painting = {"matplotlib"} if path.parent.name == "export" else set()  # when something is painted
            assert outside <= allowed | painting, path


@pytest.mark.parametrize("statement", ["import nbgrad", "from nbgrad import tape", "from nbgrad.graph import *"])
def test_importing_loads_no_drawing(statement):
    code = (
        f"{statement}\nimport sys\n"
        f"print(*[name for name in {HEAVY} if name in sys.modules])\n"
        "import nbgrad\nx = nbgrad.tensor(2.0, requires_grad=True)\n(x * x).backward()\nrepr(x), dir(nbgrad)\n"
        f"print(*[name for name in {HEAVY} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", nbgrad.__all__)
def test_public_names_are_there(name):
    assert getattr(nbgrad, name) is not None
    assert name in dir(nbgrad)


def test_each_module_can_be_imported_first():
    """A circle shows only when one enters it at the wrong place."""
    names = [".".join(("nbgrad", *p.relative_to(PACKAGE).with_suffix("").parts)) for p in modules()]
    rooms = {}
    for name in names:
        if not name.endswith(("__main__", "__init__")):
            rooms.setdefault(name.split(".")[1], name)
    code = "import sys, importlib; importlib.import_module(sys.argv[1])"
    running = [
        (name, subprocess.Popen([sys.executable, "-c", code, name], stderr=subprocess.PIPE, text=True, env=os.environ))
        for name in rooms.values()
    ]
    failed = {name: process.communicate()[1] for name, process in running if process.wait() != 0}
    assert not failed


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'tensr'"):
        nbgrad.tensr  # noqa: B018
