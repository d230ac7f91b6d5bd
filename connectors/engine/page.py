"""One page of an answer: the records' bytes exactly as they came, and the guard against pages that never end."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from crm360.connectors.engine import salvage
from crm360.connectors.engine.errors import BadResponse, LoopDetected
from crm360.connectors.engine.request import Request

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ENVELOPE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RECORDS = msgspec.json.Decoder(list[msgspec.Raw])
FAULTS = ("error", "errors")
NO_FAULT = (b"null", b"false", b"0", b'""', b"[]", b"{}")


@dataclass
class Page:
    """One page: the records' bytes exactly as they came, and whatever stands around them.

    A record that is not JSON is among them as it came (see salvage.py): `RowReader` holds it back. Raises BadResponse
    where the list of records is not there, or can't be taken apart. `may_lack`: an object that holds no list at all
    in its place holds no records.
    """

    body: bytes
    records_path: str
    records: Sequence[msgspec.Raw | bytes] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    may_lack: bool = False
    list_of_records: bytes | msgspec.Raw = b"[]"
    is_salvaged: bool = False  # something in it is not JSON
    _top: Mapping[str, msgspec.Raw | bytes] | None = None

    def __post_init__(self) -> None:
        self.body = self.body.removeprefix(BYTE_ORDER_MARK)
        try:
            str(self.body, "utf-8")
            self.list_of_records = self._found()
            self.records = _RECORDS.decode(self.list_of_records)
        except salvage.REFUSALS as error:
            self.is_salvaged, self._top = True, None
            try:
                self.list_of_records = self._found()
                self.records = salvage.items(bytes(self.list_of_records))
            except ValueError:
                raise BadResponse("the answer is not the JSON that the API promises") from error
        if self.records_path:
            self._check_envelope()

    def has(self, path: str) -> bool:
        """Whether something stands at a dotted path, be it null; or whether there is such a header."""
        if path.startswith("header:"):
            return path.removeprefix("header:") in self.headers
        return self.raw(path) is not None

    def _check_envelope(self) -> None:
        """Raise BadResponse where a name stands twice around the records: decoders take one of them, without a word."""
        lists = [v for v in (self._top or {}).values() if memoryview(v)[:1] == b"["]
        around = _without(self.body, [self.list_of_records, *lists])
        with contextlib.suppress(ValueError, RecursionError):  # what is no JSON is seen to elsewhere
            json.loads(around, object_pairs_hook=_once_each)

    def _found(self) -> msgspec.Raw | bytes:
        found = self.raw(self.records_path) if self.records_path else self.body
        if found is None and self.may_lack:
            outer = self.records_path.rpartition(".")[0]
            holder = self.raw(outer) if outer else self.body.lstrip()
            if holder is not None and bytes(memoryview(holder)[:1]) == b"{":
                inside = self._members(holder).values()
                found = None if any(memoryview(value)[:1] == b"[" for value in inside) else b"[]"
        if found is None:
            raise BadResponse(f"the answer has no '{self.records_path}'")
        return found

    def raw(self, path: str) -> msgspec.Raw | bytes | None:
        """The bytes at a dotted path, or None where the path does not exist.

        A name's own dot is written \\., a place in a list its number from 0.
        """
        first, *rest = path.split(".") if "\\" not in path else _parts(path)
        if self._top is None:  # the body is gone through once, however many paths are asked for
            self._top = self._members(self.body) if self.body.lstrip()[:1] == b"{" else {}
        here = self._top.get(first)
        for part in rest:
            opening = b"" if here is None else bytes(memoryview(here)[:1])
            if here is not None and opening == b"{":
                here = self._members(here).get(part)
            elif here is not None and opening == b"[" and part.isdigit():
                items = self._items(here)
                here = items[int(part)] if int(part) < len(items) else None
            else:
                return None
        return here

    def _items(self, value: msgspec.Raw | bytes) -> Sequence[msgspec.Raw | bytes]:
        return salvage.items(bytes(value)) if self.is_salvaged else _RECORDS.decode(value)

    def _members(self, value: msgspec.Raw | bytes) -> Mapping[str, msgspec.Raw | bytes]:
        return salvage.members(bytes(value)) if self.is_salvaged else _ENVELOPE.decode(value)

    def get(self, path: str) -> Any:
        """The value at a dotted path, or None. 'header:x-total' is a header's text, a whole number as a number."""
        if path.startswith("header:"):
            text = self.headers.get(path.removeprefix("header:"), "").strip()
            return int(text) if text.isdigit() else text or None
        found = self.raw(path)
        try:
            return None if found is None else msgspec.json.decode(found)
        except salvage.REFUSALS as error:
            raise BadResponse(f"the answer's '{path}' can't be read") from error

    def around(self, records: str) -> list[str]:
        """The dotted paths of what stands in the answer beside its list of records."""
        if self.body.lstrip()[:1] != b"{":
            return []
        self.raw(records)
        top = self._top or {}
        found = [name for name in top if name != records]
        for name in list(found):
            if bytes(memoryview(top[name])[:1]) == b"{":
                found += [f"{name}.{inner}" for inner in self._members(top[name]) if f"{name}.{inner}" != records]
        return [name for name in found if not records.startswith(f"{name}.")]

    def of_last(self, path: str) -> Any:
        """The value at a dotted path of the last record, or None: where the next page begins in some APIs."""
        return salvage.at(bytes(self.records[-1]), path) if self.records else None


