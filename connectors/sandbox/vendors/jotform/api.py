"""Jotform's API, version 1: forms, their questions, and what was submitted.

Rules: api.jotform.com/docs. Traps that it plays: times without a zone are New York's; numbers are texts; answers stand
under their questions' numbers, and what nobody answered has none; who gives a name gives its parts; a submission that
was never edited has no `updated_at`; an empty page is the only end; nothing to list is an empty list in place of an
object.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
BY_DEFAULT, MOST = 20, 1000
THERE = ZoneInfo("America/New_York")
FORMS = {"250010000000001": "A month with us", "250010000000002": "Almost a year with us", "250010000000003": "Empty"}
COLUMNS = {"created_at": "created", "updated_at": "changed"}
QUESTIONS = {
    "1": {"qid": "1", "type": "control_head", "text": "Tell us", "name": "header", "order": "1"},
    "3": {"qid": "3", "type": "control_scale", "text": "How likely are you to recommend us?", "name": "nps",
          "order": "2", "scaleAmount": "10", "scaleFrom": "0", "required": "Yes"},
    "4": {"qid": "4", "type": "control_email", "text": "Your e-mail", "name": "email", "order": "3"},
    "5": {"qid": "5", "type": "control_fullname", "text": "Your name", "name": "name", "order": "4"},
    "6": {"qid": "6", "type": "control_textarea", "text": "Why?", "name": "why", "order": "5"},
}  # fmt: skip
WORDS = ("Slow delivery.", "It is fine.", "Wonderful people!")


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Jotform's error body."""
    told = {"responseCode": status, "message": message, "content": "", "duration": "8.77 ms"}
    return Reply(told, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "You're not authorized to use (/user-forms)")


def _there(at: int) -> str:
    """2026-06-30 22:00:00, as clocks in New York show it."""
    return datetime.fromtimestamp(at / clock.SECOND, THERE).strftime("%Y-%m-%d %H:%M:%S")


def _answered(content: Any, call: Call) -> Reply:
    limit, offset = call.number("limit", BY_DEFAULT), call.number("offset", 0)
    around = {"offset": offset, "limit": limit, "count": len(content)}
    told = {"responseCode": 200, "message": "success", "content": content, "duration": "31.86 ms"}
    return Reply({**told, "resultSet": around, "limit-left": 4996}, keep=True)


def _page(call: Call) -> slice:
    limit, offset = call.number("limit", BY_DEFAULT), call.number("offset", 0)
    if not 1 <= limit <= MOST:
        raise Refused(400, f"limit is at most {MOST}")
    return slice(offset, offset + limit)


def _rows(company: Company, form: str) -> Ints:
    if form not in FORMS:
        raise Refused(404, "Requested URL (/form) is not available!")
    table = company.table("jotform", "submissions")
    rows = table.by("created")
    turn = company.opinions.answers["turn"][rows] == list(FORMS).index(form)
    return rows[turn & (table["state"][rows] == LIVE)]


def forms(company: Company, call: Call) -> Reply:
    """GET /v1/user/forms"""
    made = _there(clock.night(0) - 900 * clock.DAY)
    every = [
        {
            "id": form, "username": "sandbox", "title": title, "height": "539", "status": "ENABLED", "created_at": made,
            "updated_at": made, "last_submission": None, "new": "0", "count": str(len(_rows(company, form))),
            "type": "LEGACY", "favorite": "0", "archived": "0", "url": f"https://form.sandbox.example/{form}",
        }
        for form, title in FORMS.items()
    ]  # fmt: skip
    return _answered(every[_page(call)], call)


def questions(_company: Company, call: Call) -> Reply:
    """GET /v1/form/{id}/questions"""
    form = call.parts["form"]
    if form not in FORMS:
        raise Refused(404, "Requested URL (/form) is not available!")
    return _answered([] if FORMS[form] == "Empty" else QUESTIONS, call)


def submissions(company: Company, call: Call) -> Reply:
    """GET /v1/form/{id}/submissions"""
    table, rows = company.table("jotform", "submissions"), _rows(company, call.parts["form"])
    if call.query.get("orderby", "created_at") != "created_at":
        raise Refused(400, "the sandbox orders by created_at")
    for name, value in json.loads(call.query.get("filter") or "{}").items():
        field, _, how = name.partition(":")
        if field not in COLUMNS or how != "gt":
            raise Refused(400, "the sandbox filters by created_at:gt and updated_at:gt")
        at = datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=THERE)
        rows = rows[table[COLUMNS[field]][rows] > at.timestamp() * clock.SECOND]
        if field == "updated_at":
            rows = rows[table["changed"][rows] > table["created"][rows]]
    return _answered(records(company, rows[_page(call)]), call)


def records(company: Company, rows: Ints) -> list[Record]:
    """The submissions of rows, with what a test said."""
    if not len(rows):
        return []
    table, answers = company.table("jotform", "submissions"), company.opinions.answers
    people = company.people.written(answers["person"][rows].astype(np.int64))
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), people, answers["slips"][rows].tolist(),
        answers["score"][rows].tolist(), answers["turn"][rows].tolist(), table["created"][rows].tolist(),
        table["changed"][rows].tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, person, flags, score, turn, created, changed, edition in columns:
        given: dict[str, Any] = {"3": str(score)}
        if row % 3 == 0:
            given["6"] = f"{WORDS[0 if score < 7 else 1 if score < 9 else 2]}" + (f" ({edition})" if edition else "")
        if row % 4:
            given["4"] = slips.email(person, flags) or person.email
        if row % 2:
            first, last = slips.name(person, flags)
            given["5"] = {"first": first or "", "last": last or ""}
        told = {
            number: {n: q[n] for n in ("name", "order", "text", "type")}
            | ({"answer": given[number]} if given.get(number) else {})
            for number, q in QUESTIONS.items()
        }
        record = {
            "id": str(number), "form_id": list(FORMS)[turn], "ip": "192.0.2.7", "created_at": _there(created),
            "status": "ACTIVE", "new": "1", "flag": "0", "notes": "",
            "updated_at": _there(changed) if changed > created else None, "answers": told,
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = (
    ("GET", "/jotform/v1/user/forms", forms),
    ("GET", "/jotform/v1/form/{form}/questions", questions),
    ("GET", "/jotform/v1/form/{form}/submissions", submissions),
)
