"""Jira's fake: the desk's tickets as issues of its service desk, with whoever asked as their reporters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_basic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

USER = "robot@sandbox.example"


def streams(company: Company) -> Mapping[str, Table]:
    """The issues; what is deleted is in no answer."""
    return {"issues": Copy(company.desk.tickets, 10_001, 1, becomes={DELETED: VANISHED})}


FAKE = Fake(
    {"token": "sandbox-jira"},
    by_basic(USER),
    streams,
    "/jira/rest/api/3/search/jql",
    settings={
        "user": USER, "company_name_field": "customfield_10002", "contact_id_field": "customfield_10050",
        "crm": "hubspot",
    },
    lists=("issues",),
)  # fmt: skip
