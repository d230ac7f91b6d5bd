"""`crm360 serve` itself: hours that nobody was there for, and its processes killed in the middle of a run and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from crm360.orchestration.dagster import home
from crm360.orchestration.settings.config import Config, load

pytestmark = pytest.mark.long
T = TypeVar("T")
MISSED = 4  # hours
TOML = """
schedule = "{minute} * * * *"
as_of = "2026-07-01"
base_currency = "EUR"
[alerts]
disk_free = 0
[sources.shop]
system = "files"
[sources.shop.streams.orders]
path = "orders.csv"
key = ["id"]
[[sources.shop.streams.orders.entities]]
entity = "orders"
fields = {{ total_amount = "total", ordered_at = "at", email = "mail", currency = {{ value = "EUR" }} }}
[[sources.shop.streams.orders.entities]]
entity = "contacts"
id = "mail"
fields = {{ email = "mail", full_name = "name" }}
"""
ORDERS = "id,total,at,mail,name\n" + "".join(
    f"{n},{n * 7}.50,2026-0{1 + n % 6}-1{n % 10}T10:00:00Z,{who}@mail.example,{who.title()} Holt\n"
    for n, who in enumerate(["ida", "max", "eva", "tom", "lea"] * 4, 1)
)


@contextmanager
def served(config: Config) -> Iterator[subprocess.Popen[bytes]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "crm360", "serve", "--config", str(config.path), "--data", str(config.data)]
    with (config.path.parent / "served").open("ab") as said:
        process = subprocess.Popen([*command, "--port", port], stdout=said, stderr=said, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def waited(what: Callable[[], T], seconds: float = 300) -> T:
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.5)
    return found


def kill_all_of(session: int) -> None:
    """The server, its daemon, its code servers and whatever they run."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[3]) == session:
                os.kill(int(folder.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue


def test_missed_hours_are_one_run_and_what_was_killed_is_ended_and_run_again(tmp_path: Path) -> None:
    toml = tmp_path / "crm360.toml"
    minute = (datetime.now(UTC) + timedelta(minutes=35)).minute  # no hour of the schedule begins meanwhile
    toml.write_text(TOML.format(minute=minute))
    (tmp_path / "orders.csv").write_text(ORDERS)
    config = load(toml, tmp_path / "data")
    dagster = home.prepare(config)
    instance = dg.DagsterInstance.from_config(str(dagster))

    with served(config):
        (state,) = waited(instance.all_instigator_state)
        assert instance.get_runs() == []
    began = (datetime.now(UTC) - timedelta(hours=MISSED)).timestamp()
    instance.update_instigator_state(
        state.with_data(ScheduleInstigatorData(f"{minute} * * * *", start_timestamp=began))
    )

    with served(config) as process:
        (run,) = waited(lambda: instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])))
        waited((config.data / "landing").exists)
        kill_all_of(process.pid)
    assert not (config.data / "published" / "current").exists()

    with served(config):
        waited(lambda: instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS])), 600)
        told = {one.run_id: one.status for one in instance.get_runs()}
        again = [one for one in instance.get_runs() if one.run_id != run.run_id]
    assert told[run.run_id] == dg.DagsterRunStatus.FAILURE
    assert [one.parent_run_id for one in again] == [run.run_id], "one run for all hours, and its one repetition"
    assert (config.data / "published" / "current" / "manifest.json").exists()
    assert home.KILLED in (tmp_path / "served").read_text() or home.KILLED in str(
        [record.event_log_entry.message for record in instance.get_records_for_run(run.run_id).records]
    )
    instance.dispose()
