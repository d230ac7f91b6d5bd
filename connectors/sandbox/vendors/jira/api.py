"""Jira Cloud's REST API v3, as far as issues are read: who one is, the search by JQL, a count that is about right.

Shapes: developer.atlassian.com, "Issue search", "Myself". Traps that it plays: a query's times are whole minutes in the
zone of the user, which is no full number of hours from UTC; records tell theirs with that offset; a query without a
bound is refused; without `fields` only ids come; an address may be hidden; agents report issues, too; what is deleted
leaves nothing; the old search is gone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.support import CLOSED, SOLVED
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.jira.fake import USER
from crm360.connectors.sandbox.vendors.zendesk import records as zendesk_records

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

ZONE = ZoneInfo("Australia/Adelaide")
INDEXED_AFTER = 0
"""Milliseconds by which changes are late in the search; a test says so."""
MOST, MOST_IDS, BY_DEFAULT = 100, 5000, 50
_JQL = re.compile(
    r'(?:project in \((?P<projects>[\w, ]+)\)(?: AND )?)?(?:updated >= "(?P<since>[\d: -]+)")? ?'
    r"(?:ORDER BY updated ASC)?"
)
_WAITING = ("To Do", "new"), ("In Progress", "indeterminate")


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Jira's error body."""
    return Reply({"errorMessages": [message], "errors": {}}, status, headers or {})


def unauthorised() -> Reply:
    return Reply(b"Client must be authenticated to access this resource.", 401, media_type="text/plain")


def myself(_company: Company, _call: Call) -> Reply:
    """GET /rest/api/3/myself"""
    told = {"accountId": "5b10a2844c20165700ede21g", "accountType": "atlassian", "emailAddress": USER}
    return Reply(told | {"displayName": "Robot", "locale": "en_US", "timeZone": str(ZONE)}, aside=True)


def fields(_company: Company, _call: Call) -> Reply:
    """GET /rest/api/3/field: two of those that their owner made."""
    own = (("customfield_10002", "Organizations", "array"), ("customfield_10050", "CRM contact", "string"))
    return Reply([{"id": i, "key": i, "name": n, "custom": True, "schema": {"type": k}} for i, n, k in own], aside=True)


