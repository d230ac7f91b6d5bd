"""What programs read: `--json` of every command that tells something, and logs of one JSON object a line."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from crm360.orchestration.cli import cli
from crm360.orchestration.cli.cli import main
from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.logs import JsonFormatter, Lines
from tests.orchestration.conducting import company
from tests.orchestration.running import crm360

SILENT = {"schema", "serve", "sandbox"}  # of which one is JSON itself, and two are servers


@pytest.fixture(autouse=True)
def text_again() -> Iterator[None]:
    """The log's form belongs to the process; a test has it for itself."""
    yield
    cli.LOG["form"] = "text"


def _commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from _commands(command)
        elif not command.hidden:
            yield command


def test_every_command_that_tells_something_tells_it_as_json() -> None:
    lacking = [c.name for c in _commands(main) if not any("--json" in p.opts for p in c.params)]
    assert set(lacking) == SILENT


def test_pull_says_how_each_stream_went(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ["--config", str(company(tmp_path) / "crm360.toml"), "--json"]
    code, out, error = crm360(capsys, monkeypatch, "pull", *here)
    told = json.loads(out)
    assert (code, error) == (0, "") and told["ok"] is True and told["exit_code"] == 0 and told["error"] is None
    assert told["run"]["job"] == "pull" and told["run"]["outcome"] == "pulled"
    assert told["run"]["received"] == 5 and set(told["run"]["streams"]) == {"shop/orders", "desk/people"}
    first = told["run"]["run_id"]
    (tmp_path / "people.csv").unlink()
    code, out, _ = crm360(capsys, monkeypatch, "pull", *here)
    told = json.loads(out)
    assert code == told["exit_code"] == 3 and told["ok"] is False and told["run"]["run_id"] > first
    assert told["run"]["failed_streams"] == ["desk/people"]
    assert told["run"]["streams"]["desk/people"]["what"].startswith("there is no file people.csv")


def test_a_failure_says_what_where_and_who_must_act_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ["--config", str(company(tmp_path) / "crm360.toml"), "--json"]
    for name in ("people.csv", "orders.csv"):
        (tmp_path / name).unlink()
    code, out, error = crm360(capsys, monkeypatch, "pull", *here)
    told = json.loads(out)
    assert code == told["exit_code"] == 1 and told["run"]["outcome"] == "failed"
    assert told["error"]["kind"] == "NothingPulled" and "nothing could be pulled" in told["error"]["what"]
    assert error.startswith("crm360: nothing could be pulled") and len(error.splitlines()) == 1
    code, out, error = crm360(capsys, monkeypatch, "pull", "nobody", *here)
    told = json.loads(out)
    assert code == told["exit_code"] == 2 and told["run"] is None and "'nobody' is not set up" in told["error"]["what"]
    code, out, _ = crm360(capsys, monkeypatch, "status", "--config", str(tmp_path / "none.toml"), "--json")
    told = json.loads(out)
    assert code == 2 and told["error"]["who"] == "whoever set up crm360.toml and the environment"
    code, out, _ = crm360(capsys, monkeypatch, "plan", "segments", *here)
    assert json.loads(out)["error"]["what"] == "nothing has been built yet: run a night first"


def test_init_and_new_connector_say_what_they_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = crm360(capsys, monkeypatch, "init", str(tmp_path / "shop"), "--json")
    told = json.loads(out)
    assert code == 0 and told["ok"] and "crm360.toml" in told["written"] and (tmp_path / "shop/segments.yml").exists()
    toml = str(tmp_path / "shop/crm360.toml")
    _, out, _ = crm360(capsys, monkeypatch, "new", "connector", "toy", "--config", toml, "--json")
    assert json.loads(out)["written"][0] == "connectors/toy.py"


def test_with_log_format_json_a_run_writes_one_object_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = company(tmp_path) / "crm360.toml"
    toml.write_text('log_format = "json"\n' + toml.read_text())
    (tmp_path / "people.csv").unlink()
    code, out, error = crm360(capsys, monkeypatch, "pull", "--config", str(toml))
    told: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    by_level = {line["level"]: line for line in told}
    assert code == 3 and set(by_level) == {"info", "error"} and not error
    assert by_level["info"]["step"] == "pull" and by_level["info"]["message"] == "shop/orders 2 received"
    assert by_level["error"]["step"] == "failed" and by_level["error"]["time"].endswith("Z")
    (tmp_path / "orders.csv").unlink()
    code, _, error = crm360(capsys, monkeypatch, "pull", "--config", str(toml))
    last = json.loads(error)
    assert code == 1 and last["level"] == "error" and last["message"].startswith("crm360: nothing could be pulled")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_runs_log_has_no_colour_codes(form: Any) -> None:
    file = io.StringIO()
    with Lines(file, form) as log:
        log.write("\x1b[32m12:00\x1b[0m dbt ")
        log.write("says\n\nthe end")
    said = file.getvalue().splitlines()
    if form == "text":
        assert said == ["12:00 dbt says", "", "the end"]
    else:
        assert [json.loads(line)["message"] for line in said] == ["12:00 dbt says", "the end"]


def test_pythons_logging_is_one_object_a_line_with_its_traceback() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("crm360", logging.ERROR, "a.py", 1, "it %s", ("failed",), sys.exc_info())
    line = JsonFormatter("%(message)s").format(record)
    told = json.loads(line)
    assert "\n" not in line and told["level"] == "error" and told["logger"] == "crm360"
    assert told["message"].startswith("it failed\nTraceback") and "ValueError" in told["message"]


def test_a_quiet_console_writes_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(quiet=True)
    console.line("pull    shop/orders 2 received")
    console.json({"ok": True})
    assert json.loads(capsys.readouterr().out) == {"ok": True}
