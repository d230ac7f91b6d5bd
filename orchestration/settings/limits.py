"""How much dirt of a stream is borne: [sources.<name>.limits.<stream>], or `all` for the streams that are not named.

    [sources.shop.limits.orders]
    on_parse_error = "warn"          unreadable values are null, and the records stay
                     "quarantine"    records with one are kept out, however many they are
                     "stop"          nothing is published beyond max_parse_error_rate
    max_parse_error_rate = 0.01      of the stream's records
    on_implausible_date = "stop"     the same for dates that no CRM can mean: without a word they are null, and stay
    on_future_date = "quarantine"    the same for what is dated after the night's day: without a word it waits for it
    on_negative_refund = "stop"      the same for refunds with a sign that the source does not use: without a word
                                     a refund is money out, whatever its sign
    max_rejected_rate = 0.04         of what a pull received; beyond it the stream has failed

Without a word, records that sums are made of are quarantined, of others the value is null, and a run stops only where
quarantine takes so much of a stream that it is a drop in volume.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.settings.places import near, refusal

FEW = 10  # so many records of a small stream stop nothing
MOST_QUARANTINED = 0.04
MOST_REJECTED = 0.04
SHARE = {"minimum": 0, "maximum": 1}
# The rules beside what can't be read at all, each with its key.
KEYS = {
    "implausible": "on_implausible_date",
    "future": "on_future_date",
    "negative refund": "on_negative_refund",
}


class StreamLimits(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One stream's limits. Empty: the rule of its entity."""

    on_parse_error: Annotated[
        Literal["", "warn", "quarantine", "stop"],
        Meta(
            description="What becomes of records with an unreadable value: it is null and they stay (`warn`), they are "
            "kept out (`quarantine`), or nothing is published beyond `max_parse_error_rate` (`stop`). "
            "Empty: the rule of the stream's entity."
        ),
    ] = ""
    on_implausible_date: Annotated[
        Literal["", "warn", "quarantine", "stop"],
        Meta(
            description="What becomes of records with a date that no CRM can mean (up to 1900-01-01, and from 9999 "
            "on): it is null and they stay (`warn`, and without a word), they are kept out (`quarantine`), or nothing "
            "is published beyond `max_parse_error_rate` (`stop`)."
        ),
    ] = ""
    on_future_date: Annotated[
        Literal["", "warn", "quarantine", "stop"],
        Meta(
            description="What becomes of records that are dated after the night's day: what they tell of waits for its "
            "day (`warn`, and without a word), they are kept out (`quarantine`), or nothing is published beyond "
            "`max_parse_error_rate` (`stop`)."
        ),
    ] = ""
    on_negative_refund: Annotated[
        Literal["", "warn", "quarantine", "stop"],
        Meta(
            description="What becomes of records with a refund whose sign its source does not use: it is money out all "
            "the same (`warn`, and without a word), they are kept out (`quarantine`), or nothing is published beyond "
            "`max_parse_error_rate` (`stop`)."
        ),
    ] = ""
    max_parse_error_rate: Annotated[
        float | None,
        Meta(description="Share of the stream's records beyond which nothing is published.", extra_json_schema=SHARE),
    ] = None
    max_rejected_rate: Annotated[
        float,
        Meta(description="Share of what a pull received beyond which the stream has failed.", extra_json_schema=SHARE),
    ] = MOST_REJECTED

    @property
    def on_values(self) -> str:
        """The first of its keys that says what becomes of values; empty if none does."""
        said = ("on_parse_error", *KEYS.values(), "max_parse_error_rate")
        return next((key for key in said if getattr(self, key) not in ("", None)), "")

    def refuses(self, rejected: int, received: int) -> bool:
        """Whether so many rejected of so many received make the stream a failed one."""
        return rejected > self.max_rejected_rate * received and (rejected > FEW or 2 * rejected > received)

    @property
    def for_dbt(self) -> dict[str, str]:
        """What dbt does with its records, where it says so."""
        return {key: said for key in ("on_parse_error", *KEYS.values()) if (said := getattr(self, key))}

    def stops_at(self, count: int, quarantined: int, records: int, rule: str = "unreadable") -> bool:
        """Whether so many records that one rule meets, of so many in all, stop a run."""
        if rule in KEYS:
            return getattr(self, KEYS[rule]) == "stop" and count > (self.max_parse_error_rate or 0) * records
        if self.on_parse_error in ("warn", "quarantine"):
            return False
        if self.on_parse_error == "stop" or self.max_parse_error_rate is not None:
            return count > (self.max_parse_error_rate or 0) * records
        return quarantined > max(FEW, MOST_QUARANTINED * records)


def read_limits(told: Any, source: str, streams: Iterable[str]) -> dict[str, StreamLimits]:
    """The limits of a source's streams. Raises ConfigError."""
    there, found = ["all", *streams], {}
    if not isinstance(told, dict):
        raise ConfigError("limits are tables, one a stream", path=("sources", source, "limits"))
    for name, table in told.items():
        path = ("sources", source, "limits", name)
        if name not in there:
            raise ConfigError(f"{source} has no stream {name!r}{near(name, there)}", path=path)
        try:
            found[name] = msgspec.convert(table, StreamLimits)
        except msgspec.ValidationError as error:
            what, key = refusal(error, StreamLimits, table)
            raise ConfigError(what, path=(*path, *key)) from error
        for rate in ("max_parse_error_rate", "max_rejected_rate"):
            share = getattr(found[name], rate)
            if share is not None and not 0 <= share <= 1:
                raise ConfigError(f"{rate} is a share between 0 and 1", path=(*path, rate))
    return found


def read_fresh_within(told: Any, source: str, streams: Iterable[str]) -> dict[str, float]:
    """Hours within which streams are pulled: a number for all of a source, or a table by stream. Raises ConfigError."""
    path = ("sources", source, "fresh_within")
    table = told if isinstance(told, dict) else {"all": told}
    there = ["all", *streams]
    for name, hours in table.items():
        if name not in there:
            raise ConfigError(f"{source} has no stream {name!r}{near(name, there)}", path=(*path, name))
        if not isinstance(hours, int | float) or isinstance(hours, bool) or hours <= 0:
            raise ConfigError("fresh_within is a number of hours, or a table of them by stream", path=path)
    return {name: float(hours) for name, hours in table.items()}
