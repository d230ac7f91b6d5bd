"""/health and /metrics: what a monitor and Prometheus are told, behind the guard, without a change to anything."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from crm360.orchestration.alerts import causes
from crm360.orchestration.alerts.deliver import NAME, Entry
from crm360.orchestration.catalog import sealed
from crm360.orchestration.dagster.guard import Guard, Message, Receive, Send
from crm360.orchestration.monitor import health, metrics
from crm360.orchestration.monitor.pages import HEALTH, Monitored
from crm360.orchestration.run import pausing, runs
from crm360.orchestration.run.runs import Attempt, RunRecord
from crm360.orchestration.settings.config import Config, load
from tests.orchestration.conducting import TOML, company

AT = datetime(2026, 7, 1, 2)
SAMPLE = re.compile(r'([a-z0-9_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+)\})? (-?[0-9.e+]+)')


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "shop").mkdir()
    company(tmp_path / "shop")
    (tmp_path / "shop/data").mkdir()
    (tmp_path / "shop/crm360.toml").write_text(TOML)
    return load(tmp_path / "shop/crm360.toml", tmp_path / "shop/data")


def samples(config: Config) -> dict[str, float]:
    """Every sample, by its name and labels; each line is checked against the format."""
    found: dict[str, float] = {}
    known: dict[str, str] = {}
    for line in metrics.exposed(config).splitlines():
        if line.startswith("# "):
            _, word, name, _ = line.split(" ", 3)
            assert known.get(name) == {"HELP": None, "TYPE": "HELP"}[word]
            known[name] = word
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        assert known[match[1]] == "TYPE" and line.rpartition(" ")[0] not in found
        found[line.rpartition(" ")[0].removeprefix("crm360_")] = float(match[3])
    return found


def test_what_prometheus_reads(config: Config) -> None:
    before = samples(config)
    assert before["run_working"] == 0 and not [name for name in before if name.startswith(("run_end", "published"))]
    bad = Attempt("desk/people", error="no (to act: me)")
    for hours, streams in (
        (30, {"desk/people": Attempt("desk/people"), "shop/orders": Attempt("shop/orders")}),
        (6, {"desk/people": bad}),
    ):
        at = AT - timedelta(hours=hours)
        told = RunRecord(
            f"{at:%Y%m%dT%H%M%S}-1",
            at,
            "published",
            at + timedelta(minutes=3),
            job="nightly",
            streams=streams,
            landed=7,
        )
        runs.write(config.runs, told)
    cause = causes.Cause("k", "disk_low", "w", "x", "y", AT)
    sealed.write(config.data / NAME, [Entry(cause), Entry(cause, over_at=AT)])
    pausing.pause(config, "shop")
    now = samples(config)
    assert (
        now['run_outcome{job="nightly",outcome="published"}'] == 1 and now['run_duration_seconds{job="nightly"}'] == 180
    )
    assert now['run_records{job="nightly",kind="landed"}'] == 7
    assert now['stream_failed{source="desk",stream="people"}'] == 1 and now['source_paused{source="shop"}'] == 1
    assert (
        now['stream_success_time_seconds{source="desk",stream="people"}']
        == datetime.fromisoformat("2026-06-29T20:00:00+00:00").timestamp()
    )
    assert (
        now['alerts_standing{kind="disk_low"}'] == 1 and now["alerts_undelivered"] == 0 and now["disk_free_bytes"] > 0
    )
    with runs.only_one(config.data):
        assert samples(config)["run_working"] == 1


def test_a_label_is_escaped() -> None:
    assert metrics.label_text({"a": 'say "no"\\\n'}) == r'{a="say \"no\"\\\n"}'


def test_health_is_about_the_installation_not_its_data(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.write(config.runs, RunRecord("20260701T000000-1", AT, "failed", AT, job="nightly"))
    assert health.health(config) == {
        "ok": True,
        "published": None,
        "checks": {"data": "", "published": "", "daemon": ""},
    }
    (config.published / "20260701T020000Z-ab").mkdir(parents=True)
    (config.published / "current").symlink_to("20260701T020000Z-ab")
    assert health.health(config)["checks"]["published"] == "what is published can't be read"
    monkeypatch.setattr(health.os, "statvfs", lambda _p: SimpleNamespace(f_bavail=1, f_frsize=4096))
    assert health.health(config)["checks"]["data"] == "the disk is full"
    assert health.health(config, lambda: "silent")["checks"]["daemon"] == "silent"
    gone = load(config.path, config.data / "gone")
    assert health.health(gone)["checks"]["data"] == "the data folder is not there" and not health.health(gone)["ok"]


async def page(_scope: Message, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"the page"})


def ask(app: Guard, path: str, method: str = "GET", **headers: str) -> tuple[int, Mapping[str, str], str]:
    told = {"host": "127.0.0.1:3000"} | headers
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(k.encode(), v.encode()) for k, v in told.items()],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    start, rest = sent
    return start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, rest["body"].decode()


def test_both_are_behind_the_guard_and_health_asks_for_no_token(config: Config) -> None:
    silent = [""]
    guard = Guard(Monitored(page, config, lambda: silent[0]), ["127.0.0.1:3000"], "a-token-of-the-page", [HEALTH])
    status, headers, body = ask(guard, "/health")
    assert status == 200 and headers["content-type"] == "application/json" and json.loads(body)["ok"] is True
    assert ask(guard, "/health", "HEAD")[2] == "" and ask(guard, "/health", "POST")[0] == 401
    silent[0] = "nothing was heard"
    assert ask(guard, "/health")[0] == 503
    assert ask(guard, "/health", host="evil.test")[0] == 421
    assert ask(guard, "/metrics")[0] == 401
    status, headers, body = ask(guard, "/metrics", authorization="Bearer a-token-of-the-page")
    assert status == 200 and headers["content-type"].startswith("text/plain; version=0.0.4") and "crm360_info{" in body
    assert ask(guard, "/else", authorization="Bearer a-token-of-the-page")[2] == "the page"
    (config.data / pausing.NAME).write_text("damaged")
    assert ask(guard, "/metrics", authorization="Bearer a-token-of-the-page")[0] == 500


def test_an_address_beyond_loopback_needs_a_token(
    config: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm360.orchestration.cli.cli import main

    monkeypatch.delenv("CRM360_SERVE_TOKEN", raising=False)
    with pytest.raises(SystemExit) as end:
        main(["serve", "--config", str(config.path), "--listen", "0.0.0.0"], prog_name="crm360")
    assert end.value.code == 2 and "to listen on 0.0.0.0 set CRM360_SERVE_TOKEN" in capsys.readouterr().err
