"""The command line: each failure is one sentence that says what, where and who must act, and an exit code."""

from __future__ import annotations

import errno
import re
import sqlite3
import stat
from pathlib import Path

import pytest

from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import running
from crm360.connectors.sandbox.server.tokens import ZENDESK_USER
from crm360.orchestration.cli.cli import main

GOOD = '[sources.zendesk]\nbase_url = "http://127.0.0.1:9/zendesk"\nuser = "agent@sandbox.example"\n'
FILES = """
[sources.shop]
system = "files"
[sources.shop.streams.orders]
path = "orders.csv"
key = ["id"]
[[sources.shop.streams.orders.entities]]
entity = "orders"
[sources.shop.streams.orders.entities.fields]
total_amount = "total"
"""


class Ended(Exception):
    """How a command ended: its exit code, and what it wrote."""

    def __init__(self, code: int, out: str, error: str) -> None:
        super().__init__(code, out, error)
        self.code, self.out, self.error = code, out, error


def crm360(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ended:
    with pytest.raises(SystemExit) as end:
        main([*arguments], prog_name="crm360")
    told = capsys.readouterr()
    return Ended(int(end.value.code or 0), told.out, told.err)


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM360_ZENDESK_TOKEN", "a-token-that-opens-nothing")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("", "the key sources is missing"),
        ("[sources]\n", "no source is set up"),
        ("sources = 5\n", "line 1, sources: sources is a table, not a number"),
        ("[sources.zendesk\n", "not valid TOML"),
        (GOOD + 'tokn = "x"\n', "unknown key 'tokn'"),
        ("shedule = 5\n" + GOOD, "line 1, shedule: unknown key 'shedule'; did you mean 'schedule'?"),
        (GOOD + 'token = "abc"\n', "CRM360_ZENDESK_TOKEN"),
        (GOOD.replace("http://", "http://me:pass@"), "holds a secret"),
        ('[sources.hubspot]\nbase_url = "https://x"\nnote = "pat-eu1-1234-abcd"\n', "holds a secret"),
        ('[sources.nosuch]\nbase_url = "https://x"\n', "system 'nosuch' is unknown"),
        ('[sources.zendesk]\nuser = "a@b"\n', "base_url is missing"),
        ('[sources.zendesk]\nuser = "a@b"\nbase_url = "ftp://x"\n', "base_url begins with https://"),
        ('base_currency = "euro"\n' + GOOD, "ISO 4217"),
        ('time_zone = "Mars/Base"\n' + GOOD, "time_zone 'Mars/Base' is unknown"),
        ('as_of = "soon"\n' + GOOD, "as_of is"),
        (FILES.replace('"orders"\n[', '"widgets"\n['), "entity 'widgets' is unknown"),
        (
            FILES.replace("[sources.shop]", '[sources."../x"]').replace("sources.shop.", 'sources."../x".'),
            "lower-case letters",
        ),
    ],
)
def test_a_wrong_configuration_is_one_sentence_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], toml: str, said: str
) -> None:
    path = tmp_path / "crm360.toml"
    path.write_text(toml)
    end = crm360(capsys, "pull", "--config", str(path), "--data", str(tmp_path / "data"))
    assert end.code == 2
    assert said in end.error
    assert end.error.startswith("crm360: ") and "(to act: " in end.error
    assert len(end.error.strip().splitlines()) == 1
    assert "Traceback" not in end.error and "pass@" not in end.error and "pat-eu1" not in end.error


def test_a_limit_of_memory_that_is_none_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "crm360.toml"
    path.write_text(GOOD)
    monkeypatch.setenv("CRM360_MEMORY_LIMIT", "plenty")
    end = crm360(capsys, "pull", "--config", str(path), "--data", str(tmp_path / "data"))
    assert (end.code, end.error) == (
        2,
        "crm360: the environment: CRM360_MEMORY_LIMIT is no amount of memory, such as 4GB (to act: whoever set up crm360.toml and the environment)\n",
    )


def test_a_missing_configuration_a_missing_secret_and_an_unknown_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    none = crm360(capsys, "status", "--config", str(tmp_path / "none.toml"))
    assert (none.code, "there is no configuration" in none.error) == (2, True)
    path = tmp_path / "crm360.toml"
    path.write_text(GOOD)
    unknown = crm360(capsys, "pull", "zendesk/nosuch", "--config", str(path), "--data", str(tmp_path))
    assert (unknown.code, "'zendesk/nosuch' is not set up" in unknown.error) == (2, True)
    monkeypatch.delenv("CRM360_ZENDESK_TOKEN")
    lacking = crm360(capsys, "check", "--config", str(path), "--data", str(tmp_path))
    assert lacking.code == 3
    assert "CRM360_ZENDESK_TOKEN is not set" in lacking.out


@pytest.mark.parametrize("arguments", [["no-such-command"], ["run", "--no-such-option"], ["sandbox", "--day", "soon"]])
def test_a_wrong_command_is_one_sentence_and_exit_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    end = crm360(capsys, *arguments)
    assert end.code == 2
    assert end.error.startswith("crm360: ") and "--help" in end.error


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    end = crm360(capsys)
    assert (end.code, end.error) == (0, "") and "\n  check " in end.out and "\n  run " in end.out


