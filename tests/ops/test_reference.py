"""The reference: every operation is in it, whatever it is, and what it says is what is declared and computed."""

import hashlib
import os
import re
import subprocess
import sys
import unicodedata

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core.errors import UnknownOperationError
from nbgrad.core.op import operation
from nbgrad.nn import functional as F
from nbgrad.ops import REGISTRY
from nbgrad.ops.__main__ import main
from nbgrad.ops.manual import declared, example, sources
from nbgrad.ops.manual.layout import width
from nbgrad.ops.manual.mathtext import in_text
from nbgrad.ops.manual.table import ABOUT, COLUMNS
from nbgrad.ops.samples import normal

OPERATIONS = [op for op in REGISTRY.values() if op.forward.__module__.startswith("nbgrad.")]
every_operation = pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)


def command(*arguments, seed="0"):
    """``python -m nbgrad.ops`` in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run([sys.executable, "-m", "nbgrad.ops", *arguments], env=environment, capture_output=True)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


@pytest.fixture(scope="module")
def whole():
    return ng.ops.reference()


@pytest.fixture
def declare():
    """Declare operations for the length of a test."""
    before = dict(REGISTRY)
    yield operation
    REGISTRY.clear()
    REGISTRY.update(before)


# ---- one operation after the other


@every_operation
def test_the_text_table_has_a_row_for_it(op, whole):
    names = [line[: COLUMNS[0]].rstrip() for line in whole.text.splitlines()]
    squeezed = "\n".join(names).replace("\n  ", "")  # long names go on in the next line
    assert re.search(rf"^{op.name}$", squeezed, re.MULTILINE)


@every_operation
def test_the_markdown_table_has_a_row_for_it(op, whole):
    [row] = [line for line in whole.markdown.splitlines() if line.startswith(f"| `{op.name}` |")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 7  # six cells: no bar of a formula has made another one
    assert declared.latex(op).replace("|", "") in row.replace(r"\vert ", "").replace(r"\Vert ", "\\")


@every_operation
def test_every_template_is_filled_in(op):
    texts = [declared.value(op), declared.source(op), *declared.rules(op), *declared.rules(op, op.scalar_formulas)]
    for text in texts:
        assert text.strip()
        assert "{" not in text.replace("{}", "")
        assert "inspect" not in text
    assert "\\" not in declared.value(op)
    assert len(declared.rules(op)) == (1 if op.variadic else len(op.operands))


@every_operation
def test_its_entry_tells_everything(op):
    text = ng.ops.reference(op).text
    assert text.startswith(op.name)
    for fact in (f"y = {declared.value(op)}", declared.latex(op), declared.call(op), "An example, computed"):
        assert fact in " ".join(text.split()) or fact in text
    assert sources.NOT_THERE not in text
    assert f"def {op.forward.__name__}(" in sources.source_of_forward(op)
    assert '"""' not in sources.source_of_forward(op)
    if any(declared.has_rule(op, position) for position in range(len(op.operands))):
        assert re.search(r"lambda|def ", sources.source_of_rules(op))
    assert "nan" not in dict(example.worked_example(op))["y"] or op.name == "nan_to_num"
    assert text.count("tested with") == 1


@every_operation
def test_its_entry_in_markdown_is_whole(op):
    markdown = ng.ops.reference(op)._repr_markdown_()
    assert markdown.count("```") % 2 == 0
    assert f"$$y = {declared.latex(op)}$$" in markdown
    assert ":func:" not in markdown.partition("The value in Python")[0]


@every_operation
def test_the_source_that_is_shown_is_python(op):
    compile(sources.source_of_forward(op), op.name, "exec")
    compile(sources.source_of_rules(op), op.name, "exec")


@every_operation
def test_the_docstring_begins_with_one_sentence(op):
    first = op.__doc__.strip().split("\n\n")[0]
    assert first.rstrip(")").endswith("."), first


@every_operation
def test_the_family_is_known(op):
    module = op.forward.__module__
    known = {name for modules in declared.FAMILIES.values() for name in modules}
    assert module == "nbgrad.core.op" or module.split(".")[2] in known, "say in manual/declared.py to which family"


