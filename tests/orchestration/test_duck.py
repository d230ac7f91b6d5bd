"""How crm360 opens DuckDB: within the memory that it is given, and what does not fit lies where nobody else can read it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from crm360 import duck

WIDE = "create table wide as select range as i, md5(range::text) as k from range(1_500_000)"


def test_what_does_not_fit_lies_in_the_folder_of_the_run_and_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(duck.MEMORY_LIMIT, "40MB")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data" / "spill"
    (folder / "left").mkdir(parents=True)
    (folder / "left" / "by-a-killed-run.tmp").write_text("ann@mail.example")
    with duck.spilling_into(folder):
        assert list(folder.iterdir()) == [] and folder.stat().st_mode & 0o777 == 0o700
        with duck.connect() as con:
            con.execute(WIDE)
            assert [path for path in folder.rglob("*") if path.is_file()]
            assert con.execute("select count(distinct k) from wide").fetchall() == [(1_500_000,)]
    assert list(tmp_path.iterdir()) == [tmp_path / "data"] and not folder.exists()
    with duck.connect() as con:
        (outside,) = con.execute("select current_setting('temp_directory')").fetchall()[0]
    parent = Path(outside).parent
    assert parent.stat().st_mode & 0o077 == 0 and tmp_path not in parent.parents


def test_the_limit_holds_for_a_file_that_is_open_already_and_what_is_said_of_it_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = "select current_setting('memory_limit'), current_setting('temp_directory')"
    file, own = tmp_path / "a.duckdb", tmp_path / "own"
    monkeypatch.setenv(duck.MEMORY_LIMIT, "100MiB")
    with duck.connect(file) as con:
        con.execute("create table t as select 1 as i")
        assert con.execute(asks).fetchall() == [("100.0 MiB", f"{file}.tmp")]
    with duck.connect(file, read_only=True) as one, duck.connect(file, read_only=True) as other:
        assert other.execute("from t").fetchall() == [(1,)]
        assert one.execute(asks).fetchall() == other.execute(asks).fetchall()
        assert not one.execute(asks).fetchall()[0][1].startswith(str(tmp_path))
    with duck.connect(config={"memory_limit": "50MiB", "temp_directory": str(own)}) as con:
        assert con.execute(asks).fetchall() == [("50.0 MiB", str(own))]
    with duck.connect(file, read_only=True, config={"lock_configuration": "true"}) as con:
        assert con.execute(asks).fetchall()[0][0] == "100.0 MiB"
    monkeypatch.delenv(duck.MEMORY_LIMIT)
    with duck.connect() as con, duckdb.connect() as plain:
        assert con.execute(asks).fetchall()[0][0] == plain.execute(asks).fetchall()[0][0]


def test_nothing_else_opens_it() -> None:
    rooms = [room.resolve() for room in Path(duck.__file__).parent.iterdir() if room.is_dir()]
    files = [path for room in rooms for path in room.rglob("*.py")]
    assert len(files) > 300 and [p for p in files if "duckdb.connect(" in p.read_text()] == []
