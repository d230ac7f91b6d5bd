"""Asana: tasks by project, with whom they are for where a custom field says it.

    GET /api/1.0/projects?workspace                   all projects, archived ones, too
    GET /api/1.0/tasks?project&modified_since         of each project what has changed since
    GET /api/1.0/tasks?project                        of each project all ids, every night

A page goes on by the token that it gives, and says that it is the last by `next_page: null`, if a limit was asked for.
Nothing but ids and names comes unless fields are asked for. What is put into the bin is in no list and changes no time.
The search across a workspace needs a paid plan (402) and has no pages, so tasks are read project by project: what
stands in no project, or below another task, is not read. Nor is who it is assigned to, and what is written in it.
Sources: Asana/openapi (defs/asana_oas.yaml), getTasks, getProjects, NextPage, TaskResponse; asana 5.4.0 (PyPI).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from crm360.connectors.engine import whom
from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth, bearer
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

MOST = "100"  # records a page: the API's most
GONE = 404  # a project that was deleted since it was listed
TASKS = "/api/1.0/tasks"
ABOUT_PROJECTS = "name,archived,created_at,modified_at"
ABOUT_TASKS = (
    "name,resource_subtype,completed,completed_at,created_at,modified_at,due_on,due_at,is_rendered_as_separator,"
    "memberships.project.name,memberships.section.name,custom_fields.name,custom_fields.display_value"
)


@dataclass(frozen=True)
class NextPage:
    """{"data": [...], "next_page": {"offset": "eyJ0…", "path": "/tasks?…", "uri": "https://…"}}; null on the last."""

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse for an answer that does not say whether it is the last."""
        if not page.has("next_page"):
            raise BadResponse("the answer does not say whether it is the last ('next_page')")
        if page.get("next_page") is None:
            return None
        offset = page.get("next_page.offset")
        if not isinstance(offset, str) or not offset:
            raise BadResponse("the answer says that there is more, but not where")
        return request.with_params(offset=offset)


PAGES = NextPage()
ROW = RecordSchema(key=("gid",), changed="modified_at")

STREAMS = (
    Stream(
        "projects",
        "projects",
        "/api/1.0/projects",
        ROW,
        PAGES,
        "data",
        cursor=False,
        deletes=("sweep",),
        needs="projects:read",
    ),
    Stream("tasks", "tasks", TASKS, ROW, PAGES, "data", deletes=("sweep",), parent="projects", needs="tasks:read"),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All projects; of each project what has changed since, and all ids."""
    stream, lower = context.stream, context.window.lower
    if stream.name == "projects":
        about = {"workspace": context.settings["workspace"], "limit": MOST, "opt_fields": ABOUT_PROJECTS}
        yield ReadStep(Request(stream.path, about), PAGES, stream.row, stream.records)
        return
    projects = [project for project, _ in context.parents()]
    known = set(context.state.get("projects", []))
    for project in projects:
        asked = Request(TASKS, {"project": project, "limit": MOST, "opt_fields": ABOUT_TASKS})
        if lower is not None and project in known:
            asked = asked.with_params(modified_since=iso(lower))
        yield ReadStep(asked, PAGES, stream.row, stream.records, no_data=(GONE,), enrich=_with_customers)
    for project in projects if lower is not None else ():
        every = Request(TASKS, {"project": project, "limit": MOST})
        yield ReadStep(every, PAGES, RecordSchema(key=("gid",)), stream.records, reads="keys", no_data=(GONE,))
    context.state["projects"] = projects


def _with_customers(context: Context, records: list[bytes]) -> list[bytes]:
    """Each task with whom it is for, in one shape; a field is named by its name or its gid."""
    whole = []
    for record in records:
        told: dict[str, Any] = {}
        for field in msgspec.json.decode(record).get("custom_fields") or []:
            told.setdefault(field.get("name"), field.get("display_value"))
            told[field["gid"]] = field.get("display_value")
        whole.append(whom.with_customer(record, whom.named(context.settings, told.get)))
    return whole


def wrong(settings: Mapping[str, str], _options: Any) -> str | None:
    """What is wrong with the settings, in words."""
    return whom.wrong(settings)


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A personal access token, or that of a service account."""
    return bearer(secrets["token"])


ASANA = Connector(
    "asana",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://app.asana.com", "workspace": None, **whom.SETTINGS},
    meanings={"workspace": "The gid of the workspace or organization.", **whom.MEANINGS},
    rate=(140, 60.0),  # 150 a minute without a paid plan, 1,500 with one
    wrong=wrong,
)
