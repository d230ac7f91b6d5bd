"""What macros/dialect*.sql say in each engine's words comes to the same: the same texts in, the same values out.

Needs Spark (crm360[spark] and Java 17); skipped with a line without it.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from crm360.orchestration.engines.duckdb_functions import register
from crm360.record_linkage.functions import FUNCTIONS

from .conftest import PROJECT, run_dbt

NO_SPARK = not (find_spec("pyspark") and shutil.which("java"))
pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(NO_SPARK, reason="Spark is not here: crm360[spark], and Java 17"),
]
Pairs = Sequence[tuple[str | None, ...]]

NOTHING = [" x ", "", "NULL", "\\N", "n/a", "\u00a0", "ok\t", "\ufeffa", "-", "--", "it's", "a\\b", "'", None]
NUMBERS = [
    "1",
    "1.5",
    "1.50",
    " 7 ",
    "1,5",
    "1e3",
    "-0.00005",
    "99999999999999.9999",
    "999999999999999",
    "12x",
    "",
    "NaN",
    "150.0",
    "2.5",
    None,
]
TIMES = [
    "2026-07-01T10:20:30Z", "2026-07-01 10:20:30", "2026-07-01T10:20:30.123456+02:00", "2026-07-01T10:20:30-0400", "2026-07-01", "2026/07/01",
    "2026/7/1 10:20", "26-07-01",
    "2026-07", "2026-7-1", "2026-07-01T10:20", "12:30:00", "2026", "2026-02-30", "0001-01-01", "1900-01-01", "9999-12-31", "2026-07-01 25:00:00", "soon", "", None,
]  # fmt: skip
WORDS = [
    "Jürgen",
    "Ångström",
    "MÜLLER-lüdenscheidt o'neill",
    "Zoë  de la Cruz",
    "e\u0301cole",
    "Łódź",
    "İstanbul",
    "한글",
    "山田",
    "ñ",
    "STRASSE",
    "Straße",
    "x1-2 3",
    "",
    None,
]
JSON = [
    '{"a": 1.5, "b": "1.50"}', '{"a": 123456789.1234, "b": "x\\"y 12 \\\\"}', '{"a": -7, "b": true}', '{"a": null, "b": "null"}', "{}",
    '{"a": 12345678901234567890, "b": ""}', '{"a": "\\u00e9 3", "b": false}', '{"b": "a: 5, {6}"}', '{"a": 0.5}', None,
]  # fmt: skip
NESTED = [
    '{"l": [{"k": "p", "v": 1.5}, {"k": "q", "v": "2"}], "o": {"i": "x"}}', '{"l": [], "o": {}}', '{"l": null}', "{}",
    '{"l": [{"k": "q", "v": "bad"}, {"k": "p"}], "o": {"i": null}}', None,
]  # fmt: skip
GROUPED = ['{"g": [{"k": "p", "v": ["1", "2"]}, {"v": ["3"]}, {"k": "q", "v": null}, {"k": "r", "v": []}]}', "{}", None]
G = "{'g': {'each': {'k': 'text', 'v': {'each': 'text'}}}}"
L = "{'l': {'each': {'k': 'text', 'v': 'text'}}, 'o': ['i']}"


READ = [
    *WORDS, "Dr. Jan van der Berg", "Lee, Jr.", "Дмитрий", "~ dmitri", "=mhmd", "0171 1234568", "+44 20 7946 0000", "mail.acme.co.uk", "gmail.com",
    "mailinator.com", "xn--bcher-kva.de", "bob", "hal",
]  # fmt: skip
GIVEN = {1: "a", 2: "'full_name', a", 3: "'full_name', a, ''"}


def near_pairs() -> Pairs:
    """Names and names near them: an edit or two, a swap or two, and strangers."""
    chance, letters = random.Random(4), "abcdefgh"
    found: list[tuple[str | None, ...]] = [
        ("ca", "abc"),
        ("abcd", "badc"),
        ("schubert", "schuster"),
        ("", "a"),
        ("a", "b"),
        ("ab", "ba"),
        (None, "a"),
    ]
    for _ in range(400):
        word = [chance.choice(letters) for _ in range(chance.randint(1, 9))]
        other = list(word)
        for _ in range(chance.randint(0, 3)):
            place = chance.randrange(len(other) or 1)
            match chance.randrange(4):
                case 0 if len(other) > place + 1:
                    other[place], other[place + 1] = other[place + 1], other[place]
                case 1 if other:
                    del other[place]
                case 2:
                    other.insert(place, chance.choice(letters))
                case _ if other:
                    other[place] = chance.choice(letters)
        found.append(("".join(word), "".join(other)))
    return found


MOMENTS: Pairs = [
    ("2026-01-31 10:00:59", "2026-03-01 10:01:00"), ("2026-03-29 01:30:00", "2026-03-29 02:30:00"), ("2026-10-25 02:30:00", "2025-12-31 23:59:59"),
    ("2024-02-29 00:00:00", "2026-07-01 12:00:00"), (None, "2026-07-01 12:00:00"),
]  # fmt: skip
AMOUNTS: Pairs = [
    ("10", "1", "3"),
    ("-10", "1", "3"),
    ("99999.9999", "0.0001", "7"),
    ("0.0001", "1", "3"),
    ("5", "-2", "4"),
    (None, "1", "2"),
]


def shares() -> Pairs:
    """Amounts, and by how many they are divided: often a tie in the fifth decimal, which a float has above or below it."""
    chance = random.Random(5)
    found = [
        (f"{chance.randint(-(10**6), 10**6) / 100:.2f}", str(chance.choice((1, 3, 8, 16, 32, 80)))) for _ in range(400)
    ]
    return [
        *found,
        ("818.31", "8"),
        ("-818.31", "8"),
        ("1", "32"),
        ("-1", "32"),
        ("99999999999999.99", "7"),
        (None, "2"),
    ]


A, B = "cast(a as timestamp)", "cast(b as timestamp)"
PATTERNS = [
    "^\\s*[0-9]{4}[-/]",
    "[^\\p{Latin}\\p{Common}\\p{Inherited}]",
    "[\\p{Han}\\p{Hiragana}]",
    "^[^@\\s]+$",
    "\\b(de|gmbh)\\b",
    "[^\\p{L}\\p{N}]+",
]


def singles(texts: Sequence[str | None]) -> Pairs:
    return [(text,) for text in texts]


CASES: list[tuple[str, Pairs]] = [
    ("a || {{ quoted(\"it's \\\\n 'a' \\\\ b\") }}", singles(NOTHING)),
    *((f"{{{{ {name}('a') }}}}", singles(NOTHING)) for name in ("nullif_blank", "trimmed", "as_flag", "shape_of", "tidy_id")),
    *((f"{{{{ {name}('a') }}}}", singles(NUMBERS)) for name in ("as_decimal", "as_whole", "from_epoch", "tidy_id", "as_flag")),
    *((f"{{{{ {name}('a') }}}}", singles(TIMES)) for name in ("utc", "as_date", "iso_moment", "utc_of_source", "shape_of")),
    *((f"{{{{ {name}('a') }}}}", singles(WORDS)) for name in ("without_accents", "composed", "proper_case", "name_key", "shape_of")),
    *((f"{{{{ matches('a', {pattern!r}) }}}}", singles([*WORDS, *TIMES])) for pattern in PATTERNS),
    *((f"{{{{ replace_all('a', {pattern!r}, '-') }}}}", singles(WORDS)) for pattern in PATTERNS),
    ("{{ replace_all('a', '([0-9])-([0-9])', '\\\\2+\\\\1') }}", singles([*WORDS, *TIMES])),
    ("{{ array_to_text(found_all('a', '([0-9]+)'), '|') }}", singles([*WORDS, *TIMES])),
    ("{{ first_of(\"split(a, ' ')\") }}", singles(WORDS)),
    ("{{ second_of(\"split(a, ' ')\") }}", singles(WORDS)),
    ("{{ nth_of(\"split(a, ' ')\", 3) }}", singles(WORDS)),
    *((f"{{{{ utc_of_zone('{A}', '{zone}') }}}}", MOMENTS) for zone in ("Europe/Berlin", "America/New_York")),
    *((f"{{{{ local_time('{A}', '{zone}') }}}}", MOMENTS) for zone in ("Europe/Berlin", "Asia/Kolkata")),
    (f"{{{{ iso_weekday('{A}') }}}}", MOMENTS),
    *((f"{{{{ dbt.datediff('{A}', '{B}', '{part}') }}}}", MOMENTS) for part in ("day", "month", "hour", "minute", "second")),
    (f"cast({{{{ dbt.dateadd('day', 40, '{A}') }}}} as timestamp)", MOMENTS),
    *((f"{{{{ by_format('a', '{form}', 'Europe/Berlin') }}}}", singles(["01.07.2026", "1.7.2026", "31.02.2026", "07/01/2026 03:04 PM", "2026-07-01 03:04:05", "1 Jul 2026", "", None]))
      for form in ("%d.%m.%Y", "%m/%d/%Y %I:%M %p", "%Y-%m-%d %H:%M:%S", "%d %b %Y")),
    *((f"{{{{ open_json('a', ['a', 'b']) }}}}.{key}", singles(JSON)) for key in "ab"),
    *((f"{{{{ nth_of(json_values('a', ['b', 'a', 'none']), {place}) }}}}", singles(JSON)) for place in (1, 2, 3)),
    ("{{ json_at('a', ['o', 'i']) }}", singles(NESTED)),
    ("{{ json_at('a', [{'list': 'l', 'key': 'k', 'value': 'q'}, 'v']) }}", singles(NESTED)),
    ("{{ json_is_number('a', 'a') }}", singles(JSON)),
    (f"{{{{ summed(open_json('a', {L}) ~ '.l', 'v') }}}}", singles(NESTED)),
    (f"{{{{ open_json('a', {L}) }}}}.o.i", singles(NESTED)),
    (f"{{{{ array_to_text(flattened(those_with(open_json('a', {G}) ~ '.g', 'e.k is not null'), 'v'), '|') }}}}", singles(GROUPED)),
    ("{{ prorated('cast(a as decimal(18, 4))', 'cast(b as decimal(18, 4))', 'cast(c as decimal(18, 4))') }}", AMOUNTS),
    ("{{ quotient('cast(a as decimal(18, 4))', 'cast(b as bigint)') }}", shares()),
    ("{{ quotient('cast(b as bigint)', 'nullif(cast(a as decimal(18, 4)), 0)', 'decimal(18, 8)') }}", shares()),
    *((f"{{{{ edits_within('a', 'b', {most}) }}}}", near_pairs()) for most in (1, 2)),
    ("round({{ jaro() }}(a, b), 12)", near_pairs()),
    *((f"{name}({GIVEN[function.takes]})", singles(READ)) for name, function in FUNCTIONS.items() if name != "crm360_phone_number"),
    ("crm360_phone_number(a, 'DE')", singles(READ)),
]  # fmt: skip


OF_GROUPS = [
    f"{{{{ {said} }}}}" for said in ("average('n')", "middle('n')", "average('n', 'n > 0')", "middle('n', 'n > 0')")
]


class Both:
    """The two engines, asked the same."""

    def __init__(self, spark: Any, said: Mapping[str, Mapping[str, str]]) -> None:
        self._spark = spark
        self._duckdb = duckdb.connect()
        self._duckdb.execute("set timezone = 'UTC'")
        register(self._duckdb)
        self._said = said

    def asked(self, engine: str, expression: str, rows: Pairs) -> list[Any]:
        """What an expression comes to for each row of texts, which are called a, b and c."""
        names = ["place", *"abc"[: len(rows[0])]]
        given = pa.table(
            dict(zip(names, [range(len(rows)), *zip(*rows, strict=True)], strict=True)),
            schema=pa.schema([("place", pa.int64()), *((name, pa.string()) for name in names[1:])]),
        )
        if engine == "duckdb":
            self._duckdb.register("given", given)
        else:
            self._spark.createDataFrame(given).createOrReplaceTempView("given")
        return self.rows(engine, f"select {self._said[engine][expression]} as found from given order by place")

    def of_groups(self, engine: str, expression: str, groups: Sequence[Sequence[str]]) -> list[Any]:
        """What an expression comes to over each group of numbers, which are called n."""
        values = ", ".join(f"({place}, {number})" for place, group in enumerate(groups) for number in group)
        said = self._said[engine][expression]
        return self.rows(
            engine, f"select {said} from (values {values}) as given (place, n) group by place order by place"
        )

    def rows(self, engine: str, sql: str) -> list[Any]:
        if engine == "duckdb":
            return [found for (found,) in self._duckdb.execute(sql).fetchall()]
        return [row[0] for row in self._spark.sql(sql).collect()]


def said_by_dbt(folder: Path, engine: str, expressions: Sequence[str]) -> dict[str, str]:
    """Expression → what it is on the engine, as dbt compiles it in a project of one model with our macros."""
    project = folder / engine
    shutil.copytree(PROJECT / "macros", project / "macros")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, project / name)
    (project / "models").mkdir()
    (project / "models" / "said.sql").write_text("\n;;\n".join(expressions))
    target = "local" if engine == "duckdb" else engine
    done = run_dbt("compile", project, "--target", target, "--no-populate-cache", "--no-introspect", project=project)
    assert done.returncode == 0, done.stdout
    compiled = (project / "target/compiled/crm360/models/said.sql").read_text()
    return dict(zip(expressions, compiled.split("\n;;\n"), strict=True))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    from crm360.orchestration.engines.spark_session import opened

    folder = tmp_path_factory.mktemp("both")
    expressions = list(dict.fromkeys([expression for expression, _ in CASES] + [*OF_GROUPS, *map(literal, NOTHING)]))
    said = {engine: said_by_dbt(folder, engine, expressions) for engine in ("duckdb", "spark")}
    spark = opened("local[1]", "1g", str(folder))
    yield Both(spark, said)
    spark.stop()


def literal(text: str | None) -> str:
    """A text as a model writes it."""
    return "cast(null as {{ dbt.type_string() }})" if text is None else f"{{{{ quoted({json.dumps(text)}) }}}}"


def groups(kind: str) -> list[list[str]]:
    """Some numbers each, of an even and an odd number of them, and none."""
    chance = random.Random(6)
    sizes = [chance.randint(1, 9) for _ in range(200)]
    unit = " * 0.0001" if kind.startswith("decimal") else ""
    found = [[f"cast({chance.randint(-(10**7), 10**7)}{unit} as {kind})" for _ in range(size)] for size in sizes]
    return [*found, [f"cast(null as {kind})"], [f"cast({number}{unit} as {kind})" for number in (225833, 225834)]]


@pytest.mark.parametrize("kind", ["decimal(18, 4)", "bigint"])
def test_averages_and_medians_come_to_the_same(both: Both, kind: str) -> None:
    for said in OF_GROUPS:
        ours, theirs = (both.of_groups(engine, said, groups(kind)) for engine in ("duckdb", "spark"))
        assert ours == theirs, said


def test_a_text_that_is_written_into_a_model_is_that_text(both: Both) -> None:
    for engine in ("duckdb", "spark"):
        assert [both.asked(engine, literal(text), [("",)]) for text in NOTHING] == [[text] for text in NOTHING]


def test_every_word_comes_to_the_same(both: Both) -> None:
    other = {}
    for expression, rows in CASES:
        ours, theirs = (both.asked(engine, expression, rows) for engine in ("duckdb", "spark"))
        different = [(row, a, b) for row, a, b in zip(rows, ours, theirs, strict=True) if a != b]
        if different:
            other[expression] = different[:4]
    assert other == {}
