"""The healthy company, published once for all tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm360.orchestration.report import build
from tests.orchestration.report.healthy import AUDITS, RUN, publish


@pytest.fixture(scope="session")
def company(shaped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(shaped, tmp_path_factory.mktemp("report") / "customer_360.duckdb")


@pytest.fixture(scope="session")
def page(company: Path) -> str:
    """The report of the healthy company."""
    return build(company, RUN, AUDITS)
