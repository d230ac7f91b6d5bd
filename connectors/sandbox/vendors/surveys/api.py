"""A small survey tool as many are: answers as JSON, oldest first, a cursor to the next page, a bearer token. It is no
vendor's; a project reads it by the general `rest`.

    GET /surveys/v1/answers?limit=&cursor=&since=   {"data": [...], "meta": {"next_cursor": …}}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.identifiers import respondent_id

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE = 100
QUESTION = "How likely are you to recommend us?"


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply({"error": {"status": status, "message": message}}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "There is no such token.")


def records(company: Company, rows: Ints) -> list[dict[str, Any]]:
    table = company.opinions.answers
    people = company.people.written(table["person"][rows].astype(np.int64))
    numbers, changed = table.ids(rows).tolist(), clock.iso_s(table["changed"][rows])
    columns = zip(
        rows.tolist(), numbers, people, table["customer"][rows].tolist(), table["slips"][rows].tolist(),
        table["score"][rows].tolist(), clock.iso_s(table["created"][rows]), changed, strict=True,
    )  # fmt: skip
    found = []
    for row, number, person, customer, flags, score, answered, updated in columns:
        asked = {
            "id": respondent_id(customer), "email": slips.email(person, flags),
            "name": " ".join(filter(None, slips.name(person, flags))),
        }  # fmt: skip
        record = {
            "id": number, "type": "nps", "question": QUESTION, "score": score, "scale": 10, "respondent": asked,
            "answered_at": answered, "updated_at": updated,
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def answers(company: Company, call: Call) -> Reply:
    """GET /surveys/v1/answers: in the order of their ids; `since` (ISO 8601) leaves out what has not changed since."""
    limit, cursor = call.number("limit", 20), call.number("cursor", 0)
    if not 1 <= limit <= MOST_ON_A_PAGE:
        raise Refused(400, f"limit is from 1 to {MOST_ON_A_PAGE}")
    table = company.opinions.answers
    wanted = (table["state"] == LIVE) & (table.ids(np.arange(len(table))) > cursor)
    if call.query.get("since"):
        try:
            wanted &= table["changed"] >= clock.moment(call.query["since"])
        except ValueError:
            raise Refused(400, "since is no ISO 8601 time") from None
    rows = np.flatnonzero(wanted)
    page = rows[:limit]
    following = str(int(table.ids(page[-1:])[0])) if len(rows) > len(page) else None
    return Reply({"data": records(company, page), "meta": {"next_cursor": following}}, keep=True)


ROUTES = [("GET", "/surveys/v1/answers", answers)]
