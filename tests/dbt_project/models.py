"""Tables made by hand in one database, and the project's models over them: how a truth table is played."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb

from crm360.orchestration.engines.duckdb_functions import register

from .conftest import FEW_ROWS, Compiled

AS_OF = "2026-07-01"


class Models:
    """Tables made by hand in one database, and the project's models over them."""

    def __init__(self, project: Compiled) -> None:
        self.project = project
        self.con = duckdb.connect(config=FEW_ROWS)
        self.con.execute("set timezone = 'UTC'")
        register(self.con)
        self.con.execute(f"attach ':memory:' as {project.database}")
        self.con.execute(f"use {project.database}")
        for schema in ("intermediate", "marts", "ledger", "seeds"):
            self.con.execute(f"create schema {schema}")

    def given(self, table: str, columns: str, *rows: Sequence[Any]) -> None:
        """Make a table, `schema.name`, out of rows in the order of its columns."""
        self.con.execute(f"create or replace table {table} ({columns})")
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            self.con.executemany(f"insert into {table} values ({marks})", [list(row) for row in rows])

    def build(self, *names: str, as_of: str = AS_OF, **replaced: str) -> None:
        """Build models in this order; `replaced` are words of the compiled SQL and what stands there instead."""
        for name in names:
            node = self.project.models[name]
            code = node["compiled_code"].replace(AS_OF, as_of)
            for old, new in replaced.items():
                code = code.replace(old, new)
            self.con.execute(f"create or replace table {node['schema']}.{name} as {code}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query, with decimals as floats."""
        found = self.con.execute(query).fetchall()
        return [tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in found]
