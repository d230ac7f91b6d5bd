"""How much each vendor lets a client ask: requests a second or a minute, and Shopify's bucket of points."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

from crm360.connectors.sandbox.vendors import FAKES
from crm360.connectors.sandbox.vendors.fake import Limit

_CHECKS = {vendor: (Limit(f"{vendor}_per_second", 1.0, ""), *fake.limits) for vendor, fake in FAKES.items()}
DEFAULTS: dict[str, float | None] = {limit.name: None for checks in _CHECKS.values() for limit in checks} | {
    "shopify_bucket": 100_000.0,
    "shopify_restore": 100_000.0,
}
"""None: no limit; the sandbox is generous so that a night is quick. Real plans: HubSpot search 5 a second, Zendesk
incremental 10 a minute, Shopify a bucket of 2,000 points and 100 a second."""


class Bucket:
    """Points that flow in at a rate and are taken out by queries (a leaky bucket)."""

    def __init__(self, size: float, restore: float, now: Callable[[], float]) -> None:
        self.size, self.restore, self._now = size, restore, now
        self._left, self._at = size, now()

    def left(self) -> float:
        now = self._now()
        self._left = min(self.size, self._left + (now - self._at) * self.restore)
        self._at = now
        return self._left

    def take(self, points: float) -> bool:
        """Take points if there are enough."""
        if self.left() < points:
            return False
        self._left -= points
        return True

    def give_back(self, points: float) -> None:
        self._left = min(self.size, self.left() + points)


class Limits:
    """Counts calls in sliding windows. refused: how many calls each limit has turned away since it was set."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self.reset()

    def reset(self) -> None:
        self.values = dict(DEFAULTS)
        self.refused: Counter[str] = Counter()
        self._seen: dict[str, deque[float]] = {}
        self.bucket = Bucket(float(DEFAULTS["shopify_bucket"] or 0), float(DEFAULTS["shopify_restore"] or 0), self._now)

    def set(self, values: Mapping[str, Any]) -> None:
        """Set limits by name. Raises ValueError for a name there is not, or a value that is no positive number
        or None."""
        for name, value in values.items():
            if name not in DEFAULTS:
                raise ValueError(f"There is no limit {name}; there are {', '.join(DEFAULTS)}.")
            if value is not None and not (isinstance(value, int | float) and value > 0):
                raise ValueError(f"The limit {name} must be a positive number or null, not {value!r}.")
        self.values |= values
        if any(name.startswith("shopify_") for name in values):
            size, restore = self.values["shopify_bucket"], self.values["shopify_restore"]
            self.bucket = Bucket(float(size or 1e12), float(restore or 1e12), self._now)

    def wait(self, vendor: str, path: str) -> float | None:
        """Count a call; seconds to wait if a limit turns it away, else None. A call turned away does not count."""
        checks = [limit for limit in _CHECKS[vendor] if limit.path in path]
        now = self._now()
        for name, span, _ in checks:
            limit = self.values[name]
            if limit is None:
                continue
            seen = self._seen.setdefault(name, deque())
            while seen and seen[0] <= now - span:
                seen.popleft()
            if len(seen) >= limit:
                self.refused[name] += 1
                return seen[0] + span - now
        for name, _, _ in checks:
            if self.values[name] is not None:
                self._seen[name].append(now)
        return None
