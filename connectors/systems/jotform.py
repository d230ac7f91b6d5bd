"""Jotform: forms with their questions, and what was submitted.

    GET /v1/user/forms?limit&offset                          all forms, with how many submissions each has
    GET /v1/form/{id}/questions                              what is asked
    GET /v1/form/{id}/submissions?filter={"created_at:gt"}   what was submitted since; then what was edited since

A submission without a change has no `updated_at`. Times are told without a zone, and are New York's unless the settings
say otherwise; `submitted_at` and `changed_at` are UTC. Answers stand under their numbers; here they are a list. What is
deleted is missed in the number that the list of forms tells; then all submissions are read. Addresses of machines (ip)
are not landed.
Sources: api.jotform.com/docs; jotform 1.2 (PyPI), the publisher's client; jotform/jotform-api-nodejs, issue 11.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import members
from crm360.connectors.engine.pagination import Numbered
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

MOST = "1000"
ZONE = "America/New_York"
THERE = "%Y-%m-%d %H:%M:%S"
STRICTLY = timedelta(seconds=1)  # times have seconds, and gt leaves its own out
GONE = 404  # a form that was deleted since it was listed
KEPT = ("type", "name", "text")  # of an answer, beside what was said
PAGES = Numbered("offset", "records")

STREAMS = (
    Stream(
        "forms", "forms", "/v1/user/forms", RecordSchema(changed="updated_at", zone=ZONE), PAGES, "content",
        cursor=False, deletes=("sweep",), needs="an API key that may read",
    ),
    Stream(
        "submissions", "surveys", "/v1/form/{form}/submissions",
        RecordSchema(changed="changed_at", deleted=("status", ("DELETED",))), PAGES, "content",
        lookback=timedelta(hours=1), deletes=("flag", "sweep"), parent="forms", needs="an API key that may read",
    ),
)  # fmt: skip


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All forms; of each what was submitted or edited since, and all where the numbers differ."""
    stream, lower = context.stream, context.window.lower
    every = {"limit": MOST, "offset": "0", "orderby": "created_at"}
    if stream.name == "forms":
        yield ReadStep(Request(stream.path, every), PAGES, stream.row, stream.records, enrich=_with_questions)
        return
    forms, known, total = dict(context.parents()), set(context.state.get("forms", [])), 0
    for form, record in forms.items():
        total += _counted(record, context.where)
        asked = Request(stream.path.format(form=form), every)
        for field in ("created_at", "updated_at") if lower is not None and form in known else ("",):
            step = asked.with_params(filter=_since(context, field))
            yield ReadStep(step, PAGES, stream.row, stream.records, enrich=_as_lists, no_data=(GONE,))
    if lower is not None and total != context.count_of_live():
        for form in forms:
            asked = Request(stream.path.format(form=form), every)
            keys = RecordSchema(deleted=stream.row.deleted)
            yield ReadStep(asked, PAGES, keys, stream.records, reads="keys", no_data=(GONE,))
    context.state["forms"] = list(forms)


def _counted(form: Mapping[str, Any], where: str) -> int:
    """How many submissions a form has. Raises BadResponse where Jotform does not say it."""
    told = str(form.get("count", ""))
    if not told.isdigit():
        raise BadResponse("a form does not state its 'count'", where=where)
    return int(told)


def _since(context: Context, field: str) -> str | None:
    """The filter for what is newer than the window's beginning; None for all."""
    lower = context.window.lower
    if lower is None or not field:
        return None
    return json.dumps({f"{field}:gt": _told_there(lower - STRICTLY, context.settings["time_zone"])})


def _told_there(moment: datetime, zone: str) -> str:
    """2026-07-01 22:00:00, as clocks there showed a moment."""
    return iso(moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)), "", " ")


def utc_of(told: Any, zone: str) -> Any:
    """The moment in UTC, ISO 8601; what can't be read as it is told."""
    try:
        return iso(datetime.strptime(told, THERE).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))
    except (TypeError, ValueError):
        return told


def _with_questions(context: Context, records: list[bytes]) -> list[bytes]:
    """Each form with what it asks, as a list; one that was deleted meanwhile stays without."""
    whole = []
    for record in records:
        reply = context.http.send(
            Request(f"/v1/form/{msgspec.json.decode(record)['id']}/questions"), context.where, (GONE,)
        )
        asked = [] if reply.status == GONE else _listed(msgspec.json.decode(reply.body)["content"])
        whole.append(msgspec.json.encode({**members(record), "questions": asked}))
    return whole


def _listed(by_number: Any) -> list[dict[str, Any]]:
    """What stands under its number, as a list; nothing at all is told as an empty list."""
    found = by_number.items() if isinstance(by_number, dict) else ()
    return [{**one, "qid": number} for number, one in sorted(found)]


def _as_lists(context: Context, records: list[bytes]) -> list[bytes]:
    """Each submission with its answers as a list, and with when it was submitted and last changed, in UTC."""
    whole, zone = [], context.settings["time_zone"]
    for record in records:
        own, read = members(record), msgspec.json.decode(record)
        answers = [answer_of(one) for one in _listed(read.get("answers")) if one.get("answer") not in (None, "", [])]
        submitted = utc_of(read.get("created_at"), zone)
        changed = utc_of(read.get("updated_at"), zone) or submitted
        kept = {name: value for name, value in own.items() if name not in ("answers", "ip")}
        times = {"submitted_at": submitted, "changed_at": changed}
        whole.append(msgspec.json.encode({**kept, "answers": answers, **times}))
    return whole


def answer_of(one: Mapping[str, Any]) -> dict[str, Any]:
    """A text as it is; of what has parts, such as a name or a number, the parts by their names."""
    said = one["answer"]
    told: dict[str, Any] = {"said": None, "parts": said} if isinstance(said, dict) else {"said": said, "parts": None}
    if isinstance(said, list):
        told = {"said": "; ".join(map(str, said)), "parts": None}
    return {"qid": one["qid"], **{name: one.get(name) for name in KEPT}, **told}


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A key, in a header of Jotform's own."""
    return Auth({"APIKEY": secrets["token"]}, (secrets["token"],))


def wrong(settings: Mapping[str, str], _options: Any) -> str | None:
    """What is wrong with the settings, in words."""
    zone = settings["time_zone"]
    return None if zone in available_timezones() else f"time_zone is a name such as {ZONE}, not {zone!r}"


JOTFORM = Connector(
    "jotform",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.jotform.com", "time_zone": ZONE},
    meanings={"time_zone": "The zone in which Jotform tells times, which it does not say."},
    wrong=wrong,
    rate=(5, 1.0),
)
