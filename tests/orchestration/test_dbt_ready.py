"""dbt that reads the project while others work: it builds when it is told to, and nobody is kept waiting by one that is gone."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from crm360.orchestration.catalog import dbt_ready, shape
from crm360.orchestration.catalog.dbt_ready import Dbt, ready
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config
from tests.orchestration.running import Small, conducting

pytestmark = pytest.mark.night


@pytest.fixture
def config(small: Small) -> Config:
    small.data.mkdir(exist_ok=True)
    found: Config = conducting.configured(small.folder)
    return found


def is_at_work(dbt: Dbt) -> bool:
    return dbt.process.poll() is None


def test_it_reads_the_project_and_the_manifest_is_what_it_read(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape, "_parsed", lambda _: pytest.fail("the project is read a second time"))
    with ready(config) as dbt:
        assert dbt is not None and dbt.writes_manifest
        manifest = shape.read_manifest(config, dbt)
        assert manifest["nodes"] and is_at_work(dbt)
    assert not is_at_work(dbt)
    with ready(config) as again:
        assert again is not None and not again.writes_manifest and again.has_read()
    assert shape.read_manifest(config) == manifest


def test_what_dbt_says_against_the_project_is_told(config: Config, small: Small, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(shape.DELIVERED, broken)
    (broken / "models" / "broken.sql").write_text("select * from {{ ref('nobody') }}")
    conducting.shape.DELIVERED = conducting.assembly.DELIVERED = broken
    with ready(config) as dbt, pytest.raises(shape.ShapeError, match="depends on a node named 'nobody'"):
        shape.manifest(config, dbt)


def test_the_lock_is_handed_over_with_the_word_to_build_and_not_before(config: Config) -> None:
    with ready(config) as dbt:
        assert dbt is not None and dbt.has_read()
        with runs.only_one(config.data):
            pass  # whoever comes meanwhile, and after a kill, waits for nobody
        with runs.only_one(config.data):
            process = dbt.build(["ls", *dbt_ready.words_of_project(config)], {})
            os.kill(process.pid, signal.SIGSTOP)
        handle = os.open(config.data / ".lock", os.O_RDWR)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.kill(process.pid, signal.SIGCONT)
            os.close(handle)


def test_one_that_was_killed_is_replaced(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    builds = Dbt.build

    def killed(self: Dbt, *told: object) -> object:
        self.process.kill()
        self.process.wait()
        return builds(self, *told)  # type: ignore[arg-type]

    monkeypatch.setattr(Dbt, "build", killed)
    assert small.crm360("run").code == 0


def test_one_whose_run_is_gone_ends_by_itself(config: Config) -> None:
    dbt = Dbt(config, writes_manifest=False)
    assert dbt.has_read()
    dbt.asks.close()  # as the end of a process closes it
    until = time.monotonic() + 20
    while is_at_work(dbt) and time.monotonic() < until:
        time.sleep(0.1)
    assert dbt.process.wait(0) == 0


def test_a_run_that_only_pulls_begins_no_dbt(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbt_ready, "Dbt", lambda *_, **__: pytest.fail("dbt was begun"))
    assert small.crm360("pull").code == 0
