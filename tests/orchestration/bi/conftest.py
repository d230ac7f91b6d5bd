"""The healthy company as it is published, and the bundles of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from crm360.orchestration.bi import bundle, published
from crm360.orchestration.bi.address import Address
from crm360.orchestration.bi.datasets import Reader
from crm360.orchestration.report.figures import connected
from crm360.orchestration.report.language import Language
from crm360.orchestration.report.look import Look
from tests.orchestration.report.healthy import publish

Make = Callable[..., bundle.Bundle]
ADDRESSES = {
    "duckdb": Address("duckdb", "duckdb:////d/customer_360.duckdb?access_mode=READ_ONLY", "duckdb:////d/c", "main"),
    "postgresql": Address(
        "postgresql", "postgresql+psycopg2://bi@db/shop", "postgresql://db:5432/shop#crm360", "crm360"
    ),
}
LOOK = Look(time_zone="Europe/Berlin")


@pytest.fixture(scope="session")
def company(shaped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(shaped, tmp_path_factory.mktemp("bi") / "customer_360.duckdb")


@pytest.fixture(scope="session")
def con(company: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connected(company) as con:
        con.execute("set timezone = 'UTC'")
        yield con


@pytest.fixture(scope="session")
def make(con: duckdb.DuckDBPyConnection) -> Make:
    """The bundle for a dialect, of what a connection has."""

    def made(dialect: str = "duckdb", over: duckdb.DuckDBPyConnection = con, look: Look = LOOK) -> bundle.Bundle:
        reader = Reader(ADDRESSES[dialect], look, Language(look.language), "EUR")
        return bundle.made(published.of(over), reader, look.company)

    return made


def unpacked(zipped: bytes) -> dict[str, dict[str, Any]]:
    """Path below the bundle's root → content, as Superset reads it."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as file:
        return {name.split("/", 1)[1]: yaml.load(file.read(name), yaml.CSafeLoader) for name in file.namelist()}


def charts(files: dict[str, dict[str, Any]]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Chart → its file and its dataset's."""
    datasets = {told["uuid"]: told for path, told in files.items() if path.startswith("datasets/")}
    found = {path[7:-5]: told for path, told in files.items() if path.startswith("charts/")}
    return {name: (told, datasets[told["dataset_uuid"]]) for name, told in found.items()}
