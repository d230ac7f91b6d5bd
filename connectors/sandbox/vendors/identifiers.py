"""How each vendor names a record, and the way back from a name to the row behind it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company.draws import Ints

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

_FIRST_RESPONDENT = 61_000_001


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
    table, fake = company.table(system, stream), company.fakes[system]
    if fake.ids is not None:
        return list(fake.ids(company, rows))
    return [fake.naming.write(stream, number) for number in table.ids(rows).tolist()]


def row_by_id(company: Company, system: str, stream: str, record_id: str | int) -> int | None:
    """The row of a record, or None. Where several had one id one after the other, the last."""
    table, fake = company.table(system, stream), company.fakes[system]
    if fake.ids is not None:
        named = record_ids(company, system, stream, np.arange(len(table), dtype=np.int64))
        return max((row for row, name in enumerate(named) if name == str(record_id)), default=None)
    number = fake.naming.numbered(str(record_id))
    return None if number is None else table.row_of(number)
