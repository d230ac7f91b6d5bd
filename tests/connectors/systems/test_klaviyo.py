"""Klaviyo: what moves no time of change, what vanishes, whose metric it is, and where the next page may lead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_plus

import pytest

from crm360.connectors.engine.errors import BadResponse, Crm360Error, RateLimited
from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company import clock
from crm360.connectors.systems import klaviyo
from tests.connectors.battery import Bench, bench

SYSTEM = "klaviyo"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def live(here: Bench, stream: str) -> list[str]:
    return [r.id for r in here.company.truth().records(SYSTEM, stream) if not r.deleted]


def asked(here: Bench, path: str) -> list[str]:
    """The query of each request for a path, decoded."""
    return [unquote_plus(call.query) for call in here.sandbox.log.entries(f"*{path}")]


def suppressed(here: Bench, kind: str, record_id: str) -> None:
    """Suppress a profile now, so that nothing else of it changes: not even `updated`."""
    table, row = here.company.find(SYSTEM, "profiles", record_id)
    ((_, record),) = [one for one in Landing(here.landing).live_records(SYSTEM, "profiles") if one[0] == record_id]
    told = record["attributes"]["subscriptions"]
    entry = {
        "reason": "USER_SUPPRESSED",
        "timestamp": clock.naive(here.company.now - clock.HOUR).isoformat() + "+00:00",
    }
    told["email"]["marketing"][kind].append(entry | ({"list_id": "Nwslt1"} if kind == "list_suppressions" else {}))
    table.overrides[row] = {"subscriptions": told}
    table.changed_something()


@pytest.mark.parametrize("kind", klaviyo.SUPPRESSED)
def test_a_suppression_that_moves_no_time_of_change_is_seen_the_next_night(here: Bench, kind: str) -> None:
    here.pull(SYSTEM)
    here.company.go_to(1)
    chosen = next(
        name
        for name, record in Landing(here.landing).live_records(SYSTEM, "profiles")
        if name in live(here, "profiles")
        and not record["attributes"]["subscriptions"]["email"]["marketing"]["suppression"]
    )
    suppressed(here, kind, chosen)
    here.pull(SYSTEM)
    found = dict(Landing(here.landing).live_records(SYSTEM, "profiles"))[chosen]
    assert [s["reason"] for s in found["attributes"]["subscriptions"]["email"]["marketing"][kind]] == [
        "USER_SUPPRESSED"
    ]
    again = here.pull(SYSTEM)["profiles"].footer
    assert again is not None and again.landed == 0


def test_a_profile_that_was_merged_away_is_missed_the_same_night(here: Bench) -> None:
    here.pull(SYSTEM)
    here.company.delete(SYSTEM, "profiles", live(here, "profiles")[3], vanish=True)
    here.company.go_to(1)
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "profiles") == {}


def test_what_others_count_under_klaviyos_names_is_not_asked_for(here: Bench) -> None:
    here.pull(SYSTEM)
    metrics = [query.split("equals(metric_id,'")[1][:6] for query in asked(here, "/api/events")]
    assert sorted(set(metrics)) == ["Bncd04", "Clkd03", "Opnd02", "Rcvd01", "Spam06", "Unsb05"]


def test_archived_campaigns_are_landed_each_with_its_message(here: Bench) -> None:
    here.pull(SYSTEM)
    found = [record for _, record in Landing(here.landing).live_records(SYSTEM, "campaigns")]
    assert len(found) == len(here.company.mailing.campaigns()) + 1
    assert [c["attributes"]["archived"] for c in found].count(True) == 1
    for campaign in found:
        (message,) = campaign["messages"]
        assert message["id"] == campaign["relationships"]["campaign-messages"]["data"][0]["id"]
        assert message["attributes"]["definition"]["content"]["subject"]


def test_a_quiet_night_asks_few_questions(here: Bench) -> None:
    here.pull(SYSTEM)
    here.company.go_to(1)
    here.sandbox.log.clear()
    here.pull(SYSTEM)
    assert {name: len(asked(here, f"/api/{name}")) for name in ("metrics", "campaigns", "events")} == {
        "metrics": 1, "campaigns": 2, "events": 6
    }  # fmt: skip
    windows = [query for query in asked(here, "/api/profiles") if "page[cursor]" not in query]
    assert len(windows) == 4  # what changed, two kinds of suppressions, and the ids that are left
    assert sum("additional-fields[profile]=subscriptions" in query for query in windows) == 3


def test_the_next_page_stays_on_the_host(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(klaviyo, "PROFILES", "40")
    here.sandbox.faults.add("foreign_next", path="*/api/profiles", times=None, to="https://evil.test")
    error = here.pull(SYSTEM, "profiles")["profiles"].error
    assert isinstance(error, Crm360Error) and "evil.test/" not in str(error)
    assert Landing(here.landing).newest(SYSTEM, "profiles") is None


def test_a_page_that_shows_no_links_is_not_the_end(here: Bench) -> None:
    body = json.dumps({"data": []})
    here.sandbox.faults.add("status", path="*/api/profiles", status=200, body=body, times=None)
    assert isinstance(here.pull(SYSTEM, "profiles")["profiles"].error, BadResponse)


def test_a_steady_limit_that_asks_for_hours_ends_the_night_and_the_next_completes_it(here: Bench) -> None:
    here.sandbox.faults.add("throttled", path="*/api/profiles", times=1, retry_after="86400")
    assert isinstance(here.pull(SYSTEM, "profiles")["profiles"].error, RateLimited)
    here.landed(SYSTEM, "profiles")
    assert here.differences(SYSTEM, "profiles") == {}


def test_the_window_begins_a_second_early_where_the_filter_is_strict(here: Bench) -> None:
    here.pull(SYSTEM)
    here.company.go_to(1)
    here.sandbox.log.clear()
    here.pull(SYSTEM)
    filters = [query for query in asked(here, "/api/profiles") if "filter=" in query]
    (updated,) = [q for q in filters if "greater-than(updated," in q]
    (since,) = [q for q in filters if "marketing.suppression.timestamp," in q]
    strict = clock.moment(updated.split("greater-than(updated,")[1][:20])
    whole = clock.moment(since.split("timestamp,")[1][:20])
    assert strict == whole - clock.SECOND and "sort=updated" in updated
