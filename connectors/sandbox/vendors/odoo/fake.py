"""Odoo's fake: people, companies and deals, and the shop's orders as its own, with invoices and a till."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, MERGED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

KEY = "sandbox-odoo"
DATABASE, USER = "sandbox", "agent@sandbox.example"


def streams(company: Company) -> Mapping[str, Table]:
    """Each of Odoo's models, with ids of its own."""
    shop = company.shop
    return {
        "companies": Copy(company.pipeline.companies, 1_000, 2, becomes={MERGED: VANISHED}, shows=True),
        "contacts": Copy(company.pipeline.contacts, 5_000_001, 2, becomes={MERGED: VANISHED}, shows=True),
        "leads": Copy(company.pipeline.deals, 301, 1, becomes={DELETED: VANISHED}),
        "orders": Copy(shop.orders, 501, 1, becomes={DELETED: VANISHED}),
        # Invoices and credit notes are one model, and so have no id in common.
        "invoices": Copy(shop.orders, 20_001, 2, becomes={DELETED: VANISHED}),
        "credit_notes": Copy(shop.refunds, 20_002, 2, becomes={DELETED: VANISHED}),
        "payments": Copy(shop.orders, 30_001, 1, becomes={DELETED: VANISHED}),
        "mailing_traces": company.mailing.traces,
        "pos_orders": company.till.sales,
    }


FAKE = Fake(
    {"token": KEY},
    by_bearer,
    streams,
    "/odoo/*",
    settings={"database": DATABASE, "user": USER},
    open_paths=("/jsonrpc",),
    people=("contacts",),
)
