"""Mailchimp's fake: the audience that the company's letters go to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.vendors.fake import Fake, Headers, basic, by_bearer
from crm360.connectors.sandbox.vendors.identifiers import subscriber_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """The audience."""
    return {
        "members": company.mailing.members,
    }


def lets_in(headers: Headers, token: str) -> bool:
    """The key is the password of any user, or a token."""
    login = basic(headers)
    return by_bearer(headers, token) or (login is not None and login[1] == token)


def ids(company: Company, rows: Ints) -> list[str]:
    """A member's id is the MD5 of the address."""
    return [subscriber_hash(email) for email in company.mailing.emails(rows)]


FAKE = Fake({"token": "sandbox-mailchimp"}, lets_in, streams, "*/members", people=("members",), ids=ids)
