"""Brevo's fake: Mailchimp's people and letters, by another sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """The contacts; what is deleted there is in no list."""
    return {"contacts": Copy(company.mailing.members, 1_001, 3, becomes={DELETED: VANISHED})}


FAKE = Fake(
    {"token": "sandbox-brevo"},
    by_header("api-key"),
    streams,
    "/brevo/v3/contacts",
    people=("contacts",),
    lists=("contacts", "campaigns"),
)