def _without(body: bytes, lists: list[bytes | msgspec.Raw]) -> bytes:
    """The body with a 0 in place of each list: by where it stands, for to search for it takes as long as to read it."""
    begin, spans = _address(body), []
    for value in lists:
        start = _address(value) - begin
        if not 0 <= start < len(body):  # a copy, out of an answer that is not all JSON
            start = body.find(value)
        spans.append((start, start + len(memoryview(value))))
    pieces, at = [], 0
    for start, end in sorted(set(spans)):
        if start >= at:
            pieces.append(body[at:start])
            at = end
    return b"0".join([*pieces, body[at:]])


def _address(value: bytes | msgspec.Raw) -> int:
    return int(np.frombuffer(value, np.uint8).__array_interface__["data"][0])


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadResponse(f"the answer says '{twice[:40]}' twice")


def refuse_fault(page: Page) -> None:
    """Raise BadResponse for an answer that holds an error beside its records, whatever its status says."""
    first = page.records_path.split(".")[0]
    for name in FAULTS:
        raw = page.raw(name) if name != first else None
        if raw is not None and bytes(raw).strip() not in NO_FAULT:
            raise BadResponse(f"the answer holds an error ('{name}') beside its records")


def members(record: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    """A record's own fields in their order, each with its bytes as they came. Raises BadResponse if it is no object."""
    try:
        return _ENVELOPE.decode(record)
    except msgspec.MsgspecError as error:
        raise BadResponse("a record is not the object that the API promises") from error


def _parts(path: str) -> list[str]:
    return [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", path)]


class LoopGuard:
    """Stops a sequence of pages that repeats or never ends.

    Where pages are counted or begin anew in time (`may_repeat`), the next one may be like the one before, once.
    """

    def __init__(self, longest_run_of_empty_pages: int = 1, *, may_repeat: bool = False) -> None:
        self._asked: set[bytes] = set()
        self._came: set[int] = set()
        self._last = 0
        self._empty = self._same = 0
        self._most_same = int(may_repeat)
        self._allowed = longest_run_of_empty_pages

    def check(self, request: Request, page: Page) -> None:
        """Raise LoopDetected for a request asked before, a page that came before, or many empty ones."""
        asked = _digest(
            msgspec.json.encode(
                [request.path, sorted(request.params.items()), request.body, sorted(request.headers.items())]
            )
        )
        if asked in self._asked:
            raise LoopDetected("the source gave the same next page twice")
        self._asked.add(asked)
        self._empty = 0 if page.records else self._empty + 1
        if self._empty > self._allowed:
            raise LoopDetected(f"{self._empty} empty pages in a row, and still more are promised")
        if not page.records:
            return
        came = hash(bytes(page.list_of_records))
        self._same = self._same + 1 if came == self._last else 0
        if self._same > self._most_same or (came in self._came and not self._same):
            raise LoopDetected("the same page came twice under different tokens")
        self._came.add(came)
        self._last = came


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
