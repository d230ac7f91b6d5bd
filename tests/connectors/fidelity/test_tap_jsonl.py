"""A real tap that others wrote (tap-jsonl, on Meltano's Singer SDK), in a virtual environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.connectors.declared import SOURCE, Night

TAP = "tap-jsonl==0.3.1"


@pytest.mark.long
def test_two_nights_of_a_real_tap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    subprocess.run([tmp_path / "venv/bin/pip", "install", "--quiet", TAP], check=True)
    file = tmp_path / "people.jsonl"
    config = {"path": str(file), "stream_name": "people", "primary_keys": ["id"]}
    monkeypatch.setenv("CRM360_OWN_CONFIG", json.dumps(config))
    toml = f"""
        [sources.{SOURCE}]
        system = "singer"
        command = ["venv/bin/tap-jsonl"]
        [sources.{SOURCE}.streams.rows]
        tap_stream = "people"
        [[sources.{SOURCE}.streams.rows.entities]]
        entity = "contacts"
        fields = {{ email = "email" }}
    """
    night = Night(tmp_path)
    people = {str(n): {"id": n, "email": f"m{n}@example.com", "big": 2**63 + n} for n in range(200)}

    def deliver(at: int) -> None:
        file.write_text("".join(json.dumps(p) + "\n" for p in people.values()))
        os.utime(file, (at, at))

    def landed() -> dict[str, dict[str, object]]:
        return {i: {k: v for k, v in r.items() if not k.startswith("_sdc")} for i, r in night.live().items()}

    deliver(1_767_225_600)
    assert night.footer(toml).landed == 200
    assert landed() == people
    again = night.footer(toml)
    assert (again.duplicate, again.landed, again.reading) == (200, 0, "changes"), "this tap heeds no bookmark of a file"
    assert again.state["state"]["bookmarks"]["people"]["replication_key_value"] == "2026-01-01T00:00:00+00:00"
    people["7"]["email"] = "new@example.com"
    deliver(1_767_312_000)
    night.footer(toml)
    assert landed() == people
