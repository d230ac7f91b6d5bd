"""Oracle Siebel REST: contacts, accounts, opportunities, service requests.

    every night   GET /siebel/v1.0/data/{Object}/{Component}?searchspec=([Updated] >= '…') AND [Id] > '…'
    every night   GET …?fields=Id&searchspec=[Id] > '…'    all ids: Siebel has no other word of what is deleted

Each page is a query that goes on after the last id, from StartRowNum 0: nothing drifts, and the 10,000 rows beyond
which Siebel refuses are never reached. Nothing found is a 404, which ends the reading. Childlinks=None keeps children
out. Times have no zone: they are the user's. Sources: docs.oracle.com, "Siebel REST API Guide"; apis.md lists the
traps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.pagination import KeysetInSearch
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import earliest_local
from crm360.connectors.engine.session import Auth, basic
from crm360.connectors.engine.stream import Stream

PAGE_SIZE = 100  # the API's largest; its default is 10
NOTHING_FOUND = re.compile(rb"\bno\b[^.]*\b(?:record|row|data)", re.IGNORECASE)
BY_ID = KeysetInSearch("searchspec")


def component(name: str, entity: str, path: str) -> Stream:
    """A business component, read by its `Updated`."""
    return Stream(
        name,
        entity,
        f"/siebel/v1.0/data/{path.replace(' ', '%20')}",
        RecordSchema(key=("Id",), changed="Updated", changed_as="us"),
        BY_ID,
        "items",
        lookback=timedelta(hours=1),  # `Updated` is when the change began, and a workflow may take its time
        deletes=("sweep",),
        needs=f"a responsibility with {path} in the chosen view mode",
    )


STREAMS = (
    component("accounts", "companies", "Account/Account"),
    component("contacts", "contacts", "Contact/Contact"),
    component("opportunities", "deals", "Opportunity/Opportunity"),
    component("service_requests", "tickets", "Service Request/Service Request"),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What changed in the window, then all ids."""
    stream, lower = context.stream, context.window.lower
    asked = {
        "PageSize": str(PAGE_SIZE),
        "StartRowNum": "0",
        "ViewMode": context.settings["view_mode"],
        "Childlinks": "None",
        "uniformresponse": "y",
        "ExecutionMode": "ForwardOnly",
        "sortspec": "Id (ASC)",
    }
    zone = context.settings["time_zone"]
    window = {"searchspec": f"([Updated] >= '{_literal(earliest_local(lower, zone))}')"} if lower else {}
    request = Request(stream.path, {**asked, **window})
    yield ReadStep(request, BY_ID, replace(stream.row, zone=zone), stream.records, no_data=(204, 404))
    if lower is not None:
        ids = Request(stream.path, {**asked, "fields": "Id"})
        yield ReadStep(ids, BY_ID, RecordSchema(key=("Id",)), stream.records, reads="keys", no_data=(204, 404))


def _literal(time: datetime) -> str:
    return f"{time:%m/%d/%Y %H:%M:%S}"


def throttled(reply: Reply) -> None:
    """Raises BadResponse for a 404 that does not say that nothing was found: a wrong path must not pass as empty."""
    if reply.status == 404 and reply.body and not NOTHING_FOUND.search(reply.body):
        raise BadResponse("HTTP 404: the business object or component is not there")


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A Siebel user with a password."""
    return basic(settings["user"], secrets["password"])


def wrong(settings: Mapping[str, str], _options: Any) -> str | None:
    """A time zone that there is none."""
    try:
        ZoneInfo(settings["time_zone"])
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return f"time_zone is a name such as Europe/Vienna, not {settings['time_zone'][:40]!r}"
    return None


SIEBEL = Connector(
    "siebel",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": None, "user": None, "view_mode": "All", "time_zone": "UTC"},
    meanings={
        "base_url": "Address of the server: what comes before /siebel/v1.0/data.",
        "view_mode": "Siebel's view mode, which says whose rows are seen.",
        "time_zone": "The time zone that the user has set in Siebel.",
    },
    wrong=wrong,
    secrets=("password",),
    rate=(5, 1.0),  # none is published, and the object manager also serves people
    at_once=2,
    throttled=throttled,
)
