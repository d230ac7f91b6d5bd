"""Singer taps: a tap that follows the specification, and everything that one may do wrong."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import crm360.connectors.engine.sync
from crm360.connectors.engine.errors import BadResponse, ConfigError, SweepTooLarge, Unreachable
from crm360.connectors.engine.landing import Landing
from tests.connectors.declared import SOURCE, Night

TAP = Path(__file__).with_name("tap.py")
PEOPLE = [{"id": n, "email": f"m{n}@example.com", "at": f"2026-01-{n:02}"} for n in range(1, 29)]


class Tapped(Night):
    """A night whose one source is the tap, playing a script."""

    def toml(self, table: str = "", options: str = "") -> str:
        return f"""
            [sources.{SOURCE}]
            system = "singer"
            command = ["{sys.executable}", "{TAP}"]
            {options or 'config = "tap.json"'}
            [sources.{SOURCE}.streams.rows]
            {table}
            [[sources.{SOURCE}.streams.rows.entities]]
            entity = "contacts"
            fields = {{ email = "email" }}
        """

    def script(self, rows: list[Any], **facts: Any) -> str:
        streams = {"rows": {"key": ["id"], "rows": rows, **facts}, "others": {"key": ["id"], "rows": PEOPLE}}
        config = json.dumps({"streams": streams, "notes": str(self.folder / "notes.json"), "token": "s3cret-of-tap"})
        (self.folder / "tap.json").write_text(config)
        return config

    def notes(self) -> Any:
        return json.loads((self.folder / "notes.json").read_text())


@pytest.fixture
def night(tmp_path: Path) -> Tapped:
    return Tapped(tmp_path)


def test_records_land_as_they_were_written_and_the_state_comes_back(night: Tapped) -> None:
    night.script([{"id": 12345678901234567890, "email": "é", "n": [1, {"x": None}], "at": "2026-01-01"}, *PEOPLE])
    assert night.footer(night.toml()).landed == 29
    assert (
        night.texts()["12345678901234567890"]
        == '{"id": 12345678901234567890, "email": "\\u00e9", "n": [1, {"x": null}], "at": "2026-01-01"}'
    )
    assert night.notes()["chosen"] == ["rows"] and night.notes()["state"] == {}
    night.script([*PEOPLE, {"id": 3, "email": "new", "at": "2026-02-01"}])
    footer = night.footer(night.toml())
    assert night.notes()["state"] == {"rows": "2026-01-28"}
    assert (footer.received, footer.landed, footer.duplicate, footer.reading) == (2, 1, 1, "changes")
    assert night.live()["3"]["email"] == "new"
    night.footer(night.toml())
    assert night.notes()["state"] == {"rows": "2026-02-01"}


def test_a_tap_that_fails_moves_nothing(night: Tapped) -> None:
    night.script(PEOPLE[:9])
    night.footer(night.toml())
    night.script(PEOPLE, dies_after=15)
    with pytest.raises(BadResponse, match="the tap ended with exit code 3"):
        night.footer(night.toml())
    assert len(night.live()) == 9
    night.script(PEOPLE)
    night.footer(night.toml())
    assert night.notes()["state"] == {"rows": "2026-01-09"}
    assert len(night.live()) == 28


def test_a_long_first_run_that_dies_goes_on_from_its_last_state(night: Tapped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm360.connectors.engine.sync, "ROWS_IN_A_BATCH", 5)
    night.script(PEOPLE, dies_after=15, version=1)
    with pytest.raises(BadResponse):
        night.footer(night.toml())
    assert len(night.live()) == 10, "what the state stands behind is kept"
    night.script(PEOPLE, version=1)
    night.footer(night.toml())
    assert night.notes()["state"] == {"rows": "2026-01-10"}
    assert len(night.live()) == 28, "a run that went on in the middle deletes nothing"


@pytest.mark.parametrize(
    ("versions", "left"),
    [
        ((7, 8), 26),  # a new version: the table was sent anew, and two rows were not in it
        ((7, 7), 28),  # the same one: what was sent before still stands
        ((None, None), 28),
    ],
)
def test_a_new_version_takes_the_place_of_the_old_one(
    night: Tapped, versions: tuple[int | None, ...], left: int
) -> None:
    for version, rows in zip(versions, (PEOPLE, PEOPLE[2:]), strict=True):
        night.script([{**r, "at": "~"} for r in rows], **({"version": version} if version else {}))
        night.footer(night.toml())
    assert len(night.live()) == left


def test_a_whole_table_every_night_is_swept_if_the_file_says_so(night: Tapped) -> None:
    for rows in (PEOPLE, PEOPLE[3:]):
        night.script([{**r, "at": "~"} for r in rows])
        night.footer(night.toml('deletes = "sweep"'))
    assert len(night.live()) == 25
    night.script([])
    with pytest.raises(SweepTooLarge):
        night.footer(night.toml('deletes = "sweep"'))


def test_a_record_that_was_seen_deleted_is_deleted(night: Tapped) -> None:
    night.script(PEOPLE[:2])
    night.footer(night.toml())
    gone = {"_sdc_deleted_at": "2026-02-01T00:00:00Z"}
    night.script([PEOPLE[0] | gone | {"at": "~"}, PEOPLE[1] | {"_sdc_deleted_at": None, "at": "~"}])
    assert night.footer(night.toml()).deleted == 1
    assert set(night.live()) == {"2"}


def test_the_key_may_be_said_here_and_without_any_it_is_the_record(night: Tapped) -> None:
    night.script([PEOPLE[0], PEOPLE[0], PEOPLE[1]], key=[])
    assert night.footer(night.toml('key = ["email"]')).landed == 2
    assert set(night.live()) == {"m1@example.com", "m2@example.com"}
    bare = Tapped(night.folder / "bare")
    bare.folder.mkdir()
    bare.script([PEOPLE[0], PEOPLE[0], PEOPLE[1]], key=[])
    footer = bare.footer(bare.toml())
    assert (footer.landed, footer.duplicate) == (2, 1)


def test_bad_records_are_held_back_with_the_reason(night: Tapped) -> None:
    night.script([{"email": "no id"}, {"id": 1, "email": float("nan")}, {"id": 2}, {"id": 3}])
    footer = night.footer(night.toml())
    assert (footer.landed, footer.rejected) == (2, 2)
    assert sorted(night.rejections()) == ["no key: id", "not JSON"]


@pytest.mark.parametrize(
    ("facts", "error", "said"),
    [
        ({"lines": ["Traceback (most recent call last):"]}, BadResponse, "no Singer message"),
        ({"lines": ['{"type": "BATCH", "stream": "rows"}']}, BadResponse, "BATCH messages are not read"),
        ({"is_silent_after": 2}, Unreachable, "the tap has said nothing for 1 s"),
    ],
)
def test_what_a_tap_may_not_say(night: Tapped, facts: dict[str, Any], error: type, said: str) -> None:
    night.script(PEOPLE, **facts)
    begun = time.monotonic()
    with pytest.raises(error, match=said):
        night.footer(night.toml(options='config = "tap.json"\nsilence = 1'))
    assert time.monotonic() - begun < 10
    assert Landing(night.folder / "data" / "landing").newest(SOURCE, "rows") is None


def test_a_config_from_the_environment_never_touches_the_disk(night: Tapped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM360_OWN_CONFIG", night.script(PEOPLE))
    monkeypatch.setenv("CRM360_OTHER_TOKEN", "another-source")
    (night.folder / "tap.json").unlink()
    assert night.footer(night.toml(options="silence = 60")).landed == 28
    notes = night.notes()
    assert notes["config"].startswith("/proc/self/fd/")
    assert [name for name in notes["environment"] if name.startswith("CRM360_")] == [], "a tap gets no secret of ours"
    found = [p for p in night.folder.rglob("*") if p.is_file() and b"s3cret-of-tap" in p.read_bytes()]
    assert found == []


def test_no_process_and_no_handle_is_left(night: Tapped) -> None:
    def held() -> set[str]:
        """The processes that this one has started and not ended, and the pipes and files of a tap that it holds open."""
        found = set()
        for number in os.listdir("/proc/self/fd"):
            with contextlib.suppress(FileNotFoundError):  # the handle of this very list
                found.add(os.readlink(f"/proc/self/fd/{number}"))
        children = " ".join(p.read_text() for p in Path("/proc/self/task").glob("*/children")).split()
        return {name for name in found if name.startswith(("pipe:", "/memfd:", str(night.folder)))} | set(children)

    night.script(PEOPLE)
    night.footer(night.toml())
    before = held()
    for _ in range(3):
        night.footer(night.toml())
    assert held() <= before


@pytest.mark.parametrize(
    ("table", "options", "error", "said"),
    [
        ('tap_stream = "peple"', "", BadResponse, "the tap has no stream 'peple'; it has others, rows"),
        ("", 'config = "missing.json"', BadResponse, "the tap ended with exit code 1"),
    ],
)
def test_what_is_set_up_wrongly_is_said(night: Tapped, table: str, options: str, error: type, said: str) -> None:
    night.script(PEOPLE)
    with pytest.raises(error, match=said):
        night.footer(night.toml(table, options))


@pytest.mark.parametrize("command", ["no-such-tap", "./no-such-tap"])
def test_a_tap_that_is_not_there(night: Tapped, command: str) -> None:
    text = night.toml().replace(f'["{sys.executable}", "{TAP}"]', f'["{command}"]')
    with pytest.raises(ConfigError, match="the tap no-such-tap can't be started"):
        night.footer(text)
    with pytest.raises(ConfigError, match="command is empty"):
        night.config(text.replace(f'["{command}"]', "[]"))


def test_a_key_that_stands_twice_is_refused_but_where_changes_are_told(night: Tapped) -> None:
    night.script([{"id": 1, "email": "a"}, {"id": 1, "email": "b"}])
    with pytest.raises(BadResponse, match="the key id stands twice with different content"):
        night.footer(night.toml('key = ["id"]'))
    assert night.footer(night.toml('key = ["id"]\nreplication_method = "LOG_BASED"')).landed == 2
