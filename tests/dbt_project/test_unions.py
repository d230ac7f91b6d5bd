"""Models that unite what systems tell: dbt's unit tests of them would name every system that there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from .conftest import Compiled, insert

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("unions.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def united(project: Compiled) -> duckdb.DuckDBPyConnection:
    """The models and what they read, over nothing."""
    return project.build([case["model"] for case in CASES], {})


def _table_of(project: Compiled, name: str) -> str:
    return f"{project.models[name]['schema']}.{name}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_what_a_union_makes_of_it(
    project: Compiled, united: duckdb.DuckDBPyConnection, tmp_path: Path, case: dict[str, Any]
) -> None:
    told = project.told(tmp_path, **case["vars"]) if "vars" in case else project
    rows, model = case["expect"]["rows"], case["model"]
    united.execute("begin")
    try:
        given = {told_of["input"]: told_of["rows"] for told_of in case["given"]}
        for name, content in given.items():
            table = _table_of(project, name)
            united.execute(f"create table emptied as from {table} limit 0")
            kind = "view" if project.models[name]["config"]["materialized"] == "view" else "table"
            united.execute(f"drop {kind} {table}")
            united.execute(f"create table {table} as from emptied")
            united.execute("drop table emptied")
            insert(united, table, content)
        told.make(united, model)
        table, columns = _table_of(project, model), ", ".join(rows[0])
        united.execute(f"create table expected as select {columns} from {table} limit 0")
        insert(united, "expected", rows)
        found = united.execute(f"select {columns} from {table}").fetchall()
        assert sorted(found, key=repr) == sorted(united.execute("from expected").fetchall(), key=repr)
    finally:
        united.execute("rollback")
