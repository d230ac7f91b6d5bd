"""Zoho CRM v8: contacts, accounts, leads, deals, users, calls, meetings, products, quotes, orders, invoices,
campaigns.

    once a stream  GET /crm/v8/settings/fields?module=       all fields; a call may ask for fifty
    every night    GET /crm/v8/{Module}?fields=…&page_token  If-Modified-Since: the window, by change time
                   GET /crm/v8/{Module}?fields=…&ids=        the fields beyond the first fifty, joined by id
                   GET /crm/v8/Sales_Orders/{id}             an order's lines, which no list shows
                   GET /crm/v8/{Module}/deleted?type=all     If-Modified-Since: what was deleted
                   GET /crm/v8/{Module}/actions/count        how many there are: if not as many as we hold,
                   GET /crm/v8/{Module}?fields=id            all ids, for what vanished

Empty answers are 204 and 304. `page` ends at 2,000 records and page tokens at 100,000; there the reading begins anew at
the last change time seen. Of calls and meetings all fields but texts of several lines and recordings are asked for. A
module that is switched off, or that the user may not read, is told as such; one of OPTIONAL is passed over.
Sources: zoho.com/crm/developer/docs/api/v8 ("Subforms": lines come with the single record), api/v2 "Response
structures" of events, sales orders and invoices; zoho/zohocrm-python-sdk-8.0, field.py (the fields of each module) and
participants.py; apis.md lists the traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import AccessDenied, BadResponse, SourceError
from crm360.connectors.engine.oauth import client_credentials
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import Numbered, TokenThenSince
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
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
LINES = {"Sales_Orders": "Ordered_Items"}  # the field of a module that only a single record holds
TEXTS = ("textarea", "richtext", "fileupload")  # types of fields in which stands what was said
SAID = ("Description", "Call_Agenda", "Voice_Recording__s", "Check_In_Comment")
OPTIONAL = ("quotes",)  # read later than the rest: not in every edition, and not every user sees them
SKIPPED = "nothing was read: the account has no such module, or the user may not read it"
CLOSED = ("NO_PERMISSION", "FEATURE_NOT_ENABLED", "INVALID_MODULE", "MODULE_NOT_SUPPORTED", "NOT_SUPPORTED_FEATURE")
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
        needs=f"ZohoCRM.modules.{name.lower().replace('_', '')}.READ, ZohoCRM.settings.fields.READ",
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
    module("Calls", "interactions"),
    module("Events", "interactions"),
    module("Products", "products"),
    module("Quotes", "quotes"),
    module("Sales_Orders", "orders"),
    module("Invoices", "invoices"),
    module("Campaigns", "campaigns"),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """The window, what was deleted in it, and all ids if there are not as many as we hold."""
    stream, lower = context.stream, context.window.lower
    if not stream.cursor:
        request = Request(stream.path, {"type": "AllUsers", "per_page": str(PER_PAGE)})
        yield ReadStep(request, NUMBERED, stream.row, stream.records)
        return
    lots = _fields_of_what_may_lack(context) if stream.name in OPTIONAL else _fields(context)
    if not lots:
        return
    first, *others = lots
    since = {"If-Modified-Since": iso(lower, "+00:00")} if lower else {}
    enrich = partial(_completed, others) if others or stream.params["module"] in LINES else None
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


def _fields_of_what_may_lack(context: Context) -> list[list[str]]:
    """The same as `_fields`; none where the account lacks the module. Raises AccessDenied where it was read before."""
    try:
        return _fields(context)
    except AccessDenied as denied:
        context.pass_over(SKIPPED, denied.what, denied)
        return []


def _fields(context: Context) -> list[list[str]]:
    """All fields of the module, in lots that one call may ask for; the change time stands in the first."""
    request = Request(f"{ROOT}/settings/fields", {"module": context.stream.params["module"]})
    page = Page(context.http.send(request, context.where).body, "fields")
    listed = [msgspec.json.decode(field) for field in page.records]
    if context.stream.entity == "interactions":  # that people spoke is pulled, not what they said
        listed = [f for f in listed if f.get("data_type") not in TEXTS and f["api_name"] not in SAID]
    names = {field["api_name"] for field in listed}
    if "Modified_Time" not in names:
        raise BadResponse("the source lists no field Modified_Time", where=context.where)
    others = sorted(names - {"id", "Modified_Time"})
    ordered = ["Modified_Time", *others]
    return [ordered[at : at + MOST_FIELDS] for at in range(0, len(ordered), MOST_FIELDS)]


def _completed(others: list[list[str]], context: Context, records: list[bytes]) -> list[bytes]:
    """Records with the fields of the other lots, and orders with their lines."""
    records = _with_other_fields(others, context, records) if others else records
    lines = LINES.get(context.stream.params["module"])
    return [_with_lines(lines, context, record) for record in records] if lines else records


def _with_lines(lines: str, context: Context, record: bytes) -> bytes:
    """A record with its lines, which are asked for by its id unless the list has shown them."""
    record_id = _id(record)
    whole = _FIELDS.decode(record) if record_id else {}
    if not record_id or bytes(whole.get(lines, b"null"))[:1] == b"[":
        return record
    return msgspec.json.encode({**whole, lines: _alone(context, record_id).get(lines, msgspec.Raw(b"null"))})


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
                alone, asked_for = _alone(context, record_id), {*whole[record_id], *(n for lot in others for n in lot)}
                whole[record_id] = {name: value for name, value in alone.items() if name in asked_for}
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


def refusal(reply: Reply) -> SourceError | None:
    """A module that is switched off, or closed to the user, with Zoho's word for it; None for all else."""
    told = next((code for code in CLOSED if f'"{code}"'.encode() in reply.body), None)
    return AccessDenied(f"the account has no such module, or the user may not read it ({told})") if told else None


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
    refusal=refusal,
)
