"""A small company in good health, and one warehouse a test to do damage to."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.company import NIGHTS, REJECTED

from crm360.expectations import suites
from crm360.expectations.audit import audit_table
from crm360.expectations.engine import open_warehouse
from crm360.expectations.results import AuditFacts, SuiteResult
from crm360.expectations.suite import Suite

Damage = Callable[..., Path]
HEALTHY = AuditFacts(as_of=NIGHTS[-1], rejected=REJECTED)


def with_words(suite: Suite, words: str) -> Suite:
    """The suite with its row count and those of its checks that say these words."""
    chosen = tuple(e for e in suite.expectations[1:] if words in (e.description or ""))
    return replace(suite, expectations=(suite.expectations[0], *chosen))


class Patient:
    """A warehouse to do damage to, within one Great Expectations context; each damage is rolled back."""

    def __init__(self, source: Any) -> None:
        self.source = source
        self.suites = suites.load()

    def judged(self, statement: str, table: str, words: str) -> SuiteResult:
        """What the checks of `table` that say these words find after the statement."""
        connection = self.source.get_execution_engine().engine.raw_connection().driver_connection
        connection.execute("begin")
        try:
            connection.execute(statement)
            return audit_table(self.source, table, with_words(self.suites[table], words), HEALTHY)
        finally:
            connection.execute("rollback")
            self.source.delete_asset(table)


@pytest.fixture(scope="session")
def healthy(shaped: Path) -> Path:
    """Return a warehouse that passes every check. Not to be written to."""
    return shaped


@pytest.fixture(scope="session")
def patient(healthy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    path = tmp_path_factory.mktemp("patient") / "warehouse.duckdb"
    shutil.copyfile(healthy, path)
    with open_warehouse(path, HEALTHY, read_only=False) as source:
        yield Patient(source)


@pytest.fixture
def damaged(healthy: Path, tmp_path: Path) -> Damage:
    """Return a function that copies the healthy warehouse and runs statements against the copy."""

    def damage(*statements: str) -> Path:
        path = tmp_path / "warehouse.duckdb"
        shutil.copyfile(healthy, path)
        with duckdb.connect(str(path)) as con:
            for statement in statements:
                con.execute(statement)
        return path

    return damage
