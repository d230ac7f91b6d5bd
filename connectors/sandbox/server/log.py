"""What was asked of the sandbox, kept in memory: the newest 200,000 requests, without their credentials."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from fnmatch import fnmatchcase

import msgspec

_MOST = 200_000
_BODY = 2_000


class Entry(msgspec.Struct, frozen=True):
    """One request. at: seconds on the machine's monotonic clock. status 0: no whole answer was sent.

    fault: the kind that was played.
    """

    number: int
    at: float
    method: str
    path: str
    query: str
    body: str
    status: int
    fault: str | None


class Log:
    """Safe to read from another thread."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_MOST)
        self._lock = threading.Lock()
        self.count = 0

    def add(self, method: str, path: str, query: str, body: bytes, status: int, fault: str | None) -> None:
        with self._lock:
            self.count += 1
            text = body[:_BODY].decode("utf-8", "replace")
            self._entries.append(Entry(self.count, time.monotonic(), method, path, query, text, status, fault))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self.count = 0

    def entries(self, path: str = "*") -> list[Entry]:
        """The requests whose path matches a pattern such as */contacts, oldest first."""
        with self._lock:
            return [entry for entry in self._entries if fnmatchcase(entry.path, path)]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries())

    def __len__(self) -> int:
        return len(self._entries)
