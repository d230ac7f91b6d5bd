"""One page of an answer: the records' bytes exactly as they came, and the guard against pages that never end."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from connectors.errors import BadResponse, LoopDetected
from connectors.stream import Request

_ENVELOPE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RECORDS = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass
class Page:
    """One page: the records' bytes exactly as they came, and whatever stands around them."""

    body: bytes
    records_path: str
    records: list[msgspec.Raw] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    list_of_records: bytes | msgspec.Raw = b"[]"
    _top: dict[str, msgspec.Raw] | None = None

    def __post_init__(self) -> None:
        try:
            str(self.body, "utf-8")
            found = self.raw(self.records_path) if self.records_path else self.body
            if found is None:
                raise BadResponse(f"the answer has no '{self.records_path}'")
            self.records, self.list_of_records = _RECORDS.decode(found), found
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadResponse("the answer is not the JSON that the API promises") from error

    def raw(self, path: str) -> msgspec.Raw | None:
        """The bytes at a dotted path, or None where the path does not exist. A name's own dot is written \\."""
        first, *rest = path.split(".") if "\\" not in path else _parts(path)
        if self._top is None:  # the body is gone through once, however many paths are asked for
            self._top = _ENVELOPE.decode(self.body) if self.body.lstrip()[:1] == b"{" else {}
        here = self._top.get(first)
        for part in rest:
            if here is None or bytes(memoryview(here)[:1]) != b"{":
                return None
            here = _ENVELOPE.decode(here).get(part)
        return here

    def get(self, path: str) -> Any:
        """The value at a dotted path, or None. 'header:x-total' is a header's text, a whole number as a number."""
        if path.startswith("header:"):
            text = self.headers.get(path.removeprefix("header:"), "").strip()
            return int(text) if text.isdigit() else text or None
        found = self.raw(path)
        return None if found is None else msgspec.json.decode(found)


def members(record: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    """A record's own fields in their order, each with its bytes as they came. Raises BadResponse if it is no object."""
    try:
        return _ENVELOPE.decode(record)
    except msgspec.MsgspecError as error:
        raise BadResponse("a record is not the object that the API promises") from error


def _parts(path: str) -> list[str]:
    return [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", path)]


class LoopGuard:
    """Stops a sequence of pages that repeats or never ends."""

    def __init__(self, longest_run_of_empty_pages: int = 3) -> None:
        self._asked: set[bytes] = set()
        self._last = 0
        self._empty = 0
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
        came = hash(bytes(page.list_of_records))
        if page.records and came == self._last:
            raise LoopDetected("the same page came twice under different tokens")
        self._last = came


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
