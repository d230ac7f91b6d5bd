"""Typeform: forms with their questions, and what was answered.

    GET /forms?page&page_size, GET /forms/{id}                all forms, each with its questions
    GET /forms/{id}/responses?page_size&since                 what was submitted since, newest first
    …&before=<token of the last>                              the next page
    GET /forms/{id}/responses?page_size=1                     how many there are; all are read where we have others

Only completed answers are asked for. One that has just been given may be shown late, so an hour is read again.
An answer never changes; one that is deleted is missed in the number of all, and a form that is deleted takes its own
along. `since` counts whole seconds. Answers name questions by their ids: what was asked stands in the form.
Sources: typeform.com/developers, "Retrieve responses", "Retrieve forms"; singer-io/tap-typeform reads the same pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page, members
from crm360.connectors.engine.pagination import Numbered
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

FORMS, ANSWERS = "200", "1000"  # records a page: the API's most
MAY_LAG = timedelta(hours=1)
GONE = 404  # a form that was deleted since it was listed


@dataclass(frozen=True)
class BeforeLast:
    """Newest first: the next page ends before this page's last record; a number says how many pages are left."""

    param: str
    left: str
    key: str

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse where the page does not say how many are left, or where to go on."""
        left = page.get(self.left)
        if not isinstance(left, int) or isinstance(left, bool):
            raise BadResponse(f"the answer does not state its '{self.left}'")
        if left <= 1:
            return None
        last = page.of_last(self.key) if page.records else None
        if not isinstance(last, str):
            raise BadResponse("the page says that there is more, but not where")
        return request.with_params(**{self.param: last})


LISTED = Numbered("page", "pages", first=1, total="page_count")
PAGES = BeforeLast("before", "page_count", "token")

STREAMS = (
    Stream(
        "forms",
        "forms",
        "/forms",
        RecordSchema(changed="last_updated_at"),
        LISTED,
        "items",
        cursor=False,
        deletes=("sweep",),
        needs="forms:read",
    ),
    Stream(
        "responses",
        "surveys",
        "/forms",
        RecordSchema(key=("token",), changed="submitted_at"),
        PAGES,
        "items",
        lookback=MAY_LAG,
        deletes=("sweep",),
        parent="forms",
        needs="responses:read",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All forms; of each form what was answered since, and all tokens where the numbers differ."""
    stream = context.stream
    if stream.name == "forms":
        first = Request(stream.path, {"page": "1", "page_size": FORMS})
        yield ReadStep(first, LISTED, stream.row, stream.records, enrich=_with_questions, counts="total_items")
        return
    lower, forms = context.window.lower, [form for form, _ in context.parents()]
    known = set(context.state.get("forms", []))
    for form in forms:
        asked = Request(f"/forms/{form}/responses", {"page_size": ANSWERS})
        if lower is not None and form in known:
            asked = asked.with_params(since=iso(lower.replace(microsecond=0)))
        yield ReadStep(asked, PAGES, stream.row, stream.records, enrich=_of(form), no_data=(GONE,))
    if _counted(context, forms) != context.count_of_live() and lower is not None:
        for form in forms:
            every = Request(f"/forms/{form}/responses", {"page_size": ANSWERS})
            yield ReadStep(every, PAGES, RecordSchema(key=("token",)), stream.records, reads="keys", no_data=(GONE,))
    context.state["forms"] = forms


def _with_questions(context: Context, records: list[bytes]) -> list[bytes]:
    """Each form with its definition; one that was deleted meanwhile stays without, and is gone tomorrow."""
    whole = []
    for record in records:
        form = msgspec.json.decode(record)["id"]
        reply = context.http.send(Request(f"/forms/{form}"), context.where, (GONE,))
        definition = None if reply.status == GONE else msgspec.Raw(reply.body)
        whole.append(msgspec.json.encode({**members(record), "definition": definition}))
    return whole


def _of(form: str) -> Any:
    """Puts the form's id into its answers, which do not name it."""
    return lambda _, records: [msgspec.json.encode({**members(record), "form_id": form}) for record in records]


def _counted(context: Context, forms: list[str]) -> int:
    """How many completed answers the forms have, as Typeform says. Raises BadResponse where it does not say it."""
    total = 0
    for form in forms:
        reply = context.http.send(Request(f"/forms/{form}/responses", {"page_size": "1"}), context.where, (GONE,))
        if reply.status != GONE:
            answer = msgspec.json.decode(reply.body)
            found = answer.get("total_items") if isinstance(answer, dict) else None
            if not isinstance(found, int):
                raise BadResponse("the answer does not state its 'total_items'", where=context.where)
            total += found
    context.source_total = total
    return total


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A personal access token."""
    return Auth({"Authorization": f"Bearer {secrets['token']}"}, (secrets["token"],))


TYPEFORM = Connector(
    "typeform",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.typeform.com"},  # https://api.eu.typeform.com where the account's data lie there
    rate=(2, 1.0),  # 2 a second for an account
)
