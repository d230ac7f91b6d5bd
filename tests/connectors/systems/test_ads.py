"""Meta, Google and LinkedIn Ads: restated days, accounts of several zones and currencies, rights that lack, refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crm360.connectors.engine.errors import AccessDenied, AuthError, BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Session
from crm360.connectors.sandbox.company.advertising import ACCOUNTS
from crm360.connectors.sandbox.vendors.google_ads import api as google
from crm360.connectors.sandbox.vendors.linkedin_ads import api as linkedin
from crm360.connectors.sandbox.vendors.meta_ads import api as meta
from crm360.connectors.systems import google_ads, linkedin_ads, meta_ads
from tests.connectors.battery import Bench, bench

SYSTEMS = ("meta_ads", "google_ads", "linkedin_ads")
RESTATED = {"meta_ads": 28, "google_ads": 30, "linkedin_ads": 30}
HISTORY = 60


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)
    with bench(tmp_path, people=20) as made:
        made.settings = {"history_days": str(HISTORY), "days_at_once": "25"}
        yield made


def told(here: Bench, system: str) -> dict[tuple[str, str], tuple[Decimal, str, Decimal]]:
    """What is landed: (campaign, day) → cost, currency, results."""
    found = {}
    for _, row in Landing(here.landing).live_records(system, "costs"):
        if system == "meta_ads":
            values = row["results"][0].get("values") or [{"value": "0"}]
            key, figures = (
                (row["campaign_id"], row["date_start"]),
                (row["spend"], row["account_currency"], values[0]["value"]),
            )
        elif system == "google_ads":
            numbers = row["metrics"]
            key = row["campaign"]["id"], row["segments"]["date"]
            figures = (
                Decimal(numbers.get("costMicros", 0)) / 10**6,
                row["customer"]["currencyCode"],
                numbers.get("conversions", 0),
            )
        else:
            key, figures = (
                (row["campaign_id"], row["day"]),
                (row["costInLocalCurrency"], row["currency"], row["externalWebsiteConversions"]),
            )
        found[key] = Decimal(figures[0]), figures[1], Decimal(str(figures[2]))
    return found


def true(here: Bench, system: str, night_of: date) -> dict[tuple[str, str], tuple[Decimal, str, Decimal]]:
    """What the company's own figures are, as far back as the first night reads."""
    ads, now, found = here.company.advertising, here.company.now, {}
    ids = {
        "meta_ads": (120_210_000_000_000_001, 10),
        "google_ads": (google.FIRST_CAMPAIGN, 1),
        "linkedin_ads": (340_000_001, 1),
    }
    for account in ACCOUNTS[system]:
        first = ads.today(account, now) - (ads.today(account, now) - night_of) - timedelta(days=HISTORY)
        for one in ads.days(system, account, first, ads.today(account, now), now):
            number, step = ids[system]
            results = Decimal(one.results) / 2 if system == "google_ads" else Decimal(one.results)
            found[str(number + one.row * step), one.day.isoformat()] = (
                Decimal(one.cents) / 100,
                account.currency,
                results,
            )
    return found


@pytest.mark.parametrize("system", SYSTEMS)
def test_days_that_are_restated_are_read_again_and_older_ones_are_not(here: Bench, system: str) -> None:
    ads, first_night = here.company.advertising, {}
    for account in ACCOUNTS[system]:
        first_night[account.number] = ads.today(account, here.company.now)
    here.pull(system)
    before = told(here, system)
    here.company.go_to(3)
    here.sandbox.log.clear()
    results = here.pull(system)
    assert [str(p.error) for p in results.values() if p.error] == []
    after, truth = told(here, system), {}
    for account in ACCOUNTS[system]:
        truth |= true(here, system, first_night[account.number])
    truth = {key: value for key, value in truth.items() if key in after or key[1] > min(k[1] for k in after)}
    assert after == truth
    changed = {key for key in before if before[key] != after[key]}
    assert changed and {currency for _, currency, _ in after.values()} == {"EUR", "GBP"}
    footer = results["costs"].footer
    assert footer is not None and footer.landed < len(after) / 2  # only what is new or was restated
    first_day = min(asked_days(here, system))
    assert first_day == here.company.advertising.today(ACCOUNTS[system][0], here.company.now) - timedelta(
        days=3 + RESTATED[system]
    )


