"""SendGrid's fake: the newsletter's people, with who is not to be written to, and advertisements as single sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Naming, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

_REST = "-4f0b-4c61-9a7e-5e9d61d00000"


def written(_stream: str, number: int) -> str:
    """A record's UUID."""
    return f"{number:08x}{_REST}"


def read(record_id: str) -> int:
    """The number behind a UUID."""
    return int(record_id.removesuffix(_REST), 16)


def streams(company: Company) -> Mapping[str, Table]:
    """What is deleted there is in no list."""
    gone = {DELETED: VANISHED}
    return {
        "contacts": Copy(company.mailing.members, 1_001, 3, becomes=gone),
        "singlesends": Copy(company.advertising.campaigns, 77_001, 5, becomes=gone),
    }


FAKE = Fake(
    {"token": "sandbox-sendgrid"},
    by_bearer,
    streams,
    "/sendgrid/v3/marketing/singlesends",
    open_paths=(".json.gz",),
    people=("contacts",),
    naming=Naming(written, read),
    unlanded=("contacts",),  # they come as files, on which no fault of a page can play: tests of its own look at these
)
