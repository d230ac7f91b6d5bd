"""PUBLISH: one audited version written beside the old one, made durable, and the pointer flipped.

    gate → write and read back → audiences as CSV → report → manifest → fsync → rename → PostgreSQL → flip → prune

Nothing is touched before the gate has passed. Until the flip, readers see the old version; from it on, the new one. A
crash at any point leaves the pointer whole, and the next publish clears away what the dead one left. A version is for
those whom [publish] names (readers.py), and for nobody to change.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from crm360.connectors.engine.errors import Crm360Error
from crm360.expectations.fingerprint import rows_in
from crm360.expectations.results import SuiteResult
from crm360.moments import utc_now
from crm360.orchestration import report
from crm360.orchestration.publish import audiences, candidate, manifest, masked, versions
from crm360.orchestration.publish.postgres.errors import PostgresFailed
from crm360.orchestration.publish.postgres.place import Place
from crm360.orchestration.publish.readers import NOBODY_ELSE, Readers
from crm360.orchestration.report import review
from crm360.orchestration.report.look import Look
from crm360.orchestration.run.facts import RunFacts, TableFacts
from crm360.orchestration.run.failpoints import reach


class AuditFailed(Crm360Error):
    """A blocking check failed, or was never run. Nothing was touched."""


class PublishFailed(Crm360Error):
    """The new version could not be written. Readers still see the old one."""

    exit_code = 4
    who = "whoever runs this machine"


@dataclass(frozen=True)
class Mask:
    """How the masked copy is made: the key of its hashes, and table → column → class."""

    key: str = field(repr=False)
    classes: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Published:
    """A version that readers see now. `rows` counts by table; `removed` names the old versions thrown away.

    `remark` is a sentence when old versions could not be removed; the publish itself stands.
    """

    version: str
    path: Path
    rows: Mapping[str, int]
    removed: tuple[str, ...]
    remark: str | None = None


def publish(
    warehouse: Path,
    published: Path,
    run: RunFacts,
    audits: Sequence[SuiteResult],
    descriptions: Mapping[str, TableFacts],
    *,
    mask: Mask | None = None,
    readers: Readers = NOBODY_ELSE,
    beside: Place | None = None,
    look: Look | None = None,
    keep: int = 7,
    now: Callable[[], datetime] = utc_now,
) -> Published:
    """Publish every table of schema `marts` and return the new version. Keeps the `keep` newest versions.

    `readers` are who may read it beside this account. `beside` is a PostgreSQL that shows the version, too: both do, or
    neither.
    `now` gives naive UTC and names the version. Raises AuditFailed before anything is touched, PublishFailed with the
    old version standing and nothing half-written left behind.
    """
    require_passed(audits)
    if not published.parent.is_dir():
        told = f"Not published: there is no folder {published.parent} to publish into (is it mounted?)"
        raise PublishFailed(told, who="whoever set up [publish] folder, or runs this machine")
    try:
        with versions.lock(published):
            versions.remove_leftovers(published)
            readers.admit(published)
            version = versions.next_name(published, run.run_id, now())
            rows = _place(warehouse, published, version, run, audits, descriptions, now(), mask, readers, beside, look)
            reach("publish.after-flip")
            removed, remark = _prune(published, keep)
            remark = remark or _prune_beside(beside)
    except versions.Busy as busy:
        raise PublishFailed(f"Not published: {busy}. Run again when it has ended.") from busy
    except PostgresFailed as failed:
        told = f"Not published: {failed.where}: {failed.what}. {_standing(published)}"
        raise PublishFailed(told, who=failed.who) from failed
    except (OSError, duckdb.Error, MemoryError, candidate.Unpublishable, candidate.NotAsWritten) as error:
        raise PublishFailed(f"Not published: {_reason(error)}. {_standing(published)}") from error
    return Published(version, published / version, rows, removed, remark)


def require_passed(audits: Sequence[SuiteResult]) -> None:
    """Raise AuditFailed, in one sentence, unless there are audits and every blocking check of each has passed."""
    if not audits:
        raise AuditFailed("Not published: no table was audited.")
    failed = [suite for suite in audits if not suite.success]
    if failed:
        reasons = [f"{suite.table} ({suite.reason})" for suite in failed]
        more = f", and {len(reasons) - 3} more tables" if len(reasons) > 3 else ""
        raise AuditFailed(f"Not published: the audit failed for {'; '.join(reasons[:3])}{more}.")


def _place(
    warehouse: Path,
    published: Path,
    version: str,
    run: RunFacts,
    audits: Sequence[SuiteResult],
    descriptions: Mapping[str, TableFacts],
    at: datetime,
    mask: Mask | None,
    readers: Readers,
    beside: Place | None,
    look: Look | None,
) -> dict[str, int]:
    """Write, verify, make durable, rename, flip. On an error, remove what was written and leave the pointer."""
    before = versions.current(published)
    temporary, final = published / f".{version}.tmp", published / version
    reach("publish.before-write")
    try:
        temporary.mkdir(mode=0o700)
        written = _write(warehouse, temporary, version, run, audits, descriptions, at, mask, look)
        reach("publish.before-fsync")
        make_durable(temporary, readers)
        reach("publish.after-fsync")
        reach("publish.before-rename")
        os.rename(temporary, final)
        reach("publish.after-rename")
        versions.sync_folder(published)
        if beside is not None:
            beside.write(final, version)
            reach("publish.before-show")
            beside.show(version)
        reach("publish.before-flip")
        versions.flip(published, version)
    except BaseException:
        if versions.current(published) != version:
            if beside is not None:
                beside.undo(version, before)
            shutil.rmtree(temporary, ignore_errors=True)
            shutil.rmtree(final, ignore_errors=True)
            versions.unlink_fresh_pointer(published)
        raise
    return {table: table_written.rows for table, table_written in written.items()}


def _write(
    warehouse: Path,
    folder: Path,
    version: str,
    run: RunFacts,
    audits: Sequence[SuiteResult],
    descriptions: Mapping[str, TableFacts],
    at: datetime,
    mask: Mask | None,
    look: Look | None,
) -> dict[str, candidate.Written]:
    spill = folder / "spill"
    with candidate.warehouse_connection(warehouse, spill) as con:
        columns = candidate.tables(con)
        _require_known(columns, audits, descriptions)
        standing = candidate.fingerprints(con, columns)
        _require_as_audited(standing, audits)
        marks = {"version": version, "run_id": run.run_id}
        written = candidate.write(con, columns, descriptions, folder, marks, standing)
        if columns.keys() >= audiences.TABLES:
            audiences.write(con, folder)
        if mask is not None:
            masked.write(con, columns, mask.classes, folder, mask.key, "w.marts")
    candidate.remove_spill(spill)
    (folder / "reports").mkdir(mode=0o700)
    pages = {"index.html": report.build(folder / candidate.DATABASE, run, audits, look)}
    if columns.keys() >= review.TABLES:
        pages["review.html"] = review.build(folder / candidate.DATABASE, run)
    for name, page in pages.items():
        (folder / "reports" / name).write_text(page, encoding="utf-8")
    manifest.write(folder, version, run, audits, written, at, mask.classes if mask is not None else {})
    reach("publish.after-write")
    return written


def _require_known(
    columns: Mapping[str, Mapping[str, str]], audits: Sequence[SuiteResult], descriptions: Mapping[str, TableFacts]
) -> None:
    """Every table that would be published was audited, and it and its columns are described: nothing slips out."""
    if not columns:
        raise candidate.Unpublishable("the warehouse has no table in schema marts")
    audited = {suite.table for suite in audits}
    for table, names in columns.items():
        if table not in audited:
            raise candidate.Unpublishable(f"{table} was not audited")
        if table not in descriptions or not descriptions[table].description:
            raise candidate.Unpublishable(f"{table} has no description in its dbt model")
        if bare := [name for name in names if not descriptions[table].columns.get(name)]:
            raise candidate.Unpublishable(f"{table} has columns without a description: {', '.join(bare)}")


def _require_as_audited(standing: Mapping[str, str], audits: Sequence[SuiteResult]) -> None:
    """Every table is the one that was judged, to its last cell: what was built since must be audited again."""
    for suite in audits:
        now = standing.get(suite.table, "")
        if now != suite.fingerprint:
            told = f"it had {suite.rows} rows when it was audited and has {rows_in(now)} now" if now else "it is gone"
            if now and rows_in(now) == suite.rows:
                told = "its content or its columns have changed since"
            raise NotAsAudited(f"{suite.table} is not the table that was audited: {told}: audit again")


class NotAsAudited(candidate.Unpublishable):
    """A table was changed after its audit."""


def make_durable(folder: Path, readers: Readers) -> None:
    """Compare every byte with the manifest, close files to writing, let the readers in, and sync it all to disk."""
    if different := manifest.damage(folder):
        raise candidate.NotAsWritten("; ".join(different))
    for path in sorted(folder.rglob("*")):
        readers.admit(path)
        if path.is_dir():
            versions.sync_folder(path)
        else:
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    readers.admit(folder)
    versions.sync_folder(folder)


def _prune(published: Path, keep: int) -> tuple[tuple[str, ...], str | None]:
    """Throw old versions away. The new version stands whatever happens here, so a failure is a remark."""
    try:
        return versions.prune(published, keep), None
    except OSError as error:
        return (), f"Published, but old versions could not be removed: {_reason(error)}."


def _prune_beside(beside: Place | None) -> str | None:
    """The same in PostgreSQL."""
    try:
        held = beside.prune() if beside is not None else []
    except PostgresFailed as failed:
        return f"Published, but old versions could not be dropped: {failed.where}: {failed.what}."
    return f"Published; {', '.join(held)} in PostgreSQL are still read, and are dropped another time." if held else None


def _reason(error: BaseException) -> str:
    """Say what went wrong. Messages that can quote values out of rows are not repeated."""
    words = str(error)
    if (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)) or "No space left" in words:
        return "the disk is full: free some space and run again"
    if isinstance(error, (candidate.Unpublishable, candidate.NotAsWritten)):
        return words
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__} ({error.filename or 'no file named'})"
    if isinstance(error, (duckdb.IOException, duckdb.CatalogException, duckdb.BinderException)):
        return words.splitlines()[0][:300]
    return f"DuckDB could not copy the tables ({type(error).__name__}): the warehouse may be damaged"


def _standing(published: Path) -> str:
    version = versions.current(published)
    return f"Readers still see version {version}." if version else "No version has been published yet."
