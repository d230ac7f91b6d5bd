"""Intercom's fake: Zendesk's people and tickets, as contacts and conversations of a messenger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def written(stream: str, number: int) -> str:
    """Conversations have numbers; people and companies have figures of base 16, 24 of them."""
    return str(number) if stream == "conversations" else f"{number:024x}"


def read(record_id: str) -> int:
    """The number behind an id."""
    return int(record_id, 16) if len(record_id) == 24 else int(record_id)


def streams(company: Company) -> Mapping[str, Table]:
    """Companies, contacts and conversations; of what is deleted, conversations alone are told."""
    desk = company.desk
    gone = {DELETED: VANISHED}
    return {
        "companies": Copy(desk.organizations, 0x6762F07A_1BB6, 7, becomes=gone),
        "contacts": Copy(desk.users, 0x6762F14A_1BB6, 5, becomes=gone, lacks=lambda: desk.users["agent"] > 0),
        "conversations": Copy(desk.tickets, 501, 1),
    }


FAKE = Fake(
    {"token": "sandbox-intercom"},
    by_bearer,
    streams,
    "/intercom/co*",
    people=("contacts",),
    naming=Naming(written, read),
    lists=("conversations", "admins"),
)
