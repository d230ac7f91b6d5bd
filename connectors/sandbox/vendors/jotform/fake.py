"""Jotform's fake: what the shop's customers answered, when they were asked for the first and the second time."""

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
    """The submissions; what is deleted there is in no list."""
    first = 5_000_000_000_000_000_001
    return {"submissions": Copy(company.opinions.answers, first, 7, becomes={DELETED: VANISHED})}


FAKE = Fake(
    {"token": "sandbox-jotform"}, by_header("apikey"), streams, "/jotform/v1/form/*/submissions", lists=("content",)
)
