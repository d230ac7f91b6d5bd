"""Typeform's fake: what the shop's customers answered, when they were asked for the first and the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_bearer, digits, numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
TOKEN_LENGTH = 32


def token(_stream: str, number: int) -> str:
    """A token as Typeform's are: 32 letters and digits."""
    return digits(number, LETTERS, TOKEN_LENGTH)


def _number(text: str) -> int:
    return numbered(text, LETTERS) if len(text) == TOKEN_LENGTH else int("")


def streams(company: Company) -> Mapping[str, Table]:
    """The answers; what is deleted there is in no list."""
    return {"responses": Copy(company.opinions.answers, 1, becomes={DELETED: VANISHED})}


FAKE = Fake(
    {"token": "sandbox-typeform"},
    by_bearer,
    streams,
    "/typeform/forms/*/responses",
    naming=Naming(token, _number),
    keys=("token",),
)
