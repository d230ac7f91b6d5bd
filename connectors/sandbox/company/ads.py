"""What the company keeps at ad platforms: audiences that others fill, by hashes. Only what was sent is known there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Audience:
    """An audience. `people`: by the hash of their address, what else was sent of them, by the platform's keys."""

    name: str
    kind: str = "CUSTOM"
    is_flagged: bool = False
    is_open: bool = True
    people: dict[str, dict[str, str]] = field(default_factory=dict)


class Ads:
    """Meta's custom audiences and Google's user lists, by id; what became of each request to Google."""

    def __init__(self) -> None:
        self.audiences = {"23850000000000001": Audience("Win back")}
        self.sessions: set[int] = set()
        self.user_lists = {"8888000001": Audience("Win back")}
        self.requests: dict[str, dict[str, Any]] = {}
        self.asked: dict[str, int] = {}
        self.slowness = 0
        """So often a request's status is PROCESSING before it is known."""
