"""The small healthy company, published, and a run of it; what a report packs, unpacked."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from crm360.expectations.results import CheckResult, SuiteResult
from crm360.orchestration.run.facts import RunFacts, SourceFacts

NIGHT = datetime(2026, 7, 1, 2)
CHECK = CheckResult("expect_table_row_count_to_be_between", None, True, "critical", "5 rows", "some rows")
AUDITS = (SuiteResult("orders", True, 300, (CHECK,)),)
FRESH = SourceFacts("hubspot", "contacts", "fresh", 1234, 1200, 30, 4, 3, NIGHT)
RUN = RunFacts("run-1", NIGHT, date(2026, 7, 1), (FRESH,))


def publish(warehouse: Path, path: Path) -> Path:
    """The company's tables as a version has them."""
    with duckdb.connect(str(path)) as con:
        con.execute(f"attach '{warehouse}' as w (read_only)")
        tables = "select table_name from duckdb_tables() where database_name = 'w' and schema_name = 'marts'"
        for (table,) in con.execute(tables).fetchall():
            con.execute(f"create table {table} as from w.marts.{table}")
    return path


def changed(company: Path, tmp_path: Path, *statements: str) -> Path:
    """The same after some statements."""
    path = tmp_path / "customer_360.duckdb"
    path.write_bytes(company.read_bytes())
    with duckdb.connect(str(path)) as con:
        for statement in statements:
            con.execute(statement)
    return path


def unpacked(page: str) -> dict[str, Any]:
    """What a report's script reads."""
    (packed,) = re.findall(r'<script type="application/gzip" id="cubes">([^<]*)</script>', page)
    told: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed)))
    return told


def without_runtime(page: str) -> str:
    """A page but for the scripts that every report has."""
    return re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
