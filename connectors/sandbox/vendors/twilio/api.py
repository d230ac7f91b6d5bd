"""Twilio's API of 2010: calls and messages, newest first, page by page.

Shapes: twilio/twilio-oai, twilio_api_v2010.json. Traps that it plays: a filter is a whole day of GMT; times are written
as mails write them; lengths are texts; the next page is an address without a host; a caller may have hidden the number.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock, phones
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.twilio.fake import ACCOUNT, written

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
BY_DEFAULT, MOST = 50, 1000
OURS, HIDDEN = "+493023125999", "+266696687"


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Twilio's error body."""
    code = {401: 20003, 404: 20404, 429: 20429}.get(status, 20001)
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Reply({"code": code, "message": message, "more_info": more, "status": status}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Authenticate")


def _listed(company: Company, call: Call, stream: str, since: str) -> Reply:
    if call.parts["account"] != ACCOUNT:
        raise Refused(404, f"The requested resource {call.path} was not found")
    size = call.number("PageSize", BY_DEFAULT)
    if not 1 <= size <= MOST:
        raise Refused(400, f"Page size must be between 1 and {MOST}")
    table = company.table("twilio", stream)
    rows = table.by("changed")[::-1]
    keep = table["state"] == LIVE
    if day := call.query.get(since):
        if not re.match(r"\d{4}-\d\d-\d\d", day):
            raise Refused(400, f"{since} is a day, as YYYY-MM-DD")
        keep &= table["changed"] >= clock.moment(day[:10])
    rows = rows[keep[rows]]
    if token := call.query.get("PageToken"):
        time, row = cursors.read(token)
        changed = table["changed"][rows]
        rows = rows[(changed < time) | ((changed == time) & (rows < row))]
    page, number = rows[:size], call.number("Page", 0)
    following = None
    if len(rows) > size:
        last = int(page[-1])
        token = cursors.written(int(table["changed"][last]), last)
        following = f"{call.path.removeprefix('/twilio')}?" + urlencode(
            dict(call.query) | {"Page": str(number + 1), "PageToken": token}
        )
    around = {"page": number, "page_size": size, "uri": call.path, "previous_page_uri": None}
    return Reply({stream: _records(company, stream, page), "next_page_uri": following, **around}, keep=True)


def calls(company: Company, call: Call) -> Reply:
    """GET /Accounts/{sid}/Calls.json"""
    return _listed(company, call, "calls", "StartTime>")


def messages(company: Company, call: Call) -> Reply:
    """GET /Accounts/{sid}/Messages.json"""
    return _listed(company, call, "messages", "DateSent>")


def _as_mails_write(moment: int) -> str:
    return format_datetime(datetime.fromtimestamp(moment / clock.SECOND, UTC))


def _records(company: Company, stream: str, rows: Ints) -> list[Record]:
    """The records of rows, with what a test said."""
    if not len(rows):
        return []
    table = company.table("twilio", stream)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), company.people.written(table["person"][rows].astype(np.int64)),
        table["changed"][rows].tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, person, moment, edition in columns:
        at = _as_mails_write(moment)
        theirs = phones.written(person.country, person.phone, 0) if person.phone else HIDDEN
        is_inbound = row % 3 == 0
        record: Record = {
            "sid": written(stream, number), "account_sid": ACCOUNT, "api_version": "2010-04-01", "date_created": at,
            "date_updated": at, "from": theirs if is_inbound else OURS, "to": OURS if is_inbound else theirs,
            "price": None, "price_unit": "USD",
        }  # fmt: skip
        if stream == "calls":
            status = "no-answer" if row % 10 == 9 else "completed"
            record |= {
                "direction": "inbound" if is_inbound else "outbound-api", "status": status, "parent_call_sid": None,
                "start_time": at, "end_time": at, "duration": str(60 + edition), "answered_by": None,
            }  # fmt: skip
        else:
            record |= {
                "direction": "inbound" if is_inbound else "outbound-reply", "num_segments": "1", "error_code": None,
                "status": "received" if is_inbound else "undelivered" if row % 10 == 7 else "delivered",
                "body": f"Thank you {edition}", "date_sent": at,
            }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("GET", "/twilio/2010-04-01/Accounts/{account}/Calls.json", calls),
    ("GET", "/twilio/2010-04-01/Accounts/{account}/Messages.json", messages),
]
