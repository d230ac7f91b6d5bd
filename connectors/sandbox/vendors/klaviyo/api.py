"""Klaviyo's API: profiles, events, campaigns, metrics; JSON:API with cursors in links.

Shapes and what may be asked: klaviyo/openapi, openapi/stable.json of 2026-07-15. Traps that it plays: a call without a
revision is refused; `updated` is filtered strictly; subscriptions come only where they are asked for; campaigns need a
channel, and archived ones are listed only where the filter says so; what is deleted or merged away leaves no trace;
nothing is counted; a metric of others bears the name of Klaviyo's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.klaviyo import lists
from crm360.connectors.sandbox.vendors.klaviyo import records as klaviyo_records

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

JSON_API = "application/vnd.api+json"
_CODES = {
    400: ("invalid", "Invalid input."), 401: ("not_authenticated", "Authentication credentials were not provided."),
    403: ("permission_denied", "You do not have permission to perform this action."),
    404: ("not_found", "Not found."), 429: ("throttled", "Request was throttled."),
}  # fmt: skip
_OPERATION = re.compile(r"([a-z-]+)\(([\w.]+),((?:'[^']*'|\"[^\"]*\"|[^()'\",]+))\)")
_ANY_EMAIL = re.compile(r"any\(email,(\[.*\])\)")
_MOST_NAMED = 100
_ORDERED = ("greater-or-equal", "greater-than", "less-or-equal", "less-than")
_SUPPRESSION = "subscriptions.email.marketing.suppression.timestamp"
_LIST_SUPPRESSION = "subscriptions.email.marketing.list_suppressions.timestamp"
Test = Callable[[int, int], bool]
_TESTS: dict[str, Test] = {
    "greater-or-equal": lambda at, bound: at >= bound, "greater-than": lambda at, bound: at > bound,
    "less-or-equal": lambda at, bound: at <= bound, "less-than": lambda at, bound: at < bound,
}  # fmt: skip


class Allowed(NamedTuple):
    """What a list may be asked for: operators by field, orders, and rows a page (by default and at most)."""

    filters: dict[str, tuple[str, ...]]
    sorts: tuple[str, ...]
    size: int
    most: int


PROFILES = Allowed(
    {
        "created": ("greater-than", "less-than"), "updated": ("greater-than", "less-than"), _SUPPRESSION: _ORDERED,
        _LIST_SUPPRESSION: _ORDERED,
    },
    ("created", "updated", "id", "email", _SUPPRESSION, _LIST_SUPPRESSION), 20, 100,
)  # fmt: skip
EVENTS = Allowed({"metric_id": ("equals",), "datetime": _ORDERED}, ("datetime", "timestamp"), 200, 1_000)
CAMPAIGNS = Allowed(
    {"messages.channel": ("equals",), "archived": ("equals",), "status": ("equals",), "updated_at": _ORDERED},
    ("created_at", "id", "name", "scheduled_at", "updated_at"), 100, 100,
)  # fmt: skip
METRICS = Allowed({}, (), 200, 200)


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Klaviyo's error body: JSON:API's list of errors."""
    code, title = _CODES.get(status, ("error", "Something went wrong."))
    told = {
        "id": "00000000-0000-4000-8000-000000000000", "status": status, "code": code, "title": title,
        "detail": message, "source": {"pointer": "/data/"}, "links": {}, "meta": {},
    }  # fmt: skip
    return Reply({"errors": [told]}, status, headers or {}, JSON_API)


def unauthorised() -> Reply:
    return error(401, "Missing or invalid private key. Please use: Authorization: Klaviyo-API-Key your-private-key")


Filters = list[tuple[str, str, str]]


