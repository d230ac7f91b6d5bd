"""What tests of this room share."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm360.expectations import suites
from crm360.orchestration.catalog import assembly, shape
from crm360.orchestration.dagster import landing
from tests.orchestration.running import Small


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Small:
    for module, name in ((shape, "DELIVERED"), (assembly, "DELIVERED"), (suites, "delivered"), (landing, "RETRY")):
        monkeypatch.setattr(module, name, getattr(module, name))  # which undoes what conducting.py puts there
    return Small(tmp_path, monkeypatch, capsys)
