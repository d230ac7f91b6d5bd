"""Asana's API 1.0, as far as tasks are read: workspaces, projects, tasks of a project, page by page.

Shapes: Asana/openapi. Traps that it plays: without `opt_fields` only ids and names come; without a limit nothing says
whether a page is the last; a token is good for the request that gave it; a task may stand in two projects; what is in
the bin is in no list, and its time of change stays; the search needs a paid plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.draws import Flags
from crm360.connectors.sandbox.company.pipeline import LOST, WON
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.asana.fake import WORKSPACE

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.draws import Ints

Record = dict[str, Any]
PROJECTS = {"1206000000000001": "Offers", "1206000000000002": "Renewals"}
MOST = 100
MADE = clock.iso_ms(np.array([clock.night(0) - 800 * clock.DAY]))[0]
_COMPACT = ("gid", "name", "resource_type", "resource_subtype")
_SECTIONS = ("To do", "Doing", "Done")


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Asana's error body."""
    return Reply(
        {"errors": [{"message": message, "help": "For more information on API status codes …"}]}, status, headers or {}
    )


def unauthorised() -> Reply:
    return error(401, "Not Authorized")


def _answer(call: Call, records: list[Record], last: str | None) -> Reply:
    """A page; where a limit was asked for, with what follows it."""
    wanted = {name.split(".")[0] for name in call.query.get("opt_fields", "").split(",") if name}
    shown = [{k: v for k, v in one.items() if k in (wanted | {"gid"} if wanted else _COMPACT)} for one in records]
    told: Record = {"data": shown}
    if "limit" in call.query:
        query = urlencode(dict(call.query) | {"offset": last or ""})
        path = f"/{call.path.rsplit('/', 1)[-1]}?{query}"
        told["next_page"] = {"offset": last, "path": path, "uri": f"{call.root}{call.path}?{query}"} if last else None
    return Reply(told, keep=True)


def _size(call: Call) -> int:
    size = call.number("limit", MOST)
    if not 1 <= size <= MOST:
        raise Refused(400, f"limit: Must be between 1 and {MOST}")
    return size


def workspaces(_company: Company, call: Call) -> Reply:
    """GET /workspaces"""
    return _answer(call, [{"gid": WORKSPACE, "name": "Sandbox", "resource_type": "workspace"}], None)


def projects(_company: Company, call: Call) -> Reply:
    """GET /projects"""
    if call.query.get("workspace") != WORKSPACE:
        raise Refused(403, "You do not have access to this workspace")
    every = [
        {
            "gid": gid,
            "resource_type": "project",
            "name": name,
            "archived": False,
            "created_at": MADE,
            "modified_at": MADE,
        }
        for gid, name in PROJECTS.items()
    ]
    start, size = int(call.query.get("offset") or 0), _size(call)
    return _answer(call, every[start : start + size], str(start + size) if start + size < len(every) else None)


def _within(company: Company, project: str) -> Flags:
    """Which deals' tasks stand in a project: by whether it is the first deal with somebody; some in both."""
    first = company.pipeline.deals["turn"] == 0
    place = list(PROJECTS).index(project)
    return (first if place == 0 else ~first) | (np.arange(len(first)) % 9 == 0)


def tasks(company: Company, call: Call) -> Reply:
    """GET /tasks"""
    project = call.query.get("project")
    if project is None:
        raise Refused(400, "You should specify one of project, tag, section, user_task_list, or assignee + workspace")
    if project not in PROJECTS:
        raise Refused(404, f"project: Unknown object: {project}")
    table, size = company.table("asana", "tasks"), _size(call)
    keep = (table["state"] == LIVE) & _within(company, project)
    since = call.query.get("modified_since")
    if since:
        try:
            keep &= table["changed"] >= clock.moment(since)
        except ValueError:
            raise Refused(400, f"modified_since: Not a valid datetime: {since}") from None
    rows = np.flatnonzero(keep)
    if offset := call.query.get("offset"):
        asked, row = cursors.read(offset)
        if asked != int(project):
            raise Refused(400, "offset: Your pagination token is invalid.")
        rows = rows[rows > row]
    page = rows[:size]
    last = cursors.written(int(project), int(page[-1])) if len(rows) > size else None
    return _answer(call, written(company, page), last)


def search(_company: Company, _call: Call) -> Reply:
    """GET /workspaces/{gid}/tasks/search"""
    raise Refused(402, "Search is only available to premium users.")


def written(company: Company, rows: Ints) -> list[Record]:
    """The tasks of rows, with what a test said."""
    table, deals = company.table("asana", "tasks"), company.pipeline.deals
    if not len(rows):
        return []
    standing = {gid: _within(company, gid) for gid in PROJECTS}
    contact = deals["contact"][rows].astype(np.int64)
    flags = np.where(contact >= 0, company.pipeline.contacts["slips"][np.maximum(contact, 0)], 0)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), deals.ids(rows).tolist(), flags.tolist(),
        company.people.written(deals["person"][rows].astype(np.int64)), deals["stage"][rows].tolist(),
        clock.iso_ms(table["created"][rows]), clock.iso_ms(table["changed"][rows]), clock.iso_s(deals["ends"][rows]),
        table["edition"][rows].tolist(),
        [[gid for gid, there in standing.items() if there[row]] for row in rows.tolist()],
        strict=True,
    )  # fmt: skip
    found = []
    for row, number, deal, flag, person, stage, created, changed, ends, edition, within in columns:
        is_done = stage in (WON, LOST)
        section = _SECTIONS[2 if is_done else min(stage, 1)]
        email = slips.email(person, flag)
        told = (("Deal", "1208000000000001", str(deal)), ("Customer e-mail", "1208000000000002", email))
        record = {
            "gid": str(number), "resource_type": "task",
            "resource_subtype": "milestone" if row % 11 == 0 else "default_task",
            "name": f"Follow the offer up{f' ({edition})' if edition else ''}", "completed": is_done,
            "completed_at": changed if is_done else None, "created_at": created, "modified_at": changed,
            "due_on": ends[:10] if row % 4 else None, "due_at": None, "is_rendered_as_separator": False, "notes": "…",
            "memberships": [
                {"project": {"gid": gid, "name": PROJECTS[gid], "resource_type": "project"},
                 "section": {"gid": f"{gid}9", "name": section, "resource_type": "section"}} for gid in within
            ],
            "custom_fields": [{"gid": gid, "name": name, "display_value": text} for name, gid, text in told],
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("GET", "/asana/api/1.0/workspaces", workspaces),
    ("GET", "/asana/api/1.0/projects", projects),
    ("GET", "/asana/api/1.0/tasks", tasks),
    ("GET", "/asana/api/1.0/workspaces/{workspace}/tasks/search", search),
]
