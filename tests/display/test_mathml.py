"""Formulas as MathML: every operation's, those of equations, and whatever a user may call a variable."""

import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

import pytest

from nbgrad.display import latex, mathml
from nbgrad.display.formula import Token
from nbgrad.ops import REGISTRY

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
ELEMENTS = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup"}
ELEMENTS |= {"munder", "mover", "munderover", "mtable", "mtr", "mtd"}


def body(formula):
    """The MathML of a formula without what is the same for all."""
    made = mathml.mathml(formula)
    assert made.startswith("<math ")
    return made[made.index(">") + 1 : -len("</math>")]


def checked(made):
    """The tree of a <math> element, of which every element is one that browsers know."""
    tree = ET.fromstring(made)
    assert tree.tag == f"{NAMESPACE}math"
    assert {element.tag.removeprefix(NAMESPACE) for element in tree.iter()} <= ELEMENTS
    for element in tree.iter():  # text belongs in leaves only, and every leaf but a space holds some
        holds = element.tag.removeprefix(NAMESPACE) in ("mi", "mn", "mo", "mtext")
        assert bool((element.text or "").strip(" \n")) == holds, made
        assert not (element.tail or "").strip(), made
    assert not re.search("[\ue000-\uf8ff]", made), "a slot was not filled"
    return tree


def names_of(op):
    return ["first", "W1", "β"] if op.variadic else list(op.operands)


@pytest.mark.parametrize("name", REGISTRY)
def test_every_formula_of_every_operation(name):
    op = REGISTRY[name]
    for template in op.formulas + op.scalar_formulas:
        text = op.spelled(template, names_of(op), g="∂loss/∂y", y="y")
        made = mathml.mathml(text)
        tree = checked(made)
        assert "\\" not in made
        plain = str.maketrans("²³¹ᵢⱼΣ", "231ij∑", "ᵀ_")
        written = re.sub(r"[\W_]|ᵀ|Σ", "", text.replace("else", "otherwise")).translate(plain)
        said = re.sub(r"[\W_]", "", "".join(tree.itertext()).replace("else", "otherwise"))
        assert sorted(said) == sorted(written), "something got lost"


@pytest.mark.parametrize("name", REGISTRY)
def test_the_latex_of_every_operation(name):
    op = REGISTRY[name]
    names = dict.fromkeys(op.keywords, "some_value") | {operand: f"{operand}_0" for operand in op.operands}
    made = mathml.from_latex(op.latex, **names)
    tree = checked(made)
    assert "\\" not in made
    used = [operand for operand in op.operands if f"{{{operand}}}" in op.latex]
    said = [tuple(part.text for part in element) for element in tree.iter(f"{NAMESPACE}msub")]
    assert all((operand, "0") in said for operand in used)


