"""Languages: how one is chosen, and that what it lacks is said in English."""

import subprocess
import sys

import pytest

import nbgrad as ng
from nbgrad.display import messages
from nbgrad.display.messages import VARIABLES, UnknownLanguageError

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
