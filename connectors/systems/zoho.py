"""Zoho CRM v8: contacts, accounts, leads, deals, users.

    once a stream  GET /crm/v8/settings/fields?module=       all fields; a call may ask for fifty
    every night    GET /crm/v8/{Module}?fields=…&page_token  If-Modified-Since: the window, by change time
                   GET /crm/v8/{Module}?fields=…&ids=        the fields beyond the first fifty, joined by id
                   GET /crm/v8/{Module}/deleted?type=all     If-Modified-Since: what was deleted
                   GET /crm/v8/{Module}/actions/count        how many there are: if not as many as we hold,
                   GET /crm/v8/{Module}?fields=id            all ids, for what vanished

Empty answers are 204 and 304. `page` ends at 2,000 records and page tokens at 100,000; there the reading begins anew at
the last change time seen. Sources: zoho.com/crm/developer/docs/api/v8; apis.md lists the traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.oauth import client_credentials
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import Numbered, TokenThenSince
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

ROOT = "/crm/v8"
PER_PAGE, MOST_FIELDS, MOST_IDS = 200, 50, 100
NUMBERED = Numbered("page", "pages", first=1, more="info.more_records")
BY_TOKEN = TokenThenSince(
    "info.next_page_token",
    "page_token",
    more="info.more_records",
    page="info.page",
    most_pages=100_000 // PER_PAGE,
    header="If-Modified-Since",
    changed="Modified_Time",
)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def module(name: str, entity: str) -> Stream:
    """A module that is read by Modified_Time."""
    return Stream(
        name.lower(),
        entity,
        f"{ROOT}/{name}",
        RecordSchema(changed="Modified_Time"),
        BY_TOKEN,
        "data",
        params={"module": name},
        lookback=timedelta(minutes=10),
        deletes=("feed", "sweep"),
        needs=f"ZohoCRM.modules.{name.lower()}.READ, ZohoCRM.settings.fields.READ",
    )


STREAMS = (
    Stream(
        "users",
        "owners",
        f"{ROOT}/users",
        RecordSchema(changed="Modified_Time"),
        NUMBERED,
        "users",
        cursor=False,
        deletes=("sweep",),
        needs="ZohoCRM.users.READ",
    ),
    module("Accounts", "companies"),
    module("Contacts", "contacts"),
    module("Leads", "contacts"),
    module("Deals", "deals"),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """The window, what was deleted in it, and all ids if there are not as many as we hold."""
    stream, lower = context.stream, context.window.lower
    if not stream.cursor:
        request = Request(stream.path, {"type": "AllUsers", "per_page": str(PER_PAGE)})
        yield ReadStep(request, NUMBERED, stream.row, stream.records)
        return
    first, *others = _fields(context)
    since = {"If-Modified-Since": iso(lower, "+00:00")} if lower else {}
    enrich = partial(_with_other_fields, others) if others else None
    yield ReadStep(_list(context, first, since), BY_TOKEN, stream.row, stream.records, enrich=enrich)
    gone = Request(f"{stream.path}/deleted", {"type": "all", "per_page": str(PER_PAGE)}, headers=since)
    yield ReadStep(gone, NUMBERED, RecordSchema(changed="deleted_time", is_tombstone=True), "data", reads="deletes")
    if lower is not None and _count(context) != context.count_of_live():
        yield ReadStep(_list(context, ["id", "Modified_Time"], {}), BY_TOKEN, RecordSchema(), "data", reads="keys")


def _list(context: Context, fields: list[str], headers: Mapping[str, str]) -> Request:
    order = {"per_page": str(PER_PAGE), "sort_by": "Modified_Time", "sort_order": "asc"}
    if context.stream.params["module"] == "Leads":
        order["converted"] = "both"
    return Request(context.stream.path, {"fields": ",".join(fields), **order}, headers=headers)


def _fields(context: Context) -> list[list[str]]:
    """All fields of the module, in lots that one call may ask for; the change time stands in the first."""
    request = Request(f"{ROOT}/settings/fields", {"module": context.stream.params["module"]})
    page = Page(context.http.send(request, context.where).body, "fields")
    names = {msgspec.json.decode(field)["api_name"] for field in page.records}
    if "Modified_Time" not in names:
        raise BadResponse("the source lists no field Modified_Time", where=context.where)
    others = sorted(names - {"id", "Modified_Time"})
    ordered = ["Modified_Time", *others]
    return [ordered[at : at + MOST_FIELDS] for at in range(0, len(ordered), MOST_FIELDS)]


def _with_other_fields(others: list[list[str]], context: Context, records: list[bytes]) -> list[bytes]:
    """Records with the fields of the other lots. One that is gone meanwhile is left out: it is among the deleted."""
    whole = {_id(r): _FIELDS.decode(r) for r in records if _id(r)}
    ids = list(whole)
    for fields in others:
        told: dict[str, dict[str, msgspec.Raw]] = {}
        for at in range(0, len(ids), MOST_IDS):
            asked = {"fields": ",".join(fields), "ids": ",".join(ids[at : at + MOST_IDS])}
            reply = context.http.send(Request(context.stream.path, asked), context.where)
            if reply.body:
                told |= {_id(r): _FIELDS.decode(r) for r in Page(reply.body, "data").records}
        for record_id in ids:
            if record_id in told:
                whole[record_id] |= told[record_id]
            else:
                whole[record_id] = _alone(context, record_id)
    joined = (msgspec.json.encode(whole[_id(r)]) if _id(r) else bytes(r) for r in records)
    return [record for record in joined if record != b"{}"]


def _alone(context: Context, record_id: str) -> dict[str, msgspec.Raw]:
    """One record with all its fields; empty if there is no such record any more."""
    reply = context.http.send(Request(f"{context.stream.path}/{record_id}"), context.where)
    return _FIELDS.decode(Page(reply.body, "data").records[0]) if reply.body else {}


def _id(record: bytes | msgspec.Raw) -> str:
    found = msgspec.json.decode(record)
    return str(found.get("id") or "") if isinstance(found, dict) else ""


def _count(context: Context) -> int:
    reply = context.http.send(Request(f"{context.stream.path}/actions/count"), context.where)
    total = msgspec.json.decode(reply.body).get("count")
    if not isinstance(total, int):
        raise BadResponse("the source does not say how many records there are", where=context.where)
    return total


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A self client's refresh token. The data centre's accounts server and the API must belong together."""
    return client_credentials(
        "zoho",
        settings,
        secrets,
        f"{settings['login_url'].rstrip('/')}/oauth/v2/token",
        scheme="Zoho-oauthtoken",
        leads_to=("api_domain", "the login belongs to another data centre than base_url"),
    )


ZOHO = Connector(
    "zoho",
    STREAMS,
    read_plan,
    auth,
    settings={
        "base_url": "https://www.zohoapis.com",
        "login_url": "https://accounts.zoho.com",
        "client_id": None,
    },
    secrets=("client_secret", "refresh_token"),
    rate=(5, 1.0),  # 10 at once on the smallest plan; the day's credits count too
    at_once=4,
)
