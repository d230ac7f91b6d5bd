"""Pipedrive's fake: HubSpot's people, companies, deals and calls, and a product in two of three deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, MERGED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_header
from crm360.connectors.sandbox.vendors.pipedrive.records import PRODUCTLESS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


class Attached(Copy):
    """What hangs on the rows of a copy: it is there as long as they are."""

    source: Copy

    def follow(self) -> None:
        """The same, once the copy has followed what it is one of."""
        self.source.follow()
        super().follow()


def streams(company: Company) -> Mapping[str, Table]:
    """Who is deleted there, or merged into another, is in no list any more; only a deleted deal is, for a while."""
    pipeline = company.pipeline
    deals = Copy(pipeline.deals, 1, shows=True)
    products = Attached(
        deals, 1, becomes={DELETED: VANISHED, MERGED: VANISHED},
        lacks=lambda: np.arange(len(deals)) % PRODUCTLESS == PRODUCTLESS - 1,
    )  # fmt: skip
    return {
        "organizations": Copy(pipeline.companies, 1, becomes={DELETED: VANISHED, MERGED: VANISHED}),
        "persons": Copy(pipeline.contacts, 1, becomes={DELETED: VANISHED, MERGED: VANISHED}),
        "deals": deals,
        "deal_products": products,
        "activities": Copy(company.engagements.tables["calls"], 1, becomes={DELETED: VANISHED}),
    }


FAKE = Fake(
    {"token": "sandbox-pipedrive"},
    by_header("x-api-token"),
    streams,
    "/pipedrive/api/v2/*",
    people=("persons",),
)
