"""Faults that can be told to the sandbox: which, for which paths, for how many requests.

Before the page: status unauthorised forbidden throttled login_page empty_body redirect reset silent.
On the page: malformed_json drop_key value nan long_id duplicate_key null_records encoding repeat_token cycle_token
endless empty_page foreign_next. On the wire: short_body no_length cut_chunk gzip_cut gzip_bomb drip.
On the clock: clock_skew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import msgspec
import numpy as np

from crm360.connectors.sandbox.company.draws import Draws

BEFORE = {"status", "unauthorised", "forbidden", "throttled", "login_page", "empty_body", "redirect", "reset", "silent"}
PAGE = {
    "malformed_json", "drop_key", "value", "nan", "long_id", "duplicate_key", "null_records", "encoding",
    "repeat_token",
    "cycle_token", "endless", "empty_page", "foreign_next",
}  # fmt: skip
WIRE = {"short_body", "no_length", "cut_chunk", "gzip_cut", "gzip_bomb", "drip"}
CLOCK = {"clock_skew"}
KINDS = BEFORE | PAGE | WIRE | CLOCK


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One fault.

    path: pattern of the paths it is for, such as */contacts. method: the one it is for (null: any).
    times: how many requests it spoils (null: all). after: how many matching requests it lets through first.
    share: spoils only this share of them, drawn by seed. status, headers, body: of the answer.
    retry_after: sent as it stands, but "date:5" is an HTTP date five seconds on.
    to: where a redirect or a next link leads. percent: how much of the body still comes.
    seconds: between two bytes (drip), of silence, or by which the clock is wrong.
    field: dotted name in a record (default: its key). records: how many of the page are spoiled.
    value: raw JSON text for the field; for encoding bom, latin1 or invalid_utf8; for gzip_bomb its size in bytes.
    """

    kind: str
    path: str = "*"
    method: str | None = None
    times: int | None = 1
    after: int = 0
    share: float | None = None
    seed: int = 0
    status: int = 0
    retry_after: str | None = None
    headers: dict[str, str] = {}
    body: str | None = None
    to: str = "http://127.0.0.2:9"
    percent: float = 60.0
    seconds: float = 0.2
    field: str | None = None
    value: str | None = None
    records: int = 1
    seen: int = 0
    fired: int = 0
    tokens: list[str] = []

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}; there are {', '.join(sorted(KINDS))}.")

    def matches(self, method: str, path: str) -> bool:
        return fnmatchcase(path, self.path) and (self.method is None or self.method == method)

    def fires(self) -> bool:
        """Count a matching request, and say whether this one is spoiled."""
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.fired >= self.times):
            return False
        if self.share is not None:
            drawn = Draws(self.seed).unit(f"fault {self.kind} {self.path}", np.array([self.seen]))[0]
            if drawn >= self.share:
                return False
        self.fired += 1
        return True


class Faults:
    """The script: the first fault that matches a request and fires is played; a wrong clock goes with any other."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._faults = list(faults)

    def add(self, fault: Fault | str, **options: Any) -> Fault:
        """Add a fault to the end of the script: a Fault, or its kind and options."""
        made = fault if isinstance(fault, Fault) else Fault(kind=fault, **options)
        with self._lock:
            self._faults.append(made)
        return made

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def all(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def next(self, method: str, path: str) -> tuple[Fault | None, float]:
        """The fault to play on a request, and by how many seconds the clock is wrong."""
        with self._lock:
            skew, chosen = 0.0, None
            for fault in self._faults:
                if fault.kind in CLOCK and fault.matches(method, path) and fault.fires():
                    skew += fault.seconds
                elif chosen is None and fault.kind not in CLOCK and fault.matches(method, path) and fault.fires():
                    chosen = fault
            return chosen, skew


def read_faults(content: Mapping[str, Any]) -> list[Fault]:
    """Faults out of the JSON of POST /sandbox/faults. Raises ValueError in words."""
    try:
        return msgspec.convert(content.get("faults", []), list[Fault])
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
