"""Zendesk's fake: the company's own help desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.vendors.fake import Fake, Limit, by_basic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

USER = "agent@sandbox.example"


def streams(company: Company) -> Mapping[str, Table]:
    """The desk's tables."""
    return {
        "users": company.desk.users,
        "tickets": company.desk.tickets,
        "organizations": company.desk.organizations,
        "satisfaction_ratings": company.desk.ratings,
    }


FAKE = Fake(
    {"token": "sandbox-zendesk"},
    by_basic(f"{USER}/token"),
    streams,
    "*/api/v2/*",
    settings={"user": USER},
    people=("users",),
    limits=(Limit("zendesk_incremental_per_minute", 60.0, "/incremental/"),),
)
