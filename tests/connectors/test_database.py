"""Databases: a real PostgreSQL, MariaDB and SQLite. Whatever is done to a table between nights, the landing ends up equal to it."""

from __future__ import annotations

import logging
import random
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest

import crm360.connectors.engine.sync
from crm360 import moments
from crm360.connectors.engine import sql
from crm360.connectors.engine.errors import (
    AccessDenied,
    AuthError,
    BadResponse,
    ConfigError,
    SweepTooLarge,
    Unreachable,
)
from crm360.connectors.engine.landing import Landing
from crm360.connectors.systems import database
from tests.connectors.declared import SOURCE, Night
from tests.connectors.servers import MariaDb, Postgres, free_port, mariadb, postgres

LONG_AGO = datetime(2026, 1, 1)
Run = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def owner(server: Postgres) -> Iterator[Run]:
    """Runs SQL as the owner of an empty schema."""
    with psycopg.connect(
        f"host=127.0.0.1 port={server.port} user=owner password=owner dbname=shop", autocommit=True
    ) as con:
        con.execute("drop schema public cascade; create schema public; grant usage on schema public to reader")

        def run(statement: str, *values: object) -> list[Any]:
            done = con.execute(statement, values or None)  # type: ignore[arg-type]
            return done.fetchall() if done.description else []

        yield run


@pytest.fixture(scope="module")
def other_server() -> Iterator[MariaDb]:
    with mariadb() as running:
        yield running


@pytest.fixture
def other_owner(other_server: MariaDb) -> Iterator[Run]:
    """Runs SQL as the owner of an empty database of MariaDB."""
    with pymysql.connect(
        host="127.0.0.1", port=other_server.port, user="owner", password="owner", database="shop", autocommit=True
    ) as con:
        cursor = con.cursor()
        cursor.execute("set time_zone = '+00:00'")
        cursor.execute("drop database shop")
        cursor.execute("create database shop")
        cursor.execute("use shop")

        def run(statement: str, *values: object) -> list[Any]:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

        yield run


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    monkeypatch.setenv("CRM360_OWN_PASSWORD", "reader")
    monkeypatch.setattr(database, "ROWS", 7)
    return Night(tmp_path)


def toml(
    url: str, rows: str = 'table = "people"', key: str = '["id"]', more: str = "", fields: str = 'email = "email"'
) -> str:
    return f"""
        [sources.{SOURCE}]
        system = "database"
        url = "{url}"
        [sources.{SOURCE}.streams.rows]
        {rows}
        key = {key}
        {more}
        [[sources.{SOURCE}.streams.rows.entities]]
        entity = "contacts"
        fields = {{ {fields} }}
    """


CHANGED = 'changed = "updated_at"'


def test_every_value_is_landed_exactly(server: Postgres, owner: Run, night: Night) -> None:
    owner("""create table people (id bigint primary key, email text, huge numeric, money numeric(18, 4), ratio float8,
        odd float8, flag boolean, born date, at timestamptz, local timestamp, never timestamptz, far date, uid uuid, raw bytea,
        doc jsonb, tags text[], amounts numeric[], nothing text, "Two Words" text, spent interval)""")
    owner("""insert into people values (9007199254740993, 'ann@example.com', 123456789012345678901234567890, 0.1, 0.1,
        'NaN', true, '2024-02-29', '2026-07-01 04:00:00.123456+02', '2026-07-01 04:00', 'infinity', '12026-01-01',
        '8f14e45f-ceea-467f-a0d4-0b6f4a3c9a11', '\\x00ff', '{"n": 12345678901234567890.10, "t": "é"}', '{a,"b,c"}',
        '{1.10,2}', null, 'it''s', '36 hours')""")
    night.footer(toml(server.url()))
    assert night.texts() == {
        "9007199254740993": '{"id":"9007199254740993","email":"ann@example.com","huge":"123456789012345678901234567890",'
        '"money":"0.1000","ratio":0.1,"odd":"nan","flag":true,"born":"2024-02-29","at":"2026-07-01T02:00:00.123456Z",'
        '"local":"2026-07-01T04:00:00","never":"infinity","far":"12026-01-01",'
        '"uid":"8f14e45f-ceea-467f-a0d4-0b6f4a3c9a11","raw":"00ff","doc":{"n": 12345678901234567890.10, "t": "é"},'
        '"tags":["a","b,c"],"amounts":["1.10","2"],"nothing":null,"Two Words":"it\'s","spent":"1 day, 12:00:00"}'
    }


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Run]]:
    """(url, how to run SQL) of a database with an empty table `people` of a key of two columns."""
    columns = "region varchar(9) not null, id bigint not null, email text, updated_at {time}, primary key (region, id)"
    if request.param == "postgresql":
        server, owner = request.getfixturevalue("server"), request.getfixturevalue("owner")
        owner(f"create table people ({columns.format(time='timestamptz')})")
        yield server.url(), lambda s, *v: owner(s.replace("?", "%s"), *v)
        return
    if request.param == "mariadb":
        server, owner = request.getfixturevalue("other_server"), request.getfixturevalue("other_owner")
        owner(f"create table people ({columns.format(time='datetime(6)')})")
        yield server.url(), lambda s, *v: owner(s.replace("?", "%s"), *v)
        return
    with sqlite3.connect(tmp_path / "shop.db", isolation_level=None) as con:
        con.execute(f"create table people ({columns.format(time='text')})")
        yield (
            "sqlite:///shop.db",
            lambda s, *v: con.execute(s, [str(x) if isinstance(x, datetime) else x for x in v]).fetchall(),
        )
    con.close()


