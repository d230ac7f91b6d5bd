"""LinkedIn Ads: what campaigns cost and brought, day by day, in every ad account that the login has a role in.

Lead forms stand in _linkedin_leads.py.

    GET /rest/adAccounts?q=search&pageSize                          all accounts, each with its currency
    GET /rest/adAccounts/{id}/adCampaigns?q=search&pageSize         all of each
    GET /rest/adAnalytics?q=analytics&pivot=CAMPAIGN&timeGranularity=DAILY&dateRange=(…)&accounts=List(…)&fields
                                                                    the last 30 days, some weeks a request; in one page

Who may not read is answered with 200 and an empty list: no account at all is an error, and so is an account that told
costs of days of which it tells none now. An answer ends at 15,000 rows without a word, so one that long is an error,
too. Campaigns are named by URNs, days by their parts (UTC), money by texts in the account's currency. Each version of
the API, told in a header, lives for a year.
Sources: learn.microsoft.com/linkedin/marketing: "Reporting" (202606), "Create and Manage Campaigns", "API versioning",
"API Migration Status"; linkedin-developers' Rest.li 2.0.0 syntax; singer-io/tap-linkedin-ads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import msgspec

from crm360.connectors.engine import days
from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import AccessDenied, BadResponse, SourceError
from crm360.connectors.engine.oauth import Grant, oauth
from crm360.connectors.engine.page import members
from crm360.connectors.engine.pagination import OnePage, Paginator, Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth, bearer
from crm360.connectors.engine.stream import Stream
from crm360.connectors.systems import _linkedin_leads as leads

VERSION = "202607"  # each lives for a year
RESTATED = 30
MOST = 15_000  # rows of a report: what is beyond is left out
PAGE_SIZE = "1000"
ZONE = "UTC"
GONE = 426  # a version that is no more
ADMINISTRATOR, SET_UP = "the administrator of the ad account", "whoever set up the source in crm360.toml"
FIELDS = "pivotValues,dateRange,costInLocalCurrency,impressions,clicks,externalWebsiteConversions,oneClickLeads"
PAGES = Token("metadata.nextPageToken", "pageToken")

STREAMS = (
    Stream(
        "accounts",
        "ad_accounts",
        "/rest/adAccounts",
        RecordSchema(changed="changeAuditStamps.lastModified.time", changed_as="epoch_ms"),
        PAGES,
        "elements",
        cursor=False,
        deletes=("sweep",),
        needs="r_ads",
    ),
    Stream(
        "campaigns",
        "campaigns",
        "/rest/adAccounts/{parent}/adCampaigns",
        RecordSchema(changed="changeAuditStamps.lastModified.time", changed_as="epoch_ms"),
        PAGES,
        "elements",
        cursor=False,
        deletes=("sweep",),
        parent="accounts",
        needs="r_ads",
    ),
    Stream(
        "costs",
        "campaign_costs",
        "/rest/adAnalytics",
        RecordSchema(key=("campaign_id", "day")),
        OnePage(),
        "elements",
        lookback=days.lookback(RESTATED),
        parent="accounts",
        needs="r_ads_reporting",
    ),
    *leads.STREAMS,
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All accounts and campaigns; of each account the days that may have been restated."""
    stream = context.stream
    if stream.name in leads.NAMES:
        yield from leads.read_plan(context)
        return
    if stream.parent is None:
        seen: list[bytes] = []
        yield _step(context, Request(stream.path, {"q": "search", "pageSize": PAGE_SIZE}), PAGES, partial(_noted, seen))
        if not seen:
            raise AccessDenied("the login has a role in no ad account", where=context.where, who=ADMINISTRATOR)
        return
    known = set(context.state.get("accounts", []))
    accounts = list(context.parents())
    for account, record in accounts:
        if stream.name == "campaigns":
            path = stream.path.format(parent=account)
            yield _step(context, Request(path, {"q": "search", "pageSize": PAGE_SIZE}), PAGES)
            continue
        told: list[bytes] = []
        spans = list(days.spans(context, ZONE, is_known=account in known))
        for first, last in spans:
            rows = partial(_rows, account, str(record["currency"]), told)
            yield _step(context, Request(_report(account, first, last)), OnePage(), rows)
        if not told and account in known and spans and _told_before(context, account, spans[0][0]):
            what = "an ad account tells no costs of days of which it told some: the login may have lost its role there"
            raise AccessDenied(what, where=context.where, who=ADMINISTRATOR)
    context.state["accounts"] = [account for account, _ in accounts]


