"""Every language says everything: the same sentences, with the same places, in its own script and its own words."""

import re
import string

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core.op import REGISTRY
from nbgrad.display import messages
from nbgrad.display.mathml import mathml
from nbgrad.display.messages import LANGUAGES, english
from nbgrad.notebook.formulas.derivatives import TAKEN, TAKEN_TWICE, along_an_axis
from nbgrad.program import passes
from nbgrad.training import report

OTHERS = [code for code in LANGUAGES if code != "en"]
TABLES = ("SENTENCES", "OPERATIONS", "NOTES", "FORMULAS", "PASSES")
CHINESE = re.compile("[\u3400-\u9fff]")

# Common signs that the two scripts write differently, first as in Traditional, then as in Simplified Chinese.
TRADITIONAL = (
    "個們這為來對時會說從將還沒過給圖權節點計單標損導傳處數據變換應無邊僅輸動實義現見關開複軸線組網絡學習確誤"
    "長層則與兩幾後裡總餘別訊題張陣轉記憶執鍵盤項結構順類儲錄讓當樣條塊濾畫檔體資聽號較選擇擴縮頂離遠進運連達"
    "適請貫輕輪鬆鏡鐘門閘隨難雙電預頭顯風驗齊齡優價傷億內冪勻區協參嘗園圓壓夠寫尋屬幫廣彈徑復憑戶擊攤擬斷於"
)
SIMPLIFIED = (
    "个们这为来对时会说从将还没过给图权节点计单标损导传处数据变换应无边仅输动实义现见关开复轴线组网络学习确误"
    "长层则与两几后里总余别讯题张阵转记忆执键盘项结构顺类储录让当样条块滤画档体资听号较选择扩缩顶离远进运连达"
    "适请贯轻轮松镜钟门闸随难双电预头显风验齐龄优价伤亿内幂匀区协参尝园圆压够写寻属帮广弹径复凭户击摊拟断于"
)
OLDER = "后里余松于复"  # signs that Traditional Chinese has too, with other meanings
ONLY_HERE = {"zh-Hant": TRADITIONAL, "zh-Hans": [sign for sign in SIMPLIFIED if sign not in OLDER]}
# Words of the other side of the strait, in the signs of this one: what mere conversion of signs would leave.
FOREIGN_WORDS = {
    "zh-Hant": ["標量", "程序", "數據", "數組", "默認", "返回", "逆矩陣", "概率", "方差", "偏置", "鏈式法則", "內核"],
    "zh-Hans": [
        "纯量",
        "程式",
        "资料",
        "阵列",
        "预设",
        "传回",
        "反矩阵",
        "机率",
        "变异数",
        "连锁律",
        "核心",
        "乘上",
        "档案",
    ],
}


def table(code, name):
    return getattr(messages._file(code), name)


def everything(code):
    """Return all that a language says, by (table, key)."""
    return {(name, key): said for name in TABLES for key, said in table(code, name).items()}


def places(template):
    """Return the names of a template's places, with how each is to be written."""
    return sorted({(name, how or "", spec) for _, name, spec, how in string.Formatter().parse(template) if name})


def has_words(template):
    return any(char.isalpha() for text, *_ in string.Formatter().parse(template) for char in text)


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_said_in_every_language(code):
    missing = [key for key in english.SENTENCES if key not in table(code, "SENTENCES")]
    assert not missing, f"to be translated in messages/{LANGUAGES[code]}.py: {missing}"


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_is_said_that_english_does_not_know(code):
    left_over = [key for key in table(code, "SENTENCES") if key not in english.SENTENCES]
    assert not left_over, f"no longer used, in messages/{LANGUAGES[code]}.py: {left_over}"


@pytest.mark.parametrize("code", OTHERS)
def test_a_sentence_has_the_places_of_the_english_one(code):
    """So that none of what is to be said is lost, and none is asked for that is not there."""
    for key, template in table(code, "SENTENCES").items():
        assert places(template) == places(english.SENTENCES[key]), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_sentence_is_empty(code):
    empty = [key for key, said in everything(code).items() if not said.strip() or said != said.strip()]
    assert not empty


@pytest.mark.parametrize("code", OTHERS)
def test_the_notes_of_all_operations_are_translated(code):
    noted = sorted(name for name, op in REGISTRY.items() if op.note and op.forward.__module__.startswith("nbgrad."))
    assert len(noted) > 140
    notes = table(code, "NOTES")
    assert [name for name in noted if name not in notes] == []
    assert [name for name in notes if name not in noted] == []


