"""The whole project with no source set up: every model builds, every data test and every dbt unit test holds, and
money is published in its own type: a sum that is not cast would come out as decimal(38, 4).

The machine's time zone has no say in it: tests/a_text_without_an_offset_is_utc.sql would find its row.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from crm360.orchestration.catalog.warehouse import register
from tests.dbt_project.conftest import run_dbt


@pytest.mark.night
def test_everything_builds_over_nothing_and_every_unit_test_holds(tmp_path: Path) -> None:
    register(tmp_path / "warehouse.duckdb", tmp_path / "landing", tmp_path / "ledger", {})
    done = run_dbt("build", tmp_path, TZ="America/New_York")
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    failed = [r["unique_id"] for r in results if r["status"] not in ("success", "pass", "no-op")]
    assert failed == [], done.stdout[-3000:]
    assert sum(r["unique_id"].startswith("unit_test") for r in results) > 60
    with duckdb.connect(tmp_path / "warehouse.duckdb", read_only=True) as warehouse:
        wide = """select table_name || '.' || column_name from duckdb_columns()
                  where schema_name = 'marts' and (data_type like 'DECIMAL(38,%' or data_type = 'HUGEINT')"""
        assert warehouse.execute(wide).fetchall() == []
