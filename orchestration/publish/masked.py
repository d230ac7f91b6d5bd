"""The masked copy of a version: `customer_360_masked.duckdb`, for analysts who need no persons.

Every table and every row is there. What names or reaches a person is a keyed hash: the same value has the same hash in
every table and version, so joins and counts work, and without the key nobody can try names against it. Birth dates keep
their year, ages their decade, postal codes two characters; towns, texts and what is sensitive are null.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import duckdb

from crm360.quoting import literal

DATABASE = "customer_360_masked.duckdb"
STORAGE_VERSION = "v1.0.0"
COARSE = re.compile(r"^(country|country_code|region|gender|language|industry|lead_source)(_[ab])?$")  # as they are
NAMED = re.compile(r"(_id|_name|^sales_rep|^representative)(_[ab])?$")
POSTCODE = re.compile(r"^postal_code(_[ab])?$")
LENGTH = 24  # characters of a hash


def key_of(secret: bytes) -> str:
    """The key of the hashes, made of the data folder's."""
    return hashlib.blake2b(b"masked", key=secret, digest_size=32).hexdigest()


def write(
    con: duckdb.DuckDBPyConnection,
    columns: Mapping[str, Mapping[str, str]],
    classes: Mapping[str, Mapping[str, str]],
    folder: Path,
    key: str,
    schema: str,
) -> None:
    """Write the masked copy of the tables in `schema` into a folder. OSError and duckdb.Error come through.

    A column of no known class is masked as one that names a person.
    """
    con.execute(f"attach {literal(folder / DATABASE)} as m (storage_version '{STORAGE_VERSION}')")
    con.execute("begin")
    for table, kinds in columns.items():
        told = classes.get(table, {})
        parts = [f'{masked(c, kind, told.get(c) or "direct", key)} as "{c}"' for c, kind in kinds.items()]
        con.execute(f'create table m.main."{table}" as select {", ".join(parts)} from {schema}."{table}"')
    con.execute("commit")
    con.execute("checkpoint m")
    con.execute("detach m")


def masked(column: str, kind: str, its_class: str, key: str) -> str:
    """The SQL of a column as it is shown to those who need no persons."""
    name = f'"{column}"'
    if its_class == "none" or kind == "BOOLEAN":
        return name
    if its_class == "quasi":
        if COARSE.search(column):
            return name
        if kind == "DATE" and column.startswith("birth"):
            return f"date_trunc('year', {name})::date"
        if column == "age" and kind in ("BIGINT", "INTEGER"):
            return f"({name} // 10 * 10)::{kind}"
        if POSTCODE.search(column):
            return f"left({name}, 2)"
    if kind == "VARCHAR" and (its_class in ("direct", "contact") or NAMED.search(column)) and its_class != "sensitive":
        return f"'m_' || left(sha256('{key}' || {name}), {LENGTH})"
    return f"null::{kind}"
