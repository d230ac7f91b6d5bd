"""Dynamics 365 (Dataverse Web API 9.2): people, companies, deals, cases, activities, offers, sales, campaigns.

    first night   GET /api/data/v9.2/{table}   Prefer: odata.track-changes   all, and a delta link on the last page
    every night   GET <delta link>             what was created, changed or deleted since, and the next delta link
    expired link  GET /api/data/v9.2/{table}   all again, then all ids, for what was deleted meanwhile
    of activities GET /api/data/v9.2/activityparties?$filter=…   who took part in those that came

The delta link is kept in the batch's footer, so it moves only with what it led to. Change tracking sees back-dated
changes that a filter by modifiedon would miss. Merged rows stay, with their master's id. Of e-mails, telephone calls
and appointments only the columns listed below are asked for (change tracking permits $select, and neither $filter nor
$expand), never what was said; who took part stands in a table of its own, which can only be asked for by a query.
Sources: learn.microsoft.com, "Use change tracking to synchronize data with external systems", the table references of
activityparty ("RetrieveMultiple only"), email, phonecall, appointment, salesorder ("Quote that has been accepted"),
salesorderdetail, opportunityproduct, quote, product, invoice ("Order that has been billed") and campaign; their states:
"Default status and status reason values" of the implementation guide (dn531157). apis.md lists the traps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import AccessDenied, BadResponse, SourceError
from crm360.connectors.engine.oauth import client_credentials
from crm360.connectors.engine.page import Page, members
from crm360.connectors.engine.pagination import Link
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream

ROOT = "/api/data/v9.2"
PAGE = "odata.maxpagesize=1000"  # rows have hundreds of columns; the API would give 5,000
LABELS = (
    'odata.include-annotations="OData.Community.Display.V1.FormattedValue,Microsoft.Dynamics.CRM.lookuplogicalname"'
)
ALL = Link(r"@odata\.nextLink")
TRACKED = Link(r"@odata\.nextLink", proof=r"@odata\.deltaLink")
EXPIRED = (400, 404, 410)  # documents and reports differ on how an expired link is answered
PARTIES = f"{ROOT}/activityparties"
MOST_ACTIVITIES = 25  # whose parties one request asks for: an address of some 1,700 characters
OF_ACTIVITIES = (
    "subject", "statecode", "statuscode", "scheduledstart", "scheduledend", "actualstart", "actualend", "createdon",
    "modifiedon",
)  # fmt: skip
CUSTOMERS = ("contact", "lead", "account")  # parties of other kinds are our own people, rooms and mailboxes
OPTIONAL = ("opportunityproducts", "quotes")  # read later than the rest: a role may lack them
SKIPPED = "nothing was read: the environment has no such table, or the role may not read it"
KIND = "_partyid_value@Microsoft.Dynamics.CRM.lookuplogicalname"
NO_TABLE = b"Resource not found for the segment"
GUID = re.compile(r"[0-9A-Za-z-]{36}")


def table(name: str, entity: str, key: str, *, merges: bool = False, only: tuple[str, ...] = ()) -> Stream:
    """A table with change tracking. `merges`: its rows can be merged into a master; `only`: the columns asked for."""
    return Stream(
        name,
        entity,
        f"{ROOT}/{name}",
        RecordSchema(
            key=(key,),
            changed="modifiedon",
            deleted=("reason", ("deleted", "changed")),
            merged_into="_masterid_value" if merges else None,
        ),
        TRACKED,
        "value",
        params={"$select": ",".join(only)} if only else {},
        deletes=("feed", "sweep"),
        dedup_against_all=True,  # changes come by version, however old their modifiedon says they are
        needs=f"prvRead on {name}, and change tracking on the table",
    )


def activities(name: str, *more: str) -> Stream:
    """A table of activities: that people spoke is pulled, not what they said."""
    return table(name, "interactions", "activityid", only=(*OF_ACTIVITIES, *more))


def small(name: str, entity: str, key: str) -> Stream:
    """A table that is read whole every night."""
    row = RecordSchema(key=(key,), changed="modifiedon")
    path, needs = f"{ROOT}/{name}", f"prvRead on {name}"
    return Stream(name, entity, path, row, ALL, "value", cursor=False, deletes=("sweep",), needs=needs)


STREAMS = (
    small("systemusers", "owners", "systemuserid"),
    small("transactioncurrencies", "currencies", "transactioncurrencyid"),
    table("accounts", "companies", "accountid", merges=True),
    table("contacts", "contacts", "contactid", merges=True),
    table("leads", "contacts", "leadid", merges=True),
    table("opportunities", "deals", "opportunityid"),
    table("incidents", "tickets", "incidentid", merges=True),
    activities("emails", "directioncode", "senton"),
    activities("phonecalls", "directioncode", "phonenumber"),
    activities("appointments"),
    table("products", "products", "productid"),
    table("salesorders", "orders", "salesorderid"),
    table("salesorderdetails", "order_lines", "salesorderdetailid"),
    table("invoices", "invoices", "invoiceid"),
    table("campaigns", "campaigns", "campaignid"),
    table("opportunityproducts", "deal_lines", "opportunityproductid"),
    table("quotes", "quotes", "quoteid"),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """The changes since the last delta link; everything if there is none, or it has expired."""
    stream = context.stream
    if not stream.cursor:
        yield ReadStep(_ask(stream.path, PAGE), stream.pages, stream.row, stream.records)
        return
    link = context.state.get("delta")
    changes = _ask(link, PAGE, LABELS) if link else None
    reply = context.http.send(changes, context.where, EXPIRED) if changes else None
    if changes and reply and not _has_expired(context, reply):
        yield ReadStep(
            changes,
            TRACKED,
            stream.row,
            stream.records,
            empty_pages=20,  # what this user may not see is left out after paging
            enrich=_with_parties if stream.entity == "interactions" else _with_keys,
            notes=_keep_link,
            first=reply,
        )
        return
    context.reading = "full"
    everything = _ask(stream.path, "odata.track-changes", PAGE, LABELS).with_params(**stream.params)
    enrich = _with_parties if stream.entity == "interactions" else None
    first = None
    if stream.name in OPTIONAL:
        try:
            first = context.http.send(everything, context.where)
        except AccessDenied as denied:
            context.pass_over(SKIPPED, denied.what, denied)
            return
    yield ReadStep(everything, TRACKED, stream.row, stream.records, enrich=enrich, notes=_keep_link, first=first)
    if link:
        ids = _ask(stream.path, PAGE).with_params(**{"$select": stream.row.key[0]})
        yield ReadStep(ids, ALL, RecordSchema(key=stream.row.key), stream.records, reads="keys")


def _ask(path: str, *preferences: str) -> Request:
    odata = {"OData-Version": "4.0", "OData-MaxVersion": "4.0"}
    return Request(path, headers={"Prefer": ",".join(preferences), **odata})


def _has_expired(context: Context, reply: Reply) -> bool:
    """Whether the source no longer knows the link. Raises BadResponse for another refusal."""
    if reply.status not in EXPIRED:
        return False
    if reply.status != 410 and b"full sync" not in reply.body and b"expired" not in reply.body.lower():
        raise BadResponse(f"HTTP {reply.status}", where=context.where)
    return True


def _keep_link(context: Context, page: Page) -> None:
    """Keep the delta link, without the base URL, for the next night."""
    link = page.get(r"@odata\.deltaLink")
    if link:
        parts = urlsplit(context.http.url(str(link)))
        base = urlsplit(context.http.base_url).path.rstrip("/")
        context.state["delta"] = f"{parts.path.removeprefix(base)}?{parts.query}"


def _with_keys(context: Context, records: list[bytes]) -> list[bytes]:
    """Deleted rows with their id under the name that it has in live ones; the others as they came."""
    return [_with_key(context.stream.row.key[0], r) if b"$deletedEntity" in r else r for r in records]


def _with_key(key: str, record: bytes) -> bytes:
    deleted = msgspec.json.decode(record)
    if not isinstance(deleted, dict) or "id" not in deleted:
        return record
    return msgspec.json.encode({key: deleted["id"], "reason": deleted.get("reason", "deleted")})


def _with_parties(context: Context, records: list[bytes]) -> list[bytes]:
    """Activities with whom of the customers took part in each; deleted ones with their id."""
    keyed = _with_keys(context, records)
    opened = {at: members(r) for at, r in enumerate(keyed) if r is records[at]}  # the deleted ones were written anew
    ids = {at: str(msgspec.json.decode(o["activityid"])) for at, o in opened.items() if "activityid" in o}
    parties = _parties(context, [i for i in ids.values() if GUID.fullmatch(i)])
    joined = {at: msgspec.json.encode({**opened[at], "parties": parties.get(i, [])}) for at, i in ids.items()}
    return [joined.get(at, record) for at, record in enumerate(keyed)]


def _parties(context: Context, ids: list[str]) -> dict[str, list[Mapping[str, Any]]]:
    """By activity: the customers who took part, and addresses that nobody is known by; always in the same order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for at in range(0, len(ids), MOST_ACTIVITIES):
        those = " or ".join(f"_activityid_value eq {i}" for i in ids[at : at + MOST_ACTIVITIES])
        columns = "_activityid_value,_partyid_value,participationtypemask,addressused"
        request = _ask(PARTIES, PAGE, LABELS).with_params(**{"$select": columns, "$filter": those})
        for raw in (raw for page in context.pages_of(request, ALL, "value") for raw in page.records):
            party = msgspec.json.decode(raw)
            if party.get("_partyid_value") is None or party.get(KIND) in CUSTOMERS:
                found.setdefault(str(party["_activityid_value"]), []).append(_as_party(party))
    return {i: sorted(those, key=lambda party: [str(value) for value in party.values()]) for i, those in found.items()}


