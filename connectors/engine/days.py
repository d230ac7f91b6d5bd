"""Reports by day: which days a night asks for. Figures are restated for weeks, so that the last days are read again.

A report tells no time of change, so its cursor is the moment up to which it was read, and a stream's `lookback` is one
day more than is restated: no day of a window is then older than the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm360.connectors.engine.connector import Context
from crm360.connectors.engine.errors import BadResponse

DAY = timedelta(days=1)
HISTORY, AT_ONCE = "history_days", "days_at_once"
SETTINGS = {HISTORY: "1095", AT_ONCE: "30"}
MEANINGS = {
    HISTORY: "How many days back the first night reads costs.",
    AT_ONCE: "For how many days one request asks.",
}


def wrong(settings: Mapping[str, str], _options: object) -> str | None:
    """What the settings can't be, in words; None if they are right."""
    for name in SETTINGS:
        text = settings.get(name, SETTINGS[name])
        if not text.isdecimal() or not 1 <= int(text) <= 10_000:
            return f"{name} must be a whole number of days from 1 to 10000, not {text[:20]!r}"
    return None


def spans(context: Context, zone: str, *, is_known: bool) -> Iterator[tuple[date, date]]:
    """The days to ask for, first and last of each request, up to today in the account's time zone.

    `is_known`: whether the account was read before; of another one the whole history is. Raises BadResponse for a zone
    that there is not.
    """
    try:
        today = context.window.upper.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadResponse("an account is in a time zone that there is not", where=context.where) from error
    lower = context.window.lower if is_known else None
    first = today - int(context.settings[HISTORY]) * DAY if lower is None else lower.date() + DAY
    step = int(context.settings[AT_ONCE]) * DAY
    while first <= today:
        last = min(first + step - DAY, today)
        yield first, last
        first = last + DAY


def lookback(restated: int) -> timedelta:
    """What a stream looks back, that so many days are read again beside today."""
    return (restated + 1) * DAY
