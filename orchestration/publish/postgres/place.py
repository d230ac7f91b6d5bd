"""PostgreSQL as a place of publishing: each version a schema, and one schema of views that shows one of them.

    crm360                                  views, one a table: what is read. Its comment says which version they show.
    crm360_20261128t020311z_4f1c09ab        a version: tables, keys, indexes, comments. Never written to again.

A version is written whole, out of sight. Then one transaction turns all views to it. To replace a view is to lock it,
and all locks are held to the end: whoever has read one of them in a transaction keeps the version until that ends, and
nobody meets a view of each. To wait for readers without holding others up, it waits for a lock for a fifth of a second,
gives up what it has, and begins again.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import duckdb
import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

from crm360 import duck
from crm360.connectors.engine.addresses import is_loopback
from crm360.connectors.engine.session import REDACT
from crm360.orchestration.publish import candidate
from crm360.orchestration.publish.postgres import table
from crm360.orchestration.publish.postgres.errors import PostgresFailed, told
from crm360.orchestration.settings.publishing import PASSWORD, URL, Postgres
from crm360.quoting import literal

MARK = "Published by crm360"
WRITING, WHOLE, SHOWN = f"{MARK}: being written: ", f"{MARK}: version ", f"{MARK}: shows version "
LOCK_FOR, DROP_FOR = "200ms", "2s"  # shorter than deadlock_timeout, so that no reader is made a victim
IN_THE_CLEAR = ("disable", "allow", "prefer")  # the last two where the server wants no encryption
PAUSE = 0.05, 0.25
CONNECTIONS = 2  # by which tables are written side by side: PostgreSQL keeps one processor busy for each
# No table waits for the disk: the version is whole by a later commit, which does, and brings all before it with it.
NO_WAITING = "set synchronous_commit = off"


@dataclass(frozen=True)
class Place:
    """The database, and how it is written to. Every method raises PostgresFailed, in one sentence."""

    settings: Postgres
    url: str
    password: str | None

    @property
    def where(self) -> str:
        """The place, as messages name it."""
        with suppress(psycopg.Error):
            parts = conninfo_to_dict(self.url)
            return f"PostgreSQL {parts.get('host', 'localhost')}/{parts.get('dbname', '')}"
        return "PostgreSQL"

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection on which nothing else of crm360 writes to this schema."""
        with (
            told(self.where),
            psycopg.connect(self.url, password=self.password, autocommit=True, **self.connection_options()) as con,
        ):
            name = self.settings.schema
            row = con.execute("select pg_try_advisory_lock(hashtext('crm360'), hashtext(%s))", [name]).fetchone()
            if row is None or not row[0]:
                raise PostgresFailed("another process is publishing into it", where=self.where)
            yield con

    def connection_options(self) -> dict[str, Any]:
        """How to connect: to another machine never in the clear. Raises PostgresFailed where the url asks for that."""
        told: dict[str, Any] = {"connect_timeout": 15, "application_name": "crm360"}
        told["options"] = "-c timezone=UTC -c client_min_messages=warning"
        parts = conninfo_to_dict(self.url)
        host, mode = str(parts.get("host") or ""), parts.get("sslmode")
        if not host or host.startswith("/") or is_loopback(host):
            return told
        if mode in IN_THE_CLEAR:
            what = f"sslmode={mode} lets whoever is between read what is sent: write verify-full, or at least require"
            raise PostgresFailed(what, where=self.where, who="whoever set crm360 up")
        return told if mode else told | {"sslmode": "require"}

    def schema_of(self, version: str) -> str:
        """The schema of a version."""
        return f"{self.settings.schema}_{re.sub(r'[^a-z0-9]', '_', version.lower())}"

    def write(self, folder: Path, version: str, *, report: Callable[[str], None] = lambda _line: None) -> int:
        """Write the version that stands in a folder, and leave the views as they are. Returns its rows."""
        schema = self.schema_of(version)
        with self.connected() as con:
            self._require_ours(con)
            self._ensure_role(con)
            if (said := _comment(con, schema)) is not None:
                if not said.startswith(MARK):
                    raise PostgresFailed(f"schema {schema} is taken by something else: drop it", where=self.where)
                self._drop(con, schema)
            con.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
            _say(con, schema, WRITING + version)
            rows = self._write_tables(folder, schema, report)
            _say(con, schema, WHOLE + version)
            return rows

    def _write_tables(self, folder: Path, schema: str, report: Callable[[str], None]) -> int:
        """Write all tables, the largest first, over as many connections as there are to write by. Returns the rows."""
        with ExitStack() as open_:
            file = open_.enter_context(duck.connect(":memory:", config={"autoload_known_extensions": "false"}))
            file.execute(f"attach {literal(folder / candidate.DATABASE)} as v (read_only)")
            found = table.tables(file)
            free: SimpleQueue[tuple[duckdb.DuckDBPyConnection, psycopg.Connection[Any]]] = SimpleQueue()
            writers = self._writers(open_, len(found))
            for con in writers:
                cursor = open_.enter_context(file.cursor())
                cursor.execute("set timezone = 'UTC'; set enable_progress_bar = false")
                free.put((cursor, con))

            def written(one: table.Table) -> int:
                cursor, con = pair = free.get()
                try:
                    rows = table.write(cursor, con, schema, one)
                    con.execute(sql.SQL("analyze {}").format(sql.Identifier(schema, one.name)))
                    return rows
                finally:
                    free.put(pair)

            rows = 0
            pool = open_.enter_context(ThreadPoolExecutor(free.qsize()))
            going = {pool.submit(written, one): one for one in found}
            try:
                for number, done in enumerate(as_completed(going), 1):
                    rows += done.result()
                    report(f"{number} of {len(found)} tables are in PostgreSQL: {going[done].name}")
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for con in writers:
                    con.cancel()  # or the error would wait for millions of rows that nobody will read
                raise
            return rows

    def _writers(self, open_: ExitStack, tables: int) -> list[psycopg.Connection[Any]]:
        """Connections to write by: one at least, and more where the server grants them."""
        writers: list[psycopg.Connection[Any]] = []
        for _ in range(min(CONNECTIONS, max(tables, 1))):
            try:
                connecting = psycopg.connect(
                    self.url, password=self.password, autocommit=True, **self.connection_options()
                )
            except psycopg.OperationalError:
                if not writers:
                    raise
                break
            writers.append(open_.enter_context(connecting))
            writers[-1].execute(NO_WAITING)
        return writers

    def show(self, version: str) -> None:
        """Turn all views to a version that stands whole in the database, in one transaction."""
        with self.connected() as con:
            self._require_ours(con)
            schema, until = self.schema_of(version), time.monotonic() + self.settings.wait_minutes * 60
            if _comment(con, schema) != WHOLE + version:
                raise PostgresFailed(f"version {version} does not stand in it whole", where=self.where)
            while True:
                try:
                    with con.transaction():
                        self._turn(con, schema, version)
                    return
                except (errors.LockNotAvailable, errors.DeadlockDetected):
                    if time.monotonic() > until:
                        raise PostgresFailed(
                            f"readers held the views for {self.settings.wait_minutes:g} minutes: end the transactions "
                            f"of sessions {self._holders(con)}",
                            where=self.where,
                        ) from None
                    time.sleep(random.uniform(*PAUSE))

    def shown(self) -> str | None:
        """The version that readers see there."""
        with self.connected() as con:
            said = _comment(con, self.settings.schema) or ""
            return said.removeprefix(SHOWN) if said.startswith(SHOWN) else None

    def holds(self, version: str) -> bool:
        """Whether a version stands in the database whole."""
        with self.connected() as con:
            return _comment(con, self.schema_of(version)) == WHOLE + version

    def prune(self, keep: Iterable[str] = (), *, only: bool = False) -> list[str]:
        """Drop old versions, and those that were left half-written. Returns those that readers still hold.

        The newest ones stay, as many as are kept; with `only`, none but those that are named.
        """
        named = {self.schema_of(version) for version in keep}
        with self.connected() as con:
            said = _comment(con, self.settings.schema) or ""
            now = self.schema_of(said.removeprefix(SHOWN)) if said.startswith(SHOWN) else ""
            whole = sorted(name for name, words in self._versions(con) if words.startswith(WHOLE))
            stay = {now, *named} if only else {now, *named, *whole[-self.settings.keep_versions :]}
            held = []
            for schema, _ in self._versions(con):
                if schema not in stay:
                    try:
                        self._drop(con, schema)
                    except (errors.LockNotAvailable, errors.DependentObjectsStillExist):
                        held.append(schema)
            return held

    def undo(self, version: str, before: str | None) -> None:
        """After a publish that failed: show the version before again, and drop what was written, if that is possible.

        Nothing is raised: what is left behind is dropped by the next one.
        """
        with suppress(PostgresFailed, psycopg.Error):
            if before is not None and self.shown() == version and self.holds(before):
                self.show(before)
            if self.shown() != version:
                with self.connected() as con:
                    self._drop(con, self.schema_of(version))

    # In one connection -----------------------------------------------------------------------------------------------

    def _turn(self, con: psycopg.Connection[Any], schema: str, version: str) -> None:
        views, role = self.settings.schema, sql.Identifier(self.settings.reader_role)
        con.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_FOR)))
        there, wanted = _columns(con, views, "v"), _columns(con, schema, "r")
        for name, columns in there.items():
            # A view may get more columns at its end, and nothing else.
            if wanted.get(name, [])[: len(columns)] != columns:
                con.execute(sql.SQL("drop view {}").format(sql.Identifier(views, name)))
        for name, columns in wanted.items():
            view, of = sql.Identifier(views, name), sql.Identifier(schema, name)
            listed = sql.SQL(", ").join(sql.Identifier(column) for column, _, _ in columns)
            con.execute(sql.SQL("create or replace view {} as select {} from {}").format(view, listed, of))
            con.execute(sql.SQL("grant select on {} to {}").format(view, role))
        _copy_comments(con, schema, views)
        _say(con, views, SHOWN + version)

    def _require_ours(self, con: psycopg.Connection[Any]) -> None:
        """Make the schema of the views. Raises PostgresFailed where somebody else's things stand in it."""
        views = self.settings.schema
        said = _comment(con, views)
        if said is None:
            con.execute(sql.SQL("create schema {}").format(sql.Identifier(views)))
        elif not said.startswith(MARK):
            sql_ = "select count(*) from pg_class where relnamespace = to_regnamespace(%s)"
            row = con.execute(sql_, [views]).fetchone()
            if row is None or row[0]:
                told_ = f"schema {views} is taken by something else: name another in [publish.postgres] schema"
                raise PostgresFailed(told_, where=self.where, who="whoever set crm360 up")
        if said is None or not said.startswith(MARK):
            _say(con, views, MARK)

    def _ensure_role(self, con: psycopg.Connection[Any]) -> None:
        role, views = self.settings.reader_role, sql.Identifier(self.settings.schema)
        if con.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone() is None:
            try:
                con.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
            except errors.InsufficientPrivilege as error:
                raise PostgresFailed(
                    f"there is no role {role}, and this one may make none: create role {role}", where=self.where
                ) from error
        con.execute(sql.SQL("grant usage on schema {} to {}").format(views, sql.Identifier(role)))

    def _drop(self, con: psycopg.Connection[Any], schema: str) -> None:
        """Drop a version's schema, but for what others made out of it: then it stays, and an error is raised."""
        with con.transaction():
            con.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(DROP_FOR)))
            for name in _columns(con, schema, "r"):
                con.execute(sql.SQL("drop table {}").format(sql.Identifier(schema, name)))
            con.execute(sql.SQL("drop schema if exists {}").format(sql.Identifier(schema)))

    def _versions(self, con: psycopg.Connection[Any]) -> list[tuple[str, str]]:
        """The schemas of versions, and what their comments say."""
        found = con.execute(
            "select nspname, obj_description(oid, 'pg_namespace') from pg_namespace where starts_with(nspname, %s)",
            [f"{self.settings.schema}_"],
        ).fetchall()
        return [(name, words) for name, words in found if words and words.startswith((WRITING, WHOLE))]

    def _holders(self, con: psycopg.Connection[Any]) -> str:
        found = con.execute(
            "select distinct l.pid from pg_locks l join pg_class c on c.oid = l.relation "
            "where c.relnamespace = to_regnamespace(%s) and l.granted and l.pid <> pg_backend_pid() order by 1 limit 5",
            [self.settings.schema],
        ).fetchall()
        return ", ".join(str(pid) for (pid,) in found) or "that have ended since"


