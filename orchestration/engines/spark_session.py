"""Spark's session as the models need it: with our functions (record_linkage/functions.py) and three of DuckDB's.

They run in Spark's Python workers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.functions import arrow_udf

from crm360 import duck
from crm360.record_linkage.functions import FUNCTIONS

# Times have no zone and mean UTC; what does not fit is an error or, by try_cast, null; texts compare by their bytes.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    # Models of many steps on one another are read whole.
    "spark.sql.analyzer.maxIterations": "1000",
    "spark.sql.optimizer.maxIterations": "1000",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.structuredLogging.enabled": "false",
}
# In one process every shuffle into more parts than there are cores only costs.
IN_PROCESS = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
OF_DUCKDB = {
    "crm360_jaro": ("jaro_winkler_similarity(a, b)", "double"),
    "crm360_without_accents": ("strip_accents(a)", "string"),
    "crm360_composed": ("nfc_normalize(a)", "string"),
}


def opened(master: str, driver_memory: str, tables: str, more: Mapping[str, str] | None = None) -> SparkSession:
    """The session of this process; tables that are made without a place of their own stand in `tables`."""
    # Workers must be this Python, with these packages.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("crm360")
    builder = builder.config("spark.sql.warehouse.dir", tables).config("spark.driver.memory", driver_memory)
    settings = dict(more or {}) | SETTINGS
    # Plans are trees of many steps; one that is too deep for a thread's stack ends that thread, and nobody is told.
    java = "spark.driver.extraJavaOptions"
    settings[java] = f"-Xss64m {settings.get(java, '')}".rstrip()
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        cores = str(cores_of(master))
        parts = {"spark.sql.shuffle.partitions": cores, "spark.default.parallelism": cores}
        settings = IN_PROCESS | parts | settings
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    made_of: Any = arrow_udf
    for name, (expression, kind) in OF_DUCKDB.items():
        session.udf.register(name, made_of(_function(expression), kind))
    for name, function in FUNCTIONS.items():
        session.udf.register(name, made_of(function.over_columns(), function.gives))
    return session


def cores_of(master: str) -> int:
    """local → 1, local[2] → 2, local[*] → as many as there are."""
    told = master.partition("[")[2].rstrip("]") or "1"
    return os.cpu_count() or 1 if told == "*" else int(told)


def _function(expression: str) -> Callable[..., pa.Array]:
    """A function of DuckDB over one or two columns of text, which are Arrow arrays, as many at once as Spark sends."""

    def run(*columns: pa.Array) -> pa.Array:

        places = pa.array(range(len(columns[0])), pa.int64())
        given = pa.table({"place": places, **dict(zip("ab", columns, strict=False))})
        with duck.connect() as con:
            con.register("given", given)
            made: Any = con.execute(f"select {expression} as made from given order by place").to_arrow_table()
        return made["made"].combine_chunks()

    def one(a: pa.Array) -> pa.Array:
        return run(a)

    def two(a: pa.Array, b: pa.Array) -> pa.Array:
        return run(a, b)

    return two if "b)" in expression else one
