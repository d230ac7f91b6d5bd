"""The plugin that dbt-duckdb loads (profiles.yml): DuckDB with our functions (record_linkage/functions.py)."""

from __future__ import annotations

from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb.func import FunctionNullHandling, PythonUDFType

from crm360.record_linkage.functions import FUNCTIONS

TYPES = {"string": "VARCHAR", "boolean": "BOOLEAN"}


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known to this database's connections."""
    for name, function in FUNCTIONS.items():
        texts: list[Any] = ["VARCHAR"] * function.takes
        con.create_function(
            name,
            function.over_columns(),
            texts,
            TYPES[function.gives],
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )


class Plugin(BasePlugin):
    """What dbt-duckdb asks for."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        register(conn)
