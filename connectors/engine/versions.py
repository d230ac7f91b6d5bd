"""Which version of its API a server speaks, where a connector knows an older one that says the same.

A vendor rolls a version out account by account, and what stands in for it (a proxy, a recorder, a mock) lags behind.
The newer version is asked first; a server that answers "not found" to it and knows the older one is spoken to in that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class Versions:
    """What one session has found out. Safe to share between threads."""

    def __init__(self, older: Callable[[str], str | None] | None) -> None:
        self._older = older
        self._is_older = False
        self._is_settled = older is None
        self._lock = threading.Lock()

    def spoken(self, path: str) -> str:
        """The path as it is sent."""
        return (self._older(path) if self._older and self._is_older else None) or path

    def goes_on(self, path: str, sent: str, status: int) -> bool:
        """Whether to ask again, in the other version: what was sent is not found, and the other one is untried."""
        if self._older is None or self._older(path) is None:
            return False
        with self._lock:
            if status != 404:
                self._is_settled = self._is_settled or status < 400
                return False
            if sent != self.spoken(path):  # found out meanwhile, by another stream
                return True
            if self._is_settled:
                return False
            self._is_older = not self._is_older
            return self._is_older  # both were asked: it is not there in either
