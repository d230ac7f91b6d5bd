"""Spark: each build writes a new folder of Parquet tables, and the warehouse file shows what stands as views.

    data/spark/<step>/<schema>.db/<table>/part-*.parquet     what one process of dbt has built
    data/spark/catalog.json                                  which folder each table stands in, and its columns
    data/spark/plan.json                                     what the next process of dbt finds

The catalog is replaced when dbt has ended, in one step. So a build that a kill or a lost cluster ended changes nothing,
and no metastore and no table format is needed. What no catalog names is removed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from crm360 import duck
from crm360.orchestration.catalog import sealed
from crm360.orchestration.engines.engine import EngineError, discard
from crm360.orchestration.engines.spark_plan import PLAN, PLAN_FILE, Plan, Table, Tables, make_plan
from crm360.orchestration.settings.config import Config
from crm360.quoting import identifier, literals

FOLDER = "spark"
CATALOG = "catalog.json"
# To these the steps after dbt add rows of their own (orchestration/figures).
WRITTEN_INTO = ("run_history", "anomalies")
LEAST_JAVA = 17
LEAST, BEYOND = (4, 3), (5, 0)  # versions of pyspark
EXTRA = 'install crm360[spark]: pip install "crm360[spark]"'


class Spark:
    """Spark by `[engine]`: in this process's machine, or on a cluster that sees the data folder."""

    target: str | None = "spark"
    begins_early = False
    keeps_tables = False

    def __init__(self, config: Config) -> None:
        self._config = config
        self._folder = config.data / FOLDER

    def require(self) -> None:
        """Raise EngineError without the extra, or without a Java that Spark runs on."""
        for package in ("pyspark", "dbt-spark"):
            try:
                found = version(package)
            except PackageNotFoundError as error:
                raise EngineError(f"[engine] target is spark, and {package} is not installed: {EXTRA}") from error
            if package == "pyspark" and not LEAST <= tuple(int(n) for n in found.split(".")[:2]) < BEYOND:
                raise EngineError(f"Spark 4.3 is needed, and pyspark {found} is installed: {EXTRA}", where="engine")
        java = java_version()
        if java is None:
            raise EngineError(f"Spark needs Java {LEAST_JAVA} or later, and there is no java: set JAVA_HOME or PATH")
        if java < LEAST_JAVA:
            raise EngineError(f"Spark needs Java {LEAST_JAVA} or later, and JAVA_HOME or PATH leads to Java {java}")

    def make_room(self) -> None:
        """Tables of DuckDB would stand where views are to be."""
        if not has_tables(self._config.data):
            discard(self._config.data, self._config.warehouse)

    def command(self) -> list[str]:
        """dbt in a process of ours that opens the session first."""
        make_plan(self._config, self._folder, read_catalog(self._folder))
        return [sys.executable, "-P", "-m", "crm360.orchestration.engines.spark_build"]

    def environment(self) -> dict[str, str]:
        """Where the plan is. dbt keeps what it has read of the project apart, for it differs by engine."""
        return {PLAN: str(self._folder / PLAN_FILE), "DBT_TARGET_PATH": str(self._config.data / "dbt" / FOLDER)}

    def show(self) -> bool:
        """Make a view of each table that stands, and remove the files of those that do not."""
        catalog = read_catalog(self._folder)
        with duck.connect(self._config.warehouse) as con:
            for table in catalog.tables:
                name = f"{identifier(table.schema)}.{identifier(table.name)}"
                con.execute(f"create schema if not exists {identifier(table.schema)}")
                if table.name in WRITTEN_INTO:
                    con.execute(f"create or replace table {name} as {_select(table)}")
                else:
                    con.execute(f"create or replace view {name} as {_select(table)}")
        _remove_unnamed(self._folder, catalog)
        plan = sealed.read(self._folder / PLAN_FILE, Plan)
        return plan is not None and plan.step == catalog.step


def has_tables(data: Path) -> bool:
    """Whether Spark has built the tables that stand in this data folder."""
    return (data / FOLDER / CATALOG).exists()


def remove_tables(data: Path) -> None:
    """Take away all that Spark has built."""
    shutil.rmtree(data / FOLDER, ignore_errors=True)


def read_catalog(folder: Path) -> Tables:
    """The tables that stand; none where the catalog is not there or not as it was written."""
    return sealed.read(folder / CATALOG, Tables) or Tables(())


def java_version() -> int | None:
    """The major version of the java that Spark would start; None if there is none."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    try:
        told = subprocess.run([java or "java", "-version"], capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return int(found[1]) if found else None


def _select(table: Table) -> str:
    """The table's rows out of its files; Spark leaves no file of some tables without rows."""
    files = sorted(str(path) for path in Path(table.folder).glob("*.parquet"))
    if files:
        return f"select {', '.join(identifier(c) for c in table.columns)} from read_parquet([{literals(files)}])"
    named = ", ".join(f"cast(null as {_type(kind)}) as {identifier(name)}" for name, kind in table.columns.items())
    return f"select {named} where false"


def _type(kind: str) -> str:
    """A type of Spark in DuckDB's words."""
    if kind.startswith("array<"):
        return f"{_type(kind[6:-1])}[]"
    return {"string": "varchar", "timestamp_ntz": "timestamp", "binary": "blob"}.get(kind, kind)


def _remove_unnamed(folder: Path, catalog: Tables) -> None:
    named = {Path(table.folder) for table in catalog.tables}
    for built in folder.glob("*/*.db/*"):
        if built not in named:
            shutil.rmtree(built, ignore_errors=True)
    for step in folder.iterdir():
        if step.is_dir() and not any(step.glob("*.db/*")):
            shutil.rmtree(step, ignore_errors=True)
