"""SuiteCRM's fake: HubSpot's people, companies, deals, calls and meetings; the shop's customers as leads; cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, MERGED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

CLIENT = {"client_id": "sandbox-suitecrm-client"}
SECRETS = {"client_secret": "sandbox-suitecrm-secret"}
ACCESS = "sandbox-suitecrm-access"
_REST = "-ba0d-5ab1-23d6-0000e8998003"
NUMBERED = ("accounts", "contacts", "leads", "opportunities", "cases", "calls", "meetings")


def written(stream: str, number: int) -> str:
    """A record's GUID, which no other module has."""
    return f"{NUMBERED.index(stream):x}{number:07x}{_REST}"


def read(record_id: str) -> int:
    """The number behind a GUID."""
    return int(record_id.removesuffix(_REST)[1:], 16)


def streams(company: Company) -> Mapping[str, Table]:
    """SuiteCRM's modules; what is deleted or was merged is in no list."""
    spoken, gone = company.engagements.tables, {DELETED: VANISHED, MERGED: VANISHED}
    pipeline = company.pipeline
    return {
        "accounts": Copy(pipeline.companies, 1, becomes=gone),
        "contacts": Copy(pipeline.contacts, 1, becomes=gone),
        "leads": Copy(company.shop.customers, 1, becomes=gone),
        "opportunities": Copy(pipeline.deals, 1, becomes=gone),
        "cases": Copy(company.desk.tickets, 1, becomes=gone),
        "calls": Copy(spoken["calls"], 1, becomes=gone),
        "meetings": Copy(spoken["meetings"], 1, becomes=gone),
    }


FAKE = Fake(
    SECRETS,
    by_given(f"Bearer {ACCESS}"),
    streams,
    "/suitecrm/Api/V8/module/*",
    settings=CLIENT | {"currency": "EUR"},
    open_paths=("/Api/access_token",),
    people=("contacts", "leads"),
    naming=Naming(written, read),
)
