"""What is Siebel's own: pages by id in the search expression, times in American order, 404 for nothing, one row alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import crm360.connectors.sandbox.vendors.siebel.api
from crm360.connectors.engine.errors import AuthError, BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import KeysetInSearch
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import earliest_local, read_time
from crm360.connectors.systems.siebel import throttled, wrong
from tests.connectors.battery import Bench, bench

BY_ID = KeysetInSearch("searchspec")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("search", "following"),
    [
        (None, "[Id] > '1-00002A'"),
        ("[Id] > '1-000010'", "[Id] > '1-00002A'"),
        ("([Updated] >= '07/01/2026 02:00:00')", "([Updated] >= '07/01/2026 02:00:00') AND [Id] > '1-00002A'"),
        ("([Updated] >= '07/01/2026 02:00:00') AND [Id] > '1-000010'", "([Updated] >= '07/01/2026 02:00:00') AND [Id] > '1-00002A'"),
    ],
)  # fmt: skip
def test_each_page_goes_on_after_the_last_id(search: str | None, following: str) -> None:
    page = Page(b'{"items":[{"Id":"1-00001A"},{"Id":"1-00002A"}]}', "items")
    found = BY_ID.next(Request("/x", {"searchspec": search} if search else {}), page)
    assert found is not None and found.params["searchspec"] == following
    assert BY_ID.next(Request("/x"), Page(b'{"items":[]}', "items")) is None


@pytest.mark.parametrize("key", ["1-1' OR [Id] > '", "", None])
def test_an_id_that_is_none_never_becomes_part_of_a_search(key: str | None) -> None:
    with pytest.raises(BadResponse):
        BY_ID.next(Request("/x"), Page(json.dumps({"items": [{"Id": key}]}).encode(), "items"))


def test_american_times() -> None:
    assert read_time("02/29/2024 23:59:59", "us") == datetime(2024, 2, 29, 23, 59, 59)
    with pytest.raises(ValueError, match="time data"):
        read_time("29/02/2024 23:59:59", "us")


@pytest.mark.parametrize(
    ("body", "is_empty"),
    [
        (b'{"ERROR":"No record(s) found.(SBL-EAI-05026)"}', True),
        (b'{"ERROR":"There is no data for the requested resource"}', True),
        (b"", True),
        (b'{"ERROR":"Business Object or Business Component is not found."}', False),
        (b"<html>Not Found</html>", False),
    ],
)
def test_only_a_404_that_says_so_means_nothing_found(body: bytes, is_empty: bool) -> None:
    if is_empty:
        return throttled(Reply(404, {}, body))
    with pytest.raises(BadResponse):
        throttled(Reply(404, {}, body))
    return None


def test_a_component_that_is_not_there_fails_and_is_not_empty(here: Bench) -> None:
    body = '{"ERROR":"Business Object or Business Component is not found.(SBL-EAI-04376)"}'
    here.sandbox.faults.add("status", path="*/Contact", status=404, body=body, times=None)
    assert isinstance(here.pull("siebel", "contacts")["contacts"].error, BadResponse)
    assert Landing(here.landing).newest("siebel", "contacts") is None


def test_one_row_alone_is_a_list_too(here: Bench) -> None:
    here.landed("siebel", "contacts")
    here.company.go_to(1)
    only = next(r.id for r in here.company.truth().records("siebel", "contacts") if not r.deleted)
    here.company.touch("siebel", "contacts", only)
    here.landed("siebel", "contacts")
    assert here.differences("siebel", "contacts") == {}


def test_a_path_with_a_space_and_a_password_that_is_wrong(here: Bench) -> None:
    assert here.landed("siebel", "service_requests").landed > 50
    assert [e for e in here.sandbox.log.entries() if "Service" in e.path]
    error = here.pull("siebel", "service_requests", token="not-the-password")["service_requests"].error
    assert isinstance(error, AuthError)


def test_what_is_gone_is_found_by_its_id(here: Bench) -> None:
    here.landed("siebel", "contacts")
    for record in [r for r in here.company.truth().records("siebel", "contacts") if not r.deleted][:3]:
        here.company.delete("siebel", "contacts", record.id)
    here.company.go_to(1)
    assert here.landed("siebel", "contacts").derived >= 3
    assert here.differences("siebel", "contacts") == {}


@pytest.mark.parametrize("zone", ["Europe/Vienna", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_a_user_in_another_zone_loses_nothing(here: Bench, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm360.connectors.sandbox.vendors.siebel.api, "ZONE", ZoneInfo(zone))
    here.settings = {"time_zone": zone}
    for day in range(3):
        here.company.go_to(day)
        assert here.landed("siebel", "contacts").reading == ("changes" if day else "full")
    differences = here.differences("siebel", "contacts")
    assert set(differences) <= {"wrong"} and len(differences.get("wrong", ())) < 3, "only of an hour that came twice"


@pytest.mark.parametrize("zone", ["Europe/Vienna", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
def test_the_hour_that_comes_twice_is_read_twice(zone: str) -> None:
    """Over the days on which clocks are changed: no later record is shown with a time before the bound that we ask for."""
    for day in (datetime(2026, 10, 24, 12), datetime(2026, 3, 28, 12), datetime(2026, 11, 1), datetime(2026, 4, 4)):
        moments = [day + timedelta(minutes=20 * n) for n in range(90)]
        shown = [m.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for m in moments]
        for number, moment in enumerate(moments):
            assert earliest_local(moment, zone) <= min(shown[number:])
            read = read_time(f"{shown[number]:%m/%d/%Y %H:%M:%S}", "us", zone)
            assert timedelta() <= moment - read <= timedelta(hours=1), "never later than it was"


@pytest.mark.parametrize(
    ("zone", "is_wrong"), [("UTC", False), ("Europe/Vienna", False), ("Vienna", True), ("../x", True)]
)
def test_a_zone_that_there_is_none_is_told(zone: str, is_wrong: bool) -> None:
    assert (wrong({"time_zone": zone}, None) is not None) is is_wrong
