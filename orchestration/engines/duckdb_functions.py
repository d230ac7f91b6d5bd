"""The plugin that dbt-duckdb loads (profiles.yml): DuckDB with our functions (record_linkage/functions.py)."""

from __future__ import annotations

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from crm360.record_linkage.functions import FUNCTIONS

TYPES = {"string": "VARCHAR", "boolean": "BOOLEAN"}


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known to this database's connections."""
    for name, function in FUNCTIONS.items():
        con.create_function(
            name,
            function.over_columns(),
            ["VARCHAR"] * function.takes,
            TYPES[function.gives],
            type="arrow",
            null_handling="special",
        )


class Plugin(BasePlugin):
    """What dbt-duckdb asks for."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        register(conn)
