"""SendGrid: exports that take their time, their files, single sends with their numbers, suppressions that come and go."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crm360.connectors.engine.errors import AccessDenied, BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.server.reply import Call, Reply
from crm360.connectors.sandbox.vendors.sendgrid import api
from crm360.connectors.systems import sendgrid
from tests.connectors.battery import Bench, bench

SYSTEM = "sendgrid"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sendgrid, "SHORTEST", 0.0)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, people=120) as made:
        yield made


def live(here: Bench, stream: str) -> dict[str, Any]:
    return dict(Landing(here.landing).live_records(SYSTEM, stream))


def test_an_export_is_waited_for_and_its_files_are_read_without_the_key(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sendgrid, "IN_A_STEP", 7)
    here.pull(SYSTEM, "contacts")
    assert here.differences(SYSTEM, "contacts") == {} and len(live(here, "contacts")) > 20
    files = here.sandbox.log.entries("*/files/*")
    assert len(files) == api.FILES and all(call.status == 200 for call in files)  # with a key each is refused
    ids = sorted(live(here, "contacts"))
    here.company.touch(SYSTEM, "contacts", ids[3], here.company.now + clock.HOUR)
    here.company.delete(SYSTEM, "contacts", ids[5], vanish=True)
    here.company.go_to(1)
    here.pull(SYSTEM, "contacts")
    assert here.differences(SYSTEM, "contacts") == {} and ids[5] not in live(here, "contacts")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"contact_count": 10_000}, "and says that it has 10000"),
        ({"contact_count": None}, "contact_count"),
        ({"status": "failure"}, "could not make"),
        ({"urls": ["ftp://files.example/1"]}, "where its files are"),
    ],
)
def test_an_export_that_is_not_whole_ends_the_stream(
    tmp_path: Path, more: Mapping[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(company: Any, call: Call) -> Reply:
        reply = api.state(company, call)
        return reply._replace(content=reply.content | more) if reply.content["status"] == "ready" else reply

    monkeypatch.setattr(api, "ROUTES", [(m, p, told if f is api.state else f) for m, p, f in api.ROUTES])
    with bench(tmp_path, people=20) as here:
        error = here.pull(SYSTEM, "contacts")["contacts"].error
        assert isinstance(error, BadResponse) and said in str(error)
        assert Landing(here.landing).newest(SYSTEM, "contacts") is None


def test_a_file_that_is_cut_off_ends_the_stream(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gzip.compress
    monkeypatch.setattr(api.gzip, "compress", lambda body, mtime=0: whole(body, mtime=mtime)[:-9])
    error = here.pull(SYSTEM, "contacts")["contacts"].error
    assert isinstance(error, BadResponse) and "cut off" in str(error)


def test_single_sends_have_their_subject_and_numbers_and_no_text(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sendgrid, "AT_ONCE", "3")
    here.pull(SYSTEM, "singlesends")
    assert here.differences(SYSTEM, "singlesends") == {}
    sends = list(live(here, "singlesends").values())
    assert len(here.sandbox.log.entries("*/singlesends")) > 2 and "html_content" not in json.dumps(sends)
    assert {bool(one["stats"]) for one in sends if one["status"] == "draft"} == {False}
    assert all(one["stats"]["requests"] == 120 for one in sends if one["status"] == "triggered")
    assert any(one["subject"] for one in sends) and any(one["subject"] is None for one in sends)
    asked = len(here.sandbox.log.entries("*/singlesends/*"))
    here.pull(SYSTEM, "singlesends")
    assert len(here.sandbox.log.entries("*/singlesends/*")) == asked  # none of them changed


def test_a_bounce_stays_and_a_refusal_that_was_taken_back_goes(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    here.pull(SYSTEM)
    for stream in (*api.KINDS, "group_unsubscribes"):
        kind = "groups" if stream == "group_unsubscribes" else stream
        known = {one["email"] for one in api.suppressed(here.company, kind)}
        assert {one["email"] for one in live(here, stream).values()} == known
    before = {stream: len(live(here, stream)) for stream in (*api.KINDS, "group_unsubscribes")}
    assert before["unsubscribes"] > 1 and before["bounces"] and before["group_unsubscribes"]
    real = api.suppressed
    monkeypatch.setattr(api, "suppressed", lambda company, kind: real(company, kind)[1:])
    here.company.touch(SYSTEM, "contacts", next(iter(live(here, "contacts"))))  # what was answered is asked for anew
    monkeypatch.setattr(Bench, "source", _may_shrink(Bench.source))
    here.pull(SYSTEM)
    after = {stream: len(live(here, stream)) for stream in before}
    assert after["bounces"] == before["bounces"] and after["unsubscribes"] == before["unsubscribes"] - 1
    assert after["group_unsubscribes"] < before["group_unsubscribes"]


def _may_shrink(real: Any) -> Any:
    return lambda *args, **kwargs: replace(real(*args, **kwargs), max_shrink=1.0)


def test_a_night_asks_for_bounces_since_the_last_one(here: Bench) -> None:
    here.pull(SYSTEM)
    here.pull(SYSTEM)
    queries = [call.query for call in here.sandbox.log.entries("*/suppression/bounces")]
    assert "start_time" not in queries[0] and "start_time=" in queries[-1]
    assert not any("start_time" in call.query for call in here.sandbox.log.entries("*/suppression/unsubscribes"))


def test_what_the_key_has_no_scope_for_is_skipped_and_told(here: Bench, caplog: pytest.LogCaptureFixture) -> None:
    here.sandbox.faults.add("forbidden", path="*/suppression/spam_reports", times=None)
    result = here.pull(SYSTEM)["spam_reports"]
    assert result.error is None and result.footer is not None and result.footer.end_proof == sendgrid.SKIPPED
    assert "suppression.spam_reports.read" in caplog.text
    here.sandbox.faults.add("forbidden", path="*/suppression/unsubscribes", times=None)
    assert isinstance(here.pull(SYSTEM)["unsubscribes"].error, AccessDenied)
