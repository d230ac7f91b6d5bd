"""Who is meant by a text: an e-mail address, a telephone number, a name, a company, or any id, old ones too.

Everything is read from the version that readers see. A text is taken for what it looks like, most telling first: an id
finds one customer, an address or a number those who have it, words those whose name has all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb
import msgspec

from crm360.connectors.engine.errors import Crm360Error
from crm360.orchestration.publish import candidate

LEAST_DIGITS = 6  # of a telephone number; with fewer it finds everybody
MOST = 50


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
def opened(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The version that readers see, read-only. Raises NothingPublished."""
    path = published / "current" / candidate.DATABASE
    if not path.exists():
        raise NothingPublished("nothing is published yet", where=str(published))
    try:
        connection = duckdb.connect(str(path), read_only=True, config={"threads": 2})
    except duckdb.Error as error:
        raise NothingPublished("the published version can't be read", where=str(published)) from error
    with connection as con:
        con.execute("set timezone = 'UTC'")
        yield con


# What may find a customer, most telling first: how it is called, the table that has customer ids, and the test. $text
# is the text in lower case, $digits its digits without leading noughts.
Rule = tuple[str, str, str]
BY_OWN_ID: tuple[Rule, ...] = (
    ("customer id", "customers", "customer_id = $text"),
    ("an earlier customer id", "customer_id_aliases", "alias_id = $text"),
)
OF_A_RECORD = ("id of a record", "customer_identities", "is_current and $text in (lower(contact_id), lower(source_id))")
BY_ID: tuple[Rule, ...] = (
    OF_A_RECORD,
    ("id of an order", "orders", "$text in (lower(order_id), lower(source_id), lower(name))"),
    ("id of a ticket", "tickets", "$text in (lower(ticket_id), lower(source_id))"),
    ("id of an invoice", "invoices", "$text in (lower(invoice_id), lower(source_id), lower(name))"),
    ("id of a deal", "deals", "$text in (lower(deal_id), lower(source_id))"),
)
POINTS = "customer_contact_points"
BY_EMAIL: tuple[Rule, ...] = (
    ("e-mail address", POINTS, "kind = 'email' and contact_point = $text"),
    ("beginning of an e-mail address", POINTS, "kind = 'email' and starts_with(contact_point, $text)"),
)
BY_PHONE: tuple[Rule, ...] = (("telephone number", POINTS, "kind <> 'email' and ends_with(contact_point, $digits)"),)
COMPANIES_BY: tuple[Rule, ...] = (
    ("company id", "companies", "account_id = $text"),
    ("an earlier company id", "company_id_aliases", "alias_id = $text"),
    ("id of a company's record", "company_identities", "is_current and $text in (lower(company_id), lower(source_id))"),
    ("domain", "companies", "lower(domain) = $text"),
)


def search(con: duckdb.DuckDBPyConnection, text: str, most: int = MOST) -> list[Hit]:
    """Customers and companies that may be meant, most telling first; none for a text that says nothing."""
    asked = " ".join(text.split()).lower()
    if not asked:
        return []
    digits = re.sub(r"\D", "", asked).lstrip("0")
    found: dict[str, str] = {}
    for how, table, test in BY_OWN_ID:
        _collect(con, f"select customer_id from {table} where {test}", {"text": asked}, how, found)
    if found:
        return _customers(con, found, most)  # nothing else is called so
    # An address is the id of a record of some sources, and of nothing else.
    rules = [OF_A_RECORD, *BY_EMAIL] if "@" in asked else list(BY_ID)
    rules += BY_PHONE if len(digits) >= LEAST_DIGITS and not re.search(r"[a-z@]", asked) else ()
    for how, table, test in rules:
        _collect(con, f"select customer_id from {table} where {test}", {"text": asked, "digits": digits}, how, found)
    companies: dict[str, str] = {}
    for how, table, test in COMPANIES_BY:
        _collect(con, f"select account_id from {table} where {test}", {"text": asked}, how, companies)
    if not found and not companies and "@" not in asked:
        _collect(con, *_by_words("customers", "customer_id", "full_name", asked), "name", found)
        _collect(con, *_by_words("companies", "account_id", "name", asked), "name", companies)
    return [*_customers(con, found, most), *_companies(con, companies, most)][:most]


def _by_words(table: str, own: str, name: str, asked: str) -> tuple[str, dict[str, Any]]:
    """A query for rows whose name has all the words, in any order, without accents; those with the whole text first."""
    words = asked.split(" ")[:8]
    plain = f"strip_accents(lower({name}))"
    tests = " and ".join(f"contains({plain}, strip_accents($w{n}))" for n in range(len(words)))
    best = f"contains({plain}, strip_accents($whole)) desc, {own}"
    sql = f"select {own} from {table} where {tests} order by {best}"
    return sql, {f"w{n}": word for n, word in enumerate(words)} | {"whole": asked}


def _collect(con: duckdb.DuckDBPyConnection, sql: str, given: dict[str, Any], how: str, found: dict[str, str]) -> None:
    used = {name: value for name, value in given.items() if f"${name}" in sql}
    try:
        rows = con.execute(f"{sql} limit {4 * MOST}", used).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return  # a version of another layout: what it lacks finds nobody
    for (one,) in rows:
        if one is not None:
            found.setdefault(one, how)


def _customers(con: duckdb.DuckDBPyConnection, found: dict[str, str], most: int) -> list[Hit]:
    if not found:
        return []
    rows = con.execute(
        """select customer_id, full_name, email, coalesce(mobile_phone, phone), city, country, count_of_purchases,
            net_revenue, currency from customer_360 where customer_id in (select unnest($ids))""",
        {"ids": list(found)},
    ).fetchall()
    order = list(found)
    hits = [
        Hit("customer", i, name, found[i], email, phone, city, country, count, money, currency)
        for i, name, email, phone, city, country, count, money, currency in rows
    ]
    return sorted(hits, key=lambda hit: order.index(hit.id))[:most]


def _companies(con: duckdb.DuckDBPyConnection, found: dict[str, str], most: int) -> list[Hit]:
    if not found:
        return []
    rows = con.execute(
        """select account_id, name, city, country, count_of_purchases, net_revenue, currency from company_360
        where account_id in (select unnest($ids))""",
        {"ids": list(found)},
    ).fetchall()
    order = list(found)
    hits = [
        Hit("company", i, name, found[i], None, None, city, country, count, money, currency)
        for i, name, city, country, count, money, currency in rows
    ]
    return sorted(hits, key=lambda hit: order.index(hit.id))[:most]
