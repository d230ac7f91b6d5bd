"""What is published on Spark is what is published on DuckDB, cell by cell, two nights long; and so is the ledger."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import running
from crm360.connectors.sandbox.server.tokens import TOKENS
from crm360.orchestration.run import steps
from crm360.orchestration.settings.config import Config, load
from tests.nights.nights import VENDORS, Nights
from tests.nights.two_engines import built, differences, on_spark

NO_SPARK = not (find_spec("pyspark") and find_spec("dbt.adapters.spark") and shutil.which("java"))
pytestmark = pytest.mark.skipif(NO_SPARK, reason="Spark is not here: crm360[spark], and Java 17")


def pulled(folder: Path, people: int, day: int) -> Config:
    """What the simulated company shows on this day, landed in this folder."""
    folder.mkdir(exist_ok=True)
    with running(Company(people, seed=7, day=day)) as sandbox:
        config = load(Nights(sandbox, folder).configure(), folder / "data")
        with steps.begun(config, "pull") as run:
            for source in config.sources:
                run.pull(source.name, [stream.name for stream in source.streams])
    return config


@pytest.mark.long
@pytest.mark.parametrize("people", [60, 2_000])
def test_two_nights_on_spark_publish_what_duckdb_publishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: int
) -> None:
    for vendor in VENDORS:
        monkeypatch.setenv(f"CRM360_{vendor.upper()}_TOKEN", TOKENS[vendor])
    here, there = tmp_path / "duckdb", tmp_path / "spark"
    for day in (0, 1):
        built(pulled(here, people, day))
        built(on_spark(here, there))
        assert differences(here / "data", there / "data") == {}, f"day {day}"
    tables = {path.stem for path in (there / "data/published/current").glob("*.parquet")}
    assert len(tables) > 50 and (there / "data/published/current/customer_360.duckdb").exists()
