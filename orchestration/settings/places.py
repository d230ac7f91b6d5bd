"""Where in crm360.toml a key stands, and what its decoder's refusals mean in our words.

A message names file, line, key and the values that may stand there. Python's TOML reader keeps no lines, so headers and
keys are found by going through the text; of what stands within an inline table its line is told.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import types
from collections.abc import Iterable, Sequence
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_AT = re.compile(r" - at `\$(.*)`$")
Path = tuple[str | int, ...]


class Places:
    """The lines of a TOML text, by key."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        table: Path = ()
        counts: dict[Path, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            header = _HEADER.match(line)
            if header:
                table = self._numbered(_parts(header[2]), counts)
                if header[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                self._lines.setdefault(table, number)
                continue
            key = _KEY.match(line)
            if key:
                path = (*table, *_parts(key[1]))
                for n in range(len(table) + 1, len(path) + 1):
                    self._lines.setdefault(path[:n], number)

    @staticmethod
    def _numbered(parts: Path, counts: dict[Path, int]) -> Path:
        """The path of a header, in which the newest table of each list above it is meant."""
        path: Path = ()
        for n, part in enumerate(parts):
            path = (*path, part)
            if path in counts and n < len(parts) - 1:
                path = (*path, counts[path])
        return path

    def line(self, path: Sequence[str | int]) -> int | None:
        """The line of a key, or of the nearest table around it; None where there is none."""
        here = tuple(path)
        while here:
            if here in self._lines:
                return self._lines[here]
            here = here[:-1]
        return None

    def keys(self, below: Sequence[str | int]) -> set[str]:
        """The names of the keys that stand right in this table."""
        start = tuple(below)
        return {str(p[-1]) for p in self._lines if len(p) == len(start) + 1 and p[:-1] == start}

    def named(self, text: str, below: Sequence[str | int]) -> Path:
        """The path of the first key in this table that the words of a message name; the table itself if none."""
        there = self.keys(below)
        for word in re.findall(r"[\w-]+", text):
            if word in there:
                return (*below, word)
        return tuple(below)


def _parts(dotted: str) -> Path:
    return tuple(p.strip("\"'") for p in _PART.findall(dotted))


def place(file: str, places: Places, path: Sequence[str | int]) -> str:
    """'crm360.toml, line 12, sources.shop.url'."""
    line = places.line(path)
    key = ".".join(str(p) for p in path if not isinstance(p, int))
    return ", ".join(filter(None, (file, f"line {line}" if line else "", key)))


def not_toml(error: tomllib.TOMLDecodeError) -> tuple[str, str]:
    """(what, where within the file) of a text that is no TOML."""
    found = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    where = f"line {found[1]}" if found and found[1] else "its end"
    return "this is not valid TOML: is a quote, a bracket or the value missing, or a key there twice?", where


def refusal(error: msgspec.ValidationError, kind: Any, value: Any) -> tuple[str, Path]:
    """(what is wrong, at which key) of a value that was decoded as `kind`."""
    text = str(error)
    at = _AT.search(text)
    path = _path(at[1] if at else "", kind, value)
    wanted, here = _reach(kind, value, path)
    unknown = re.match(r"Object contains unknown field `(.+?)`", text)
    if unknown:
        there = _fields(wanted)
        return f"unknown key {unknown[1]!r}{near(unknown[1], there)}", (*path, unknown[1])
    missing = re.match(r"Object missing required field `(.+?)`", text)
    if missing:
        return f"the key {missing[1]} is missing", path
    name = path[-1] if path and isinstance(path[-1], str) else "this"
    return f"{name} is {described(wanted)}, not {_shown(here)}", path


def near(word: str, there: Iterable[str]) -> str:
    """'; did you mean 'x'?', or all that there are."""
    names = sorted(there)
    close = difflib.get_close_matches(word.casefold(), names, 1, 0.6)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(names)}" if names else ""


def described(kind: Any) -> str:
    """What may stand at a key, in words."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return "one of " + ", ".join(repr(v) for v in inner if v != "")
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(described(k) for k in inner if k is not type(None)))
    if origin in (list, tuple):
        return 'a list, such as ["a", "b"]' if inner and inner[0] is str else "a list"
    if origin is dict:
        return "a table"
    simple = {str: "text in quotes", bool: "true or false", int: "a whole number", float: "a number"}
    return simple.get(kind, "a table" if _fields(kind) else "something else")


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"{value[:40]!r}"
    return {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}.get(
        type(value), "this"
    )


def _fields(kind: Any) -> list[str]:
    for one in get_args(kind) or (kind,):
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            return [f.encode_name for f in msgspec.structs.fields(one)]
    return []


def _path(text: str, kind: Any, value: Any) -> Path:
    """The decoder's path. It does not tell keys of tables (`[...]`): the first entry that does not fit is meant."""
    path: Path = ()
    for name, number in re.findall(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]", text):
        if number == "...":
            inner, here = _reach(kind, value, path)
            path = (*path, _unfit(inner, here))
        else:
            path = (*path, int(number) if number else name)
    return path


def _unfit(kind: Any, value: Any) -> str | int:
    """The key of a table's first entry that can't be decoded."""
    element = _element(kind)
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, entry in entries:
        try:
            msgspec.convert(entry, element)
        except (msgspec.ValidationError, TypeError):
            return key
    return "?"


def _element(kind: Any) -> Any:
    for one in get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,):
        if get_origin(one) is dict:
            return get_args(one)[1]
        if get_origin(one) in (list, tuple):
            return get_args(one)[0]
    return Any


def _reach(kind: Any, value: Any, path: Path) -> tuple[Any, Any]:
    """The type and the value at a path."""
    for part in path:
        either = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
        structs = [k for k in either if isinstance(k, type) and issubclass(k, msgspec.Struct)]
        if structs and isinstance(part, str):
            names = {f.encode_name: f.name for f in msgspec.structs.fields(structs[0])}
            kind = get_type_hints(structs[0]).get(names.get(part, part), Any)
        else:
            kind = _element(kind)
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            value = None
    return kind, value
