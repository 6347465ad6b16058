"""The lessons are run as JupyterLab runs them: a last line that ends in `;` shows nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def run_nbval(folder, cells, **environment):
    """Validate a notebook of (source, text of its result or None) pairs; return pytest's exit code and output."""
    notebook = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for source, text in cells:
        outputs = [] if text is None else [new_output("execute_result", {"text/plain": text}, execution_count=1)]
        notebook.cells.append(new_code_cell(source, outputs=outputs, execution_count=1))
    nbformat.write(notebook, folder / "lesson.ipynb")
    shutil.copy(NOTEBOOKS / "conftest.py", folder)
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", str(folder)]
    run = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def test_a_cell_that_ends_in_a_semicolon_shows_nothing(tmp_path):
    code, output = run_nbval(tmp_path, [("1 + 1;", None), ("1 + 2", "3"), ("1 + 3;  # hushed", None)])
    assert code == 0, output


@pytest.mark.parametrize("cell", [("1 + 1", None), ("1 + 1;", "2"), ("1 + 1", "3")])
def test_a_wrong_output_is_noticed(tmp_path, cell):
    code, output = run_nbval(tmp_path, [cell])
    assert code == 1, output


def test_kernels_use_one_thread_and_the_inline_backend(tmp_path):
    source = "import os; os.environ['OMP_NUM_THREADS'], 'inline' in os.environ['MPLBACKEND']"
    code, output = run_nbval(tmp_path, [(source, "('1', True)")], MPLBACKEND="Agg", OMP_NUM_THREADS="2")
    assert code == 0, output


def test_the_kernel_is_this_environments_python(tmp_path):
    source = "import sys; sys.prefix"
    code, output = run_nbval(tmp_path, [(source, repr(sys.prefix))])
    assert code == 0, output