def test_an_unreachable_source_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm360.connectors.engine.session.Session.backoff", lambda _self, _attempt: 0.01)
    path = tmp_path / "crm360.toml"
    path.write_text(GOOD)
    end = crm360(capsys, "pull", "--config", str(path), "--data", str(tmp_path / "data"))
    assert end.code == 1
    assert "nothing could be pulled: zendesk/organizations: the connection is refused" in end.error


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no file orders.csv"),
        ("id,amount\n1,5\n", "orders.csv lacks the mapped column 'total'; there are amount, id"),
    ],
)
def test_a_file_that_is_missing_or_lacks_a_mapped_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, said: str
) -> None:
    path = tmp_path / "crm360.toml"
    path.write_text(FILES)
    if content is not None:
        (tmp_path / "orders.csv").write_text(content)
    end = crm360(capsys, "pull", "--config", str(path), "--data", str(tmp_path / "data"))
    assert end.code == 1
    assert f"shop/orders: {said} (to act: whoever delivers the file)" in end.error


def test_check_and_status_tell_without_changing_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM360_ZENDESK_TOKEN", "sandbox-zendesk")
    path = tmp_path / "crm360.toml"
    with running(Company(100, seed=7)) as sandbox:
        path.write_text(f'[sources.zendesk]\nbase_url = "{sandbox.base_url}/zendesk"\nuser = "{ZENDESK_USER}"\n')
        data = tmp_path / "data"
        looked = crm360(capsys, "check", "--config", str(path), "--data", str(data))
        assert looked.code == 0 and looked.out.count(" ok ") == 4
        assert "): reachable, authorised, all 4 streams can be pulled" in looked.out
        for stream in ("users", "tickets"):
            there = sum(not r.deleted for r in sandbox.company.truth().records("zendesk", stream))
            assert re.search(rf"{stream} .* {there}\b", looked.out), looked.out
        assert not (data / "landing").exists()
        pulled = crm360(capsys, "pull", "zendesk/users", "zendesk/tickets", "--config", str(path), "--data", str(data))
        assert pulled.code == 0
        told = crm360(capsys, "status", "--config", str(path), "--data", str(data))
        assert told.code == 0
        assert "Nothing is published yet." in told.out and "never pulled" in told.out and "pulled" in told.out
        forbidden = sandbox.faults.add("forbidden", path="*/tickets/*", times=None)
        looked = crm360(capsys, "check", "zendesk", "--config", str(path), "--data", str(data))
        assert looked.code == 3 and "forbidden" in looked.out and forbidden.fired == 1
        assert "3 of 4 streams can be pulled" in looked.out and "it needs an administrator's token" in looked.out
    landed = Landing(data / "landing").newest("zendesk", "users")
    assert landed is not None and landed.complete
    assert stat.S_IMODE((data / "landing").stat().st_mode) == 0o700


def test_a_full_disk_is_one_clear_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.csv").write_text("id,total\n1,5\n")
    path = tmp_path / "crm360.toml"
    path.write_text(FILES)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crm360.connectors.engine.batch._sync", full)
    end = crm360(capsys, "pull", "--config", str(path), "--data", str(tmp_path / "data"))
    assert end.code != 0
    assert "No space left on device" in end.error and "whoever runs this machine" in end.error
    assert list((tmp_path / "data" / "landing").rglob("*.parquet")) == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk refused (No space left on device)"),
        (OSError(errno.EROFS, "Read-only file system"), "the disk refused (Read-only file system)"),
        (sqlite3.OperationalError("database or disk is full"), "the disk refused (database or disk is full)"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "attempt to write a readonly database"),
        (sqlite3.OperationalError("database is locked"), "the disk refused (database is locked)"),
        (sqlite3.OperationalError("no such table: of_somebody@x.example"), None),
        (OSError(errno.ENOENT, "there is none"), None),
        (ValueError("x"), None),
    ],
)
def test_a_disk_that_refuses_is_nothing_unforeseen_whoever_meets_it(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: str | None,
) -> None:
    """As Dagster's storage does, whose errors come wrapped."""
    (tmp_path / "crm360.toml").write_text(FILES)

    def refuses(*_: object) -> None:
        raise RuntimeError("what wraps it") from error

    monkeypatch.setattr("crm360.orchestration.cli.inspection.show_status", refuses)
    end = crm360(capsys, "status", "--config", str(tmp_path / "crm360.toml"), "--data", str(tmp_path / "data"))
    assert end.code == (4 if told else 70) and len(end.error.strip().splitlines()) == 1
    assert (told or "an unforeseen RuntimeError") in end.error and "x.example" not in end.error


def test_every_command_is_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    for name, command in main.commands.items():
        assert command.hidden or f"crm360 {name}" in readme, name
        assert crm360(capsys, name, "--help").code == 0
    assert "make run" in readme and "make test" in readme


def test_a_damaged_batch_stops_its_stream_and_status_says_what_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, data = tmp_path / "crm360.toml", tmp_path / "data"
    path.write_text(FILES + FILES.replace("sources.shop", "sources.other").replace("orders.csv", "others.csv"))
    for name in ("orders.csv", "others.csv"):
        (tmp_path / name).write_text("id,total\n1,2.50\n2,3.50\n")
    arguments = ["--config", str(path), "--data", str(data)]
    assert crm360(capsys, "pull", *arguments).code == 0
    (batch,) = (data / "landing/shop/orders").glob("*.parquet")
    batch.write_bytes(batch.read_bytes()[:-300])
    (tmp_path / "others.csv").write_text("id,total\n1,2.50\n2,4.50\n")
    pulled = crm360(capsys, "pull", *arguments)
    assert pulled.code != 0 and "restore landing/shop/orders/" in pulled.out + pulled.error
    assert len(list((data / "landing/other/orders").glob("*.parquet"))) == 2, "the other source is pulled"
    told = crm360(capsys, "status", *arguments)
    said = " ".join(told.out.split())
    assert told.code == 4 and "shop/orders damaged" in re.sub(r"[│|]", " ", said).replace("  ", " ")
    assert "from a backup, or remove the folder landing/shop/orders" in said