def asked_days(here: Bench, system: str) -> list[date]:
    """The first day of each report that was asked for."""
    found = []
    for call in here.sandbox.log.entries():
        text = f"{call.query} {call.body}"
        if system == "meta_ads" and "time_range" in text:
            found.append(date.fromisoformat(text.split("since%22%3A+%22")[1][:10]))
        elif system == "google_ads" and "BETWEEN" in text:
            found.append(date.fromisoformat(text.split("BETWEEN '")[1][:10]))
        elif system == "linkedin_ads" and "dateRange" in text:
            year, month, day = (
                text.split(f"{part}:")[1].split(",")[0].split(")")[0] for part in ("year", "month", "day")
            )
            found.append(date(int(year), int(month), int(day)))
    return found


def test_an_account_that_is_new_is_read_from_its_beginning(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    both = dict(ACCOUNTS)
    monkeypatch.setitem(ACCOUNTS, "meta_ads", both["meta_ads"][:1])
    here.pull("meta_ads")
    monkeypatch.setitem(ACCOUNTS, "meta_ads", both["meta_ads"])
    here.company.go_to(1)
    here.sandbox.log.clear()
    here.pull("meta_ads")
    days = sorted(asked_days(here, "meta_ads"))
    assert days[0] == date(2026, 7, 1) - timedelta(days=HISTORY)  # in New York it is still the first
    assert date(2026, 7, 1) - timedelta(days=RESTATED["meta_ads"]) in days


def test_metas_token_in_the_next_pages_address_is_neither_followed_nor_landed(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meta, "MOST", 3)
    here.pull("meta_ads", "accounts", "campaigns")
    assert here.differences("meta_ads", "campaigns") == {}  # archived ones are among them
    calls = [call for call in here.sandbox.log.entries() if "after=" in call.query]
    assert calls and not any("access_token" in call.query for call in calls)
    files = [path.read_bytes() for path in here.landing.rglob("*.parquet")]
    assert files and not any(b"sandbox-meta-ads" in content for content in files)


def test_who_sees_no_account_is_told(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for system in ("meta_ads", "linkedin_ads"):
        monkeypatch.setitem(ACCOUNTS, system, ())
        error = here.pull(system, "accounts")["accounts"].error
        assert isinstance(error, AccessDenied) and "administrator of the ad account" in str(error)


def test_an_empty_report_of_an_account_that_told_costs_is_no_report(here: Bench) -> None:
    here.pull("linkedin_ads")
    before = told(here, "linkedin_ads")
    here.company.advertising.without_a_role.add(ACCOUNTS["linkedin_ads"][0].number)
    here.company.go_to(1)
    error = here.pull("linkedin_ads", "costs")["costs"].error
    assert isinstance(error, AccessDenied) and "may have lost its role" in str(error)
    assert told(here, "linkedin_ads") == before


def test_a_report_as_long_as_it_may_be_is_refused(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert linkedin_ads.MOST == linkedin.MOST_ROWS
    monkeypatch.setattr(linkedin_ads, "MOST", 5)
    error = here.pull("linkedin_ads", "accounts", "costs")["costs"].error
    assert isinstance(error, BadResponse) and "set `days_at_once` lower" in str(error)


def test_a_version_that_is_no_more_is_told(here: Bench) -> None:
    here.settings["version"] = "202506"
    error = here.pull("linkedin_ads", "accounts")["accounts"].error
    assert isinstance(error, BadResponse) and "set a newer `version`" in str(error)


def test_googles_manager_accounts_and_closed_ones_are_asked_for_no_figures(here: Bench) -> None:
    here.pull("google_ads")
    asked = {
        call.path.split("/")[4] for call in here.sandbox.log.entries("*searchStream") if "FROM campaign" in call.body
    }
    assert asked == {account.number for account in ACCOUNTS["google_ads"]}
    assert len(Landing(here.landing).live_ids("google_ads", "customers")) == 5


def test_googles_login_reaches_accounts_through_the_manager_only(here: Bench) -> None:
    here.settings["login_customer_id"] = ""
    here.pull("google_ads", "customers")
    error = here.pull("google_ads", "campaigns")["campaigns"].error
    assert (
        isinstance(error, AccessDenied) and "USER_PERMISSION_DENIED" in str(error) and "login_customer_id" in str(error)
    )


def test_an_account_that_manages_none_is_read_by_itself(here: Bench) -> None:
    here.settings["customer_id"] = ACCOUNTS["google_ads"][0].number
    here.pull("google_ads")
    assert Landing(here.landing).live_ids("google_ads", "customers") == {ACCOUNTS["google_ads"][0].number}
    assert {currency for _, currency, _ in told(here, "google_ads").values()} == {"EUR"}


def reply(status: int, content: Any, **headers: str) -> Reply:
    return Reply(status, headers, json.dumps(content).encode())


def graph(code: int, subcode: int | None = None, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "error_subcode": subcode, "message": "x", **more}}


USAGE = json.dumps({"1": [{"estimated_time_to_regain_access": 3}]})


def test_what_metas_codes_come_to() -> None:
    for code, subcode in ((4, 1504022), (17, 2446079), (613, 1487742), (80000, None), (80004, None)):
        assert meta_ads.throttled(reply(400, graph(code, subcode))) == meta_ads.LONG
    assert meta_ads.throttled(reply(400, graph(80000), **{"x-business-use-case-usage": USAGE})) == 180
    assert meta_ads.throttled(reply(400, graph(2, is_transient=True))) == meta_ads.SHORT
    assert meta_ads.throttled(reply(400, graph(2, 1504038, is_transient=True))) is None
    assert meta_ads.throttled(reply(400, graph(100))) is None
    assert meta_ads.throttled(reply(200, {"data": []})) is None
    for code, kind, said in (
        (190, AuthError, "has expired"),
        (200, AccessDenied, "no right"),
        (2635, BadResponse, "newer `version`"),
        (3018, BadResponse, "code 3018"),
    ):
        error = meta_ads.refusal(reply(400, graph(code)))
        assert isinstance(error, kind) and said in str(error)
    assert "days_at_once" in str(meta_ads.refusal(reply(400, graph(100, 1504018))))
    assert meta_ads.refusal(reply(404, {})) is None


def failure(kind: str, code: str, status: str) -> list[dict[str, Any]]:
    return [{"error": {"status": status, "details": [{"errors": [{"errorCode": {kind: code}}]}]}}]


def test_what_googles_codes_come_to() -> None:
    exhausted = failure("quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", "RESOURCE_EXHAUSTED")
    assert google_ads.throttled(reply(400, exhausted)) == google_ads.LONG
    assert google_ads.throttled(reply(429, exhausted)) is None  # the engine reads it
    told = google_ads.faults_in_200(reply(200, [{"results": [{"a": 1}]}, *exhausted]))
    assert told == "RESOURCE_EXHAUSTED, RESOURCE_TEMPORARILY_EXHAUSTED"
    assert google_ads.faults_in_200(reply(200, [{"results": [{"campaign": {"name": "error"}}]}])) is None
    token = failure("authorizationError", "DEVELOPER_TOKEN_NOT_APPROVED", "PERMISSION_DENIED")
    assert isinstance(google_ads.refusal(reply(403, token)), AuthError)
    old = failure("requestError", "UNSUPPORTED_VERSION", "INVALID_ARGUMENT")
    assert "newer `version`" in str(google_ads.refusal(reply(400, old)))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"data": [{"id": "1"}]}, "does not say whether it is the last"),
        ({"data": [{"id": "1"}], "paging": {"next": "https://x"}}, "more, but not where"),
        ({"data": [{"id": "1"}], "paging": {"next": "https://x", "cursors": {"after": ""}}}, "more, but not where"),
    ],
)
def test_a_page_of_metas_that_does_not_say_where_it_ends_is_an_error(answer: dict[str, Any], said: str) -> None:
    with pytest.raises(BadResponse, match=said):
        meta_ads.PAGES.next(Request("/x"), Page(json.dumps(answer).encode(), "data"))


def test_settings_of_days_are_whole_numbers() -> None:
    assert meta_ads.META_ADS.wrong is not None
    assert meta_ads.META_ADS.wrong({"history_days": "1095", "days_at_once": "30"}, None) is None
    for text in ("0", "-1", "thirty", "1.5", "99999"):
        assert "must be a whole number of days" in str(meta_ads.META_ADS.wrong({"days_at_once": text}, None))
