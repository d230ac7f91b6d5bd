"""The same models on DuckDB and on Spark: words that both know, and macros of both where they differ (macros/dialect*.sql)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .conftest import PROJECT, Compiled, by_dbt
from .dialects import problems

MACRO = re.compile(r"{%-?\s*macro\s+(\w+)")
DISPATCHED = re.compile(r"adapter\.dispatch\('(\w+)', 'crm360'\)")


def macros(file: Path) -> set[str]:
    return {found[1] for found in MACRO.finditer(file.read_text())}


@pytest.fixture(scope="module")
def on_spark(project: Compiled, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Model → its SELECT, as dbt compiles it for Spark. Before it compiles, dbt only asks whether pyspark can be imported."""
    folder = tmp_path_factory.mktemp("spark")
    (folder / "pyspark").mkdir()
    in_python = [name for name, node in project.models.items() if node["language"] == "python"]
    alone = ("--target", "spark", "--full-refresh", "--no-populate-cache", "--no-introspect")
    return in_sql(by_dbt(folder, *alone, without=in_python, environment={"PYTHONPATH": str(folder)}))


def in_sql(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Model → its SELECT."""
    models = (n for n in manifest["nodes"].values() if n["resource_type"] == "model" and n["language"] == "sql")
    return {node["name"]: node["compiled_code"] for node in models}


def test_what_a_star_leaves_out_is_said_by_the_macro(project: Compiled) -> None:
    """DuckDB reads Spark's word too; SQLFluff does not, and would check nothing of such a model."""
    assert [n for n, node in project.models.items() if re.search(r"\*\s+(except|exclude)\b", node["raw_code"])] == []


@pytest.mark.night
def test_no_model_uses_a_word_that_duckdb_does_not_know(project: Compiled) -> None:
    assert {name: wrong for name, sql in in_sql(project.manifest).items() if (wrong := problems(sql, "duckdb"))} == {}


@pytest.mark.night
def test_no_model_uses_a_word_that_spark_does_not_know(on_spark: dict[str, str]) -> None:
    assert {name: wrong for name, sql in on_spark.items() if (wrong := problems(sql, "spark"))} == {}
    assert len(on_spark) > 500


def test_every_word_of_the_engines_is_there_for_both() -> None:
    wanted = set(DISPATCHED.findall((PROJECT / "macros/dialect.sql").read_text()))
    ours = {"duckdb": macros(PROJECT / "macros/dialect.sql"), "spark": macros(PROJECT / "macros/dialect_spark.sql")}
    assert {name for name in wanted if f"duckdb__{name}" not in ours["duckdb"]} == set()
    assert {name for name in wanted if f"spark__{name}" not in ours["spark"]} == set()


@pytest.mark.parametrize(
    ("engine", "sql", "wrong"),
    [
        ("spark", "select list_transform(a, x) from t", "no function list_transform"),
        ("spark", "select strip_accents(a) from t", "no function strip_accents"),
        ("duckdb", "select get_json_object(a, 'b') from t", "no function get_json_object"),
        ("duckdb", "select explode(a) from t", "no function explode"),
        ("spark", "select [1, 2] as a from t", "a list or a place in brackets: use nth_of()"),
        ("spark", "select a[1] as b from t", "a list or a place in brackets: use nth_of()"),
        ("spark", "select {'a': b} as c from t", "it cannot be read"),
        ("spark", "select a from t where (a, b) in (select (c, d) from u)", "several columns compared with a subquery: use a join"),
        ("spark", "select cast(row_number() over (order by a) as bigint) as b from t", "`order by a` does not say where nulls come"),
        ("spark", "select max_by(a, b) as c from t", "`MAX_BY(a, b)` does not say that nulls do not count: filter (where … is not null)"),
        ("spark", "select row_number() over (order by a desc) as b from t", "`row_number()` is no bigint in Spark: cast it"),
        ("spark", "select a from t qualify row_number() over (order by a desc) = 1", ""),
        ("spark", "select lower(explode(a)) as b from t", "each() within an expression: it must stand alone in its column"),
        ("spark", "select cast(a / nullif(b, 0) as decimal(18, 4)) as c from t", "`a / NULLIF(b, 0)` is rounded otherwise by Spark: quotient()"),
        ("spark", "select cast(median(a) filter (where b) as decimal(18, 4)) as c from t", "`MEDIAN(a)` is rounded otherwise by Spark: quotient()"),
        ("spark", "select cast(round(a / b) as decimal(18, 4)) as c from t", ""),
        ("spark", "select a from t where (", "it cannot be read"),
        ("duckdb", "select a from t where (", "it cannot be read"),
        ("spark", "select max_by(a, b) filter (where a is not null) as c, count(*) over (order by a nulls last, b desc) as d from t", ""),
        ("spark", "with a as (select cast(c as decimal(18, 4)) as b from t) select coalesce(b, 0) in (1, 2) as d from a", ""),
        ("duckdb", "select cast(a as decimal(18, 4)), b in (1, 2), count(*) filter (where c) from t as u (a, b, c)", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_for_an_engine_is_found(engine: str, sql: str, wrong: str) -> None:
    found = problems(sql, engine)
    assert (found == []) if not wrong else (len(found) == 1 and found[0].startswith(wrong)), found
