"""How each vendor names a record, and the way back from a name to the row behind it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.vendors import crm_ids
from crm360.connectors.sandbox.vendors.stripe import records as stripe_records

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

_FIRST_RESPONDENT = 61_000_001
GIDS = {"customers": "Customer", "orders": "Order", "products": "Product", "events": "BasicEvent"}


def gid(kind: str, number: int) -> str:
    """gid://shopify/Order/1"""
    return f"gid://shopify/{kind}/{number}"


def subscriber_hash(email: str) -> str:
    """Mailchimp's id of a member: the MD5 of the address in lower case."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def guest_id(email: str) -> str:
    """The id the warehouse gives to a buyer without an account."""
    return "guest-" + hashlib.md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()


def respondent_id(customer: int) -> str:
    """The survey tool's id of whom it asked, by row of the shop's customers: one for both answers."""
    return str(_FIRST_RESPONDENT + customer)


def record_ids(company: Company, system: str, stream: str, rows: Ints) -> list[str]:
    """The ids of rows as texts, as they stand in the vendor's JSON."""
    table = company.table(system, stream)
    if system == "mailchimp":
        return [subscriber_hash(email) for email in company.mailing.emails(rows)]
    numbers = table.ids(rows).tolist()
    if system in crm_ids.NAMINGS:
        return crm_ids.named(system, stream, numbers)
    if system == "stripe":
        return stripe_records.named(stream, table.ids(rows))
    if system == "shopify":
        return [gid(GIDS[stream], number) for number in numbers]
    return [str(number) for number in numbers]


def row_by_id(company: Company, system: str, stream: str, record_id: str | int) -> int | None:
    """The row of a record, or None. Of Mailchimp members that had one address one after the other, the last."""
    table = company.table(system, stream)
    if system == "mailchimp":
        rows = np.arange(len(table), dtype=np.int64)
        found = [row for row, name in enumerate(record_ids(company, system, stream, rows)) if name == str(record_id)]
        return found[-1] if found else None
    if system in crm_ids.NAMINGS:
        number = crm_ids.number_of(system, str(record_id))
        return None if number is None else table.row_of(number)
    return table.row_of(str(record_id).rsplit("/", 1)[-1].rsplit("_", 1)[-1])
