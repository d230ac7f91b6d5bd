"""Runs: one at a time, each with a record from its first moment to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crm360.connectors.engine.errors import BusyError, ConfigError
from crm360.connectors.engine.landing import Landing
from crm360.orchestration.run import runs
from crm360.orchestration.run.steps import begun
from crm360.orchestration.settings.config import Config, load


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "crm360.toml"
    path.write_text('[sources.hubspot]\nbase_url = "http://127.0.0.1:9/hubspot"\n')
    return load(path, tmp_path / "data")


def test_the_data_folder_is_for_one_run_at_a_time(tmp_path: Path) -> None:
    assert not runs.is_working(tmp_path)
    with runs.only_one(tmp_path):
        assert runs.is_working(tmp_path)
        with pytest.raises(BusyError, match="another run is working"), runs.only_one(tmp_path):
            raise AssertionError("two runs at once")
    assert not runs.is_working(tmp_path)


def test_the_lock_ends_with_the_process_that_held_it(tmp_path: Path) -> None:
    script = (
        "import os, pathlib; from crm360.orchestration.run.runs import only_one;"
        f"lock = only_one(pathlib.Path({str(tmp_path)!r})); lock.__enter__(); os._exit(137)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 137
    with runs.only_one(tmp_path):
        assert runs.is_working(tmp_path)


def test_a_run_is_on_record_while_it_works_and_tells_how_it_ended(config: Config) -> None:
    with pytest.raises(RuntimeError), begun(config, "nightly"):
        assert [r.outcome for r in runs.read(config.runs)] == ["working"]
        raise RuntimeError("it broke")
    [record] = runs.read(config.runs)
    assert (record.outcome, record.message, record.job) == ("failed", "it broke", "nightly")
    assert record.finished_at is not None and record.finished_at >= record.started_at


def test_an_interrupted_run_is_canceled(config: Config) -> None:
    with pytest.raises(KeyboardInterrupt), begun(config, "nightly"):
        raise KeyboardInterrupt
    assert [r.outcome for r in runs.read(config.runs)] == ["canceled"]


def test_a_run_sorts_after_those_before_it_even_if_the_clock_was_turned_back(config: Config) -> None:
    config.runs.mkdir(parents=True)
    (config.runs / "29990101T000000-1.json").write_text("{}")
    assert runs.new_run_id(config.runs) > "29990101T000000-1"


@pytest.mark.parametrize("damage", [b"", b"{", b'{"sha256": "00", "content": {}}', b"\0" * 300])
def test_a_record_that_is_not_as_it_was_written_is_none(config: Config, damage: bytes) -> None:
    with begun(config, "pull"):
        pass
    with begun(config, "pull"):
        pass
    newest, oldest = sorted(config.runs.glob("*.json"), reverse=True)
    newest.write_bytes(damage)
    assert [r.run_id for r in runs.read(config.runs)] == [oldest.stem]


def test_a_record_whose_count_was_edited_is_none(config: Config) -> None:
    with begun(config, "pull"):
        pass
    [path] = config.runs.glob("*.json")
    path.write_text(path.read_text().replace('"landed": 0', '"landed": 7'))
    assert runs.read(config.runs) == []


def test_records_of_version_0_1_0_can_be_read(config: Config) -> None:
    config.runs.mkdir(parents=True)
    bare = '{"run_id": "20260101T000000-1", "started_at": "2026-01-01T00:00:00", "outcome": "published", "landed": 5}'
    (config.runs / "20260101T000000-1.json").write_text(bare)
    assert [(r.outcome, r.landed, r.streams) for r in runs.read(config.runs)] == [("published", 5, {})]


def test_old_records_and_logs_go_and_the_newest_stay(config: Config) -> None:
    config.runs.mkdir(parents=True)
    for number in range(runs.KEPT_ANYWAY + 5):
        record = runs.RunRecord(f"20200101T0000{number:02d}-1", datetime(2020, 1, 1))
        runs.write(config.runs, record)
        (config.runs / f"{record.run_id}.log").write_text("")
    runs.prune(config.runs, days=30)
    left = sorted(p.stem for p in config.runs.glob("*.json"))
    assert len(left) == runs.KEPT_ANYWAY and left[0] == "20200101T000005-1"
    assert sorted(p.stem for p in config.runs.glob("*.log")) == left


def test_a_child_that_was_handed_the_lock_keeps_it_when_its_parent_is_killed(tmp_path: Path) -> None:
    """As a dbt that outlives a killed run: it still works on the warehouse, so no other run may begin."""
    script = (
        "import os, pathlib, subprocess, sys; from crm360.orchestration.run import runs;"
        f"lock = runs.only_one(pathlib.Path({str(tmp_path)!r})); lock.__enter__();"
        "child = subprocess.Popen(['sleep', '60'], pass_fds=runs.held(), stdout=subprocess.DEVNULL);"
        "print(child.pid, flush=True); os._exit(137)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, stdout=subprocess.PIPE, text=True)
    child = int(done.stdout)
    try:
        assert runs.is_working(tmp_path)
    finally:
        os.kill(child, signal.SIGKILL)
    for _ in range(100):
        if not runs.is_working(tmp_path):
            break
        time.sleep(0.05)
    assert not runs.is_working(tmp_path)


def test_a_run_that_hangs_keeps_its_lock_until_it_is_ended(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time; from crm360.orchestration.run.runs import only_one;"
        f"lock = only_one(pathlib.Path({str(tmp_path)!r})); lock.__enter__(); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as hangs:
        assert hangs.stdout is not None and hangs.stdout.readline() == "held\n"
        hangs.send_signal(signal.SIGSTOP)
        with pytest.raises(BusyError, match="another run is working"), runs.only_one(tmp_path):
            raise AssertionError("two runs at once")
        hangs.kill()
    with runs.only_one(tmp_path):
        assert runs.is_working(tmp_path)


def test_as_of_is_a_date_today_or_the_sources_newest_time(config: Config) -> None:
    config.toml.as_of = "2026-01-31"
    assert runs.as_of(config).isoformat() == "2026-01-31"
    config.toml.as_of = "today"
    today = runs.as_of(config)
    config.toml.as_of = "source"
    assert runs.as_of(config) == today, "nothing has been pulled, so no source has told a time"


def test_figures_of_a_day_that_has_not_been_are_refused(config: Config) -> None:
    """Whether the file says so or a source that was landed does."""
    today = runs.as_of(config)
    batch = Landing(config.landing).start("hubspot", "contacts", datetime(2026, 7, 1))
    batch.footer.source_time = datetime(2926, 1, 1)
    batch.commit()
    for said in ("2926-01-01", (today + timedelta(days=2)).isoformat(), "source"):
        config.toml.as_of = said
        with pytest.raises(ConfigError, match="by this machine's clock it is"):
            runs.as_of(config)
    config.toml.as_of = (today + timedelta(days=1)).isoformat()  # where the day begins earlier, it is that already
    assert runs.as_of(config) == today + timedelta(days=1)
