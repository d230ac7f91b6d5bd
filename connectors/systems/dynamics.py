"""Dynamics 365 (Dataverse Web API 9.2): contacts, accounts, leads, opportunities, incidents, users, currencies.

    first night   GET /api/data/v9.2/{table}   Prefer: odata.track-changes   all, and a delta link on the last page
    every night   GET <delta link>             what was created, changed or deleted since, and the next delta link
    expired link  GET /api/data/v9.2/{table}   all again, then all ids, for what was deleted meanwhile

The delta link is kept in the batch's footer, so it moves only with what it led to. Change tracking sees back-dated
changes that a filter by modifiedon would miss. Merged rows stay, with their master's id. Sources:
learn.microsoft.com, "Use change tracking to synchronize data with external systems"; apis.md lists the traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.oauth import client_credentials
from crm360.connectors.engine.page import Page
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


def table(name: str, entity: str, key: str, *, merges: bool = False) -> Stream:
    """A table with change tracking. `merges`: its rows can be merged into a master."""
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
        deletes=("feed", "sweep"),
        dedup_against_all=True,  # changes come by version, however old their modifiedon says they are
        needs=f"prvRead on {name}, and change tracking on the table",
    )


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
            enrich=_with_keys,
            notes=_keep_link,
            first=reply,
        )
        return
    context.reading = "full"
    everything = _ask(stream.path, "odata.track-changes", PAGE, LABELS)
    yield ReadStep(everything, TRACKED, stream.row, stream.records, notes=_keep_link)
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
)
