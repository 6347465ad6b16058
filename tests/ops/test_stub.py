"""The stub that editors read says what the class really has."""

import ast

from nbgrad.core.methods import Methods
from nbgrad.core.tensor import Tensor
from nbgrad.ops.stub import PATH, first_sentence, stub


def test_the_stub_is_up_to_date():
    assert PATH.read_text(encoding="utf-8") == stub(), "run python -m nbgrad.ops.stub"


def test_the_stub_declares_every_operator_and_method():
    tree = ast.parse(stub())
    [methods] = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    declared = [node.name for node in methods.body if isinstance(node, ast.FunctionDef)]
    live = [name for name, thing in vars(Methods).items() if callable(thing) or isinstance(thing, property)]
    assert declared == live
    assert {"__add__", "__radd__", "__pow__", "__getitem__", "sum", "T", "backward"} <= set(declared)
    assert all(hasattr(Tensor, name) for name in declared)
    for node in methods.body:
        if isinstance(node, ast.FunctionDef):
            assert ast.get_docstring(node), node.name


def test_first_sentences():
    assert first_sentence("One. Two.\nThree.") == "One."
    assert first_sentence("``1.5`` of x\n\nmore") == "``1.5`` of x"
