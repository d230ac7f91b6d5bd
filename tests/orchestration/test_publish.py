"""One version at a time, whole or not at all: what is published, and what is refused."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import runpy
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from crm360.expectations.results import SuiteResult
from crm360.orchestration.publish import manifest, versions
from crm360.orchestration.publish.publish import AuditFailed, PublishFailed, publish

shared = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("publishing.py"))))
RUN, marts, passed, publish_all, tree, words = (
    shared.RUN,
    shared.marts,
    shared.passed,
    shared.publish_all,
    shared.tree,
    shared.words,
)


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


def test_a_version_holds_every_table_twice_with_its_words(shaped: Path, published: Path) -> None:
    done = publish_all(shaped, published)
    tables = marts(shaped)
    assert sorted(path.name for path in done.path.iterdir()) == sorted(
        ["audiences", "customer_360.duckdb", "manifest.json", "reports", *(f"{table}.parquet" for table in tables)]
    )
    assert os.readlink(published / "current") == done.version
    assert re.fullmatch(r"\d{8}T\d{6}Z-1c09ab77", done.version)
    with duckdb.connect(str(done.path / "customer_360.duckdb"), read_only=True) as con:
        for table, columns in tables.items():
            ((rows,),) = con.execute(f"select count(*) from main.{table}").fetchall()
            assert rows == done.rows[table]
            parquet = str(done.path / f"{table}.parquet")
            assert con.execute(f"select count(*) from '{parquet}'").fetchall() == [(rows,)]
            assert con.execute(f"(from main.{table} except from '{parquet}')").fetchall() == []
            assert con.execute("select comment from duckdb_tables() where table_name = $1", [table]).fetchall() == [
                (f"One row per {table}; it's so.",)
            ]
            assert sorted(
                con.execute(
                    "select column_name, comment from duckdb_columns() where table_name = $1", [table]
                ).fetchall()
            ) == [(column, f"The {column}.") for column in columns]
        parquet = str(done.path / "orders.parquet")
        assert con.execute(f"select distinct compression from parquet_metadata('{parquet}')").fetchall() == [("ZSTD",)]
        marks = con.execute(f"select key, value from parquet_kv_metadata('{parquet}')").fetchall()
        assert {(b"version", done.version.encode()), (b"run_id", RUN.run_id.encode())} <= set(marks)


def test_old_clients_can_open_the_database_and_nobody_can_write_to_a_version(small: Path, published: Path) -> None:
    done = publish_all(small, published)
    header = (done.path / "customer_360.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64  # the file version of DuckDB 0.10 to 1.1
    modes = {path.relative_to(done.path).as_posix(): path.stat().st_mode & 0o777 for path in done.path.rglob("*")}
    assert {mode for name, mode in modes.items() if name != "reports"} == {0o400}
    assert modes["reports"] == done.path.stat().st_mode & 0o777 == 0o700


def test_the_manifest_tells_what_when_and_from_what(small: Path, published: Path) -> None:
    done = publish_all(small, published)
    told = manifest.read(done.path)
    assert told["version"] == done.version
    assert (told["run_id"], told["as_of"], told["storage_version"]) == (RUN.run_id, "2026-07-01", "v1.0.0")
    assert {table: facts["rows"] for table, facts in told["tables"].items()} == {"one": 2000, "two": 3000}
    assert told["audit"]["one"] == {"success": True, "checks": 1, "failed": 0}
    assert [(s["stream"], s["status"], s["last_success_at"]) for s in told["sources"]] == [
        ("contacts", "fresh", "2026-07-01T02:00:00"),
        ("orders", "failed", "2026-06-30T02:00:00"),
    ]
    assert set(told["files"]) == {"customer_360.duckdb", "one.parquet", "two.parquet", "reports/index.html"}
    assert manifest.damage(done.path) == []


def test_any_damage_to_a_version_is_seen(small: Path, published: Path) -> None:
    done = publish_all(small, published)
    one, two = done.path / "one.parquet", done.path / "two.parquet"
    one.chmod(0o644)
    content = bytearray(one.read_bytes())
    content[len(content) // 2] ^= 1
    one.write_bytes(content)
    two.unlink()
    (done.path / "three.parquet").write_bytes(b"")
    assert manifest.damage(done.path) == [
        "two.parquet is missing",
        "three.parquet is not in the manifest",
        "one.parquet is not as it was written",
    ]


def failing(audits: list[SuiteResult]) -> list[SuiteResult]:
    return [replace(audits[0], success=False, reason="not so: id is unique; 2 of 9 rows break it"), *audits[1:]]


def test_a_failed_audit_leaves_every_byte(small: Path, published: Path) -> None:
    publish_all(small, published)
    before = tree(published)
    with pytest.raises(AuditFailed, match=r"^Not published: the audit failed for one \(not so: id is unique; 2 of 9"):
        publish(small, published, RUN, failing(passed(small)), words(small))
    with pytest.raises(AuditFailed, match="no table was audited"):
        publish(small, published, RUN, [], words(small))
    assert tree(published) == before


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("create table marts.three as select 1 as i", "three was not audited"),
        ("alter table marts.one add column i hugeint", "one.i is HUGEINT"),
        ("alter table marts.one add column email text", "columns without a description: email"),
        ("delete from marts.two where word = '7'", "it had 3000 rows when it was audited and has 2999 now"),
        ("update marts.two set word = '8' where word = '7'", "two is not the table that was audited: its content"),
        ("alter table marts.two alter stamp type bigint", "two is not the table that was audited: its content"),
        ('create table marts."../../x" as select 1 as i', "cannot be a file name"),
        ('create table marts."x""; drop table y" as select 1 as i', "cannot be a file name"),
        ("drop table marts.one; drop table marts.two", "no table in schema marts"),
    ],
)
def test_what_was_not_audited_and_described_as_it_is_does_not_go_out(
    small: Path, published: Path, statement: str, sentence: str
) -> None:
    audits, descriptions = passed(small), words(small)
    publish(small, published, RUN, audits, descriptions)
    before = tree(published)
    with duckdb.connect(str(small)) as con:
        con.execute(statement)
    with pytest.raises(PublishFailed, match=sentence) as caught:
        publish(small, published, RUN, audits, descriptions)
    assert f"Readers still see version {os.readlink(published / 'current')}." in str(caught.value)
    assert tree(published) == before


@pytest.mark.parametrize("content", [None, b"nothing of the kind"])
def test_a_warehouse_that_cannot_be_read_is_not_published(small: Path, published: Path, content: bytes | None) -> None:
    audits, descriptions = passed(small), words(small)
    small.unlink()
    if content:
        small.write_bytes(content)
    with pytest.raises(PublishFailed, match=r"^Not published: .*No version has been published yet"):
        publish(small, published, RUN, audits, descriptions)
    assert tree(published) == {}


def test_a_flipped_bit_in_the_warehouse_is_seen_or_does_no_harm(small: Path, published: Path) -> None:
    audits, descriptions = passed(small), words(small)
    truth = manifest.read(publish(small, published, RUN, audits, descriptions).path)["tables"]
    whole = small.read_bytes()
    refused = 0
    for offset in range(12_288, len(whole), len(whole) // 23):
        small.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0x40]) + whole[offset + 1 :])
        before = os.readlink(published / "current")
        try:
            done = publish(small, published, RUN, audits, descriptions)
        except PublishFailed:
            refused += 1
            assert os.readlink(published / "current") == before
        else:
            assert manifest.read(done.path)["tables"] == truth
    assert refused > 0
    assert not list(published.glob(".*.tmp"))


def test_versions_sort_even_if_the_clock_is_turned_back_and_the_oldest_go(small: Path, published: Path) -> None:
    clocks = [datetime(2026, 7, 3), datetime(2026, 7, 3), datetime(2026, 7, 1), datetime(2026, 7, 4)]
    names = [
        publish(small, published, RUN, passed(small), words(small), keep=3, now=lambda at=at: at).version
        for at in clocks
    ]
    assert names == sorted(set(names))
    assert [name[:16] for name in names] == [
        "20260703T000000Z",
        "20260703T000001Z",
        "20260703T000002Z",
        "20260704T000000Z",
    ]
    assert versions.names(published) == names[1:]


def test_the_current_version_is_never_thrown_away(small: Path, published: Path) -> None:
    old = [publish_all(small, published).version for _ in range(4)]
    versions.flip(published, old[0])
    assert versions.prune(published, keep=2) == (old[1],)
    assert versions.current(published) == old[0]


def test_what_dead_runs_left_is_cleared_away(small: Path, published: Path) -> None:
    (published / ".20260101T000000Z-dead.tmp" / "reports").mkdir(parents=True)
    (published / ".current.tmp").symlink_to("nowhere")
    done = publish_all(small, published)
    assert sorted(path.name for path in published.iterdir()) == sorted([".lock", done.version, "current"])


def test_two_do_not_publish_at_once(small: Path, published: Path) -> None:
    publish_all(small, published)
    before = tree(published)
    with (published / ".lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(PublishFailed, match="another process is publishing"):
            publish_all(small, published)
    assert tree(published) == before
    publish_all(small, published)


def test_a_reader_keeps_the_file_that_it_has_open(small: Path, published: Path) -> None:
    old = publish_all(small, published)
    expected = manifest.read(old.path)["files"]["one.parquet"]["sha256"]
    with (published / "current" / "one.parquet").open("rb") as held:
        for _ in range(3):
            publish_all(small, published, keep=1)
        assert not old.path.exists()
        assert hashlib.sha256(held.read()).hexdigest() == expected
