"""QuickBooks Online: customers, items, invoices, receipts, credit memos, refunds and payments of one company.

    first night    GET /v3/company/{realm}/query  SELECT * FROM Invoice ORDERBY MetaData.LastUpdatedTime …
    every night    …/query  SELECT COUNT(*) …     how many there are
                   GET /v3/company/{realm}/cdc    changedSince: what has changed, and what is gone
                   …/query  SELECT Id, …          all ids, if there are not as many as we hold
    when cdc does not reach back, or gives as many as it can: the query since then, and all ids

Customers and items are never deleted but made inactive, and a query leaves those out unless it asks for them. A voided
transaction stays, with amounts of 0. An id is one of its own kind only. Positions drift while others change records, so
each page begins anew at the last time seen, and only records of one second are counted by positions.
A refresh token is replaced when it is used. 500 requests a minute and 10 a second for all apps' users of a company;
who asks for more is told 429, without a header that says for how long: a minute.
Sources: developer.intuit.com, "Query operations and syntax", "Change data capture operation", "Limits and throttles",
"OAuth 2.0 FAQ"; python-quickbooks 0.9.12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.oauth import Grant, oauth
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import read_time
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso, utc_now

PAGE = 1000  # records a page: the API's most
MOST_CHANGES = 1000  # in an answer of cdc, which has no second page
REACHES_BACK = timedelta(days=29)  # cdc knows 30 days
MINOR_VERSION = "75"  # the only one since August 2025
A_MINUTE = 60.0
CHANGED = "MetaData.LastUpdatedTime"
NAMES = ("Customer", "Item")  # which can be inactive
ANY = "Active IN (true, false)"
QUERY = re.compile(
    r"SELECT (?P<what>.+) FROM (?P<entity>\w+)(?: WHERE .*?)??"
    rf"(?:{re.escape(CHANGED)} >= '(?P<since>[^']+)')? ORDERBY {re.escape(CHANGED)}"
    r" STARTPOSITION (?P<position>\d+) MAXRESULTS (?P<most>\d+)"
)


@dataclass(frozen=True)
class SinceThenPosition:
    """Pages of a query in order of change time, each of which begins anew at the last time seen.

    A page with fewer records than were asked for is the last one. Raises BadResponse where a full page's last record
    has no readable change time.
    """

    may_repeat: ClassVar[bool] = True  # where all of a page changed within a second

    def next(self, request: Request, page: Page) -> Request | None:
        asked = QUERY.fullmatch(request.params["query"])
        assert asked is not None
        what, entity, since = asked["what"], asked["entity"], asked["since"]
        if len(page.records) < int(asked["most"]):
            return None
        try:
            seen = read_time(str(page.of_last(CHANGED)), "iso").replace(microsecond=0)
        except ValueError as error:
            raise BadResponse(f"a page's last record has no readable '{CHANGED}', where the next begins") from error
        if since is not None and seen <= read_time(since, "iso"):
            place = int(asked["position"]) + len(page.records)
            return request.with_params(query=_select(what, entity, read_time(since, "iso"), place))
        return request.with_params(query=_select(what, entity, seen))


PAGES = SinceThenPosition()


def _select(what: str, entity: str, since: datetime | None, position: int = 1) -> str:
    """The text of a query in order of change time."""
    pages = f"ORDERBY {CHANGED} STARTPOSITION {position} MAXRESULTS {PAGE}"
    return f"SELECT {what} FROM {entity}{_where(entity, since)} {pages}"


def _where(entity: str, since: datetime | None) -> str:
    conditions = [ANY] if entity in NAMES else []
    if since is not None:
        conditions.append(f"{CHANGED} >= '{iso(since)}'")
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _stream(name: str, entity: str, object_name: str) -> Stream:
    row = RecordSchema(key=("Id",), changed=CHANGED, deleted=("status", ("Deleted",)))
    return Stream(
        name, entity, "/v3/company", row, PAGES, f"QueryResponse.{object_name}", params={"entity": object_name},
        deletes=("feed", "sweep"), needs="com.intuit.quickbooks.accounting",
    )  # fmt: skip


STREAMS = (
    _stream("customers", "contacts", "Customer"),
    _stream("items", "products", "Item"),
    _stream("invoices", "invoices", "Invoice"),
    _stream("sales_receipts", "invoices", "SalesReceipt"),
    _stream("credit_memos", "payments", "CreditMemo"),
    _stream("refund_receipts", "payments", "RefundReceipt"),
    _stream("payments", "payments", "Payment"),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What has changed and what is gone since; all ids where cdc can't tell all, or the numbers differ."""
    lower, began = context.window.lower, utc_now()
    if lower is None:
        yield _listed(context, None)
        count(context)
        context.state["read_to"] = (context.http.now - (utc_now() - began)).isoformat()
        return
    counted = count(context)
    now = context.http.now  # by QuickBooks' clock, which the count has told
    read_to = datetime.fromisoformat(context.state["read_to"]) if "read_to" in context.state else None
    context.state["read_to"] = now.isoformat()
    told: list[int] = []
    if now - lower < REACHES_BACK:
        yield _changes(context, lower, told)
    elif read_to is not None and now - read_to < REACHES_BACK:  # nothing has changed for long: cdc tells what is gone
        yield _changes(context, read_to - context.stream.lookback, told)
    tells_all = bool(told) and told[0] < MOST_CHANGES
    if not tells_all or now - lower >= REACHES_BACK:
        yield _listed(context, lower)
    if not tells_all or counted != context.count_of_live():
        request = _asked(context, _select(f"Id, {CHANGED}", _entity(context), None))
        stream = context.stream
        yield ReadStep(request, PAGES, RecordSchema(key=("Id",)), stream.records, reads="keys", may_lack=True)


