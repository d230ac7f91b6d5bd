"""Facts about what is pulled: streams, their windows, and how crm360.toml describes some of them.

Everything here is a frozen dataclass. A new stream is one literal; what is special about a vendor is a
fact here or one small function in its file under `systems/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from crm360.connectors.engine.locale import Locale
from crm360.connectors.engine.pagination import Paginator
from crm360.connectors.engine.record_schema import RecordSchema

Deletes = Literal["feed", "flag", "event", "sweep", "none"]


@dataclass(frozen=True)
class Window:
    """What a sync asks for: changes from `lower` (inclusive, None = everything) to `upper` (naive UTC)."""

    lower: datetime | None
    upper: datetime


@dataclass(frozen=True)
class Stream:
    """One kind of record of one system.

    `lookback` is re-read every night, for changes that show up late; `source_lag` keeps the upper bound away from
    the present, where the source itself is not yet consistent. Without `cursor` every night reads all.
    """

    name: str
    entity: str
    path: str
    row: RecordSchema
    pages: Paginator
    records: str = "results"
    cursor: bool = True
    params: Mapping[str, str] = field(default_factory=dict)
    lookback: timedelta = timedelta(minutes=5)
    source_lag: timedelta = timedelta(seconds=10)
    deletes: tuple[Deletes, ...] = ("none",)
    parent: str | None = None
    change_retention: timedelta | None = None  # how long the source can tell changes; a cursor before: a full read
    dedup_against_all: bool = False  # a night reads more than its window shows: compare with all that has been landed
    needs: str = ""  # the scope or permission an administrator has to grant


class Table(Locale, forbid_unknown_fields=True, kw_only=True):
    """What every [sources.<name>.streams.<stream>] table may say, whatever its system adds to it."""

    key: Annotated[
        list[str],
        Meta(
            description="The fields that tell the records apart. Without one a hash of the record (files, Singer taps)."
        ),
    ] = msgspec.field(default_factory=list)
    changed: Annotated[str, Meta(description="The field that says when a record last changed.")] = ""

    def schema(self, **more: Any) -> RecordSchema:
        """Where a record's key and change time stand, and how the time is written."""
        zone, nothing = self.time_zone, tuple(self.null_words)
        key, changed = tuple(self.key), self.changed or None
        return RecordSchema(key=key, changed=changed, zone=zone, formats=self.formats, null_words=nothing, **more)


@dataclass(frozen=True)
class Declared:
    """Streams that crm360.toml describes, and maps to entities: `table` is their shape there, beside `entities`.

    `stream` makes the stream of that name out of such a table; it raises ConfigError.
    """

    table: type[Table]
    stream: Callable[[str, Any], Stream]
