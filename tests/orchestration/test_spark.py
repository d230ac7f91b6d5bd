"""Whole nights of the small company on Spark: the same tables as DuckDB's, and a night that Spark can't do changes nothing.

Those that start Spark need crm360[spark] and Java 17, and are skipped with a line without them.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.expectations import suites
from crm360.expectations.suite import Suite, key, rows
from crm360.orchestration.catalog import assembly, build, sealed, shape
from crm360.orchestration.catalog.warehouse import register_config
from crm360.orchestration.engines import spark, spark_plan
from crm360.orchestration.engines.engine import EngineError, engine_of
from crm360.orchestration.engines.spark_plan import Table, Tables
from crm360.orchestration.publish import manifest
from crm360.orchestration.run import steps
from crm360.orchestration.settings.config import Config, load
from tests.nights.two_engines import SMALL

from .running import conducting

F = TypeVar("F", bound=Callable[..., None])
HERE = Path(__file__).parent
PROJECT = HERE.parents[1] / "dbt_project"
NO_SPARK = not (find_spec("pyspark") and find_spec("dbt.adapters.spark") and shutil.which("java"))
skipped = pytest.mark.skipif(NO_SPARK, reason="Spark is not here: crm360[spark], and Java 17")


def on_spark(test: F) -> F:
    """A test that starts Spark."""
    return pytest.mark.spark(skipped(test))


ENGINE = SMALL
# A model that keeps its rows, as identity's do: those whose number is read tonight are worked out anew.
KEEPING = {
    "int_identity_run": "select false as is_full_refresh",
    "int_contacts_changed": "select record_id as record_number from {{ source('mapped', 'contacts') }}"
    ' where record_id like \'{{ env_var("SMALL_READ", "%") }}\'',
    "int_seen": "{{ config(materialized='incremental', incremental_strategy='of_read', unique_key='record_number') }}\n"
    "select record_number, '{{ env_var(\"SMALL_NIGHT\", \"1\") }}' as night from {{ ref('int_contacts_changed') }}",
}


@pytest.fixture
def delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small project in words of both engines, in place of ours."""
    project = tmp_path / "delivered"
    shutil.copytree(HERE / "small", project)
    shutil.copy(PROJECT / "profiles.yml", project)
    for name in ("dialect", "dialect_spark", "incremental_strategies", "incremental_strategies_spark"):
        shutil.copy(PROJECT / "macros" / f"{name}.sql", project / "macros")
    for model in project.rglob("models/**/*.sql"):
        portable = model.read_text().replace("varchar", "string")
        model.write_text(
            portable.replace("json_extract_string(record, '$.total')", "{{ json_at('record', ['total']) }}")
        )
    for name, sql in KEEPING.items():
        (project / "models" / "intermediate" / f"{name}.sql").write_text(sql)
    (project / "models" / "marts" / "seen.sql").write_text("select record_number, night from {{ ref('int_seen') }}")
    described = project / "models" / "models.yml"
    told = "".join(
        f"\n      - {{name: {c}, description: It., config: {{meta: {{class: none}}}}}}"
        for c in ("record_number", "night")
    )
    described.write_text(
        described.read_text() + f"  - name: seen\n    description: One row per person.\n    columns:{told}\n"
    )
    for module in (shape, assembly):
        monkeypatch.setattr(module, "DELIVERED", project)
    known = conducting.SUITES | {"seen": Suite("seen", (rows(), *key("record_number")))}
    monkeypatch.setattr(suites, "delivered", lambda: known)
    return project


@pytest.fixture
def company(tmp_path: Path, delivered: Path) -> Callable[..., Config]:
    """A company's folder, on an engine."""

    def made(name: str, engine: str = ENGINE) -> Config:
        folder = tmp_path / name
        if not folder.exists():
            folder.mkdir()
            conducting.company(folder)
        toml = conducting.TOML.replace("[sources.shop]", f"{engine}[sources.shop]", 1)
        (folder / "crm360.toml").write_text(toml)
        return load(folder / "crm360.toml", folder / "data")

    return made


def night(config: Config) -> None:
    with steps.begun(config, "run") as run:
        run.pull("shop", ["orders"])
        run.pull("desk", ["people"])
        run.register()
        list(run.shape())
        run.audit()
        run.publish()


