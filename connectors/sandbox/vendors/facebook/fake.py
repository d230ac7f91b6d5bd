"""Facebook's fake: a page with an Instagram account, and one without, to which the shop's customers write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, Headers, Naming, bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table

PAGES = {"2001": "sandbox-facebook-page-one", "2002": "sandbox-facebook-page-two"}
INSTAGRAM = {"2001": "1784001"}
PREFIX = {"messages": "m_", "comments": "55_"}


def lets_in(headers: Headers, token: str) -> bool:
    """The token of the system user, and those of the pages that it gave."""
    return bearer(headers) in (token, *PAGES.values())


def streams(company: Company) -> Mapping[str, Table]:
    """Messages and comments; what is deleted there is in no list."""
    return {
        "messages": Copy(company.opinions.answers, 310_000_001, 3, becomes={DELETED: VANISHED}),
        "comments": Copy(company.opinions.answers, 320_000_001, 7, becomes={DELETED: VANISHED}),
    }


FAKE = Fake(
    {"token": "sandbox-facebook"},
    lets_in,
    streams,
    "/facebook/*/*m[me][esn]*s",
    settings={"page_ids": ", ".join(PAGES), "post_days": "3000"},
    naming=Naming(lambda stream, number: f"{PREFIX[stream]}{number}", lambda text: int(text.split("_")[-1])),
)
