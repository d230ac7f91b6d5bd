"""Xero: customers' invoices and credit notes, payments, and contacts, of one organisation.

    every night  GET /api.xro/2.0/{Contacts|Invoices|CreditNotes|Payments}?page&pageSize&order=UpdatedDateUTC ASC
                 If-Modified-Since: the window, by change time

Nothing vanishes in Xero: what is deleted or voided has that status, a merged contact names the other one, and somebody
whose erasure was asked for has the status GDPRREQUEST. Bills and suppliers' credit notes are not asked for; payments
come with the type of what they pay, and the models leave out what goes to suppliers. Numbered pages drift while others
change records, so each page begins anew at the last time seen, and only records of one second are counted by pages.
Without `page` an answer has no line items and no merged contacts; `pagination` says how many pages there are.
A login is a custom connection's (client credentials, one organisation) or, with a refresh token, an app's; each
refresh token is replaced when it is used. Dates are /Date(ms+zone)/, of which the milliseconds are UTC.
Sources: XeroAPI/Xero-OpenAPI, xero_accounting.yaml 16.1.0; developer.xero.com, "OAuth 2.0", "OAuth 2.0 API limits".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.oauth import Grant, oauth
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import Numbered
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import read_time
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

PAGE_SIZE = "100"  # records a page: what the description shows
SINCE, CHANGED = "If-Modified-Since", "UpdatedDateUTC"
PAGE_COUNT, ITEM_COUNT = "pagination.pageCount", "pagination.itemCount"
SCOPES = "accounting.transactions.read accounting.contacts.read"
NUMBERED = Numbered("page", "pages", first=1, total=PAGE_COUNT)
SECOND = timedelta(seconds=1)  # If-Modified-Since has no smaller step


@dataclass(frozen=True)
class SinceThenNumbered:
    """Numbered pages in order of change time, each of which begins anew at the last time seen, told in a header."""

    may_repeat: ClassVar[bool] = True  # where all of a page changed within a second

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse where a page's last record has no readable change time."""
        following = NUMBERED.next(request, page)
        if following is None:
            return None
        try:
            seen = read_time(str(page.of_last(CHANGED)), "ms_json").replace(microsecond=0) - SECOND
        except ValueError as error:
            raise BadResponse(f"a page's last record has no readable '{CHANGED}', where the next begins") from error
        begun = request.headers.get(SINCE)
        if begun is not None and seen <= datetime.fromisoformat(begun):
            return following
        return replace(request.with_params(page=1), headers={**request.headers, SINCE: iso(seen, "")})


PAGES = SinceThenNumbered()


def _stream(
    name: str, entity: str, path: str, key: str, needs: str, params: Mapping[str, str], row: RecordSchema | None = None
) -> Stream:
    row = row or RecordSchema(deleted=("Status", ("DELETED",)))
    row = replace(row, key=(key,), changed=CHANGED, changed_as="ms_json")
    return Stream(
        name, entity, f"/api.xro/2.0/{path}", row, PAGES, path, params=params, deletes=("flag",), needs=needs,
    )  # fmt: skip


TRANSACTIONS, CONTACTS = SCOPES.split()
STREAMS = (
    _stream("contacts", "contacts", "Contacts", "ContactID", CONTACTS, {"includeArchived": "true"},
            RecordSchema(deleted=("ContactStatus", ("GDPRREQUEST",)), merged_into="MergedToContactID")),
    _stream("invoices", "invoices", "Invoices", "InvoiceID", TRANSACTIONS, {"where": 'Type=="ACCREC"'}),
    _stream("credit_notes", "payments", "CreditNotes", "CreditNoteID", TRANSACTIONS, {"where": 'Type=="ACCRECCREDIT"'}),
    _stream("payments", "payments", "Payments", "PaymentID", TRANSACTIONS, {}),
)  # fmt: skip


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What has changed since; on the first night all."""
    stream, lower = context.stream, context.window.lower
    request = _listed(stream, PAGE_SIZE)
    if lower is not None:
        request = replace(request, headers={SINCE: iso(lower.replace(microsecond=0), "")})
    yield ReadStep(request, PAGES, stream.row, stream.records, counts=ITEM_COUNT)


def _listed(stream: Stream, size: str) -> Request:
    return Request(stream.path, {"page": "1", "pageSize": size, "order": f"{CHANGED} ASC", **stream.params})


def count(context: Context) -> int | None:
    """How many records there are, those with the status of deleted ones included."""
    reply = context.http.send(_listed(context.stream, "1"), context.where)
    found = (msgspec.json.decode(reply.body).get("pagination") or {}).get("itemCount")
    return found if isinstance(found, int) else None


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A custom connection's client, or an app's with the refresh token that somebody's consent gave it."""
    refresh_token = secrets.get("refresh_token", "")
    made = oauth(
        Grant(
            "xero",
            f"{settings['login_url'].rstrip('/')}/connect/token",
            {} if refresh_token else {"scope": SCOPES},
            refresh_token,
            Path(settings["token_file"]) if settings.get("token_file") else None,
            client=(settings["client_id"], secrets["client_secret"]),
            ca_file=settings.get("ca_file", ""),
        )
    )
    fetched, tenant = made.refresh, settings["tenant_id"]
    assert fetched is not None

    def headers() -> Mapping[str, str]:
        return {**(fetched() or {}), **({"xero-tenant-id": tenant} if tenant else {})}

    return replace(made, refresh=headers)


XERO = Connector(
    "xero",
    STREAMS,
    read_plan,
    auth,
    settings={
        "base_url": "https://api.xero.com",
        "login_url": "https://identity.xero.com",
        "client_id": None,
        "tenant_id": "",
    },
    meanings={"tenant_id": "The organisation's id at Xero (xero-tenant-id); a custom connection needs none."},
    secrets=("client_secret",),
    optional_secrets=("refresh_token",),
    rate=(55, 60.0),  # 60 a minute, 5,000 a day, for all programs that read this organisation through the app
    at_once=4,  # 5 at once
    count=count,
)
