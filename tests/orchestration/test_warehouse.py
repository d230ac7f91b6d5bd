"""A warehouse that its last writer left unclean: it is dropped, or it is one that was whole; never one with data missing.
And one whose tables need more memory than they may have.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import jinja2
import pytest
import yaml

from crm360.orchestration.catalog.warehouse import open_clean

BEFORE, AFTER = 1_000, 5_000  # rows that a checkpoint has put into the file, and with those that stand in its log alone
KILLED = f"""
import os, sys, duckdb
con = duckdb.connect(sys.argv[1], config={{"checkpoint_threshold": "1GB"}})
con.execute("create table t as select range as i from range({BEFORE})")
con.execute("checkpoint")
con.execute("insert into t select range from range({BEFORE}, {AFTER})")
os._exit(137)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """The file and the log of a warehouse whose writer was killed."""
    path = tmp_path_factory.mktemp("killed") / "warehouse.duckdb"
    assert subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False).returncode == 137
    return path.read_bytes(), path.with_name("warehouse.duckdb.wal").read_bytes()


def flipped(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :]


def cut(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content))]


def foreign(_content: bytes, draw: random.Random) -> bytes:
    return draw.randbytes(3_000)


def rows(path: Path) -> int:
    with duckdb.connect(str(path)) as con:
        return int(con.execute("select count(*) from t").fetchall()[0][0])


@pytest.mark.parametrize("damage", [flipped, cut, foreign, lambda content, _draw: content], ids=["flip", "cut", "foreign", "whole"])  # fmt: skip
def test_a_log_beside_the_warehouse_is_never_read(
    tmp_path: Path, killed: tuple[bytes, bytes], damage: Callable[[bytes, random.Random], bytes]
) -> None:
    path, draw, (file, log) = tmp_path / "warehouse.duckdb", random.Random(1), killed
    for _ in range(50):
        path.write_bytes(file)
        path.with_name("warehouse.duckdb.wal").write_bytes(damage(log, draw))
        open_clean(path)
        assert list(tmp_path.iterdir()) == [], "it is made anew, from landing"


def test_the_engine_itself_would_read_a_log_that_was_cut(tmp_path: Path, killed: tuple[bytes, bytes]) -> None:
    """Without a word, and with rows missing: why the log is not left to it."""
    path, (file, log) = tmp_path / "warehouse.duckdb", killed
    path.write_bytes(file)
    path.with_name("warehouse.duckdb.wal").write_bytes(log[: len(log) // 2])
    assert rows(path) < AFTER


def test_without_its_log_a_warehouse_is_as_its_last_checkpoint_left_it(
    tmp_path: Path, killed: tuple[bytes, bytes]
) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(killed[0])
    open_clean(path)
    assert rows(path) == BEFORE


@pytest.mark.parametrize("content", [b"nothing of the kind" * 900, None])
def test_a_file_that_is_no_warehouse_is_dropped(
    tmp_path: Path, killed: tuple[bytes, bytes], content: bytes | None
) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(killed[0][:9_000] if content is None else content)
    open_clean(path)
    assert not path.exists()


BUILDS = """
import json, sys, duckdb
con = duckdb.connect(sys.argv[1], config={"threads": 2})
con.execute("set enable_progress_bar = false")
for name, value in json.loads(sys.argv[2]).items():
    con.execute(f"set {name} = '{value}'")
con.execute("create table t as select range as i, md5(range::text) as k from range(5000000)")
con.execute("create table by_key as select k, count(*) as n, sum(i) as i from t group by k")
con.execute("create table in_order as select *, row_number() over (order by k) as place from by_key")
print(con.execute("select count(*), sum(n), sum(i), max(place), min(k) from in_order").fetchall()[0])
(peak,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak) // 1024)
"""


def built(path: Path, **environment: str) -> tuple[str, int]:
    """What comes of five million rows by the settings that dbt gives its engine, and the memory that it took, in MB."""
    text = (Path(__file__).parents[2] / "dbt_project" / "profiles.yml").read_text()
    read = jinja2.Template(text).render(env_var=lambda name, default: environment.get(name, default))
    settings = json.dumps(yaml.safe_load(read)["crm360"]["outputs"]["local"]["settings"])
    done = subprocess.run(
        [sys.executable, "-c", BUILDS, str(path), settings], capture_output=True, text=True, check=True
    )
    result, peak = done.stdout.splitlines()
    return result, int(peak)


@pytest.mark.long
def test_with_less_memory_than_it_needs_a_build_goes_by_way_of_the_disk(tmp_path: Path) -> None:
    wide, needed = built(tmp_path / "wide.duckdb")
    narrow, taken = built(tmp_path / "narrow.duckdb", CRM360_MEMORY_LIMIT="256MB")
    assert narrow == wide and taken < 450 < needed