def _step(
    context: Context,
    request: Request,
    pages: Paginator,
    enrich: Callable[[Context, list[bytes]], list[bytes]] | None = None,
) -> ReadStep:
    return ReadStep(request, pages, context.stream.row, context.stream.records, enrich=enrich)


def _noted(seen: list[bytes], _context: Context, records: list[bytes]) -> list[bytes]:
    seen += records
    return records


def _report(account: str, first: date, last: date) -> str:
    """The address of a report: what Rest.li nests stands in it as it is."""
    day = "(year:{0.year},month:{0.month},day:{0.day})".format
    return (
        f"/rest/adAnalytics?q=analytics&pivot=CAMPAIGN&timeGranularity=DAILY&dateRange=(start:{day(first)},end:{day(last)})"
        f"&accounts=List(urn%3Ali%3AsponsoredAccount%3A{account})&fields={FIELDS}"
    )


def _rows(account: str, currency: str, told: list[bytes], context: Context, records: list[bytes]) -> list[bytes]:
    """The rows with their campaign and day told plainly, and with what the report leaves out: account and currency."""
    if len(records) >= MOST:
        what = f"a report ends at {MOST:,} rows, and may have been cut: set `days_at_once` lower"
        raise BadResponse(what, where=context.where, who=SET_UP)
    told += records[:1]
    found = []
    for record in records:
        row = msgspec.json.decode(record)
        start = row["dateRange"]["start"]
        more = {
            "campaign_id": row["pivotValues"][0].rsplit(":", 1)[-1],
            "day": date(start["year"], start["month"], start["day"]).isoformat(),
            "account_id": account,
            "currency": currency,
        }
        found.append(msgspec.json.encode({**more, **members(record)}))
    return found


def _told_before(context: Context, account: str, first: date) -> bool:
    """Whether costs of an account's days from this one on have been landed."""
    landed = context.landing.live_records(context.source, context.stream.name)
    return any(row["account_id"] == account and row["day"] >= first.isoformat() for _, row in landed)


def refusal(reply: Reply) -> SourceError | None:
    """A version that is no more, in words; None for all else."""
    if reply.status == GONE or b"NONEXISTENT_VERSION" in reply.body:
        return BadResponse("this version of the API is no more: set a newer `version`", who=SET_UP)
    return None


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An access token, which ends after 60 days; with a client_id an OAuth client with a refresh token."""
    spoken = {"LinkedIn-Version": settings["version"], "X-Restli-Protocol-Version": "2.0.0"}
    if not settings.get("client_id"):
        given = bearer(secrets["token"])
        return replace(given, headers={**given.headers, **spoken})
    made = oauth(
        Grant(
            "linkedin_ads",
            f"{settings['login_url'].rstrip('/')}/oauth/v2/accessToken",
            {"client_id": settings["client_id"], "client_secret": secrets["client_secret"]},
            secrets["refresh_token"],
            Path(settings["token_file"]) if settings.get("token_file") else None,
            ca_file=settings.get("ca_file", ""),
        )
    )
    fetched = made.refresh
    assert fetched is not None
    return replace(made, refresh=lambda: {**(fetched() or {}), **spoken})


def wrong(settings: Mapping[str, str], options: object) -> str | None:
    """What the settings can't be, in words."""
    if not settings.get("lead_days", leads.LEAD_DAYS).isdecimal():
        return "lead_days must be a whole number of days"
    return days.wrong(settings, options)


def secrets_for(settings: Mapping[str, str]) -> tuple[str, ...]:
    """A client's secrets where there is one, else a token."""
    return ("client_secret", "refresh_token") if settings.get("client_id") else ("token",)


LINKEDIN_ADS = Connector(
    "linkedin_ads",
    STREAMS,
    read_plan,
    auth,
    settings={
        "base_url": "https://api.linkedin.com",
        "login_url": "https://www.linkedin.com",
        "client_id": "",
        "version": VERSION,
        **days.SETTINGS,
        **leads.SETTINGS,
    },
    meanings={
        "client_id": "Id of the OAuth client whose refresh token is given; without one an access token is.",
        "version": "Version of LinkedIn's API (year and month); each lives for a year.",
        **days.MEANINGS,
        **leads.MEANINGS,
    },
    wrong=wrong,
    optional_secrets=("client_secret", "refresh_token"),
    secrets_for=secrets_for,
    rate=(5, 1.0),
    refusal=refusal,
)
