"""The clock, which is read nowhere else; times as the code holds them, naive and in UTC, and as others want them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def now(zone: tzinfo = UTC) -> datetime:
    """The present with its zone."""
    return datetime.now(zone)


def utc_now() -> datetime:
    """The present, naive and in UTC."""
    return now().replace(tzinfo=None)


def iso(time: datetime, zone: str = "Z", separator: str = "T", precision: str = "seconds") -> str:
    """A moment in ISO 8601 to the second or as `precision` says, `zone` behind it: 2026-07-01T02:00:00Z."""
    return time.replace(tzinfo=None).isoformat(sep=separator, timespec=precision) + zone
