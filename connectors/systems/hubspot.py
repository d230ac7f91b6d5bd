"""HubSpot CRM: contacts, companies, deals with their stages' history, tickets, engagements, owners, pipelines,
products, orders, quotes, the lines of orders and deals, answers to surveys, lists and who is on them. Forms and
marketing e-mails stand in _hubspot_marketing.py, lists in _hubspot_lists.py.

    first night   GET  /crm/objects/2026-09/{object}                    all, by id
    every night   POST /crm/objects/2026-09/{object}/search             the window, by id: no 10,000 ceiling, no drift
                  GET  /crm/objects/2026-09/{object}?archived=true      deletes: archiving moves no modified time
                  POST /crm/objects/2026-09/{object}/search             how many there are: if not as many as we hold,
                  GET  /crm/objects/2026-09/{object}                    all ids, for what vanished (GDPR deletion)
                  POST /crm/associations/2026-09/{object}/{to}/batch/read   search leaves associations out,
                  POST /crm/objects/2026-09/deals/batch/read                and histories
                  GET  /crm/owners/2026-09[?archived=true]              who has left is still the owner of old records

All properties are asked for, custom ones too; of engagements and tickets all but what was said and written, of quotes
all but the addresses at which whoever has them reads the quote. Merged
records stand in the winner's hs_merged_object_ids. A record's associations come in pages of their own, in the list and
in the batch: all are read. A version of the API is supported for 18 months; /crm/v3 and /crm/v4 end in 2027, and are
spoken only to a server that does not know the dated version. What an account or a token lacks (404, 403) of OPTIONAL is
passed over, and told in the run's log, until it has been read once.
Sources: developers.hubspot.com, "CRM search", "Properties", "Associations", "Engagements", "Orders", "Line items",
"Survey responses", "Quotes", and the changelog "Legacy APIs"; HubSpot/HubSpot-public-api-spec-collection, 2026-09;
apis.md lists the traps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse, LoopDetected
from crm360.connectors.engine.page import Page, members
from crm360.connectors.engine.pagination import KeysetById, OnePage, Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.session import Auth, bearer
from crm360.connectors.engine.stream import Stream
from crm360.connectors.systems import _hubspot_lists as lists
from crm360.connectors.systems import _hubspot_marketing as marketing

VERSION = "2026-09"  # a new one comes every March and September
LISTED, SEARCHED = 100, 200  # rows a page: the API's largest
HISTORIES = "stages"  # in the state: every deal that has been landed came with its history
WITH_HISTORY = 50  # rows a page, or ids a batch, where a property's history is asked for
LONGEST_QUERY = 8_000  # characters; above it a GET may be refused, and the search (a POST) is used instead
LIST = Token("paging.next.after", "after")
SEARCH = KeysetById("hs_object_id", more="paging.next.after")
ARCHIVED = RecordSchema(changed="archivedAt", is_tombstone=True)
ASSOCIATED: dict[str, tuple[str, ...]] = dict.fromkeys(("deals", "tickets"), ("contacts", "companies")) | dict.fromkeys(
    ("calls", "meetings", "emails", "communications"), ("contacts",)
)
ASSOCIATED |= {
    "orders": ("contacts", "companies"), "line_items": ("orders", "deals"),
    "feedback_submissions": ("contacts", "tickets"), "quotes": ("deals", "contacts", "companies"),
}  # fmt: skip
ONE = {
    "contacts": "contact", "companies": "company", "deals": "deal", "calls": "call", "meetings": "meeting",
    "emails": "email", "communications": "communication", "tickets": "ticket",
    "orders": "order", "line_items": "line_item", "feedback_submissions": "feedback_submission",
    "quotes": "quote",
}  # fmt: skip
GOES_ON = re.compile(rb'"paging"\s*:\s*\{')  # within a record: a quote in a text is written \\"
NONE_FOUND, GONE = "crm.associations.NO_ASSOCIATIONS_FOUND", "OBJECT_NOT_FOUND"
PRIMARY = {"deals": 5, "tickets": 26}  # the type of the association with the primary company, by object
BODIES = re.compile(r"_(body|html|text|headers|transcript|transcription|summary)(_|$)|^content$")
OPENS = re.compile(r"_(link|url|url_key)$|^hs_slug$")  # of a quote: whoever knows it reads the quote
# What came to be read later than the rest: an account may be without it, and a token of before without its scope.
OPTIONAL = (
    marketing.NAMES
    | lists.NAMES
    | {"products", "order_pipelines", "orders", "line_items", "feedback_submissions", "quotes"}
)
SKIPPED = "nothing was read: the account has none of it, or the token lacks the scope"
CREATED = dict.fromkeys(("orders", "feedback_submissions", "quotes"), "hs_createdate")
SPOKEN = ("interactions", "tickets")  # entities whose records hold what people said


def crm_object(name: str, entity: str, modified: str, needs: str) -> Stream:
    """A CRM object; `modified` is the property that the search filters by (it differs for contacts)."""
    return Stream(
        name,
        entity,
        f"/crm/objects/{VERSION}/{name}",
        RecordSchema(changed="updatedAt", merged_ids="properties.hs_merged_object_ids"),
        LIST,
        params={"modified": modified},
        lookback=timedelta(minutes=10),  # the search index lags behind by seconds, at times by minutes
        deletes=("feed", "sweep"),
        needs=needs,
    )


STREAMS = (
    Stream(
        "owners",
        "owners",
        f"/crm/owners/{VERSION}",
        RecordSchema(changed="updatedAt"),
        LIST,
        cursor=False,
        deletes=("sweep",),
        needs="crm.objects.owners.read",
    ),
    Stream(
        "pipelines",
        "pipelines",
        f"/crm/pipelines/{VERSION}/deals",
        RecordSchema(changed="updatedAt"),
        OnePage(),
        cursor=False,
        deletes=("sweep",),
        needs="crm.objects.deals.read",
    ),
    Stream(
        "ticket_pipelines",
        "pipelines",
        f"/crm/pipelines/{VERSION}/tickets",
        RecordSchema(changed="updatedAt"),
        OnePage(),
        cursor=False,
        deletes=("sweep",),
        needs="tickets",
    ),
    Stream(
        "order_pipelines",
        "pipelines",
        f"/crm/pipelines/{VERSION}/orders",
        RecordSchema(changed="updatedAt"),
        OnePage(),
        cursor=False,
        deletes=("sweep",),
        needs="crm.objects.orders.read",
    ),
    crm_object("companies", "companies", "hs_lastmodifieddate", "crm.objects.companies.read"),
    crm_object("contacts", "contacts", "lastmodifieddate", "crm.objects.contacts.read"),
    crm_object("deals", "deals", "hs_lastmodifieddate", "crm.objects.deals.read"),
    crm_object("tickets", "tickets", "hs_lastmodifieddate", "tickets"),
    crm_object("calls", "interactions", "hs_lastmodifieddate", "crm.objects.contacts.read"),
    crm_object("meetings", "interactions", "hs_lastmodifieddate", "crm.objects.contacts.read"),
    crm_object("emails", "interactions", "hs_lastmodifieddate", "crm.objects.contacts.read and sales-email-read"),
    crm_object("communications", "interactions", "hs_lastmodifieddate", "crm.objects.contacts.read"),
    crm_object("products", "products", "hs_lastmodifieddate", "crm.objects.products.read"),
    crm_object("orders", "orders", "hs_lastmodifieddate", "crm.objects.orders.read"),
    crm_object(
        "line_items",
        "order_lines",
        "hs_lastmodifieddate",
        "crm.objects.line_items.read, crm.objects.orders.read and crm.objects.deals.read",
    ),
    crm_object("quotes", "quotes", "hs_lastmodifieddate", "crm.objects.quotes.read"),
    crm_object("feedback_submissions", "surveys", "hs_lastmodifieddate", "crm.objects.feedback_submissions.read"),
    *marketing.STREAMS,
    *lists.STREAMS,
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """A full list or a search of the window, then what has been archived."""
    stream, lower = context.stream, context.window.lower
    if stream.name in marketing.NAMES:
        yield from marketing.read_plan(context, probed)
        return
    if stream.name in lists.NAMES:
        yield from lists.read_plan(context, probed)
        return
    if not stream.cursor:
        params = {"limit": str(LISTED)} if stream.name == "owners" else {}
        request = Request(stream.path, params)
        first = probed(context, request)
        if first is None:
            return
        yield ReadStep(request, stream.pages, stream.row, first=first)
        if stream.name == "owners":
            yield ReadStep(Request(stream.path, {**params, "archived": "true"}), stream.pages, stream.row)
        return
    properties = _properties(context)
    if properties is None:
        return
    listed = {"limit": str(LISTED), "properties": ",".join(properties)}
    if stream.name in ASSOCIATED:
        listed["associations"] = ",".join(ASSOCIATED[stream.name])
    if stream.name == "deals":
        listed |= {"limit": str(WITH_HISTORY), "propertiesWithHistory": "dealstage"}
    # Deals that were landed before their stages were asked for are read whole once more.
    since = None if stream.name == "deals" and HISTORIES not in context.state else lower
    if since is None and len(listed["properties"]) <= LONGEST_QUERY:
        enrich = _with_all_associations if stream.name in ASSOCIATED else None
        yield ReadStep(Request(stream.path, listed), LIST, stream.row, enrich=enrich, unfinished=GOES_ON)
    else:
        yield _search(context, properties, since)
    if stream.name == "deals":
        context.state[HISTORIES] = True
    archived = Request(stream.path, {"limit": str(LISTED), "archived": "true"})
    yield ReadStep(archived, LIST, ARCHIVED, reads="deletes")
    counted = count(context)
    if lower is not None and counted != context.count_of_live():
        ids = Request(stream.path, {"limit": str(LISTED), "properties": "hs_object_id"})
        yield ReadStep(ids, LIST, RecordSchema(), reads="keys")


def probed(
    context: Context,
    request: Request,
    lacking: tuple[int, ...] = marketing.LACKING,
    handed_on: tuple[int, ...] = (),
) -> Reply | None:
    """The first answer of a stream; None where the account lacks what is OPTIONAL, or the token may not read it.

    Raises AccessDenied where it has been read before: then what is held here would never change again.
    """
    lacking = lacking if context.stream.name in OPTIONAL else ()
    reply = context.http.send(request, context.where, (*lacking, *handed_on))
    if reply.status not in lacking:
        return reply
    context.pass_over(SKIPPED, f"HTTP {reply.status}")
    return None


def count(context: Context) -> int:
    """How many records there were when this sync began; archived ones do not count."""
    usual = "hs_createdate" if context.stream.entity == "interactions" else "createdate"
    created = CREATED.get(context.stream.name, usual)
    until = {"propertyName": created, "operator": "LTE", "value": str(epoch_ms(context.window.upper))}
    body = {"filterGroups": [{"filters": [until]}], "limit": 1}
    reply = context.http.send(Request(f"{context.stream.path}/search", body=body, method="POST"), context.where)
    total = Page(reply.body, "results").get("total")
    if not isinstance(total, int):
        raise BadResponse("the search does not say how many records there are", where=context.where)
    context.source_total = total
    return total


def _properties(context: Context) -> list[str] | None:
    """The names of what is asked for; None where the account lacks the object."""
    reply = probed(context, Request(f"/crm/properties/{VERSION}/{context.stream.name}"))
    if reply is None:
        return None
    names = sorted(msgspec.json.decode(p)["name"] for p in Page(reply.body, "results").records)
    if not names:
        raise BadResponse("the source lists no properties", where=context.where)
    if context.stream.entity in SPOKEN:  # that people spoke is pulled, not what they said
        names = [name for name in names if not BODIES.search(name)]
    if context.stream.name == "quotes":
        names = [name for name in names if not OPENS.search(name)]
    return names


def _search(context: Context, properties: list[str], since: datetime | None) -> ReadStep:
    upper, modified = context.window.upper, context.stream.params["modified"]
    filters = [
        {"propertyName": modified, "operator": "GTE", "value": str(epoch_ms(since) if since else 0)},
        {"propertyName": modified, "operator": "LTE", "value": str(epoch_ms(upper))},
    ]
    body = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": properties,
        "limit": SEARCHED,
    }
    request = Request(f"{context.stream.path}/search", body=body, method="POST")
    enrich = _as_listed if context.stream.name in ASSOCIATED else None
    return ReadStep(request, SEARCH, context.stream.row, counts="total", enrich=enrich, unfinished=GOES_ON)


def _as_listed(context: Context, records: list[bytes]) -> list[bytes]:
    """Search results with the associations and histories that the list gives by itself, in the list's own shape.

    Only these two are taken over: whatever else has changed since the search comes with the next one.
    """
    opened = [members(r) for r in records]
    named = [str(msgspec.json.decode(o["id"])) if "id" in o else "" for o in opened]
    ids = [i for i in named if i]  # one without is held back by the landing
    links = _associations(context, ids)
    histories = _histories(context, ids) if context.stream.name == "deals" else {}
    joined = []
    for record_id, record in zip(named, opened, strict=True):
        shaped: dict[str, Any] = {}
        for name, value in record.items():
            shaped[name] = value
            if name == "properties" and record_id in histories:
                shaped["propertiesWithHistory"] = histories[record_id]
        if links.get(record_id):
            shaped["associations"] = links[record_id]
        joined.append(msgspec.json.encode(shaped))
    return joined


def _with_all_associations(context: Context, records: list[bytes]) -> list[bytes]:
    """The list's records; one whose associations go on over several pages comes with all of them."""
    cut = [record for record in records if GOES_ON.search(record)]
    if not cut:
        return records
    opened = {record: members(record) for record in cut}
    ids = {record: str(msgspec.json.decode(o["id"])) for record, o in opened.items() if "id" in o}
    links = _associations(context, list(ids.values()))
    whole = {
        record: msgspec.json.encode({**opened[record], "associations": links[record_id]})
        for record, record_id in ids.items()
    }
    return [whole.get(record, record) for record in records]


