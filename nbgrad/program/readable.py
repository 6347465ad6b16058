"""A program as text for people: one operation a line, the user's names, shapes at the ends of the lines."""

from __future__ import annotations

import ast
import operator
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .dialect import Dialect
from .expression import BINARY, Code, is_short, literal
from .listing import Line, Listing, Value, mapped
from .passes.kinds import is_random, steady

WIDEST = 72  # characters of an expression; what would be longer is divided over lines


@dataclass
class Statement:
    """A line of the text.

    Attributes:
        text: the line.
        value: what it computes, if anything.
        comment: what stands at its end.
    """

    text: str
    value: Value | None = None
    comment: str = ""


@dataclass
class Written:
    """A program's text, and which line computes what.

    Attributes:
        statements: the lines.
        names: what each value is called.
        parameters: the values that the function takes, in order.
    """

    statements: list[Statement]
    names: dict[Value, str]
    parameters: list[Value]

    @property
    def text(self) -> str:
        """All of it, with comments lined up."""
        code = [s.text for s in self.statements if s.comment]
        column = min(max(map(len, code), default=0), 60) + 2
        lines = [f"{s.text:<{column - 2}}  # {s.comment}" if s.comment else s.text for s in self.statements]
        return "\n".join(line.rstrip() for line in lines) + "\n"


def written(listing: Listing, title: str, rebuild: Callable[[list], Any], dialect: Dialect | None = None) -> Written:
    """The text of a program as one function called ``title``, in NumPy or another dialect; ``rebuild`` puts outputs
    into their containers."""
    return _Writer(listing, title, rebuild, dialect or Dialect()).write()


