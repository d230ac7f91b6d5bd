"""Asana's fake: one task for each deal of the pipeline, in the projects of two teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

WORKSPACE = "1200000000000001"


def streams(company: Company) -> Mapping[str, Table]:
    """The tasks; what is in the bin is in no list."""
    return {"tasks": Copy(company.pipeline.deals, 1_207_000_000_000_001, 3, tick=1, becomes={DELETED: VANISHED})}


FAKE = Fake(
    {"token": "sandbox-asana"},
    by_bearer,
    streams,
    "/asana/api/1.0/tasks",
    settings={"workspace": WORKSPACE, "deal_id_field": "Deal", "email_field": "Customer e-mail", "crm": "hubspot"},
    keys=("gid",),
)
