"""Meta's fake: a custom audience of a customer list. Nothing is pulled from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.vendors.fake import Fake, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

APP_SECRET = "sandbox-meta-app-secret"


def streams(_company: Company) -> Mapping[str, Table]:
    """None: members can't be read."""
    return {}


FAKE = Fake({"token": "sandbox-meta"}, by_bearer, streams, "/meta/*/users")
