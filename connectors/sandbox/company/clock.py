"""The company's clock: nights are counted in days, moments in milliseconds since 1970 (UTC)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import numpy as np
import numpy.typing as npt

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MONTHS_OF_HISTORY = 24

FIRST_NIGHT = int(datetime(2026, 7, 1, 2, tzinfo=UTC).timestamp()) * SECOND
HISTORY_START = int(datetime(2024, 7, 1, 2, tzinfo=UTC).timestamp()) * SECOND

Moment = int | float | str | datetime


def night(day: int) -> int:
    """The moment at which the sync of a day starts: 02:00 UTC."""
    return FIRST_NIGHT + day * DAY


def horizon(day: int) -> int:
    """The last moment at which something had happened when the night starts; vendors hold back the last minutes."""
    return night(day) - 5 * MINUTE


def moment(value: Moment) -> int:
    """Milliseconds since 1970 from a datetime (naive is UTC), an ISO 8601 text, or milliseconds. Raises ValueError."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return round(aware.timestamp() * SECOND)
    return int(value)


def naive(at: int) -> datetime:
    """A naive UTC datetime, as the warehouse keeps them."""
    return datetime.fromtimestamp(at / SECOND, UTC).replace(tzinfo=None)


def iso_ms(at: npt.NDArray[np.int64]) -> list[str]:
    """2026-07-01T02:00:00.000Z, as HubSpot writes it."""
    return [text + "Z" for text in np.datetime_as_string(at.astype("datetime64[ms]")).tolist()]


def iso_s(at: npt.NDArray[np.int64], zone: str = "Z") -> list[str]:
    """2026-07-01T02:00:00Z, as Shopify and Zendesk write it; Mailchimp writes +00:00 for the zone."""
    seconds = (at // SECOND).astype("datetime64[s]")
    return [text + zone for text in np.datetime_as_string(seconds).tolist()]


def http_date(at: int) -> str:
    """Wed, 01 Jul 2026 02:00:00 GMT."""
    return format_datetime(datetime.fromtimestamp(at / SECOND, UTC), usegmt=True)
