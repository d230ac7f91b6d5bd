"""Times as the code holds them, naive and in UTC, and as others want them written."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC).replace(tzinfo=None)


def iso(time: datetime, zone: str = "Z", separator: str = "T", precision: str = "seconds") -> str:
    """A moment in ISO 8601 to the second or as `precision` says, `zone` behind it: 2026-07-01T02:00:00Z."""
    return time.replace(tzinfo=None).isoformat(sep=separator, timespec=precision) + zone
