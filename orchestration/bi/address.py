"""The database as Superset is to reach it: its address without a password, how to connect, and the schema to read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.publish import candidate
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.publishing import Postgres
from crm360.orchestration.settings.secrecy import SECRET_NAMES

PASSWORD_MASK = "X" * 10  # superset/constants.py: whoever imports an address with it is asked for the password
READ_ONLY = {"access_mode": "READ_ONLY"}
POSTGRES = ("postgresql", "postgres", "postgresql+psycopg2", "postgresql+psycopg")


@dataclass(frozen=True)
class Address:
    """`uri` is as Superset takes it. `place` is what of it names the database: other options are the same database."""

    dialect: Literal["duckdb", "postgresql"]
    uri: str
    place: str
    schema: str
    is_without_password: bool = False

    @property
    def engine_parameters(self) -> dict[str, Any]:
        """What Superset hands to SQLAlchemy. PostgreSQL's days and months are UTC's, whatever its server's zone is."""
        return {} if self.dialect == "duckdb" else {"connect_args": {"options": "-c timezone=UTC"}}


def of(config: Config, told: str | None) -> Address:
    """The address that was told, or that of the published file. Raises ConfigError, which quotes none of it."""
    if told is None:
        current = (config.published / "current").absolute()  # not resolved: the next version is another folder
        return file_of(URL.create("duckdb", database=str(current / candidate.DATABASE)))
    try:
        url = make_url(told)
    except (ArgumentError, ValueError):
        what = "it is no address, such as duckdb:////folder/file or postgresql://user@host:5432/db"
        raise ConfigError(what, where="--url") from None
    secrets = [name for name in url.query if SECRET_NAMES.search(name)]
    if secrets:
        raise ConfigError(f"{secrets[0]} is a secret: leave it out, and give it to Superset", where="--url")
    if url.drivername == "duckdb":
        return file_of(url)
    if url.drivername in POSTGRES:
        settings = config.toml.publish.postgres
        return server_of(url, settings.schema if isinstance(settings, Postgres) else Postgres().schema)
    raise ConfigError("it begins with duckdb:// or postgresql://, the two places of what is published", where="--url")


def file_of(url: URL) -> Address:
    """The address of a DuckDB file, read-only."""
    path = url.database or ""
    if not Path(path).is_absolute():
        what = "it names no file from the root, as Superset's machine has it: duckdb:////folder/file"
        raise ConfigError(what, where="--url")
    if "?" in path:
        raise ConfigError("its path has a question mark, which no address can have", where="--url")
    plain = URL.create("duckdb", database=path)
    return Address("duckdb", plain.update_query_dict(READ_ONLY).render_as_string(), str(plain), "main")


def server_of(url: URL, schema: str) -> Address:
    """The address of a PostgreSQL, without its password."""
    if not url.database:
        raise ConfigError("it names no database, as in postgresql://user@host:5432/database", where="--url")
    # The driver that Superset delivers; the other one needs a newer SQLAlchemy than Superset has.
    plain = url.set(drivername="postgresql+psycopg2", password=PASSWORD_MASK if url.password else None)
    place = URL.create("postgresql", host=url.host, port=url.port or 5432, database=url.database)
    return Address(
        "postgresql", plain.render_as_string(hide_password=False), f"{place}#{schema}", schema, bool(url.password)
    )
