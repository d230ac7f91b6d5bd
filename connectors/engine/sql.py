"""SQL databases: opening one for reading only, asking it, its values as exact JSON, its errors in our words.

A statement whose connection breaks is asked again on a new one. No message holds what a driver says, for drivers
quote values and passwords.
"""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from crm360.connectors.engine.errors import AccessDenied, AuthError, BadResponse, ConfigError, SourceError, Unreachable
from crm360.connectors.engine.rows import read_time

TRIES = 3
CONNECT, STATEMENT = 10, 600  # seconds that a connection, and one statement, may take
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
LARGEST_NUMBER = 2**53  # JSON readers take larger ones for inexact ones
# Of errors, MySQL's and SQL Server's numbers; elsewhere SQLSTATE. PostgreSQL tells none where it lets nobody in, only a
# sentence: https://www.postgresql.org/docs/current/libpq-status.html.
LOGIN_REFUSED = ("1045", "18456")  # and SQLSTATE class 28
DENIED = ("42501", "1044", "1142", "1143", "229")
CANCELLED = ("57014", "1969", "3024")  # PostgreSQL's, MariaDB's, MySQL's
NO_DATABASE = ("3D000", "1049", "4060")
NO_SUCH_HOST = ("name or service not known", "resolve host", "translate host name", "getaddrinfo")  # and MySQL's 2005
AWAY = ("", "SQLITE_BUSY", "1040", "1053", "1205", "2002", "2003", "2006", "2013")
SET_UP = "whoever set up crm360.toml"
RUNS_IT = "whoever runs the database, if the next run says so too"
# Types of MySQL's protocol that drivers give as less than they are:
# https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html
MYSQL_TIMESTAMP, MYSQL_BIT, MYSQL_JSON = 7, 16, 245
MYSQL_DAYS = (7, 10, 12, 14)
ZERO_DATE = "0000-00-00"
CLOCKS = {
    "postgresql": "select now() at time zone 'UTC'",
    "mysql": "select utc_timestamp(6)",
    "mariadb": "select utc_timestamp(6)",
    "mssql": "select sysutcdatetime()",
    "oracle": "select sys_extract_utc(systimestamp) from dual",
}
# What a connection is told first. Sources: MariaDB's and MySQL's manuals, SET TRANSACTION, time_zone,
# max_statement_time (in seconds, MariaDB), max_execution_time (in milliseconds, of selects, MySQL); Oracle's, ALTER
# SESSION. SQL Server has no session that only reads, and its times have no zone or their own.
SESSION = {
    "mysql": ("set session time_zone = '+00:00'", "set session transaction read only"),
    "mariadb": ("set session time_zone = '+00:00'", "set session transaction read only"),
    "mssql": (f"set lock_timeout {STATEMENT * 1000}",),
    "oracle": ("alter session set time_zone = 'UTC'",),
}
_SERVER = (f"set session max_statement_time = {STATEMENT}", f"set session max_execution_time = {STATEMENT * 1000}")
LIMITS = {"mysql": _SERVER, "mariadb": _SERVER}
log = logging.getLogger("crm360")
for chatty in ("sqlalchemy", "psycopg"):
    logging.getLogger(chatty).setLevel(logging.WARNING)  # below it they log parameters, rows and addresses


class Answer(NamedTuple):
    """What a statement gave: its columns' names, the rows as the driver gives them, by name, and the columns' types."""

    columns: list[str]
    rows: list[Mapping[str, Any]]
    kinds: Mapping[str, Any] = {}  # by column, where the driver's values need them; of MySQL's protocol

    def records(self) -> list[bytes]:
        """Each row as JSON."""
        return [
            msgspec.json.encode({name: exact(self._meant(name, value)) for name, value in row.items()})
            for row in self.rows
        ]

    def _meant(self, name: str, value: Any) -> Any:
        """A value of MySQL's: its TIMESTAMP is UTC (the session's), its BIT a number, its zero date no date."""
        kind = self.kinds.get(name)
        if kind is None or value is None:
            return value
        if kind == MYSQL_BIT and isinstance(value, bytes):
            return int.from_bytes(value)
        if kind == MYSQL_JSON and isinstance(value, str | bytes):
            return _as_it_stands(value)
        if kind in MYSQL_DAYS and str(value).startswith(ZERO_DATE):
            return None
        if kind == MYSQL_TIMESTAMP and isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        return value


@dataclass(frozen=True)
class Database:
    """An open database. `where` is 'source/stream', for messages."""

    engine: sa.Engine
    where: str

    @property
    def dialect(self) -> str:
        """'postgresql', 'sqlite', …"""
        return self.engine.dialect.name

    @property
    def is_mysql(self) -> bool:
        """Whether it is MySQL or MariaDB."""
        return self.dialect in ("mysql", "mariadb")

    def never(self, column: str) -> str:
        """The condition that there is no time in this column, whose name is quoted."""
        return f"({column} is null or {column} < '1000-01-01')" if self.is_mysql else f"{column} is null"

    def quote(self, name: str) -> str:
        """A table's or column's name as this database writes it, quoted where it must be."""
        return self.engine.dialect.identifier_preparer.quote(name)

    def now(self) -> datetime | None:
        """Naive UTC by the database's own clock; None where it has none of its own, or we don't know how to ask."""
        if self.dialect not in CLOCKS:
            return None
        ((told,),) = (row.values() for row in self.ask(sa.text(CLOCKS[self.dialect]), {}).rows)
        return told if isinstance(told, datetime) else read_time(str(told), "iso")

    def ask(self, statement: sa.Executable, given: Mapping[str, Any]) -> Answer:
        """All rows of one statement. Raises a SourceError."""
        for attempt in range(1, TRIES + 1):
            try:
                with self.engine.connect() as connection:
                    result = connection.execute(statement, dict(given))
                    columns = list(result.keys())
                    told = result.cursor.description if self.is_mysql and result.cursor else ()
                    kinds = {name: column[1] for name, column in zip(columns, told or (), strict=False)}
                    return Answer(columns, [dict(zip(columns, row, strict=True)) for row in result], kinds)
            except DBAPIError as error:
                if not error.connection_invalidated or attempt == TRIES:
                    raise _told(error, self.where, self.engine.url.database) from None
        raise AssertionError("unreachable")


