"""A cell for numbers or addresses, as people and spreadsheets fill it: what is read out of it."""

from __future__ import annotations

import duckdb
import pytest

from crm360.orchestration.settings.macros import Macros

# The cell; the first number of it, and the second.
PHONES = [
    ("+49 30 901820", "+49 30 901820", None),
    ("447911333444.0", "447911333444", None),
    ("447911333444,00", "447911333444", None),
    ("4.479E+11", None, None),
    ("4,479123e11", None, None),
    ("07911 444555 / 07911 444556", "07911 444555", "07911 444556"),
    ("+49301234567; +49301234568", "+49301234567", "+49301234568"),
    ("0301234567 oder 0171 1234567", "0301234567", "0171 1234567"),
    ("030 / 9018-2000", "030 / 9018-2000", None),
    ("030/901820", "030/901820", None),
    ("+49\u00a030\u200b901820", "+49 30901820", None),
    ("(020) 7946 0000 ext. 12", "(020) 7946 0000 ext. 12", None),
    ("ask Ann", "ask ann", None),
    (" ", None, None),
    (None, None, None),
]
# The cell; the first address of it, and the others.
EMAILS = [
    ("ann@x.example", "ann@x.example", None),
    ("Ann Lee <Ann@X.example>", "ann@x.example", None),
    ('"Lee, Ann" <ann@x.example>', "ann@x.example", None),
    ("mailto:ann@x.example?subject=hello", "ann@x.example", None),
    ("ann@x.example;bob@x.example", "ann@x.example", "bob@x.example"),
    ("ann@x.example, bob@x.example ; cy@x.example", "ann@x.example", "bob@x.example;cy@x.example"),
    ("Ann <ann@x.example>, Bob <bob@x.example>", "ann@x.example", "bob@x.example"),
    ("ann@x.example\u00a0", "ann@x.example", None),
    ("\u200bann@x.example\t", "ann@x.example", None),
    ("no address", "no address", None),
    ("ann@x.example (private)", "ann@x.example (private)", None),
    ("o'neil@x.example", "o'neil@x.example", None),
    ("", None, None),
    (None, None, None),
]


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.mark.parametrize(("cell", "first", "second"), PHONES)
def test_numbers_of_a_cell(
    con: duckdb.DuckDBPyConnection, cell: str | None, first: str | None, second: str | None
) -> None:
    macros = Macros({})
    told = [macros.call("phone_cell", "cell"), macros.call("phone_cell", "cell", 2)]
    (found,) = con.execute(f"select {', '.join(told)} from (select $1::text as cell)", [cell]).fetchall()
    assert [f and f.lower() for f in found] == [first and first.lower(), second]


@pytest.mark.parametrize(("cell", "first", "others"), EMAILS)
def test_addresses_of_a_cell(
    con: duckdb.DuckDBPyConnection, cell: str | None, first: str | None, others: str | None
) -> None:
    macros = Macros({})
    told = [macros.call("email_cell", "cell"), macros.call("more_emails", "cell")]
    (found,) = con.execute(f"select {', '.join(told)} from (select $1::text as cell)", [cell]).fetchall()
    assert found == (first, others)
