"""Front's fake: Zendesk's people and tickets, as contacts and conversations of shared inboxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_bearer, digits, numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

FIGURES = "0123456789abcdefghijklmnopqrstuvwxyz"
PREFIXES = {"contacts": "crd_", "conversations": "cnv_"}


def written(stream: str, number: int) -> str:
    """cnv_yo1kg5q: what it is, and a number of base 36."""
    return PREFIXES[stream] + digits(number, FIGURES)


def read(record_id: str) -> int:
    """The number behind an id."""
    return numbered(record_id.split("_", 1)[-1], FIGURES)


def streams(company: Company) -> Mapping[str, Table]:
    """Contacts, of whom the deleted are in no list, and conversations, which go into the bin."""
    desk = company.desk
    return {
        "contacts": Copy(
            desk.users, 5_400_000_001, 7, becomes={DELETED: VANISHED}, lacks=lambda: desk.users["agent"] > 0
        ),
        "conversations": Copy(desk.tickets, 7_700_000_001, 5, shows=True),
    }


FAKE = Fake(
    {"token": "sandbox-front"},
    by_bearer,
    streams,
    "/front/*",
    people=("contacts",),
    naming=Naming(written, read),
    lists=("_results",),
)
