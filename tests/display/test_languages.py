"""Languages: how one is chosen, and that what it lacks is said in English."""

import re
import subprocess
import sys
import warnings

import pytest

import nbgrad as ng
from nbgrad.display import measure, messages
from nbgrad.display.messages import VARIABLES, UnknownLanguageError, UnknownLanguageWarning

OTHERS = ("zh-Hant", "zh-Hans")


@pytest.fixture(autouse=True)
def _english_again():
    yield
    ng.set_language(None)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("en", "en"), ("en_GB", "en"), ("en_US.UTF-8", "en"), ("EN", "en"),
        ("zh-Hant", "zh-Hant"), ("zh_TW", "zh-Hant"), ("zh_TW.UTF-8", "zh-Hant"), ("zh-HK", "zh-Hant"),
        ("zh_MO", "zh-Hant"), ("zh-hant-TW", "zh-Hant"), ("zh-Hant-CN", "zh-Hant"),
        ("zh", "zh-Hans"), ("zh-Hans", "zh-Hans"), ("zh_CN.GB18030", "zh-Hans"), ("zh-SG", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"), ("zh_CN@pinyin", "zh-Hans"),
    ],
)  # fmt: skip
def test_a_language_has_several_names(name, code):
    ng.set_language(name)
    assert ng.language() == code


@pytest.mark.parametrize("name", ["fr", "klingon", "", "zhuang", "english_", 3, b"en", ["en"]])
def test_an_unknown_language_is_told_which_there_are(name):
    ng.set_language("zh-Hant")
    with pytest.raises(UnknownLanguageError, match=r"'en'.*'zh-Hant'.*'zh-Hans'.*set_language\(None\)"):
        ng.set_language(name)
    assert ng.language() == "zh-Hant", "nothing changed"


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "zh_TW.UTF-8"}, "zh-Hant"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-Hans"),
        ({"LANG": "zh_TW.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh-Hans"),
        ({"LANG": "zh_TW.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_HK"}, "zh-Hant"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "zh_TW", "NBGRAD_LANGUAGE": "en"}, "en"),
        ({"LANG": "nonsense"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_TW:zh"}, "zh-Hant"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANGUAGE": "fr:zh_HK:en"}, "zh-Hant"),
        ({"LANG": "zh_TW.UTF-8", "LANGUAGE": "fr:de"}, "en"),
    ],
)
def test_the_environment_chooses_where_nobody_does(monkeypatch, environment, code):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ng.set_language(None)
    assert ng.language() == code
    ng.set_language("zh-Hans")
    assert ng.language() == "zh-Hans", "what was chosen is stronger than the environment"


def test_our_own_variable_is_not_misspelt_in_silence(monkeypatch):
    """The others are for all programs, and may well name a language that is not spoken here."""
    monkeypatch.setenv("NBGRAD_LANGUAGE", "chinese")
    ng.set_language(None)
    with pytest.warns(UnknownLanguageWarning, match=r"NBGRAD_LANGUAGE.*'chinese'.*zh-Hant"):
        assert ng.language() == "en"
    with warnings.catch_warnings(action="error"):
        assert ng.language() == "en", "it is said once"


def test_the_next_picture_speaks_it():
    x = ng.tensor(2.0, requires_grad=True, name="x")
    before = ng.draw(x * x).text
    for code in OTHERS:
        ng.set_language(code)
        assert ng.draw(x * x).text != before
    ng.set_language("en")
    assert ng.draw(x * x).text == before


def test_what_a_language_lacks_is_said_in_english(monkeypatch):
    ng.set_language("zh-Hant")
    monkeypatch.delitem(messages._file("zh-Hant").SENTENCES, "step", raising=False)
    monkeypatch.delitem(messages._file("zh-Hant").SENTENCES, "ui_play", raising=False)
    assert messages.say("step", number=3, count=6) == "step 3 of 6"
    assert messages.interface()["play"] == "Play"
    assert messages.operation("some_new_operation") == "some new operation"
    assert messages.note("some_new_operation", "It is new.") == "It is new."


def test_the_page_gets_all_its_words_in_every_language():
    keys = sorted(messages.interface())
    for code in OTHERS:
        ng.set_language(code)
        assert sorted(messages.interface()) == keys


def test_importing_loads_no_sentences():
    code = "import nbgrad, sys; print([n for n in sys.modules if n.startswith('nbgrad.display')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("code", "value"), [("zh-Hant", "最小 1，平均 2，最大 3"), ("zh-Hans", "最小 1，平均 2，最大 3")]
)
def test_a_table_and_a_picture_hold_no_english_but_names(code, value):
    """What is left in Latin letters are names, operations as they are called in Python, and dtypes."""
    ng.set_language(code)
    x = ng.tensor([1.0, 2.0, 3.0], requires_grad=True, name="x")
    y = (ng.nn.functional.sigmoid(x) * x).sum()
    y.name = "y"
    y.backward()
    drawing = ng.draw(y, heat=True)
    assert value in drawing.text
    said = re.sub(r"<style>.*?</style>|<[^>]*>", " ", drawing.svg)
    known = {"x", "y", "v", "e", "NaN", "float64", "sigmoid", "multiply", "sum", "min", "max"}
    for text in (drawing.text, said):
        words = set(re.findall(r"[A-Za-z][A-Za-z0-9_]*", text)) - known
        assert words == set(), text
    assert f'lang="{code}"' in drawing.svg


@pytest.mark.parametrize("code", OTHERS)
def test_a_player_speaks_it_throughout(code):
    ng.set_language(code)
    x = ng.tensor([1.0, -2.0, 3.0], requires_grad=True, name="x")
    y = (ng.nn.functional.relu(x) * x + x).mean()
    y.name = "y"
    payload = ng.animate(y).payload
    assert payload["language"] == code
    for frame in payload["frames"]:
        for said in (frame["caption"], frame["sentence"], frame["spoken"]):
            assert re.search("[\u4e00-\u9fff]", said), said
            assert not re.search("[。，；] ", said), said
            assert not re.search(r"\\b(the|is|gradient|of|and|times)\\b", said), said


def test_lines_are_broken_where_chinese_may_be_broken():
    said = "梯度（也就是斜率）在這裡相加，再往回傳：這就是 backward pass 的意思。"
    for room in range(80, 400, 7):
        lines = measure.wrap(said, 12, room)
        assert "".join(lines).replace(" ", "") == said.replace(" ", "")
        assert all(measure.width(line, 12) <= room for line in lines)
        assert not any(line[0] in "），：。" or line[-1] == "（" for line in lines)
    assert measure.is_plain(said), "so no text is pressed into a width"