def published(config: Config) -> dict[str, list[tuple[Any, ...]]]:
    folder = config.published / "current"
    return {
        path.stem: sorted(duckdb.sql(f"select * from read_parquet('{path}')").fetchall())
        for path in sorted(folder.glob("*.parquet"))
    }


@on_spark
def test_two_nights_publish_what_duckdb_publishes(
    company: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = company("on_duckdb", ""), company("on_spark")
    for config in (here, there):
        night(config)
    first = published(there)
    assert first == published(here)
    assert len(first["persons"]) == 3 and first["purchases"] == [("1", "5.00"), ("2", "7.50")]
    monkeypatch.setenv("SMALL_READ", "4")
    monkeypatch.setenv("SMALL_NIGHT", "2")
    for config in (here, there):
        with (config.path.parent / "people.csv").open("a") as people:
            people.write("4,Dan\n")
        night(config)
    assert published(there)["seen"] == [("1", "1"), ("2", "1"), ("3", "1"), ("4", "2")], "what is kept, and what is new"
    assert published(there) == published(here)


# A Python model in whose middle Spark's process dies, as where a machine runs out of memory.
DEADLY = """
from pyspark import SparkContext

def model(dbt, session):
    dbt.config(materialized="table")
    SparkContext._gateway.proc.kill()
    SparkContext._gateway.proc.wait()
    return dbt.ref("purchases")
"""


@on_spark
def test_a_night_that_spark_cant_end_changes_nothing_and_the_next_goes_on(
    company: Callable[..., Config], delivered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = company("on_spark")
    night(config)
    before, stood = manifest.current(config.published), (config.data / spark.FOLDER / spark.CATALOG).read_bytes()
    slow, purchases = (delivered / "models" / "marts" / name for name in ("slow.py", "purchases.sql"))
    whole = {path: path.read_text() for path in (slow, purchases)}

    slow.write_text(DEADLY)
    with pytest.raises(EngineError, match=r"^engine: Spark's session was lost before the build ended"):
        night(config)
    assert (config.data / spark.FOLDER / spark.CATALOG).read_bytes() == stood
    with pytest.raises(build.NotBuilt, match="was lost with its engine"):
        build.require_whole(config.warehouse, shape.read_manifest(config))
    slow.write_text(whole[slow])

    with monkeypatch.context() as hidden:
        away = spark_plan.Batches("desk", "people", "/not/here/*.parquet")
        hidden.setattr(spark_plan, "batches_of", lambda *_: iter([away]))
        with pytest.raises(EngineError, match=r"it can't see file:/not/here/\*.parquet: the data folder must be"):
            night(config)

    purchases.write_text("select cast('x' as int) as order_id, '' as total")
    with pytest.raises(shape.ShapeError, match="the model purchases does not run"):
        night(config)
    assert manifest.current(config.published) == before
    purchases.write_text(whole[purchases])

    night(config)
    assert manifest.current(config.published) != before
    assert len(published(config)["persons"]) == 3


@pytest.mark.parametrize(
    ("java", "told"),
    [
        (None, "Spark needs Java 17 or later, and there is no java: set JAVA_HOME or PATH"),
        ('openjdk version "11.0.2" 2019', "Spark needs Java 17 or later, and JAVA_HOME or PATH leads to Java 11"),
        ('java version "1.8.0_361"', "Spark needs Java 17 or later, and JAVA_HOME or PATH leads to Java 8"),
    ],
)
def test_without_its_java_a_night_ends_in_a_sentence(
    company: Callable[..., Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, java: str | None, told: str
) -> None:
    home = tmp_path / "java"
    (home / "bin").mkdir(parents=True)
    if java:
        (home / "bin" / "java").write_text(f"#!/bin/sh\necho '{java}' >&2\n")
        (home / "bin" / "java").chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.setattr(spark, "version", lambda package: {"pyspark": "4.3.0", "dbt-spark": "1.11.0"}[package])
    config = company("on_spark")
    with pytest.raises(EngineError) as refused:
        night(config)
    assert refused.value.what == told
    assert not config.published.exists() or manifest.current(config.published) is None


@pytest.mark.parametrize(
    ("installed", "told"),
    [
        ({}, 'pyspark is not installed: install crm360[spark]: pip install "crm360[spark]"'),
        ({"pyspark": "4.3.0"}, "dbt-spark is not installed"),
        ({"pyspark": "3.5.1", "dbt-spark": "1.11.0"}, "Spark 4.3 is needed, and pyspark 3.5.1 is installed"),
        ({"pyspark": "5.0.0", "dbt-spark": "1.11.0"}, "Spark 4.3 is needed, and pyspark 5.0.0 is installed"),
    ],
)
def test_without_the_extra_it_is_a_sentence(
    company: Callable[..., Config], monkeypatch: pytest.MonkeyPatch, installed: dict[str, str], told: str
) -> None:
    def version(package: str) -> str:
        if package not in installed:
            raise metadata.PackageNotFoundError(package)
        return installed[package]

    monkeypatch.setattr(spark, "version", version)
    with pytest.raises(EngineError) as refused:
        engine_of(company("on_spark")).require()
    assert told in refused.value.what


@pytest.mark.parametrize(
    "line", ['target = "flink"', 'master = "spark://far:7077"', 'driver_memory = "much"', "cores = 2", "settings = [1]"]
)
def test_what_is_no_engine_is_refused(company: Callable[..., Config], line: str) -> None:
    with pytest.raises(ConfigError) as refused:
        company("wrong", f"[engine]\n{line}\n")
    assert "engine" in str(refused.value)


def test_the_warehouse_shows_what_stands_and_the_rest_is_removed(company: Callable[..., Config]) -> None:
    config = company("on_spark")
    config.data.mkdir()
    folder = config.data / spark.FOLDER
    kept, gone, empty = (folder / "000001" / "marts.db" / name for name in ("kept", "gone", "empty"))
    for path in (kept, gone, empty):
        path.mkdir(parents=True)
    for path in (kept, gone):
        pq.write_table(pa.table({"a": [1, 2]}), path / "part-0.parquet")
    tables = (
        Table("marts", "kept", str(kept), {"a": "bigint"}),
        Table(
            "marts",
            "empty",
            str(empty),
            {"a": "bigint", "at": "timestamp_ntz", "of": "array<string>", "m": "decimal(18,4)"},
        ),
    )
    sealed.write(folder / spark.CATALOG, Tables(tables))
    engine_of(config).show()
    with duckdb.connect(str(config.warehouse), read_only=True) as con:
        assert con.execute("select a from marts.kept order by a").fetchall() == [(1,), (2,)]
        assert con.execute("select * from marts.empty").fetchall() == []
        types = con.execute("select data_type from duckdb_columns() where table_name = 'empty' order by column_index")
        assert [t for (t,) in types.fetchall()] == ["BIGINT", "TIMESTAMP", "VARCHAR[]", "DECIMAL(18,4)"]
    assert kept.exists() and not gone.exists()


def test_spark_is_told_all_that_the_warehouse_shows_of_landing_and_ledger(company: Callable[..., Config]) -> None:
    config = company("on_spark")
    config.data.mkdir()
    register_config(config, config.warehouse)
    plan = spark_plan.make_plan(config, config.data / spark.FOLDER, Tables(()))
    with duckdb.connect(str(config.warehouse), read_only=True) as con:
        shown = con.execute("select schema_name, view_name from duckdb_views() where not internal").fetchall()
    assert {(view.schema, view.name) for view in plan.views} == set(shown)
    assert {"equal_lines", "versions", "customer_ids"} <= {name for _, name in shown}


def test_an_engine_that_is_changed_builds_all_anew(company: Callable[..., Config]) -> None:
    config = company("changing")
    config.data.mkdir()
    duckdb.connect(str(config.warehouse)).close()
    engine_of(config).make_room()
    assert not config.warehouse.exists(), "DuckDB's tables would stand where views are to be"
    sealed.write(config.data / spark.FOLDER / spark.CATALOG, Tables(()))
    duckdb.connect(str(config.warehouse)).close()
    engine_of(config).make_room()
    assert config.warehouse.exists(), "Spark goes on with its own"
    engine_of(company("changing", "")).make_room()
    assert not config.warehouse.exists() and not (config.data / spark.FOLDER).exists()


def test_java_tells_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(
        subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, "", 'openjdk version "21.0.1" 2023')
    )
    assert spark.java_version() == 21