def asked(call: Call, allowed: Allowed) -> Filters:
    """(operator, field, value) of each condition. Raises Refused for what the list can't be asked."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(\.\w+)?", call.headers.get("revision", "")):
        raise Refused(400, "A revision header (YYYY-MM-DD) is required")
    text = call.query.get("filter", "")
    found = [(operator, field, value.strip("'\"")) for operator, field, value in _OPERATION.findall(text)]
    if ",".join(match[0] for match in _OPERATION.finditer(text)) != text:
        raise Refused(400, f"The filter can't be read: {text}")
    for operator, field, _ in found:
        if operator not in allowed.filters.get(field, ()):
            raise Refused(400, f"'{operator}' is not an allowed filter for the field '{field}'")
    sort = call.query.get("sort", "")
    if sort and sort.removeprefix("-") not in allowed.sorts:
        raise Refused(400, f"'{sort}' is not a valid sort value")
    size = call.number("page[size]", allowed.size)
    if not 1 <= size <= allowed.most:
        raise Refused(400, f"Page size must be an integer between 1 and {allowed.most}.")
    return found


def _moment(text: str) -> int:
    try:
        return clock.moment(text)
    except ValueError:
        raise Refused(400, f"{text} is no date and time in ISO 8601") from None


def _within(filters: Filters, field: str, at: int) -> bool:
    return all(_TESTS[how](at, _moment(value)) for how, name, value in filters if name == field)


Place = tuple[int, int]


def _page(call: Call, allowed: Allowed, places: list[Place], write: Callable[[list[int]], list[Any]]) -> Reply:
    """The rows at places (order, row), which are sorted, from where the cursor stands on."""
    size = call.number("page[size]", allowed.size)
    descending = call.query.get("sort", "").startswith("-")
    places = sorted(places, reverse=descending)
    if call.query.get("page[cursor]"):
        after = cursors.read(call.query["page[cursor]"])
        places = [place for place in places if (place < after if descending else place > after)]
    page = places[:size]
    following = None
    if len(places) > size:
        query = dict(call.query) | {"page[cursor]": cursors.written(*page[-1])}
        following = f"{call.root}{call.path}?{urlencode(query, quote_via=quote)}"
    links = {"self": f"{call.root}{call.path}", "first": None, "last": None, "prev": None, "next": following}
    return Reply({"data": write([row for _, row in page]), "links": links}, media_type=JSON_API, keep=True)


def _base(call: Call) -> str:
    return f"{call.root}/klaviyo"


def profiles(company: Company, call: Call) -> Reply:
    """GET /api/profiles: all, or those with one of the addresses that any(email,[…]) names."""
    by_address = _ANY_EMAIL.fullmatch(call.query.get("filter", ""))
    if by_address is None:
        return _profiles(company, call, company.table("klaviyo", "profiles").live())
    try:
        addresses = {str(address).lower() for address in json.loads(by_address[1].replace("'", '"'))}
    except ValueError:
        raise Refused(400, "The filter can't be read") from None
    if len(addresses) > _MOST_NAMED:
        raise Refused(400, f"any takes at most {_MOST_NAMED} values")
    without = call._replace(query={k: v for k, v in call.query.items() if k != "filter"})
    return _profiles(company, without, lists.named(company, addresses))


def list_profiles(company: Company, call: Call) -> Reply:
    """GET /api/lists/{id}/profiles: as profiles are, and since when they are in it."""
    reply = _profiles(company, call, np.array(lists.rows_in(company, call), dtype=np.int64))
    for record in reply.content["data"]:
        record["attributes"]["joined_group_at"] = klaviyo_records.zoned(np.array([company.now]))[0]
    return reply._replace(keep=False)


def _profiles(company: Company, call: Call, rows: Ints) -> Reply:
    filters, table = asked(call, PROFILES), company.table("klaviyo", "profiles")
    sort = call.query.get("sort", "id").removeprefix("-")
    by_suppression = {_SUPPRESSION: "suppression", _LIST_SUPPRESSION: "list_suppressions"}
    rows = rows[[_within(filters, "updated", at) for at in table["changed"][rows].tolist()]]
    rows = rows[[_within(filters, "created", at) for at in table["created"][rows].tolist()]]
    order = dict(zip(rows.tolist(), rows.tolist(), strict=True))
    for field, kind in by_suppression.items():
        if sort != field and all(name != field for _, name, _ in filters):
            continue
        latest = {}
        for row, record in zip(rows.tolist(), klaviyo_records.profiles(company, rows, _base(call)), strict=True):
            told = record["attributes"]["subscriptions"]["email"]["marketing"][kind]
            times = [at for at in (_moment(one["timestamp"]) for one in told) if _within(filters, field, at)]
            if times:
                latest[row] = max(times)
        rows = np.array([row for row in rows.tolist() if row in latest], dtype=np.int64)
        order = latest
    if sort in ("created", "updated"):
        column = table["created" if sort == "created" else "changed"]
        order = {row: int(column[row]) for row in rows.tolist()}
    wanted = call.query.get("additional-fields[profile]", "").split(",")
    only = [name for name in call.query.get("fields[profile]", "").split(",") if name]

    def write(page: list[int]) -> list[Any]:
        found = klaviyo_records.profiles(company, np.array(page, dtype=np.int64), _base(call)) if page else []
        for record in found:
            attributes = record["attributes"]
            if "subscriptions" not in wanted:
                attributes.pop("subscriptions")
            if only:
                record["attributes"] = {name: attributes[name] for name in only if name in attributes}
        return found

    return _page(call, PROFILES, [(order[row], row) for row in rows.tolist()], write)


def events(company: Company, call: Call) -> Reply:
    """GET /api/events: by time, the newest first unless it is asked for otherwise."""
    filters, table = asked(call, EVENTS), company.table("klaviyo", "events")
    call = call if call.query.get("sort") else call._replace(query={**call.query, "sort": "-datetime"})
    rows = table.live()
    for _, field, value in filters:
        if field == "metric_id":
            kinds = [kind for kind, (name, _) in klaviyo_records.METRICS.items() if name == value]
            rows = rows[np.isin(table["kind"][rows], kinds)]
    at = table["changed"][rows]
    keep = np.array([_within(filters, "datetime", moment) for moment in at.tolist()], dtype=np.bool_)
    places = list(zip(at[keep].tolist(), rows[keep].tolist(), strict=True))
    return _page(
        call, EVENTS, places,
        lambda page: klaviyo_records.events(company, np.array(page, dtype=np.int64), _base(call)) if page else [],
    )  # fmt: skip


def campaigns(company: Company, call: Call) -> Reply:
    """GET /api/campaigns: of one channel; with their messages where these are to be included."""
    filters, root = asked(call, CAMPAIGNS), _base(call)
    values = {field: value for operator, field, value in filters if operator == "equals"}
    if "messages.channel" not in values:
        raise Refused(400, "A channel filter is required to list campaigns: equals(messages.channel,'email')")
    every = range(len(company.mailing.campaigns()) + 1)
    found = {number: klaviyo_records.campaign(company, number, root) for number in every}
    archived = values.get("archived", "false") == "true"
    kept = [
        number for number, record in found.items()
        if values["messages.channel"] == "email" and record["attributes"]["archived"] is archived
        and values.get("status", record["attributes"]["status"]) == record["attributes"]["status"]
        and _within(filters, "updated_at", _moment(record["attributes"]["updated_at"]))
    ]  # fmt: skip
    shown: list[int] = []

    def write(page: list[int]) -> list[Any]:
        shown.extend(page)
        return [found[number] for number in page]

    reply = _page(call, CAMPAIGNS, [(number, number) for number in kept], write)
    if "campaign-messages" in call.query.get("include", "").split(","):
        reply.content["included"] = [klaviyo_records.message(company, number, root) for number in shown]
    return reply


def metrics(company: Company, call: Call) -> Reply:
    """GET /api/metrics: all, others' too."""
    asked(call, METRICS)
    every = klaviyo_records.metrics(_base(call))
    return _page(call, METRICS, [(at, at) for at in range(len(every))], lambda page: [every[at] for at in page])


ROUTES = (
    ("GET", "/klaviyo/api/profiles", profiles),
    ("GET", "/klaviyo/api/events", events),
    ("GET", "/klaviyo/api/campaigns", campaigns),
    ("GET", "/klaviyo/api/metrics", metrics),
    ("POST", "/klaviyo/api/lists", lists.create),
    ("GET", "/klaviyo/api/lists/{list_id}", lists.read),
    ("GET", "/klaviyo/api/lists/{list_id}/profiles", list_profiles),
    ("POST", "/klaviyo/api/lists/{list_id}/relationships/profiles", lists.change),
    ("DELETE", "/klaviyo/api/lists/{list_id}/relationships/profiles", lists.change),
)
