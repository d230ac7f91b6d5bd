"""data/dagster: Dagster's settings and history, in order before anything uses them.

The history can be made anew, and nothing but the page depends on it: a database of it that is damaged is moved aside,
a run that says it works while nobody holds the data folder is ended, and what is older than `keep_history_days` goes.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import dagster as dg

from crm360 import durable, moments
from crm360.orchestration.settings.config import Config

UNFINISHED = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
KILLED = "The run was killed: nobody holds the data folder. The next run goes on from what it left."


def prepare(config: Config) -> Path:
    """The folder with its settings, and every database in it whole."""
    home = config.data / "dagster"
    history = home / "history" / "runs"
    history.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = Path(__file__).with_name("dagster.yaml").read_text()
    told = settings.replace("base_dir: HISTORY", f"base_dir: {json.dumps(str(history))}")
    durable.write(home / "dagster.yaml", told.encode())
    for database in (home / "history" / "runs.db", history / "index.db", home / "schedules" / "schedules.db"):
        if database.exists() and not _is_whole(database):
            _move_aside(database)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


@contextmanager
def instance(config: Config) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance, for whoever holds the data folder: dead runs are ended and old ones forgotten first."""
    with dg.DagsterInstance.from_config(str(prepare(config))) as found:
        end_dead_runs(found)
        prune(found, config.toml.keep_history_days)
        yield found


def end_dead_runs(found: dg.DagsterInstance) -> list[str]:
    """End every run that says it works. Call it only while no run can be at work. Returns the ids."""
    dead = found.get_runs(filters=dg.RunsFilter(statuses=UNFINISHED))
    for run in dead:
        found.report_run_failed(run, KILLED)
        found.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]


def prune(found: dg.DagsterInstance, days: int) -> int:
    """Forget the runs that ended more than so many days ago. Returns how many."""
    oldest = moments.now() - timedelta(days=days)
    old = found.get_run_records(filters=dg.RunsFilter(updated_before=oldest))
    ended = [r.dagster_run.run_id for r in old if r.dagster_run.is_finished]
    for run_id in ended:
        found.delete_run(run_id)
    return len(ended)


def _is_whole(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=rw", uri=True, timeout=5)) as con:
            return con.execute("pragma quick_check(1)").fetchone() == ("ok",)
    except sqlite3.OperationalError as error:
        return "locked" in str(error)  # somebody works with it
    except sqlite3.DatabaseError:
        return False


def _move_aside(database: Path) -> None:
    """Out of the way, with its logs; the last damaged one is kept for whoever wants to look."""
    for path in (database, database.with_name(f"{database.name}-wal"), database.with_name(f"{database.name}-shm")):
        if path.exists():
            path.replace(path.with_name(f"{path.name}.damaged"))
