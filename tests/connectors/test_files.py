"""Files: what each format lands, what is held back, and when a file is read again."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm360.connectors.engine.delimited import DelimitedReader, Dialect
from crm360.connectors.engine.errors import ConfigError, FileProblem
from crm360.orchestration.run.pull import pull_source
from tests.connectors.declared import SOURCE, Night


def toml(path: str, more: str = 'key = ["id"]') -> str:
    return f"""
        [sources.{SOURCE}]
        system = "files"
        [sources.{SOURCE}.streams.rows]
        path = "{path}"
        {more}
        [[sources.{SOURCE}.streams.rows.entities]]
        entity = "contacts"
        fields = {{ email = "mail" }}
    """


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


def test_csv_stays_text(night: Night) -> None:
    (night.folder / "a.csv").write_text('id;mail;amount\n007;"a;b@x";1.10\n12345678901234567890;ü@x;\n')
    night.footer(toml("a.csv", 'key = ["id"]\ndelimiter = ";"'))
    assert night.live() == {
        "007": {"id": "007", "mail": "a;b@x", "amount": "1.10"},
        "12345678901234567890": {"id": "12345678901234567890", "mail": "ü@x", "amount": None},
    }


def test_json_lines_are_landed_byte_by_byte(night: Night) -> None:
    lines = ['{"id": 1, "mail": "a", "n": 1.10}', '{"id":12345678901234567890,  "mail": "b"}']
    (night.folder / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + "\n\n".join(lines).encode())
    night.footer(toml("a.jsonl"))
    assert sorted(night.texts().values()) == sorted(lines)


def test_five_thousand_columns_and_a_new_type_night_by_night(night: Night) -> None:
    names = ["id", "mail", *(f"c{n}" for n in range(5000))]
    for kind in ("7", "seven"):
        (night.folder / "a.csv").write_text(",".join(names) + "\n1,a" + f",{kind}" * 5000 + "\n")
        night.footer(toml("a.csv"))
        assert night.live()["1"]["c4999"] == kind and len(night.live()["1"]) == 5002


def test_parquet(night: Night) -> None:
    path = night.folder / "a.parquet"
    duckdb.execute(f"copy (select 1 as id, 'a' as mail, 1.10::decimal(18, 2) as amount) to '{path}' (format parquet)")
    night.footer(toml("a.parquet"))
    assert night.live()["1"]["mail"] == "a" and '"amount":1.10' in night.texts()["1"]


ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")
PULLS = """
import os, sys, time
from dataclasses import replace
from pathlib import Path
from crm360.orchestration.run.pull import pull_source
from crm360.orchestration.settings.config import load
for zone in sys.argv[2:]:
    if os.fork() == 0:  # what the engine knows of zones it finds out once a process
        os.environ["TZ"] = zone
        time.tzset()
        config = load(Path(sys.argv[1]), Path(sys.argv[1]).parent / "data")
        (source,) = config.sources
        source = replace(source, full_refresh=frozenset({"rows"}))
        (done,) = pull_source(source, list(source.streams), config.landing, None)
        print(done.error or f"{done.footer.landed} {done.footer.duplicate}", flush=True)
        os._exit(0)
    os.wait()
