"""Meta Ads (Facebook, Instagram): what campaigns cost and brought, day by day, in every ad account that the token sees.

Lead forms stand in _meta_leads.py.

    GET /{version}/me/adaccounts?fields                             all: accounts, each with its currency and zone
    GET /{version}/act_{id}/campaigns?effective_status=[…]          all, those that are put away or deleted, too
    GET /{version}/act_{id}/insights?level=campaign&time_increment=1&time_range={since,until}
                                                                    the last 28 days, some weeks a request

Meta restates results for 28 days. Days are those of the account's time zone, money is a text in its currency. Pages go
on by `after` while there is a `next`, an address that holds the token and is not followed. A refusal is a 400 whose
body has the code: of too many calls, of a token, of a right. What counts as a result follows from the campaign's goal;
Meta tells a goal without results by leaving the values out. Attribution is that of each ad set, as in Ads Manager.
Sources: developers.facebook.com, Marketing API: "Ads Insights API", "Ads Insights API Error Codes", "Limits and Best
Practices", "Marketing API Rate Limiting", "Marketing API version history"; facebook/facebook-python-business-sdk for
the fields; singer-io/tap-facebook and airbyte for the 28 days.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from crm360.connectors.engine import days
from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import AccessDenied, AuthError, BadResponse, SourceError
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth, bearer
from crm360.connectors.engine.stream import Stream
from crm360.connectors.systems import _meta_leads as leads
from crm360.connectors.systems._meta_graph import EMPTY_PAGES, LIMIT, After

VERSION = "v26.0"  # of July 2026; each lives for about a year
RESTATED = 28
TOKEN = (102, 190, 463, 467)  # error codes: of the token,
RIGHT = (10, 200, 294, 2655)  # of a right that lacks, or of terms that nobody has accepted,
THROTTLED = (4, 17, 32, 613, 80000, 80003, 80004)  # of too many calls,
OLD_VERSION = (2635,)  # of a version that is no more
TOO_MUCH = (1504018, 1504038)  # subcodes: of an answer that would take too long
LONG, SHORT = 60.0, 5.0  # seconds to wait, where it does not say how long, and for what passes by itself
STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES")
ADMINISTRATOR, SET_UP = "the administrator of the ad account", "whoever set up the source in crm360.toml"


PAGES = After()
STREAMS = (
    Stream(
        "accounts",
        "ad_accounts",
        "/me/adaccounts",
        RecordSchema(key=("account_id",)),
        PAGES,
        "data",
        cursor=False,
        params={"fields": "account_id,name,currency,timezone_name,account_status"},
        deletes=("sweep",),
        needs="ads_read",
    ),
    Stream(
        "campaigns",
        "campaigns",
        "/act_{parent}/campaigns",
        RecordSchema(changed="updated_time"),
        PAGES,
        "data",
        cursor=False,
        params={
            "fields": "id,account_id,name,objective,effective_status,created_time,start_time,updated_time",
            "effective_status": json.dumps(STATUSES),
        },
        deletes=("sweep",),
        parent="accounts",
        needs="ads_read",
    ),
    Stream(
        "costs",
        "campaign_costs",
        "/act_{parent}/insights",
        RecordSchema(key=("campaign_id", "date_start")),
        PAGES,
        "data",
        params={
            "fields": "account_id,account_currency,campaign_id,campaign_name,spend,impressions,clicks,results,"
            "date_start,date_stop",
            "level": "campaign",
            "time_increment": "1",
        },
        lookback=days.lookback(RESTATED),
        parent="accounts",
        needs="ads_read",
    ),
    *leads.STREAMS,
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All accounts and campaigns; of each account the days that may have been restated."""
    stream, version = context.stream, context.settings["version"]
    if stream.name in leads.NAMES:
        yield from leads.read_plan(context)
        return
    if stream.parent is None:
        seen: list[bytes] = []
        request = Request(f"/{version}{stream.path}", {**stream.params, "limit": LIMIT})
        yield _step(context, request, enrich=lambda _, records: seen.extend(records) or records)  # type: ignore[func-returns-value]
        if not seen:
            raise AccessDenied("the token sees no ad account", where=context.where, who=ADMINISTRATOR)
        return
    known = set(context.state.get("accounts", []))
    accounts = list(context.parents())
    for account, record in accounts:
        path = f"/{version}{stream.path.format(parent=account)}"
        request = Request(path, {**stream.params, "limit": LIMIT})
        if stream.name == "campaigns":
            yield _step(context, request)
            continue
        for first, last in days.spans(context, record["timezone_name"], is_known=account in known):
            between = json.dumps({"since": first.isoformat(), "until": last.isoformat()})
            yield _step(context, request.with_params(time_range=between))
    context.state["accounts"] = [account for account, _ in accounts]


def _step(context: Context, request: Request, **more: Any) -> ReadStep:
    stream = context.stream
    return ReadStep(request, PAGES, stream.row, stream.records, empty_pages=EMPTY_PAGES, **more)


def error_of(reply: Reply) -> dict[str, Any]:
    """The error of an answer's body; empty where there is none."""
    try:
        told = reply.json()
    except ValueError:
        return {}
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else {}


def throttled(reply: Reply) -> float | None:
    """Seconds to wait, where Meta says that there were too many calls, or that it passes by itself."""
    if reply.status < 400 or (reply.status == 429 and "retry-after" in reply.headers):  # that the engine reads
        return None
    error = error_of(reply)
    if error.get("code") not in THROTTLED:
        return SHORT if error.get("is_transient") is True and error.get("error_subcode") not in TOO_MUCH else None
    try:
        usage = json.loads(reply.headers.get("x-business-use-case-usage", ""))
        minutes = max(float(one.get("estimated_time_to_regain_access") or 0) for all_ in usage.values() for one in all_)
    except (ValueError, AttributeError, TypeError):
        return LONG
    return timedelta(minutes=minutes).total_seconds() or LONG


def refusal(reply: Reply) -> SourceError | None:
    """What the code of a refusal comes to; None for an answer without one."""
    error = error_of(reply)
    code, subcode = error.get("code"), error.get("error_subcode")
    if code in TOKEN:
        return AuthError("the access token is refused, or has expired")
    if code in RIGHT:
        return AccessDenied(f"the token has no right to read this (code {code})", who=ADMINISTRATOR)
    if code in OLD_VERSION:
        return BadResponse("this version of the API is no more: set a newer `version`", who=SET_UP)
    if subcode in TOO_MUCH:
        return BadResponse("the answer would take too long: set `days_at_once` lower", who=SET_UP)
    return BadResponse(f"it refuses the request (code {code}, {subcode})") if isinstance(code, int) else None


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """The token of a system user."""
    return bearer(secrets["token"])


META_ADS = Connector(
    "meta_ads",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://graph.facebook.com", "version": VERSION, **days.SETTINGS, **leads.SETTINGS},
    meanings={"version": "Version of Meta's API; each lives for about a year.", **days.MEANINGS, **leads.MEANINGS},
    wrong=days.wrong,
    rate=(5, 1.0),
    throttled=throttled,
    refusal=refusal,
)
