"""Who is meant by a text: an e-mail address, a telephone number, a name, a company, or any id, old ones too.

Everything is read from the version that readers see. A text is taken for what it looks like, most telling first: an id
finds one customer, an address or a number those who have it, words those whose name has all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Literal

import duckdb
import msgspec

from crm360 import duck
from crm360.connectors.engine.errors import Crm360Error
from crm360.orchestration.lookup import index, rules
from crm360.orchestration.lookup.rules import Rule
from crm360.orchestration.publish import candidate

LEAST_DIGITS = 6  # of a telephone number; with fewer it finds everybody
MOST = 50
MOST_READ = 4 * MOST  # of each rule
MOST_WORDS = 8


class NothingPublished(Crm360Error):
    """There is no version to look into, or none that can be read."""

    exit_code = 1
    who = "the engineer who runs crm360: publish first, with `crm360 run`"


class Hit(msgspec.Struct, omit_defaults=True):
    """One customer or company that may be meant. `found_by` says what of it matched."""

    kind: Literal["customer", "company"]
    id: str
    name: str | None
    found_by: str
    email: str | None = None
    phone: str | None = None
    city: str | None = None
    country: str | None = None
    count_of_purchases: int | None = None
    net_revenue: Decimal | None = None
    currency: str | None = None


@contextmanager
def opened(published: Path, data: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The version that readers see, read-only, with its index where `data` has one. Raises NothingPublished."""
    path = published / "current" / candidate.DATABASE
    if not path.exists():
        raise NothingPublished("nothing is published yet", where=str(published))
    try:
        connection = duck.connect(path, read_only=True, config={"threads": 2})
    except duckdb.Error as error:
        raise NothingPublished("the published version can't be read", where=str(published)) from error
    with connection as con:
        con.execute("set timezone = 'UTC'")
        if data is not None:
            index.attach(con, data, path.resolve().parent.name)
        yield con


def search(con: duckdb.DuckDBPyConnection, text: str, most: int = MOST) -> list[Hit]:
    """Customers and companies that may be meant, most telling first; none for a text that says nothing.

    Reads the version's index where one is attached (index.py), else its tables.
    """
    asked = " ".join(text.split()).lower()
    if not asked:
        return []
    found = Found()
    for rule in rules.OWN_IDS:
        _by_table(con, rule, {"text": asked}, found)
    if found.customer:
        return _customers(con, found.customer, most)  # nothing else is called so
    by = _by_index if index.is_attached(con) else _by_tables
    # An address is the id of a record of some sources, and of nothing else.
    whole = [r for r in rules.WHOLE if "@" not in asked or r in (rules.OF_A_RECORD, rules.EMAIL)]
    by(con, whole, {"text": asked}, found)
    if "@" in asked and not found:
        by(con, [rules.EMAIL_BEGINNING], {"text": asked}, found)
    digits = rules.digits_of(asked)
    if len(digits) >= LEAST_DIGITS and not re.search(r"[a-z@]", asked):
        by(con, [rules.PHONE], {"digits": digits}, found)
    if "@" not in asked and not found:
        ((plain,),) = con.execute(f"select {rules.words_of('$text')}", {"text": asked}).fetchall()
        words = {f"w{n}": word for n, word in enumerate(plain.split()[:MOST_WORDS])}
        if words:
            by(con, list(rules.NAMES), {**words, "plain": plain}, found)
    return [*_customers(con, found.customer, most), *_companies(con, found.company, most)][:most]


class Found:
    """Who was found, by which rule, in this order."""

    def __init__(self) -> None:
        self.customer: dict[str, str] = {}
        self.company: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self.customer or self.company)

    def add(self, rule: Rule, own: str | None) -> None:
        if own is not None:
            (self.customer if rule.kind == "customer" else self.company).setdefault(own, rule.how)


def _by_tables(con: duckdb.DuckDBPyConnection, asked: Sequence[Rule], given: dict[str, str], found: Found) -> None:
    for rule in asked:
        _by_table(con, rule, given, found)


def _by_table(con: duckdb.DuckDBPyConnection, rule: Rule, given: dict[str, str], found: Found) -> None:
    sql = rule.query(words=len(given) - 1)
    try:
        rows = con.execute(f"{sql} limit {MOST_READ}", given).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return  # a version of another layout: what it lacks finds nobody
    for (own,) in rows:
        found.add(rule, own)


def _by_index(con: duckdb.DuckDBPyConnection, asked: Sequence[Rule], given: dict[str, str], found: Found) -> None:
    try:
        rows = index.read(con, asked, given, MOST_READ)
    except duckdb.Error:  # a part of it can't be read: the tables can
        return _by_tables(con, asked, given, found)
    for own, number in rows:
        found.add(rules.RULES[number], own)
    return None


def _customers(con: duckdb.DuckDBPyConnection, found: dict[str, str], most: int) -> list[Hit]:
    if not found:
        return []
    order = list(found)[:most]
    rows = con.execute(
        f"""select customer_id, full_name, email, coalesce(mobile_phone, phone), city, country, count_of_purchases,
            net_revenue, currency from customer_360 where customer_id in ({", ".join("?" for _ in order)})""",
        order,
    ).fetchall()
    hits = [
        Hit("customer", i, name, found[i], email, phone, city, country, count, money, currency)
        for i, name, email, phone, city, country, count, money, currency in rows
    ]
    return sorted(hits, key=lambda hit: order.index(hit.id))


def _companies(con: duckdb.DuckDBPyConnection, found: dict[str, str], most: int) -> list[Hit]:
    if not found:
        return []
    order = list(found)[:most]
    rows = con.execute(
        f"""select account_id, name, city, country, count_of_purchases, net_revenue, currency from company_360
        where account_id in ({", ".join("?" for _ in order)})""",
        order,
    ).fetchall()
    hits = [
        Hit("company", i, name, found[i], None, None, city, country, count, money, currency)
        for i, name, city, country, count, money, currency in rows
    ]
    return sorted(hits, key=lambda hit: order.index(hit.id))
