"""The same people and orders in a further system: rows that the company keeps already, under other ids.

A copy has ids, times and deletions of its own, so that what a test does to one system leaves the others alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.table import DELETED, LIVE, MERGED, VANISHED, Table

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

_AS_IT_IS = {LIVE: LIVE, DELETED: DELETED, MERGED: MERGED, VANISHED: VANISHED}


class Copy(Table):
    """Row by row another table's: row n is that table's row n.

    becomes: the state that each state of the other table is here. shows: whether a deletion is a change here,
    with a new time. lacks: which rows of the other table this system never had.
    """

    def __init__(
        self, source: Table, first_id: int, step: int = 1, *, tick: int = 1000,
        becomes: Mapping[int, int] | None = None, shows: bool = False,
        lacks: Callable[[], Flags] | None = None,
    ) -> None:  # fmt: skip
        own = {"person": np.int32} if "person" in source.own_columns else {}
        super().__init__(first_id, step, tick, edition=np.uint16, told=np.int64, told_state=np.uint8, **own)
        self.source, self.shows, self._lacks = source, shows, lacks
        states = _AS_IT_IS | dict(becomes or {})
        self._becomes = np.array([states[state] for state in (LIVE, DELETED, MERGED, VANISHED)], dtype=np.uint8)
        self._followed = -1

    def follow(self) -> None:
        """Take over what has happened in the other table since the last time."""
        source = self.source
        if self._followed == source.revision:
            return
        self._followed = source.revision
        first, every = self.count, np.arange(len(source), dtype=np.int64)
        new = every[first:]
        own = {"person": source["person"][new]} if "person" in self.own_columns else {}
        self.add(source["created"][new], told=source["created"][new], merged_into=source["merged_into"][new], **own)
        moved = every[self["told"] != source["changed"]]
        self["told"][moved] = source["changed"][moved]
        self.touch(moved, np.maximum(source["changed"][moved], self["created"][moved]))
        state = self._becomes[source["state"]]
        if self._lacks is not None:
            state[self._lacks()] = VANISHED
        ended: Ints = every[self["told_state"] != state]
        self["told_state"][ended] = state[ended]
        self["merged_into"][ended] = source["merged_into"][ended]
        self["state"][ended] = state[ended]
        self["gone"][ended] = np.where(state[ended] == LIVE, 0, source["gone"][ended] // self.tick * self.tick)
        if self.shows:
            self.touch(ended, np.maximum(self["gone"][ended], self["changed"][ended]))


def copies_of(company: Company) -> dict[tuple[str, str], Copy]:
    """The tables of every system that the company keeps no tables of its own for."""
    shop = company.shop
    # What was charged stays, whatever becomes of the order; a customer who is gone from the shop was deleted.
    stays = {DELETED: LIVE, VANISHED: LIVE}
    desk = company.desk
    return {
        # A company that answers its customers in Zendesk has none in HubSpot.
        ("hubspot", "tickets"): Copy(
            desk.tickets,
            95_000_000_001,
            tick=1,
            lacks=lambda: np.full(len(desk.tickets), not company.answers_in_hubspot),
        ),
        ("freshdesk", "companies"): Copy(desk.organizations, 44_000_000_001, 3, becomes={DELETED: VANISHED}),
        ("freshdesk", "contacts"): Copy(desk.users, 43_000_000_001, 3, lacks=lambda: desk.users["agent"] > 0),
        ("freshdesk", "tickets"): Copy(desk.tickets, 1, 1),
        ("freshdesk", "satisfaction_ratings"): Copy(desk.ratings, 45_000_000_001, 3),
        ("klaviyo", "profiles"): Copy(company.mailing.members, 800_000_000_001, 7, becomes={DELETED: VANISHED}),
        ("odoo", "companies"): Copy(company.pipeline.companies, 1_000, 2, becomes={MERGED: VANISHED}, shows=True),
        ("odoo", "contacts"): Copy(company.pipeline.contacts, 5_000_001, 2, becomes={MERGED: VANISHED}, shows=True),
        ("odoo", "leads"): Copy(company.pipeline.deals, 301, 1, becomes={DELETED: VANISHED}),
        ("odoo", "orders"): Copy(shop.orders, 501, 1, becomes={DELETED: VANISHED}),
        # Invoices and credit notes are one model, and so have no id in common.
        ("odoo", "invoices"): Copy(shop.orders, 20_001, 2, becomes={DELETED: VANISHED}),
        ("odoo", "credit_notes"): Copy(shop.refunds, 20_002, 2, becomes={DELETED: VANISHED}),
        ("odoo", "payments"): Copy(shop.orders, 30_001, 1, becomes={DELETED: VANISHED}),
        ("stripe", "customers"): Copy(shop.customers, 900_000_000_001, 13, becomes={VANISHED: DELETED}),
        ("stripe", "charges"): Copy(shop.orders, 300_000_000_001, 3, becomes=stays),
        ("stripe", "invoices"): Copy(shop.orders, 500_000_000_001, 7, lacks=lambda: shop.orders["customer"] < 0),
        ("stripe", "refunds"): Copy(shop.refunds, 700_000_000_001, 5, becomes=stays),
        ("woocommerce", "customers"): Copy(shop.customers, 12, 1),
        ("woocommerce", "orders"): Copy(shop.orders, 10_011, 7, shows=True),
        ("woocommerce", "products"): Copy(shop.products, 401, 3, shows=True),
        ("woocommerce", "refunds"): Copy(shop.refunds, 10_013, 7, becomes={DELETED: VANISHED}),
    } | _of_crm_systems(company)


def _of_crm_systems(company: Company) -> dict[tuple[str, str], Copy]:
    """The pipeline's people, companies and deals; the shop's customers as leads; the desk's tickets as cases."""
    pipeline, leads, cases = company.pipeline, company.shop.customers, company.desk.tickets
    return {
        # Who is deleted there, or merged into another, is in no list any more; only a deleted deal is, for a while.
        ("pipedrive", "organizations"): Copy(pipeline.companies, 1, becomes={DELETED: VANISHED, MERGED: VANISHED}),
        ("pipedrive", "persons"): Copy(pipeline.contacts, 1, becomes={DELETED: VANISHED, MERGED: VANISHED}),
        ("pipedrive", "deals"): Copy(pipeline.deals, 1, shows=True),
        ("pipedrive", "activities"): Copy(company.engagements.tables["calls"], 1, becomes={DELETED: VANISHED}),
        ("siebel", "accounts"): Copy(pipeline.companies, 1),
        ("siebel", "contacts"): Copy(pipeline.contacts, 1),
        ("siebel", "opportunities"): Copy(pipeline.deals, 1),
        ("siebel", "service_requests"): Copy(cases, 1),
        ("zoho", "accounts"): Copy(pipeline.companies, 1),
        ("zoho", "contacts"): Copy(pipeline.contacts, 1),
        ("zoho", "leads"): Copy(leads, 1),
        ("zoho", "deals"): Copy(pipeline.deals, 1),
        ("dynamics", "accounts"): Copy(pipeline.companies, 1),
        ("dynamics", "contacts"): Copy(pipeline.contacts, 1),
        ("dynamics", "leads"): Copy(leads, 1),
        ("dynamics", "opportunities"): Copy(pipeline.deals, 1),
        ("dynamics", "incidents"): Copy(cases, 1),
        ("salesforce", "accounts"): Copy(pipeline.companies, 1, shows=True),
        ("salesforce", "contacts"): Copy(pipeline.contacts, 1, shows=True),
        ("salesforce", "leads"): Copy(leads, 1, shows=True),
        ("salesforce", "opportunities"): Copy(pipeline.deals, 1, shows=True),
        ("salesforce", "cases"): Copy(cases, 1, shows=True),
        ("salesforce", "tasks"): Copy(pipeline.deals, 1, shows=True),
    }
