"""SurveyMonkey's API: surveys, their questions, and what was answered, page by page.

Rules: SurveyMonkey/public_api_docs. Traps that it plays: pages move while others answer, and link to another server's
name; `start_modified_at` counts whole seconds; an answer names its question, its row and its choice by ids, and what a
choice is worth stands in the survey; who answers says it in a question of its own, or not at all; a response may be
partial, or a preview that nobody gave.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
BY_DEFAULT, MOST, MOST_SURVEYS = 50, 100, 1000
SURVEYS = {"105723396": "A month with us", "105723397": "Almost a year with us"}
WRITTEN = clock.iso_s(np.array([clock.night(0) - 900 * clock.DAY]), "+00:00")[0]
PAGE, SCORE, ROW, WHY, WHO, EMAIL, NAME = "103332310", "319352786", "319352787", "319352788", "319352789", "61", "62"
CHOICE = 3_057_839_000
WORDS = ("Slow delivery.", "It is fine.", "Wonderful people!")
QUESTIONS = [
    {"id": SCORE, "position": 1, "visible": True, "family": "matrix", "subtype": "rating", "forced_ranking": False,
     "headings": [{"heading": "How likely is it that you would recommend us?"}],
     "answers": {
         "rows": [{"id": ROW, "position": 1, "visible": True, "text": ""}],
         "choices": [{"id": str(CHOICE + step), "position": step + 1, "visible": True, "text": str(step),
                      "weight": step, "is_na": False} for step in range(11)]}},
    {"id": WHY, "position": 2, "visible": True, "family": "open_ended", "subtype": "essay",
     "headings": [{"heading": "Why?"}]},
    {"id": WHO, "position": 3, "visible": True, "family": "demographic", "subtype": "international",
     "headings": [{"heading": "Who are you?"}],
     "answers": {"rows": [{"id": NAME, "position": 1, "visible": True, "type": "name", "text": "Name"},
                          {"id": EMAIL, "position": 2, "visible": True, "type": "email", "text": "E-mail"}]}},
]  # fmt: skip


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """SurveyMonkey's error body; a limit is told in headers of its own."""
    code = {400: "1000", 401: "1011", 403: "1014", 404: "1020", 429: "1040"}.get(status, "1050")
    told = {"id": code, "name": message, "docs": "-", "message": message, "http_status_code": status}
    limits = {"X-Ratelimit-App-Global-Day-Remaining": "400", "X-Ratelimit-App-Global-Minute-Remaining": "0"}
    return Reply({"error": told}, status, (limits if status == 429 else {}) | dict(headers or {}))


def unauthorised() -> Reply:
    return error(401, "The authorization token provided was invalid.")


def _paged(call: Call, path: str, size: int, most: int, count: int) -> tuple[int, int, Record]:
    """Where a page begins and ends, and what stands around it."""
    number, size = call.number("page", 1), call.number("per_page", size)
    if number < 1 or not 1 <= size <= most:
        raise Refused(400, f"per_page is from 1 to {most}")
    address = f"https://api.surveymonkey.net/v3/{path}?per_page={size}&page="
    links = {"self": f"{address}{number}"} | ({"next": f"{address}{number + 1}"} if number * size < count else {})
    return (number - 1) * size, number * size, {"per_page": size, "total": count, "page": number, "links": links}


def _survey(survey: str) -> Record:
    return {
        "id": survey, "title": SURVEYS[survey], "nickname": "", "language": "en", "question_count": len(QUESTIONS),
        "date_created": WRITTEN, "date_modified": WRITTEN, "href": f"https://api.surveymonkey.com/v3/surveys/{survey}",
    }  # fmt: skip


def surveys(_company: Company, call: Call) -> Reply:
    """GET /v3/surveys"""
    first, last, around = _paged(call, "surveys", BY_DEFAULT, MOST_SURVEYS, len(SURVEYS))
    wanted = {"id", "title", "nickname", "href", *call.query.get("include", "").split(",")}
    found = [{k: v for k, v in _survey(survey).items() if k in wanted} for survey in list(SURVEYS)[first:last]]
    return Reply(around | {"data": found})


def _known(call: Call) -> str:
    survey = call.parts["survey"]
    if survey not in SURVEYS:
        raise Refused(404, "There was an error retrieving the requested resource.")
    return survey


def details(_company: Company, call: Call) -> Reply:
    """GET /v3/surveys/{id}/details"""
    pages = [{"id": PAGE, "position": 1, "title": "", "question_count": len(QUESTIONS), "questions": QUESTIONS}]
    return Reply(_survey(_known(call)) | {"page_count": 1, "pages": pages}, aside=True)


def responses(company: Company, call: Call) -> Reply:
    """GET /v3/surveys/{id}/responses/bulk"""
    survey = _known(call)
    table = company.table("surveymonkey", "responses")
    wanted = (table["state"] == LIVE) & (company.opinions.answers["turn"] == list(SURVEYS).index(survey))
    since = call.query.get("start_modified_at", "")
    if since:
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\+00:00)?", since):
            raise Refused(400, "start_modified_at is a date string, to the second")
        wanted &= table["changed"] >= clock.moment(since)
    rows = np.flatnonzero(wanted)
    rows = rows[np.lexsort((rows, table["changed"][rows]))]
    if call.query.get("sort_order", "DESC") == "DESC":
        rows = rows[::-1]
    first, last, around = _paged(call, f"surveys/{survey}/responses/bulk", BY_DEFAULT, MOST, len(rows))
    return Reply(around | {"data": records(company, survey, rows[first:last])}, keep=True)


def records(company: Company, survey: str, rows: Ints) -> list[Record]:
    """The responses of rows, with what a test said."""
    table, answers = company.table("surveymonkey", "responses"), company.opinions.answers
    people = company.people.written(answers["person"][rows].astype(np.int64))
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), people, answers["slips"][rows].tolist(),
        answers["score"][rows].tolist(), clock.iso_s(table["created"][rows], "+00:00"),
        clock.iso_s(table["changed"][rows], "+00:00"), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, person, flags, score, made, changed, edition in columns:
        told: list[Record] = [{"id": SCORE, "answers": [{"row_id": ROW, "choice_id": str(CHOICE + score)}]}]
        if row % 3 == 0:
            told.append({"id": WHY, "answers": [{"text": WORDS[min(score // 4, 2)]}]})
        if email := slips.email(person, flags):
            told.append({"id": WHO, "answers": [{"row_id": EMAIL, "text": email}]})
        record = {
            "id": str(number), "survey_id": survey, "collector_id": "50253586", "recipient_id": "",
            "collection_mode": "default", "response_status": "partial" if row % 7 == 6 else "completed",
            "custom_value": f"edition {edition}" if edition else "", "custom_variables": {}, "ip_address": "",
            "metadata": {}, "total_time": 60, "date_created": made, "date_modified": changed,
            "href": f"https://api.surveymonkey.com/v3/surveys/{survey}/responses/{number}",
            "pages": [{"id": PAGE, "questions": told}],
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("GET", "/surveymonkey/v3/surveys", surveys),
    ("GET", "/surveymonkey/v3/surveys/{survey}/details", details),
    ("GET", "/surveymonkey/v3/surveys/{survey}/responses/bulk", responses),
]
