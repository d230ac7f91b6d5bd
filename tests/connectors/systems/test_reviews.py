"""Trustpilot and Google reviews: what no filter by time finds, pages that miss reviews, a location that is new, who may log in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import AuthError, BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.sandbox.vendors.google_reviews import api
from crm360.connectors.sandbox.vendors.google_reviews.fake import LOCATIONS
from crm360.connectors.sandbox.vendors.trustpilot import fake as trustpilot_fake
from crm360.connectors.systems import google_reviews, trustpilot
from tests.connectors.battery import Bench, bench

TRUSTPILOT, GOOGLE = "trustpilot", "google_reviews"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def orders(here: Bench) -> list[str]:
    """In which orders pages of reviews were asked for."""
    told = [parse_qs(e.query) for e in here.sandbox.log.entries("*/reviews")]
    return [one["orderBy"][0] for one in told]


def test_a_reply_that_changes_no_time_and_a_deletion_between_two_pages_are_found(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trustpilot, "COUNT", "20")
    here.pull(TRUSTPILOT)
    live = [r.id for r in here.company.truth().records(TRUSTPILOT, "reviews") if not r.deleted]
    table = here.company.table(TRUSTPILOT, "reviews")
    row = table.row_of(int(live[30], 16))
    assert row is not None
    table.overrides[row] = {"companyReply": {"text": "Sorry.", "createdAt": "2026-07-01T20:00:00Z"}}
    here.company.go_to(1)
    here.company.on_page = lambda _path: here.company.delete(TRUSTPILOT, "reviews", live[0], vanish=True)
    assert here.pull(TRUSTPILOT)["reviews"].error is None
    here.company.on_page = None
    landed = dict(Landing(here.landing).live_records(TRUSTPILOT, "reviews"))
    assert landed[live[30]]["companyReply"]["text"] == "Sorry."
    here.pull(TRUSTPILOT)
    assert here.differences(TRUSTPILOT, "reviews") == {}
    assert {"createdat.asc", "createdat.desc"} == set(orders(here))


def test_the_secret_of_another_key_gives_no_token(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM360_TRUSTPILOT_CLIENT_SECRET", "another")  # so that what it was comes back
    monkeypatch.setitem(trustpilot_fake.SECRETS, "client_secret", "another")
    error = here.pull(TRUSTPILOT, token="wrong")["reviews"].error
    assert isinstance(error, AuthError) and "invalid_client" in str(error)


def test_reviews_that_a_later_page_misses_are_found_in_another_order_and_never_count_as_deleted(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google_reviews, "COUNT", "10")
    monkeypatch.setattr(api, "MISSES", 3)
    here.pull(GOOGLE)
    assert here.differences(GOOGLE, "reviews") == {}
    assert set(orders(here)) == {"updateTime desc", "rating", "rating desc"}
    here.sandbox.log.clear()
    here.company.go_to(1)
    here.pull(GOOGLE)
    assert here.differences(GOOGLE, "reviews") == {}
    # One is deleted, and pages of every order miss some: nothing is told to be gone until all that there are were seen.
    gone = next(r.id for r in here.company.truth().records(GOOGLE, "reviews") if not r.deleted)
    here.company.delete(GOOGLE, "reviews", gone, vanish=True)
    real = google_reviews.review_ids
    monkeypatch.setattr(google_reviews, "review_ids", lambda *asked: list(real(*asked))[:2])
    here.company.go_to(2)
    assert here.pull(GOOGLE)["reviews"].error is None
    assert here.differences(GOOGLE, "reviews") == {"extra": {gone}}
    monkeypatch.setattr(google_reviews, "review_ids", real)
    here.company.go_to(3)
    here.pull(GOOGLE)
    assert here.differences(GOOGLE, "reviews") == {}


def test_a_quiet_night_asks_each_location_once_and_a_new_location_is_read_from_its_beginning(here: Bench) -> None:
    here.settings = {"location_ids": LOCATIONS[0]}
    here.pull(GOOGLE)
    before = Landing(here.landing).live_ids(GOOGLE, "reviews")
    here.settings = {}
    here.company.go_to(1)
    here.pull(GOOGLE)
    assert len(Landing(here.landing).live_ids(GOOGLE, "reviews")) > len(before)
    assert here.differences(GOOGLE, "reviews") == {}
    here.sandbox.log.clear()
    here.pull(GOOGLE)
    assert orders(here) == ["updateTime desc"] * len(LOCATIONS)


def test_a_page_without_a_number_of_all_or_a_time_is_an_error(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = google_reviews.DownTo(datetime(2026, 1, 1))
    page = Page(b'{"reviews": [{"reviewId": "a"}], "nextPageToken": "b"}', "reviews")
    with pytest.raises(BadResponse, match="no readable 'updateTime'"):
        pages.next(Request("/"), page)
    assert replace(pages, since=None).next(Request("/"), page) is not None
    monkeypatch.setattr(google_reviews, "TOTAL", "totalReviews")
    assert "does not state its 'totalReviews'" in str(here.pull(GOOGLE)["reviews"].error)