def test_names_in_functional_are_right():
    """The reference knows them by where they are declared; the house's floors keep it from asking."""
    told = {op.name for op in OPERATIONS if f"F.{op.name}" in " ".join(declared.spellings(op))}
    assert told <= set(F.__all__)
    missing = set(F.__all__) & set(REGISTRY) - told
    assert all(hasattr(np, name) for name in missing), missing  # such as tanh, which stands there as np.tanh


# ---- the tables


def test_the_text_table_is_aligned_and_fits(whole):
    starts = np.cumsum([0, *(n + 2 for n in COLUMNS[:-1])])
    table = whole.text.removesuffix(ABOUT)
    for line in table.splitlines():
        assert width(line) <= 120
        letters = [char for char in line if not unicodedata.combining(char)]
        if line.startswith(("name", "─")):
            assert [i for i in starts if letters[i] != " " and (i == 0 or letters[i - 1] == " ")] == list(starts)
        elif not re.fullmatch(r".*\(\d+\)", line):  # a row, not the title of a family: between the columns is nothing
            assert all("".join(letters[start - 2 : start]).strip() == "" for start in starts[1:])


def test_families_stand_in_their_order(whole):
    for text in (whole.text, whole.markdown):
        places = [
            re.search(rf"^(### )?{title[0].upper()}{title[1:]}", text, re.MULTILINE) for title in declared.FAMILIES
        ]
        assert [place.start() for place in places] == sorted(place.start() for place in places)


def test_a_row_says_what_was_declared(whole):
    [row] = [line for line in whole.text.splitlines() if line.startswith("tanh ")]
    assert row.split() == ["tanh", "tanh", "tanh", "x", "∂y/∂x", "=", "1", "−", "y²", "np.tanh(x)", "e", "c"]
    assert (
        r"| `divide` | ÷ | $\frac{a}{b}$ | ∂y/∂a = 1/b<br>∂y/∂b = −a/b² | `a / b`<br>`np.divide` | e c |"
        in whole.markdown
    )


def test_a_family_alone():
    table = ng.ops.reference(family="Red").text
    assert "logsumexp" in table
    assert "tanh" not in table
    with pytest.raises(UnknownOperationError, match="no family 'magic'; the families are elementwise, reduction"):
        ng.ops.reference(family="magic")


def test_a_notebook_shows_markdown_and_text():
    pytest.importorskip("IPython")
    from IPython.core.formatters import DisplayFormatter

    data, _ = DisplayFormatter().format(ng.ops.reference("tanh"))
    assert set(data) == {"text/plain", "text/markdown"}
    assert data["text/plain"] == ng.ops.reference("tanh").text


# ---- the numbers of an example


def test_the_example_is_computed():
    op = REGISTRY["tanh"]
    shown = dict(example.worked_example(op))
    [x] = example.drawn(op.cases[0])
    assert shown["x"] == example.numbers(x)
    assert shown["gradient of x"] == example.numbers(1 - np.tanh(x) ** 2)


def test_what_arrives_counts_unless_the_operation_is_elementwise():
    shown = dict(example.worked_example(REGISTRY["transpose"]))
    assert shown["g"] == example.numbers(np.arange(1.0, 13).reshape(4, 3))
    assert shown["gradient of x"] == example.numbers(np.arange(1.0, 13).reshape(4, 3).T)


def test_numbers_are_short():
    assert example.numbers(np.array([-1e-9, 1 / 3])) == "[0.    0.333]"
    assert example.numbers(None) == "left out"
    assert "..." in example.numbers(np.zeros((9, 9)))


# ---- operations of one's own


def test_an_operation_of_ones_own_has_a_row_and_an_entry(declare):
    @declare(symbol="x³", latex="{x}^3", source="{x} ** 3", formulas=["3{x}²"], elementwise=True, samples=[normal(2)])
    def third_power(x):
        """The third power."""
        return x * x * x

    third_power.rule(lambda g, y, x: g * 3 * x * x)
    assert "Your own (1)" in ng.ops.reference().text
    assert ng.ops.reference("third_power").text == ng.ops.reference(third_power).text
    text = ng.ops.reference(third_power).text
    assert "y = x³" in text
    assert "third_power.rule(lambda g, y, x: g * 3 * x * x)" in text


