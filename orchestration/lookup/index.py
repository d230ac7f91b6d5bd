"""What of a published version finds somebody, sorted: made anew for each version, read instead of its tables.

`lookup/<version>.duckdb` in the data folder, for this account alone. Whatever is matched whole is kept as a hash of 64
bits, so an order of a million customers is found as fast as one of ten; beginnings of addresses and of the words of
names, and the ends of telephone numbers, are kept as texts in order. A search without it reads the tables, and finds
the same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from crm360 import duck, durable
from crm360.connectors.engine.errors import Crm360Error
from crm360.orchestration.lookup.rules import RULES, Match, Rule
from crm360.orchestration.publish import candidate, versions
from crm360.quoting import literal

FOLDER = "lookup"
# Of the tables below; DuckDB's hash is its own version's, and a rule is known by its place among the others.
LAYOUT = f"1 {duckdb.__version__} {hashlib.sha256(repr(RULES).encode()).hexdigest()[:16]}"
NAME = "lookup"  # of the attached database
HALF, LOCK = ".half", ".lock"
MEMORY = "2GB"  # above it DuckDB sorts on disk


class NoIndex(Crm360Error):
    """The index of a version could not be written. Searches work without it, slower."""

    who = "whoever runs this machine"


def path_of(data: Path, version: str) -> Path:
    """Where the index of this version is, or would be."""
    return data / FOLDER / f"{version}.duckdb"


def build(data: Path, published: Path) -> Path | None:
    """Write the index of the version that readers see, and remove those of others and what a dead build left.

    None where nothing is published. Raises NoIndex, leaving nothing.
    """
    try:
        (data / FOLDER).mkdir(mode=0o700, exist_ok=True)
        with durable.alone(data / FOLDER, LOCK):
            _clear(data)
            version = versions.current(published)
            if version is not None and not _fits(path_of(data, version)):
                half = path_of(data, version).with_suffix(HALF)
                try:
                    write_index(published / version / candidate.DATABASE, half)
                    os.rename(half, path_of(data, version))
                finally:
                    _clear(data)
            _prune(data, published)  # by now another version may stand
            return None if version is None else path_of(data, version)
    except (OSError, duckdb.Error) as error:
        told = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise NoIndex(f"no index for searches was written ({told})", where=FOLDER) from error


def prune(data: Path, published: Path) -> list[str]:
    """Remove every index but that of the version that readers see. Returns what was removed."""
    if not (data / FOLDER).is_dir():
        return []
    with durable.alone(data / FOLDER, LOCK):  # what is half written is of a dead process, then
        _clear(data)
        return _prune(data, published)


def _clear(data: Path) -> None:
    for path in (data / FOLDER).glob(f"*{HALF}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _prune(data: Path, published: Path) -> list[str]:
    current = versions.current(published)
    gone = [path for path in (data / FOLDER).glob("*.duckdb") if path.stem != current]
    for path in gone:
        path.unlink(missing_ok=True)
    return [f"{FOLDER}/{path.name}" for path in gone]


def attach(con: duckdb.DuckDBPyConnection, data: Path, version: str) -> bool:
    """Let searches on this connection read the index of this version. False if there is none that can be read."""
    path = path_of(data, version)
    try:
        if not path.exists():
            return False
        con.execute(f"attach {literal(path)} as {NAME} (read_only)")
        if con.execute(f"select layout from {NAME}.made").fetchall() == [(LAYOUT,)]:
            return True
    except (OSError, duckdb.Error):
        pass  # damaged, of another DuckDB, or for another account: the tables are read
    con.execute(f"detach database if exists {NAME}")
    return False


def _fits(path: Path) -> bool:
    with duck.connect() as con:
        return attach(con, path.parents[1], path.stem)


def is_attached(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether searches on this connection may read an index."""
    sql = "select 1 from duckdb_databases() where database_name = $name"
    return con.execute(sql, {"name": NAME}).fetchone() is not None


def read(
    con: duckdb.DuckDBPyConnection, asked: Sequence[Rule], given: dict[str, str], most: int
) -> list[tuple[str, int]]:
    """Who is found by these rules, all of one kind of match: id and the rule's place in RULES, best first."""
    numbers = ", ".join(str(RULES.index(rule)) for rule in asked)
    match = asked[0].match
    if match is Match.WHOLE:
        sql = f"select id, rule from {NAME}.whole where key = hash($text) and rule in ({numbers}) order by rule, id"
    elif match is Match.WORDS:
        words = [name for name in given if name != "plain"]
        terms = " union all ".join(
            f"(select distinct rule, id, told, {n} as n from {NAME}.texts "
            f"where {_begins(f'${w}')} and rule in ({numbers}))"
            for n, w in enumerate(words)
        )
        sql = f"""select id, rule from ({terms}) group by rule, id having count(*) = {len(words)}
            order by rule, contains(any_value(told), $plain) desc, id"""
    else:
        text = "reverse($digits)" if match is Match.END_OF_NUMBER else "$text"
        sql = f"select id, rule from {NAME}.texts where {_begins(text)} and rule in ({numbers}) order by rule, term, id"
    return con.execute(f"{sql} limit {most}", given).fetchall()


def _begins(text: str) -> str:
    """A test that the order of the terms answers: nothing else is read."""
    return f"term >= {text} and term < {text} || chr(1114111)"


def write_index(version: Path, target: Path) -> None:
    """Make the index of a version, which nobody else may read."""
    old = os.umask(0o077)
    try:
        con = duck.connect(target, config={"memory_limit": MEMORY, "threads": 2})
    finally:
        os.umask(old)
    with con:
        con.execute(f"set temp_directory = {literal(f'{target}.spill')}")
        con.execute(f"attach {literal(version)} as told (read_only)")
        there = {
            (table, column)
            for table, column in con.execute(
                "select table_name, column_name from duckdb_columns() where database_name = 'told'"
            ).fetchall()
        }
        whole, texts = [], []
        for number, rule in enumerate(RULES):
            columns = [column for column in rule.columns if {(rule.table, column), (rule.table, rule.own)} <= there]
            for column in columns:
                if rule.match is Match.WHOLE:
                    whole.append(
                        f"select hash(lower({column})) as key, {number}::utinyint as rule, {rule.own} as id "
                        f"from told.{rule.table} where {rule.where} and {column} is not null and {rule.own} is not null"
                    )
                else:
                    texts.append(
                        f"select term, {number}::utinyint as rule, id, told from (select {rule.terms(column)} as term, "
                        f"{rule.own} as id, {rule.told(column)} as told from told.{rule.table} "
                        f"where {rule.where} and {column} is not null and {rule.own} is not null) where term <> ''"
                    )
        nothing = "select 0::ubigint as key, 0::utinyint as rule, '' as id where false"
        con.execute(f"create table whole as from ({' union all '.join([nothing, *whole])}) order by key, rule, id")
        nothing = "select '' as term, 0::utinyint as rule, '' as id, '' as told where false"
        con.execute(f"create table texts as from ({' union all '.join([nothing, *texts])}) order by term, rule, id")
        con.execute("create table made as select $layout as layout", {"layout": LAYOUT})
