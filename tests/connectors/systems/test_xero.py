"""Xero: logins of both kinds, merges, and whom its lists of customers must leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from crm360.connectors.engine.errors import AuthError, RateLimited
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.session import Limits, Session
from crm360.orchestration.run.pull import pull_source
from tests.connectors.battery import QUICK, Bench, bench

SYSTEM = "xero"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)
    with bench(tmp_path, people=150) as made:
        yield made


def calls(here: Bench) -> list[str]:
    return [f"{e.method} {e.path}" for e in here.sandbox.log.entries()]


def test_a_refresh_token_is_replaced_each_time_and_kept_before_it_is_used(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM360_XERO_CLIENT_SECRET", "sandbox-xero-secret")
    monkeypatch.setenv("CRM360_XERO_REFRESH_TOKEN", "sandbox-xero-refresh")
    source, kept = here.source(SYSTEM), here.landing.parent / "tokens" / "xero.json"
    for night in (1, 2):
        assert [p.error for p in pull_source(source, list(source.streams), here.landing, None) if p.error] == []
        told = msgspec.json.decode(kept.read_bytes(), type=dict[str, str])
        assert told["refresh_token"] == f"sandbox-xero-refresh-{night}"
        assert kept.stat().st_mode & 0o077 == 0


def test_the_wrong_secret_is_refused_and_never_told(here: Bench) -> None:
    error = here.pull(SYSTEM, "contacts", token="another-secret")["contacts"].error
    assert isinstance(error, AuthError) and "another-secret" not in f"{error!r}{error}"


def test_a_merged_contact_leads_to_the_other_one_and_an_archived_one_stays(here: Bench) -> None:
    here.pull(SYSTEM)
    one, other, third = [r.id for r in here.company.truth().records(SYSTEM, "contacts") if not r.deleted][:3]
    here.company.touch(SYSTEM, "contacts", one, fields={"ContactStatus": "ARCHIVED", "MergedToContactID": other})
    here.company.touch(SYSTEM, "contacts", third, fields={"ContactStatus": "ARCHIVED"})
    here.pull(SYSTEM)
    landing = Landing(here.landing)
    live = set(landing.live_ids(SYSTEM, "contacts"))
    assert one not in live and {other, third} <= live


def test_the_days_calls_being_used_up_is_told_and_loses_nothing(here: Bench) -> None:
    here.sandbox.faults.add("throttled", path="/xero/api.xro/2.0/Invoices", times=None, retry_after="80000")
    limits = Limits(tries=2, rate=(1000, 1.0), longest_wait=5.0)
    results = here.pull(SYSTEM, limits=limits)
    assert isinstance(results["invoices"].error, RateLimited) and results["contacts"].error is None
    here.sandbox.faults.clear()
    assert [p.error for p in here.pull(SYSTEM, limits=QUICK).values() if p.error] == []
    assert here.differences(SYSTEM, "invoices") == {}


def test_a_quiet_night_asks_each_list_once(here: Bench) -> None:
    here.pull(SYSTEM)
    here.sandbox.log.clear()
    here.pull(SYSTEM)
    lists = [c for c in calls(here) if "/api.xro/" in c]
    assert sorted(lists) == [f"GET /xero/api.xro/2.0/{p}" for p in ("Contacts", "CreditNotes", "Invoices", "Payments")]
