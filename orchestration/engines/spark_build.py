"""`python -m crm360.orchestration.engines.spark_build …`: dbt, with these words, on Spark as the plan says.

Opens the session, shows it landing, ledger and the tables that stand, runs dbt in this process, and then says which
tables stand. Ends with dbt's exit code; 3 where Spark itself failed, and then what stood before stands.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from dbt.adapters.base import PythonJobHelper
from dbt.adapters.spark.connections import SparkCredentials
from dbt.adapters.spark.impl import SparkAdapter
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from crm360 import duck
from crm360.orchestration.catalog import sealed
from crm360.orchestration.engines import dbt_process
from crm360.orchestration.engines.engine import FAILURE
from crm360.orchestration.engines.spark_plan import LANDED, Plan, Table, Tables, View, read_plan
from crm360.orchestration.engines.spark_session import SETTINGS, opened

FAILED = 3
# The session's own schema, where the steps of a model are tables (macros/incremental_strategies_spark.sql).
STEPS = "default"
# What Spark raises, and what its Python side does once its JVM is gone.
LOST = (PySparkException, Py4JError, OSError)


def main(words: list[str]) -> int:
    """Run dbt. Returns its exit code."""
    plan = read_plan()
    try:
        session = _ready(plan)
    except LOST as error:
        return _failed(f"Spark can't begin: {_first_line(error)}")
    _run_python_models_here()
    _keep_ansi()
    code = dbt_process.run(words)
    if code == dbt_process.FAILED:
        return code
    try:
        standing = Tables(tuple(_standing(session, plan)), plan.step)
        dbt_process.say("EngineShuffled", f"Spark shuffled {_shuffled(session) / 1e6:,.1f} MB")
    except LOST:
        return _failed("Spark's session was lost before the build ended: what stood before stands; run it again")
    sealed.write(Path(plan.catalog), standing, durable=True)
    session.stop()
    return code


def _ready(plan: Plan) -> SparkSession:
    """The session, with landing, ledger and the tables that stand."""
    session = opened(plan.master, plan.driver_memory, plan.step, plan.settings)
    for table in plan.standing:
        _attach(session, table)
    for view in plan.views:
        _show(session, view)
    return session


def _failed(why: str) -> int:
    dbt_process.say(FAILURE, why)
    return FAILED


def _shuffled(session: SparkSession) -> int:
    """Bytes that went from task to task, over all executors."""
    told: Any = session.sparkContext._jsc
    executors = told.sc().statusStore().executorList(False)
    return sum(int(executors.apply(i).totalShuffleWrite()) for i in range(executors.length()))


def _first_line(error: Exception) -> str:
    """What went wrong, of which a stack of Java's calls may follow. At the beginning no row has been read."""
    if isinstance(error, PySparkException) and error.getCondition() == "PATH_NOT_FOUND":
        path = (error.getMessageParameters() or {}).get("path", "a folder of the data")
        return f"it can't see {path}: the data folder must be where each of its processes sees it under the same path"
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def _attach(session: SparkSession, table: Table) -> None:
    columns = ", ".join(f"`{name}` {kind}" for name, kind in table.columns.items())
    session.sql(f"create database if not exists `{table.schema}`")
    session.sql(f"create table `{table.schema}`.`{table.name}` ({columns}) using parquet location '{table.folder}'")


def _show(session: SparkSession, view: View) -> None:
    if view.file:
        select = f"select * from parquet.`{view.file}`"
    else:
        names = ", ".join(LANDED)
        parts = [
            f"select {_text(b.stream, 'stream') if view.with_stream else ''}{_text(b.source, 'source')}{names}"
            f" from parquet.`{b.paths}`"
            for b in view.batches
        ]
        select = " union all ".join(parts) or _nothing(view)
    session.sql(f"create database if not exists `{view.schema}`")
    session.sql(f"create or replace view `{view.schema}`.`{view.name}` as {select}")


def _text(value: str, name: str) -> str:
    return f"'{value}' as {name}, "


def _nothing(view: View) -> str:
    columns = {"stream": "string"} if view.with_stream else {}
    columns |= {"source": "string"} | LANDED
    return f"select {', '.join(f'cast(null as {kind}) as {name}' for name, kind in columns.items())} where false"


def _standing(session: SparkSession, plan: Plan) -> list[Table]:
    """Each table that there is now: of this process in its folder, else where it stood."""
    before = {(table.schema, table.name): table for table in plan.standing}
    sources = {(view.schema, view.name) for view in plan.views}
    found = []
    for (schema,) in session.sql("show databases").collect():
        for row in session.sql(f"show tables in `{schema}`").collect():
            key = (schema, row["tableName"])
            if schema == STEPS and not row["isTemporary"]:
                session.sql(f"drop table `{schema}`.`{row['tableName']}`")
                continue
            if row["isTemporary"] or key in sources:
                continue
            folder = Path(plan.step) / f"{schema}.db" / row["tableName"]
            if not folder.exists() and key in before:
                found.append(before[key])
            else:
                fields = session.table(f"`{schema}`.`{row['tableName']}`").schema.fields
                found.append(Table(*key, str(folder), {f.name: f.dataType.simpleString() for f in fields}))
    return found


class _Relations:
    """What a Python model is given for its session: relations of DuckDB, over what Spark hands over as Arrow."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._con = duck.connect()
        self._con.execute("set timezone = 'UTC'")
        self._count = 0

    def table(self, name: object) -> duckdb.DuckDBPyRelation:
        """A relation by the name that dbt gives it."""
        self._count += 1
        self._con.register(f"table_{self._count}", self._session.table(str(name)).toArrow())
        return self._con.table(f"table_{self._count}")

    def from_arrow(self, table: pa.Table) -> duckdb.DuckDBPyRelation:
        """A relation of what the model has made, to be joined with the others."""
        return self._con.from_arrow(table)


class InSession(PythonJobHelper):
    """Runs a Python model in this process: pure functions from Arrow to Arrow, over tables that fit it."""

    def __init__(self, model: dict[str, Any], _credentials: Any) -> None:
        self._model = model

    def submit(self, compiled_code: str) -> None:
        """Run the compiled model, and write its table under the name that macros/dialect_spark.sql says."""
        session = SparkSession.builder.getOrCreate()
        scope: dict[str, Any] = {"__name__": "model"}
        exec(compile(compiled_code.lstrip(), self._model["name"], "exec"), scope)  # noqa: S102
        relations = _Relations(session)
        made = scope["model"](scope["dbtObj"](relations.table), relations)
        table = made if isinstance(made, pa.Table) else made.to_arrow_table()
        target: str = scope["TARGET"]
        file = Path(read_plan().step) / "facts" / f"{target.replace('`', '')}.parquet"
        pq.write_table(table, file)
        session.sql(f"create table {target} using parquet as select * from parquet.`{file}`")


def _run_python_models_here() -> None:
    # dbt-spark hands Python models to Databricks only; which class runs them is a property of its adapter.
    adapter: Any = SparkAdapter
    adapter.python_submission_helpers = property(lambda _: {"session": InSession})
    adapter.default_python_submission_method = property(lambda _: "session")


def _keep_ansi() -> None:
    # dbt-spark 1.11 takes it back with every connection (SparkCredentials.__post_init__): what can't be cast would be
    # null without a word, where DuckDB stops.
    kind: Any = SparkCredentials
    told = kind.__post_init__

    def with_ansi(credentials: SparkCredentials) -> None:
        told(credentials)
        credentials.server_side_parameters["spark.sql.ansi.enabled"] = SETTINGS["spark.sql.ansi.enabled"]

    kind.__post_init__ = with_ansi


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
