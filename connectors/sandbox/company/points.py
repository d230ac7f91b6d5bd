"""A loyalty programme of the shop: a point for each euro of an order, now and then points that are spent or expire.

Made of the shop's orders, so that nothing else of the company depends on it. A booking stays, whatever becomes of its
order, and who has none is no member yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.shopping import TEST
from crm360.connectors.sandbox.company.table import DELETED, LIVE, VANISHED

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

EARNED, SPENT, EXPIRED, ADJUSTED = 0, 1, 2, 3
TIERS = ((0, "Bronze"), (300, "Silver"), (1500, "Gold"))  # from so many points earned on


class Ledger(Copy):
    """The bookings, one of each order of a customer: none is taken back or changed, whatever becomes of its order."""

    def __init__(self, company: Company, first_id: int, step: int) -> None:
        orders = company.shop.orders

        def is_nobodys() -> Flags:
            return (orders["customer"] < 0) | (orders["marks"] & TEST > 0)

        super().__init__(orders, first_id, step, becomes={DELETED: LIVE, VANISHED: LIVE}, lacks=is_nobodys)

    def follow(self) -> None:
        self["told"][:] = self.source["changed"][: self.count]
        super().follow()


def kinds(rows: Ints) -> Ints:
    """What each booking is, by row of the shop's orders."""
    return np.select([rows % 11 == 5, rows % 37 == 9, rows % 53 == 17], [SPENT, EXPIRED, ADJUSTED], EARNED)


def changes(company: Company, rows: Ints) -> Ints:
    """By how many points each booking changes the balance."""
    euros = company.shop.money(rows).total // 100
    kind = kinds(rows)
    taken = [-np.minimum(euros, 50), -1 - euros // 9, np.full(len(rows), -5)]
    return np.select([kind == SPENT, kind == EXPIRED, kind == ADJUSTED], taken, euros)


def balances(company: Company, booked: Ints) -> tuple[Ints, Ints, Ints]:
    """Of each row of the shop's customers: the balance, what was earned, and how many bookings there are."""
    customers, change = company.shop.orders["customer"][booked].astype(np.int64), changes(company, booked)
    size = len(company.shop.customers)
    balance = np.bincount(customers, weights=change, minlength=size).astype(np.int64)
    earned = np.bincount(customers, weights=np.where(kinds(booked) == EARNED, change, 0), minlength=size)
    return balance, earned.astype(np.int64), np.bincount(customers, minlength=size)


def tier(earned: int) -> int:
    """The place in TIERS of who has earned so many points."""
    return sum(earned >= least for least, _ in TIERS) - 1
