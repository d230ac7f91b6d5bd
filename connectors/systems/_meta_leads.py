"""Meta's lead forms (Facebook, Instagram), and who filled them in.

    GET /{version}/{page}?fields=access_token               the page's own token: nothing else is let in
    GET /{version}/{page}/leadgen_forms                     all forms of each page that is named, with their questions
    GET /{version}/{form}/leads?filtering=[{time_created}]  of each form what came since; of a new one all

Leads are there for 90 days; what is gone there stays here. An answer names its question by a key that is written in the
form's language: what it asks for stands in the form, and is put beside it. Leads that Meta's own tool makes up have
'<test lead: dummy data …>' as answers.
Sources: developers.facebook.com, "Retrieving Leads" (2025-11), "Lead Forms for Ads"; facebook-python-business-sdk
(lead, leadgenform, leadgenquestion, userleadgendisclaimerresponse) for fields; facebook-ruby-business-sdk's example for
the filter; which token is let in, and what made-up leads say, as people who read them report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Context, ReadStep
from crm360.connectors.engine.errors import AccessDenied
from crm360.connectors.engine.page import members
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.stream import Stream
from crm360.connectors.systems import _lead_forms as lead_forms
from crm360.connectors.systems._meta_graph import EMPTY_PAGES, LIMIT, After, page_opened

SKIPPED = "nothing was read: no page is named in page_ids"
SET_UP = "whoever set up the source in crm360.toml"
OPENED = ("field_data", "custom_disclaimer_responses")
TICKED = ("1", "true", True)
# What is asked for, where a question is not in its form any more: by the key that Meta gives to it in English.
BY_KEY = {
    "email": "EMAIL", "work_email": "WORK_EMAIL", "full_name": "FULL_NAME", "first_name": "FIRST_NAME",
    "last_name": "LAST_NAME", "phone_number": "PHONE", "work_phone_number": "WORK_PHONE_NUMBER",
    "company_name": "COMPANY_NAME", "job_title": "JOB_TITLE", "street_address": "STREET_ADDRESS", "city": "CITY",
    "state": "STATE", "post_code": "POST_CODE", "zip_code": "ZIP", "country": "COUNTRY",
}  # fmt: skip
PAGES = After()
SETTINGS = {"page_ids": "", **lead_forms.SETTINGS}
MEANINGS = {
    "page_ids": "Ids of the Facebook pages whose lead forms are read, with commas between them; without, none are.",
    **lead_forms.MEANINGS,
}

STREAMS = (
    Stream(
        "lead_forms",
        "forms",
        "/{page}/leadgen_forms",
        RecordSchema(),
        PAGES,
        "data",
        cursor=False,
        params={"fields": "id,name,status,locale,created_time,questions"},
        deletes=("sweep",),
        needs="leads_retrieval, pages_show_list, pages_read_engagement, pages_manage_ads, ads_management",
    ),
    Stream(
        "leads",
        "contacts",
        "/{form}/leads",
        RecordSchema(changed="created_time"),
        PAGES,
        "data",
        params={
            "fields": "id,created_time,ad_id,campaign_id,form_id,is_organic,platform,field_data,"
            "custom_disclaimer_responses"
        },
        lookback=timedelta(hours=1),
        parent="lead_forms",
        needs="leads_retrieval, pages_show_list, pages_read_engagement, pages_manage_ads, ads_management",
    ),
)
NAMES = frozenset(stream.name for stream in STREAMS)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All forms of the pages that are named; of each form the leads that came since."""
    if context.stream.name == "leads":
        yield from _leads(context)
        return
    pages = lead_forms.named(context.settings.get("page_ids", ""))
    if not pages:
        what = "no page is named in page_ids, and lead forms were read before"
        context.pass_over(SKIPPED, denied=AccessDenied(what, where=context.where, who=SET_UP))
        return
    for page in pages:
        request = _asked(context, context.stream.path.format(page=page), page_opened(context, page)[0])
        yield _step(context, request, _with(page_id=page))


def _leads(context: Context) -> Iterator[ReadStep]:
    known, tokens, lower = set(context.state.get("forms", [])), dict[str, dict[str, str]](), context.window.lower
    forms = list(context.parents())
    for form, record in forms:
        page = record["page_id"]
        if page not in tokens:
            tokens[page], _ = page_opened(context, page)
        request = _asked(context, context.stream.path.format(form=form), tokens[page])
        if lower is not None and form in known:
            since = {"field": "time_created", "operator": "GREATER_THAN", "value": epoch_ms(lower) // 1000 - 1}
            request = request.with_params(filtering=json.dumps([since]))
        yield _step(context, request, _with_questions(record))
    context.state["forms"] = [form for form, _ in forms]


def _asked(context: Context, path: str, token: Mapping[str, str]) -> Request:
    return Request(
        f"/{context.settings['version']}{path}", {**context.stream.params, "limit": LIMIT}, headers=dict(token)
    )


def _step(
    context: Context, request: Request, enrich: Callable[[Context, list[bytes]], list[bytes]]
) -> ReadStep:  # fmt: skip
    stream = context.stream
    return ReadStep(request, PAGES, stream.row, stream.records, empty_pages=EMPTY_PAGES, enrich=enrich)


def _with(**more: Any) -> Callable[[Context, list[bytes]], list[bytes]]:
    return lambda _, records: [msgspec.json.encode({**members(record), **more}) for record in records]


def _with_questions(form: Mapping[str, Any]) -> Callable[[Context, list[bytes]], list[bytes]]:
    """Leads with what each answer was asked for, with their form's name, and with what was agreed to."""
    asked = {question.get("key"): question.get("type") for question in form.get("questions") or ()}

    def opened(context: Context, records: list[bytes]) -> list[bytes]:
        whole = []
        for record in records:
            lead = msgspec.json.decode(record)
            answers = [
                {
                    "name": answer["name"],
                    "type": asked.get(answer["name"]) or BY_KEY.get(answer["name"], "CUSTOM"),
                    "said": "; ".join(map(str, answer.get("values") or ())),
                }
                for answer in lead.get("field_data") or ()
            ]
            boxes = lead.get("custom_disclaimer_responses") or ()
            ticked = [box["checkbox_key"] for box in boxes if box.get("is_checked") in TICKED]
            kept = {name: value for name, value in members(record).items() if name not in OPENED}
            more = {"form_name": form.get("name"), "answers": answers, "boxes": ticked}
            whole.append(msgspec.json.encode({**kept, **more, **lead_forms.agreed(context.settings, ticked)}))
        return whole

    return opened