def _associations(context: Context, ids: list[str]) -> dict[str, dict[str, Any]]:
    """By id: which records each is associated with, as the list writes it. Each record's own pages are followed."""
    name = context.stream.name
    found: dict[str, dict[str, Any]] = {i: {} for i in ids}
    for to in ASSOCIATED[name]:
        asked: list[dict[str, str]] = [{"id": i} for i in ids]
        while asked:
            path = f"/crm/associations/{VERSION}/{name}/{to}/batch/read"
            request = Request(path, body={"inputs": asked}, method="POST")
            page = Page(context.http.send(request, context.where).body, "results")
            _refuse_errors(context, page, NONE_FOUND)
            before, asked = asked, []
            for raw in page.records:
                link = msgspec.json.decode(raw)
                record_id = str(link["from"]["id"])
                ends = [{"id": str(t["toObjectId"]), "type": label_of(name, to, t)} for t in link["to"]]
                if ends:
                    found[record_id].setdefault(to, {"results": []})["results"] += ends
                after = ((link.get("paging") or {}).get("next") or {}).get("after")
                if after:
                    asked.append({"id": record_id, "after": str(after)})
            if any(one in before for one in asked):
                raise LoopDetected("the associations of a record repeat the same page", where=context.where)
    return found


def _refuse_errors(context: Context, page: Page, harmless: str) -> None:
    """Of an answer that says what it could not do (207), pass over what is no loss; raise BadResponse for the rest."""
    others = [e for e in page.get("errors") or [] if harmless not in (e.get("subCategory"), e.get("category"))]
    if others:
        kind = str(others[0].get("category", ""))
        told = f" ({kind})" if re.fullmatch(r"[A-Z_]{1,60}", kind) else ""
        raise BadResponse(f"{len(others)} of the records asked for can't be read{told}", where=context.where)


