"""Sources that change while they are read: docs/what-it-withstands.md E13, E14, E16 and E18, without a network, in fifty nights.

A list in memory plays an API of each page style. Between any two pages records are added, changed and removed; two nights
later the landing is what the list is.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse, LoopDetected
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.pagination import AfterLast, KeysetById, Numbered, SinceThenOffset
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.stream import Stream, Window
from crm360.connectors.engine.sync import sync_stream

START = datetime(2026, 7, 1)
PAGE = 10
SEEDS = 10  # for each of five page styles; fifty for each were tried


@dataclass
class Source:
    """A list of records that an API shows; `between` happens after every page."""

    between: Callable[[Source], None] = lambda _: None
    rows: dict[int, datetime] = field(default_factory=dict)
    now: datetime = START
    requests: int = 0
    server_ahead = None

    def change(self, record_id: int, at: datetime | None = None) -> None:
        self.now += timedelta(seconds=1)
        self.rows[record_id] = at or self.now

    def send(self, request: Request, where: str = "", allowed: tuple[int, ...] = ()) -> Reply:
        self.requests += 1
        asked: dict[str, Any] = {**request.params, **(request.body or {})}
        filters = {
            f["propertyName"] + f["operator"]: f["value"] for g in asked.get("filterGroups", ()) for f in g["filters"]
        }
        since = datetime.fromisoformat(asked.get("since") or filters.get("atGTE") or "2000-01-01").replace(tzinfo=None)
        chosen = [(at, i) for i, at in self.rows.items() if at >= since]
        if "since" in asked:  # ordered by change time
            chosen.sort()
        else:
            chosen.sort(key=lambda row: row[1])
        beyond = int(filters.get("idGT") or asked.get("after") or -1)
        chosen = [row for row in chosen if row[1] > beyond]
        begin = int(asked.get("offset", 0))
        page = [{"id": i, "at": at.isoformat()} for at, i in chosen[begin : begin + PAGE]]
        told = {"results": page, "total": len(chosen), "more": len(chosen) > begin + PAGE}
        if not told["more"]:
            del told["more"]
            told["no_more"] = True
        self.between(self)
        return Reply(200, {}, json.dumps(told | {"has_more": "more" in told}).encode())


SEARCH = KeysetById("id", more="more")
BODY = {"filterGroups": [{"filters": [{"propertyName": "at", "operator": "GTE", "value": "2000-01-01"}]}]}
STYLES = {
    "offset": Numbered("offset", "records", first=0, total="total"),
    "offset without a total": Numbered("offset", "records", first=0),
    "keyset": SEARCH,
    "after the last": AfterLast("after", "has_more"),
    "since, then offset": SinceThenOffset("total", PAGE, "since", "at"),
}


def night(source: Source, folder: Path, style: str, window: bool = True) -> Any:
    pages = STYLES[style]
    row = RecordSchema(changed="at")
    stream = Stream(
        "things",
        "contacts",
        "/x",
        row,
        pages,
        cursor=window,
        lookback=timedelta(0),
        source_lag=timedelta(0),
        deletes=("sweep",),
    )

    def read_plan(context: Context) -> Any:
        lower = context.window.lower
        bounds = {"since": lower.isoformat() if lower else ("2000-01-01" if style.startswith("since") else None)}
        request = Request("/x").with_params(**bounds)
        if style == "keyset":
            since = [{"propertyName": "at", "operator": "GTE", "value": lower.isoformat() if lower else "2000-01-01"}]
            request = Request("/x", body={"filterGroups": [{"filters": since}]}, method="POST")
        yield ReadStep(request, pages, row)
        for _ in range((lower is not None) + style.startswith("offset")):
            everything = Request("/x", body=BODY, method="POST") if style == "keyset" else Request("/x")
            keys = pages if not style.startswith("since") else AfterLast("after", "has_more")
            yield ReadStep(everything, keys, row, reads="keys")

    source.now += timedelta(hours=1)
    connector = Connector("fake", (stream,), read_plan)
    return sync_stream(
        Context("fake", connector, stream, {}, Landing(folder), source, Window(None, datetime.min), {}),  # type: ignore[arg-type]
        max_shrink=0.9,
    )


def landed(folder: Path) -> dict[int, str]:
    return {r["id"]: r["at"] for _, r in Landing(folder).live_records("fake", "things")}


def told(source: Source) -> dict[int, str]:
    return {i: at.isoformat() for i, at in source.rows.items()}


@pytest.mark.night
@pytest.mark.parametrize("style", STYLES)
def test_nothing_is_lost_while_records_come_change_and_go(tmp_path: Path, style: str) -> None:
    wrong = []
    for seed in range(SEEDS):
        dice, source = random.Random(seed), Source()
        for i in range(60):
            source.change(i * 2)

        def meanwhile(here: Source, dice: random.Random = dice) -> None:
            for _ in range(dice.choice((0, 0, 1, 2))):
                act, place = dice.random(), dice.choice(sorted(here.rows))
                if act < 0.4:
                    here.change(place)
                elif act < 0.7:
                    here.change(dice.choice((place + 1, max(here.rows) + 2)))
                elif len(here.rows) > 30:
                    del here.rows[place]

        for _ in range(2):
            source.between = meanwhile
            night(source, tmp_path / str(seed), style)
        source.between = lambda _: None
        night(source, tmp_path / str(seed), style)
        if landed(tmp_path / str(seed)) != told(source):
            wrong.append(seed)
    assert wrong == []


def test_what_slips_from_page_to_page_is_found_in_the_same_night(tmp_path: Path) -> None:
    """Offsets: one record of the first page goes, so the second page begins one too late."""
    source = Source()
    for i in range(45):
        source.change(i)
    turns = iter(range(100))
    source.between = lambda here: here.rows.pop(0, None) if next(turns) == 1 else None
    night(source, tmp_path, "offset")
    assert landed(tmp_path) == told(source) | {0: "2026-07-01T00:00:01"}, "0 went after it was read"


@pytest.mark.parametrize("style", ["keyset", "after the last", "since, then offset"])
def test_a_restored_record_whose_change_time_did_not_move_comes_back(tmp_path: Path, style: str) -> None:
    source = Source()
    for i in range(45):
        source.change(i)
    was = source.rows[3]
    night(source, tmp_path, style)
    del source.rows[3]
    night(source, tmp_path, style)
    assert 3 not in landed(tmp_path)
    source.rows[3] = was
    footer = night(source, tmp_path, style)
    assert landed(tmp_path) == told(source) and footer.reading == "full"
    requests = source.requests
    assert night(source, tmp_path, style).reading == "changes" and source.requests - requests < 8


@pytest.mark.parametrize("style", STYLES)
def test_a_change_of_many_at_one_moment_fills_pages_and_is_no_loop(tmp_path: Path, style: str) -> None:
    source = Source()
    for i in range(45):
        source.change(i)
    night(source, tmp_path, style)
    moment = source.now + timedelta(minutes=1)
    for i in range(35):
        source.change(i, moment)
    night(source, tmp_path, style)
    assert landed(tmp_path) == told(source)


def test_what_was_committed_long_after_its_change_time_is_found_on_the_second_night(tmp_path: Path) -> None:
    source = Source()
    for i in range(45):
        source.change(i)
    night(source, tmp_path, "keyset")
    source.change(100, START)
    assert night(source, tmp_path, "keyset").unseen == ["100"], "it may only be new: tomorrow shows"
    assert night(source, tmp_path, "keyset").reading == "full"
    assert landed(tmp_path) == told(source)


def test_what_no_page_ever_shows_is_looked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    for i in range(45):
        source.change(i)
    real = Source.send

    def send(self: Source, request: Request, where: str = "", allowed: tuple[int, ...] = ()) -> Reply:
        reply = real(self, request, where, allowed)
        is_keys = not request.params and "after" not in request.params
        return Reply(200, {}, reply.body.replace(b'[{"id": 0,', b'[{"id": 777}, {"id": 0,')) if is_keys else reply

    night(source, tmp_path, "since, then offset")
    monkeypatch.setattr(Source, "send", send)
    readings = [night(source, tmp_path, "since, then offset") for _ in range(4)]
    assert [f.reading for f in readings] == ["changes", "full", "changes", "changes"]
    assert readings[-1].passed_over == ["777"]


def test_thirty_five_thousand_records_of_which_twelve_thousand_share_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.connectors.test_drift.PAGE", 500)
    source = Source(
        rows={i: START + timedelta(seconds=0 if i % 3 == 0 else i) for i in range(35_000)},
        now=START + timedelta(days=1),
    )
    footer = night(source, tmp_path, "keyset")
    assert (footer.received, len(landed(tmp_path))) == (35_000, 35_000)


@pytest.mark.parametrize("kind", ["empty pages", "the last page", "two pages in turn"])
@pytest.mark.parametrize("style", ["after the last", "since, then offset", "keyset", "offset without a total"])
def test_pages_without_end_stop_after_two_more(
    tmp_path: Path, style: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, pages, real = Source(), 5, Source.send
    for i in range(pages * PAGE):
        source.change(i)
    given: list[bytes] = []

    def send(self: Source, request: Request, where: str = "", allowed: tuple[int, ...] = ()) -> Reply:
        body = real(self, request, where, allowed).body
        if len(given) >= pages:
            page = json.loads(given[-1 if kind == "the last page" else -2])
            page["results"] = [] if kind == "empty pages" else page["results"]
            body = json.dumps(page | {"more": True, "has_more": True, "total": 10**6}).encode()
        given.append(body)
        return Reply(200, {}, body.replace(b'"has_more": false', b'"has_more": true').replace(b'"no_more"', b'"more"'))

    monkeypatch.setattr(Source, "send", send)
    if kind == "empty pages" and style == "offset without a total":
        return  # there an empty page is the end
    with pytest.raises((LoopDetected, BadResponse)):
        night(source, tmp_path, style)
    assert len(given) <= pages + 2
    assert list(tmp_path.rglob("*.parquet")) == []
