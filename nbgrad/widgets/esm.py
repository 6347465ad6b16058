"""Join the widgets' small ES modules, and their style sheets, into the one text that anywidget sends.

anywidget hands a widget's module to the page as a blob, and inside a blob a relative import has nothing
to be relative to. So the modules stay small and real on disk, where Node imports and tests them one by
one, and are joined here: dependencies first, with the import lines dropped. All modules then share one
scope, which is why no two of them may declare the same name at their top level.

The form is deliberately narrow, and what falls outside it is an error that says where:

* ``import { a, b } from "./other.js";`` is the only import, without renaming;
* ``export`` stands directly before a ``function``, ``class``, ``const``, ``let`` or ``var``;
* ``export default`` stands in the entry alone;
* top-level statements begin in the first column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["BundleError", "bundle", "stylesheet"]

_HERE = Path(__file__).resolve().parent

# Comments and template texts may span lines and hold anything, so they are blanked before the module is
# read; plain strings are matched only so that a "//" inside one does not look like a comment.
_NOISE = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | `(?:\\.|[^`\\])*` | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""",
    re.DOTALL | re.VERBOSE,
)
_STATEMENT = re.compile(r"^[ \t]*(import|export)\b", re.MULTILINE)
_IMPORT = re.compile(r"""import\s*\{([^{}]*)\}\s*from\s*["']\./([\w-]+)\.js["'][ \t]*;?[ \t]*(?:\n|\Z)""")
_EXPORT = re.compile(r"export[ \t]+(?=(?:async[ \t]+)?(?:function|class|const|let|var)\b)")
_DEFAULT = re.compile(r"export[ \t]+default\b")
_DYNAMIC = re.compile(r"\bimport\s*[(.]")
_DECLARATION = re.compile(
    r"^(export[ \t]+)?(?:(?:async[ \t]+)?function[ \t]*\*?|class|const|let|var)[ \t]+([\w$]+|[{\[])",
    re.MULTILINE,
)
_NAME = re.compile(r"[A-Za-z_$][\w$]*\Z")


class BundleError(ValueError):
    """A widget's module or style sheet cannot be joined: the message names the module and the line."""


@dataclass(frozen=True)
class _Module:
    """One module as read: its text without import lines, and the names on its borders with their lines."""

    name: str
    text: str
    imports: tuple[tuple[str, str, int], ...]  # (module, name in it, line here)
    declared: dict[str, int]
    exported: frozenset[str]
    default_line: int | None


def bundle(*names: str, folder: Path | None = None) -> str:
    """Return one ES module made of the modules called ``names`` and of everything that they import.

    Parameters
    ----------
    names
        Module names without ``.js``. The last one is the entry: the only one that may (and must) have an
        ``export default``.
    folder
        Where the modules lie; by default the ``js`` folder beside this file.

    Returns
    -------
    str
        The joined module, the same to the byte every time: dependencies first, in the order in which
        they are first imported.

    Raises
    ------
    BundleError
        For a missing module, a ring of imports, an import or export of another form, an imported name
        that is not exported, and a top-level name that two modules declare.

    Examples
    --------
    >>> "export default" in bundle("player")
    True
    >>> "import {" in bundle("player")
    False
    """
    if not names:
        raise BundleError("bundle() needs the name of at least one module, such as bundle('player').")
    modules: dict[str, _Module] = {}
    for name in names:
        _collect(name, folder or _HERE / "js", modules, ring=())
    _check_names(modules)
    _check_default(modules, entry=names[-1])
    # The entry goes last whatever else was named, so that the default export closes the file.
    ordered = [module for module in modules.values() if module.name != names[-1]] + [modules[names[-1]]]
    return "\n".join(f"// ---- {module.name}.js\n{module.text.strip()}\n" for module in ordered)


def stylesheet(*names: str, folder: Path | None = None) -> str:
    """Return the style sheets called ``names`` (without ``.css``), joined in the order given.

    Parameters
    ----------
    names
        Sheet names, the shared theme first: ``stylesheet("theme", "player")``.
    folder
        Where the sheets lie; by default the ``css`` folder beside this file.

    Raises
    ------
    BundleError
        For a sheet that does not exist.

    Examples
    --------
    >>> ".ng-card" in stylesheet("theme")
    True
    """
    place = folder or _HERE / "css"
    return "\n".join(_read(place / f"{name}.css") for name in names)


