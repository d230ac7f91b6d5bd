"""How Great Expectations reads DuckDB: by SQL, where the data are, on read-only connections.

Great Expectations fetches a result after it has left the connection's context, and the rollback on leaving drops the
result. On a read-only connection there is nothing to begin, commit or roll back, so `ReadOnlyDuckDB` does none of it.
It also leaves connections open until they are collected as garbage; an open one would shut the next writer out of the
warehouse, so each is remembered and closed when the audit ends.
"""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb_engine
import great_expectations as gx
from sqlalchemy.dialects import registry
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.pool import StaticPool

from crm360 import duck
from crm360.expectations.results import AuditFacts

if TYPE_CHECKING:
    from great_expectations.datasource.fluent import SQLDatasource

registry.register("readonlyduckdb", __name__, "ReadOnlyDuckDB")

# Its log repeats database errors, which can quote values out of rows: let none of it out.
logging.getLogger("great_expectations").propagate = False
logging.getLogger("great_expectations").addHandler(logging.NullHandler())

# Nothing is fetched from anywhere, whatever the machine is set to.
SETTINGS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}

_opened: defaultdict[str, list[Any]] = defaultdict(list)


class ReadOnlyDuckDB(duckdb_engine.Dialect):
    """DuckDB's SQLAlchemy dialect without transactions, on connections that know the facts of the audit."""

    supports_statement_cache = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._columns: dict[str | None, dict[str, Any]] = {}

    def connect(self, *args: Any, **settings: Any) -> Any:
        """Connect, and put the facts where queries find them: the temporary table `audit_facts`."""
        audit, facts = settings.pop("audit"), settings.pop("facts")
        connection = super().connect(*args, **settings)
        duck.bound(connection, settings["config"], has_folder=False)
        _opened[audit].append(connection)
        connection.execute(
            "create temp table audit_facts as select $1::date as as_of, $2 as base_currency, $3::bigint as rejected",
            facts,
        )
        return connection

    def get_columns(self, connection: Any, table_name: str, schema: str | None = None, **_: Any) -> Any:
        """The columns of a table. A schema is read once and whole: asked table by table, 50 tables take seconds."""
        if schema not in self._columns:
            wanted: dict[str, Any] = {"scope": ObjectScope.ANY, "kind": ObjectKind.ANY}
            found = self.get_multi_columns(connection, schema, **wanted)
            self._columns[schema] = {name[-1]: columns for name, columns in found}
        if table_name not in self._columns[schema]:
            raise NoSuchTableError(table_name)
        return self._columns[schema][table_name]

    def get_pk_constraint(self, connection: Any, table_name: str, schema: str | None = None, **_: Any) -> Any:
        """None: dbt makes tables without constraints, and to ask for them takes longer than most checks."""
        return {"constrained_columns": [], "name": None}

    def do_begin(self, connection: Any) -> None:
        """Begin nothing."""

    def do_commit(self, connection: Any) -> None:
        """Commit nothing."""

    def do_rollback(self, connection: Any) -> None:
        """Roll nothing back, so that results live on until they are fetched."""


@contextmanager
def open_warehouse(warehouse: Path, facts: AuditFacts, *, read_only: bool = True) -> Iterator[SQLDatasource]:
    """Yield the warehouse as a Great Expectations data source, and close its connections at the end.

    All of it goes through one connection, so that what is open in a transaction of its execution engine is judged too:
    tests do damage in one, and roll it back. Raises what Great Expectations raises when the file cannot be opened.
    """
    audit = uuid.uuid4().hex
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    try:
        yield context.data_sources.add_sql(
            name="warehouse",
            connection_string=f"readonlyduckdb:///{warehouse}",
            create_temp_table=False,
            kwargs={  # type: ignore[call-arg]
                "poolclass": StaticPool,
                "connect_args": {
                    "read_only": read_only,
                    "config": dict(SETTINGS),
                    "audit": audit,
                    "facts": [facts.as_of.isoformat(), facts.base_currency, str(facts.rejected)],
                },
            },
        )
    finally:
        for connection in _opened.pop(audit, []):
            connection.close()
