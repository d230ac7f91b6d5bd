"""What is published, as datasets are made of it: tables, and their columns with types and descriptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from crm360 import duck
from crm360.connectors.engine.errors import Crm360Error
from crm360.orchestration.catalog.classes import class_of
from crm360.orchestration.publish import candidate
from crm360.orchestration.publish.postgres.table import kind_of

NOT_FOR_DASHBOARDS = ("direct", "contact", "sensitive", None)  # classes; None is a column of which nobody said


class NothingPublished(Crm360Error):
    """There is no version to make datasets of, or none that can be read."""

    who = "the engineer who runs crm360: publish first, with `crm360 run`"


@dataclass(frozen=True)
class Column:
    """A column of a dataset. `kind` is DuckDB's type."""

    kind: str
    description: str = ""

    @property
    def is_time(self) -> bool:
        """Whether it is a day or a moment."""
        return self.kind.startswith(("DATE", "TIMESTAMP"))

    def type_in(self, dialect: str) -> str:
        """Its type, in the words of the database that Superset reads."""
        return self.kind if dialect == "duckdb" else kind_of(self.kind).upper()


@dataclass(frozen=True)
class Published:
    """The published tables, over a connection that has them in its schema `main`."""

    con: duckdb.DuckDBPyConnection
    tables: Mapping[str, Mapping[str, Column]]
    comments: Mapping[str, str]

    def impersonal(self, table: str) -> dict[str, Column]:
        """The columns of a table that name and reach nobody, which is what a dashboard may group by."""
        columns = self.tables[table].items()
        return {name: column for name, column in columns if class_of(table, name) not in NOT_FOR_DASHBOARDS}

    def described(self, sql: str) -> dict[str, str]:
        """Column → DuckDB's type, of a query. Raises duckdb.Error where it can't be answered."""
        return {name: kind for name, kind, *_ in self.con.execute(f"describe {sql}").fetchall()}


@contextmanager
def opened(folder: Path) -> Iterator[Published]:
    """The version that readers see, out of its folder, read-only. Raises NothingPublished."""
    path = folder / "current" / candidate.DATABASE
    if not path.exists():
        raise NothingPublished("nothing is published yet", where=str(folder))
    try:
        connection = duck.connect(path, read_only=True, config={"autoload_known_extensions": "false"})
    except duckdb.Error as error:
        raise NothingPublished("the published version can't be read", where=str(folder)) from error
    with connection as con:
        yield of(con)


def of(con: duckdb.DuckDBPyConnection) -> Published:
    """The tables of a connection's schema `main`."""
    found: dict[str, dict[str, Column]] = {}
    for table, name, kind, words in con.execute(
        "select table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns() "
        "where schema_name = 'main' and not internal order by table_name, column_index"
    ).fetchall():
        found.setdefault(table, {})[name] = Column(kind, str(words).strip())
    told = con.execute(
        "select table_name, coalesce(comment, '') from duckdb_tables() where schema_name = 'main' and not internal"
    ).fetchall()
    return Published(con, found, {table: str(words).strip() for table, words in told})
