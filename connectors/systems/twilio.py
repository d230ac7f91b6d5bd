"""Twilio: calls and messages (SMS, WhatsApp) of one account.

    GET /2010-04-01/Accounts/{sid}/Calls.json?StartTime>=      calls that began since a day
    GET /2010-04-01/Accounts/{sid}/Messages.json?DateSent>=    messages that were sent since a day

A filter is a whole day of GMT, and there is none by change: status and length are told afterwards, so three days are
read again. A page says where the next one is; of that address the token is taken. Times are written as mails write
them (RFC 2822). What is deleted leaves nothing. Nobody has a record there: who it was is told by the number. What was
written in a message is not kept.
Source: twilio/twilio-oai, spec/json/twilio_api_v2010.json (ListCall, ListMessage); twilio 9.13.0 (PyPI).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page, members
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth, basic
from crm360.connectors.engine.stream import Stream

MOST = "1000"  # records a page: the API's most
AS_MAILS_WRITE = "%a, %d %b %Y %H:%M:%S %z"
FILLED_LATER = timedelta(days=3)
ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")


@dataclass(frozen=True)
class NextUri:
    """{"calls": [...], "next_page_uri": "/2010-04-01/…?PageSize=50&Page=1&PageToken=PACA…"}; null at the end."""

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse for an answer that does not say whether it is the last."""
        if not page.has("next_page_uri"):
            raise BadResponse("the answer does not say whether it is the last ('next_page_uri')")
        uri = page.get("next_page_uri")
        if uri is None:
            return None
        told = parse_qs(urlsplit(uri).query) if isinstance(uri, str) else {}
        if not told.get("PageToken"):
            raise BadResponse("the answer says that there is more, but not where")
        return request.with_params(PageToken=told["PageToken"][0], Page=told.get("Page", ["1"])[0])


PAGES = NextUri()
ROW = RecordSchema(key=("sid",), changed="date_updated", formats=(AS_MAILS_WRITE,))


def _stream(name: str, since: str) -> Stream:
    return Stream(
        name, "interactions", f"/{name.capitalize()}.json", ROW, PAGES, name, params={"since": since},
        lookback=FILLED_LATER, needs="the account's token, or a key",
    )  # fmt: skip


STREAMS = (_stream("calls", "StartTime>"), _stream("messages", "DateSent>"))


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What began since the day of the window's beginning."""
    stream, lower = context.stream, context.window.lower
    request = Request(f"/2010-04-01/Accounts/{context.settings['account_sid']}{stream.path}", {"PageSize": MOST})
    if lower is not None:
        request = request.with_params(**{stream.params["since"]: lower.date().isoformat()})
    enrich = _without_words if stream.name == "messages" else None
    yield ReadStep(request, PAGES, stream.row, stream.records, enrich=enrich)


def _without_words(_context: Context, records: list[bytes]) -> list[bytes]:
    """The messages without what was written in them."""
    return [
        msgspec.json.encode({name: v for name, v in members(record).items() if name != "body"}) for record in records
    ]


def wrong(settings: Mapping[str, str], _options: Any) -> str | None:
    """What is wrong with the settings, in words."""
    return None if ACCOUNT.fullmatch(settings["account_sid"]) else "account_sid is AC and 32 figures of base 16"


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """The account's token; or the secret of an API key, whose id is then `key_sid`."""
    return basic(settings.get("key_sid") or settings["account_sid"], secrets["token"])


TWILIO = Connector(
    "twilio",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.twilio.com", "account_sid": None, "key_sid": ""},
    meanings={
        "account_sid": "The account's SID, from AC on.",
        "key_sid": "The SID of an API key, from SK on, whose secret is the token.",
    },
    rate=(10, 1.0),
    at_once=2,
    wrong=wrong,
)
