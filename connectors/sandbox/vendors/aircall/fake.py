"""Aircall's fake: the calls of the sales people, in another telephone system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_basic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

USER = "sandbox-api-id"


def streams(company: Company) -> Mapping[str, Table]:
    """The calls, of which none is ever deleted."""
    return {"calls": Copy(company.engagements.tables["calls"], 812_000_001, 7, becomes={DELETED: 0, VANISHED: 0})}


FAKE = Fake(
    {"token": "sandbox-aircall"},
    by_basic(USER),
    streams,
    "/aircall/v1/calls",
    settings={"user": USER},
    lists=("calls",),
)
