"""docs/what-it-withstands.md E26: a line, a cell, a message of 500 MB is refused under 300 MB of memory, and the stream or record says so."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from crm360.connectors.engine import batch, spreadsheets
from crm360.connectors.engine.delimited import HeaderError
from crm360.connectors.engine.landing import LandedRecord, Landing
from crm360.connectors.engine.lines import capped_lines
from tests.connectors.test_files import sheet, text_cell

HUGE, MOST_MEMORY = 500, 300  # MB
FILE = """
[sources.big]
system = "files"
[sources.big.streams.rows]
path = "rows.{kind}"
key = ["id"]
[[sources.big.streams.rows.entities]]
entity = "contacts"
id = "id"
fields = {{ email = "email" }}
"""
TAP = """
[sources.big]
system = "singer"
command = ["{python}", "{tap}"]
discover = false
[sources.big.streams.rows]
[[sources.big.streams.rows.entities]]
entity = "contacts"
id = "id"
fields = {{ email = "email" }}
"""
WRITE = """
import sys
out, mb = sys.stdout.buffer, int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else {huge}
out.write(b'{{"type":"SCHEMA","stream":"rows","schema":{{}},"key_properties":["id"]}}\\n')
out.write(b'{{"type":"RECORD","stream":"rows","record":{{"id":1,"email":"')
for _ in range(mb):
    out.write(b"x" * 2**20)
out.write(b'"}}}}\\n')
"""
PULL = """
import sys
from pathlib import Path
from crm360.orchestration.run.pull import pull_source
from crm360.orchestration.settings.config import load
config = load(Path(sys.argv[1]), Path(sys.argv[2]))
(source,) = config.sources
(done,) = pull_source(source, list(source.streams), config.landing, None)
told = str(done.error) if done.error else f"{done.footer.landed} landed, {done.footer.rejected} rejected"
# Not getrusage, whose peak includes what the process was forked from.
(peak,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak) // 1024, told, sep="|")
"""


def huge(path: Path, before: bytes, after: bytes) -> None:
    with path.open("wb") as file:
        file.write(before)
        for _ in range(HUGE):
            file.write(b"x" * 2**20)
        file.write(after)


def pulled(folder: Path, toml: str) -> tuple[int, str]:
    """Peak memory in MB of a process that pulls, and how the stream went."""
    (folder / "crm360.toml").write_text(toml)
    done = subprocess.run(
        [sys.executable, "-c", PULL, str(folder / "crm360.toml"), str(folder / "data")],
        capture_output=True, text=True, check=False, env=os.environ | {"TMPDIR": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    memory, _, told = done.stdout.strip().partition("|")
    return int(memory), told


@pytest.mark.night
@pytest.mark.parametrize(
    ("kind", "before", "after", "said"),
    [
        ("jsonl", b'{"id":1,"email":"a@x.example"}\n{"id":2,"email":"', b'"}\n{"id":3,"email":"c@x.example"}\n', "2 landed, 1 rejected"),
        ("jsonl", b'{"id":1,"email":"a@x.example"}\n', b"", "1 landed, 1 rejected"),
    ],
)  # fmt: skip
def test_a_line_of_half_a_gigabyte_is_refused_in_little_memory(
    tmp_path: Path, kind: str, before: bytes, after: bytes, said: str
) -> None:
    huge(tmp_path / f"rows.{kind}", before, after)
    memory, told = pulled(tmp_path, FILE.format(kind=kind))
    assert memory < MOST_MEMORY, told
    assert said in told


@pytest.mark.night
def test_a_tap_s_message_of_half_a_gigabyte_fails_the_stream(tmp_path: Path) -> None:
    (tmp_path / "tap.py").write_text(WRITE.format(huge=HUGE))
    memory, told = pulled(tmp_path, TAP.format(python=sys.executable, tap=tmp_path / "tap.py"))
    assert memory < MOST_MEMORY and "a line that does not end" in told


@pytest.mark.night
def test_a_cell_of_half_a_gigabyte_is_refused_in_little_memory(tmp_path: Path) -> None:
    small = sheet([[text_cell("A1", "id"), text_cell("B1", "email")], [text_cell("A2", "1"), text_cell("B2", "HERE")]])
    rows = zipfile.ZipFile(tmp_path / "rows.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with zipfile.ZipFile(io.BytesIO(small)) as made, rows:
        for member in made.infolist():
            before, here, after = made.read(member).partition(b"HERE")
            with rows.open(member.filename, "w", force_zip64=True) as file:
                file.write(before)
                for _ in range(HUGE if here else 0):
                    file.write(b"x" * 2**20)
                file.write(after)
    assert (tmp_path / "rows.xlsx").stat().st_size < 16 * 2**20
    memory, told = pulled(tmp_path, FILE.format(kind="xlsx"))
    assert memory < MOST_MEMORY and "rows.xlsx: a cell holds more than 1 MiB" in told, (memory, told)


def test_a_cell_as_long_as_cells_may_be_is_read_and_a_longer_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "LONGEST_CELL", 40_000)
    monkeypatch.setattr(spreadsheets, "_AT_ONCE", 1_000)
    for length, is_read in ((39_990, True), (40_001, False)):
        (tmp_path / "a.xlsx").write_bytes(sheet([[text_cell("A1", "note")], [text_cell("A2", "y" * length)]]))
        if is_read:
            assert [r[1]["note"] for r in spreadsheets.sheet_rows(tmp_path / "a.xlsx", "", 1)[1]] == ["y" * length]
        else:
            with pytest.raises(HeaderError, match="a cell holds more than"):
                spreadsheets.sheet_rows(tmp_path / "a.xlsx", "", 1)
    (tmp_path / "a.xlsx").write_bytes(sheet([[text_cell("A1", "note")], [text_cell("A2", "y")]]))
    monkeypatch.setattr(spreadsheets, "MOST_UNPACKED", 1_000)
    with pytest.raises(HeaderError, match="it unpacks to more than"):
        spreadsheets.sheet_rows(tmp_path / "a.xlsx", "", 1)


@pytest.mark.parametrize("most", [4, 5, 6, 100])
def test_lines_are_capped_and_those_after_a_long_one_are_read(most: int) -> None:
    content = b"ab\n\n12345\n" + b"x" * 1000 + b"\ncd\n" + b"y" * 999
    whole = content.splitlines(keepends=True)
    expected = [line if len(line) <= most else None for line in whole]
    assert list(capped_lines(io.BytesIO(content), most)) == expected


def test_large_records_go_to_disk_as_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "CHARACTERS_IN_A_GROUP", 1_000)
    made = Landing(tmp_path).start("shop", "orders", datetime(2026, 7, 1))
    for number in range(20):
        made.add(LandedRecord(str(number), "x" * 300), datetime(2026, 7, 1))
        assert len(made.waiting) < 4
    made.commit()
    assert len(Landing(tmp_path).live_ids("shop", "orders")) == 20
    assert len(Landing(tmp_path).footers("shop", "orders", anew=True)) == 1
