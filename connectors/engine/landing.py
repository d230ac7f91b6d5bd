"""LAND: batches. One sync of one stream is one Parquet file, and the file is the commit.

A batch's footer holds the state, so the next cursor is read from the newest batch and can't disagree with the data.
Batches form a chain (chain.py): one that is missing or was changed stops its stream.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec

from crm360 import duck
from crm360.connectors.engine import chain
from crm360.connectors.engine.batch import (
    FOOTER_KEY,
    Batch,
    Footer,
    LandedRecord,
    content_number,
    read_fields,
    read_footer,
)
from crm360.connectors.engine.errors import ConfigError, LandingError
from crm360.connectors.engine.fields import Fields
from crm360.quoting import literals

__all__ = ["FOOTER_KEY", "Batch", "Footer", "Known", "LandedRecord", "Landing", "checked_name", "content_number"]
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def checked_name(kind: str, name: str) -> str:
    """The name, if it may be part of a path and a table's name. Raises ConfigError otherwise."""
    if not NAME.fullmatch(name) or name in ("con", "prn", "aux", "nul"):
        raise ConfigError(f"a {kind}'s name is lower-case letters, digits and underscores, not {name[:40]!r}")
    return name


class Known(NamedTuple):
    """What has been landed of a record: its content's number, and since when it is deleted (None = it is not)."""

    content: int
    deleted_at: datetime | None


