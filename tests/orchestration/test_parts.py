"""Parts of a run: sources that are paused, what failed done again, and secrets out of files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.alerts import causes
from crm360.orchestration.run import pausing, retrying, runs
from crm360.orchestration.run.runs import Attempt, RunRecord
from crm360.orchestration.settings.config import load
from crm360.orchestration.settings.secret_files import read_files
from tests.orchestration.conducting import company
from tests.orchestration.running import Small


def test_a_paused_source_is_not_asked_and_nobody_is_alerted(small: Small) -> None:
    toml = small.folder / "crm360.toml"
    toml.write_text(toml.read_text() + "[alerts]\ndisk_free = 0\n")  # the disk of this machine may be full as it likes
    assert small.crm360("pull").code == 0
    told = small.crm360("pause", "desk", "--reason", "they move")
    assert told.code == 0 and told.out.startswith("paused  desk, since ")
    (small.folder / "people.csv").unlink()
    told = small.crm360("pull")
    assert told.code == 0 and set(small.record.streams) == {"shop/orders"}
    told = small.crm360("status", "--json")
    said = json.loads(told.out)
    assert told.code == 0 and set(said["paused"]) == {"desk"}
    assert {s["stream"]: s["state"] for s in said["streams"]} == {"shop/orders": "fresh", "desk/people": "paused"}
    told = small.crm360("pull", "desk")
    assert told.code == 2 and "desk is paused: crm360 resume desk (to act: whoever paused it)" in told.error
    assert small.crm360("pause", "shop").code == 0
    told = small.crm360("pull")
    assert told.code == 0 and "every source" in told.out
    assert small.crm360("resume", "shop").code == small.crm360("resume", "desk").code == 0
    assert small.crm360("pull").code == 3
    config = load(toml, small.data)
    assert [c.kind for c in causes.find(config, runs.utc_now())] == ["stream_failed"]
    pausing.pause(config, "desk")
    assert causes.find(config, runs.utc_now()) == [] and small.crm360("status").code == 0


def test_what_is_no_source_or_is_not_paused_is_said(small: Small) -> None:
    for arguments, said in {
        ("pause", "dsek"): "'dsek' is not set up; did you mean 'desk'?",
        ("resume", "desk"): "'desk' is not paused; no source is",
    }.items():
        told = small.crm360(*arguments)
        assert told.code == 2 and said in told.error
    config = load(small.folder / "crm360.toml", small.data)
    since = pausing.pause(config, "desk", "first")
    assert pausing.pause(config, "desk", "second") == since
    (small.data / pausing.NAME).write_text("{}")
    told = small.crm360("pull")
    assert told.code == 2 and "data/paused.json: it is not as it was written" in told.error


def test_retry_pulls_what_failed_in_a_pull(small: Small) -> None:
    assert "nothing failed in the last run" in small.crm360("retry").out
    people = (small.folder / "people.csv").read_text()
    (small.folder / "people.csv").unlink()
    assert small.crm360("pull").code == 3
    (small.folder / "people.csv").write_text(people)
    told = small.crm360("retry")
    assert told.code == 0 and "retry   desk/people" in told.out and set(small.record.streams) == {"desk/people"}
    assert "nothing failed in the last run" in small.crm360("retry").out


@pytest.mark.parametrize(
    ("last", "first", "streams"),
    [
        ({"outcome": "published"}, "nothing", 0),
        ({"outcome": "published", "streams": ["desk/people"]}, "pull", 1),
        ({"outcome": "working"}, "pull", 2),  # killed before it had pulled anything
        ({"outcome": "canceled"}, "pull", 2),
        ({"outcome": "failed"}, "build", 0),
        ({"outcome": "held back", "job": "publish"}, "build", 0),
        ({"outcome": "pulled", "job": "pull"}, "nothing", 0),
    ],
)
def test_where_a_retry_begins(tmp_path: Path, last: dict[str, object], first: str, streams: int) -> None:
    config = load(company(tmp_path) / "crm360.toml", tmp_path / "data")
    failed = {str(n): Attempt(str(n), error="e") for n in last.get("streams", ())}  # type: ignore[attr-defined]
    told = {"job": "nightly"} | last | {"streams": failed}
    runs.write(config.runs, RunRecord("20260701T000000-1", runs.utc_now(), **told))  # type: ignore[arg-type]
    found = retrying.plan(config)
    assert (found.first, len(found.streams)) == (first, streams)


@pytest.mark.night
def test_a_night_is_retried_from_the_stream_that_failed_and_goes_on_without_a_paused_source(small: Small) -> None:
    people = (small.folder / "people.csv").read_text()
    (small.folder / "people.csv").unlink()
    told = small.crm360("run")
    assert (
        told.code == 1
        and small.record.outcome != "published"
        and set(small.record.streams) == {"shop/orders", "desk/people"}
    )
    (small.folder / "people.csv").write_text(people)
    told = small.crm360("retry")
    assert told.code == 0, told.error
    assert set(small.record.streams) == {"desk/people"} and small.record.outcome == "published"
    logs = "".join(path.read_text() for path in (small.data / "runs").glob("*.log"))
    assert re.search(r"Found \d+ models", logs) and "Unable to do partial parsing" not in logs, (
        "dbt read the project twice"
    )
    assert small.sources == {"shop/orders": ("fresh", 2), "desk/people": ("fresh", 3)}

    assert small.crm360("pause", "desk").code == 0
    (small.folder / "people.csv").unlink()
    done = small.dagster("nightly")
    assert done["status"] == "SUCCESS", done["failed"] + done["errors"]
    assert "landing/desk/people" not in done["materialized"]
    assert small.sources["desk/people"][0] == "stale" and small.record.outcome == "published"


def test_secrets_come_out_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("words of a file\n")
    environment = {"CRM360_SHOP_TOKEN_FILE": str(file), "OTHER_FILE": "/nowhere", "CRM360_EMPTY_FILE": ""}
    read_files(environment)
    assert environment["CRM360_SHOP_TOKEN"] == "words of a file" and "OTHER" not in environment
    file.write_text("changed")
    read_files(environment)
    assert environment["CRM360_SHOP_TOKEN"] == "changed", "a secret that is changed in its file is the one that is used"
    for content, said in (
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"x" * 70_000, "larger than"),
        (b"\xff\xfe", "is no text"),
    ):
        file.write_bytes(content)
        with pytest.raises(ConfigError, match=said) as refused:
            read_files(environment)
        assert "CRM360_SHOP_TOKEN_FILE" in str(refused.value)
    file.unlink()
    with pytest.raises(ConfigError, match="can't be read \\(No such file or directory\\)"):
        read_files(environment)
    file.write_text("read by load")
    monkeypatch.setenv("CRM360_SHOP_TOKEN_FILE", str(file))
    monkeypatch.setenv("CRM360_SHOP_TOKEN", "before")
    load(company(tmp_path) / "crm360.toml", tmp_path / "data")
    import os

    assert os.environ["CRM360_SHOP_TOKEN"] == "read by load"