def gone(_company: Company, _call: Call) -> Reply:
    """GET and POST /rest/api/3/search"""
    raise Refused(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")


def _found(company: Company, jql: str, indexed_after: int = 0) -> Ints:
    """The rows that a query finds, in order of change."""
    asked = _JQL.fullmatch(jql.strip())
    if asked is None:
        raise Refused(400, "Error in the JQL Query")
    if not asked["projects"] and not asked["since"]:
        raise Refused(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    table = company.table("jira", "issues")
    rows = table.by("changed")
    keep = (table["state"] == LIVE) & (table["changed"] <= company.now - indexed_after)
    if asked["projects"] and "SUP" not in asked["projects"].replace(" ", "").split(","):
        keep &= False
    if asked["since"]:
        try:
            since = datetime.strptime(asked["since"], "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
        except ValueError:
            raise Refused(400, "Date value is invalid. Valid formats include: 'yyyy-MM-dd HH:mm'") from None
        keep &= table["changed"] >= clock.moment(since.astimezone(UTC))
    return rows[keep[rows]]


def search(company: Company, call: Call) -> Reply:
    """GET and POST /rest/api/3/search/jql"""
    asked: dict[str, Any] = dict(call.query) if call.method == "GET" else call.json()
    if "startAt" in asked:
        raise Refused(400, "Unrecognized field 'startAt'")
    fields = asked.get("fields") or ["id"]
    fields = fields.split(",") if isinstance(fields, str) else fields
    bare = set(fields) <= {"id", "key"}
    size = min(int(asked.get("maxResults") or BY_DEFAULT), MOST_IDS if bare else MOST)
    rows = _found(company, str(asked.get("jql") or ""), 0 if bare else INDEXED_AFTER)
    if token := asked.get("nextPageToken"):
        time, row = cursors.read(str(token))
        changed = company.table("jira", "issues")["changed"][rows]
        rows = rows[(changed > time) | ((changed == time) & (rows > row))]
    page = rows[:size]
    head: dict[str, Any] = {"isLast": len(rows) <= size}
    if len(rows) > size:
        last = int(page[-1])
        head |= {"nextPageToken": cursors.written(int(company.table("jira", "issues")["changed"][last]), last)}
    told = issues(company, page)
    for record in told:
        if bare:
            record.pop("fields")
        elif "*all" not in fields:
            record["fields"] = {name: value for name, value in record["fields"].items() if name in fields}
    return Reply({"issues": told} | head, keep=True)


def approximate_count(company: Company, call: Call) -> Reply:
    """POST /rest/api/3/search/approximate-count"""
    return Reply({"count": len(_found(company, str(call.json().get("jql") or "")))}, aside=True)


def _local(at: Ints) -> list[str]:
    """Times as Jira tells them: in the user's zone, with an offset that has no colon."""
    told = (datetime.fromtimestamp(moment / clock.SECOND, ZONE) for moment in at.tolist())
    return [f"{moment:%Y-%m-%dT%H:%M:%S}.000{moment:%z}" for moment in told]


def issues(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """The issues of rows, with what a test said."""
    if not len(rows):
        return []
    table, desk = company.table("jira", "issues"), company.desk
    user = desk.tickets["user"][rows].astype(np.int64)
    person = desk.users["person"][user].astype(np.int64)
    contact = company.pipeline.contact_of
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), zendesk_records.tickets(company, rows),
        zendesk_records.users(company, user), person.tolist(), desk.tickets["status"][rows].tolist(),
        table["edition"][rows].tolist(), _local(table["created"][rows]), _local(table["changed"][rows]),
        _local(desk.tickets["solved"][rows]), clock.iso_s(table["created"][rows] + 4 * clock.DAY), strict=True,
    )  # fmt: skip
    found = []
    for row, number, ticket, asker, who, status, edition, created, changed, solved, due in columns:
        is_done = status in (SOLVED, CLOSED)
        name, category = ("Done", "done") if is_done else _WAITING[status % 2]
        reporter: dict[str, Any] = {"accountId": f"qm:{asker['id']}", "displayName": asker["name"], "active": True}
        reporter["accountType"] = "atlassian" if row % 7 == 3 else "customer"
        if row % 5 and asker["email"]:
            reporter["emailAddress"] = asker["email"]
        organization = ticket["organization_id"]
        at = desk.organizations.row_of(organization) if organization else None
        firms = zendesk_records.organizations(company, np.array([at])) if at is not None else []
        known = int(contact[who]) if 0 <= who < len(contact) else -1
        fields = {
            "summary": f"{ticket['subject']} ({edition})" if edition else ticket["subject"], "labels": [],
            "status": {"id": "10001", "name": name, "statusCategory": {"id": 4, "key": category, "name": name}},
            "issuetype": {"id": "10006", "name": "Service Request", "subtask": False},
            "priority": {"id": "3", "name": "Medium"}, "project": {"id": "10000", "key": "SUP", "name": "Support"},
            "created": created, "updated": changed, "duedate": due[:10] if row % 4 else None,
            "resolutiondate": solved if is_done and row % 6 else None,
            "statuscategorychangedate": solved if is_done else created, "reporter": reporter,
            "customfield_10002": [{"id": str(organization), "name": firm["name"]} for firm in firms],
            "customfield_10050": str(company.pipeline.contacts.ids(np.array([known]))[0])
            if known >= 0 and row % 3 == 0 else None,
        }  # fmt: skip
        record = {"expand": "", "id": str(number), "key": f"SUP-{row + 1}", "fields": fields}
        record["self"] = f"https://sandbox.example/rest/api/3/issue/{number}"
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("GET", "/jira/rest/api/3/myself", myself),
    ("GET", "/jira/rest/api/3/field", fields),
    ("GET", "/jira/rest/api/3/search/jql", search),
    ("POST", "/jira/rest/api/3/search/jql", search),
    ("POST", "/jira/rest/api/3/search/approximate-count", approximate_count),
    ("GET", "/jira/rest/api/3/search", gone),
    ("POST", "/jira/rest/api/3/search", gone),
]
