"""Shopify's fake: the company's own shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_header, last_number
from crm360.connectors.sandbox.vendors.identifiers import gid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

KINDS = {"customers": "Customer", "orders": "Order", "products": "Product", "events": "BasicEvent"}


def streams(company: Company) -> Mapping[str, Table]:
    """The shop's tables."""
    return {
        "customers": company.shop.customers,
        "orders": company.shop.orders,
        "products": company.shop.products,
        "events": company.shop.events,
    }


FAKE = Fake(
    {"token": "sandbox-shopify"},
    by_header("x-shopify-access-token"),
    streams,
    "*graphql.json",
    people=("customers",),
    naming=Naming(lambda stream, number: gid(KINDS[stream], number), last_number),
    unlanded=("events",),
)
