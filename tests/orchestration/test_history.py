"""What Dagster remembers of a run is all there for another process, and cost a handful of connections."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy import Engine, event

from crm360.orchestration.dagster.history import make_light

NAMES = [f"a{number}" for number in range(40)]


@dg.multi_asset(specs=[dg.AssetSpec(n) for n in NAMES], check_specs=[dg.AssetCheckSpec("c", asset=n) for n in NAMES])
def everything() -> Any:
    for name in NAMES:
        checked = dg.AssetCheckResult(passed=True, asset_key=name, check_name="c")
        yield dg.MaterializeResult(asset_key=name, check_results=[checked])


def test_a_runs_events_are_all_there_and_share_their_connections(tmp_path: Path) -> None:
    make_light()
    opened: list[Any] = []
    event.listen(Engine, "connect", lambda connection, _record: opened.append(connection))
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        done = dg.materialize([everything], instance=instance)
        assert done.success and len(opened) < 30  # of some 200 events
    with sqlite3.connect(tmp_path / "history" / "runs" / f"{done.run_id}.db") as con:
        ((checks,),) = con.execute(
            "select count(*) from event_logs where dagster_event_type = 'ASSET_CHECK_EVALUATION'"
        ).fetchall()
        assert checks == len(NAMES)
    assert opened[-1].execute("pragma synchronous").fetchone() == (0,)