def _as_party(party: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "role": party.get("participationtypemask"),
        "kind": party.get(KIND),
        "id": party.get("_partyid_value"),
        "address": party.get("addressused"),
    }


def refusal(reply: Reply) -> SourceError | None:
    """A table that the environment has not, for its app was never installed; None for any other answer."""
    if reply.status != 404 or NO_TABLE not in reply.body:
        return None
    return AccessDenied("the environment has no such table: its app is not installed, or the table was renamed")


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """The client credentials of an application user."""
    place = urlsplit(settings["base_url"])
    login_url = f"{settings['login_url'].rstrip('/')}/{settings['tenant_id']}/oauth2/v2.0/token"
    scope = f"{place.scheme}://{place.netloc}/.default"
    return client_credentials("dynamics", settings, secrets, login_url, scope=scope)


DYNAMICS = Connector(
    "dynamics",
    STREAMS,
    read_plan,
    auth,
    meanings={"tenant_id": "Id of the Entra directory that the OAuth client stands in."},
    settings={
        "base_url": None,
        "client_id": None,
        "tenant_id": None,
        "login_url": "https://login.microsoftonline.com",
    },
    secrets=("client_secret",),
    rate=(15, 1.0),  # 6,000 in five minutes for a user
    at_once=4,
    refusal=refusal,
)
