"""Twilio's fake: the calls and messages that sales people have with whom they make deals, by their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_basic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

ACCOUNT = "AC" + "0" * 24 + "5a4db0b0"
_BEGINNINGS = {"calls": "CA", "messages": "SM"}


def written(stream: str, number: int) -> str:
    """A record's SID."""
    return f"{_BEGINNINGS[stream]}{number:032x}"


def read(record_id: str) -> int:
    """The number behind a SID."""
    return int(record_id[2:], 16)


def streams(company: Company) -> Mapping[str, Table]:
    """Calls and messages; nothing tells what is deleted, and it is never gone here."""
    tables, here = company.engagements.tables, {DELETED: 0, VANISHED: 0}
    return {
        "calls": Copy(tables["calls"], 900_001, 3, becomes=here),
        "messages": Copy(tables["communications"], 800_001, 3, becomes=here),
    }


FAKE = Fake(
    {"token": "sandbox-twilio"},
    by_basic(ACCOUNT),
    streams,
    "/twilio/2010-04-01/Accounts/*.json",
    settings={"account_sid": ACCOUNT},
    naming=Naming(written, read),
    lists=("calls", "messages"),
    keys=("sid",),
)
