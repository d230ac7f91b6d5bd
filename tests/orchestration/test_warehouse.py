"""A warehouse that its last writer left unclean: it is dropped, or it is one that was whole; never one with data missing."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

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
