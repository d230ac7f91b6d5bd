"""Facebook and Instagram: whose conversations have changed, comments below posts, replies, rights that lack, no texts."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import AccessDenied, BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Session
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.vendors.facebook import api
from crm360.connectors.sandbox.vendors.facebook.fake import INSTAGRAM, PAGES
from crm360.connectors.systems import facebook
from tests.connectors.battery import Bench, bench
from tests.connectors.test_examples import pulled, read
from tests.dbt_project.conftest import Compiled

SYSTEM = "facebook"
FIRST, SECOND = PAGES


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)
    with bench(tmp_path, people=120) as made:
        yield made


def live(here: Bench, stream: str) -> dict[str, Any]:
    return dict(Landing(here.landing).live_records(SYSTEM, stream))


def test_a_night_reads_the_conversations_that_have_changed_and_stops_at_those_that_have_not(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facebook, "LISTED", "2")
    here.pull(SYSTEM, "messages")
    assert here.differences(SYSTEM, "messages") == {}
    every = len(here.sandbox.log.entries("*/messages"))
    ids = sorted(live(here, "messages"))
    here.company.touch(SYSTEM, "messages", ids[3], here.company.now + clock.HOUR)
    here.company.go_to(1)
    here.sandbox.log.clear()
    assert here.pull(SYSTEM, "messages")["messages"].error is None
    assert here.differences(SYSTEM, "messages") == {}
    assert len(here.sandbox.log.entries("*/conversations")) < 7
    assert 0 < len(here.sandbox.log.entries("*/messages")) < every / 2


def test_what_was_written_is_told_by_whom_and_with_whom_and_not_in_words(here: Bench) -> None:
    here.pull(SYSTEM)
    messages, comments = live(here, "messages").values(), live(here, "comments").values()
    assert {m["platform"] for m in messages} == {c["platform"] for c in comments} == {"facebook", "instagram"}
    assert {m["is_own"] for m in messages} == {c["is_own"] for c in comments} == {True, False}
    own = {*PAGES, *INSTAGRAM.values()}
    assert not own & {m["person_id"] for m in messages} and any(c["person_id"] is None for c in comments)
    assert {name for m in messages for name in m} == {
        "id", "created_time", "conversation_id", "page_id", "platform", "person_id", "person_name", "is_own"
    }  # fmt: skip
    asked = " ".join(call.query for call in here.sandbox.log.entries() if "ratings" not in call.path)
    assert not {"message", "text", "caption"} & {
        f for one in parse_qs(asked.replace(" ", "&"))["fields"] for f in one.split(",")
    }
    files = [path.read_bytes() for path in here.landing.rglob("*.parquet")]
    assert files and not any(token.encode() in content for content in files for token in PAGES.values())


def test_comments_are_asked_for_by_time_where_they_can_be_and_replies_are_among_them(here: Bench) -> None:
    here.pull(SYSTEM, "comments")
    assert here.differences(SYSTEM, "comments") == {}
    here.sandbox.log.clear()
    here.pull(SYSTEM, "comments")
    asked = [parse_qs(call.query) for call in here.sandbox.log.entries("*/comments")]
    assert [("since" in one, "filter" in one) for one in asked] == [(True, True)] * 2 + [(False, False)] * 2 + [
        (True, True)
    ]
    assert all("replies" in one["fields"][0] for one in asked if "filter" not in one)


def test_of_old_posts_no_comments_are_asked_for(here: Bench) -> None:
    here.settings = {"post_days": "30"}
    here.pull(SYSTEM, "comments")
    assert not here.sandbox.log.entries("*/comments") and here.sandbox.log.entries("*/published_posts")
    assert facebook.wrong({"post_days": "many"}, None) == "post_days must be a whole number of days"


def test_a_page_that_is_new_is_read_from_its_beginning(here: Bench) -> None:
    here.settings = {"page_ids": SECOND}
    here.pull(SYSTEM)
    assert {m["page_id"] for m in live(here, "messages").values()} == {SECOND}
    here.settings = {}
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "messages") == here.differences(SYSTEM, "comments") == {}


def test_a_permission_that_lacks_stops_no_other_stream_and_is_told(
    here: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(api, "of_page", _refused_messages)
    with caplog.at_level(logging.WARNING):
        results = here.pull(SYSTEM)
    assert [pulled.error for pulled in results.values()] == [None, None, None]
    assert (
        "facebook/messages: nothing was read" in caplog.text and not live(here, "messages") and live(here, "comments")
    )
    monkeypatch.undo()
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "messages") == {}
    monkeypatch.setattr(api, "of_page", _refused_messages)
    assert isinstance(here.pull(SYSTEM, "messages")["messages"].error, AccessDenied)


def _refused_messages(call: Any, page: str | None) -> str:
    if "conversations" in call.path:
        raise api.Refused(400, "3: Application does not have the capability to make this API call")
    return page or ""


def test_a_page_without_a_role_is_named(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    here.pull(SYSTEM)
    monkeypatch.setitem(PAGES, SECOND, None)  # type: ignore[arg-type]
    error = here.pull(SYSTEM, "messages")["messages"].error
    assert isinstance(error, AccessDenied) and SECOND in str(error)


def test_a_first_page_without_a_role_is_named_in_the_first_night_too(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PAGES, FIRST, None)  # type: ignore[arg-type]
    error = here.pull(SYSTEM, "comments")["comments"].error
    assert isinstance(error, AccessDenied) and FIRST in str(error)


def test_a_rating_is_told_from_others_by_its_story_else_by_who_wrote_it_and_one_that_is_gone_is_missed(
    here: Bench,
) -> None:
    here.pull(SYSTEM, "ratings")
    ratings = live(here, "ratings")
    assert {one["page_id"] for one in ratings.values()} == set(PAGES)
    assert {"/" in number for number in ratings} == {True, False}
    assert not any("open_graph_story" in one or "reviewer" in one for one in ratings.values())
    here.settings = {"page_ids": f"{FIRST}, {SECOND}"}
    gone = sorted(ratings)[0]
    everything = api.page_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            api, "page_of", lambda call, records: everything(call, [r for r in records if not is_of(r, gone)])
        )
        assert here.pull(SYSTEM, "ratings")["ratings"].error is None
    assert set(live(here, "ratings")) == set(ratings) - {gone}


def is_of(rating: dict[str, Any], number: str) -> bool:
    return number in (rating.get("open_graph_story", {}).get("id"), f"{FIRST}/{rating.get('reviewer', {}).get('id')}")


def test_where_the_reading_ends_is_told_by_time() -> None:
    pages = facebook.DownTo("updated_time", datetime(2026, 7, 1))

    def next_of(told: str) -> Request | None:
        page = {"data": [{"updated_time": told}], "paging": {"next": "https://x", "cursors": {"after": "a"}}}
        return pages.next(Request("/x"), Page(json.dumps(page).encode(), "data"))

    assert next_of("2026-07-01T00:00:01+0000") and next_of("2026-06-30T23:59:59+0000") is None
    with pytest.raises(BadResponse, match="no readable time"):
        next_of("yesterday")
    refused = facebook.refusal(Reply(400, {}, b'{"error": {"code": 10}}'))
    assert isinstance(refused, AccessDenied)


def test_who_wrote_is_one_person_for_each_platform_and_number(
    project: Compiled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = pulled(SYSTEM, tmp_path, monkeypatch)
    with project.build(["stg_facebook__people"], given) as con:
        people = {row["source_id"]: row for row in read(con, "stg_facebook__people")}
    assert set(people) == {"facebook/555", "facebook/556", "instagram/888", "instagram/999"}
    assert people["facebook/555"]["full_name"] == "Ada Example" and "full_name" not in people["instagram/888"]
    assert people["facebook/555"]["contact_id"] == "facebook:facebook/555"
    assert people["facebook/555"]["created_at"] == "2026-03-10T10:00:00"  # a rating, before comments and messages
