"""Google's Forms API v1: forms, what was answered, and the login that gives access tokens.

Rules: developers.google.com/workspace/forms/api/reference/rest/v1, forms and forms.responses. Traps that it plays:
there is no list of forms and no number of responses; a form without answers says nothing at all; answers stand under
ids of questions and don't say what was asked; nobody knows a response's form but who asked; a page's token goes with
its filter alone; numbers are texts; what was not answered is not there; an address only where one was collected.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.google import api as google
from crm360.connectors.sandbox.vendors.google_forms.fake import ACCESS, CLIENT, FORMS, PREFIX, SECRETS

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
MOST = 5000
ONLY_IDS = "responses/responseId,nextPageToken"
ITEMS: list[Record] = [
    {"itemId": "0b0d5a11", "title": "Tell us", "pageBreakItem": {}},
    {"itemId": "0b0d5a12", "title": "How likely are you to recommend us?", "description": "NPS",
     "questionItem": {"question": {"questionId": "3e2f0a01", "required": True,
                                   "scaleQuestion": {"low": 0, "high": 10, "highLabel": "Very"}}}},
    {"itemId": "0b0d5a13", "title": "Your name",
     "questionItem": {"question": {"questionId": "3e2f0a02", "textQuestion": {}}}},
    {"itemId": "0b0d5a14", "title": "Why?",
     "questionItem": {"question": {"questionId": "3e2f0a03", "textQuestion": {"paragraph": True}}}},
]  # fmt: skip
WORDS = ("Slow delivery.", "It is fine.", "Wonderful people!")
error, unauthorised = google.error, google.unauthorised


def log_in(_company: Company, call: Call) -> Reply:
    """POST /token: a refresh token, which stays."""
    asked = call.form()
    if {name: asked.get(name) for name in (*CLIENT, *SECRETS)} != CLIENT | SECRETS:
        return Reply({"error": "invalid_grant", "error_description": "Bad Request"}, 400, aside=True)
    return Reply({"access_token": ACCESS, "expires_in": 3599, "token_type": "Bearer"}, aside=True)


def _there_is(form: str) -> None:
    if form not in FORMS:
        raise Refused(404, "Requested entity was not found.")


def form(_company: Company, call: Call) -> Reply:
    """GET /v1/forms/{form}"""
    number = call.parts["form"]
    _there_is(number)
    told: Record = {
        "formId": number, "info": {"title": FORMS[number], "documentTitle": FORMS[number]}, "settings": {},
        "revisionId": "00000007", "responderUri": f"https://forms.sandbox.example/{number}/viewform",
    }  # fmt: skip
    return Reply(told if FORMS[number] == "Empty" else told | {"items": ITEMS})


def responses(company: Company, call: Call) -> Reply:
    """GET /v1/forms/{form}/responses"""
    number, size, fields = call.parts["form"], call.number("pageSize", MOST), call.query.get("fields", ONLY_IDS)
    _there_is(number)
    since = _since(call.query.get("filter", ""))
    if not 0 <= size <= MOST or fields != ONLY_IDS:
        raise Refused(400, "Request contains an invalid argument.")
    table = company.table("google_forms", "responses")
    rows = table.by("created")
    turn = company.opinions.answers["turn"][rows] == list(FORMS).index(number)
    rows = rows[turn & (table["state"][rows] == LIVE) & (table["changed"][rows] >= since)]
    if after := call.query.get("pageToken"):
        asked_since, row = cursors.read(after)
        if asked_since != since:
            raise Refused(400, "Request contains an invalid argument.")
        place = (table["created"][row], row)
        rows = np.array([r for r in rows.tolist() if (table["created"][r], r) > place], dtype=np.int64)
    page = rows[: size or MOST]
    if not len(page):
        return Reply({}, keep=True)
    found = {"responses": records(company, page)}
    if "fields" in call.query:
        found = {"responses": [{"responseId": one["responseId"]} for one in found["responses"]]}
    more = {"nextPageToken": cursors.written(since, int(page[-1]))} if len(rows) > len(page) else {}
    return Reply(found | more, keep=True)


def _since(asked: str) -> int:
    """The moment from which on responses are asked for; 0 for all."""
    if not asked:
        return 0
    how, _, moment = asked.removeprefix("timestamp ").partition(" ")
    if how not in (">", ">=") or not moment.endswith("Z"):
        raise Refused(400, "Request contains an invalid argument.")
    at = datetime.fromisoformat(moment.removesuffix("Z")).replace(tzinfo=UTC)
    return int(at.timestamp() * clock.SECOND) + (how == ">")


def records(company: Company, rows: Ints) -> list[Record]:
    """The responses of rows, with what a test said."""
    table, answers = company.table("google_forms", "responses"), company.opinions.answers
    people = company.people.written(answers["person"][rows].astype(np.int64))
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), people, answers["slips"][rows].tolist(),
        answers["score"][rows].tolist(), clock.iso_ms(table["created"][rows]), clock.iso_ms(table["changed"][rows]),
        table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, person, flags, score, created, changed, edition in columns:
        given = {"3e2f0a01": str(score)}
        if row % 2:
            given["3e2f0a02"] = " ".join(filter(None, slips.name(person, flags)))
        if row % 3 == 0:
            given["3e2f0a03"] = WORDS[0 if score < 7 else 1 if score < 9 else 2] + (f" ({edition})" if edition else "")
        record: Record = {
            "responseId": f"{PREFIX}{number}", "createTime": created, "lastSubmittedTime": changed,
            "answers": {
                question: {"questionId": question, "textAnswers": {"answers": [{"value": said}]}}
                for question, said in given.items()
            },
        }  # fmt: skip
        if row % 4:
            record["respondentEmail"] = slips.email(person, flags) or person.email
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("POST", "/google_forms/token", log_in),
    ("GET", "/google_forms/v1/forms/{form}", form),
    ("GET", "/google_forms/v1/forms/{form}/responses", responses),
]