FORMS = {
    "∂loss/∂z": "<mfrac><mrow><mo>∂</mo><mi>loss</mi></mrow><mrow><mo>∂</mo><mi>z</mi></mrow></mfrac>",
    "∂r/∂Σ(x)": "<mfrac><mrow><mo>∂</mo><mi>r</mi></mrow><mrow><mo>∂</mo><mo>∑</mo><mrow><mo>(</mo><mi>x</mi>"
    "<mo>)</mo></mrow></mrow></mfrac>",
    "1/(2·√x)": "<mfrac><mn>1</mn><mrow><mn>2</mn><mo>·</mo><msqrt><mi>x</mi></msqrt></mrow></mfrac>",
    "hᵀ": "<msup><mi>h</mi><mo>⊤</mo></msup>",
    "a⁻¹": "<msup><mi>a</mi><mrow><mo>−</mo><mn>1</mn></mrow></msup>",
    "v₁": "<msub><mi>v</mi><mn>1</mn></msub>",
    "sⱼ²": "<msubsup><mi>s</mi><mi>j</mi><mn>2</mn></msubsup>",
    "W1": "<mi>W1</mi>",
    "layer.0.weight": "<mi>layer.0.weight</mi>",
    "x_train": "<msub><mi>x</mi><mi>train</mi></msub>",
    "x_1ᵀ": "<msup><msub><mi>x</mi><mn>1</mn></msub><mo>⊤</mo></msup>",
    "W_h_1 + b": "<msub><mi>W</mi><mi>h</mi><mo>,</mo><mn>1</mn></msub><mo>+</mo><mi>b</mi>",
    "rnn.0.weight_hh": "<msub><mi>rnn.0.weight</mi><mi>hh</mi></msub>",
    "_x + x_ + a__b": "<mi>_x</mi><mo>+</mo><mi>x_</mi><mo>+</mo><mi>a__b</mi>",
    "∂loss/∂y_pred turned back": "<mfrac><mrow><mo>∂</mo><mi>loss</mi></mrow><mrow><mo>∂</mo><msub><mi>y</mi>"
    "<mi>pred</mi></msub></mrow></mfrac><mtext>\xa0</mtext><mtext>turned back</mtext>",
    "softmax(z)_v₄": "<mi>softmax</mi><msub><mo>(</mo><mi>z</mi><mo>)</mo><msub><mi>v</mi><mn>4</mn></msub></msub>",
    "softmax(z)_y_true": "<mi>softmax</mi><msub><mo>(</mo><mi>z</mi><mo>)</mo>"
    "<msub><mi>y</mi><mi>true</mi></msub></msub>",
    "f(z)_y[0] · 2": "<mi>f</mi><msub><mo>(</mo><mi>z</mi><mo>)</mo><mi>y</mi><mo>[</mo><mn>0</mn><mo>]</mo></msub>"
    "<mo>·</mo><mn>2</mn>",
    "1/f(z)_y": "<mfrac><mn>1</mn><mi>f</mi><msub><mo>(</mo><mi>z</mi><mo>)</mo><mi>y</mi></msub></mfrac>",
    "f(z)_": "<mi>f</mi><mo>(</mo><mi>z</mi><mo>)</mo><mo>_</mo>",
    "2x": "<mn>2</mn><mi>x</mi>",
    "πx": "<mi>π</mi><mi>x</mi>",
    "1.5e−5": "<mn>1.5</mn><mo>×</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>5</mn></mrow></msup>",
    "e^−x + 1": "<msup><mi>e</mi><mrow><mo>−</mo><mi>x</mi></mrow></msup><mo>+</mo><mn>1</mn>",
    "a / b · c": "<mfrac><mi>a</mi><mi>b</mi></mfrac><mo>·</mo><mi>c</mi>",
    "a·b / c": "<mfrac><mrow><mi>a</mi><mo>·</mo><mi>b</mi></mrow><mi>c</mi></mfrac>",
    "a·b/c": "<mi>a</mi><mo>·</mo><mfrac><mi>b</mi><mi>c</mi></mfrac>",
    "summed over rows": "<mtext>summed over rows</mtext>",
    "x < y": "<mi>x</mi><mo>&lt;</mo><mi>y</mi>",
}


@pytest.mark.parametrize("text", FORMS)
def test_a_form_is_set_as_it_is_written_by_hand(text):
    checked(mathml.mathml(text))
    bare = re.compile(r"</?mrow>| (?:stretchy|fence|form)=\"\w+\"")
    assert bare.sub("", body(text)) == bare.sub("", FORMS[text])


def test_an_index_may_be_a_name_that_is_no_word():
    [lowered] = checked(mathml.mathml("softmax(z)_a/b", ("a/b",))).iter(f"{NAMESPACE}msub")
    assert "".join(lowered[1].itertext()) == "a/b"


def test_what_is_raised_behind_a_derivative_is_meant_for_all_of_it():
    tree = checked(mathml.mathml("∂loss/∂yᵀ · a"))
    [raised] = tree.iter(f"{NAMESPACE}msup")
    assert raised.find(f".//{NAMESPACE}mfrac") is not None


def test_a_choice_becomes_cases_and_speaks_the_language_of_the_sentences():
    tree = checked(mathml.mathml("∂loss/∂h · (1 if a > b, ½ if equal, else 0)"))
    rows = ["".join(row.itertext()) for row in tree.iter(f"{NAMESPACE}mtr")]
    assert rows == ["1if\xa0a>b", "½if\xa0equal", "0otherwise"]
    latex_, filled = latex.read("1 if x > 0 else 0", ("若", "當", "其餘"))
    assert "cases" in latex_
    assert "<mtext>若\xa0</mtext>" in filled
    assert "<mtext>其餘</mtext>" in filled