def _listed(context: Context, since: datetime | None) -> ReadStep:
    stream = context.stream
    request = _asked(context, _select("*", _entity(context), since and since.replace(microsecond=0)))
    return ReadStep(request, PAGES, stream.row, stream.records, may_lack=True)


def _changes(context: Context, since: datetime, told: list[int]) -> ReadStep:
    """What cdc gives; how many records that are is noted in `told`."""
    entity = _entity(context)
    params = {"entities": entity, "changedSince": iso(since.replace(microsecond=0)), "minorversion": MINOR_VERSION}

    def note(_: Context, page: Page) -> None:
        told.append(len(page.records))

    place = f"CDCResponse.0.QueryResponse.0.{entity}"
    return ReadStep(
        Request(f"{_root(context)}/cdc", params), OnePage(), context.stream.row, place, notes=note, may_lack=True
    )


def _asked(context: Context, query: str) -> Request:
    return Request(f"{_root(context)}/query", {"query": query, "minorversion": MINOR_VERSION})


def _entity(context: Context) -> str:
    return context.stream.params["entity"]


def _root(context: Context) -> str:
    return f"/v3/company/{context.settings['realm_id']}"


def count(context: Context) -> int:
    """How many records there are, those made inactive included. Raises BadResponse where it is not said."""
    entity = _entity(context)
    request = _asked(context, f"SELECT COUNT(*) FROM {entity}{_where(entity, None)}")
    answer = msgspec.json.decode(context.http.send(request, context.where).body)
    found = (answer.get("QueryResponse") or {}).get("totalCount") if isinstance(answer, dict) else None
    if not isinstance(found, int) or isinstance(found, bool):
        raise BadResponse("the count does not say how many records there are", where=context.where)
    context.source_total = found
    return found


def throttled(reply: Reply) -> float | None:
    """A refusal that does not say for how long is for a minute."""
    return A_MINUTE if reply.status == 429 and "retry-after" not in reply.headers else None


def faults_in_200(reply: Reply) -> str | None:
    """A fault in place of records, or beside them, by its codes; its words may quote values."""
    if b'"Fault"' not in reply.body:
        return None
    answer = msgspec.json.decode(reply.body)
    answers = [answer, *answer.get("CDCResponse", [])] if isinstance(answer, dict) else []
    return next((_codes(one["Fault"]) for one in answers if isinstance(one, dict) and one.get("Fault")), None)


def _codes(fault: Any) -> str:
    errors = fault.get("Error") if isinstance(fault, dict) else None
    codes = [str(e.get("code", "")) for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
    told = [code for code in codes if re.fullmatch(r"\d{1,8}", code)]
    return f"QuickBooks' fault {', '.join(told)}" if told else "a fault"


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An app with the refresh token that somebody's consent gave it, for one company."""
    return oauth(
        Grant(
            "quickbooks",
            f"{settings['login_url'].rstrip('/')}/oauth2/v1/tokens/bearer",
            {},
            secrets["refresh_token"],
            Path(settings["token_file"]) if settings.get("token_file") else None,
            client=(settings["client_id"], secrets["client_secret"]),
            ca_file=settings.get("ca_file", ""),
        )
    )


QUICKBOOKS = Connector(
    "quickbooks",
    STREAMS,
    read_plan,
    auth,
    settings={
        "base_url": "https://quickbooks.api.intuit.com",
        "login_url": "https://oauth.platform.intuit.com",
        "client_id": None,
        "realm_id": None,
    },
    meanings={"realm_id": "The company's id at QuickBooks (realm id), which consenting gives beside the code."},
    secrets=("client_secret", "refresh_token"),
    rate=(8, 1.0),  # 500 a minute and 10 a second
    at_once=4,  # 10 at once
    throttled=throttled,
    faults_in_200=faults_in_200,
    count=count,
)
