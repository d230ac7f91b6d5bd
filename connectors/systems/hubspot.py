"""HubSpot CRM v3: contacts, companies, deals, owners, pipelines.

    first night   GET  /crm/v3/objects/{object}                    all, by id
    every night   POST /crm/v3/objects/{object}/search             the window, by id: no 10,000 ceiling, no drift
                  GET  /crm/v3/objects/{object}?archived=true      deletes: archiving moves no modified time
                  POST /crm/v3/objects/{object}/search             how many there are: if not as many as we hold,
                  GET  /crm/v3/objects/{object}                    all ids, for what vanished (GDPR deletion)
                  POST /crm/v4/associations/deals/{to}/batch/read  search leaves associations out

All properties are asked for, custom ones too. Merged records stand in the winner's hs_merged_object_ids.
Sources: developers.hubspot.com, "CRM search", "Properties", "Associations v4"; apis.md lists the traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import msgspec

from connectors.errors import BadResponse
from connectors.page import Page
from connectors.pagination import KeysetById, OnePage, Token
from connectors.rows import epoch_ms
from connectors.session import Auth, bearer
from connectors.stream import Connector, Pass, Request, Row, Stream
from connectors.sync import Context

LISTED, SEARCHED = 100, 200  # rows a page: the API's largest
LONGEST_QUERY = 8_000  # characters; above it a GET may be refused, and the search (a POST) is used instead
LIST = Token("paging.next.after", "after")
SEARCH = KeysetById("hs_object_id", more="paging.next.after")
ARCHIVED = Row(changed="archivedAt", is_tombstone=True)


def crm_object(name: str, entity: str, modified: str, needs: str) -> Stream:
    """A CRM object; `modified` is the property that the search filters by (it differs for contacts)."""
    return Stream(
        name,
        entity,
        f"/crm/v3/objects/{name}",
        Row(changed="updatedAt", losers="properties.hs_merged_object_ids"),
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
        "/crm/v3/owners",
        Row(changed="updatedAt"),
        LIST,
        cursor=False,
        deletes=("sweep",),
        needs="crm.objects.owners.read",
    ),
    Stream(
        "pipelines",
        "pipelines",
        "/crm/v3/pipelines/deals",
        Row(changed="updatedAt"),
        OnePage(),
        cursor=False,
        deletes=("sweep",),
        needs="crm.objects.deals.read",
    ),
    crm_object("companies", "companies", "hs_lastmodifieddate", "crm.objects.companies.read"),
    crm_object("contacts", "contacts", "lastmodifieddate", "crm.objects.contacts.read"),
    crm_object("deals", "deals", "hs_lastmodifieddate", "crm.objects.deals.read"),
)


def passes(context: Context) -> Iterator[Pass]:
    """A full list or a search of the window, then what has been archived."""
    stream, lower = context.stream, context.window.lower
    if not stream.cursor:
        params = {"limit": str(LISTED)} if stream.name == "owners" else {}
        yield Pass(Request(stream.path, params), stream.pages, stream.row)
        return
    properties = _properties(context)
    listed = {"limit": str(LISTED), "properties": ",".join(properties)}
    if stream.name == "deals":
        listed["associations"] = "contacts,companies"
    if lower is None and len(listed["properties"]) <= LONGEST_QUERY:
        yield Pass(Request(stream.path, listed), LIST, stream.row)
    else:
        yield _search(context, properties)
    archived = Request(stream.path, {"limit": str(LISTED), "archived": "true"})
    yield Pass(archived, LIST, ARCHIVED, reads="deletes")
    if lower is not None and _count(context) != context.count_of_live():
        ids = Request(stream.path, {"limit": str(LISTED), "properties": "hs_object_id"})
        yield Pass(ids, LIST, Row(), reads="keys")


def _count(context: Context) -> int:
    """How many records there were when this sync began; archived ones do not count."""
    until = {"propertyName": "createdate", "operator": "LTE", "value": str(epoch_ms(context.window.upper))}
    body = {"filterGroups": [{"filters": [until]}], "limit": 1}
    reply = context.http.send(Request(f"{context.stream.path}/search", body=body, method="POST"), context.where)
    total = Page(reply.body, "results").get("total")
    if not isinstance(total, int):
        raise BadResponse("the search does not say how many records there are", where=context.where)
    return total


def _properties(context: Context) -> list[str]:
    reply = context.http.send(Request(f"/crm/v3/properties/{context.stream.name}"), context.where)
    names = sorted(msgspec.json.decode(p)["name"] for p in Page(reply.body, "results").records)
    if not names:
        raise BadResponse("the source lists no properties", where=context.where)
    return names


def _search(context: Context, properties: list[str]) -> Pass:
    lower, upper = context.window.lower, context.window.upper
    since = 0 if lower is None else epoch_ms(lower)
    modified = context.stream.params["modified"]
    filters = [
        {"propertyName": modified, "operator": "GTE", "value": str(since)},
        {"propertyName": modified, "operator": "LTE", "value": str(epoch_ms(upper))},
    ]
    body = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": properties,
        "limit": SEARCHED,
    }
    request = Request(f"{context.stream.path}/search", body=body, method="POST")
    enrich = _with_associations if context.stream.name == "deals" else None
    return Pass(request, SEARCH, context.stream.row, counts="total", enrich=enrich)


def _with_associations(context: Context, records: list[bytes]) -> list[bytes]:
    """Search results with the associations that the list gives by itself, in the list's own shape."""
    ids = [msgspec.json.decode(r)["id"] for r in records]
    found: dict[str, dict[str, list[dict[str, str]]]] = {i: {} for i in ids}
    for to, kind in (("contacts", "deal_to_contact"), ("companies", "deal_to_company")):
        path = f"/crm/v4/associations/deals/{to}/batch/read"
        reply = context.http.send(
            Request(path, body={"inputs": [{"id": i} for i in ids]}, method="POST"), context.where
        )
        for raw in Page(reply.body, "results").records:
            link = msgspec.json.decode(raw)
            ends = [{"id": str(t["toObjectId"]), "type": kind} for t in link["to"]]
            found[str(link["from"]["id"])][to] = ends
    joined = []
    for record_id, record in zip(ids, records, strict=True):
        links = {to: {"results": ends} for to, ends in found[record_id].items() if ends}
        extra = b',"associations":' + msgspec.json.encode(links) + b"}" if links else b"}"
        joined.append(record.rstrip()[:-1] + extra)
    return joined


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A private app's access token."""
    return bearer(secrets["token"])


HUBSPOT = Connector(
    "hubspot",
    STREAMS,
    passes,
    auth,
    settings={"base_url": "https://api.hubapi.com"},
    rate=(10, 1.0),  # 100 in 10 s on the smallest plan
    rates=(("/search", 5, 1.0),),
)
