"""Who pays by the month, the week or the year: plans, what becomes of each subscription and when, and what it brings.

Drawn from the shop's customers apart from all else that happens to them, so that nothing else of the company depends on
it. A subscription's numbers and its state follow from when its events come; the table knows only that it has one.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Draws, Flags, Ints
from crm360.connectors.sandbox.company.roster import NEVER, Window
from crm360.connectors.sandbox.company.shopping import Shop
from crm360.connectors.sandbox.company.table import Table

SUBSCRIBES, AGAIN = 0.15, 0.15
TRIAL = 14 * clock.DAY
AGAIN_FROM = 1 << 24  # the number of a customer's second subscription is so much more than of the first
MONTHS_OF = {"day": Fraction(12, 365), "week": Fraction(12 * 7, 365), "month": Fraction(1), "year": Fraction(12)}


class Plan(NamedTuple):
    """every: so many intervals; cents: None where a price has tiers; is_metered: what is used is billed, which no
    subscription tells."""

    name: str
    interval: str
    every: int
    cents: int | None
    is_metered: bool = False


PLANS = (
    Plan("Basic", "month", 1, 900), Plan("Plus", "month", 1, 1_900), Plan("Plus, yearly", "year", 1, 19_000),
    Plan("Box", "week", 1, 700), Plan("Season", "month", 3, 4_900), Plan("Metered", "month", 1, 15, is_metered=True),
    Plan("Tiered", "month", 1, None),
)  # fmt: skip
SHARES = (0.3, 0.25, 0.16, 0.12, 0.09, 0.04, 0.04)
SUPPORT = Plan("Support, yearly", "year", 1, 12_000)
EXTRA = Plan("Extra", "month", 1, 100)


class Coupon(NamedTuple):
    percent: int
    cents: int
    duration: str


COUPONS = (None, Coupon(20, 0, "forever"), Coupon(0, 150, "forever"), Coupon(50, 0, "once"))


class Item(NamedTuple):
    plan: int
    """Place in PLANS; -1 support, -2 an extra."""
    quantity: int

    @property
    def price(self) -> Plan:
        return {-1: SUPPORT, -2: EXTRA}.get(self.plan) or PLANS[self.plan]


class Subscriptions:
    """subscriptions: number, edition. The number is the row of the shop's customer, and AGAIN_FROM more for the
    customer's second one."""

    def __init__(self, draws: Draws, shop: Shop) -> None:
        self.draws, self.shop = draws, shop
        self.subscriptions = Table(700_000_000_001, 3, number=np.int64, edition=np.uint16)

    def customers(self, numbers: Ints) -> Ints:
        """The row of the shop's customer of each."""
        return numbers % AGAIN_FROM

    def events(self, numbers: Ints) -> dict[str, Ints]:
        """When each begins, changes its quantity, is paused and resumed, is late, and ends; NEVER for what does not."""
        draws, n = self.draws, numbers
        first = n % AGAIN_FROM
        begun = self.shop.customers["created"][first] + draws.below("subscribes after", first, 60 * clock.DAY)
        begun = np.where(draws.happens("subscribes", first, SUBSCRIBES), begun, NEVER)
        if (n >= AGAIN_FROM).any():
            again = self.events(first)["ended"] + 40 * clock.DAY
            comes = draws.happens("subscribes again", first, AGAIN) & (again < NEVER) & ~self.failed(first)
            begun = np.where(n < AGAIN_FROM, begun, np.where(comes, again, NEVER))

        def later(name: str, share: float, low: int, high: int) -> Ints:
            at = begun + (low + draws.below(name, n, high - low)) * clock.DAY + draws.below(f"{name} at", n, clock.DAY)
            return np.where(draws.happens(f"{name} happens", n, share) & (begun < NEVER), at, NEVER)

        failed = self.failed(n) & (begun < NEVER)
        ended = np.where(failed, begun + 23 * clock.HOUR, later("subscription ends", 0.35, 3, 500))
        paused = later("subscription paused", 0.25, 30, 500)
        found = {
            "begun": begun,
            "changed": later("subscription changes", 0.45, 20, 500),
            "paused": paused,
            "resumed": np.where(draws.happens("resumes", n, 0.5) & (paused < NEVER), paused + 35 * clock.DAY, NEVER),
            "late": later("payment fails", 0.06, 40, 500),
        }
        return {name: np.where(at < ended, at, NEVER) for name, at in found.items()} | {"ended": ended}

    def failed(self, numbers: Ints) -> Flags:
        """Whether the first payment never came."""
        return self.draws.happens("first payment fails", numbers, 0.03)

    def trial_ends(self, numbers: Ints) -> Ints:
        begun = self.events(numbers)["begun"]
        return np.where(self.draws.happens("has a trial", numbers, 0.3) & (begun < NEVER), begun + TRIAL, NEVER)

    def pass_time(self, window: Window) -> None:
        table = self.subscriptions
        everyone = np.arange(len(self.shop.customers), dtype=np.int64)
        numbers = np.r_[everyone, everyone + AGAIN_FROM]
        begun = self.events(numbers)["begun"]
        hit = window.holds(begun)
        order = np.argsort(begun[hit], kind="stable")
        table.add(begun[hit][order], number=numbers[hit][order])
        happened = np.full(len(table), -1, dtype=np.int64)
        for at in (*self.events(table["number"]).values(), self.trial_ends(table["number"])):
            happened = np.maximum(happened, np.where(window.holds(at), at, -1))
        rows = np.flatnonzero(happened > table["changed"])
        table.touch(rows, happened[rows])

    def statuses(self, numbers: Ints, at: int) -> list[str]:
        """The state of each at a moment, as Stripe calls it; a pause is none, and stands beside it."""
        when, trial = self.events(numbers), self.trial_ends(numbers)
        last = self.draws.happens("stays unpaid", numbers, 0.5)
        columns = zip(
            when["ended"].tolist(), when["late"].tolist(), trial.tolist(), last.tolist(),
            self.failed(numbers).tolist(), strict=True,
        )  # fmt: skip
        return [
            ("incomplete_expired" if failed else "canceled") if ended <= at
            else "incomplete" if failed
            else "trialing" if at < trial < NEVER
            else ("unpaid" if unpaid else "past_due") if late <= at
            else "active"
            for ended, late, trial, unpaid, failed in columns
        ]  # fmt: skip

    def is_paused(self, numbers: Ints, at: int) -> list[bool]:
        when = self.events(numbers)
        return ((when["paused"] <= at) & (at < when["resumed"])).tolist()

    def coupons(self, numbers: Ints) -> list[Coupon | None]:
        return [COUPONS[n] for n in self.draws.chosen("coupon", numbers, (0.75, 0.12, 0.06, 0.07)).tolist()]

    def items(self, numbers: Ints, at: int) -> list[list[Item]]:
        """What each consists of at a moment."""
        draws = self.draws
        plans = draws.chosen("plan", numbers, SHARES)
        before, more = 1 + draws.below("quantity", numbers, 3), draws.happens("takes more", numbers, 0.65)
        after = np.where(more, before + 1, np.maximum(before - 1, 1))
        quantity = np.where(self.events(numbers)["changed"] <= at, after, before)
        support, extras = draws.happens("support", numbers, 0.08), numbers % 9 == 4
        columns = zip(plans.tolist(), quantity.tolist(), support.tolist(), extras.tolist(), strict=True)
        return [
            [Item(p, q), *([Item(-1, 1)] if has else []), *([Item(-2, 1)] * 11 if many else [])]
            for p, q, has, many in columns
        ]

    def monthly(self, numbers: Ints, at: int) -> list[Fraction | None]:
        """What each brings in a month in euro, by the items of a moment, whatever its state; None where none knows."""
        found: list[Fraction | None] = []
        for items, coupon in zip(self.items(numbers, at), self.coupons(numbers), strict=True):
            prices = [item.price for item in items]
            if any(p.cents is None or p.is_metered for p in prices):
                found.append(None)
                continue
            lasting = coupon if coupon is not None and coupon.duration != "once" else None
            months = {MONTHS_OF[p.interval] * p.every for p in prices}
            if lasting is not None and lasting.cents and len(months) > 1:
                found.append(None)
                continue
            parts = [
                Fraction((item.price.cents or 0) * item.quantity) / (MONTHS_OF[item.price.interval] * item.price.every)
                for item in items
            ]
            amount = sum(parts, Fraction(0))
            if lasting is not None:
                off = Fraction(lasting.cents) / next(iter(months))
                amount = max(amount * (100 - lasting.percent) / 100 - off, Fraction(0))
            found.append(amount / 100)
        return found

    def brings(self, at: int) -> dict[int, Fraction | None]:
        """Row → what it brings in a month at a moment, of those that are paid for: active or late, and not paused."""
        numbers = self.subscriptions["number"]
        told = zip(self.statuses(numbers, at), self.is_paused(numbers, at), self.monthly(numbers, at), strict=True)
        begun = (self.subscriptions["created"] <= at).tolist()
        return {
            row: amount
            for row, (status, paused, amount) in enumerate(told)
            if begun[row] and status in ("active", "past_due") and not paused
        }