def test_an_operation_without_rule_and_samples_can_be_looked_up(declare):
    @declare(symbol="half", latex=r"\frac{{{x}}}{{2}}", source="{x} / 2", formulas=["1/2"])
    def half(x):
        """Half of it."""
        return x / 2

    text = ng.ops.reference(half).text
    assert "x: no gradient" in text
    assert "An example" not in text


def test_an_operation_whose_source_is_gone(declare):
    space = {"declare": declare}
    exec('@declare(symbol="s", latex="{x}", source="{x}", formulas=["1"])\ndef spoken(x):\n    return x', space)
    assert sources.source_of_forward(space["spoken"]) == sources.NOT_THERE


# ---- LaTeX as text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\ln {x}", "ln x"),
        (r"\sigma(x)", "σ(x)"),
        (r"\left\|{x}\right\|", "‖x‖"),
        (r"e^{x}", "e^x"),
        (r"e^{x^2}", "e^(x²)"),
        (r"2^{a+b}", "2^(a+b)"),
        (r"{a}^{-1}{b}", "a⁻¹b"),
        (r"{x}^\top", "xᵀ"),
        (r"\sqrt[3]{x}", "∛x"),
        (r"\sqrt{a^2 + b^2}", "√(a² + b²)"),
        (r"\frac{1}{1 + e^{-x}}", "1/(1 + e^(−x))"),
        (r"\overline{x}", "x̅"),
        (r"\overline{(a - b)^2}", "mean of (a − b)²"),
        (r"\log_{10} x", "log₁₀ x"),
        (r"w_{index}", "w[index]"),
        (r"w_{[index]}", "w[index]"),
        (r"w_{i,\,k_{ij}}", "w[i, k[ij]]"),
        (r"\sum_{j \le i} x_j", "Σ[j ≤ i] x_j"),
        (r"\unknown{x}", "unknown x"),
    ],
)
def test_latex_as_text(latex, text):
    assert in_text(latex) == text


# ---- the command


def test_the_same_bytes_every_time():
    for arguments in ([], ["--markdown"], sorted(REGISTRY.keys() & {op.name for op in OPERATIONS})):
        runs = [command(*arguments, seed=seed) for seed in ("1", "2")]
        assert [run[0] for run in runs] == [0, 0], runs[0][2]
        assert len({hashlib.sha256(run[1].encode()).hexdigest() for run in runs}) == 1
    assert "object at 0x" not in runs[0][1]


def test_the_command_prints_what_python_gives(capsys, whole):
    assert main([]) == 0
    assert capsys.readouterr().out == whole.text + "\n"
    assert main(["np.abs", "tanh", "--markdown"]) == 0
    assert capsys.readouterr().out == ng.ops.reference("absolute", "tanh").markdown + "\n"
    assert main(["--family", "fourier"]) == 0
    assert "irfft" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "found"), [("amax", "max"), ("x.T", "transpose"), ("np.linalg.inv", "inv")])
def test_operations_are_found_by_other_names(name, found):
    assert ng.ops.reference(name).operations == (REGISTRY[found],)


def test_an_unknown_name_is_said_with_its_neighbours(capsys):
    assert main(["tanhh"]) == 2
    assert capsys.readouterr().err.startswith("nbgrad: there is no operation 'tanhh'; did you mean tanh")
    assert main(["qqqqqq"]) == 2
    assert capsys.readouterr().err == "nbgrad: there is no operation 'qqqqqq' (python -m nbgrad.ops lists them all)\n"
    assert main(["squeeze"]) == 2
    assert "is no operation of its own: it is put together from others" in capsys.readouterr().err


def test_names_and_a_family_do_not_go_together(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["tanh", "--family", "reduction"])
    assert stopped.value.code == 2
    assert "not both" in capsys.readouterr().err


def test_a_reader_may_stop_early():
    run = f"{sys.executable} -m nbgrad.ops | head -1"
    done = subprocess.run(run, shell=True, capture_output=True, text=True)
    assert done.stdout.startswith("Elementwise")
    assert done.stderr == ""


def test_it_loads_numpy_only():
    code = (
        "import sys, nbgrad\nassert 'nbgrad.ops.manual' not in sys.modules\nnbgrad.ops.reference(), "
        "nbgrad.ops.reference('tanh').markdown\n"
        "print([m for m in ('IPython', 'matplotlib', 'networkx', 'nbgrad.nn', 'nbgrad.display') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
