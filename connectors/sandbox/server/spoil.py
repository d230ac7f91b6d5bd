"""What each fault makes of an answer, short of the wire: other answers, spoiled records, and pages that lead astray."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.server import pages
from crm360.connectors.sandbox.server.faults import Fault
from crm360.connectors.sandbox.server.reply import Call, Reply

LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head>"
    b"<body><form method=post>Please sign in</form></body></html>"
)
LONG_ID = "98765432109876543210"


class NotPlayable(Exception):
    """A fault was told to play on an answer that it does not fit."""


class Worded(Protocol):
    """How a vendor words an error."""

    def __call__(self, status: int, message: str, headers: dict[str, str] | None = None) -> Reply: ...


def instead(fault: Fault, error: Worded, throttled: Reply, now: int) -> Reply:
    """The answer that comes in place of the page."""
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers["Retry-After"] = _retry_after(fault.retry_after, now)
    if fault.kind == "unauthorised":
        return error(401, "The access token is invalid or has expired.", headers)
    if fault.kind == "forbidden":
        return error(403, "This app has no permission for this.", headers)
    if fault.kind == "login_page":
        return Reply(LOGIN_PAGE, 200, headers, "text/html; charset=utf-8")
    if fault.kind == "empty_body":
        return Reply(b"", fault.status or 200, headers)
    if fault.kind == "redirect":
        return Reply(b"", fault.status or 302, headers | {"Location": fault.to})
    if fault.kind == "throttled":
        return Reply(throttled.content, throttled.status, dict(throttled.headers) | headers)
    status = fault.status or 429
    if fault.body is not None:
        return Reply(fault.body.encode(), status, headers)
    messages = {429: "You have reached your limit of requests."}
    return error(status, messages.get(status, "Something went wrong on our side."), headers)


def _retry_after(text: str, now: int) -> str:
    kind, _, seconds = text.partition(":")
    if kind != "date":
        return text
    return clock.http_date(now + int(float(seconds) * clock.SECOND))


def page(fault: Fault, reply: Reply, call: Call) -> Reply:
    """The page with the fault in it. Raises NotPlayable where the answer is no page on which it could be played."""
    body = reply.body()
    if fault.kind == "malformed_json":
        return reply._replace(content=body[: max(1, int(len(body) * fault.percent / 100))])
    if fault.kind == "encoding":
        return reply._replace(content=_encoded(body, fault.value or "bom"))
    content = msgspec.json.decode(body)
    bare = isinstance(content, list)  # some vendors send the list by itself, and tell the next page in headers
    if bare:
        content = {pages.BARE: content}
    found = pages.holder(content)
    if not found:
        raise NotPlayable(f"The fault {fault.kind} needs a page of records.")
    held, name = found
    if fault.kind == "null_records":
        held[name] = None
    elif fault.kind in ("drop_key", "value", "nan", "long_id", "duplicate_key"):
        _spoil_records(fault, held[name])
    elif bare or "has_more" in content or "jsonrpc" in content:
        raise NotPlayable(f"The fault {fault.kind} needs a page that names the next one in its body.")
    else:
        _lead_astray(fault, content, call, held, name)
    return reply._replace(content=msgspec.json.encode(content[pages.BARE] if bare else content))


def _encoded(body: bytes, how: str) -> bytes:
    if how == "bom":
        return b"\xef\xbb\xbf" + body
    if how == "latin1":
        return body.decode().encode("latin-1", "replace")
    if how == "invalid_utf8":
        place = body.find(b'":"') + 3
        return body[:place] + b"\xff\xfe" + body[place:]
    raise NotPlayable(f"There is no encoding fault {how!r}; there are bom, latin1 and invalid_utf8.")


def _spoil_records(fault: Fault, held: list[Any]) -> None:
    for place in range(min(fault.records, len(held))):
        record = held[place]["node"] if "node" in held[place] else held[place]
        path = (fault.field or pages.key_of(record)).split(".")
        inside = record
        for name in path[:-1]:
            inside = inside.setdefault(name, {})
        if fault.kind == "drop_key":
            inside.pop(path[-1], None)
        elif fault.kind == "duplicate_key":
            first = f'{{"{path[-1]}":{fault.value or chr(34) * 2},'.encode()
            held[place] = msgspec.Raw(first + msgspec.json.encode(record)[1:])
        else:
            raw = {"nan": "NaN", "long_id": LONG_ID}.get(fault.kind, fault.value or "null")
            inside[path[-1]] = msgspec.Raw(raw.encode("utf-8", "surrogatepass"))


def _lead_astray(fault: Fault, content: dict[str, Any], call: Call, held: dict[str, Any], name: str) -> None:
    if fault.kind == "repeat_token":
        # The next page is this page: the same token comes again and again.
        token = pages.token_of_call(call)
        if token:
            pages.set_next(content, call, token)
    elif fault.kind == "cycle_token":
        token = pages.token_of_page(content)
        if len(fault.tokens) >= 2:
            pages.set_next(content, call, fault.tokens[len(fault.tokens) % 2])
        if token:
            fault.tokens.append(token)
    elif fault.kind == "endless":
        if pages.token_of_page(content) is None:
            pages.set_next(content, call, pages.behind(content, call, fault.fired))
    elif fault.kind == "empty_page":
        token = pages.same_place(content, call, fault.fired)
        held[name] = []
        if "total_items" not in content:
            pages.set_next(content, call, token)
    elif fault.kind == "foreign_next":
        pages.lead_away(content, fault.to.rstrip("/"))


def date_header(now: int, skew: float) -> str:
    """The server's clock as it is sent, wrong by so many seconds."""
    return clock.http_date(now + int(skew * clock.SECOND))
