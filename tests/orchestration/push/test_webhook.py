"""Pushes to a webhook: signed, once each, resumed after a kill, mended after an outage, and nothing of the forgotten."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crm360.connectors.engine import session
from crm360.connectors.engine.session import Limits
from crm360.moments import utc_now
from crm360.orchestration.alerts import causes
from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy.forget import forget
from crm360.orchestration.push import pushing
from crm360.orchestration.push.pushing import FAILED
from tests.orchestration.privacy.test_withdrawn import learn
from tests.orchestration.privacy.world import TOML, World
from tests.orchestration.push.shop import SECRET, Receiver, Shop, receiving

PEOPLE = {f"c_{n}": f"ann.{n}@mail.example" for n in range(1, 6)}


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("CRM360_PUSH_CALLS_SECRET", SECRET)
    monkeypatch.setattr(session.Session, "backoff", lambda *_: 0.01)
    monkeypatch.setattr(pushing, "Limits", lambda rate: Limits(rate=(1000, 1.0)))
    with receiving() as told:
        yield told


@pytest.fixture
def shop(tmp_path: Path, hook: Receiver) -> Shop:
    toml = f'[push.calls]\naudience = "win-back"\nto = "webhook"\nmode = "mirror"\nurl = "{hook.url}"\n'
    toml += 'fields = { tier = "rfm_name", groups = "segments", churned = "is_churned" }\n'
    return Shop(tmp_path / "shop").write(toml).publish(PEOPLE)


def test_members_are_told_once_signed_and_what_is_not_known_is_left_out(shop: Shop, hook: Receiver) -> None:
    shop.publish(PEOPLE, {"c_2": (None, 3, True, []), "c_3": ("#N/A", 1, None, None)})
    assert shop.one().counts["added"] == 5
    (headers, body), *more = hook.requests
    assert not more and sorted(hook.inside) == sorted(PEOPLE)
    told = f"{headers['X-CRM360-Timestamp']}.".encode() + body
    expected = "sha256=" + hmac.new(SECRET.encode(), told, hashlib.sha256).hexdigest()
    assert headers["X-CRM360-Signature"] == expected and headers["Idempotency-Key"]
    assert hook.inside["c_1"]["fields"] == {"tier": "gold", "groups": "loyal;high tier", "churned": "false"}
    assert hook.inside["c_2"]["fields"] == {"churned": "true"} and hook.inside["c_3"]["fields"] == {}
    assert shop.one().counts["unchanged"] == 5 and len(hook.requests) == 1
    assert not any(
        a.encode() in p.read_bytes() for p in shop.root.rglob("*") if p.suffix in (".parquet", ".json", ".journal")
        for a in PEOPLE.values()
    )  # fmt: skip
    changed = {"c_1": ("silver", 3, False, ["loyal"]), "c_2": (None, 3, True, []), "c_3": (None, 1, None, None)}
    shop.publish(dict(list(PEOPLE.items())[:4]), changed)
    done = shop.one()
    assert (done.counts["added"], done.counts["removed"]) == (1, 1)
    assert hook.inside["c_1"]["fields"]["tier"] == "silver" and "c_5" not in hook.inside
    shop.publish(PEOPLE, changed)
    assert shop.one().counts["added"] == 1 and "c_5" in hook.inside  # joined again: another event than the first


@pytest.mark.night
@pytest.mark.parametrize("point", ["push-before-send", "push-after-send"])
def test_a_kill_in_the_middle_and_a_repeat_leave_the_same_state(shop: Shop, hook: Receiver, point: str) -> None:
    shop.publish({f"c_{n:03}": f"ann.{n}@mail.example" for n in range(250)})
    killed = shop.command(CRM360_FAILPOINT=point)
    assert killed.returncode == 137 and list((shop.root / "data" / "push").glob("*.journal"))
    assert len(hook.inside) <= 250
    assert shop.command().returncode == 0
    assert len(hook.inside) == 250 == len(hook.seen)
    assert not list((shop.root / "data" / "push").glob("*.journal"))
    assert set(shop.book().values()) == {("add", "accepted", None, True)}
    shop.publish({"c_000": "ann.0@mail.example"})
    killed = shop.command(CRM360_FAILPOINT=point)
    assert killed.returncode == 137
    assert shop.command().returncode == 0 and list(hook.inside) == ["c_000"]


@pytest.mark.night
def test_an_outage_is_one_sentence_and_an_alert_and_the_next_push_mends_it(shop: Shop, hook: Receiver) -> None:
    hook.always = 500
    told = shop.command("--json")
    assert told.returncode == FAILED and "HTTP 500, 6 times in a row" in told.stdout
    assert json.loads(told.stdout)["pushes"][0]["counts"]["not sent"] == 5
    assert {row[:3] for row in shop.book().values()} == {("add", "pending", "target failed")}
    (cause,) = causes.find(shop.config, utc_now(), kinds=["push_failed"])
    assert (cause.where, cause.what) == ("push.calls", "HTTP 500, 6 times in a row")
    hook.always = 0
    assert shop.one().counts["added"] == 5 and sorted(hook.inside) == sorted(PEOPLE)
    assert causes.find(shop.config, utc_now(), kinds=["push_failed"]) == []


@pytest.mark.night
def test_one_that_is_refused_stops_no_other_and_a_closed_hook_stops_all(shop: Shop, hook: Receiver) -> None:
    hook.refuses = {"c_3"}
    done = shop.one()
    assert done.error is None and done.counts["added"] == 4 and done.refusals == {"rejected": 1}
    assert shop.book()["c_3"] == ("add", "refused", "rejected", False) and "c_3" not in hook.inside
    shop.publish(PEOPLE | {f"c_{n}": f"ann.{n}@mail.example" for n in range(10, 900)})
    hook.always = 422
    done = shop.one()
    assert "it refuses all 100 members of a batch" in str(done.error) and done.counts["not sent"] >= 390
    hook.refuses, hook.always = set(), 410
    done = shop.one()
    assert "there is no webhook at its address any more (HTTP 410)" in str(done.error)
    assert SECRET not in str(done.error) and "@" not in str(done.error)


def test_a_dry_run_sends_nothing_and_names_no_address(shop: Shop, hook: Receiver) -> None:
    shop.one()
    shop.publish({"c_1": PEOPLE["c_1"], "c_9": "new@mail.example"})
    before = shop.book()
    told = shop.command("--dry-run")
    assert told.returncode == 0 and len(hook.requests) == 1 and shop.book() == before
    assert "1 added, 4 removed, 1 unchanged, 0 refused" in told.stdout and "@" not in told.stdout
    assert {("add", "c_9"), ("remove", "c_2")} <= {(c, i) for c, i, _ in shop.push(dry_run=True)[0][0].changes}


def test_what_can_not_be_pushed_is_said_in_one_sentence(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(toml: str) -> str:
        (done,), lines = shop.write(f'[push.calls]\nto = "webhook"\nurl = "http://127.0.0.1:9/"\n{toml}').push()
        assert lines[0].startswith("failed  push.calls: ")
        return str(done.error)

    assert "the audience 'nobody' is not published; there are win-back, asleep, calls" in said('audience = "nobody"')
    assert "the audience 'asleep' is switched off" in said('audience = "asleep"')
    assert "customer_360 has no column shoe_size" in said('audience = "win-back"\nfields = { x = "shoe_size" }')
    monkeypatch.delenv("CRM360_PUSH_CALLS_SECRET")
    assert "CRM360_PUSH_CALLS_SECRET is not set" in said('audience = "win-back"')


@pytest.mark.night
def test_who_withdrew_or_was_forgotten_since_is_not_sent_and_forget_clears_the_book(
    tmp_path: Path, hook: Receiver
) -> None:
    world = World(tmp_path, 8).make()
    push = f'[push.calls]\naudience = "Everybody"\nto = "webhook"\nmode = "mirror"\nurl = "{hook.url}"\n'
    (world.root / "crm360.toml").write_text(TOML + push)
    shop = Shop(world.root)
    assert shop.command(CRM360_FAILPOINT="push-after-send").returncode == 137
    journaled, (journal,) = world.people[6], (world.data / "push").glob("*.journal")
    assert journaled.customer in journal.read_text() and journaled.email not in journal.read_text()
    assert forget(world.config, [journaled.email], Console(quiet=True)) == 0
    assert not journal.exists() and journaled.customer not in shop.book() and len(shop.book()) == 7
    assert shop.one().counts["added"] == 7  # of no one an answer is known; whoever was forgotten is not sent again
    with duckdb.connect(str(world.data / "warehouse.duckdb")) as con:  # forget dropped the one before
        con.execute("create schema marts")
    learn(world)  # 1 said no, 2 says nothing any more, 3 is gone
    done = shop.one()
    assert done.refusals == {"withdrawn": 3} and done.counts["removed"] == 3
    assert set(hook.inside) == {p.customer for p in world.people if p.n > 3}  # the forgotten one was told before
    killed = world.people[4]
    assert forget(world.config, [killed.email], Console(quiet=True)) == 0
    assert killed.customer not in shop.book() and len(shop.book()) == 6
    left = [p for p in world.data.rglob("*") if p.is_file() and killed.customer.encode() in p.read_bytes()]
    assert left == []
