"""Published versions without the forgotten: each that holds one of them is written anew, under a new name.

A version is never written to, so readers keep what they have open; the pointer flips to the new one, and the old one is
removed. The tables keep their day and their figures. The name of a rewritten version is the old one with an `e` and a
number; its manifest says when, and for which request.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from crm360 import duck
from crm360.connectors.engine.forgotten import Forgotten, without
from crm360.expectations.fingerprint import fingerprint, rows_in
from crm360.orchestration.privacy import tables
from crm360.orchestration.publish import audiences, candidate, manifest, masked, publish, versions
from crm360.orchestration.publish.readers import Readers
from crm360.orchestration.report import review
from crm360.orchestration.run.facts import RunFacts
from crm360.quoting import literal

Select = tuple[str, dict[str, object]]  # and its parameters
SETTINGS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


# Of a report: what runs in it, and its style. Data in it stands in scripts that have attributes.
OWN_PARTS = re.compile(r"(<script>.*?</script>|<style>.*?</style>)", re.DOTALL)


def look(published: Path, of: Forgotten, texts: Iterable[str] = ()) -> dict[str, int]:
    """Version → how many of its tables hold one of the forgotten. Changes nothing."""
    if not published.is_dir():
        return {}
    pattern = tables.pattern_of(texts)
    found = {name: len(_tables_with(published / name, of, pattern)) for name in versions.names(published)}
    return {name: count for name, count in found.items() if count}


def rewrite(
    published: Path,
    of: Forgotten,
    now: datetime,
    readers: Readers,
    texts: Iterable[str] = (),
    known: Collection[str] = (),
) -> dict[str, str]:
    """Write every version anew that holds one of the forgotten, but for those that are `known` to hold none.

    Returns old name → new name. Raises versions.Busy.
    """
    if not published.is_dir():
        return {}
    done, pattern = {}, tables.pattern_of(texts)
    with versions.lock(published):
        versions.remove_leftovers(published)
        for name in versions.names(published):
            if cleared(published / name) >= of.number or name in known:
                continue
            found = _tables_with(published / name, of, pattern)
            if found or _pages_with(published / name, of):
                columns = _columns_of(published / name)
                selects = {t: tables.select(t, f'o.main."{t}"', columns[t], told) for t, told in found.items()}
                done[name] = rewrite_one(published, name, selects, now, "persons were forgotten", of.key, readers, of)
    return done


def cleared(version: Path) -> int:
    """Up to which request a version was looked through. One restored from a backup says an older number."""
    try:
        return int(manifest.read(version).get("forgotten_up_to", 0))
    except (OSError, ValueError, TypeError):
        return 0


def _tables_with(version: Path, of: Forgotten, pattern: str | None) -> dict[str, tables.Found]:
    with _opened(version) as con:
        columns = _columns(con)
        found = {t: tables.look(con, f'o.main."{t}"', kinds, of, pattern) for t, kinds in columns.items()}
    return {table: told for table, told in found.items() if told}


def _pages_with(version: Path, of: Forgotten) -> list[Path]:
    pages = [p for p in version.rglob("*") if p.suffix in (".html", ".csv", ".json")]
    return [p for p in pages if of.spans(p.read_text(encoding="utf-8"), is_own=False)]


def _opened(version: Path) -> duckdb.DuckDBPyConnection:
    con = duck.connect(":memory:", config=dict(SETTINGS))
    con.execute(f"attach {literal(version / candidate.DATABASE)} as o (read_only)")
    return con


def _columns_of(version: Path) -> dict[str, dict[str, str]]:
    with _opened(version) as con:
        return _columns(con)


def _columns(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in con.execute(
        "select table_name, column_name, data_type from duckdb_columns() where database_name = 'o' "
        "order by table_name, column_index"
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def rewrite_one(
    published: Path,
    name: str,
    selects: Mapping[str, Select],
    now: datetime,
    because: str,
    key: bytes,
    readers: Readers,
    of: Forgotten | None = None,
    warehouse: Path | None = None,
) -> str:
    """Write a version anew, these tables by these SELECTs on `o.main` (and the warehouse, `w`). Returns its new name.

    Call it with the folder's lock held only.
    """
    new = _new_name(published, name)
    old, temporary, final = published / name, published / f".{new}.tmp", published / new
    try:
        temporary.mkdir(mode=0o700)
        told = manifest.read(old)
        _write(old, temporary, new, told, selects, key, of, warehouse)
        if of is not None:
            told["forgotten_up_to"] = of.number
        here = {"at": now.isoformat(), "instead_of": name, "because": because}
        told |= {"version": new, "rewritten": [*told.get("rewritten", []), here]}
        manifest.write_over(temporary, told)
        publish.make_durable(temporary, readers)
        os.rename(temporary, final)
        versions.sync_folder(published)
        if versions.current(published) == name:
            versions.flip(published, new)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        if versions.current(published) != new:
            shutil.rmtree(final, ignore_errors=True)
            versions.unlink_fresh_pointer(published)
        raise
    versions.remove(published, name)
    return new


def _new_name(published: Path, name: str) -> str:
    base, _, number = re.sub(r"e(\d+)$", r" \1", name).partition(" ")
    count = int(number or 0) + 1
    while (published / f"{base}e{count}").exists():
        count += 1
    return f"{base}e{count}"


def _write(
    old: Path,
    folder: Path,
    name: str,
    told: dict[str, Any],
    selects: Mapping[str, Select],
    key: bytes,
    of: Forgotten | None,
    warehouse: Path | None,
) -> None:
    spill = folder / "spill"
    with _opened(old) as con:
        if warehouse is not None:
            con.execute(f"attach {literal(warehouse)} as w (read_only)")
        con.execute(f"set temp_directory = {literal(spill)}")
        con.execute(
            f"attach {literal(folder / candidate.DATABASE)} as p (storage_version '{candidate.STORAGE_VERSION}')"
        )
        columns = _columns(con)
        con.execute("begin")  # one commit, so one wait for the disk
        for table in columns:
            sql, parameters = selects.get(table, (f'from o.main."{table}"', {}))
            con.execute(f'create table p.main."{table}" as {sql}', parameters or None)
        _copy_comments(con)
        con.execute("commit")
        con.execute("checkpoint p")
        marks = f"version: {literal(name)}, run_id: {literal(str(told.get('run_id', '')))}"
        for table, kinds in columns.items():
            con.execute(
                f'copy p.main."{table}" to {literal(folder / f"{table}.parquet")} '
                f"(format parquet, compression zstd, use_tmp_file false, kv_metadata {{{marks}}})"
            )
            mark = fingerprint(con, f'p.main."{table}"', kinds)
            if fingerprint(con, f"read_parquet({literal(folder / f'{table}.parquet')})", kinds) != mark:
                raise candidate.NotAsWritten(f"{table} read back from {table}.parquet is not what was written")
            told["tables"][table] = {"rows": rows_in(mark), "fingerprint": mark}
        if columns.keys() >= audiences.TABLES:
            audiences.write(con, folder, "p.main")
        if (old / masked.DATABASE).exists():
            masked.write(con, columns, told.get("classes", {}), folder, masked.key_of(key), "p.main")
        con.execute("detach p")
    candidate.remove_spill(spill)
    _write_pages(old, folder, told, columns, of)


def _copy_comments(con: duckdb.DuckDBPyConnection) -> None:
    for table, said in con.execute(
        "select table_name, comment from duckdb_tables() where database_name = 'o' and comment is not null"
    ).fetchall():
        con.execute(f'comment on table p.main."{table}" is {literal(said)}')
    for table, column, said in con.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'o' and comment is not null"
    ).fetchall():
        con.execute(f'comment on column p.main."{table}"."{column}" is {literal(said)}')


def _write_pages(
    old: Path, folder: Path, told: Mapping[str, Any], columns: Mapping[str, Any], of: Forgotten | None
) -> None:
    (folder / "reports").mkdir(mode=0o700)
    for page in sorted((old / "reports").glob("*.html")):
        if page.name == "review.html" and columns.keys() >= review.TABLES:
            started = datetime.fromisoformat(str(told["started_at"]))
            run = RunFacts(str(told["run_id"]), started, date.fromisoformat(str(told["as_of"])))
            text = review.build(folder / candidate.DATABASE, run)
        else:
            text = page.read_text(encoding="utf-8")
            text = _outside_scripts(text, of) if of is not None else text
        (folder / "reports" / page.name).write_text(text, encoding="utf-8")


def _outside_scripts(page: str, of: Forgotten) -> str:
    """A page without the forgotten; its own scripts and style stay to the byte, for its policy knows their hashes."""
    parts = OWN_PARTS.split(page)
    return "".join(part if n % 2 else without(part, of.spans(part, is_own=False)) for n, part in enumerate(parts))
