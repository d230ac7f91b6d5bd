"""Pipedrive's fake: HubSpot's people, companies, deals and calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, MERGED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """Who is deleted there, or merged into another, is in no list any more; only a deleted deal is, for a while."""
    pipeline = company.pipeline
    return {
        "organizations": Copy(pipeline.companies, 1, becomes={DELETED: VANISHED, MERGED: VANISHED}),
        "persons": Copy(pipeline.contacts, 1, becomes={DELETED: VANISHED, MERGED: VANISHED}),
        "deals": Copy(pipeline.deals, 1, shows=True),
        "activities": Copy(company.engagements.tables["calls"], 1, becomes={DELETED: VANISHED}),
    }


FAKE = Fake(
    {"token": "sandbox-pipedrive"},
    by_header("x-api-token"),
    streams,
    "/pipedrive/api/v2/*",
    people=("persons",),
)
