"""Jira Cloud: issues, with whom they are for where that can be told.

    GET  /rest/api/3/myself            in which time zone queries are read
    POST /rest/api/3/search/jql        updated >= "yyyy-MM-dd HH:mm" ORDER BY updated, by nextPageToken
    POST …/search/jql                  all ids, every night: a deletion leaves no trace

A query counts whole minutes, in the time zone of the user whose token it is, and knows no offset: the window's
beginning is told in that zone, earlier around a change of clocks, a day earlier where the zone is not told. It needs a
bound, gives nothing but ids unless fields are named, and no total. The search lags behind: a new issue may be missing
for minutes, so an hour is read again. What nobody asked for is not pulled: descriptions, comments, assignees.
Whose an issue is: its reporter, if that is a customer of the service desk and the address is not hidden; and what the
fields hold that settings name. Sources: developer.atlassian.com, "Issue search" (search/jql), "Myself", CHANGE-2046;
support.atlassian.com, "JQL fields"; singer-io/tap-jira; jira 3.10.5 (PyPI).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from crm360.connectors.engine import whom
from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth, basic
from crm360.connectors.engine.stream import Stream

SEARCH = "/rest/api/3/search/jql"
RECORDS, IDS = 100, 5000  # a page; of ids alone more come
BEGINNING = "1999-01-01 00:00"  # a query without a bound is refused
HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
PROJECT = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,254}")
FIELDS = (
    "summary", "status", "issuetype", "priority", "project", "created", "updated", "duedate", "resolutiondate",
    "statuscategorychangedate", "reporter",
)  # fmt: skip


@dataclass(frozen=True)
class TokenInBody:
    """The next page's token goes into the body; the last page says that it is, or that there is no token.

    {"issues": [...], "nextPageToken": "CAEaAggD", "isLast": false}
    """

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse for a page that says neither where it goes on nor that it ends."""
        token, last = page.get("nextPageToken"), page.get("isLast")
        if last is True or (token is None and last is None and page.has("nextPageToken")):
            return None
        if not isinstance(token, str) or not token:
            raise BadResponse("the answer does not say whether it is the last ('isLast')")
        return request.with_body(nextPageToken=token)


PAGES = TokenInBody()

STREAMS = (
    Stream(
        "issues",
        "tasks",
        SEARCH,
        RecordSchema(changed="fields.updated"),
        PAGES,
        "issues",
        lookback=HOUR,  # the search's index may lag
        deletes=("sweep",),
        needs="Browse projects",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What has changed since; then all ids."""
    stream, lower = context.stream, context.window.lower
    fields = [*FIELDS, *sorted({context.settings[name] for name in whom.FIELDS if context.settings.get(name)})]
    since = BEGINNING if lower is None else in_zone(lower, _zone(context))
    yield ReadStep(_asked(context, since, fields, RECORDS), PAGES, stream.row, stream.records, enrich=_with_customers)
    if lower is not None:
        every = _asked(context, BEGINNING, ["id"], IDS)
        yield ReadStep(every, PAGES, RecordSchema(), stream.records, reads="keys")


def _asked(context: Context, since: str, fields: list[str], most: int) -> Request:
    projects = [key.strip() for key in context.settings.get("projects", "").split(",") if key.strip()]
    within = f"project in ({', '.join(projects)}) AND " if projects else ""
    jql = f'{within}updated >= "{since}" ORDER BY updated ASC'
    return Request(SEARCH, body={"jql": jql, "fields": fields, "maxResults": most}, method="POST")


def _zone(context: Context) -> ZoneInfo | None:
    """The time zone in which this user's queries are read; None where Jira does not tell one that is known here."""
    told = msgspec.json.decode(context.http.send(Request("/rest/api/3/myself"), context.where).body)
    try:
        return ZoneInfo(told["timeZone"])
    except (KeyError, TypeError, ValueError):
        return None


def in_zone(moment: datetime, zone: ZoneInfo | None) -> str:
    """A moment as a query takes it, never later than it is."""
    if zone is None:
        moment -= A_DAY
        return f"{moment:%Y-%m-%d %H:%M}"
    aware = moment.replace(tzinfo=UTC)
    offsets = {(aware + hours * HOUR).astimezone(zone).utcoffset() for hours in (-2, 0, 2)}
    if len(offsets) > 1:  # an hour that is told twice, or not at all
        aware -= 2 * HOUR
    return f"{aware.astimezone(zone):%Y-%m-%d %H:%M}"


def _with_customers(context: Context, records: list[bytes]) -> list[bytes]:
    """Each issue with whom it is for, in one shape."""
    whole = []
    for record in records:
        fields: dict[str, Any] = msgspec.json.decode(record)["fields"]
        customer = whom.named(context.settings, fields.get)
        reporter = fields.get("reporter") or {}
        if reporter.get("accountType") == "customer" and reporter.get("emailAddress"):
            customer.setdefault("email", reporter["emailAddress"])
        whole.append(whom.with_customer(record, customer))
    return whole


def wrong(settings: Mapping[str, str], _options: Any) -> str | None:
    """What is wrong with the settings, in words."""
    for key in filter(None, (part.strip() for part in settings.get("projects", "").split(","))):
        if not PROJECT.fullmatch(key):
            return f"projects: {key!r} is no key of a project"
    return whom.wrong(settings)


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API token of a user, as the password of Basic credentials."""
    return basic(settings["user"], secrets["token"])


JIRA = Connector(
    "jira",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": None, "user": None, "projects": "", **whom.SETTINGS},
    meanings={"projects": "The keys of the projects to read, with commas between them; all without.", **whom.MEANINGS},
    rate=(10, 1.0),
    wrong=wrong,
)
