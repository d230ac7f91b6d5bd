"""Runs: one at a time, each with a record from its first moment to its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crm360.connectors.engine.errors import BusyError
from crm360.orchestration.run import runs
from crm360.orchestration.run.night import Night
from crm360.orchestration.run.record import recorded
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
    night = Night(config)
    with pytest.raises(RuntimeError), recorded(night):
        assert [r.outcome for r in runs.read(config.runs)] == ["working"]
        raise RuntimeError("it broke")
    [record] = runs.read(config.runs)
    assert (record.outcome, record.message) == ("failed", "it broke")
    assert record.finished_at is not None and record.finished_at >= record.started_at


def test_a_run_that_did_nothing_leaves_no_record(config: Config) -> None:
    with recorded(Night(config)):
        pass
    assert runs.read(config.runs) == []


def test_as_of_is_a_date_today_or_the_sources_newest_time(config: Config) -> None:
    config.toml.as_of = "2026-01-31"
    assert runs.as_of(config).isoformat() == "2026-01-31"
    config.toml.as_of = "today"
    today = runs.as_of(config)
    config.toml.as_of = "source"
    assert runs.as_of(config) == today, "nothing has been pulled, so no source has told a time"
