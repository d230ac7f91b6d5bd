"""What the company sells in Shopify: customers, orders, products, and the log of what was destroyed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crm360.connectors.sandbox.company import clock, names, slips
from crm360.connectors.sandbox.company.draws import Draws, Ints
from crm360.connectors.sandbox.company.habits import MONTHLY, Buying, habit
from crm360.connectors.sandbox.company.people import People
from crm360.connectors.sandbox.company.pipeline import edit
from crm360.connectors.sandbox.company.prices import Money, goods_of, priced
from crm360.connectors.sandbox.company.roster import NEVER, Roster, Window, some
from crm360.connectors.sandbox.company.table import DELETED, LIVE, VANISHED, Table

_TIME_BITS = 42  # more than milliseconds since 1970 need for a century
FULFILLED, CANCELLED, PART_REFUNDED, REFUNDED, TEST = 1, 2, 4, 8, 16


class Shop:
    """The tables of the shop.

    customers: person, slips, edition. products: edition. refunds: order (row), cents.
    events: subject (id as a number), kind (0 order, 1 product).
    orders: person, customer (row, -1 for a guest), marks, refunded (cents), cancelled (ms).
    """

    def __init__(self, draws: Draws, people: People, roster: Roster) -> None:
        self.draws, self.people, self.roster = draws, people, roster
        self.customers = Table(7_000_000_001, 32, person=np.int32, slips=np.int32, edition=np.uint16)
        self.orders = Table(
            5_400_000_000_001,
            64,
            person=np.int32,
            customer=np.int32,
            marks=np.uint8,
            refunded=np.int32,
            cancelled=np.int64,
        )
        self.products = Table(8_100_000_001, 32, edition=np.uint16)
        self.refunds = Table(1, order=np.int64, cents=np.int32)
        self.events = Table(90_000_000_001, 16, subject=np.int64, kind=np.uint8)
        self.goods = goods_of(draws)
        self.buying = Buying(draws, roster)
        self.customer_of = np.zeros(0, dtype=np.int32)
        self.second_of = np.zeros(0, dtype=np.int32)
        self._spent: tuple[int, int, Ints, Ints] | None = None
        self._by_buyer: tuple[int, Ints, Ints] | None = None

    def pass_time(self, window: Window) -> None:
        """Let everything happen that happens in the window."""
        first = window.after == 0
        if first:
            numbers = np.arange(len(self.goods.titles), dtype=np.int64)
            self.products.add(
                clock.HISTORY_START - clock.DAY + np.sort(self.draws.below("product", numbers, clock.DAY))
            )
        self._new_customers(window)
        generator = self.draws.night("shopify", window.day)
        if first:
            rows = self.customers.live()
            edited = rows[generator.random(len(rows)) < 0.3]
            age = window.until - self.customers["created"][edited]
            self.customers.touch(edited, window.until - (generator.random(len(edited)) * age).astype(np.int64))
            self.customers["edition"][edited] = 1
        self._new_orders(window)
        self._move_orders(window)
        if not first:
            self._night(generator, window)

    def _new_customers(self, window: Window) -> None:
        p, times = self.roster.newcomers("shopify", window)
        keeps = ~self.roster.guest_only(p)
        p, times = p[keeps], times[keeps]
        flags = slips.drawn(self.draws, self.people, "shopify", p, slips.CHECKOUT)
        flags = np.where(self.roster.doubled("shopify", p), (flags | slips.HAS_DOUBLE) & ~slips.OLD_EMAIL, flags)
        again, later = self.roster.doubles("shopify", window)
        stays = ~self.roster.guest_only(again)
        again, later = again[stays], later[stays]
        second = slips.drawn(self.draws, self.people, "shopify again", again, slips.CHECKOUT)
        kept_apart = slips.FAMILY_EMAIL | slips.WORK_EMAIL | slips.TYPO_EMAIL
        second = (second & ~kept_apart) | slips.IS_DOUBLE | slips.OLD_EMAIL
        order = np.argsort(np.r_[times, later], kind="stable")
        person = np.r_[p, again][order]
        rows = self.customers.add(np.r_[times, later][order], person=person, slips=np.r_[flags, second][order])
        self.customer_of = _grown(self.customer_of, len(self.people))
        self.second_of = _grown(self.second_of, len(self.people))
        double = self.customers["slips"][rows] & slips.IS_DOUBLE > 0
        self.customer_of[person[~double]] = rows[~double]
        self.second_of[person[double]] = rows[double]

    def _new_orders(self, window: Window) -> None:
        p, times = self.buying.due(window)
        first = self.orders.count
        rows = np.arange(first, first + len(p), dtype=np.int64)
        customer = self.customer_of[p]
        second = self.second_of[p]
        has_second = (second >= 0) & self.draws.happens("orders with second account", rows, 0.5)
        has_second &= self.customers["created"][np.maximum(second, 0)] <= times if len(self.customers) else False
        customer = np.where(has_second, second, customer)
        usable = (
            (customer >= 0) & (self.customers["state"][np.maximum(customer, 0)] == LIVE)
            if len(self.customers)
            else False
        )
        guest = self.draws.happens("guest checkout", rows, 0.08) | ~np.asarray(usable, dtype=bool)
        customer = np.where(guest, -1, customer)
        marks = np.where(self.draws.happens("test order", rows, 0.003), TEST, 0)
        self.orders.add(times, person=p, customer=customer, marks=marks)
        self._tell_customers(rows, times)

    def _tell_customers(self, orders: Ints, times: Ints) -> None:
        """What happens to an order changes its customer: the shop counts orders and money there."""
        customer = self.orders["customer"][orders]
        known = customer >= 0
        np.maximum.at(self.customers["changed"], customer[known], times[known] // 1000 * 1000)
        self.customers.changed_something()

    def order_events(self, rows: Ints) -> dict[str, Ints]:
        """When each order is fulfilled, cancelled, refunded and destroyed; NEVER for what does not happen to it."""
        draws, created = self.draws, self.orders["created"][rows]
        test = self.orders["marks"][rows] & TEST > 0

        def event(name: str, share: float, least: int, most: int) -> Ints:
            at = created + least + (draws.unit(f"{name} after", rows) * (most - least)).astype(np.int64)
            return np.where(draws.happens(name, rows, share), at, NEVER)

        cancelled = event("cancelled", 0.03, clock.HOUR, 30 * clock.HOUR)
        fulfilled = np.where(cancelled < NEVER, NEVER, event("fulfilled", 1.0, 30 * clock.HOUR, 4 * clock.DAY))
        refunded = np.where(cancelled < NEVER, NEVER, event("refunded", 0.05, 6 * clock.DAY, 28 * clock.DAY))
        destroyed = event("destroyed", 0.002, 10 * clock.DAY, 60 * clock.DAY)
        destroyed = np.where(test, event("test destroyed", 0.5, clock.DAY, 20 * clock.DAY), destroyed)
        return {"fulfilled": fulfilled, "cancelled": cancelled, "refunded": refunded, "destroyed": destroyed}

    def _move_orders(self, window: Window) -> None:
        orders = self.orders
        recent = np.flatnonzero((orders["created"] > window.after - 90 * clock.DAY) & (orders["state"] == LIVE))
        events = self.order_events(recent)
        marks, changed = orders["marks"], orders["changed"]
        for name, mark in (("fulfilled", FULFILLED), ("cancelled", CANCELLED), ("refunded", REFUNDED)):
            hit = window.holds(events[name])
            rows, at = recent[hit], events[name][hit]
            if name == "refunded":
                money = self.money(rows)
                part = self.draws.happens("part refund", rows, 0.5)
                orders["refunded"][rows] = np.where(part, np.minimum(money.line[:, 0], money.total), money.total)
                marks[rows] |= np.where(orders["refunded"][rows] < money.total, PART_REFUNDED, REFUNDED).astype(
                    np.uint8
                )
                order = np.argsort(at, kind="stable")
                self.refunds.add(at[order], order=rows[order], cents=orders["refunded"][rows[order]])
            else:
                marks[rows] |= np.uint8(mark)
            if name == "cancelled":
                orders["cancelled"][rows] = at // 1000 * 1000
            changed[rows] = np.maximum(changed[rows], at // 1000 * 1000)
            self._tell_customers(rows, at)
        orders.changed_something()
        gone = window.holds(events["destroyed"])
        self.destroy(orders, recent[gone], events["destroyed"][gone])

    def destroy(self, table: Table, rows: Ints, when: Ints) -> None:
        """Delete orders or products: they are gone from the list, and the log of events says so."""
        order = np.argsort(when, kind="stable")
        table.end(rows, when, DELETED)
        if table is self.orders:
            self._tell_customers(rows, when)
        self.events.add(when[order], subject=table.ids(rows[order]), kind=int(table is self.products))

    def _night(self, generator: np.random.Generator, window: Window) -> None:
        customers = self.customers
        rows = customers.live()
        edit(generator, customers, some(generator, rows[customers["created"][rows] <= window.after], 0.005, 1), window)
        # Shopify tells nobody when a customer without orders is deleted.
        idle = rows[self.spent()[0][rows] == 0]
        vanished = some(generator, idle, 0.002)
        customers.end(vanished, window.moments(generator, len(vanished)), VANISHED)
        dearer = some(generator, self.products.live(), 0.004)
        self.products["edition"][dearer] += 1
        self.products.touch(dearer, window.moments(generator, len(dearer)))

    def money(self, rows: Ints) -> Money:
        """The lines and amounts of orders, in cents of euro; the same whenever they are asked for."""
        person = self.orders["person"][rows].astype(np.int64)
        known = np.maximum(person, 0)
        steady = (person >= 0) & (habit(self.draws, known) == MONTHLY)
        vat = np.array([country.vat_percent for country in names.COUNTRIES])[self.people.country[known]]
        return priced(self.draws, self.goods, rows, person, steady, vat)

    def contact_details(self, rows: Ints) -> list[tuple[str | None, str | None]]:
        """E-mail and telephone that buyers gave with their orders, whatever their account says now."""
        person = self.orders["person"][rows].astype(np.int64)
        known = np.maximum(person, 0)
        flags = slips.drawn(self.draws, self.people, "shopify", known, slips.CHECKOUT)
        twice = self.roster.doubled("shopify", known)
        flags = np.where(twice, flags & ~slips.OLD_EMAIL, flags)
        customer = self.orders["customer"][rows]
        second = (customer >= 0) & (
            customer == self.second_of[known] if len(self.second_of) > known.max(initial=-1) else False
        )
        apart = slips.FAMILY_EMAIL | slips.WORK_EMAIL | slips.TYPO_EMAIL
        flags = np.where(second, (flags & ~apart) | slips.OLD_EMAIL, flags)
        form = self.draws.below("shopify phone form", known, 6)
        found = []
        for who, flag, how in zip(self.people.written(person), flags.tolist(), form.tolist(), strict=True):
            found.append((slips.email(who, flag) if who.email else None, slips.phone(who, flag, how)))
        return found

    def last_order_before(self, person: Ints, times: Ints) -> Ints:
        """The row of the last order of each person before a moment (ms); -1 where there is none."""
        orders = self.orders
        if self._by_buyer is None or self._by_buyer[0] != orders.count:
            buyer = (orders["person"].astype(np.int64) << _TIME_BITS) + orders["created"]
            order = np.argsort(buyer, kind="stable")
            self._by_buyer = (orders.count, order, buyer[order])
        _, order, buyer = self._by_buyer
        at = np.searchsorted(buyer, (person << _TIME_BITS) + times) - 1
        found = np.where(at >= 0, order[np.maximum(at, 0)], -1) if len(order) else at * 0 - 1
        same = orders["person"][np.maximum(found, 0)] == person if len(order) else False
        return np.where((found >= 0) & same & (person >= 0), found, -1)

    def spent(self) -> tuple[Ints, Ints]:
        """Number of live orders and cents spent, by row of customer."""
        kept = self._spent
        if kept is None or kept[:2] != (self.orders.revision, self.customers.count):
            count = np.zeros(len(self.customers), dtype=np.int64)
            cents = np.zeros(len(self.customers), dtype=np.int64)
            counted = (
                (self.orders["state"] == LIVE) & (self.orders["customer"] >= 0) & (self.orders["marks"] & TEST == 0)
            )
            rows = np.flatnonzero(counted)
            customer = self.orders["customer"][rows]
            np.add.at(count, customer, 1)
            for start in range(0, len(rows), 200_000):
                part = rows[start : start + 200_000]
                worth = np.where(self.orders["marks"][part] & CANCELLED, 0, self.money(part).total)
                np.add.at(cents, self.orders["customer"][part], worth - self.orders["refunded"][part])
            kept = self._spent = (self.orders.revision, self.customers.count, count, cents)
        return kept[2], kept[3]


def _grown(column: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.int32]:
    return np.r_[column, np.full(size - len(column), -1, dtype=np.int32)].astype(np.int32)
