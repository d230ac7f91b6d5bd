"""A crash, a full disk or a reader at any moment: the pointer leads to one whole version, the old or the new one."""

from __future__ import annotations

import errno
import json
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from crm360.orchestration.publish import manifest, versions
from crm360.orchestration.publish.publish import PublishFailed
from crm360.orchestration.run import failpoints

pytestmark = pytest.mark.night

SCRIPT = Path(__file__).with_name("publishing.py")
shared = SimpleNamespace(**runpy.run_path(str(SCRIPT)))
publish_all, stamps, tree = shared.publish_all, shared.stamps, shared.tree


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a warehouse of two tables that always carry the same stamp."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts; create table marts.one as select 0 as stamp from range(2000)")
        con.execute("create table marts.two as select 0 as stamp, range::text as word from range(3000)")
    return path


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published"


@pytest.mark.parametrize(("call", "code"), [("fsync", errno.ENOSPC), ("rename", errno.EIO), ("replace", errno.EACCES)])
def test_an_error_of_the_disk_leaves_the_old_version(
    small: Path, published: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    publish_all(small, published)
    before = tree(published)

    def fail(*_args: object) -> None:
        raise OSError(code, os.strerror(code), "somewhere")

    monkeypatch.setattr(os, call, fail)
    sentence = "the disk is full" if code == errno.ENOSPC else os.strerror(code)
    with pytest.raises(PublishFailed, match=sentence):
        publish_all(small, published)
    monkeypatch.undo()
    assert tree(published) == before
    publish_all(small, published)


def other_process(task: str, small: Path, published: Path, **more: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), **more}
    command = [sys.executable, str(SCRIPT), task, str(small), str(published)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.night
def test_a_disk_that_fills_up_leaves_the_old_version(shaped: Path, published: Path) -> None:
    publish_all(shaped, published)
    before = tree(published)
    said, _ = other_process("limited", shaped, published).communicate(timeout=60)
    assert said.startswith("Not published: ")
    assert tree(published) == before
    assert not list(published.glob(".*.tmp"))


@pytest.mark.night
@pytest.mark.parametrize("point", failpoints.PUBLISH)
def test_a_crash_leaves_one_whole_version_and_the_next_publish_clears_up(
    small: Path, published: Path, point: str
) -> None:
    old = [publish_all(small, published).version for _ in range(2)][-1]
    with duckdb.connect(str(small)) as con:
        con.execute("update marts.one set stamp = 1; update marts.two set stamp = 1")
    process = other_process("publish", small, published, CRM360_FAILPOINT=point)
    process.communicate(timeout=60)
    assert process.returncode == failpoints.EXIT_CODE
    now = os.readlink(published / "current")
    assert (now != old) == (point in {"publish.after-flip", "publish.within-prune"})
    assert manifest.damage(published / "current") == []
    assert stamps(published) == {0} if now == old else {1}
    publish_all(small, published)
    assert stamps(published) == {1}
    assert not list(published.glob(".*.tmp"))
    assert all(manifest.damage(published / name) == [] for name in versions.names(published))


@pytest.mark.night
def test_readers_never_wait_fail_or_see_two_versions(small: Path, published: Path) -> None:
    publish_all(small, published)
    readers = [other_process("read", small, published) for _ in range(2)]
    for stamp in range(1, 9):
        with duckdb.connect(str(small)) as con:
            con.execute(f"update marts.one set stamp = {stamp}; update marts.two set stamp = {stamp}")
        publish_all(small, published)
    seen = set()
    for reader in readers:
        reader.send_signal(signal.SIGTERM)
        said, complained = reader.communicate(timeout=30)
        told = json.loads(said)
        assert told["errors"] == [] and told["mixed"] == 0, (told, complained)
        seen.update(told["seen"])
    assert len(seen) > 1
