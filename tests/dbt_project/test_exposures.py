"""dbt's exposures name every table that what we make out of the published ones reads, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from crm360.orchestration.bi.dashboards import DASHBOARDS
from crm360.orchestration.publish import audiences
from crm360.orchestration.report import figures, review
from crm360.orchestration.report.relations import RELATIONS

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
READ = {
    "report_page": {
        *(table for relation in RELATIONS.values() for table in (relation.table, *relation.needs)),
        *(table for table, _ in (figures.SINGLE | figures.LISTS).values()),
        "customer_segments",  # of the filter
        "run_history",  # by which the newest run's anomalies are found
    },
    "review_page": set(review.TABLES),
    "audience_files": set(audiences.TABLES),
    **{f"superset_{dashboard.key}": dashboard.tables for dashboard in DASHBOARDS},
}


@pytest.mark.parametrize(("exposure", "tables"), READ.items(), ids=READ)
def test_an_exposure_names_what_is_read(exposure: str, tables: set[str]) -> None:
    told = {e["name"]: e for e in yaml.safe_load((MODELS / "exposures.yml").read_text())["exposures"]}
    assert told.keys() == READ.keys()
    named = {re.fullmatch(r"ref\('(\w+)'\)", ref)[1] for ref in told[exposure]["depends_on"]}  # type: ignore[index]
    assert named == tables
    assert all(next((MODELS / "marts").rglob(f"{name}.*"), None) for name in named)