class _Writer:
    def __init__(self, listing: Listing, title: str, rebuild: Callable[[list], Any], dialect: Dialect):
        self.dialect = dialect
        self.listing = listing = with_typed_numbers(listing)
        self.title = title
        self.rebuild = rebuild
        self.names: dict[Value, str] = {}
        self.inlined: dict[Value, ast.expr] = {}
        constants = listing.constants()
        self.parameters = [*listing.inputs, *[c for c in constants if c.kind == "captured"]]
        self.tables = [c for c in constants if c.kind == "constant" and not is_short(c.example)]
        self._unnamed = 0

    def write(self) -> Written:
        """All of the text."""
        self._choose_inlined()
        self._name_parameters()
        body: list[Statement] = []
        section = None
        for i, line in enumerate(self.listing.lines):
            if line.value in self.within:
                continue
            if line.section != section and self.has_sections:
                section = line.section
                body.append(Statement(f"    # {section}"))
            body.append(self._statement(i, line))
        body.append(self._return())
        definition = wrapped(f"def {self.title}(", [self.names[p] for p in self.parameters], "):")
        tables = [text for table in self.tables for text in self._table(table)]
        start = [Statement(text) for text in (*self.dialect.head(self.listing), *tables, "", "")]
        return Written([*start, *[Statement(text) for text in definition], *body], self.names, self.parameters)

    def _table(self, table: Value) -> list[str]:
        """The lines that define an array of known numbers, above the function."""
        text = f"{self.names[table]} = {ast.unparse(self.dialect.array(table.example))}"
        return ["", *textwrap.wrap(text, 100, subsequent_indent="    ", break_long_words=False)]

    @property
    def has_sections(self) -> bool:
        return len({line.section for line in self.listing.lines}) > 1

    # ---- which values stand within other lines
    def _choose_inlined(self) -> None:
        users = self.listing.users()
        outputs = {y for y in self.listing.outputs if isinstance(y, Value)}
        is_steady = steady(self.listing)
        in_place = changed_in_place(self.listing, users)
        self.within: set[Value] = set(in_place)
        width: dict[Value, int] = {}
        for line in self.listing.lines:
            value, user = line.value, users.get(line.value, [])
            length = self._shortened(line, width, in_place)
            if (
                (not value.shown or is_summand(line, user))
                and len(user) == 1
                and value not in outputs
                and line.writes is None
                and not is_random(line)
                and is_steady(value)
                and all(map(is_steady, line.operands))
                and user[0].section == line.section
                and user[0].value is not value
                and isinstance(value.example, np.ndarray | np.generic | float | int | complex | tuple | list)
            ):
                self.within.add(value)
                width[value] = length
        self._last = self._last_uses(users, outputs)

    def _shortened(self, line: Line, width: dict[Value, int], in_place: set[Value]) -> int:
        """About how long the expression of a line is, after the longest of what stands within it have got lines of
        their own, as many as make it short enough."""

        word = 2 if line.function in BINARY else len(line.function.__name__) + 5

        def length() -> int:
            return typed_length((line.args, line.static)) + sum(width.get(x, 6) for x in line.operands) + word

        for x in sorted(line.operands, key=lambda x: -width.get(x, 0)):
            if length() <= WIDEST:
                break
            if x in self.within and x not in in_place:
                self.within.discard(x)
                width.pop(x, None)
        return length()

    def _last_uses(self, users: dict[Value, list[Line]], outputs: set[Value]) -> dict[Value, int]:
        """For each value the number of the line in whose text it is used last."""
        number = {line.value: i for i, line in enumerate(self.listing.lines)}
        last: dict[Value, int] = dict.fromkeys(outputs, len(self.listing.lines))
        for line in reversed(self.listing.lines):
            at = last.get(line.value, number[line.value]) if line.value in self.within else number[line.value]
            for x in line.operands:
                for seen in {x, x.memory} if line.writes is not None else (x,):
                    last[seen] = max(last.get(seen, -1), at)
        return last

    # ---- names
    def _name_parameters(self) -> None:
        for i, value in enumerate([*self.parameters, *self.tables], 1):
            base = value.name or self._usual_name(value, i)
            name, n = base, 1
            while name in self.names.values() or name in self.dialect.reserved:
                n += 1
                name = f"{base}_{n}"
            self.names[value] = name
        self._holder = {name: value for value, name in self.names.items()}

    def _usual_name(self, value: Value, number: int) -> str:
        """What a parameter is called that nobody gave a name."""
        if isinstance(value.example, np.random.Generator):
            return "rng"
        return f"table{self.tables.index(value) + 1}" if value in self.tables else f"x{number}"

    def _wanted_name(self, value: Value) -> str:
        if value.name:
            return value.name
        if value.gradient_of is not None and value.gradient_of in self.names:
            return f"d_{self.names[value.gradient_of]}"
        if value.gradient_of is not None and value.gradient_of.name:
            return f"d_{value.gradient_of.name}"
        self._unnamed += 1
        return f"v{self._unnamed}"

    def _named(self, value: Value, at: int) -> str:
        base = self._wanted_name(value)
        name, n = base, 1
        while not self._is_free(name, at) or name in (*self.dialect.reserved, self.title):
            n += 1
            name = f"{base}_{n}"
        self.names[value] = name
        self._holder[name] = value
        return name

    def _is_free(self, name: str, at: int) -> bool:
        holder = self._holder.get(name)
        return holder is None or self._last.get(holder, -1) <= at

    # ---- lines
    def _of(self, value: Value) -> ast.expr:
        if value in self.inlined:
            return self.inlined[value]
        if value.kind == "constant" and is_short(value.example):
            return self.dialect.array(value.example)
        return ast.Name(self.names[value], ast.Load())

    def _tree(self, line: Line) -> ast.expr:
        return self.dialect.expression(line, self._of)

    def _statement(self, at: int, line: Line) -> Statement:
        for part in self._parts(line):
            self.inlined[part.value] = self._tree(part)
        if line.writes is not None:
            return Statement(f"    {self.dialect.writing(line, self._of)}", line.writes)
        tree = self._tree(line)
        name = self._named(line.value, at)
        return Statement(f"    {name} = {ast.unparse(tree)}", line.value, described(line.value))

    def _parts(self, line: Line) -> list[Line]:
        """The lines that stand within a line, innermost first."""
        makers = self._makers = getattr(self, "_makers", None) or self.listing.makers()
        found: list[Line] = []
        waiting = [x for x in line.operands if x in self.within]
        while waiting:
            x = waiting.pop()
            if x in self.inlined:
                continue
            found.append(makers[x])
            waiting += [y for y in makers[x].operands if y in self.within]
        return found[::-1]

    def _return(self) -> Statement:
        texts = [ast.unparse(literal(y, self._of)) for y in self.listing.outputs]
        source = source_of(self.rebuild([Raw(t) for t in texts]))
        return Statement(f"    return {source}")


