"""Who looked at whom is written down, kept for a stated time, and not lost to whoever shortens it."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from crm360.moments import utc_now
from crm360.orchestration.lookup import notes


def config(data: Path) -> Any:
    return SimpleNamespace(data=data, toml=SimpleNamespace(keep_lookups_days=30))


def test_a_look_goes_when_its_time_is_over(tmp_path: Path) -> None:
    assert notes.prune(config(tmp_path)) == 0, "nobody has looked at anybody"
    file = tmp_path / "lookups.jsonl"
    for days in (31, 29):
        old = {"at": (utc_now() - timedelta(days=days)).isoformat(), "by": "b", "kind": "search", "what": str(days)}
        with file.open("a") as handle:
            handle.write(json.dumps(old) + "\n")
    with file.open("a") as handle:
        handle.write('{"at": "cut sho\n')
    notes.note(config(tmp_path), "me", "customers", "c_1")
    assert notes.prune(config(tmp_path)) == 2
    assert [json.loads(line)["what"] for line in file.read_text().splitlines()] == ["29", "c_1"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert notes.prune(config(tmp_path)) == 0


def test_no_look_is_lost_while_the_file_is_replaced(tmp_path: Path) -> None:
    def look(name: str) -> None:
        for number in range(100):
            notes.note(config(tmp_path), name, "search", str(number))

    lookers = [threading.Thread(target=look, args=(name,)) for name in "abcd"]
    for looker in lookers:
        looker.start()
    while any(looker.is_alive() for looker in lookers):
        with (tmp_path / "lookups.jsonl").open("a") as handle:  # what makes the file be replaced
            handle.write("\n")
        notes.prune(config(tmp_path))
    notes.prune(config(tmp_path))
    lines = [json.loads(line) for line in (tmp_path / "lookups.jsonl").read_text().splitlines()]
    for name in "abcd":
        assert [line["what"] for line in lines if line["by"] == name] == [str(number) for number in range(100)]
