"""LinkedIn's lead forms, and who filled them in, of every ad account that the login has a role in.

    GET /rest/leadForms?q=owner&owner=(sponsoredAccount:…)&start&count             all forms of each account
    GET /rest/leadFormResponses?q=owner&owner=(…)&leadType=(leadType:SPONSORED)&limitedToTestLeads=false
        &submittedAtTimeRange=(start,end)&fields&start&count                       what came since; at first of a year

Answers name their questions by ids: what each asks for stands in the version of the form that was filled in, which is
asked for beside it. Who may not read is answered with 200 and an empty list: an account that tells no forms, of which
it told some, is an error. An app without LinkedIn's Lead Sync product is told so by 403, and skipped. Leads that
somebody made up to test a form say so. How many there are in all need not be told, so that the end is an empty page.
Sources: learn.microsoft.com/linkedin/marketing, "Lead Forms" and "Lead Sync Schema" (2026-05); LinkedIn's Postman
workspace, "Schedule periodic form response (lead) pulls", for the parameters and fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Context, ReadStep
from crm360.connectors.engine.errors import AccessDenied
from crm360.connectors.engine.page import members
from crm360.connectors.engine.pagination import Numbered
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.stream import Stream
from crm360.connectors.systems import _lead_forms as lead_forms

SKIPPED = "nothing was read: the app lacks LinkedIn's Lead Sync product, or the login may not see leads"
DENIED = 403
ADMINISTRATOR = "the administrator of the ad account"
PAGE_SIZE = "100"
LEAD_DAYS = "365"  # so long LinkedIn keeps them
SETTINGS = {"lead_days": LEAD_DAYS, **lead_forms.SETTINGS}
MEANINGS = {"lead_days": "How many days back the first night reads leads.", **lead_forms.MEANINGS}
FIELDS = (
    "id,owner,leadType,leadMetadata,submittedAt,testLead,versionedLeadGenFormUrn,formResponse,form:(id,name,content)"
)
OPENED = ("formResponse", "form")
PAGES = Numbered("start", "records")

STREAMS = (
    Stream(
        "lead_forms",
        "forms",
        "/rest/leadForms",
        RecordSchema(changed="lastModified", changed_as="epoch_ms"),
        PAGES,
        "elements",
        cursor=False,
        deletes=("sweep",),
        parent="accounts",
        needs="r_marketing_leadgen_automation",
    ),
    Stream(
        "leads",
        "contacts",
        "/rest/leadFormResponses",
        RecordSchema(changed="submittedAt", changed_as="epoch_ms"),
        PAGES,
        "elements",
        lookback=timedelta(hours=1),
        parent="accounts",
        needs="r_marketing_leadgen_automation",
    ),
)
NAMES = frozenset(stream.name for stream in STREAMS)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """The forms of each account, or what was submitted there since; nothing where the app may not ask."""
    stream, known = context.stream, set(context.state.get("accounts", []))
    is_leads = stream.name == "leads"
    told = {record["account_id"] for _, record in context.landing.live_records(context.source, "lead_forms")}
    accounts = [account for account, _ in context.parents()]
    earliest = context.window.upper - timedelta(days=int(context.settings.get("lead_days", LEAD_DAYS)))
    for number, account in enumerate(accounts):
        since = context.window.lower if account in known else None
        address = _leads(context, account, since or earliest) if is_leads else _forms(account)
        request = Request(address, {"count": PAGE_SIZE, "start": "0"})
        first = None if number else context.unless_lacking(request, (DENIED,), SKIPPED)
        if first is None and not number:
            return
        seen: list[bytes] = []
        enrich = _with_questions if is_leads else _of(account, seen)
        yield ReadStep(request, PAGES, stream.row, stream.records, enrich=enrich, first=first)
        if not is_leads and not seen and account in told:
            what = "an ad account tells no lead forms, of which it told some: the login may have lost its role there"
            raise AccessDenied(what, where=context.where, who=ADMINISTRATOR)
    context.state["accounts"] = accounts


def _owner(account: str) -> str:
    return f"q=owner&owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A{account})"


def _forms(account: str) -> str:
    """The address of a list of forms: what Rest.li nests stands in it as it is."""
    return f"/rest/leadForms?{_owner(account)}"


def _leads(context: Context, account: str, since: Any) -> str:
    between = f"(start:{epoch_ms(since)},end:{epoch_ms(context.window.upper)})"
    return (
        f"/rest/leadFormResponses?{_owner(account)}&leadType=(leadType:SPONSORED)&limitedToTestLeads=false"
        f"&submittedAtTimeRange={between}&fields={FIELDS}"
    )


def _of(account: str, seen: list[bytes]) -> Callable[[Context, list[bytes]], list[bytes]]:
    """Puts the account's number into its forms, which name it by a URN."""

    def told(_context: Context, records: list[bytes]) -> list[bytes]:
        seen.extend(records)
        return [msgspec.json.encode({**members(record), "account_id": account}) for record in records]

    return told


def _with_questions(context: Context, records: list[bytes]) -> list[bytes]:
    """Leads with what each answer was asked for, with their form's id and name, and with what was agreed to."""
    whole = []
    for record in records:
        lead = msgspec.json.decode(record)
        form, said = lead.get("form") or {}, lead.get("formResponse") or {}
        questions = (form.get("content") or {}).get("questions") or ()
        asked = {question.get("questionId"): question.get("predefinedField") for question in questions}
        answers = [
            {
                "question_id": one.get("questionId"),
                "type": asked.get(one.get("questionId")) or "CUSTOM",
                "said": _said(one),
            }
            for one in said.get("answers") or ()
        ]
        ticked = [str(box["consentId"]) for box in said.get("consentResponses") or () if box.get("accepted") is True]
        kept = {name: value for name, value in members(record).items() if name not in OPENED}
        more = {"form_id": _form_id(lead), "form_name": form.get("name"), "answers": answers, "boxes": ticked}
        more["campaign_id"] = _campaign(lead)
        whole.append(msgspec.json.encode({**kept, **more, **lead_forms.agreed(context.settings, ticked)}))
    return whole


def _said(answer: Mapping[str, Any]) -> str | None:
    """What was written; of a choice nothing: its options are told by their numbers."""
    said: str | None = ((answer.get("answerDetails") or {}).get("textQuestionAnswer") or {}).get("answer")
    return said


def _form_id(lead: Mapping[str, Any]) -> str | None:
    """7234246 of urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)"""
    urn = lead.get("versionedLeadGenFormUrn")
    return urn.rsplit(":", 1)[-1].split(",")[0] if isinstance(urn, str) else None


def _campaign(lead: Mapping[str, Any]) -> str | None:
    """340001 of urn:li:sponsoredCampaign:340001"""
    urn = ((lead.get("leadMetadata") or {}).get("sponsoredLeadMetadata") or {}).get("campaign")
    return urn.rsplit(":", 1)[-1] if isinstance(urn, str) else None