def test_an_equation_has_its_classes():
    tokens = [Token("∂loss/∂z"), Token(" = "), Token("−0.3", "gradient"), Token(" × "), Token("(−0.187)", "value")]
    tokens += [Token(" = "), Token("0.0561", "gradient"), Token(" (16×1 → 16×10)", "dim")]
    tree = checked(mathml.equation(tokens))
    classes = {group.get("class"): "".join(group.itertext()) for group in tree.iter() if group.get("class")}
    assert classes == {
        "ng-token-gradient": "0.0561",
        "ng-token-value": "(−0.187)",
        "ng-token-dim": "\xa0(16×1 → 16×10)",
    }
    assert "mathcolor" not in mathml.equation(tokens)


def test_a_factor_carries_its_shape():
    tree = checked(mathml.equation([Token("W1", shape="13×10"), Token(" · "), Token("h", "value", "10×16")]))
    first, second = tree.iter(f"{NAMESPACE}munder")
    assert "".join(first.itertext()) == "W113×10"
    assert second[1].get("class") == "ng-token-dim"
    assert ET.fromstring(mathml.with_shape("∂loss/∂h", "16×10"))[1].text == "16×10"


@pytest.mark.parametrize(
    "name",
    [
        r"\frac{1}{2}", r"\begin{cases}", "$x$", "<script>alert(1)</script>", "a&amp;b", '"quoted\'', "(((", "]]}|‖",
        "x" * 500, "(" * 200, "²²²", "_^_^", "^", "√", "∂", "/", "a//b", " / ", "1 if", "else", "if else if", "%", "~",
        "שלום", "🙂🙂", "損失", "\x00\x07", "\ue000\ue001", "", "  ", "a\nb", "∂/∂", "Σ", "..", "x.", "&#x3c;b&#x3e;",
    ],
)  # fmt: skip
def test_whatever_a_name_holds_stays_a_name(name):
    """Letter by letter it is there, as text: no element and no LaTeX comes of it."""
    for made in (
        mathml.mathml(name),
        mathml.from_latex("{a} + 1", a=name),
        mathml.equation([Token(name, "dim", name)]),
    ):
        assert {e.tag.removeprefix(NAMESPACE) for e in ET.fromstring(made).iter()} <= ELEMENTS
    letters = [char for char in name if char.isalpha() and char < "\ue000"]
    said = "".join(ET.fromstring(mathml.from_latex("{a}", a=name)).itertext())
    assert [char for char in said if char.isalpha()] == letters


def test_what_is_too_long_or_too_deep_is_text():
    for text in ("x + " * 400 + "x", "(" * 40 + "x" + ")" * 40):
        assert body(text) == f"<mtext>{text}</mtext>"
    with pytest.raises(ValueError, match="up to 1000"):
        latex.read("x" * 1001)


def test_latex_that_is_none_is_text():
    assert mathml.from_latex(r"\frac").endswith(r"<mtext>\frac</mtext></math>")


def test_the_same_form_is_converted_once():
    mathml._converted.cache_clear()
    mathml._formula.cache_clear()
    for name in ("a", "b_2", "c3"):
        mathml.mathml(f"∂loss/∂{name} · σ({name})(1 − σ({name}))")
    assert mathml._converted.cache_info().misses == 1


def test_two_hundred_equations_are_quick():
    """Below 1 ms each in the mean, several times what it takes; processor time, for others may work too."""
    mathml.mathml("x")
    begin = time.process_time()
    for i in range(200):
        tokens = [Token(f"∂loss/∂z{i}"), Token(" = "), Token(f"∂loss/∂y{i}"), Token(f" · σ(z{i})(1 − σ(z{i}))")]
        mathml.mathml([*tokens, Token(" = "), Token(f"0.{i}7", "gradient"), Token(" × "), Token("0.187", "value")])
    assert time.process_time() - begin < 0.2


def test_the_library_is_loaded_when_a_formula_is_first_set():
    code = (
        "import sys, nbgrad.display, nbgrad.display.mathml as m\n"
        "print('latex2mathml' in sys.modules)\nm.mathml('x')\nprint('latex2mathml' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