def label_of(name: str, to: str, end: Mapping[str, Any]) -> str:
    """The association's type as the list names it: a company that is not a record's primary one is unlabelled."""
    label = f"{ONE[name]}_to_{ONE[to]}"
    kinds = end.get("associationTypes") or []
    if to != "companies" or not kinds or name not in PRIMARY:
        return label
    primary = any(k.get("category") == "HUBSPOT_DEFINED" and k.get("typeId") == PRIMARY[name] for k in kinds)
    return label if primary else f"{label}_unlabeled"


def _histories(context: Context, ids: list[str]) -> dict[str, msgspec.Raw]:
    """By id: when each deal entered which stage. A deal that has gone meanwhile is absent."""
    found = {}
    for start in range(0, len(ids), WITH_HISTORY):
        body = {
            "inputs": [{"id": i} for i in ids[start : start + WITH_HISTORY]],
            "properties": ["hs_object_id"],
            "propertiesWithHistory": ["dealstage"],
        }
        path = f"{context.stream.path}/batch/read"
        page = Page(context.http.send(Request(path, body=body, method="POST"), context.where).body, "results")
        _refuse_errors(context, page, GONE)
        for raw in page.records:
            deal = members(raw)
            if not {"id", "propertiesWithHistory"} <= deal.keys():
                raise BadResponse("a deal comes without the history of its stages", where=context.where)
            found[str(msgspec.json.decode(deal["id"]))] = deal["propertiesWithHistory"]
    return found


def older(path: str) -> str | None:
    """The path in the numbered versions, which say the same: /crm/v4 for associations, /crm/v3 for all else."""
    if path == marketing.EMAILS:
        return "/marketing/v3/emails"
    found = re.fullmatch(rf"/crm/(\w+)/{VERSION}(/.*)?", path)
    if found is None:
        return None
    return f"/crm/{'v4' if found[1] == 'associations' else 'v3'}/{found[1]}{found[2] or ''}"


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A private app's access token."""
    return bearer(secrets["token"])


HUBSPOT = Connector(
    "hubspot",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.hubapi.com"},
    rate=(10, 1.0),  # 100 in 10 s on the smallest plan
    at_once=4,
    rates=(("/search", 5, 1.0),),
    count=lambda context: count(context) if context.stream.path.startswith("/crm/objects/") else None,
    older=older,
)
