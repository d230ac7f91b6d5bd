"""How words and numbers are written on the page. All text from outside passes through `plain`."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

LONGEST = 120
_EMAIL = re.compile(r"[^\s@<>'\"]{1,64}@[^\s@<>'\"]{1,255}\.[A-Za-z]{2,}")


def signed(value: float | Decimal) -> str:
    """Bits for or against: +6.4, −0.4."""
    return f"{float(value):+.1f}".replace("-", "−")


def chance(value: float) -> str:
    """A probability in per cent; what is nearly sure is not called sure: 99.97 %."""
    figure = 100 * value
    places = 1 if figure < 99 else 2
    return "more than 99.99 %" if figure > 99.99 else f"{figure:.{places}f} %"


def decimals(value: float | Decimal) -> str:
    """A number that is no whole one, with four decimals at most: 1,234.5, and 0 for 0.0000."""
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def one_line(value: object, longest: int = LONGEST) -> str:
    """Return text that cannot disturb the page: one line, no control or direction marks, short.

    Escaping is the template's work, not done here. Long text is cut, with an ellipsis.
    """
    raw = str(value)[: 4 * longest]
    shown = "".join(
        " " if char.isspace() else "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char)[0] == "C" else char
        for char in raw
    )
    return _cut(" ".join(shown.split()), longest)


def plain(value: object, longest: int = LONGEST) -> str:
    """Return the same without any e-mail address, for pages that show no personal value."""
    return _cut(_EMAIL.sub("[e-mail address]", one_line(value, 4 * longest)), longest)


def _cut(shown: str, longest: int) -> str:
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def count(value: float | None) -> str:
    """Write a whole number with thin groups of three: 12,345. None is a dash."""
    return "–" if value is None else f"{value:,.0f}"


def percent(share: float | None) -> str:
    """Write a share (0.25) as a percentage (25 %). None is a dash."""
    return "–" if share is None else f"{100 * share:.1f} %" if abs(share) < 0.1 else f"{100 * share:.0f} %"


def money(value: float | None, currency: str) -> str:
    """Write an amount in whole units of its currency: EUR 12,345. None is a dash."""
    return "–" if value is None else f"{currency} {value:,.0f}".replace("-", "−")


def day(value: date | None) -> str:
    """Write a date: 1 July 2026. None is a dash."""
    return "–" if value is None else f"{value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """Write a naive UTC time: 2026-07-01 02:00 UTC. None is the word never."""
    return "never" if value is None else f"{value:%Y-%m-%d %H:%M} UTC"