"""


def test_a_parquet_file_is_the_same_under_every_time_zone_of_this_machine(night: Night) -> None:
    """Its ids, too, which are made of the whole line where there is no key."""
    at = "timestamptz '2026-03-29 00:30:00+00'"
    duckdb.execute(
        f"copy (select 'a' as mail, {at} as at, {at}::timestamp as bare) to '{night.folder}/a.parquet' (format parquet)"
    )
    night.config(toml("a.parquet", ""))
    done = subprocess.run(
        [sys.executable, "-c", PULLS, str(night.folder / "crm360.toml"), *ZONES],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["1 0", *["0 1"] * (len(ZONES) - 1)]
    (record,) = night.live().values()
    assert record["at"] == "2026-03-29 00:30:00+00" and record["bare"].startswith("2026-03-29 ")


@pytest.mark.parametrize(
    ("name", "text", "landed", "reasons"),
    [
        ("a.csv", "id,mail\n1,a\n2,b,too,many\n,no key\n3,c\n", 2, ["a long row, of 4 values for 2 columns: line 3", "no key: id, line 4"]),
        ("a.jsonl", '{"id": 1}\nnot json\n[1]\n{"mail": "x"}\n{"id": 2}\n{"id": 3}\n', 3, ["no key: id, line 4", "not a JSON object: line 2", "not a JSON object: line 3"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_held_back(night: Night, name: str, text: str, landed: int, reasons: list[str]) -> None:
    (night.folder / name).write_text(text)
    footer = night.footer(toml(name))
    assert (footer.landed, footer.rejected) == (landed, len(reasons))
    assert sorted(night.rejections()) == reasons


def test_a_field_that_some_lines_leave_out_is_not_missing(night: Night) -> None:
    (night.folder / "a.jsonl").write_text('{"id": 1}\n{"id": 2, "mail": null}\n' + '{"id":3,"x":' + "[" * 99_999 + "\n")
    footer = night.footer(toml("a.jsonl"))
    assert (footer.landed, footer.rejected) == (2, 1)
    (night.folder / "a.jsonl").write_text("")
    assert night.footer(toml("a.jsonl")).landed == 0


def test_a_file_that_has_not_changed_is_not_read_again(night: Night) -> None:
    path = night.folder / "a.csv"
    path.write_text("id,mail\n1,a\n2,b\n")
    assert night.footer(toml("a.csv")).reading == "full"
    again = night.footer(toml("a.csv"))
    assert (again.reading, again.received) == ("unchanged", 0)
    path.write_text("id,mail\n2,new\n3,c\n")
    footer = night.footer(toml("a.csv"))
    assert (footer.received, footer.landed, footer.deleted) == (2, 2, 1)
    assert {i: r["mail"] for i, r in night.live().items()} == {"2": "new", "3": "c"}
    path.write_text("id,mail\n3,c\n")
    night.footer(toml("a.csv", 'key = ["id"]\ndeletes = "none"'))
    assert set(night.live()) == {"2", "3"}


def test_of_files_that_only_add_those_that_are_new_or_have_changed_are_read(night: Night) -> None:
    adds = toml("*.csv", 'key = ["id"]\ndeletes = "none"')
    for name, text in {"a": "id,mail\n1,a\n2,b\n", "b": "id,mail\n3,c\n"}.items():
        (night.folder / f"{name}.csv").write_text(text)
    assert (night.footer(adds).reading, night.footer(adds).reading) == ("full", "unchanged")
    (night.folder / "c.csv").write_text("id,mail\n4,d\n")
    (night.folder / "b.csv").write_text("id,mail\n3,new\n5,e\n")
    footer = night.footer(adds)
    assert (footer.reading, footer.received, footer.landed, footer.pages) == ("changes", 3, 3, 2)
    (night.folder / "a.csv").unlink()
    assert (night.footer(adds).received, len(night.live())) == (0, 5)
    footer = night.footer(toml("*.csv", 'key = ["id"]\ndeletes = "none"\nquote = ""'))
    assert (footer.reading, footer.received) == ("full", 3), "read in another way, all is read"


def test_a_full_refresh_reads_anew_and_forgets_nothing(night: Night) -> None:
    path = night.folder / "a.csv"
    path.write_text("id,mail\n1,a\n2,b\n")
    night.footer(toml("a.csv"))
    path.write_text("id,mail\n2,b\n")
    night.footer(toml("a.csv"))
    config = night.config(toml("a.csv"))
    (source,) = config.sources
    (result,) = pull_source(
        replace(source, full_refresh=frozenset({"rows"})), list(source.streams), config.landing, None
    )
    assert result.footer is not None and (result.footer.reading, result.footer.duplicate, result.footer.landed) == (
        "full",
        1,
        0,
    )
    assert set(night.live()) == {"2"}, "1 stays deleted"


def test_without_a_key_the_record_is_its_own_id(night: Night) -> None:
    (night.folder / "a.csv").write_text("mail\na\na\nb\n")
    footer = night.footer(toml("a.csv", ""))
    assert (footer.received, footer.landed, footer.duplicate) == (3, 2, 1)


def test_of_lines_that_are_dropped_the_state_tells_which_and_how_many(night: Night) -> None:
    """By the end of the id of the one that stays; also where a version before this one had read the file."""
    path = night.folder / "a.csv"
    path.write_text("mail\na\na\nb\na\n")
    state = night.footer(toml("a.csv", "")).state
    kept = {record["mail"]: record_id for record_id, record in night.live().items()}
    assert state["equal_lines"] == {kept["a"][-16:]: 2}
    again = night.footer(toml("a.csv", ""))
    assert again.reading == "unchanged" and again.state == state
    path.write_text("mail\na\nb\n")
    assert night.footer(toml("a.csv", "")).state["equal_lines"] == {}
    assert "equal_lines" not in night.footer(toml("a.csv", 'duplicates = "keep"')).state


def test_equal_lines_are_records_of_their_own_where_the_file_says_so(night: Night) -> None:
    path = night.folder / "a.csv"
    path.write_text("mail\na\na\nb\na\n")
    footer = night.footer(toml("a.csv", 'duplicates = "keep"'))
    assert (footer.received, footer.landed, footer.duplicate) == (4, 4, 0)
    path.write_text("mail\nb\na\na\n")
    footer = night.footer(toml("a.csv", 'duplicates = "keep"'))
    assert (footer.received, footer.landed, footer.deleted) == (3, 0, 1), "one of three equal lines is gone"
    assert sorted(r["mail"] for r in night.live().values()) == ["a", "a", "b"]


def test_a_pattern_takes_all_that_fit(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = night.folder / "exports"
    folder.mkdir()
    for n in (1, 2):
        (folder / f"people-{n}.jsonl").write_text(json.dumps({"id": n, "mail": "x"}))
    assert night.footer(toml("${EXPORTS:-exports}/people-*.jsonl")).pages == 2
    monkeypatch.setenv("EXPORTS", "elsewhere")
    with pytest.raises(FileProblem, match=r"there is no file people-\*\.jsonl"):
        night.footer(toml("${EXPORTS:-exports}/people-*.jsonl"))


@pytest.mark.parametrize(
    ("name", "text", "error", "said"),
    [
        ("a.csv", "id,email\n1,a\n", FileProblem, "a.csv lacks the mapped column 'mail'"),
        (
            "a.jsonl",
            '{"id":1,"email":"a"}\n{"id":2}\n',
            FileProblem,
            "no record of a.jsonl has the mapped field 'mail' .*did you mean 'email'",
        ),
        ("a.parquet", "no parquet", FileProblem, "a.parquet can't be read as parquet"),
        ("a.parquet.gz", "", FileProblem, "a.parquet.gz can't be read as parquet"),
        ("a.xlsx", "no sheet", FileProblem, "a.xlsx can't be read as a spreadsheet"),
        (
            "a.pdf",
            "",
            ConfigError,
            "a.pdf: its name does not tell its format; set format to one of csv, tsv, jsonl, json",
        ),
        ("a.csv", "", FileProblem, "a.csv: it is empty"),
        ("a.csv", "id,mail,mail\n1,,a\n", FileProblem, "a.csv: the columns 2 and 3 are both named 'mail'"),
        (
            "a.csv",
            'id,mail,"no\n1,a,b\n',
            FileProblem,
            "line 1, which names the columns, can't be read: a quote that never",
        ),
        ("a.csv", "id,Mail\n1,a\n", FileProblem, "lacks the mapped column 'mail'; did you mean 'Mail'?"),
        (
            "a.csv",
            "id,mail\n1,a\n2,b\n1,c\n",
            FileProblem,
            "the key id stands in line 2 and in line 4 with different content",
        ),
        (
            "a.jsonl",
            '{"id":1,"mail":1}\n{"id":1,"mail":2}',
            FileProblem,
            "the key id stands in line 1 and in line 2 with",
        ),
        (
            "a.json",
            '{"data": [{"id":1,"mail":1}]}',
            FileProblem,
            "a.json is no JSON list: set records to the path of its list",
        ),
        ("a.csv.gz", "no gzip", FileProblem, "a.csv.gz is cut off or damaged"),
        ("a.zip", "no zip", FileProblem, "a.zip is cut off or damaged"),
    ],
)
def test_what_cannot_be_read_is_said(night: Night, name: str, text: str, error: type, said: str) -> None:
    (night.folder / name).write_text(text)
    with pytest.raises(error, match=said):
        night.footer(toml(name))


def sheet(rows: list[list[str]], name: str = "People") -> bytes:
    """A workbook of one sheet; each cell is given as its XML."""
    cells = "".join(f'<row r="{n}">' + "".join(row) + "</row>" for n, row in enumerate(rows, 1))
    kind = "http://schemas.openxmlformats.org"
    parts = {
        "[Content_Types].xml": f'''<Types xmlns="{kind}/package/2006/content-types"><Default Extension="rels"
            ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"
            ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>''',
        "_rels/.rels": f'''<Relationships xmlns="{kind}/package/2006/relationships"><Relationship Id="r1"
            Type="{kind}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>''',
        "xl/workbook.xml": f'''<workbook xmlns="{kind}/spreadsheetml/2006/main"
            xmlns:r="{kind}/officeDocument/2006/relationships"><sheets><sheet name="{name}" sheetId="1" r:id="r1"/>
            </sheets></workbook>''',
        "xl/_rels/workbook.xml.rels": f'''<Relationships xmlns="{kind}/package/2006/relationships"><Relationship
            Id="r1" Type="{kind}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
            <Relationship Id="r2" Type="{kind}/officeDocument/2006/relationships/styles" Target="styles.xml"/>
            </Relationships>''',
        "xl/styles.xml": f'''<styleSheet xmlns="{kind}/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/>
            <xf numFmtId="14"/></cellXfs></styleSheet>''',
        "xl/worksheets/sheet1.xml": f'''<worksheet xmlns="{kind}/spreadsheetml/2006/main"><sheetData>{cells}</sheetData>
            </worksheet>''',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in parts.items():
            archive.writestr(path, text)
    return buffer.getvalue()


def text_cell(at: str, value: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'


def number_cell(at: str, value: str, style: int = 0) -> str:
    return f'<c r="{at}" s="{style}"><v>{value}</v></c>'


def test_a_spreadsheets_cells_are_what_they_are(night: Night) -> None:
    rows = [
        [text_cell("A1", "id"), text_cell("B1", "mail"), text_cell("C1", "total"), text_cell("D1", "born")],
        [number_cell("A2", "7"), text_cell("B2", "a@x"), number_cell("C2", "1459.28"), number_cell("D2", "31128", 1)],
        [text_cell("A3", "008"), text_cell("B3", "1.459,28"), text_cell("D3", "22.03.1985")],
        [text_cell("A4", " ")],
    ]
    (night.folder / "a.xlsx").write_bytes(sheet(rows))
    night.footer(toml("a.xlsx"))
    assert night.live() == {
        "7": {"id": 7, "mail": "a@x", "total": 1459.28, "born": "1985-03-22"},
        "008": {"id": "008", "mail": "1.459,28", "total": None, "born": "22.03.1985"},
    }
    assert '"total":1459.28' in night.texts()["7"]
    with pytest.raises(FileProblem, match="there is no sheet 'people'; did you mean 'People'"):
        night.footer(toml("a.xlsx", 'key = ["id"]\nsheet = "people"'))


PLAIN = "id,mail\n1,a\n2,b\n"


def test_what_is_compressed_is_read(night: Night) -> None:
    for name, packed in [
        ("gz", gzip.compress(PLAIN.encode()[:12]) + gzip.compress(PLAIN.encode()[12:])),
        ("bz2", bz2.compress(PLAIN.encode())),
        ("xz", lzma.compress(PLAIN.encode())),
    ]:
        (night.folder / f"a.csv.{name}").write_bytes(packed)
        night.footer(toml(f"a.csv.{name}"))
        assert set(night.live()) == {"1", "2"}
    with zipfile.ZipFile(night.folder / "b.zip", "w") as archive:
        archive.writestr("../out/one.csv", PLAIN)
        archive.writestr("__MACOSX/one.csv", "junk")
        archive.writestr("two.jsonl", '{"id": 3, "mail": "c"}')
    night.footer(toml("b.zip"))
    assert set(night.live()) == {"1", "2", "3"}
    assert not (night.folder.parent / "out").exists()
    (night.folder / "a.csv.gz").write_bytes(gzip.compress(PLAIN.encode() * 999)[:-20])
    with pytest.raises(FileProblem, match=r"a.csv.gz is cut off or damaged: it can't be read to its end"):
        night.footer(toml("a.csv.gz"))
    assert set(night.live()) == {"1", "2", "3"}


def test_a_folder_and_what_lies_below_it(night: Night) -> None:
    (night.folder / "in" / "deep").mkdir(parents=True)
    (night.folder / "in" / "one.csv").write_text("id,mail\n1,a\n")
    (night.folder / "in" / "notes.pdf").write_text("none of ours")
    (night.folder / "in" / "deep" / "two.csv").write_text("id,mail\n2,b\n")
    night.footer(toml("in"))
    assert set(night.live()) == {"1"}
    night.footer(toml("in/**/*.csv"))
    assert set(night.live()) == {"1", "2"}
    with pytest.raises(FileProblem, match=r"there is no file onee.csv; did you mean 'one.csv'\?"):
        night.footer(toml("in/onee.csv"))


def test_a_list_within_a_json_document(night: Night) -> None:
    (night.folder / "a.json").write_text('{"data": {"rows": [{"id": 1, "mail": "x", "n": 1.10}, 7, {"id": 2}]}}')
    footer = night.footer(toml("a.json", 'key = ["id"]\nrecords = "data.rows"'))
    assert (footer.landed, night.rejections()) == (2, ["not a JSON object: line 2"])
    assert night.texts()["1"] == '{"id": 1, "mail": "x", "n": 1.10}'


ENCODED = [("windows-1252", "Jörg €"), ("latin-1", "Ömer ß"), ("cp850", "Jörg"), ("utf-16", "Jörg €"), ("shift_jis", "山田"), ("utf-8", "山田")]  # fmt: skip


@pytest.mark.parametrize(("encoding", "name"), ENCODED)
def test_any_of_pythons_encodings(night: Night, encoding: str, name: str) -> None:
    (night.folder / "a.csv").write_bytes(f"id;mail\r\n1;{name}\r\n".encode(encoding))
    night.footer(toml("a.csv", f'key = ["id"]\ndelimiter = ";"\nencoding = "{encoding}"'))
    assert night.live()["1"]["mail"] == name


def test_how_a_file_is_written_is_declared(night: Night) -> None:
    text = "an export of today\n# of people\nid|mail|note\n1|'a|b'|it's\n# a remark\n2|'c''d\nsecond line'|\n"
    (night.folder / "a.txt").write_text(text)
    more = """key = ["id"]\ndelimiter = "|"\nquote = "'"\nheader = 3\ncomment = "#"\nformat = "csv" """
    night.footer(toml("a.txt", more))
    assert night.live() == {
        "1": {"id": "1", "mail": "a|b", "note": "it's"},
        "2": {"id": "2", "mail": "c'd\nsecond line", "note": None},
    }
    (night.folder / "a.txt").write_text("1\ta\n")
    night.footer(toml("a.txt", 'key = ["id"]\nformat = "tsv"\nheader = 0\ncolumns = ["id", "mail"]'))
    assert set(night.live()) == {"1"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('encoding = "utf-9"', "encoding 'utf-9' is none that Python knows; there are utf-8, windows-1252"),
        ('encoding = "base64"', "encoding 'base64' is none that Python knows"),
        ('delimiter = "\\n"', "delimiter is what stands between two values"),
        ('quote = "<<"', "quote is one character"),
        ("header = 0", "with header = 0 the list columns names them"),
        ('date_format = "dd.mm.yyyy"', "date_format 'dd.mm.yyyy' is no strptime pattern with a day, month and year"),
        ('date_format = "%d.%m."', "is no strptime pattern with a day, month and year"),
        ('time_zone = "Berlin"', "time_zone 'Berlin' is unknown; it is a name such as Europe/Berlin"),
        ('thousands = "x"', "thousands is one of"),
        ('thousands = "."', "decimal and thousands are both '.': set decimal to the other one"),
        ('true_words = ["ja"]\nfalse_words = ["JA"]', "'ja' is among true_words and false_words"),
    ],
)
def test_how_a_file_cannot_be_written(night: Night, more: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        night.config(toml("a.csv", f'key = ["id"]\n{more}'))
    assert said in str(raised.value)


# What is in the file, which ids are landed, and what is told of the rest. Nothing that stood before is deleted.
BROKEN = [
    (b'id,mail\n1,a\n2,"open\n3,c\n4,d\n', {"1", "3", "4"}, ["a quote that never closes: line 3"]),
    (b'id,mail\n1,"open\n2,"b"\n3,c\n', {"2", "3"}, ["text after a closing quote: line 2"]),
    (b'id,mail\n1,"Big" Al\n2,b\n', {"2"}, ["text after a closing quote: line 2"]),
    (b"id,mail\n1\n2,b\n", {"2"}, ["a short row, of 1 values for 2 columns: line 2"]),
    (b"id,mail\n1,a\nid,mail\n2,b\n", {"1", "2"}, ["the header once more: line 3"]),
    (b"id,mail\n1,a\0b\n2,b\n", {"2"}, ["a NUL in the line: line 2"]),
    (b"id,mail\n1,\xfc\n2,b\n", {"2"}, ["bytes that are not utf-8: line 2"]),
    (b"id,mail\r\n1,a\n2,b\r\n3,c\r4,d", {"1", "2", "3", "4"}, []),
    (b'id,mail\n1,a\n\n,\n2,"b\r\nc"\n', {"1", "2"}, []),
]


@pytest.mark.parametrize(("content", "landed", "reasons"), BROKEN)
def test_one_bad_line_costs_one_line_and_deletes_nobody(
    night: Night, content: bytes, landed: set[str], reasons: list[str]
) -> None:
    path = night.folder / "a.csv"
    path.write_text("id,mail\n" + "".join(f"{n},old\n" for n in range(1, 7)))
    night.footer(toml("a.csv"))
    path.write_bytes(content)
    footer = night.footer(toml("a.csv"))
    assert night.rejections() == reasons
    assert {i for i, r in night.live().items() if r["mail"] != "old"} == landed
    # Of a file that was read whole, what is gone from it is deleted.
    assert footer.deleted == (0 if reasons else 6 - len(landed))


VALUES = st.text(st.sampled_from('ab,;"\n\r \0ü'), max_size=4)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.lists(VALUES, min_size=1, max_size=4), max_size=12),
    raw=st.lists(st.text(st.sampled_from('1a,"\0'), max_size=6), max_size=6),
)
def test_every_line_is_landed_or_rejected(rows: list[list[str]], raw: list[str]) -> None:
    """Well-written rows come out as they were; whatever stands between them, no line is lost and none swallowed."""
    buffer = io.StringIO()
    buffer.write("id,mail,n\n")
    good = [[f"k{n}", *row[:2]] for n, row in enumerate(rows) if len(row) > 1]
    whole = [r for r in good if not any("\0" in v for v in r)]
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(good)
    bad = [line for line in raw if line.strip()]
    text = buffer.getvalue() + "".join(f"{line}\n" for line in bad)
    lines = list(DelimitedReader(io.BytesIO(text.encode()), Dialect()))
    told = [line for line in lines if not line.refused]
    assert [line.values for line in told][: len(whole)] == whole
    assert len(lines) >= len(good) and all(line.refused or len(line.values) == 3 for line in lines)
    # Every physical line of the rest is a record, a part of one with a quoted value, refused, or holds no value.
    spanned = sum(len(re.split("\r\n|\r|\n", line.text)) for line in lines)
    nothing = sum(not line.replace(",", "").replace('"', "") for line in bad)
    assert spanned >= len(good) + len(bad) - nothing


def test_a_line_that_says_what_stands_between_values_is_none_of_the_table(night: Night) -> None:
    """As Excel writes and reads it; `header` goes on counting the file's own lines."""
    (night.folder / "a.csv").write_bytes("\ufeffsep=;\r\nid;mail\r\n1;a,b\r\n2;b\r\n".encode())
    night.footer(toml("a.csv"))
    assert {n: r["mail"] for n, r in night.live().items()} == {"1": "a,b", "2": "b"}
    night.footer(toml("a.csv", 'key = ["id"]\nheader = 2\ndelimiter = ";"'))
    assert set(night.live()) == {"1", "2"}
    (night.folder / "a.csv").write_text("SEP=\t\nA title\nid\tmail\n3\tc\n")
    night.footer(toml("a.csv", 'key = ["id"]\nheader = 3'))
    assert night.live()["3"]["mail"] == "c"


