"""Brevo (once Sendinblue): contacts with what they refused, campaigns by e-mail, what became of each e-mail.

    GET /v3/emailCampaigns?excludeHtmlContent=true           all
    GET /v3/contacts?modifiedSince=…&sort=asc                changed since; the first night all
    GET /v3/contacts?limit=1                                 how many there are: all are read where we have others
    GET /v3/contacts/{id}/campaignStats?startDate&endDate    what became of what one contact was sent

What people did with a campaign can only be asked for contact by contact, for at most 90 days. So a night asks for those
who are, or were, in a list that a campaign of the last days went to; for all, where one went to a segment. A campaign's
statistics move little after that. Of several openings the first is kept. `modifiedSince` is "after", perhaps strictly:
some minutes are read again. Nothing tells of deletions. IP addresses and what stands in a mail are not landed.
Sources: developers.brevo.com, "Get all the contacts", "Return all your created email campaigns", "Get email campaigns'
statistics for a contact", "Rate limits"; brevo-python 5.1.0 (PyPI), made from the publisher's description.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.pagination import Offset, OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import read_time
from crm360.connectors.engine.session import Auth, Session
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

CONTACTS, CAMPAIGNS = "1000", "50"  # records a page: the most, and what is promised without being asked for
FIRST_NIGHT, MOVES = timedelta(days=89), timedelta(days=14)  # how old campaigns may be whose statistics are asked for
GONE = 404  # a contact that was deleted since it was listed
KINDS = ("messagesSent", "delivered", "opened", "clicked", "hardBounces", "softBounces", "complaints")
ALL = Offset("count", int(CONTACTS))

STREAMS = (
    Stream(
        "campaigns",
        "campaigns",
        "/v3/emailCampaigns",
        RecordSchema(changed="modifiedAt"),
        Offset("count", int(CAMPAIGNS)),
        "campaigns",
        cursor=False,
        deletes=("sweep",),
        needs="an API key",
    ),
    Stream(
        "contacts",
        "contacts",
        "/v3/contacts",
        RecordSchema(changed="modifiedAt"),
        ALL,
        "contacts",
        deletes=("sweep",),
        needs="an API key",
    ),
    Stream(
        "statistics",
        "email_events",
        "/v3/contacts/{parent}/campaignStats",
        RecordSchema(key=("contactId", "campaignId")),
        OnePage(),
        "statistics",
        parent="contacts",
        dedup_against_all=True,  # what moves is asked for each night, however long ago it began
        needs="an API key",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All campaigns; the contacts of the window, and all where the numbers differ; statistics contact by contact."""
    stream = context.stream
    if stream.name == "campaigns":
        asked = Request(stream.path, {"limit": CAMPAIGNS, "offset": "0", "sort": "asc", "excludeHtmlContent": "true"})
        yield ReadStep(asked, stream.pages, stream.row, stream.records, counts="count")
    elif stream.name == "contacts":
        yield from _contacts(context)
    else:
        yield from _statistics(context)


def _contacts(context: Context) -> Iterator[ReadStep]:
    """Oldest first: who is new comes at the end, and moves no page."""
    stream, lower = context.stream, context.window.lower
    every = Request(stream.path, {"limit": CONTACTS, "offset": "0", "sort": "asc"})
    if lower is None:
        yield ReadStep(every, ALL, stream.row, stream.records, counts="count")
        return
    yield ReadStep(every.with_params(modifiedSince=iso(lower)), ALL, stream.row, stream.records)
    context.source_total = _counted(context.http, context.where)
    if context.source_total != context.count_of_live():
        yield ReadStep(every, ALL, RecordSchema(), stream.records, reads="keys")


def _counted(http: Session, where: str) -> int:
    """How many contacts there are. Raises BadResponse where Brevo does not say it."""
    total = _told(http.send(Request("/v3/contacts", {"limit": "1", "offset": "0"}), where), where).get("count")
    if not isinstance(total, int):
        raise BadResponse("the answer does not state its 'count'", where=where)
    return total


def _statistics(context: Context) -> Iterator[ReadStep]:
    """One step for each contact that a campaign of the last days may have gone to."""
    stream, today = context.stream, _today(context)
    since = today - (FIRST_NIGHT if context.window.lower is None else MOVES)
    sent = dict(_sent(context, since))
    if not sent:
        return
    lists, everybody = reached(sent.values())
    days = {"startDate": since.date().isoformat(), "endDate": today.date().isoformat()}
    for contact, record in context.parents():
        if everybody or is_in(record, lists):
            asked = Request(stream.path.format(parent=contact), days)
            reply = context.http.send(asked, context.where, (GONE,))
            found = [] if reply.status == GONE else _by_campaign(int(contact), _told(reply, context.where), set(sent))
            page = Reply(200, reply.headers, msgspec.json.encode({stream.records: found}))
            yield ReadStep(asked, stream.pages, stream.row, stream.records, first=page)


def reached(recipients: Iterable[Mapping[str, Any]]) -> tuple[set[int], bool]:
    """The lists that campaigns went to, and whether one went to a segment: who is in that is not told."""
    every = list(recipients)
    return {one for each in every for one in each.get("lists") or ()}, any(each.get("segments") for each in every)


def is_in(contact: Mapping[str, Any], lists: set[int]) -> bool:
    """Whether a contact is in one of the lists, or was until they left it."""
    return bool(lists & {*(contact.get("listIds") or ()), *(contact.get("listUnsubscribed") or ())})


def _today(context: Context) -> datetime:
    """By Brevo's own clock: a day that has not come there is refused."""
    if context.http.server_ahead is None:
        _counted(context.http, context.where)
    return context.http.now


def _sent(context: Context, since: datetime) -> Iterator[tuple[int, dict[str, Any]]]:
    """(id, recipients) of each campaign that was sent since."""
    for campaign, record in context.landing.live_records(context.source, "campaigns"):
        at = record.get("sentDate")
        if at and read_time(at, "iso").date() >= since.date():
            yield int(campaign), record.get("recipients") or {}


def _told(reply: Reply, where: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(reply.body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise BadResponse("the answer is not the JSON that the API promises", where=where) from error


def _by_campaign(contact: int, told: Mapping[str, Any], campaigns: set[int]) -> list[dict[str, Any]]:
    """One record for each campaign with all that became of it; of others the days asked for show only a part."""
    found: dict[int, dict[tuple[str, str], dict[str, Any]]] = {}
    acts = [(kind, act) for kind in KINDS for act in told.get(kind) or ()]
    acts += [("unsubscribed", act) for act in (told.get("unsubscriptions") or {}).get("userUnsubscription") or ()]
    for kind, act in acts:
        campaign = act.get("campaignId")
        if campaign not in campaigns:
            continue
        for one in act["links"] if kind == "clicked" else (act,):
            url, at = one.get("url") or "", one["eventTime"]
            known = found.setdefault(campaign, {}).setdefault((kind, url), {"kind": kind, "url": url or None, "at": at})
            known["at"] = min(known["at"], at)
    return [
        {"contactId": contact, "campaignId": campaign, "acts": [acts[key] for key in sorted(acts)]}
        for campaign, acts in sorted(found.items())
    ]


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A key of the API, in a header of Brevo's own."""
    return Auth({"api-key": secrets["token"]}, (secrets["token"],))


BREVO = Connector(
    "brevo",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.brevo.com"},
    rate=(10, 1.0),  # of contacts, on every plan
    rates=(("/v3/emailCampaigns", 90, 3600.0),),  # 100 an hour of all else
)