def with_typed_numbers(listing: Listing) -> Listing:
    """The listing with NumPy's own numbers typed as such, where it matters: ``x * np.float64(2.0)`` makes double
    precision of a single one, ``x * 2.0`` does not."""
    values = [*listing.inputs, *listing.constants(), *(line.value for line in listing.lines)]
    if all(x.dtype.itemsize >= 8 for x in values if is_of_numbers(x) and x.dtype.kind in "fc"):
        return listing

    def typed(leaf: Any) -> Any:
        return Code(f"np.float64({leaf.item()!r})") if isinstance(leaf, np.float64) and np.isfinite(leaf) else leaf

    lines = [
        line.with_call(line.function, *mapped(line.args, typed), **line.static)
        if line.function is not operator.setitem and line.writes is None
        else line
        for line in listing.lines
    ]
    return listing.with_lines(lines)


def is_of_numbers(value: Value) -> bool:
    return isinstance(value.example, np.ndarray | np.generic)


def is_summand(line: Line, users: Sequence[Line]) -> bool:
    """Whether a line is the product in ``x @ W + b``, which nobody gave a name: the two make one layer."""
    alone = line.value.name is None and line.value.gradient_of is None
    return line.function is np.matmul and alone and bool(users) and users[0].function is np.add


def typed_length(thing: Any) -> int:
    """About how many characters it takes to type the plain part of arguments.

    >>> typed_length((slice(None), 0.25))
    9
    """
    if isinstance(thing, tuple | list):
        return sum(map(typed_length, thing)) + len(thing)
    if isinstance(thing, dict):
        return sum(len(key) + 2 + typed_length(x) for key, x in thing.items())
    return 0 if isinstance(thing, Value) else 3 if isinstance(thing, slice) else len(repr(thing))


def changed_in_place(listing: Listing, users: dict[Value, list[Line]]) -> set[Value]:
    """The values that stand within ``x[i] -= y``: what was taken out, and what is put back in the next line but one."""
    found: set[Value] = set()
    for taking, changing, putting in zip(listing.lines, listing.lines[1:], listing.lines[2:], strict=False):
        if taking.function is not operator.getitem or putting.function is not operator.setitem:
            continue
        alone = users.get(taking.value) == [changing] and users.get(changing.value) == [putting]
        there = [*taking.args] == [*putting.args[:2]] and changing.args[0] is taking.value
        if (
            alone
            and there
            and changing.function in BINARY
            and not changing.static
            and putting.args[2] is changing.value
        ):
            found |= {taking.value, changing.value}
    return found


def wrapped(start: str, parts: Sequence[str], end: str, widest: int = 100) -> list[str]:
    """A list of names on one line, or on as many as it takes."""
    line = f"{start}{', '.join(parts)}{end}"
    if len(line) <= widest:
        return [line]
    rows = textwrap.wrap(", ".join(parts), widest - 8, break_long_words=False)
    return [start, *[f"        {row}" for row in rows], end]


class Raw(str):
    """Text that stands for itself in a container."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def source_of(tree: Any) -> str:
    """Containers of names as source; a tuple at the top needs no brackets."""
    if type(tree) is tuple and len(tree) > 1:
        return ", ".join(map(repr, tree))
    return repr(tree)


def described(value: Value) -> str:
    """What stands at the end of a line: the shape."""
    example = value.example
    if isinstance(example, np.ndarray):
        kind = "" if example.dtype == float else f" {example.dtype.name}"
        return f"{example.shape}{kind}"
    return "a number" if isinstance(example, np.generic | float | int | complex) else ""