TITLES = ("Customers of 2026", "", "made by the shop", '"id",mail,note', "1,a,", "2,b,x")


def test_titles_above_the_header_are_seen_and_the_setting_is_named(night: Night) -> None:
    (night.folder / "a.csv").write_text("\n".join(TITLES) + "\n")
    with pytest.raises(
        FileProblem, match=r"lacks the mapped column 'id'; line 4 has all .*: set header = 4 in"
    ) as told:
        night.footer(toml("a.csv"))
    assert "whoever set up crm360.toml" in str(told.value)
    night.footer(toml("a.csv", 'key = ["id"]\nheader = 4'))
    assert set(night.live()) == {"1", "2"}
    rows = [["<c t='inlineStr'><is><t>Customers</t></is></c>"], [], *[
        [f"<c t='inlineStr'><is><t>{value}</t></is></c>" for value in line] for line in (("id", "mail"), ("1", "a"))
    ]]  # fmt: skip
    (night.folder / "b.xlsx").write_bytes(sheet(rows))
    with pytest.raises(FileProblem, match="line 3 has all that are mapped: set header = 3"):
        night.footer(toml("b.xlsx"))


def test_a_name_that_differs_in_nothing_to_be_seen_is_the_mapped_one(night: Night) -> None:
    (night.folder / "a.csv").write_text("\u200bid, mail\u00a0,note\n1,a,\n")
    night.footer(toml("a.csv"))
    assert night.live() == {"1": {"id": "1", "mail": "a", "note": None}}
    # Where two columns come to one name nothing is guessed; of records that come as objects the name is told.
    (night.folder / "b.csv").write_text("id,mail\u00a0,\u00a0mail\n1,a,b\n")
    with pytest.raises(FileProblem, match="lacks the mapped column 'mail'; did you mean"):
        night.footer(toml("b.csv"))
    (night.folder / "c.jsonl").write_text('{"id": "1", "mail\u00a0": "a"}\n')
    with pytest.raises(FileProblem, match=r"no record of c.jsonl has .*; did you mean 'mail\\u00a0'\?"):
        night.footer(toml("c.jsonl"))
