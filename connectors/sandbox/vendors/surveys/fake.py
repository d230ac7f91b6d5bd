"""A survey tool's fake, which `rest` reads: what the company's customers answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.vendors.fake import Fake, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """The answers."""
    return {
        "answers": company.opinions.answers,
    }


FAKE = Fake({"token": "sandbox-surveys"}, by_bearer, streams, "/surveys/v1/*", unlanded=("answers",))
