"""Google Ads: what campaigns cost and brought, day by day, of one account or of all below a manager account.

    POST /{version}/customers/{id}/googleAds:searchStream  {"query": GAQL}, an array of batches of rows

    FROM customer, then FROM customer_client       all: the account itself, and those that it manages
    FROM campaign                                  all of each account that is enabled and manages none
    FROM campaign WHERE segments.date BETWEEN …    costs of the last 30 days, some weeks a request

A manager account has no figures of its own, and an account that is not enabled can't be asked. Google restates
conversions for 30 days and longer. Whole numbers are texts; money is millionths in the account's currency, days are
those of its time zone. A row is only there where something was shown or cost. The array is whole or it is no JSON, so
it needs no pages; an error may stand in it in place of a batch. Removed campaigns stay, with that status.
Sources: developers.google.com/google-ads/api: "Search & SearchStream" (v26), "customer_client", "Get Account
Hierarchy", "Metrics", QuotaError, AuthorizationError; googleads/google-ads-python, v23 to v25, for fields and types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from crm360.connectors.engine import days
from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import AccessDenied, AuthError, BadResponse, SourceError
from crm360.connectors.engine.oauth import Grant, oauth
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream

VERSION = "v26"  # each lives for about a year
RESTATED = 30
ADMINISTRATOR, SET_UP = "the administrator of the Google Ads account", "whoever set up the source in crm360.toml"
ACCOUNT = "id, {0}.descriptive_name, {0}.currency_code, {0}.time_zone, {0}.manager, {0}.status".format
ITSELF = f"SELECT customer.{ACCOUNT('customer')} FROM customer"
MANAGED = f"SELECT customer_client.{ACCOUNT('customer_client')} FROM customer_client WHERE customer_client.level > 0"
CAMPAIGNS = (
    "SELECT customer.id, campaign.id, campaign.name, campaign.status, campaign.advertising_channel_type, "
    "campaign.start_date_time FROM campaign ORDER BY campaign.id"
)
COSTS = (
    "SELECT customer.id, customer.currency_code, campaign.id, segments.date, metrics.cost_micros, "
    "metrics.impressions, metrics.clicks, metrics.conversions FROM campaign "
    "WHERE segments.date BETWEEN '{first}' AND '{last}' ORDER BY segments.date, campaign.id"
)
SEARCH = "/customers/{parent}/googleAds:searchStream"
TOKENS = ("DEVELOPER_TOKEN_NOT_ON_ALLOWLIST", "DEVELOPER_TOKEN_PROHIBITED", "DEVELOPER_TOKEN_NOT_APPROVED",
          "DEVELOPER_TOKEN_INVALID", "DEVELOPER_TOKEN_PARAMETER_MISSING")  # fmt: skip
EXHAUSTED = ("RESOURCE_EXHAUSTED", "RESOURCE_TEMPORARILY_EXHAUSTED", "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION",
             "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION")  # fmt: skip
LONG = 60.0  # seconds to wait, where it does not say how long

Enrich = Callable[[Context, list[bytes]], list[bytes]]


def _stream(name: str, entity: str, key: tuple[str, ...], **more: Any) -> Stream:
    return Stream(
        name, entity, SEARCH, RecordSchema(key=key), OnePage(), "", needs="adwords (OAuth scope)", **more
    )  # fmt: skip


STREAMS = (
    _stream("customers", "ad_accounts", ("id",), cursor=False, deletes=("sweep",)),
    _stream("campaigns", "campaigns", ("campaign.id",), cursor=False, parent="customers"),
    _stream(
        "costs",
        "campaign_costs",
        ("campaign.id", "segments.date"),
        lookback=days.lookback(RESTATED),
        parent="customers",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All accounts and campaigns; of each account the days that may have been restated."""
    stream = context.stream
    if stream.parent is None:
        root = context.settings["customer_id"].replace("-", "")
        yield _step(context, root, ITSELF, _accounts("customer"))
        yield _step(context, root, MANAGED, _accounts("customerClient"))
        return
    known = set(context.state.get("customers", []))
    accounts = [
        (c, record) for c, record in context.parents() if not record["manager"] and record["status"] == "ENABLED"
    ]
    for customer, record in accounts:
        if stream.name == "campaigns":
            yield _step(context, customer, CAMPAIGNS, _rows)
            continue
        for first, last in days.spans(context, record["timeZone"], is_known=customer in known):
            yield _step(context, customer, COSTS.format(first=first, last=last), _rows)
    context.state["customers"] = sorted(known | {customer for customer, _ in accounts})


def _step(context: Context, customer: str, query: str, enrich: Enrich) -> ReadStep:
    stream = context.stream
    path = f"/{context.settings['version']}{stream.path.format(parent=customer)}"
    return ReadStep(Request(path, body={"query": query}, method="POST"), OnePage(), stream.row, "", enrich=enrich)


