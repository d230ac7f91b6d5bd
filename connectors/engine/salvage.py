"""Records out of an answer that is not all JSON: one bad value costs its record, not the page.

A strict decoder refuses a whole page for one NaN. Here brackets and quotes alone say where a record begins and ends,
and what is wrong within one is named. Where brackets or quotes do not close there is no telling, and nothing is taken.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

# A decoder's refusals. Its own limit on depth is the interpreter's, and comes as a RecursionError.
REFUSALS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_MEMBER = re.compile(rb'\s*("[^"\\]*(?:\\.[^"\\]*)*")\s*:(.*)', re.DOTALL)
_NO_NUMBER = re.compile(rb"(?:^|[:\[,\s])(?:-?Infinity|-?NaN|[+-]?inf|nan)\b")
_ADJACENT = re.compile(rb'""\s*[^\s,:\]}]|[^\s,:\[{]\s*""')  # with each text emptied: no comma or colon between two
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_CLOSES = {ord("["): ord("]"), ord("{"): ord("}")}
_ANY = msgspec.json.Decoder(msgspec.Raw)


def fault(record: bytes) -> str | None:
    """What makes this no JSON, in words that hold nothing of it; None if it is JSON."""
    try:
        str(record, "utf-8")
        _ANY.decode(record)
    except UnicodeDecodeError:
        return "not JSON: bytes that are not UTF-8"
    except RecursionError:
        return "not JSON: nested too deeply"
    except msgspec.MsgspecError:
        if _NO_NUMBER.search(_STRING.sub(b'""', record)):
            return "not JSON: NaN or Infinity in place of a number"
        if _SURROGATE.search(record):
            return "not JSON: half a surrogate pair"
        return "not JSON: malformed"
    return None


def value(record: bytes) -> Any:
    """The record as Python values; None where it has none, as for a number out of range."""
    try:
        return msgspec.json.decode(record)
    except REFUSALS:
        return None


def items(array: bytes) -> list[bytes]:
    """The elements of a JSON array, whatever values stand in them. ValueError where its structure is in doubt."""
    if _ADJACENT.search(_STRING.sub(b'""', array)):
        raise ValueError("a quote is missing, or one too many")
    return _parts(array, b"[")


def members(item: bytes) -> dict[str, bytes]:
    """The values of a JSON object by name, whatever stands in them. ValueError where it does not close."""
    found = {}
    for part in _parts(item, b"{"):
        member = _MEMBER.fullmatch(part)
        if member is None:
            raise ValueError("a member without a name")
        try:
            found[str(msgspec.json.decode(member[1]))] = member[2].strip()
        except REFUSALS:
            continue  # a name that can't be read is none that anybody asks for
    return found


def raw(record: bytes, path: str) -> bytes | None:
    """The bytes at a dotted path of a record, whatever else stands in it; None where there are none."""
    try:
        for name in path.split("."):
            record = members(record)[name]
    except (KeyError, ValueError):
        return None
    return record


def at(record: bytes, path: str) -> Any:
    """The value at a dotted path of a record; None where there is none, or it is itself at fault."""
    found = raw(record, path)
    return None if found is None else value(found)


def _parts(text: bytes, opening: bytes) -> list[bytes]:
    """What stands between the outermost commas of an array or object."""
    text = text.strip()
    if text[:1] != opening:
        raise ValueError("another kind of value")
    parts, begin, open_ones, inner = [], 1, bytearray(), 0
    for token in _TOKEN.finditer(text):
        sign, at = text[token.start()], token.start()
        if sign == ord('"'):
            if token.end() == at + 1:
                raise ValueError("a text does not end")
        elif sign in _CLOSES:
            inner += len(open_ones) == 1
            open_ones.append(sign)
        elif sign == ord(","):
            if len(open_ones) == 1:
                parts.append(text[begin:at])
                begin, inner = at + 1, 0
        elif not open_ones or _CLOSES[open_ones.pop()] != sign:
            raise ValueError("a bracket that closes another one")
        elif not open_ones:
            if at != len(text) - 1:
                raise ValueError("something follows")
            parts.append(text[begin:at])
        if inner > 1:
            raise ValueError("two values without a comma between them")
    if open_ones or text[-1:] not in (b"]", b"}"):
        raise ValueError("a bracket does not close")
    parts = [part.strip() for part in parts]
    return parts if len(parts) > 1 or parts[0] else []