@dataclass(frozen=True)
class Landing:
    """The landing folder: what has been committed, and where the next batch goes."""

    root: Path

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        """For questions about what has been landed. To open one takes longer than to answer most of them."""
        return duck.connect(config={"threads": 2, "enable_external_file_cache": False})

    def folder(self, source: str, stream: str) -> Path:
        """The folder of one stream."""
        return self.root / checked_name("source", source) / checked_name("stream", stream)

    @cached_property
    def _seen(self) -> dict[Path, tuple[object, list[tuple[Path, Footer]]]]:
        """By folder: how its files looked when their chain was last found whole, and the batches."""
        return {}

    def footers(self, source: str, stream: str, *, anew: bool = False) -> list[tuple[Path, Footer]]:
        """All committed batches, oldest first, by their place in the chain. Raises LandingError where it is broken.

        A file that was touched since it was checked is read and compared; `anew`: every file is.
        """
        folder = self.folder(source, stream)
        chain.finish_rewriting(folder)
        there = {path: chain.looks(path) for path in sorted(folder.glob("*.parquet"))}
        if not anew and folder in self._seen and self._seen[folder][0] == there:
            return self._seen[folder][1]
        memory = chain.remembered(folder)
        checked = memory.checked
        if anew:
            checked = {k: msgspec.structs.replace(c, looks=(0, 0, 0)) for k, c in checked.items()}
        found: dict[str, chain.Checked] = {}
        footers: list[tuple[Path, Footer]] = []
        for path, now in there.items():
            found[path.stem] = one = checked_file(path, now, checked.get(path.stem))
            footers.append((path, msgspec.json.decode(one.footer, type=Footer)))
        order = chain.in_order(folder, [f.link for _, f in footers], memory.newest)
        ordered = [footers[n] for n in order]
        newest = ordered[-1][1].link if ordered and ordered[-1][1].sequence else None
        if (newest, found) != (memory.newest, memory.checked):
            chain.remember(folder, chain.Memory(newest, found))
        self._seen[folder] = (there, ordered)
        return ordered

    def standing(self, source: str, stream: str) -> tuple[list[tuple[Path, Footer]], LandingError | None]:
        """The batches that can be relied on, oldest first, and what is wrong with the one after them.

        Of a damaged chain these are the batches in front of the damage: what the source showed until then, which is a
        state that was once true. What came after it may stand on what the damaged one said, such as a refusal.
        """
        try:
            return self.footers(source, stream), None
        except LandingError as broken:
            return self._before_damage(self.folder(source, stream)), broken

    def _before_damage(self, folder: Path) -> list[tuple[Path, Footer]]:
        checked = chain.remembered(folder).checked
        found: list[tuple[Path, Footer]] = []
        with contextlib.suppress(LandingError):
            for path in sorted(folder.glob("*.parquet")):  # their names are in the order of the chain
                one = checked_file(path, chain.looks(path), checked.get(path.stem))
                found.append((path, msgspec.json.decode(one.footer, type=Footer)))
        while found:
            with contextlib.suppress(LandingError):
                return [found[n] for n in chain.in_order(folder, [f.link for _, f in found], None)]
            found.pop()
        return []

    def newest(self, source: str, stream: str) -> Footer | None:
        """The newest batch's footer, or None before the first sync. Raises LandingError where the chain is broken."""
        footers = self.footers(source, stream)
        return footers[-1][1] if footers else None

    def fields(self, source: str, stream: str) -> Fields:
        """What is known of the stream's fields: before a whole reading has been landed, nothing to compare with."""
        footers = self.footers(source, stream)
        told = read_fields(footers[-1][0]) if footers else None
        return Fields.of(told, is_first=not any(f.complete for _, f in footers))

    def start(self, source: str, stream: str, now: datetime) -> Batch:
        """A new batch, next in the chain, whatever the clock says. Its name sorts after every one before it, too."""
        folder = self.folder(source, stream)
        before = self.footers(source, stream)
        for left in folder.glob(".*.tmp"):
            left.unlink(missing_ok=True)  # of a run that was killed; only one run writes at a time
        last = before[-1][1] if before else None
        sequence = max(last.sequence, len(before)) + 1 if last else 1
        batch_id = f"b{sequence:08d}-{now:%Y%m%dT%H%M%S%fZ}"
        footer = Footer(source, stream, batch_id, started_at=now, sequence=sequence)
        if last is not None:
            footer.follows, footer.follows_hash = last.batch_id, last.content_hash
        return Batch(folder / f"{batch_id}.parquet", footer)

    def _newest_versions(self, files: list[str]) -> str:
        return f"""
            select record_id, record, changed_at, is_deleted, merged_into, batch_id, extracted_at from {_files(files)}
            where rejected_because is null and record_id is not null
            qualify row_number() over (
                partition by record_id order by changed_at desc nulls last, batch_id desc, extracted_at desc
            ) = 1"""

    def query(self, source: str, stream: str, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows of a query over {newest}, each record's newest version, and {refused}, the ids that were refused."""
        footers = self.footers(source, stream)
        if not footers:
            return []
        bad = [str(p) for p, f in footers if f.rejected]
        refused = (
            "select null::varchar as record_id, null::varchar as batch_id, null::timestamp as extracted_at where false"
        )
        if bad:
            refused = f"select record_id, batch_id, extracted_at from {_files(bad)} where rejected_because is not null"
        newest = self._newest_versions([str(p) for p, _ in footers])
        with self._database.cursor() as con:
            return con.execute(sql.format(newest=newest, refused=refused), parameters).fetchall()

    def known(self, source: str, stream: str, since: datetime | None) -> dict[str, Known]:
        """The newest landed version by record id, of what a read from `since` may show again.

        A record of which a later version was refused is absent: when it comes back as it was, that is news.
        """
        refused = "select max((batch_id, extracted_at)) from ({refused}) as bad where bad.record_id = good.record_id"
        rows = self.query(
            source,
            stream,
            f"""select record_id, md5_number_lower(
                   coalesce(record, '') || '|' || is_deleted::varchar || '|' || coalesce(merged_into, '')),
                   case when is_deleted then changed_at end
               from ({{newest}}) as good
               where (?::timestamp is null or changed_at >= ? or changed_at is null or is_deleted)
                   and coalesce((batch_id, extracted_at) >= ({refused}), true)""",
            since,
            since,
        )
        return {record_id: Known(content, gone) for record_id, content, gone in rows}

    def live_ids(self, source: str, stream: str) -> set[str]:
        """Ids of the records that, by what has been landed, are not deleted."""
        return {r[0] for r in self.query(source, stream, "select record_id from ({newest}) where not is_deleted")}

    def live_records(self, source: str, stream: str) -> Iterator[tuple[str, Any]]:
        """(id, decoded record) of every record that is not deleted, by id."""
        sql = "select record_id, record from ({newest}) where not is_deleted order by 1"
        for record_id, record in self.query(source, stream, sql):
            yield record_id, msgspec.json.decode(record)


def checked_file(path: Path, looks: tuple[int, int, int], known: chain.Checked | None) -> chain.Checked:
    """A batch that is as it was landed; `known` is what is remembered of it. Raises LandingError otherwise."""
    if known is not None and known.looks == looks:
        return known
    cleared = known.cleared if known is not None else 0
    with chain.as_damage(path):
        file_hash = chain.file_hash(path)
    if known is not None:
        whole, told = file_hash == known.file_hash, known.footer
    else:
        footer, told = read_footer(path)
        with chain.as_damage(path):
            found = chain.content_hash(path, footer.content_hash) if footer.content_hash else ""
        whole = found == footer.content_hash
    if not whole:
        raise chain.damaged(path.parent, path.stem, "does not hold what was landed")
    return chain.Checked(looks, file_hash, told, cleared)


def _files(paths: list[str]) -> str:
    listed = literals(paths)
    return f"read_parquet([{listed}])"
