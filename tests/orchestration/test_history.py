"""Dagster's history: all there for another process, cheap, made anew where it is damaged, ended and pruned at start."""

from __future__ import annotations

import logging
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._daemon.monitoring import run_monitoring
from sqlalchemy import Engine, create_engine, event

from crm360 import moments
from crm360.orchestration.dagster import home
from crm360.orchestration.dagster.storage import EventLog
from crm360.orchestration.settings.config import Config, load

pytestmark = pytest.mark.night

NAMES = [f"a{number}" for number in range(40)]


@dg.multi_asset(specs=[dg.AssetSpec(n) for n in NAMES], check_specs=[dg.AssetCheckSpec("c", asset=n) for n in NAMES])
def everything() -> Any:
    for name in NAMES:
        checked = dg.AssetCheckResult(passed=True, asset_key=name, check_name="c")
        yield dg.MaterializeResult(asset_key=name, check_results=[checked])


@dg.asset(pool="shop")
def one() -> None:
    pass


def materialize(asset: dg.AssetsDefinition, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return dg.materialize([asset], instance=instance, run_config=quiet)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("DAGSTER_HOME", "")
    path = tmp_path / "crm360.toml"
    path.write_text('[sources.hubspot]\nbase_url = "http://127.0.0.1:9/hubspot"\n')
    return load(path, tmp_path / "data")


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The names of the files to which connections are opened meanwhile."""
    found: list[str] = []

    def remember(connection: Any, _record: Any) -> None:
        found.append(Path(connection.execute("pragma database_list").fetchone()[2]).name)

    event.listen(Engine, "connect", remember)
    yield found
    event.remove(Engine, "connect", remember)


def test_a_runs_events_are_all_there_and_share_their_connections(config: Config, opened: list[str]) -> None:
    with home.instance(config) as instance:
        assert isinstance(instance.event_log_storage, EventLog)
        opened.clear()
        done = materialize(everything, instance)
        assert done.success and len([name for name in opened if name != "runs.db"]) < 12, opened  # for some 200 events
    history = config.data / "dagster" / "history" / "runs"
    with sqlite3.connect(history / f"{done.run_id}.db") as con:
        ((checks,),) = con.execute(
            "select count(*) from event_logs where dagster_event_type = 'ASSET_CHECK_EVALUATION'"
        ).fetchall()
        assert checks == len(NAMES)
        assert con.execute("pragma journal_mode").fetchone() == ("wal",)
    with home.instance(config) as another:
        assert len(another.get_asset_keys()) == len(NAMES)


def test_no_other_sqlite_database_of_the_process_is_relaxed(config: Config, tmp_path: Path) -> None:
    """A user's database, read as a source by the same process, keeps what SQLite promises."""
    with home.instance(config) as instance:
        materialize(one, instance)
        with create_engine(f"sqlite:///{tmp_path / 'users.db'}").connect() as con:
            assert con.exec_driver_sql("pragma synchronous").scalar() == 2  # full, the default


def started(instance: dg.DagsterInstance) -> str:
    """A run that says it works, and whose process is gone; it holds a slot of the pool `shop`."""
    run_id = str(uuid.uuid4())
    run = instance.create_run_for_job(dg.Definitions([one]).resolve_implicit_global_asset_job_def(), run_id=run_id)
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.PIPELINE_START.value, run.job_name), run_id=run_id
    )
    instance.event_log_storage.set_concurrency_slots("shop", 1)
    assert instance.event_log_storage.claim_concurrency_slot("shop", run_id, "one").is_claimed
    return run_id


def test_a_run_whose_lock_nobody_holds_is_ended_and_its_pool_is_free(config: Config) -> None:
    with dg.DagsterInstance.from_config(str(home.prepare(config))) as instance:
        dead = started(instance)
    with home.instance(config) as instance:
        run = instance.get_run_by_id(dead)
        assert run is not None and run.status == dg.DagsterRunStatus.FAILURE
        [told] = [e.message for e in instance.all_logs(dead) if e.message and "killed" in e.message]
        assert "nobody holds the data folder" in told
        assert materialize(one, instance).success  # it would wait for its slot for ever


def test_a_run_that_works_for_more_than_four_hours_is_ended(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Dagster's daemon looks after runs, by the settings that stand in the data folder; then it is tried once more."""
    with home.instance(config) as instance:
        assert (
            instance.run_monitoring_enabled and instance.run_retries_enabled and instance.run_retries_max_retries == 1
        )
        hangs, limit = started(instance), float(instance.run_monitoring_max_runtime_seconds)
        record = instance.get_run_record_by_id(hangs)
        assert limit == 4 * 60 * 60 and record is not None and record.start_time is not None
        begun = record.start_time
        for seconds, status in ((-60, dg.DagsterRunStatus.STARTED), (60, dg.DagsterRunStatus.FAILURE)):
            monkeypatch.setattr(run_monitoring, "get_current_timestamp", lambda s=seconds: begun + limit + s)
            run_monitoring.check_run_timeout(instance, record, logging.getLogger(__name__), limit)
            run = instance.get_run_by_id(hangs)
            assert run is not None and run.status == status


def test_history_is_pruned_by_age(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    with home.instance(config) as instance:
        done = materialize(one, instance)
        file = config.data / "dagster" / "history" / "runs" / f"{done.run_id}.db"
        assert home.prune(instance, days=1) == 0 and file.exists()

        monkeypatch.setattr(moments, "now", lambda: datetime.now(UTC) + timedelta(days=40))
        assert home.prune(instance, days=30) == 1
        assert instance.get_run_by_id(done.run_id) is None and not file.exists()


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        pytest.param(name, damage, marks=() if i == j else pytest.mark.night)
        for i, name in enumerate(("history/runs.db", "history/runs/index.db", "schedules/schedules.db"))
        for j, damage in enumerate((b"", b"nothing of the kind", None))
    ],
)
def test_a_damaged_database_is_moved_aside_and_made_anew(config: Config, name: str, damage: bytes | None) -> None:
    with home.instance(config) as instance:
        materialize(one, instance)
        assert instance.schedule_storage is not None
    path = config.data / "dagster" / name
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 9000 if damage is None else damage)
    for log in path.parent.glob(f"{path.name}-*"):
        log.unlink()
    with home.instance(config) as instance:
        assert materialize(everything, instance).success
        assert instance.get_asset_keys()
