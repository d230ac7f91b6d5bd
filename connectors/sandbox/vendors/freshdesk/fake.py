"""Freshdesk's fake: Zendesk's people and tickets, in another desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Headers, basic, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """The desk's companies, customers, tickets and ratings."""
    desk = company.desk
    return {
        "companies": Copy(desk.organizations, 44_000_000_001, 3, becomes={DELETED: VANISHED}),
        "contacts": Copy(desk.users, 43_000_000_001, 3, lacks=lambda: desk.users["agent"] > 0),
        "tickets": Copy(desk.tickets, 1, 1),
        "satisfaction_ratings": Copy(desk.ratings, 45_000_000_001, 3),
    }


def lets_in(headers: Headers, token: str) -> bool:
    """The key is the user's name, and any password goes with it."""
    login = basic(headers)
    return by_bearer(headers, token) or (login is not None and login[0] == token)


FAKE = Fake({"token": "sandbox-freshdesk"}, lets_in, streams, "/freshdesk/api/v2/*", people=("contacts",))
