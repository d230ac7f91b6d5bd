"""SurveyMonkey: surveys with their questions, and what was answered.

    GET /v3/surveys?page&per_page&include=…                        all surveys
    GET /v3/surveys/{id}/details                                   of each that has changed: its questions
    GET /v3/surveys/{id}/responses/bulk?start_modified_at&sort_by  what was answered or changed since
    GET /v3/surveys/{id}/responses/bulk?per_page=1                 how many there are; all are read where we have others

More pages follow while there is a link to the next one; which server that link names is not said, so pages are counted.
They drift while others answer: each begins anew at the last time seen. An answer names its question and choice by ids:
what was asked, and what a choice is worth, stands in the survey. A response may be changed; one that is deleted is
missed in the number of all, and a survey that is deleted takes its own along.
Sources: SurveyMonkey/public_api_docs (the publisher's reference); singer-io/tap-surveymonkey reads the same pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse, RateLimited
from crm360.connectors.engine.page import Page, members
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import read_time
from crm360.connectors.engine.session import Auth, bearer
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

SURVEYS, RESPONSES = "1000", "100"  # records a page: the API's most
SINCE, CHANGED = "start_modified_at", "date_modified"
INCLUDED = "date_created,date_modified,language,question_count"
GONE = 404  # a survey that was deleted since it was listed
SECOND = timedelta(seconds=1)
DAY = "x-ratelimit-app-global-day-"
MINUTE = "x-ratelimit-app-global-minute-"


@dataclass(frozen=True)
class WhileLinked:
    """Numbered pages; more follow while the answer links to a next one. Raises BadResponse where it has no links."""

    may_repeat: ClassVar[bool] = True

    def next(self, request: Request, page: Page) -> Request | None:
        """The next page, by its number."""
        if not isinstance(page.get("links"), dict):
            raise BadResponse("the answer does not say whether it is the last ('links')")
        if not page.get("links.next"):
            return None
        if not page.records:
            raise BadResponse("an empty page says that there is more, but not where")
        return request.with_params(page=int(request.params.get("page", "1")) + 1)


@dataclass(frozen=True)
class SinceThenNumbered:
    """The same in order of change time, each page beginning anew at the last time seen, less a second."""

    may_repeat: ClassVar[bool] = True

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse where a page's last record has no readable change time."""
        following = LISTED.next(request, page)
        if following is None:
            return None
        try:
            seen = read_time(str(page.of_last(CHANGED)), "iso").replace(microsecond=0) - SECOND
        except ValueError as error:
            raise BadResponse(f"a page's last record has no readable '{CHANGED}', where the next begins") from error
        begun = request.params.get(SINCE)
        if begun is not None and seen <= datetime.fromisoformat(begun):
            return following
        return request.with_params(**{SINCE: iso(seen, ""), "page": 1})


LISTED, PAGES = WhileLinked(), SinceThenNumbered()

STREAMS = (
    Stream(
        "surveys",
        "forms",
        "/v3/surveys",
        RecordSchema(changed=CHANGED),
        LISTED,
        "data",
        cursor=False,
        deletes=("sweep",),
        needs="View Surveys",
    ),
    Stream(
        "responses",
        "surveys",
        "/v3/surveys",
        RecordSchema(changed=CHANGED),
        PAGES,
        "data",
        deletes=("sweep",),
        parent="surveys",
        needs="View Response Details",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All surveys; of each survey what was answered since, and all ids where the numbers differ."""
    stream = context.stream
    if stream.name == "surveys":
        first = Request(stream.path, {"page": "1", "per_page": SURVEYS, "include": INCLUDED})
        yield ReadStep(first, LISTED, stream.row, stream.records, enrich=_with_questions)
        return
    lower, surveys = context.window.lower, [survey for survey, _ in context.parents()]
    known = set(context.state.get("surveys", []))
    for survey in surveys:
        asked = _responses(survey, RESPONSES).with_params(page=1, sort_by=CHANGED, sort_order="ASC")
        if lower is not None and survey in known:
            asked = asked.with_params(**{SINCE: iso(lower.replace(microsecond=0), "")})
        yield ReadStep(asked, PAGES, stream.row, stream.records, no_data=(GONE,))
    if _counted(context, surveys) != context.count_of_live() and lower is not None:
        for survey in surveys:
            every = _responses(survey, RESPONSES).with_params(page=1, sort_by=CHANGED, sort_order="ASC")
            yield ReadStep(every, PAGES, RecordSchema(), stream.records, reads="keys", no_data=(GONE,))
    context.state["surveys"] = surveys


def _responses(survey: str, size: str) -> Request:
    return Request(f"/v3/surveys/{survey}/responses/bulk", {"per_page": size})


def _with_questions(context: Context, records: list[bytes]) -> list[bytes]:
    """Each survey with its definition; one that has not changed keeps that which we have, for calls a day are few.

    One that was deleted meanwhile stays without, and is gone tomorrow.
    """
    had = dict(context.landing.live_records(context.source, context.stream.name))
    whole = []
    for record in records:
        survey = msgspec.json.decode(record)
        before = had.get(str(survey["id"]), {})
        definition: Any = before.get("definition")
        if definition is None or before.get(CHANGED) != survey.get(CHANGED):
            reply = context.http.send(Request(f"/v3/surveys/{survey['id']}/details"), context.where, (GONE,))
            definition = None if reply.status == GONE else msgspec.json.decode(reply.body)
        whole.append(msgspec.json.encode({**members(record), "definition": definition}))
    return whole


def _counted(context: Context, surveys: list[str]) -> int:
    """How many responses the surveys have. Raises BadResponse where SurveyMonkey does not say it."""
    total = 0
    for survey in surveys:
        reply = context.http.send(_responses(survey, "1"), context.where, (GONE,))
        if reply.status != GONE:
            answer = msgspec.json.decode(reply.body)
            found = answer.get("total") if isinstance(answer, dict) else None
            if not isinstance(found, int):
                raise BadResponse("the answer does not state its 'total'", where=context.where)
            total += found
    context.source_total = total
    return total


def throttled(reply: Reply) -> float | None:
    """Seconds to wait after a refusal. Raises RateLimited once the day's calls are used up: waiting would not help."""
    if reply.status != 429:
        return None
    if reply.headers.get(f"{DAY}remaining", "") == "0":
        raise RateLimited("the day's calls are used up")
    left = reply.headers.get(f"{MINUTE}reset", "")
    return float(left) if left.isdigit() and "retry-after" not in reply.headers else None


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A private app's access token."""
    return bearer(secrets["token"])


SURVEYMONKEY = Connector(
    "surveymonkey",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.surveymonkey.com"},  # api.eu., api.ca. where the account's data lie there
    rate=(110, 60.0),  # 120 a minute for an app, and 500 a day for one that is a draft
    throttled=throttled,
)
