"""Klaviyo's fake: Mailchimp's people and letters, by another sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.letters import Letters
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_header
from crm360.connectors.sandbox.vendors.klaviyo.ids import NAMING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """Profiles, and what became of each letter."""
    return {
        "profiles": Copy(company.mailing.members, 800_000_000_001, 7, becomes={DELETED: VANISHED}),
        "events": Letters(company.mailing),
    }


FAKE = Fake(
    {"token": "sandbox-klaviyo"},
    by_header("authorization", "Klaviyo-API-Key "),
    streams,
    "/klaviyo/api/[pe]*",
    people=("profiles",),
    naming=NAMING,
)
