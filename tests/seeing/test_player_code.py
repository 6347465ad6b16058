"""The line of the cell that made a node: in IPython, in a script, and in a function of an earlier cell."""

import subprocess
import sys
import textwrap

import nbgrad as ng


def in_ipython(*cells):
    """Run cells in an IPython of its own; what the last prints."""
    runs = "\n".join(f"shell.run_cell({cell!r}, store_history=True)" for cell in cells)
    script = f"""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
{runs}
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout


SHOW = """
payload = ng.animate(loss).payload
for line in payload["code"]:
    print(line["where"], line["line"], line["text"], line["nodes"], sep=" | ")
"""


def test_lines_of_cells_are_known():
    out = in_ipython(
        "import numpy as np, nbgrad as ng\nx = ng.tensor(2.0, requires_grad=True)",
        "# the first line is a comment\ny = x * 3\n\nloss = np.tanh(y) + y",
        SHOW,
    )
    x = "In [1] | 2 | x = ng.tensor(2.0, requires_grad=True) | [0]"
    assert out.splitlines() == [x, "In [2] | 2 | y = x * 3 | [2]", "In [2] | 4 | loss = np.tanh(y) + y | [3, 4]"]


def test_a_function_of_an_earlier_cell_is_named_by_its_own_line():
    out = in_ipython(
        "import numpy as np, nbgrad as ng\nx = ng.tensor(2.0, requires_grad=True)",
        "def squash(v):\n    return np.tanh(v)",
        "loss = squash(x) * 2",
        SHOW,
    )
    x = "In [1] | 2 | x = ng.tensor(2.0, requires_grad=True) | [0]"
    assert out.splitlines() == [x, "In [2] | 2 | return np.tanh(v) | [1]", "In [3] | 1 | loss = squash(x) * 2 | [3]"]


def test_a_leaf_has_the_line_that_gave_it_its_name_last():
    out = in_ipython(
        "import numpy as np, nbgrad as ng\nw = ng.tensor(1.0, requires_grad=True)",
        "if True:\n    w, b = ng.tensor(2.0, requires_grad=True), ng.tensor(0.5, requires_grad=True)",
        "def other():\n    w = 3\n",
        "this is no Python",
        "loss = (w + b) ** 2",
        SHOW,
    )
    lines = [line for line in out.splitlines() if line.startswith("In [")]
    assert lines[0] == (
        "In [2] | 2 | w, b = ng.tensor(2.0, requires_grad=True), ng.tensor(0.5, requires_grad=True) | [0, 1]"
    )
    assert [line.split(" | ")[0] for line in lines] == ["In [2]", "In [5]"]


def test_a_leaf_keeps_its_line_when_its_name_has_gone_to_another_and_a_number_is_edited():
    definitions = "import nbgrad as ng\nw = ng.tensor(2.0, requires_grad=True)\nloss = w * 3"
    out = in_ipython(
        definitions,
        "player = ng.animate(loss)\nplayer.payload",
        definitions,
        "player._asked(player, {'kind': 'edit', 'id': 1, 'node': 0, 'data': [5.0]}, [])\n"
        "w = player.payload['nodes']['0']\n"
        "line = player.payload['code'][w['code']]\n"
        "print(w['value'], line['where'], line['text'], sep=' | ')",
    )
    assert out.splitlines()[-1] == "5 | In [1] | w = ng.tensor(2.0, requires_grad=True)"


def test_a_statement_of_several_lines_is_shown_whole():
    out = in_ipython(
        "import numpy as np, nbgrad as ng\nx = ng.tensor(2.0, requires_grad=True)",
        "for k in (1.0,\n          2.0):\n    pass\nloss = (x\n  * k\n  + np.sin(\n    x)\n  )",
        SHOW,
    )
    assert out.splitlines() == [
        "In [1] | 2 | x = ng.tensor(2.0, requires_grad=True) | [0]",
        "In [2] | 4 | loss = (x * k + np.sin(x)) | [2, 3, 4]",
    ]


def test_a_comment_within_a_statement_does_not_swallow_what_follows():
    out = in_ipython(
        "import numpy as np, nbgrad as ng\nx = ng.tensor(2.0, requires_grad=True)",
        "loss = (x  # first '\n  * 2\n  # then\n  + np.sin(x))",
        SHOW,
    )
    assert out.splitlines()[-1].startswith("In [2] | 1 | loss = (x * 2 + np.sin(x)) | ")


def test_a_line_whose_text_cannot_be_had_is_left_out():
    out = in_ipython(
        "import numpy as np, nbgrad as ng\nx = ng.tensor(2.0, requires_grad=True)",
        "exec('y = x * 3')\nloss = np.tanh(y)",
        SHOW,
    )
    assert out.splitlines() == [
        "In [1] | 2 | x = ng.tensor(2.0, requires_grad=True) | [0]",
        "In [2] | 2 | loss = np.tanh(y) | [3]",
    ]


def test_a_layer_is_named_by_the_line_that_calls_it():
    out = in_ipython(
        "import numpy as np, nbgrad as ng\nlayer = ng.nn.Linear(2, 1)",
        "loss = layer(ng.tensor([[1.0, 2.0]])).sum()",
        SHOW,
    )
    assert {line.split(" | ")[0] for line in out.splitlines()} == {"In [2]"}


def test_in_a_script_lines_are_known_within_debug(tmp_path):
    script = tmp_path / "teach.py"
    script.write_text(
        textwrap.dedent("""
        import nbgrad as ng
        x = ng.tensor(2.0, requires_grad=True)
        before = x * 3
        with ng.debug():
            loss = before * x
        """)
        + SHOW
    )
    done = subprocess.run([sys.executable, "teach.py"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines() == ["teach.py | 6 | loss = before * x | [3]"]


def test_where_nothing_was_captured_there_is_no_code():
    x = ng.tensor(2.0, requires_grad=True, name="x")
    payload = ng.animate(x * x).payload
    assert payload["code"] == []
    assert {frame["line"] for frame in payload["frames"]} == {None}


def lines_of(out):
    return [line for line in out.splitlines() if line.startswith("In [")]


def test_a_magic_and_blank_lines_above_the_code_are_counted():
    """The line is that of the cell as one sees it, whatever IPython takes off before it runs it."""
    start = "import numpy as np, nbgrad as ng\nx = ng.tensor(2.0, requires_grad=True)"
    x = "In [1] | 2 | x = ng.tensor(2.0, requires_grad=True) | [0]"
    for cell, first, second in (
        ("\n\ny = x * 3\nloss = np.tanh(y)", 3, 4),
        ("%%time\n\ny = x * 3\nloss = np.tanh(y)", 3, 4),
        ("\n%%time\ny = x * 3\nloss = np.tanh(y)", 3, 4),
        ("%%capture\n\ny = x * 3\nloss = np.tanh(y)", 3, 4),
        ("%time y = x * 3\n\nloss = np.tanh(y)", None, 3),
        ("%precision 3\ny = x * 3\nloss = np.tanh(y)", 2, 3),
    ):
        lines = lines_of(in_ipython(start, cell, SHOW))
        product = [] if first is None else [f"In [2] | {first} | y = x * 3 | [2]"]
        assert lines[:1] == [x]
        assert [line for line in lines[1:] if "%time y" not in line and "run_line" not in line] == [
            *product,
            f"In [2] | {second} | loss = np.tanh(y) | [3]",
        ]


def test_a_statement_of_several_lines_under_a_magic_is_shown_whole_and_a_leaf_has_its_line():
    out = in_ipython(
        "import numpy as np, nbgrad as ng",
        "%%time\nx = ng.tensor(2.0, requires_grad=True)\nloss = (x\n  * 3)",
        SHOW,
    )
    assert lines_of(out) == [
        "In [2] | 2 | x = ng.tensor(2.0, requires_grad=True) | [0]",
        "In [2] | 3 | loss = (x * 3) | [2]",
    ]


def test_a_warning_points_at_the_line_that_one_sees():
    out = in_ipython(
        "import warnings\nimport numpy as np, nbgrad as ng\nwarnings.simplefilter('always')",
        "%%time\nwarnings.showwarning = lambda said, kind, where, line, *more: print('at', where, line)\n"
        "ng.tensor(np.ones((3, 1)), requires_grad=True) - np.ones(3)",
    )
    assert "at In [2] 3" in out.splitlines()
