"""The joiner of ES modules: what it joins, in which order, and what it refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from nbgrad.widgets.esm import BundleError, bundle, stylesheet


@pytest.fixture
def modules(tmp_path: Path):
    """Write modules given as keyword arguments and return their folder."""

    def write(**sources: str) -> Path:
        for name, source in sources.items():
            (tmp_path / f"{name}.js").write_text(source, encoding="utf-8")
        return tmp_path

    return write


ENTRY = "export default { render };\nfunction render() {}\n"


def test_dependencies_come_first_and_once(modules):
    folder = modules(
        main='import { left } from "./a.js";\nimport { right } from "./b.js";\nexport default [left, right];\n',
        a='import { shared } from "./c.js";\nexport const left = shared + 1;\n',
        b="import {\n  shared,\n} from './c.js'\nexport function right() {\n  return shared;\n}\n",
        c="export const shared = 1;\n",
    )
    joined = bundle("main", folder=folder)
    order = [joined.index(f"// ---- {name}.js") for name in ("c", "a", "b", "main")]
    assert order == sorted(order)
    assert joined.count("const shared") == 1
    assert "import" not in joined
    assert joined.count("export") == 1
    assert "function right() {\n  return shared;\n}" in joined


def test_the_last_name_is_the_entry(modules):
    folder = modules(main=ENTRY, extra="export const extra = 1;\n")
    assert bundle("extra", "main", folder=folder).index("extra") < bundle("extra", "main", folder=folder).index(
        "export default"
    )


def test_comments_strings_and_templates_are_left_alone(modules):
    text = (
        "// import { a } from './nowhere.js'\n"
        "/*\nimport everything\nexport nothing\n*/\n"
        'const address = "http://example.org"; // export default nothing\n'
        "const template = `\nimport { b } from './nowhere.js'\nconst address = 2\n`;\n"
    )
    joined = bundle("main", folder=modules(main=text + ENTRY))
    assert joined == f"// ---- main.js\n{(text + ENTRY).strip()}\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ('import thing from "./other.js";\n', 1),
        ('\nimport * as thing from "./other.js";\n', 2),
        ('import "./other.js";\n', 1),
        ('import { html } from "lit";\n', 1),
        ('import { html } from "https://example.org/lit.js";\n', 1),
        ('import { up } from "../other.js";\n', 1),
        ('\n\nconst later = () => import("./other.js");\n', 3),
        ("const here = import.meta.url;\n", 1),
        ("const a = 1;\nexport { a };\n", 2),
        ('export * from "./other.js";\n', 1),
        ('import { thing as other } from "./other.js";\n', 1),
        ("const { a, b } = globalThis;\n", 1),
        ("const [a] = [1];\n", 1),
    ],
)
def test_other_forms_are_refused_with_module_and_line(modules, source, line):
    folder = modules(main=source + ENTRY, other="export const thing = 1;\n")
    with pytest.raises(BundleError, match=rf"main\.js, line {line}:"):
        bundle("main", folder=folder)


def test_a_name_declared_twice_is_refused(modules):
    folder = modules(
        main='import { a } from "./other.js";\nfunction helper() {}\n' + ENTRY,
        other="export const a = 1;\n\nasync function helper() {}\n",
    )
    with pytest.raises(BundleError, match=r"main\.js, line 2: 'helper' is already declared.*other\.js"):
        bundle("main", folder=folder)


def test_names_inside_functions_do_not_clash(modules):
    folder = modules(
        main='import { a } from "./other.js";\nfunction one() {\n  const local = a;\n}\n' + ENTRY,
        other="export function a() {\n  const local = 1;\n}\n",
    )
    assert bundle("main", folder=folder).count("const local") == 2


def test_a_name_that_is_not_exported_is_refused(modules):
    folder = modules(main='import { hidden } from "./other.js";\n' + ENTRY, other="const hidden = 1;\n")
    with pytest.raises(BundleError, match=r"main\.js, line 1: other\.js does not export 'hidden'"):
        bundle("main", folder=folder)


def test_a_ring_of_imports_is_refused(modules):
    folder = modules(
        main='import { a } from "./left.js";\n' + ENTRY,
        left='import { b } from "./right.js";\nexport const a = 1;\n',
        right='import { a } from "./left.js";\nexport const b = 1;\n',
    )
    with pytest.raises(BundleError, match=r"left\.js -> right\.js -> left\.js"):
        bundle("main", folder=folder)


def test_a_missing_module_is_refused(modules):
    folder = modules(main='\nimport { a } from "./gone.js";\n' + ENTRY)
    with pytest.raises(BundleError, match=r"main\.js, line 2: there is no module gone\.js"):
        bundle("main", folder=folder)
    with pytest.raises(BundleError, match=r"no file absent\.js"):
        bundle("absent", folder=folder)
    with pytest.raises(BundleError, match="at least one module"):
        bundle(folder=folder)


def test_the_default_export_stands_in_the_entry_alone(modules):
    folder = modules(
        main='import { a } from "./other.js";\n' + ENTRY,
        other="export const a = 1;\nexport default a;\n",
        plain="export const b = 1;\n",
        twice="export default 1;\nexport default 2;\n",
    )
    with pytest.raises(BundleError, match=r"other\.js, line 2: export default stands in the entry alone"):
        bundle("main", folder=folder)
    with pytest.raises(BundleError, match=r"plain\.js is the entry and has no export default"):
        bundle("plain", folder=folder)
    with pytest.raises(BundleError, match=r"twice\.js, line 2: a second export default"):
        bundle("twice", folder=folder)


def test_style_sheets_are_joined_in_order(tmp_path):
    (tmp_path / "one.css").write_text(".one { color: red }\n")
    (tmp_path / "two.css").write_text(".two { color: blue }\n")
    assert stylesheet("two", "one", folder=tmp_path) == ".two { color: blue }\n\n.one { color: red }\n"
    with pytest.raises(BundleError, match=r"no file three\.css"):
        stylesheet("three", folder=tmp_path)


def test_the_dark_palette_is_the_same_for_jupyter_and_for_other_pages():
    """CSS needs it twice, and what is mended in one of them must not be forgotten in the other."""
    palettes = [
        re.sub(r"var\(--jp-[\w-]+, (#\w+)\)", r"\1", each)
        for each in re.findall(r"\{([^{}]*color-scheme: dark;)", stylesheet("theme"))
    ]
    assert len(palettes) == 2
    first, second = ([line.strip() for line in each.strip().splitlines()] for each in palettes)
    assert first == second


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_node_accepts_the_player_bundle(tmp_path):
    path = tmp_path / "player.mjs"
    path.write_text(bundle("player"), encoding="utf-8")
    script = f"const m = await import({path.as_uri()!r}); console.log(typeof m.default.render)"
    done = subprocess.run(["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "function", done.stderr
