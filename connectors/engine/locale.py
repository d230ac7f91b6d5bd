"""A reader's locale: how a stream writes dates, numbers, yes and no, and nothing. Declared, never guessed.

`03.04.2025` is April in Berlin and March in Boston, `1.459` a thousand and something or one and a half: only whoever
knows the source can say. Without a word, ISO 8601 in UTC and numbers such as 1459.28 are read, and everything else is
listed as unreadable. `crm360 check` proposes the lines from what it sees.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

THOUSANDS = ("", ",", ".", "'", "’", " ", "\u00a0", "\u202f", "_")
_SAMPLE = datetime(2001, 2, 3, 4, 5, 6)


class Locale(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a stream's table may say about how its values are written.

    `date_format`: strptime patterns, tried in their order beside ISO 8601. A time of day without an offset is one of
    `time_zone`; a day without a time is that day everywhere. `null_words` mean that there is no value.
    """

    date_format: Annotated[
        str | list[str],
        Meta(
            description="strptime patterns of dates and times, tried in this order beside ISO 8601.",
            examples=["%d.%m.%Y"],
        ),
    ] = []
    time_zone: Annotated[str, Meta(description="Whose clocks times without an offset show.")] = "UTC"
    decimal: Annotated[
        Literal["", ".", ","],
        Meta(description="The decimal mark. Empty: a point, and 1.459 is refused in a column that holds commas."),
    ] = ""
    thousands: Annotated[
        str, Meta(description="The mark between thousands.", extra_json_schema={"enum": list(THOUSANDS)})
    ] = ""
    true_words: Annotated[list[str], Meta(description="Words for yes, beside true, yes and 1.")] = []
    false_words: Annotated[list[str], Meta(description="Words for no, beside false, no and 0.")] = []
    null_words: Annotated[list[str], Meta(description="Texts that mean that there is no value.")] = []

    @property
    def formats(self) -> tuple[str, ...]:
        """The date patterns, in their order."""
        return (self.date_format,) if isinstance(self.date_format, str) else tuple(self.date_format)

    def wrong(self) -> str | None:
        """What is wrong with these settings, in words."""
        for pattern in self.formats:
            if not is_date_format(pattern):
                return f"date_format {pattern!r} is no strptime pattern with a day, month and year, as '%d.%m.%Y' is"
        if not is_time_zone(self.time_zone):
            return f"time_zone {self.time_zone!r} is unknown; it is a name such as Europe/Berlin"
        if self.thousands not in THOUSANDS:
            return "thousands is one of ',', '.', a space, an apostrophe or '_'"
        if self.thousands and self.thousands == (self.decimal or "."):
            return f"decimal and thousands are both {self.thousands!r}: set decimal to the other one"
        both = {w.casefold() for w in self.true_words} & {w.casefold() for w in self.false_words}
        if both:
            return f"{min(both)!r} is among true_words and false_words"
        return None

    def facts(self) -> dict[str, Any]:
        """What dbt is told for a mapped stream: only what differs from the rule."""
        told = {
            "date_format": list(self.formats),
            "time_zone": "" if self.time_zone == "UTC" else self.time_zone,
            "decimal": self.decimal or ("." if self.thousands else ""),
            "thousands": self.thousands,
            "true_words": [w.strip().casefold() for w in self.true_words],
            "false_words": [w.strip().casefold() for w in self.false_words],
            "null_words": [w.strip() for w in self.null_words],
        }
        return {name: value for name, value in told.items() if value}


def is_date_format(pattern: str) -> bool:
    """Whether it tells a whole date: what is written by it is read back as the same day."""
    if re.search(r"%[^aAbBdmyYHIMSfpzZj%]", pattern):
        return False
    try:
        text = _SAMPLE.strftime(pattern)
        return text != pattern and datetime.strptime(text, pattern).date() == _SAMPLE.date()
    except (ValueError, UnicodeError):
        return False


def is_time_zone(name: str) -> bool:
    """Whether it is a name of the IANA's."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