def of(settings: Postgres) -> Place:
    """The place, with the secrets out of the environment. Raises PostgresFailed where its address is not known."""
    url, password = os.environ.get(URL) or settings.url, os.environ.get(PASSWORD) or None
    if not url:
        raise PostgresFailed(f"url is not set, nor the environment variable {URL}", where="[publish.postgres]")
    REDACT.learn(*(secret for secret in (password, os.environ.get(URL)) if secret))
    try:
        conninfo_to_dict(url)
    except psycopg.Error:
        raise PostgresFailed("its url can't be read", where="[publish.postgres]") from None
    return Place(settings, url, password)


def _comment(con: psycopg.Connection[Any], schema: str) -> str | None:
    """What is said of a schema, empty where nothing is; None where there is none."""
    words = "select coalesce(obj_description(oid, 'pg_namespace'), '') from pg_namespace where nspname = %s"
    row = con.execute(words, [schema]).fetchone()
    return None if row is None else str(row[0])


def _say(con: psycopg.Connection[Any], schema: str, words: str) -> None:
    con.execute(sql.SQL("comment on schema {} is {}").format(sql.Identifier(schema), sql.Literal(words)))


def _columns(con: psycopg.Connection[Any], schema: str, kind: str) -> dict[str, list[tuple[str, int, int]]]:
    """Tables (r) or views (v) of a schema → their columns, in order: name, type and its modifier."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for name, column, type_, modifier in con.execute(
        "select c.relname, a.attname, a.atttypid::bigint, a.atttypmod from pg_class c "
        "left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
        "where c.relnamespace = to_regnamespace(%s) and c.relkind = %s order by c.relname, a.attnum",
        [schema, kind],
    ).fetchall():
        found.setdefault(name, []).append((column, type_, modifier))
    return found


def _copy_comments(con: psycopg.Connection[Any], schema: str, views: str) -> None:
    """Say of each view and its columns what is said of the table, where it is not said already."""
    said = _comments(con, views, "v")
    for (name, column), words in _comments(con, schema, "r").items():
        if said.get((name, column)) == words:
            continue
        view = sql.Identifier(views, name)
        what = (
            sql.SQL("column {}.{}").format(view, sql.Identifier(column)) if column else sql.SQL("view {}").format(view)
        )
        con.execute(sql.SQL("comment on {} is {}").format(what, sql.Literal(words)))


def _comments(con: psycopg.Connection[Any], schema: str, kind: str) -> dict[tuple[str, str], str]:
    """(table, column) → its comment; of the table itself the column is empty."""
    found = con.execute(
        "select c.relname, coalesce(a.attname, ''), d.description from pg_description d "
        "join pg_class c on c.oid = d.objoid "
        "left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0 "
        "where d.classoid = 'pg_class'::regclass and c.relnamespace = to_regnamespace(%s) and c.relkind = %s",
        [schema, kind],
    ).fetchall()
    return {(name, column): words for name, column, words in found}