@pytest.mark.night
@pytest.mark.parametrize("changed", [CHANGED, ""], ids=["by change", "in full"])
def test_after_every_night_the_landing_equals_the_table(
    table: tuple[str, Run], night: Night, changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, run = table
    monkeypatch.setattr(moments, "now", lambda: (clock + timedelta(hours=2)).replace(tzinfo=UTC))
    monkeypatch.setattr(sql.Database, "now", lambda _self: clock + timedelta(hours=2))
    dice, there, clock = random.Random(11), {}, LONG_AGO

    def write(key: tuple[str, int], at: datetime | None) -> None:
        there[key] = f"{dice.random()}@example.com"
        run("delete from people where region = ? and id = ?", *key)
        run("insert into people values (?, ?, ?, ?)", *key, there[key], at)

    for n in range(60):  # twenty share one moment, five were never changed
        write((f"r{n % 3}", n), None if n < 5 else clock if n < 25 else clock + timedelta(minutes=n))
    for turn in range(6):
        footer = night.footer(toml(url, key='["region", "id"]', more=changed))
        assert {i: r["email"] for i, r in night.live().items()} == {
            f"{r}/{i}": email for (r, i), email in there.items()
        }
        assert footer.reading == ("changes" if changed and turn else "full")
        again = night.footer(toml(url, key='["region", "id"]', more=changed))
        assert again.landed + again.derived == 0, "nothing has changed"
        clock += timedelta(days=1)
        for key in dice.sample(sorted(there), 9):  # all at one moment, more than a page; some now without a change time
            write(key, None if dice.random() < 0.2 else clock)
        for key in dice.sample(sorted(there), 3):
            del there[key]
            run("delete from people where region = ? and id = ?", *key)
        write((f"r{turn}", 1000 + turn), clock + timedelta(seconds=1))


def test_a_row_that_was_committed_late_is_found_within_the_lookback(table: tuple[str, Run], night: Night) -> None:
    url, run = table
    run("insert into people values ('r', 1, 'a', ?)", LONG_AGO)
    night.footer(toml(url, more=CHANGED, key='["id"]'))
    run("insert into people values ('r', 2, 'b', ?)", LONG_AGO - timedelta(seconds=59))
    run("insert into people values ('r', 3, 'c', ?)", LONG_AGO - timedelta(seconds=61))
    night.footer(toml(url, more=CHANGED + "\nlookback = 60", key='["id"]'))
    assert set(night.live()) == {"1", "2"}


def test_a_far_future_change_does_not_blind_the_next_night(table: tuple[str, Run], night: Night) -> None:
    url, run = table
    run("insert into people values ('r', 1, 'a', ?)", datetime(2999, 1, 1))
    night.footer(toml(url, more=CHANGED, key='["id"]'))
    run("insert into people values ('r', 2, 'b', ?)", datetime.now() + timedelta(minutes=1))
    night.footer(toml(url, more=CHANGED, key='["id"]'))
    assert set(night.live()) == {"1", "2"}


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_clock_that_differs_from_ours_loses_nothing(
    server: Postgres, owner: Run, night: Night, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    monkeypatch.setattr(moments, "now", lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    owner("create table people (id int primary key, email text, updated_at timestamptz)")
    owner(
        "insert into people values (1, 'never changed', null), (2, 'in the future', '2999-01-01'), (3, 'now', now()), (5, 'now', now())"
    )
    night.footer(toml(server.url(), more=CHANGED + "\nlookback = 60"))
    owner("insert into people values (4, 'new', now())")
    owner("update people set email = 'changed', updated_at = now() where id = 1")
    owner("update people set email = 'undated', updated_at = null where id = 5")
    night.footer(toml(server.url(), more=CHANGED + "\nlookback = 60"))
    assert {i: r["email"] for i, r in night.live().items()} == {
        "1": "changed", "2": "in the future", "3": "now", "4": "new", "5": "undated",
    }  # fmt: skip


def test_an_epoch_is_a_change_time_too(owner: Run, server: Postgres, night: Night) -> None:
    owner("create table people (id int, email text, updated_at bigint)")
    owner("insert into people values (1, 'a', 1767225600), (2, 'b', 1767225601)")
    more = CHANGED + '\nchanged_as = "epoch"'
    assert night.footer(toml(server.url(), more=more)).cursor_after == datetime(2026, 1, 1, 0, 0, 1)
    owner("update people set email = 'c', updated_at = 1767225700 where id = 1")
    assert night.footer(toml(server.url(), more=more)).landed == 1
    assert night.live()["1"]["email"] == "c"


def test_a_query_is_a_stream_with_all_its_signs(table: tuple[str, Run], night: Night) -> None:
    url, run = table
    run("insert into people values ('r', 1, ?, ?)", "100%", LONG_AGO)
    rows = "query = \"select id, email, ':x %s 12:30' as said, id % 2 as odd from people where email like '1%';\""
    night.footer(toml(url, rows))
    assert night.live() == {"1": {"id": 1, "email": "100%", "said": ":x %s 12:30", "odd": 1}}


def test_rows_without_a_key_are_held_back_with_the_reason(table: tuple[str, Run], night: Night) -> None:
    url, run = table
    for n in range(20):
        run("insert into people values ('r', ?, ?, ?)", n, None if n % 4 == 0 else f"m{n}", LONG_AGO)
    footer = night.footer(toml(url, key='["email"]'))
    assert (footer.landed, footer.rejected) == (15, 5)
    assert night.rejections() == ["no key: email"] * 5


def test_a_key_that_is_none_stops_the_stream(table: tuple[str, Run], night: Night) -> None:
    url, run = table
    for n in range(3):
        run("insert into people values ('r', ?, 'same', ?)", n, LONG_AGO)
    with pytest.raises(BadResponse, match="several rows have the same key"):
        night.footer(toml(url, key='["region"]'))


@pytest.mark.parametrize(
    ("rows", "fields", "why"),
    [
        ('table = "peple"', 'email = "email"', "refuses the query"),
        ('query = "select nothing2005 as id from people"', 'email = "email"', "refuses the query"),
        ('table = "people"', 'email = "mail"', "there is no mapped column 'mail'; did you mean 'email'"),
        ('table = "people"', 'email = "Email"', "there is no mapped column 'Email'; did you mean 'email'"),
    ],
)
def test_what_is_set_up_wrongly_is_said(table: tuple[str, Run], night: Night, rows: str, fields: str, why: str) -> None:
    with pytest.raises(BadResponse, match=why) as raised:
        night.footer(toml(table[0], rows, fields=fields))
    assert "whoever set up crm360.toml" in str(raised.value)


def test_a_key_column_that_is_not_there_is_named(table: tuple[str, Run], night: Night) -> None:
    with pytest.raises(BadResponse, match="there is no key column 'uid'; did you mean 'id'"):
        night.footer(toml(table[0], key='["uid"]'))


def test_two_columns_of_one_name_stop_the_stream(server: Postgres, night: Night) -> None:
    with pytest.raises(BadResponse, match="two columns are named 'email'"):
        night.footer(toml(server.url(), 'query = "select 1 as id, 2 as email, 3 as email"'))


def test_a_table_that_shrinks_at_once_deletes_nothing(table: tuple[str, Run], night: Night) -> None:
    url, run = table
    for n in range(30):
        run("insert into people values ('r', ?, 'a', ?)", n, LONG_AGO)
    night.footer(toml(url, more=CHANGED))
    run("delete from people where id > 15")
    with pytest.raises(SweepTooLarge):
        night.footer(toml(url, more=CHANGED))
    assert len(night.live()) == 30
    night.footer(toml(url, more=CHANGED + '\ndeletes = "none"'))
    assert len(night.live()) == 30


def test_a_refused_password_is_named_and_never_told(
    server: Postgres, owner: Run, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM360_OWN_PASSWORD", "not-the-right-one-7f3a")
    with pytest.raises(AuthError, match="refuses the credentials") as raised:
        night.footer(toml(server.url()))
    assert "7f3a" not in f"{raised.value!r}{raised.value}" and raised.value.__cause__ is None


def test_the_whole_url_may_come_from_the_environment(
    server: Postgres, owner: Run, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner("create table people (id int, email text)")
    owner("insert into people values (1, 'a')")
    monkeypatch.delenv("CRM360_OWN_PASSWORD")
    text = toml("").replace('url = ""\n', "\n")
    with pytest.raises(ConfigError, match="CRM360_OWN_URL, is missing"):
        night.footer(text)
    monkeypatch.setenv("CRM360_OWN_URL", server.url().replace("reader@", "reader:reader@"))
    assert night.footer(text).landed == 1


def test_a_role_without_the_right_is_told_apart(server: Postgres, owner: Run, night: Night) -> None:
    owner("create table people (id int, email text)")
    owner("revoke pg_read_all_data from reader")
    try:
        with pytest.raises(AccessDenied):
            night.footer(toml(server.url()))
    finally:
        owner("grant pg_read_all_data to reader")


@pytest.mark.parametrize("driver", ["postgresql", "mysql+pymysql"])
def test_a_host_that_nobody_knows_is_a_matter_of_the_url(night: Night, driver: str) -> None:
    with pytest.raises(Unreachable, match=r"no such host .*whoever set up crm360\.toml"):
        night.footer(toml(f"{driver}://reader@nowhere.invalid/shop"))


def test_nobody_there(night: Night) -> None:
    with pytest.raises(Unreachable, match="can't be reached"):
        night.footer(toml(f"postgresql://reader@127.0.0.1:{free_port()}/shop"))
    with pytest.raises(Unreachable, match=r"there is no database file shop\.db"):
        night.footer(toml("sqlite:///shop.db"))
    assert not (night.folder / "shop.db").exists(), "reading must not make one"


def test_a_driver_that_is_not_there_is_named(night: Night) -> None:
    with pytest.raises(ConfigError, match=r"the driver of oracle\+oracledb is not installed"):
        night.footer(toml("oracle+oracledb://reader@127.0.0.1/shop"))


class Told:
    """A driver's connection that remembers what it is told; it knows the statements of one product only."""

    def __init__(self, refuses: str = "nothing") -> None:
        self.statements: list[str] = []
        self.refuses = refuses

    def cursor(self) -> Told:
        return self

    def execute(self, statement: str) -> None:
        if self.refuses in statement:
            raise ValueError("unknown system variable")
        self.statements.append(statement)

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("kind", "refuses", "said"),
    [
        ("mariadb", "nothing", ["time_zone = '+00:00'", "transaction read only", "max_statement_time = 600"]),
        (
            "mysql",
            "max_statement_time",
            ["time_zone = '+00:00'", "transaction read only", "max_execution_time = 600000"],
        ),
        ("mysql", "nothing", ["time_zone = '+00:00'", "transaction read only", "max_statement_time = 600"]),
        ("oracle", "nothing", ["time_zone = 'UTC'"]),
        ("mssql", "nothing", ["lock_timeout 600000"]),
    ],
)
def test_a_connection_is_told_to_read_only_in_utc_and_not_for_ever(kind: str, refuses: str, said: list[str]) -> None:
    connection = Told(refuses)
    sql.only_read(kind, connection, None)
    assert len(connection.statements) == len(said)
    assert all(words in statement for words, statement in zip(said, connection.statements, strict=True))


def test_every_dialect_whose_clock_is_asked_has_its_words_for_a_session() -> None:
    assert set(sql.SESSION) | {"postgresql"} == set(sql.CLOCKS)


def test_nothing_is_ever_written(server: Postgres, owner: Run, night: Night) -> None:
    owner("create table people (id int, email text); create sequence numbers; grant usage on numbers to reader")
    with pytest.raises(BadResponse, match="25006"):  # read-only transaction
        night.footer(toml(server.url(), "query = \"select nextval('numbers') as id, 'a' as email\""))


def test_no_value_is_logged(
    server: Postgres, owner: Run, night: Night, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    owner("create table people (id text, email text)")
    owner("insert into people select 'personal-' || n, 'personal' from generate_series(1, 20) n")
    night.footer(toml(server.url()))
    assert "personal" not in caplog.text + "".join(capfd.readouterr())


def test_connections_that_break_between_pages_change_nothing(
    server: Postgres, owner: Run, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner("create table people (id int primary key, email text)")
    owner("insert into people select n, 'm' || n from generate_series(1, 50) n")
    real, broken = sql.Database.ask, []

    def ask(self: sql.Database, *args: Any) -> sql.Answer:
        if self.engine.pool.checkedin():
            broken.append(owner("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'"))
        return real(self, *args)

    monkeypatch.setattr(sql.Database, "ask", ask)
    assert night.footer(toml(server.url())).landed == 50
    assert len(broken) >= 7


def test_a_long_first_sync_that_is_killed_goes_on_where_it_stood(
    table: tuple[str, Run], night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, run = table
    for n in range(60):
        run("insert into people values ('r', ?, ?, ?)", n, f"m{n}", LONG_AGO)
    monkeypatch.setattr(crm360.connectors.engine.sync, "ROWS_IN_A_BATCH", 20)
    real, asked = sql.Database.ask, []

    def ask(self: sql.Database, *args: Any) -> sql.Answer:
        asked.append(args)
        if len(asked) == 6:
            raise Unreachable("the power went")
        return real(self, *args)

    monkeypatch.setattr(sql.Database, "ask", ask)
    with pytest.raises(Unreachable):
        night.footer(toml(url, more=CHANGED))
    parts = Landing(night.folder / "data" / "landing").footers(SOURCE, "rows")
    assert [f.landed for _, f in parts] == [21] and not parts[0][1].complete
    assert night.footer(toml(url, more=CHANGED)).complete
    parts = Landing(night.folder / "data" / "landing").footers(SOURCE, "rows")
    assert [f.landed for _, f in parts] == [21, 21, 18], "it must not begin anew"
    assert len(night.live()) == 60


BERLIN = 'time_zone = "Europe/Berlin"'


@pytest.mark.parametrize(
    ("dialect", "with_zone", "without"),
    [("postgresql", "timestamptz", "timestamp"), ("mariadb", "timestamp(6)", "datetime(6)")],
)
def test_a_change_counts_by_its_own_clock_whatever_the_other_times_count_by(
    request: pytest.FixtureRequest, night: Night, dialect: str, with_zone: str, without: str
) -> None:
    """`time_zone` is whose clock times without a zone show; a column that has one keeps it."""
    is_postgres = dialect == "postgresql"
    server = request.getfixturevalue("server" if is_postgres else "other_server")
    run = request.getfixturevalue("owner" if is_postgres else "other_owner")
    run(f"create table people (id int primary key, email text, updated_at {with_zone} null, seen_at {without} null)")
    run("insert into people values (1, 'a', '2026-07-01 10:00:00', '2026-07-01 12:00:00')")
    night.footer(toml(server.url(), more=f"{CHANGED}\n{BERLIN}\nlookback = 60"))
    assert night.live()["1"]["updated_at"] == "2026-07-01T10:00:00Z"
    assert night.live()["1"]["seen_at"] == "2026-07-01T12:00:00"
    run("update people set email = 'b', updated_at = '2026-07-01 10:30:00' where id = 1")
    night.footer(toml(server.url(), more=f"{CHANGED}\n{BERLIN}\nlookback = 60"))
    assert night.live()["1"]["email"] == "b"


def test_every_value_of_mariadb_is_landed_exactly(other_server: MariaDb, other_owner: Run, night: Night) -> None:
    other_owner("""create table people (id bigint unsigned primary key, email text, money decimal(18, 4), ratio double,
        flag bit(1), small tinyint(1), bits bit(9), born date, never date, at timestamp(6) null, local datetime,
        nowhere datetime, spent time, founded year, raw varbinary(9), doc json, kind enum('a', 'b'), uid uuid,
        nothing text, `Two Words` text)""")
    other_owner("""insert into people values (18446744073709551615, 'ann@example.com', 0.1, 0.1, b'1', 1, b'100000001',
        '2024-02-29', '0000-00-00', '2026-07-01 02:00:00.123456', '2026-07-01 04:00', '0000-00-00 00:00:00', '36:00:00',
        2026, x'00ff', '{"n": 12345678901234567890.10}', 'b', '8f14e45f-ceea-467f-a0d4-0b6f4a3c9a11', null, 'it''s')""")
    night.footer(toml(other_server.url()))
    assert night.texts() == {
        "18446744073709551615": '{"id":"18446744073709551615","email":"ann@example.com","money":"0.1000","ratio":0.1,'
        '"flag":1,"small":1,"bits":257,"born":"2024-02-29","never":null,"at":"2026-07-01T02:00:00.123456Z",'
        '"local":"2026-07-01T04:00:00","nowhere":null,"spent":"1 day, 12:00:00","founded":2026,"raw":"00ff",'
        '"doc":"{\\"n\\": 12345678901234567890.10}","kind":"b","uid":"8f14e45f-ceea-467f-a0d4-0b6f4a3c9a11",'
        '"nothing":null,"Two Words":"it\'s"}'
    }


def test_a_change_that_never_was_is_read_every_night(other_server: MariaDb, other_owner: Run, night: Night) -> None:
    """MySQL's zero date is what its users write for "never"."""
    other_owner("create table people (id int primary key, email text, updated_at datetime not null)")
    other_owner("insert into people values (1, 'a', '0000-00-00 00:00:00'), (2, 'b', '2026-01-01 00:00:00')")
    footer = night.footer(toml(other_server.url(), more=CHANGED))
    assert (footer.landed, footer.rejected) == (2, 0)
    other_owner("update people set email = 'c' where id = 1")
    night.footer(toml(other_server.url(), more=CHANGED))
    assert night.live()["1"]["email"] == "c"


def test_mariadbs_refusals_say_who_must_act(
    other_server: MariaDb, other_owner: Run, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_owner("create table people (id int primary key, email text)")
    other_owner("create sequence numbers")
    url = other_server.url()
    with pytest.raises(BadResponse, match="1792"):  # read-only transaction
        night.footer(toml(url, "query = \"select nextval(numbers) as id, 'a' as email\""))
    with pytest.raises(AccessDenied, match="does not permit"):
        night.footer(toml(other_server.url(database="mysql")))
    with pytest.raises(BadResponse, match=r"refuses the query \(1146\)"):
        night.footer(toml(url, 'table = "peple"'))
    with pytest.raises(Unreachable, match="can't be reached"):
        night.footer(toml(f"mysql+pymysql://reader@127.0.0.1:{free_port()}/shop"))
    monkeypatch.setitem(sql.LIMITS, "mysql", ("set session max_statement_time = 0.05",))
    slow = "select a.seq as id, 'a' as email from seq_1_to_100000 a, seq_1_to_100000 b where a.seq + b.seq = 0"
    with pytest.raises(Unreachable, match="took longer"):
        night.footer(toml(url, f'query = "{slow}"'))
    monkeypatch.setenv("CRM360_OWN_PASSWORD", "not-the-right-one-7f3a")
    with pytest.raises(AuthError, match="refuses the credentials") as raised:
        night.footer(toml(url))
    assert "7f3a" not in f"{raised.value!r}{raised.value}"


@pytest.mark.parametrize("dialect", ["postgresql", "mariadb"])
def test_a_database_that_is_not_there_is_named(request: pytest.FixtureRequest, night: Night, dialect: str) -> None:
    server = request.getfixturevalue("server" if dialect == "postgresql" else "other_server")
    user = "reader" if dialect == "postgresql" else "owner"
    if dialect == "mariadb":
        request.getfixturevalue("monkeypatch").setenv("CRM360_OWN_PASSWORD", "owner")
    with pytest.raises(BadResponse, match="there is no database shoop") as raised:
        night.footer(toml(server.url(user, "shoop")))
    assert "whoever set up crm360.toml" in str(raised.value)
