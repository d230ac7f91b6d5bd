"""What PostgreSQL said, as one sentence: by the kind of error alone, since its own words quote rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from crm360.connectors.engine.errors import Crm360Error


class PostgresFailed(Crm360Error):
    """PostgreSQL could not be written to, or not be asked. What readers saw there before, they see."""

    exit_code = 4
    who = "whoever runs that PostgreSQL"


SAID: tuple[tuple[tuple[type[psycopg.Error], ...], str], ...] = (
    ((errors.InsufficientPrivilege,), "the role lacks a right that it needs (docs/how-to/postgres.md names them)"),
    ((errors.DiskFull,), "its disk is full"),
    ((errors.OutOfMemory, errors.ConfigurationLimitExceeded), "it lacks memory, or max_locks_per_transaction is low"),
    ((errors.TooManyConnections,), "it has no connection to spare"),
    ((errors.InvalidPassword, errors.InvalidAuthorizationSpecification), "it refuses the login"),
    ((errors.InvalidCatalogName,), "there is no such database"),
    ((errors.ReadOnlySqlTransaction,), "it is read-only: a standby, perhaps"),
    ((errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow), "it was shut down, or is starting"),
    ((errors.DependentObjectsStillExist,), "something of yours is made of a view whose columns have changed: drop it"),
    ((errors.QueryCanceled,), "it cancelled the work"),
)


OF_CONNECTING = {
    "authentication failed": "it refuses the login",
    "no password supplied": "it refuses the login",
    "is not permitted to log in": "it refuses the login",
    "does not exist": "there is no such database, or no such role",
    "too many clients": "it has no connection to spare",
    "starting up": "it was shut down, or is starting",
}


@contextmanager
def told(where: str) -> Iterator[None]:
    """Raise PostgresFailed in place of what psycopg raises."""
    try:
        yield
    except psycopg.Error as error:
        raise PostgresFailed(_sentence(error), where=where) from error


def _sentence(error: psycopg.Error) -> str:
    for kinds, sentence in SAID:
        if isinstance(error, kinds):
            return sentence
    if isinstance(error, psycopg.OperationalError):
        for words, sentence in OF_CONNECTING.items():  # errors of connecting have no code
            if words in str(error):
                return sentence
        return "it can't be reached, or went away while it was written to"
    return f"it refused a statement ({type(error).__name__}, {error.sqlstate or 'no code'})"
