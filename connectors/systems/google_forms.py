"""Google Forms: forms with what they ask, and what was answered, by the API v1.

    GET /v1/forms/{form}                                                 each form that is named in the settings
    GET /v1/forms/{form}/responses?filter=timestamp >= …                 what was submitted, or changed, since
    GET /v1/forms/{form}/responses?fields=responses/responseId,…         the ids of all, to see what is gone

There is no list of forms, and no number of responses: forms are named by hand, and all ids are asked for each night,
5,000 a page. Whoever answered may change it: that moves `lastSubmittedTime`, which the filter looks at. Answers stand
under their questions' ids and don't say what was asked; here they are a list, and the form's questions another, in
the order in which they are asked. A question that was taken out of a form is kept, for there are answers to it.
Sources: developers.google.com/workspace/forms/api/reference/rest/v1 (forms, forms.responses), "Usage limits"; forms.v1
of 2025-04-22, the discovery document that google-api-python-client 2.202.0 (PyPI) reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.oauth import client_credentials
from crm360.connectors.engine.page import members
from crm360.connectors.engine.pagination import OnePage, Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

MOST = "5000"
GONE = 404  # a form that was deleted
ALL = Token("nextPageToken", "pageToken")
FORM, RESPONSE = RecordSchema(key=("formId",)), RecordSchema(key=("responseId",), changed="lastSubmittedTime")
ID = RecordSchema(key=("responseId",))

STREAMS = (
    Stream(
        "forms", "forms", "/v1/forms/{form}", FORM, OnePage(), "forms",
        cursor=False, deletes=("sweep",), needs="forms.body.readonly (OAuth scope)",
    ),
    Stream(
        "responses", "surveys", "/v1/forms/{form}/responses", RESPONSE, ALL, "responses",
        lookback=timedelta(hours=1), deletes=("sweep",), parent="forms",
        needs="forms.responses.readonly (OAuth scope)",
    ),
)  # fmt: skip


def read_plan(context: Context) -> Iterator[ReadStep]:
    """The forms; of each form what was answered since, and the ids of all."""
    stream, lower = context.stream, context.window.lower
    if stream.name == "forms":
        told = Reply(200, {}, msgspec.json.encode({stream.records: list(_forms(context))}))
        yield ReadStep(Request("/v1/forms"), OnePage(), stream.row, stream.records, first=told)
        return
    forms, known = [form for form, _ in context.parents()], set(context.state.get("forms", []))
    for form in forms:
        asked = Request(stream.path.format(form=form), {"pageSize": MOST})
        if lower is not None and form in known:
            asked = asked.with_params(filter=f"timestamp >= {iso(lower)}")
        yield ReadStep(
            asked, ALL, stream.row, stream.records, enrich=_as_lists(form), no_data=(GONE,), may_lack=True
        )  # fmt: skip
    for form in forms if lower is not None else ():
        asked = Request(
            stream.path.format(form=form), {"pageSize": MOST, "fields": "responses/responseId,nextPageToken"}
        )
        yield ReadStep(asked, ALL, ID, stream.records, reads="keys", no_data=(GONE,), may_lack=True)
    context.state["forms"] = forms


def _forms(context: Context) -> Iterator[dict[str, Any]]:
    """Each form with its questions; one that was there once, and is not, is left out."""
    had, seen = dict(context.landing.live_records(context.source, "forms")), set(context.state.get("seen", []))
    for form in _named(context.settings):
        request = Request(context.stream.path.format(form=form))
        reply = context.http.send(request, context.where, (GONE,) if form in seen else ())
        if reply.status != GONE:
            read = msgspec.json.decode(reply.body)
            now = questions_of(read.get("items") or ())
            asked = {question["question_id"] for question in now}
            before = [q for q in had.get(form, {}).get("questions", []) if q["question_id"] not in asked]
            yield {**members(reply.body), "questions": [*now, *({**q, "place": None} for q in before)]}
            seen.add(form)
    context.state["seen"] = sorted(seen)


def questions_of(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is answered by a number or by a longer text, in order."""
    found = []
    for place, item in enumerate(items):
        question = item.get("questionItem", {}).get("question", {})
        scale, rating = question.get("scaleQuestion"), question.get("ratingQuestion")
        if scale is not None:
            kind, best = "scale", scale.get("high")
        elif rating is not None:
            kind, best = "rating", rating.get("ratingScaleLevel")
        elif question.get("textQuestion", {}).get("paragraph"):
            kind, best = "paragraph", None
        else:
            continue
        told = {"title": item.get("title"), "description": item.get("description")}
        found.append({"question_id": question["questionId"], "place": place, "kind": kind, "scale_max": best, **told})
    return found


def _as_lists(form: str) -> Any:
    """Puts the form's id into its responses, which do not name it, and makes a list of their answers; no files."""

    def listed(_context: Context, records: list[bytes]) -> list[bytes]:
        whole = []
        for record in records:
            answers = msgspec.json.decode(record).get("answers") or {}
            told = [{"question_id": key, "said": text_of(answer)} for key, answer in sorted(answers.items())]
            whole.append(
                msgspec.json.encode({**members(record), "formId": form, "answers": [a for a in told if a["said"]]})
            )
        return whole

    return listed


def text_of(answer: Mapping[str, Any]) -> str:
    """What was said; of several, one after the other."""
    return "; ".join(str(one.get("value", "")) for one in answer.get("textAnswers", {}).get("answers", ()))


def _named(settings: Mapping[str, str]) -> list[str]:
    return [part.strip() for part in settings["form_ids"].split(",") if part.strip()]


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An OAuth client with the refresh token of somebody who may see the forms' answers."""
    return client_credentials("google_forms", settings, secrets, f"{settings['login_url'].rstrip('/')}/token")


GOOGLE_FORMS = Connector(
    "google_forms",
    STREAMS,
    read_plan,
    auth,
    settings={
        "base_url": "https://forms.googleapis.com",
        "login_url": "https://oauth2.googleapis.com",
        "client_id": None,
        "form_ids": None,
    },
    meanings={
        "form_ids": "Ids of the forms whose answers are read, with commas between them: in the address of the form's "
        "editor between /d/ and /edit.",
    },
    secrets=("client_secret", "refresh_token"),
    rate=(3, 1.0),  # of lists of responses, 180 a minute for a user
)
