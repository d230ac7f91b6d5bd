"""What a complete and correct copy of the company's systems holds, and who is behind each record."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.prices import taxed
from crm360.connectors.sandbox.company.shopping import CANCELLED, TEST
from crm360.connectors.sandbox.company.table import LIVE, MERGED, VANISHED
from crm360.connectors.sandbox.vendors.identifiers import guest_id, record_ids, respondent_id

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

_CHUNK = 100_000


class TruthRecord(NamedTuple):
    """One record as it stands. changed_at: naive UTC. deleted: not to be seen as live any more, for whatever reason.

    vanished: gone so that the vendor does not say so. merged_into: id of the record it is now part of.
    person: number of the person behind it, -1 for none.
    """

    id: str
    changed_at: datetime
    deleted: bool
    vanished: bool
    merged_into: str | None
    person: int


class Totals(NamedTuple):
    """Orders that are there and no tests, and their money in euro. net follows the money rule of the marts:
    total less tax, shipping and what the refunds take back of the rest, cancelled orders counting nothing."""

    orders: int
    cancelled: int
    test_orders: int
    gross: Decimal
    tax: Decimal
    shipping: Decimal
    discount: Decimal
    refunded: Decimal
    net: Decimal


def euro(cents: int) -> Decimal:
    return Decimal(int(cents)).scaleb(-2)


class Truth:
    """A view of a company: it is worked out when it is asked, and always as of now."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def streams(self) -> list[tuple[str, str]]:
        return list(self._company.tables())

    def records(self, system: str, stream: str) -> list[TruthRecord]:
        """Every record the stream has ever had, oldest first. Raises KeyError for a stream that there is not."""
        company = self._company
        with company.lock:
            table = company.table(system, stream)
            found: list[TruthRecord] = []
            for start in range(0, len(table), _CHUNK):
                rows = np.arange(start, min(start + _CHUNK, len(table)), dtype=np.int64)
                state = table["state"][rows]
                merged = np.flatnonzero(state == MERGED)
                winners = np.array(
                    [company.pipeline.standing(table, row) for row in rows[merged].tolist()], dtype=np.int64
                )
                into: list[str | None] = [None] * len(rows)
                for at, winner in zip(merged.tolist(), record_ids(company, system, stream, winners), strict=True):
                    into[at] = winner
                person = table["person"][rows].tolist() if "person" in table.own_columns else [-1] * len(rows)
                found += map(
                    TruthRecord, record_ids(company, system, stream, rows),
                    map(clock.naive, table["changed"][rows].tolist()),
                    (state != LIVE).tolist(), (state == VANISHED).tolist(), into, person,
                )  # fmt: skip
            return found

    def people(self) -> dict[tuple[str, str], int]:
        """(system, record id) → number of the person behind it, for all person records and Shopify's guests."""
        company = self._company
        with company.lock:
            found = {
                (system, record.id): record.person
                for system, fake in company.fakes.items()
                for stream in fake.people
                for record in self.records(system, stream)
                if record.person >= 0
            }
            asked = company.opinions.answers
            for customer, person in zip(asked["customer"].tolist(), asked["person"].tolist(), strict=True):
                found[("surveys", respondent_id(customer))] = person
            for row, address in zip(*self._guests(), strict=True):
                found[("shopify", guest_id(address))] = int(company.shop.orders["person"][row])
            return found

    def companies(self) -> dict[tuple[str, str], int]:
        """(system, record id) → number of the company behind it, for every company record that is live."""
        company = self._company
        found: dict[tuple[str, str], int] = {}
        with company.lock:
            for system, stream in (("hubspot", "companies"), ("zendesk", "organizations")):
                table = company.table(system, stream)
                rows = table.live()
                ids, employers = record_ids(company, system, stream, rows), table["employer"][rows].tolist()
                found |= {(system, name): number for name, number in zip(ids, employers, strict=True)}
        return found

    def _guests(self) -> tuple[list[int], list[str]]:
        orders = self._company.shop.orders
        rows = np.flatnonzero((orders["customer"] < 0) & (orders["state"] == LIVE) & (orders["person"] >= 0))
        emails = [email for email, _ in self._company.shop.contact_details(rows)]
        kept = [(row, email) for row, email in zip(rows.tolist(), emails, strict=True) if email]
        return [row for row, _ in kept], [email for _, email in kept]

    def totals(self) -> Totals:
        """Counts and sums over all orders; records whose amounts a test replaced by fields are counted as made up."""
        shop = self._company.shop
        with self._company.lock:
            orders = shop.orders
            live = np.flatnonzero(orders["state"] == LIVE)
            tests = int(np.count_nonzero(orders["marks"][live] & TEST))
            rows: Ints = live[orders["marks"][live] & TEST == 0]
            cancelled = 0
            sums = np.zeros(6, dtype=np.int64)
            for start in range(0, len(rows), _CHUNK):
                part = rows[start : start + _CHUNK]
                money, refunded = shop.money(part), orders["refunded"][part].astype(np.int64)
                kept = orders["marks"][part] & CANCELLED == 0
                cancelled += int(np.count_nonzero(~kept))
                earned = money.total - money.tax - money.shipping
                # A refund is of everything, or of the first line, which holds its own tax and no shipping.
                part_back = refunded - taxed(refunded, money.subtotal, money.tax)
                taken_back = np.where(refunded == money.total, earned, part_back) * 100
                net = np.where(kept, earned * 100 - taken_back, 0)
                for at, values in enumerate((money.total, money.tax, money.shipping, money.discount, refunded, net)):
                    sums[at] += values.sum()
            gross, tax, shipping, discount, back = (euro(int(cents)) for cents in sums[:5])
            net_sum = Decimal(int(sums[5])).scaleb(-4)
            return Totals(len(rows), cancelled, tests, gross, tax, shipping, discount, back, net_sum)

    def summary(self) -> dict[str, Any]:
        """Counts of each stream, and the totals, as plain values for JSON."""
        company = self._company
        counts: dict[str, Any] = {}
        with company.lock:
            for system, stream in company.tables():
                table = company.table(system, stream)
                states = table["state"]
                counts[f"{system}/{stream}"] = {
                    "records": len(table),
                    "live": int(np.count_nonzero(states == LIVE)),
                    "merged": int(np.count_nonzero(states == MERGED)),
                    "vanished": int(np.count_nonzero(states == VANISHED)),
                }
            return {
                "people": len(company.people),
                "seed": company.seed,
                "day": company.day,
                "now": clock.naive(company.now).isoformat() + "Z",
                "streams": counts,
                "totals": {name: str(value) for name, value in self.totals()._asdict().items()},
            }
