"""Where a landed record's columns stand in what a source sends: its key, its change time, its deletion, its merges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# us: 12/31/2026 23:59:59; ms_json: /Date(1767225599000+0000)/
ChangedAs = Literal["iso", "epoch", "epoch_ms", "us", "ms_json"]


@dataclass(frozen=True)
class RecordSchema:
    """Where a landed row's columns stand in a record. Paths are dotted.

    `deleted` is (path, texts that mean deleted; none: any text does). `merged_ids` holds the ids that were merged into
    this record, as a list or separated by semicolons; `merged_into` the id that this record was merged into.
    """

    key: tuple[str, ...] = ("id",)
    changed: str | None = None
    changed_as: ChangedAs = "iso"
    zone: str = "UTC"  # in which times without an offset are told
    formats: tuple[str, ...] = ()  # strptime patterns of change times, beside ISO 8601
    null_words: tuple[str, ...] = ()  # texts that mean that there is no change time
    deleted: tuple[str, tuple[str, ...]] | None = None
    merged_ids: str | None = None
    merged_into: str | None = None
    is_tombstone: bool = False
    cut_key: str | None = None  # keep only what follows this text: 'gid://shopify/Order/12' becomes '12'
