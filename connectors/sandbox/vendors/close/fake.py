"""Close's fake: HubSpot's companies as leads, people, deals and calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, MERGED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, basic, digits, numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table
    from crm360.connectors.sandbox.vendors.fake import Headers

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH = 43
BEGINNINGS = {"leads": "lead", "contacts": "cont", "opportunities": "oppo", "activities": "acti", "users": "user"}


def written(stream: str, number: int) -> str:
    """An id as Close's are: what it is of, and 43 letters and digits."""
    return f"{BEGINNINGS[stream]}_{digits(number, LETTERS, LENGTH)}"


def read(record_id: str) -> int:
    """The number behind an id."""
    return numbered(record_id.rpartition("_")[2], LETTERS)


def lets_in(headers: Headers, token: str) -> bool:
    """The key is the user, and there is no password."""
    login = basic(headers)
    return login is not None and login[0] == token and not login[1]


def streams(company: Company) -> Mapping[str, Table]:
    """Who is deleted, or merged, is told by the event log; only leads are merged."""
    pipeline, told = company.pipeline, {VANISHED: DELETED}
    return {
        "leads": Copy(pipeline.companies, 1, becomes=told),
        "contacts": Copy(pipeline.contacts, 1, becomes=told | {MERGED: DELETED}),
        "opportunities": Copy(pipeline.deals, 1, becomes=told),
        "activities": Copy(company.engagements.tables["calls"], 1, becomes=told),
    }


FAKE = Fake(
    {"token": "sandbox-close"},
    lets_in,
    streams,
    "/close/api/v1/[ad]*",
    people=("contacts",),
    naming=Naming(written, read),
    lists=("data",),
)