class _Batch(msgspec.Struct):
    results: list[msgspec.Raw] = []


def _rows(_context: Context, batches: list[bytes]) -> list[bytes]:
    """The rows of all batches; one without any has no list of them."""
    return [bytes(row) for batch in batches for row in msgspec.json.decode(batch, type=_Batch).results]


def _accounts(name: str) -> Enrich:
    """The accounts that stand in the rows under a name, each as a record of its own."""

    def taken(context: Context, batches: list[bytes]) -> list[bytes]:
        found = []
        for row in _rows(context, batches):
            account = msgspec.json.decode(row)[name]
            # What is false is left out of an answer.
            found.append(msgspec.json.encode({"manager": False, **account}))
        return found

    return taken


def _errors(reply: Reply) -> dict[str, Any]:
    """The error of an answer, which of a stream stands in an array; empty where there is none."""
    try:
        told = reply.json()
    except ValueError:
        return {}
    for one in told if isinstance(told, list) else [told]:
        if isinstance(one, dict) and isinstance(one.get("error"), dict):
            return one["error"]
    return {}


def _codes(error: Mapping[str, Any]) -> set[str]:
    """The words of an error: its status, and the codes that Google Ads adds to it."""
    failures = [
        one for detail in error.get("details") or () if isinstance(detail, dict) for one in detail.get("errors") or ()
    ]
    codes = {str(code) for one in failures if isinstance(one, dict) for code in (one.get("errorCode") or {}).values()}
    return codes | {str(error.get("status", ""))}


def faults_in_200(reply: Reply) -> str | None:
    """An error that stands in the array of an answer of status 200."""
    if b'"error"' not in reply.body:
        return None
    error = _errors(reply)
    return ", ".join(sorted(filter(None, _codes(error))))[:200] or "an error without a code" if error else None


def throttled(reply: Reply) -> float | None:
    """Seconds to wait, where too much was asked for; what is told with status 429 the engine reads."""
    if reply.status < 400 or reply.status == 429 or not _codes(_errors(reply)).intersection(EXHAUSTED):
        return None
    return LONG


def refusal(reply: Reply) -> SourceError | None:
    """What the codes of a refusal come to; None for an answer without them."""
    codes = _codes(_errors(reply))
    if token := codes.intersection(TOKENS):
        return AuthError(f"the developer token is refused ({min(token)})")
    if "UNAUTHENTICATED" in codes or reply.status == 401:
        return AuthError("the credentials are refused")
    if "PERMISSION_DENIED" in codes or reply.status == 403:
        told = min(codes - {"PERMISSION_DENIED"}, default="PERMISSION_DENIED")
        what = f"the login may not read this account ({told}): below a manager account, set `login_customer_id`"
        return AccessDenied(what, who=ADMINISTRATOR)
    if "UNSUPPORTED_VERSION" in codes:
        return BadResponse("this version of the API is no more: set a newer `version`", who=SET_UP)
    return BadResponse(f"HTTP {reply.status} ({min(filter(None, codes), default='no code')})")


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An OAuth client with somebody's refresh token, and the developer token of whoever made the client."""
    made = oauth(
        Grant(
            "google_ads",
            f"{settings['login_url'].rstrip('/')}/token",
            {"client_id": settings["client_id"], "client_secret": secrets["client_secret"]},
            secrets["refresh_token"],
            ca_file=settings.get("ca_file", ""),
        )
    )
    fetched, manager = made.refresh, settings.get("login_customer_id", "").replace("-", "")
    assert fetched is not None

    def headers() -> Mapping[str, str]:
        through = {"login-customer-id": manager} if manager else {}
        return {**(fetched() or {}), "developer-token": secrets["developer_token"], **through}

    return replace(made, refresh=headers, secrets=(*made.secrets, secrets["developer_token"]))


GOOGLE_ADS = Connector(
    "google_ads",
    STREAMS,
    read_plan,
    auth,
    settings={
        "base_url": "https://googleads.googleapis.com",
        "login_url": "https://oauth2.googleapis.com",
        "client_id": None,
        "customer_id": None,
        "login_customer_id": "",
        "version": VERSION,
        **days.SETTINGS,
    },
    meanings={
        "customer_id": "The account that is read, or the manager account above all that are.",
        "login_customer_id": "The manager account through which the login reaches the account.",
        "version": "Version of Google's API; each lives for about a year.",
        **days.MEANINGS,
    },
    wrong=days.wrong,
    secrets=("client_secret", "refresh_token", "developer_token"),
    rate=(5, 1.0),
    throttled=throttled,
    faults_in_200=faults_in_200,
    refusal=refusal,
)