def _collect(name: str, folder: Path, modules: dict[str, _Module], ring: tuple[str, ...]) -> None:
    """Put ``name``'s dependencies and then ``name`` itself into ``modules``, each once."""
    if name in modules:
        return
    if name in ring:
        way = " -> ".join(f"{step}.js" for step in (*ring[ring.index(name) :], name))
        raise BundleError(f"The modules import each other in a ring: {way}. Move what they share into a third.")
    module = _parse(name, _read(folder / f"{name}.js"))
    for dependency, _, line in module.imports:
        if not (folder / f"{dependency}.js").is_file():
            raise BundleError(f"{name}.js, line {line}: there is no module {dependency}.js in {folder.name}/.")
        _collect(dependency, folder, modules, (*ring, name))
    modules[name] = module


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BundleError(f"There is no file {path.name} in {path.parent.name}/.") from None


def _parse(name: str, source: str) -> _Module:
    """Read one module: drop its import lines, its ``export`` words, and note what it names."""
    plain = _NOISE.sub(_blank, source)
    cuts: list[tuple[int, int]] = []
    imports: list[tuple[str, str, int]] = []
    default_line: int | None = None
    for found in _STATEMENT.finditer(plain):
        start, line = found.start(1), _line(plain, found.start(1))
        if match := _IMPORT.match(plain, start):
            imports += [(match[2], wanted, line) for wanted in _imported_names(match[1], name, line)]
        elif _DEFAULT.match(plain, start):
            if default_line is not None:
                raise BundleError(f"{name}.js, line {line}: a second export default; a module has one.")
            default_line = line
            continue
        elif not (match := _EXPORT.match(plain, start)):
            raise BundleError(_form_error(name, line, plain[start:]))
        cuts.append(match.span())
    if dynamic := _DYNAMIC.search(plain):
        line = _line(plain, dynamic.start())
        raise BundleError(_form_error(name, line, plain[dynamic.start() :]))
    declared, exported = _declarations(name, plain)
    return _Module(name, _without(source, cuts), tuple(imports), declared, exported, default_line)


def _blank(match: re.Match[str]) -> str:
    """Blank a comment or a template text, line ends kept; leave a plain string as it is."""
    text = match[0]
    return text if text[0] in "\"'" else re.sub(r"[^\n]", " ", text)


def _imported_names(inside: str, name: str, line: int) -> list[str]:
    wanted = [part.strip() for part in inside.split(",") if part.strip()]
    for part in wanted:
        if not _NAME.match(part):
            raise BundleError(f"{name}.js, line {line}: import '{part}' under its own name, without renaming.")
    return wanted


def _declarations(name: str, plain: str) -> tuple[dict[str, int], frozenset[str]]:
    declared: dict[str, int] = {}
    exported: list[str] = []
    for match in _DECLARATION.finditer(plain):
        line = _line(plain, match.start())
        if match[2] in "{[":
            raise BundleError(f"{name}.js, line {line}: declare one name at a time at the top level.")
        declared[match[2]] = line
        if match[1]:
            exported.append(match[2])
    return declared, frozenset(exported)


def _check_names(modules: dict[str, _Module]) -> None:
    """Every imported name is exported where it is looked for, and every top-level name is declared once."""
    owner: dict[str, str] = {}
    for module in modules.values():
        for source, wanted, line in module.imports:
            if wanted not in modules[source].exported:
                raise BundleError(f"{module.name}.js, line {line}: {source}.js does not export '{wanted}'.")
        for declared, line in module.declared.items():
            if declared in owner:
                raise BundleError(
                    f"{module.name}.js, line {line}: '{declared}' is already declared at the top level of "
                    f"{owner[declared]}.js. Joined modules share one scope: rename one of the two."
                )
            owner[declared] = module.name


def _check_default(modules: dict[str, _Module], entry: str) -> None:
    for module in modules.values():
        if module.name != entry and module.default_line is not None:
            raise BundleError(
                f"{module.name}.js, line {module.default_line}: export default stands in the entry alone, "
                f"which is {entry}.js here."
            )
    if modules[entry].default_line is None:
        raise BundleError(f"{entry}.js is the entry and has no export default {{ render }}.")


def _form_error(name: str, line: int, rest: str) -> str:
    statement = rest.split("\n", 1)[0].strip()
    return (
        f"{name}.js, line {line}: `{statement}` is a form that cannot be joined. Write "
        '`import { a, b } from "./other.js";`, and `export` directly before a declaration.'
    )


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _without(text: str, cuts: list[tuple[int, int]]) -> str:
    for start, end in reversed(cuts):
        text = text[:start] + text[end:]
    return text