@contextmanager
def opened(url: str, password: str | None, base: Path, where: str) -> Iterator[Database]:
    """Open a database by its SQLAlchemy URL; the path of an SQLite file is relative to `base`.

    Raises ConfigError for a URL that is none, or whose driver is not installed.
    """
    try:
        place = make_url(url)
        place = place.set(drivername=DRIVERS.get(place.drivername, place.drivername))
        if password is not None and place.username:
            place = place.set(password=password)
        engine = _engine(place, base, where)
    except (ArgumentError, ValueError):
        raise ConfigError("the url is not one of SQLAlchemy's", where=where) from None
    except (NoSuchModuleError, ModuleNotFoundError):
        raise ConfigError(f"the driver of {place.drivername} is not installed", where=where) from None
    try:
        yield Database(engine, where)
    finally:
        engine.dispose()


def _engine(place: URL, base: Path, where: str) -> sa.Engine:
    kind = place.get_backend_name()
    if kind == "sqlite":
        path = base / (place.database or "")
        if not path.is_file():
            raise Unreachable(f"there is no database file {path.name}", where=where, who=SET_UP)
        only_reading = {"mode": "ro", "uri": "true"}
        return sa.create_engine(place.set(database=f"file:{quote(str(path.absolute()))}", query=only_reading))
    if kind == "postgresql":
        limits = f"-c statement_timeout={STATEMENT * 1000} -c default_transaction_read_only=on -c timezone=UTC"
        said = {"connect_timeout": CONNECT, "options": limits}
        engine = sa.create_engine(place, connect_args=said, json_deserializer=_as_it_stands)
        sa.event.listen(engine, "connect", _keep_times)
        return engine
    engine = sa.create_engine(place)
    sa.event.listen(engine, "connect", partial(only_read, kind))
    return engine


def only_read(kind: str, connection: Any, _record: Any) -> None:
    """Have a new connection read only, in UTC, and no statement without end, in its own dialect's words."""
    if kind == "mssql":
        with contextlib.suppress(AttributeError):
            connection.timeout = STATEMENT
    if kind == "oracle":
        with contextlib.suppress(AttributeError):
            connection.call_timeout = STATEMENT * 1000
    cursor = connection.cursor()
    try:
        for statement in SESSION.get(kind, ()):
            cursor.execute(statement)
        for one_of in LIMITS.get(kind, ()):  # MariaDB and MySQL are told apart by what they know
            try:
                cursor.execute(one_of)
                break
            except Exception:  # whatever the driver's own is called; the next one is asked
                log.debug("a statement's limit is said otherwise here")
    finally:
        cursor.close()


def _as_it_stands(text: str | bytes) -> msgspec.Raw:
    return msgspec.Raw(text.encode() if isinstance(text, str) else bytes(text))


def _keep_times(connection: Any, _record: Any) -> None:
    """Have PostgreSQL's times as text: Python has no year 12000, and no infinity."""
    from psycopg.types.string import TextLoader

    class Iso(TextLoader):
        def load(self, data: Any) -> str:
            text = str(super().load(data))
            return text.replace(" ", "T", 1).replace("+00", "Z") if text[:1].isdigit() else text

    for kind in ("timestamp", "timestamptz", "date"):
        connection.adapters.register_loader(kind, Iso)


def exact(value: Any) -> Any:
    """A driver's value for JSON: decimals and large whole numbers as text, times as ISO 8601 in UTC, bytes in hex."""
    if value is None or isinstance(value, str | bool | msgspec.Raw):
        return value
    if isinstance(value, int):
        return value if abs(value) < LARGEST_NUMBER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {str(k): exact(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [exact(v) for v in value]
    return str(value)


def _told(error: DBAPIError, where: str, database: str | None) -> SourceError:
    """What went wrong, in words that hold nothing of what the driver said but its code."""
    cause = error.orig
    first = str(cause.args[0]) if cause is not None and cause.args else ""
    said = " ".join(str(a) for a in cause.args).lower() if cause is not None else ""
    code = str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or "")
    if first.isdigit():  # finer than the SQLSTATE that goes with it
        code = first
    if code.startswith("28") or code in LOGIN_REFUSED or (not code and "authentication failed" in said):
        return AuthError("the database refuses the credentials", where=where)
    if code in NO_DATABASE or (not code and f'database "{database}" does not exist'.lower() in said):
        return BadResponse(f"there is no database {database}", where=where, who=SET_UP)
    if code in DENIED or (not code and "permission denied" in said):
        return AccessDenied("the database does not permit reading this", where=where)
    if code in CANCELLED:
        return Unreachable(f"a statement took longer than {STATEMENT} s", where=where)
    is_away = isinstance(error, OperationalError)
    if code == "2005" or (is_away and any(words in said for words in NO_SUCH_HOST)):
        return Unreachable("no such host as the url names is known", where=where, who=SET_UP)
    if error.connection_invalidated or (is_away and code in AWAY):
        return Unreachable("the database can't be reached", where=where, who=RUNS_IT)
    return BadResponse(f"the database refuses the query ({code or 'no code'})", where=where, who=SET_UP)
