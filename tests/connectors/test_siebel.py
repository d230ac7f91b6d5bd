"""What is Siebel's own: pages by id in the search expression, times in American order, 404 for nothing, one row alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from connectors.errors import AuthError, BadResponse
from connectors.landing import Landing
from connectors.page import Page
from connectors.pagination import KeysetInSearch
from connectors.rows import read_time
from connectors.session import Reply
from connectors.stream import Request
from connectors.systems.siebel import throttled
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
