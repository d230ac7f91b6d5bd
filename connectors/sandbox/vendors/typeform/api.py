"""Typeform's Create and Responses API: forms, their questions, and what was answered, newest first.

Rules: typeform.com/developers. Traps that it plays: an answer does not say which form it is of, nor what was asked; a
page goes on before a token, and may not be ordered then; `since` counts whole seconds; who only came to look has no
answer in the list.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.typeform.fake import FAKE, token

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
BY_DEFAULT, MOST, MOST_FORMS = 25, 1000, 200
FORMS = {"fIrStAsk": "A month with us", "sEcNdAsk": "Almost a year with us"}
WRITTEN = clock.iso_s(np.array([clock.night(0) - 900 * clock.DAY]))[0]
SCORE, WHY, EMAIL = "kD2v9sQmXh1a", "pL7c3wRtYb4e", "zM5x8nUjVf6o"
QUESTIONS = [
    {"id": SCORE, "ref": "01HNPSQUESTION00000000RECO", "type": "nps", "title": "How likely are you to recommend us?",
     "properties": {"steps": 11, "start_at_one": False, "labels": {"left": "Not at all", "right": "Extremely"}}},
    {"id": "gRp0000000aa", "ref": "01HGROUP000000000000000YOU", "type": "group", "title": "About you", "properties": {
        "fields": [
            {"id": EMAIL, "ref": "01HEMAIL000000000000000YOU", "type": "email", "title": "Your e-mail"},
            {"id": WHY, "ref": "01HWHY0000000000000000000Y", "type": "long_text", "title": "Why?"},
        ]}},
]  # fmt: skip
SEEN = {"user_agent": "-", "platform": "mobile", "referer": "-", "network_id": "-", "browser": "touch"}
WORDS = ("Slow delivery.", "It is fine.", "Wonderful people!")


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Typeform's error body."""
    return Reply({"code": f"ERROR_{status}", "description": message}, status, headers or {})


def unauthorised() -> Reply:
    return Reply({"code": "AUTHENTICATION_FAILED", "description": "Authentication credentials not found"}, 401)


def _form(form: str) -> Record:
    return {
        "id": form, "type": "form", "title": FORMS[form], "created_at": WRITTEN,
        "last_updated_at": WRITTEN, "settings": {"is_public": True, "is_trial": False},
        "_links": {"display": f"https://sandbox.example/to/{form}"},
    }  # fmt: skip


def forms(_company: Company, call: Call) -> Reply:
    """GET /forms"""
    number, size = call.number("page", 1), call.number("page_size", 10)
    if number < 1 or not 1 <= size <= MOST_FORMS:
        raise Refused(400, f"page_size is from 1 to {MOST_FORMS}")
    page = list(FORMS)[(number - 1) * size : number * size]
    head = {"total_items": len(FORMS), "page_count": -(-len(FORMS) // size)}
    return Reply(head | {"items": [_form(form) for form in page]})


def form(_company: Company, call: Call) -> Reply:
    """GET /forms/{id}"""
    if call.parts["form"] not in FORMS:
        raise Refused(404, "Resource not found")
    return Reply({**_form(call.parts["form"]), "hidden": ["customer"], "fields": QUESTIONS})


def _ordered(company: Company, call: Call) -> Ints:
    """The form's answers since a moment, newest first."""
    table = company.table("typeform", "responses")
    turn = list(FORMS).index(call.parts["form"])
    wanted = (table["state"] == LIVE) & (company.opinions.answers["turn"] == turn)
    since = call.query.get("since", "")
    if since:
        if not re.fullmatch(r"\d+|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?", since):
            raise Refused(400, "since is a Unix time or ISO 8601, to the second")
        wanted &= table["changed"] >= (int(since) * 1000 if since.isdigit() else clock.moment(since))
    rows = np.flatnonzero(wanted)
    return rows[np.lexsort((rows, table["changed"][rows]))][::-1]


def responses(company: Company, call: Call) -> Reply:
    """GET /forms/{id}/responses"""
    if call.parts["form"] not in FORMS:
        raise Refused(404, "Resource not found")
    size, before = call.number("page_size", BY_DEFAULT), call.query.get("before")
    if not 1 <= size <= MOST:
        raise Refused(400, f"page_size is from 1 to {MOST}")
    rows = _ordered(company, call)
    if before:
        if "sort" in call.query:
            raise Refused(400, "sort can't be used with before")
        row = (FAKE.naming.numbered(before) or 0) - 1
        table = company.table("typeform", "responses")
        if not 0 <= row < len(table):
            raise Refused(400, "there is no such token")
        changed = table["changed"]
        rows = rows[(changed[rows] < changed[row]) | ((changed[rows] == changed[row]) & (rows < row))]
    head = {"total_items": len(rows), "page_count": -(-len(rows) // size)}
    return Reply(head | {"items": records(company, rows[:size])}, keep=True)


def _answer(field: str, kind: str, **given: Any) -> Record:
    (how,) = given
    return {"field": {"id": field, "type": kind, "ref": f"ref-{field}"}, "type": how, **given}


def records(company: Company, rows: Ints) -> list[Record]:
    """The answers of rows, with what a test said."""
    table, answers = company.table("typeform", "responses"), company.opinions.answers
    people = company.people.written(answers["person"][rows].astype(np.int64))
    columns = zip(
        rows.tolist(), people, answers["slips"][rows].tolist(), answers["score"][rows].tolist(),
        clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows]), table["edition"][rows].tolist(),
        strict=True,
    )  # fmt: skip
    found = []
    for row, person, flags, score, landed, submitted, edition in columns:
        told = token("responses", row + 1)
        given: list[Record] = [_answer(SCORE, "nps", number=score)]
        if email := slips.email(person, flags):
            given.append(_answer(EMAIL, "email", email=email))
        if row % 3 == 0:
            given.append(_answer(WHY, "long_text", text=WORDS[min(score // 4, 2)]))
        record = {
            "landing_id": told, "token": told, "response_id": told, "response_type": "completed", "landed_at": landed,
            "submitted_at": submitted, "metadata": SEEN, "calculated": {"score": 0}, "answers": given,
            "hidden": {"customer": f"edition {edition}"} if edition else {},
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("GET", "/typeform/forms", forms),
    ("GET", "/typeform/forms/{form}", form),
    ("GET", "/typeform/forms/{form}/responses", responses),
]
