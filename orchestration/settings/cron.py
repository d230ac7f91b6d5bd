"""What a cron string may say: five fields, each a list of values, ranges and steps."""

from __future__ import annotations

import re
from datetime import datetime

FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
NAMES = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "day of the week": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_RANGE = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?")


def wrong_schedule(cron: str) -> str | None:
    """What is wrong with a cron string, in words; None if it is one."""
    parts = cron.split()
    if len(parts) != len(FIELDS):
        return "it has five fields: minute, hour, day of the month, month, day of the week, such as '0 2 * * *'"
    for text, (name, low, high) in zip(parts, FIELDS, strict=True):
        for item in text.split(","):
            found = _RANGE.fullmatch(item)
            ends = [_number(end, name) for end in (found[1], found[2]) if end and end != "*"] if found else [None]
            fits = all(end is not None and low <= end <= high for end in ends)
            if not fits or (len(ends) == 2 and ends[0] > ends[1]) or (found is not None and found[3] == "0"):  # type: ignore[operator]
                return f"the {name} is {low} to {high}, not {text!r}"
    return None


def _number(text: str, field: str) -> int | None:
    names = NAMES.get(field, ())
    if text.lower() in names:
        return names.index(text.lower()) + (field == "month")
    return int(text) if text.isdigit() else None


def matches(cron: str, at: datetime) -> bool:
    """Whether a schedule asks for a run in this minute. `at` is on the schedule's clock.

    As cron has it: where the day of the month and that of the week both are bounded, one of them is enough.
    """
    minute, hour, day, month, weekday = (
        _values(text, name, low, high) for text, (name, low, high) in zip(cron.split(), FIELDS, strict=True)
    )
    if at.minute not in minute or at.hour not in hour or at.month not in month:
        return False
    on_day, on_weekday = at.day in day, bool({at.isoweekday() % 7, at.isoweekday()} & weekday)
    _, _, days, _, weekdays = cron.split()
    if days.startswith("*") or weekdays.startswith("*"):
        return on_day and on_weekday
    return on_day or on_weekday


def _values(text: str, name: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for item in text.split(","):
        parts = _RANGE.fullmatch(item)
        assert parts is not None, item  # the configuration was checked
        first = low if parts[1] == "*" else _number(parts[1], name)
        last = high if parts[1] == "*" or (parts[3] and not parts[2]) else first
        last = _number(parts[2], name) if parts[2] else last
        assert first is not None and last is not None
        found |= set(range(first, last + 1, int(parts[3] or 1)))
    return found
