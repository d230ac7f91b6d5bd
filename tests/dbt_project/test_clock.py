"""dbt's own session is on UTC, whatever the machine's time zone: a text without an offset is not read as local time."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import run_dbt


def test_the_machine_has_no_say_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    query = (
        "select {{ utc(\"'2026-11-01 01:30:00'\") }}::text || ' ' || {{ utc(\"'2026-11-01T01:30:00-04:00'\") }} as t"
    )
    done = run_dbt("show", tmp_path, "--inline", query, "--output", "json")
    assert done.returncode == 0, done.stdout
    assert "2026-11-01 01:30:00 2026-11-01 05:30:00" in done.stdout
