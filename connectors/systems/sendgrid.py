"""SendGrid (Twilio): marketing contacts, single sends, and who is not to be written to, of one account.

    POST /v3/marketing/contacts/exports             an export of all contacts, which is then asked for until it is ready
    GET  <where the export's files are>             the contacts, one JSON object a line, packed or not
    GET  /v3/marketing/singlesends                  all; of those that changed the subject, and of all the numbers
    GET  /v3/suppression/{bounces,blocks,…}         bounces, blocks and invalid addresses since; all of the others
    GET  /v3/asm/suppressions                       who left one group of mails

A list of contacts shows fifty of them, so that all are exported each night. An export's files lie elsewhere, at
addresses that carry their own permission for some hours: no key goes there. An export tells how many contacts it has;
fewer lines than that are no export. Suppressions have no id: they are known by the address, with the time or the group.
Who is taken off a list of refusals is missed in it; a bounce has happened, whatever becomes of the list.
Sources: twilio/sendgrid-oai, spec/json/tsg_mc_contacts_v3, tsg_mc_singlesends_v3, tsg_mc_stats_v3, tsg_suppressions_v3;
sendgrid/sendgrid-csharp, issue 1024 (lines of an export); airbytehq/airbyte, source-sendgrid (packed exports).
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import members
from crm360.connectors.engine.pagination import Link, Numbered, OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.session import REDACT, Auth, Session, bearer
from crm360.connectors.engine.stream import Stream

MOST, AT_ONCE, IN_A_STEP = "500", "50", 5_000  # suppressions and single sends a page, contacts a step
MB, SHORTEST, LONGEST = 20, 0.2, 30.0  # of a file of an export; seconds between two questions whether it is ready
LACKING = 403  # what the key has no scope for
SKIPPED = "skipped: the key has no scope for it"
READY, FAILED, SENT = "ready", "failure", "triggered"
PACKED = b"\x1f\x8b"
MOST_UNPACKED = 2**31
ALL, PAGES = Numbered("offset", "records"), Link("_metadata.next")

CONTACT = RecordSchema(key=("contact_id",), changed="updated_at")
WITH_TIME = RecordSchema(key=("email", "created"), changed="created", changed_as="epoch")
ADDRESS = RecordSchema(key=("email",), changed="created", changed_as="epoch")
IN_GROUP = RecordSchema(key=("group_id", "email"), changed="created_at", changed_as="epoch")


def _happened(name: str) -> Stream:
    """What a mail met with: it stays, whatever becomes of the list."""
    return Stream(
        name, "email_events", f"/v3/suppression/{name}", WITH_TIME, ALL, "", lookback=timedelta(hours=1),
        needs=f"suppression.{name}.read (scope)",
    )  # fmt: skip


def _refused(name: str, row: RecordSchema) -> Stream:
    """Who is not to be written to: as long as they are in the list."""
    return Stream(
        name, "email_events", f"/v3/suppression/{name}", row, ALL, "", cursor=False, deletes=("sweep",),
        needs=f"suppression.{name}.read (scope)",
    )  # fmt: skip


STREAMS = (
    Stream(
        "contacts", "contacts", "/v3/marketing/contacts/exports", CONTACT, OnePage(), "result", cursor=False,
        deletes=("sweep",), needs="marketing.read (scope)",
    ),
    Stream(
        "singlesends", "campaigns", "/v3/marketing/singlesends", RecordSchema(changed="updated_at"), PAGES, "result",
        cursor=False, deletes=("sweep",), needs="marketing.read (scope)",
    ),
    _happened("bounces"),
    _happened("blocks"),
    _happened("invalid_emails"),
    _refused("spam_reports", WITH_TIME),
    _refused("unsubscribes", ADDRESS),
    Stream(
        "group_unsubscribes", "consents", "/v3/asm/suppressions", IN_GROUP, OnePage(), "", cursor=False,
        deletes=("sweep",), needs="asm.groups.suppressions.read (scope)",
    ),
)  # fmt: skip


def read_plan(context: Context) -> Iterator[ReadStep]:
    """An export of the contacts; of all else a list."""
    stream, lower, enrich = context.stream, context.window.lower, None
    if stream.name == "contacts":
        yield from _exported(context)
        return
    asked, counts = Request(stream.path), None
    if stream.name == "singlesends":
        asked, enrich, counts = asked.with_params(page_size=AT_ONCE), _with_numbers, "_metadata.count"
    elif stream.name != "group_unsubscribes":
        asked = asked.with_params(limit=MOST, offset=0)
        if lower is not None and stream.cursor:
            asked = asked.with_params(start_time=epoch_ms(lower) // 1000)
    first = context.unless_lacking(asked, (LACKING,), SKIPPED)
    if first is not None:
        yield ReadStep(asked, stream.pages, stream.row, stream.records, counts=counts, enrich=enrich, first=first)


# Contacts -------------------------------------------------------------------------------------------------------------


def _exported(context: Context) -> Iterator[ReadStep]:
    """All contacts, some thousand a step. Raises BadResponse where the files hold fewer than the export says."""
    begun = Request(context.stream.path, method="POST", body={"file_type": "json", "max_file_size": MB})
    reply = context.unless_lacking(begun, (LACKING,), SKIPPED)
    if reply is None:
        return
    export = _told(reply, context.where).get("id")
    if not isinstance(export, str) or not export:
        raise BadResponse("the export that was begun has no 'id'", where=context.where)
    told, came = _ready(context, export), 0
    if not isinstance(told.get("contact_count"), int):
        raise BadResponse("the export does not state its 'contact_count'", where=context.where)
    for number, url in enumerate(told.get("urls") or ()):
        lines = [line for line in _file(context, str(url)).splitlines() if line.strip()]
        came += len(lines)
        for start in range(0, len(lines), IN_A_STEP):
            page = Reply(200, {}, b'{"result": [' + b",".join(lines[start : start + IN_A_STEP]) + b"]}")
            place = Request(f"{context.stream.path}/{export}", {"file": str(number), "from": str(start)})
            yield ReadStep(place, OnePage(), context.stream.row, context.stream.records, first=page)
    if came != told["contact_count"]:
        said = told["contact_count"]
        raise BadResponse(f"the export has {came} contacts, and says that it has {said}", where=context.where)


def _ready(context: Context, export: str) -> Mapping[str, Any]:
    """What is told of the export once it is ready. Raises BadResponse where it failed."""
    wait = SHORTEST
    while True:
        told = _told(context.http.send(Request(f"{context.stream.path}/{export}"), context.where), context.where)
        if told.get("status") == READY:
            return told
        if told.get("status") == FAILED:
            raise BadResponse("SendGrid could not make the export", where=context.where)
        context.check_time()
        time.sleep(wait)
        wait = min(wait * 2, LONGEST)


def _told(reply: Reply, where: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(reply.body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise BadResponse("the answer is not the JSON that the API promises", where=where) from error


def _file(context: Context, url: str) -> bytes:
    """A file of an export, unpacked. Its address is its permission: the key stays here."""
    place = urlsplit(url)
    if place.scheme not in ("https", "http") or not place.netloc:
        raise BadResponse("the export does not say where its files are", where=context.where)
    REDACT.learn(place.query)
    session = Session(context.source, f"{place.scheme}://{place.netloc}", Auth({"Accept": "*/*"}), context.limits)
    body = session.send(Request(f"{place.path}?{place.query}" if place.query else place.path), context.where).body
    if not body.startswith(PACKED):
        return body
    unpacking = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacking.decompress(body, MOST_UNPACKED)
    except zlib.error as error:
        raise BadResponse("a file of the export is damaged", where=context.where) from error
    if not unpacking.eof:
        raise BadResponse("a file of the export is cut off", where=context.where)
    return unpacked


# Single sends ---------------------------------------------------------------------------------------------------------


def _with_numbers(context: Context, records: list[bytes]) -> list[bytes]:
    """Each single send with its subject and whom it went to, and with its numbers once it was sent; no text."""
    held = dict(context.landing.live_records(context.source, context.stream.name))
    read = [msgspec.json.decode(record) for record in records]
    sent = [one["id"] for one in read if one.get("status") == SENT]
    numbers = _numbers(context, sent) if sent else {}
    whole = []
    for record, one in zip(records, read, strict=True):
        before = held.get(str(one.get("id")), {})
        more = {name: before[name] for name in ("subject", "send_to") if name in before}
        if before.get("updated_at") != one.get("updated_at") or "subject" not in more:
            more = _detail(context, str(one["id"]))
        whole.append(msgspec.json.encode({**members(record), **more, "stats": numbers.get(one.get("id"))}))
    return whole


def _detail(context: Context, number: str) -> dict[str, Any]:
    """Subject and recipients; null of one that was deleted since it was listed."""
    reply = context.http.send(Request(f"{context.stream.path}/{number}"), context.where, (404,))
    told = {} if reply.status == 404 else _told(reply, context.where)
    return {"subject": (told.get("email_config") or {}).get("subject"), "send_to": told.get("send_to")}


def _numbers(context: Context, sent: list[str]) -> dict[str, Any]:
    """By single send; of tests of variants, all together."""
    asked = Request("/v3/marketing/stats/singlesends", {"singlesend_ids": ",".join(sent), "page_size": AT_ONCE})
    told = _told(context.http.send(asked, context.where), context.where).get("results") or ()
    whole = (None, "", "all")
    return {
        one["id"]: one.get("stats") for one in told if one.get("ab_variation") in whole and one.get("ab_phase") in whole
    }


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API key."""
    return bearer(secrets["token"])


SENDGRID = Connector(
    "sendgrid",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.sendgrid.com"},  # https://api.eu.sendgrid.com where the account's data lie there
    rate=(8, 1.0),
)
