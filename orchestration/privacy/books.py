"""The ledger's books without the forgotten: their rows go, the others stay as they are, and the head is made anew."""

from __future__ import annotations

from pathlib import Path

import duckdb
import msgspec

from crm360 import duck
from crm360.connectors.engine.forgotten import Forgotten
from crm360.orchestration.catalog import ledger_head
from crm360.orchestration.catalog.ledger import BOOKS, LedgerTable, versions, write_file
from crm360.quoting import literal


def look(ledger: Path, of: Forgotten) -> int:
    """How many rows of the ledger are about the forgotten. Changes nothing."""
    return sum(sum(_theirs(path, book, of)) for book in BOOKS for path, _ in versions(ledger, book))


def rewrite(ledger: Path, of: Forgotten) -> int:
    """Take their rows out of every book. Returns how many. Raises LedgerError where a book is damaged."""
    rows, renewed = 0, []
    for book in BOOKS:
        before = 0
        for path, footer in versions(ledger, book):
            theirs = _theirs(path, book, of)
            gone = sum(theirs)
            new = msgspec.structs.replace(footer, rows=footer.rows - gone, rows_before=before)
            before += new.rows
            if new != footer:
                keep = [n for n, is_theirs in enumerate(theirs) if not is_theirs]
                with duck.connect() as con:
                    select = (
                        f"select * exclude file_row_number from read_parquet({literal(path)}, file_row_number = true) "
                    )
                    con.execute("create temp table kept as select unnest($1::bigint[]) as place", [keep])
                    select += "where file_row_number in (select place from kept) order by file_row_number"
                    write_file(con, select, None, new, ledger_head.renewed(path))
                renewed.append(path)
            rows += gone
    if renewed:
        ledger_head.begin(ledger, renewed)
    return rows


def _theirs(path: Path, book: LedgerTable, of: Forgotten) -> list[bool]:
    """Of each row of a file, whether it is about one of the forgotten."""
    names = [c for c in ("source", "source_id", "customer_id") if c in book.columns]
    rows = duckdb.execute(f"select {', '.join(names)} from read_parquet({literal(path)})").fetchall()
    found = []
    for row in rows:
        told = dict(zip(names, row, strict=True))
        customer, name = told.get("customer_id"), told.get("source_id")
        by_record = name is not None and "customer_id" in told and of.contact(told["source"], name)
        found.append(bool(by_record or (customer is not None and of.has("customer", customer))))
    return found
