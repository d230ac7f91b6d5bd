"""Where each vendor keeps the records, keys and next token of a page, so that a fault can be played on it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import msgspec

from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call
from crm360.connectors.sandbox.vendors import FAKES

BARE = "bare list"
"""Under this name stands the list of an answer that is nothing but a list."""
_LISTS = (
    "results", "members", "campaigns", "emails", "unsubscribes", "sent_to", "lists", "users", "tickets",
    "organizations",
    "satisfaction_ratings", "records", "value", "data", "items", "result", BARE,
    *(name for fake in FAKES.values() for name in fake.lists),
)  # fmt: skip
_WITHIN = tuple(fake.within for fake in FAKES.values() if fake.within)
_KEYS = ("id", "Id", *(name for fake in FAKES.values() for name in fake.keys))
_AFTER = re.compile(r'after:\s*"([^"]+)"')
_TOKEN_PARAMETERS = ("after", "cursor", "page[after]", "start_time", "offset")
FAR = 1_000_000_000


def holder(content: Any) -> tuple[dict[str, Any], str] | None:
    """The dict that holds the list of records, and its name in it; None where the answer is no page."""
    if not isinstance(content, dict):
        return None
    for name in _LISTS:
        if isinstance(content.get(name), list):
            return content, name
    for outer in _WITHIN:
        inner = holder(content.get(outer))
        if inner is not None:
            return inner
    found = connection(content)
    if found:
        for name in ("nodes", "edges"):
            if isinstance(found.get(name), list):
                return found, name
    return None


def connection(content: dict[str, Any]) -> dict[str, Any] | None:
    """The first connection of a GraphQL answer."""
    data = content.get("data")
    for value in data.values() if isinstance(data, dict) else ():
        if isinstance(value, dict) and ("nodes" in value or "edges" in value):
            return value
    return None


def records(content: Any) -> list[dict[str, Any]]:
    """The records themselves, edges opened."""
    found = holder(content)
    if not found:
        return []
    return [record["node"] if found[1] == "edges" and "node" in record else record for record in found[0][found[1]]]


def key_of(record: dict[str, Any]) -> str:
    return next((name for name in _KEYS if name in record), "email_id")


def token_of_call(call: Call) -> str | None:
    """The page token with which a page was asked for; None for a first page."""
    for name in _TOKEN_PARAMETERS:
        if call.query.get(name) and not (name == "start_time" and "/organizations" not in call.path):
            return call.query[name]
    if call.body:
        try:
            asked = msgspec.json.decode(call.body)
        except msgspec.DecodeError:
            return None
        if isinstance(asked, dict):
            if asked.get("after"):
                return str(asked["after"])
            # In GraphQL the token may be a variable of any name, or stand in the query itself.
            said = [value for value in (asked.get("variables") or {}).values() if isinstance(value, str)]
            said += _AFTER.findall(str(asked.get("query")))
            return next(filter(cursors.known, said), None)
    return None


def token_of_page(content: dict[str, Any]) -> str | None:
    """The token for the next page; None at the end, or where the vendor has none."""
    following = (content.get("paging") or {}).get("next")
    if following:
        return str(following["after"])
    if "after_cursor" in content:
        return None if content["end_of_stream"] else str(content["after_cursor"])
    if "end_time" in content:
        return None if content["end_of_stream"] else str(content["end_time"])
    if "meta" in content:
        return str(content["meta"]["after_cursor"]) if content["meta"]["has_more"] else None
    if "additional_data" in content:
        return content["additional_data"]["next_cursor"]
    info = (connection(content) or {}).get("pageInfo")
    if info and info.get("hasNextPage"):
        return str(info.get("endCursor"))
    return None


def _url(call: Call, changed: dict[str, str]) -> str:
    query = dict(call.query) | changed
    return f"{call.root}{call.path}?{urlencode(query)}"


def set_next(content: dict[str, Any], call: Call, token: str) -> None:
    """Say that there is a next page, with this token. Offsets have none: there the count of all items grows."""
    if "total_items" in content:
        content["total_items"] += FAR
    elif "after_cursor" in content:
        url = _url(call, {"cursor": token})
        content |= {"after_cursor": token, "end_of_stream": False, "after_url": url}
    elif "end_time" in content:
        content |= {"end_of_stream": False, "next_page": _url(call, {"start_time": token})}
    elif "meta" in content:
        content["meta"] |= {"has_more": True, "after_cursor": token}
        content["links"]["next"] = _url(call, {"page[after]": token})
    elif "additional_data" in content:
        content["additional_data"]["next_cursor"] = token
    elif "data" in content:
        info = (connection(content) or {}).get("pageInfo")
        if info is not None:
            info |= {"hasNextPage": True, "endCursor": token}
    else:
        following = {"after": token}
        if call.method == "GET":
            following["link"] = _url(call, {"after": token})
        content["paging"] = {"next": following}


def same_place(content: dict[str, Any], call: Call, nonce: int) -> str:
    """A token, other than any before, for the very page that this call asked for."""
    token = token_of_call(call)
    if "results" in content or "end_time" in content or "total_items" in content:
        return "0" * nonce + (token or "0")
    if token:
        return cursors.again(token, nonce)
    start = int(call.query.get("start_time") or 0) * 1_000
    return cursors.written(start if "after_cursor" in content else -1, -1, nonce)


def behind(content: dict[str, Any], call: Call, nonce: int) -> str:
    """A token, other than any before, for what comes after the last record of this page."""
    if "after_cursor" in content:
        return cursors.again(content["after_cursor"], nonce)
    if "end_time" in content:
        return str(FAR * 4 + nonce)
    if "meta" in content:
        mark = content["meta"]["after_cursor"] or token_of_call(call)
        return cursors.again(mark, nonce) if mark else cursors.written(0, FAR * FAR, nonce)
    if "additional_data" in content:
        return cursors.written(FAR * FAR, FAR * FAR, nonce)
    if "data" in content:
        mark = ((connection(content) or {}).get("pageInfo") or {}).get("endCursor") or token_of_call(call)
        return cursors.again(mark, nonce) if mark else cursors.written(FAR * FAR, FAR * FAR, nonce)
    if "total" in content:
        return "0" * nonce + str(content["total"])
    found = records(content)
    return "0" * nonce + (str(found[-1]["id"]) if found else token_of_call(call) or "0")


def lead_away(content: dict[str, Any], to: str) -> bool:
    """Let every link to a next page lead to another host; False where the page has no link."""
    following = (content.get("paging") or {}).get("next") or {}
    places: list[tuple[dict[str, Any], str]] = [(following, "link"), (content, "after_url"), (content, "next_page")]
    places.append((content.get("links") or {}, "next"))
    led = False
    for held, name in places:
        link = held.get(name)
        if isinstance(link, str) and "://" in link:
            held[name] = to + "/" + link.split("://", 1)[1].split("/", 1)[1]
            led = True
    return led
