"""JSON as it was written: numbers keep their digits, doubled keys stay; all but what is taken out is as it was."""

from __future__ import annotations

import json
from typing import Any


class Pairs(list[tuple[str, Any]]):
    """An object: its keys and values in order."""


class Number(str):
    """A number, as it was written."""

    __slots__ = ()


def _pairs(found: list[tuple[str, Any]]) -> Pairs:
    return Pairs(found)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=Number, parse_int=Number, parse_constant=Number, strict=False
)


def loads(text: str) -> Any:
    """A value of Pairs, lists, str, Number, bool and None. Raises ValueError or RecursionError."""
    return _DECODER.decode(text)


def dumps(value: Any) -> str:
    """Its text, without spaces."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, Number):
        parts.append(str(value))
    elif isinstance(value, Pairs):
        for number, (key, below) in enumerate(value):
            parts.append(f"{',' if number else '{'}{_text(key)}:")
            _write(below, parts)
        parts.append("}" if value else "{}")
    elif isinstance(value, list):
        for number, below in enumerate(value):
            parts.append("," if number else "[")
            _write(below, parts)
        parts.append("]" if value else "[]")
    elif isinstance(value, str):
        parts.append(_text(value))
    else:
        parts.append({None: "null", True: "true", False: "false"}[value])


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:  # half a surrogate pair: only its escape can be written
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False)
