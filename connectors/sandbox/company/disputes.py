"""Charges that a customer's bank takes back: when a dispute is opened, and how it ends.

Drawn from orders apart from all else that happens to them, so that nothing else of the company depends on it.
"""

from __future__ import annotations

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Draws, Ints
from crm360.connectors.sandbox.company.roster import NEVER, Window
from crm360.connectors.sandbox.company.shopping import TEST, Shop
from crm360.connectors.sandbox.company.table import Table

OPEN, LOST, WON = 0, 1, 2
SHARE, LOST_SHARE, PART_SHARE = 0.02, 0.6, 0.25
LONGEST = 110 * clock.DAY  # from an order to the end of its dispute


class Disputes:
    """disputes: order (row of the shop's), cents, outcome (OPEN until it has ended), edition."""

    def __init__(self, draws: Draws, shop: Shop) -> None:
        self.draws, self.shop = draws, shop
        self.disputes = Table(800_000_000_001, 3, order=np.int64, cents=np.int32, outcome=np.uint8, edition=np.uint16)

    def events(self, rows: Ints) -> dict[str, Ints]:
        """When a dispute of each order is opened and ends; NEVER for an order without one. What was cancelled or paid
        back has none."""
        draws, others = self.draws, self.shop.order_events(rows)
        disputed = draws.happens("disputed", rows, SHARE) & (self.shop.orders["marks"][rows] & TEST == 0)
        disputed &= (others["cancelled"] == NEVER) & (others["refunded"] == NEVER)
        opened = self.shop.orders["created"][rows] + 5 * clock.DAY
        opened += draws.below("dispute after", rows, 40 * clock.DAY)
        ended = opened + 14 * clock.DAY + draws.below("dispute lasts", rows, 50 * clock.DAY)
        return {"opened": np.where(disputed, opened, NEVER), "ended": np.where(disputed, ended, NEVER)}

    def pass_time(self, window: Window) -> None:
        orders, table = self.shop.orders, self.disputes
        recent = np.flatnonzero(orders["created"] > window.after - LONGEST)
        opened = self.events(recent)["opened"]
        hit = window.holds(opened)
        rows, at = recent[hit], opened[hit]
        order = np.argsort(at, kind="stable")
        rows, at = rows[order], at[order]
        money = self.shop.money(rows)
        part = self.draws.happens("part dispute", rows, PART_SHARE)
        table.add(at, order=rows, cents=np.where(part, np.minimum(money.line[:, 0], money.total), money.total))
        ended = self.events(table["order"])["ended"]
        over = np.flatnonzero(window.holds(ended) & (table["outcome"] == OPEN))
        lost = self.draws.happens("dispute lost", table["order"][over], LOST_SHARE)
        table["outcome"][over] = np.where(lost, LOST, WON)
        table.touch(over, ended[over])
