"""Versions in a real PostgreSQL: as they were written, turned to at once, never half, and gone when they must go."""

from __future__ import annotations

import runpy
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import psycopg
import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.forgotten import Forgotten
from crm360.orchestration.cli import shelf
from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy import enforce
from crm360.orchestration.privacy.search import Needles
from crm360.orchestration.publish import rollback, versions
from crm360.orchestration.publish.postgres import follow
from crm360.orchestration.publish.postgres.errors import PostgresFailed
from crm360.orchestration.publish.postgres.place import Place, of
from crm360.orchestration.publish.publish import PublishFailed
from crm360.orchestration.settings.config import load
from crm360.orchestration.settings.publishing import PASSWORD, URL
from crm360.orchestration.settings.publishing import Postgres as Settings
from tests.connectors.servers import Postgres, free_port, postgres
from tests.orchestration.conducting import TOML, company

pytestmark = [pytest.mark.server, pytest.mark.night]
shared = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("publishing.py"))))
AT = datetime(2026, 3, 1, 12, 30, 15, 250000)
ODD = ["", 'it\'s "so"', "a\n\\.\nb", "\\N", "ünï ☃", "a,b\tc", "null", "x\x00y"]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def world(server: Postgres, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A database of its own, a warehouse, and a folder that versions are published into."""
    name = f"w{time.monotonic_ns()}"
    with psycopg.connect(server.url("owner", "postgres"), password="owner", autocommit=True) as con:
        con.execute(f"create database {name}")
    place = Place(Settings(server.url("owner", name), wait_minutes=0.02), server.url("owner", name), "owner")
    warehouse, published = tmp_path / "warehouse.duckdb", tmp_path / "published"

    def ask(sql: str, role: str = "owner") -> list[tuple[Any, ...]]:
        with psycopg.connect(server.url(role, name), password=role, autocommit=True) as con:
            return con.execute(sql).fetchall()  # type: ignore[arg-type]

    def do(sql: str) -> None:
        with psycopg.connect(server.url("owner", name), password="owner", autocommit=True) as con:
            con.execute(sql)  # type: ignore[arg-type]

    def publish(stamp: int, rows: int = 3, more: str = "", beside: Place | None = None) -> str:
        write(warehouse, stamp, rows, more)
        return str(shared.publish_all(warehouse, published, beside=beside or place).version)

    yield SimpleNamespace(
        place=place, warehouse=warehouse, published=published, ask=ask, do=do, publish=publish, name=name
    )


def write(warehouse: Path, stamp: int, rows: int, more: str = "") -> None:
    with duckdb.connect(str(warehouse)) as con:
        con.execute("drop schema if exists marts cascade; create schema marts")
        con.execute(
            f"create table marts.orders as select 'o' || i as order_id, 'c' || i % 2 as customer_id, {stamp} as stamp, "
            f"(i + 0.1250)::decimal(18, 4) as total, timestamp '{AT}' as ordered_at, date '2026-03-01' as ordered_date, "
            f"i % 2 = 0 as is_even, i * 12345678901::bigint as large, i / 3.0::double as third from range({rows}) as r(i)"
        )
        con.execute("create table marts.words (word varchar, stamp integer)")
        con.executemany("insert into marts.words values (?, ?)", [(word, stamp) for word in [*ODD, None]])
        con.execute(more or "select 1")


def test_a_version_is_in_postgresql_as_it_was_written(world: SimpleNamespace) -> None:
    version = world.publish(1)
    assert world.place.shown() == version == versions.current(world.published)
    assert world.ask("select * from crm360.orders where order_id = 'o2'") == [
        ("o2", "c0", 1, Decimal("2.1250"), AT.replace(tzinfo=UTC), date(2026, 3, 1), True, 24691357802, 2 / 3)
    ]
    found = {word for (word,) in world.ask("select word from crm360.words")}
    assert found == {*ODD[:-1], "xy", None}, "PostgreSQL has no character 0"
    schema = world.place.schema_of(version)
    kinds = (
        "select column_name, data_type || coalesce(numeric_precision_radix::text, '') from information_schema.columns"
    )
    assert dict(world.ask(f"{kinds} where table_schema = 'crm360' and table_name = 'orders'")) == {
        "order_id": "text", "customer_id": "text", "stamp": "integer2", "total": "numeric10",
        "ordered_at": "timestamp with time zone", "ordered_date": "date", "is_even": "boolean", "large": "bigint2",
        "third": "double precision2",
    }  # fmt: skip
    indexes = f"select indexdef from pg_indexes where schemaname = '{schema}' order by 1"
    made = [told.split(" USING ")[0].startswith("CREATE UNIQUE") + 0 for (told,) in world.ask(indexes)]
    columns = sorted(told.rsplit("(", 1)[1] for (told,) in world.ask(indexes))
    assert columns == ["customer_id)", "order_id)", "ordered_at)", "ordered_date)"] and sum(made) == 1
    about = "select obj_description('crm360.orders'::regclass), col_description('crm360.orders'::regclass, 4)"
    assert world.ask(about) == [("One row per orders; it's so.", "The total.")]
    world.do("grant crm360_reader to reader")
    assert world.ask("select count(*) from crm360.orders", "reader") == [(3,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.ask("delete from crm360.orders returning 1", "reader")


def test_the_next_version_takes_its_place_and_old_ones_go_unless_they_are_read(world: SimpleNamespace) -> None:
    first = world.publish(1)
    with psycopg.connect(world.place.url, password="owner") as reader:
        reader.execute(f"select 1 from {world.place.schema_of(first)}.orders")  # type: ignore[arg-type]
        second = world.publish(2, more="alter table marts.orders add column city text")
        third = world.publish(3, more="alter table marts.orders drop column large; drop table marts.words")
        assert world.place.shown() == third and world.place.holds(second)
        assert world.place.holds(first), "it is still read"
    assert world.ask("select distinct stamp from crm360.orders") == [(3,)]
    gone = "select count(*) from information_schema.views where table_schema = 'crm360' and table_name = 'words'"
    assert world.ask(gone) == [(0,)]
    world.publish(4)
    assert not world.place.holds(first) and not world.place.holds(second) and world.place.holds(third)


def test_readers_hold_a_version_until_their_transaction_ends_and_for_no_longer_than_is_waited(
    world: SimpleNamespace,
) -> None:
    first = world.publish(1)
    with psycopg.connect(world.place.url, password="owner") as reader:
        reader.execute("select 1 from crm360.orders")
        with pytest.raises(PublishFailed, match=r"readers held the views for 0\.02 minutes: end the .* sessions \d+"):
            world.publish(2)
        assert reader.execute("select distinct stamp from crm360.words").fetchall() == [(1,)]
    assert (
        world.place.shown() == first == versions.current(world.published) and len(versions.names(world.published)) == 1
    )
    assert len(world.ask("select 1 from pg_namespace where nspname ~ '^crm360_2'")) == 1, "what was written is dropped"
    waits = replace(world.place, settings=replace_settings(world.place.settings, wait_minutes=1.0))
    with psycopg.connect(world.place.url, password="owner") as reader:
        reader.execute("select 1 from crm360.orders")
        threading.Timer(1, reader.close).start()
        world.publish(2, beside=waits)
    assert world.ask("select distinct stamp from crm360.orders") == [(2,)]


def replace_settings(settings: Settings, **values: Any) -> Settings:
    return Settings(**{**{f: getattr(settings, f) for f in settings.__struct_fields__}, **values})


FAILS = [
    ("taken", "create schema crm360; create table crm360.mine (n int)", "schema crm360 is taken by something else"),
    (
        "no right",
        "revoke create on database {name} from public; revoke create on database {name} from poor",
        "lacks a right",
    ),
    ("no role", "", "there is no role other_reader, and this one may make none"),
    ("read-only", "alter database {name} set default_transaction_read_only = on", "it is read-only"),
]


@pytest.mark.parametrize(("case", "before", "said"), FAILS, ids=[case for case, _, _ in FAILS])
def test_what_can_not_be_written_leaves_what_stands(world: SimpleNamespace, case: str, before: str, said: str) -> None:
    world.do("do $$ begin create role poor login password 'poor'; exception when duplicate_object then null; end $$")
    if case == "no role":
        world.do(f"grant create on database {world.name} to poor")
    for statement in before.format(name=world.name).split("; "):
        if statement:
            world.do(statement)
    place = world.place
    if case in ("no right", "no role"):
        settings = replace_settings(place.settings, reader_role="other_reader")
        place = replace(place, url=place.url.replace("owner@", "poor@"), password="poor", settings=settings)
    plain = shared.publish_all
    write(world.warehouse, 1, 3)
    standing = plain(world.warehouse, world.published).version
    with pytest.raises(PublishFailed) as failed:
        world.publish(2, beside=place)
    assert said in str(failed.value) and f"Readers still see version {standing}." in str(failed.value)
    assert "poor" not in str(failed.value) and versions.names(world.published) == [standing]


@pytest.mark.night
def test_a_server_that_is_gone_or_goes_in_the_middle_leaves_what_stands(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.publish(1)
    nowhere = replace(world.place, url=f"postgresql://owner@127.0.0.1:{free_port()}/shop")
    with pytest.raises(PublishFailed, match="it can't be reached"):
        world.publish(2, beside=nowhere)
    with pytest.raises(PublishFailed, match="it refuses the login"):
        world.publish(2, beside=replace(world.place, password="wrong"))
    from crm360.orchestration.publish.postgres import table

    through = table.add_keys

    def ends(*arguments: Any) -> None:
        world.do("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'crm360'")
        through(*arguments)

    monkeypatch.setattr(table, "add_keys", ends)
    with pytest.raises(PublishFailed, match=r"it was shut down, or is starting|went away while it was written to"):
        world.publish(2)
    monkeypatch.undo()
    assert world.place.shown() == first == versions.current(world.published)
    assert world.ask("select distinct stamp from crm360.orders") == [(1,)]
    world.publish(3)
    assert len(world.ask("select 1 from pg_namespace where nspname ~ '^crm360_2'")) == 2, "the half-written one is gone"


def test_what_arrives_otherwise_than_it_was_sent_is_not_published(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm360.orchestration.publish.postgres import table

    through = table.require_same

    def damaged(version: Any, con: Any, target: Any, told: Any) -> int:
        if told.name == "orders":
            con.execute(psycopg.sql.SQL("update {} set total = total + 0.0001 where order_id = 'o1'").format(target))
        return through(version, con, target, told)

    monkeypatch.setattr(table, "require_same", damaged)
    with pytest.raises(PublishFailed, match="orders is not in PostgreSQL as it was written"):
        world.publish(1)
    assert world.place.shown() is None and versions.current(world.published) is None


def test_views_that_others_made_of_ours_stay_and_follow(world: SimpleNamespace) -> None:
    world.publish(1)
    world.do("create view public.totals as select order_id, stamp from crm360.orders")
    world.publish(2, more="alter table marts.orders add column city text")
    assert world.ask("select distinct stamp from public.totals") == [(2,)]
    with pytest.raises(PublishFailed, match="something of yours is made of a view whose columns have changed"):
        world.publish(3, more="alter table marts.orders drop column large")
    assert world.ask("select distinct stamp from public.totals") == [(2,)]


def test_postgresql_follows_a_rollback_and_a_version_that_was_written_anew(
    world: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    company(tmp_path)
    toml = tmp_path / "crm360.toml"
    toml.write_text(TOML + f'[publish.postgres]\nurl = "{world.place.url}"\nkeep_versions = 1\nwait_minutes = 0.02\n')
    monkeypatch.setenv(PASSWORD, "owner")
    config = load(toml, tmp_path)
    beside = follow.place_of(config)
    assert beside is not None and beside.password == "owner"
    first, second = world.publish(1, beside=beside), world.publish(2, beside=beside)
    assert not beside.holds(first), "only one is kept there"
    began = time.monotonic()
    assert shelf.roll_back(config, Console(), first) == 0 and time.monotonic() - began < 10
    assert beside.shown() == first == versions.current(world.published)
    assert world.ask("select distinct stamp from crm360.orders") == [(1,)]
    monkeypatch.setenv(PASSWORD, "wrong")
    with pytest.raises(PostgresFailed, match="it refuses the login"):
        shelf.roll_back(config, Console(), second)
    assert versions.current(world.published) == first, "the folder waits for PostgreSQL"
    standing = rollback.rolled_back(world.published)
    assert standing is not None and standing["from"] == second, "and is still marked as rolled back"
    monkeypatch.setenv(PASSWORD, "owner")
    (world.published / first).rename(world.published / f"{first}e1")
    versions.flip(world.published, f"{first}e1")
    follow.follow(config)
    assert beside.shown() == f"{first}e1" and not beside.holds(first)
    assert rollback.rolled_back(world.published) is None


def test_who_is_forgotten_goes_from_postgresql_and_is_not_done_with_before(
    world: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company(tmp_path)
    toml = tmp_path / "crm360.toml"
    toml.write_text(TOML + f'[publish.postgres]\nurl = "{world.place.url}"\nwait_minutes = 0.02\n')
    monkeypatch.setenv(PASSWORD, "owner")
    config = load(toml, tmp_path)
    first, second = world.publish(1), world.publish(2)
    someone = Forgotten(b"key", 1)
    someone.marks = {"customer": {someone.hash("customer", "c0")}}
    assert world.ask("select count(*) from crm360.orders where customer_id = 'c0'") == [(2,)]
    monkeypatch.setenv(PASSWORD, "wrong")
    said: list[str] = []
    with pytest.raises(PostgresFailed, match="it refuses the login"):
        enforce.enforce(config, someone, said.append, Needles())
    assert any("it refuses the login" in line for line in said)
    monkeypatch.setenv(PASSWORD, "owner")
    enforce.enforce(config, someone, said.append)  # as each run begins
    assert world.place.shown() == versions.current(world.published) == f"{second}e1"
    assert not world.place.holds(first) and not world.place.holds(second)
    assert world.ask("select count(*) from crm360.orders where customer_id = 'c0'") == [(0,)]


def swaps(world: SimpleNamespace, count: int, readers: int = 8) -> tuple[int, list[str], int]:
    """Turn the views to and fro under readers. Returns how many answers they had, their errors, and mixed answers."""
    pair = [world.publish(1), world.publish(2)]
    stop, seen, errors, mixed = threading.Event(), [0] * readers, [], [0] * readers
    joined = "select array_agg(distinct o.stamp), array_agg(distinct w.stamp) from crm360.orders o, crm360.words w"

    def read(number: int) -> None:
        with psycopg.connect(world.place.url, password="owner", autocommit=number % 2 == 0) as con:
            while not stop.is_set():
                try:
                    with con.transaction():
                        (a, b) = con.execute(joined).fetchone()  # type: ignore[misc]
                        (c,) = con.execute("select array_agg(distinct stamp) from crm360.words").fetchone()  # type: ignore[misc]
                    mixed[number] += not (a == b == c and len(a) == 1)
                    seen[number] += 1
                except psycopg.Error as error:
                    errors.append(type(error).__name__)

    waits = replace(world.place, settings=replace_settings(world.place.settings, wait_minutes=1.0))
    threads = [threading.Thread(target=read, args=(n,)) for n in range(readers)]
    for thread in threads:
        thread.start()
    try:
        for number in range(count):
            waits.show(pair[number % 2])
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert min(seen) > 0, "every reader has read"
    return sum(seen), errors, sum(mixed)


@pytest.mark.parametrize("count", [10, pytest.param(100, marks=pytest.mark.long)])
def test_readers_meet_no_error_and_no_mixture(world: SimpleNamespace, count: int) -> None:
    answers, errors, mixed = swaps(world, count)
    assert (errors, mixed) == ([], 0) and answers > count


@pytest.mark.parametrize(
    ("host", "asked", "used"),
    [
        ("localhost", "", None), ("127.0.0.1", "?sslmode=disable", None), ("", "", None),
        ("db.example.com", "", "require"), ("db.example.com", "?sslmode=verify-full", None),
        ("db.example.com", "?sslmode=prefer", "refused"), ("10.0.0.7", "?sslmode=disable", "refused"),
    ],
)  # fmt: skip
def test_nothing_is_sent_to_another_machine_in_the_clear(host: str, asked: str, used: str | None) -> None:
    place = Place(Settings(), f"postgresql://crm360@{host}/analytics{asked}", None)
    if used == "refused":
        with pytest.raises(PostgresFailed, match=r"sslmode=\w+ lets whoever is between read what is sent"):
            place.shown()
    else:
        assert place.connection_options().get("sslmode") == used


def test_the_address_and_the_password_come_from_where_they_should(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(URL, raising=False)
    monkeypatch.delenv(PASSWORD, raising=False)
    with pytest.raises(PostgresFailed, match=f"url is not set, nor the environment variable {URL}"):
        of(Settings())
    monkeypatch.setenv(URL, "postgresql://a:secret-word@h/d")
    assert of(Settings()).url.endswith("@h/d") and of(Settings()).where == "PostgreSQL h/d"
    company(tmp_path)
    for wrong, said in (
        ('url = "mysql://h/d"', "url begins with postgresql://"),
        ('url = "postgresql://a:secret@h/d"', "holds a secret: put it in the environment"),
        ('schema = "Public"', "schema is at most 31 small letters"),
        ('reader_role = "x y"', "reader_role is small letters"),
        ("keep_versions = 0", "keep_versions is at least 1"),
        ("wait_minutes = 0.0", "wait_minutes is above 0"),
    ):
        (tmp_path / "crm360.toml").write_text(TOML + f"[publish.postgres]\n{wrong}\n")
        with pytest.raises(ConfigError, match=said):
            load(tmp_path / "crm360.toml", tmp_path)
