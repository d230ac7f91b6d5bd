"""A table's fingerprint: a short text that differs when its columns, their types, or any row's content differ.

The rows are hashed by DuckDB and the hashes added up, so their order does not matter and repeats do. DuckDB's hash of a
list or a struct does not tell an empty list from none, nor where one list ends and the next begins: what is nested is
hashed as JSON text. One million rows of twelve columns take half a second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import duckdb

from crm360.quoting import identifier

NESTED = ("[", "STRUCT", "MAP", "UNION", "VARIANT")


def columns_of(con: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Return the columns of a table and their types, in order. Raises duckdb.Error if it is not there."""
    return {name: kind for name, kind, *_ in con.execute(f"describe select * from {relation}").fetchall()}


def fingerprint(con: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str]) -> str:
    """Return `<rows>-<columns>-<content>` of these columns of a relation. Raises duckdb.Error if one is not there."""
    names = ", ".join(_hashed(name, kind) for name, kind in columns.items())
    query = f"select count(*), coalesce(sum(hash({names})), 0) from {relation} as whole_row__"
    ((rows, total),) = con.execute(query).fetchall()
    told = hashlib.sha256("\0".join(f"{name} {kind}" for name, kind in columns.items()).encode()).hexdigest()[:12]
    return f"{rows}-{told}-{int(total):x}"


def rows_in(told: str) -> int:
    """Return how many rows the table of this fingerprint has."""
    return int(told.partition("-")[0])


def _hashed(name: str, kind: str) -> str:
    column = "whole_row__." + identifier(name)
    return f"to_json({column})::varchar" if any(word in kind.upper() for word in NESTED) else column