def in_words(formula):
    """Tell whether a declared formula holds a word of English that says which case holds, or two words in a row."""
    return bool(re.search(r"\b(if|where|else)\b|\b(?!sign|ln)[a-z]{2,} [a-z]{2,}", formula))


@pytest.mark.parametrize("code", OTHERS)
def test_the_words_in_formulas_are_translated(code):
    own = [op for op in REGISTRY.values() if op.forward.__module__.startswith("nbgrad.")]
    declared = {formula: None for op in own for formula in (*op.formulas, *op.scalar_formulas)}
    declared |= {along_an_axis(formula): None for op in own if "axis" in op.keywords for formula in op.formulas}
    declared |= {formula.replace(TAKEN, TAKEN_TWICE): None for formula in declared}
    translated = table(code, "FORMULAS")
    assert len(translated) > 50
    assert [formula for formula in declared if in_words(formula) and formula not in translated] == []
    assert [formula for formula in translated if formula not in declared] == []
    for formula, said in translated.items():
        assert sorted(set(places(formula))) == sorted(set(places(said))), formula
        spelled = re.sub(r"\{(\w+)\}", r"\1", said)
        assert f">{spelled}<" not in mathml(spelled), "a formula that cannot be read is only text"
        assert not re.search(r"\b(if|where|else)\b| [，；]|[，；] ", said), said


@pytest.mark.parametrize("code", OTHERS)
def test_cases_in_chinese_are_set_below_each_other(code):
    otherwise = "否則" if code == "zh-Hant" else "否则"
    assert mathml(f"1，若 a > b；½，若相等；{otherwise} 0").count("<mtr>") == 3
    assert mathml("g / n，鋪回每個視窗").count("<mfrac>") == 1
    assert "鋪" not in mathml("g / n，鋪回每個視窗").partition("</mfrac>")[0]


@pytest.mark.parametrize("code", OTHERS)
def test_the_rewriting_passes_are_translated(code):
    program = ng.compile(lambda x: (x * x).sum(), np.ones(3))
    names = {name for name, *_ in program.passes} | set(passes.__all__) - {"READABLE", "FAST"}
    assert set(table(code, "PASSES")) == names


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_training_loop_says_in_english_what_the_messages_say(code, monkeypatch):
    """The loop stands on a floor that knows no pictures, so it holds its English itself."""
    monkeypatch.setattr(messages, "_chosen", code)
    words = messages.interface("training_")
    assert sorted(words) == sorted(report.WORDS)
    if code == "en":
        assert words == report.WORDS


def test_what_operations_are_called_in_captions():
    for code in OTHERS:
        called = table(code, "OPERATIONS")
        assert set(english.OPERATIONS) <= set(called)
        own = [name for name, op in REGISTRY.items() if op.forward.__module__.startswith("nbgrad.")]
        assert list(called) == own, "every operation has a name, in the order in which they are declared"
    first, second = (table(code, "OPERATIONS") for code in OTHERS)
    assert list(first) == list(second)


@pytest.mark.parametrize("code", OTHERS)
def test_chinese_is_chinese(code):
    """A sentence that was only copied from English is none; one that holds nothing but places may be the same."""
    for (name, key), said in everything(code).items():
        if name != "SENTENCES" or has_words(english.SENTENCES[key]):
            assert CHINESE.search(said), key


@pytest.mark.parametrize(("code", "other"), [("zh-Hant", "zh-Hans"), ("zh-Hans", "zh-Hant")])
def test_each_script_keeps_to_its_own_signs(code, other):
    for key, said in everything(code).items():
        strange = [sign for sign in said if sign in ONLY_HERE[other]]
        assert not strange, (key, strange)


@pytest.mark.parametrize("code", OTHERS)
def test_each_side_keeps_to_its_own_words(code):
    for key, said in everything(code).items():
        strange = [word for word in FOREIGN_WORDS[code] if word in said]
        assert not strange, (key, strange)


def test_the_lists_of_signs_would_find_something():
    """They are of use only if the other file is full of what is forbidden here."""
    assert len(TRADITIONAL) == len(SIMPLIFIED)
    for other in OTHERS:
        there = "".join(everything(other).values())
        assert sum(sign in there for sign in ONLY_HERE[other]) > 80


@pytest.mark.parametrize("code", OTHERS)
def test_punctuation_is_that_of_chinese(code):
    """Between Chinese signs stand the wide marks: a comma of English would stand too near."""
    for key, said in everything(code).items():
        if key[0] == "FORMULAS":  # where the comma before "else" is a sign
            continue
        assert not re.search("[\u3400-\u9fff][,;:?!]|[\u3400-\u9fff]\\.(?!\\w)", said), key
