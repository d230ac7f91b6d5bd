"""Membership is remembered: nights in a row over one ledger, each in a warehouse that knows nothing of the one before."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.expectations.suites.customer_segment_history import SUITE
from crm360.orchestration.catalog.ledger import SEGMENT_CHANGES, LedgerError, append, ledger_view, versions

from .conftest import Compiled

NIGHT = "2026-07-01"  # as_of in the compiled SQL
CUSTOMERS = ("c_1", "c_2", "c_3")
RULES = {"new": "v1", "repeat": "v1"}


@pytest.fixture(scope="module")
def compiled(project: Compiled) -> dict[str, str]:
    names = ("int_segment_changes", "customer_segment_history")
    return {name: project.models[name]["compiled_code"] for name in names}


class Nights:
    """A ledger, and one warehouse a night."""

    def __init__(self, compiled: dict[str, str], folder: Path) -> None:
        self.compiled, self.folder, self.ledger = compiled, folder, folder / "ledger"
        self.count = 0

    def run(self, day: str, members: dict[str, list[str]], off: str = "", gone: str = "", **rules: str) -> int:
        """Build, audit and remember one night: members by segment. `rules` are versions. Returns the rows remembered."""
        self.build(day, members, off, rules, gone)
        self.audit(day)
        return append(
            self.ledger, self.warehouse, datetime.combine(date.fromisoformat(day), time()), f"run-{self.count}"
        )

    def build(self, day: str, members: dict[str, list[str]], off: str, rules: dict[str, str], gone: str = "") -> None:
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        self.warehouse = folder / "warehouse.duckdb"
        known = {**RULES, **rules}
        rows = [(c, s, known[s]) for s, customers in members.items() for c in customers]
        with duckdb.connect(str(self.warehouse)) as con:
            for schema in ("marts", "intermediate", "ledger"):
                con.execute(f"create schema {schema}")
            con.execute(f"create view ledger.segment_changes as {ledger_view(self.ledger, SEGMENT_CHANGES)}")
            con.execute(
                "create table intermediate.int_companies_assigned (source text, source_id text, account_id text)"
            )
            con.execute(
                "create table intermediate.int_customer_ids_assigned (source text, source_id text, customer_id text)"
            )
            con.execute("create table marts.customers (customer_id text)")
            con.executemany("insert into marts.customers values (?)", [[c] for c in CUSTOMERS if c != gone])
            con.execute("create table marts.segments (segment text, is_on boolean, rule_version text)")
            con.executemany("insert into marts.segments values (?, ?, ?)", [[s, s != off, v] for s, v in known.items()])
            con.execute(
                "create table marts.customer_segments (customer_id text, dimension text, segment text, definition text, "
                "rule text, value text, rule_version text)"
            )
            for c, s, v in rows:
                values = [c, "type", s, s, f"{s} by {v[-1]}", f"seen {day}", v]
                con.execute("insert into marts.customer_segments values (?, ?, ?, ?, ?, ?, ?)", values)
            for name, code in self.compiled.items():
                schema = "intermediate" if name.startswith("int_") else "marts"
                con.execute(f"create table {schema}.{name} as {code.replace(NIGHT, day)}")

    def audit(self, day: str) -> None:
        """Every rule of the table's suite that is a query finds nothing, before the ledger has been told of the night."""
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            con.execute(f"create temp table audit_facts as select date '{day}' as as_of")
            for rule in SUITE.expectations:
                query = getattr(rule, "unexpected_rows_query", None)
                if query is not None:
                    found = con.execute(query.format(batch="marts.customer_segment_history")).fetchall()
                    assert not found, rule.description

    def history(self) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            return con.execute(
                "select customer_id, segment, valid_from::text, valid_to::text, rule_version, value, left_because "
                "from marts.customer_segment_history order by all"
            ).fetchall()


@pytest.fixture
def nights(compiled: dict[str, str], tmp_path: Path) -> Nights:
    return Nights(compiled, tmp_path)


FIRST = {"new": ["c_1", "c_2"], "repeat": ["c_3"]}


def test_memberships_begin_end_and_begin_again(nights: Nights) -> None:
    assert nights.run("2026-07-01", FIRST) == 3
    assert nights.run("2026-07-02", {"new": ["c_2"], "repeat": ["c_3"]}) == 1
    assert nights.run("2026-07-03", {"new": ["c_2"], "repeat": ["c_3"]}) == 0
    assert nights.run("2026-07-05", FIRST) == 1
    assert nights.history() == [
        ("c_1", "new", "2026-07-01", "2026-07-02", "v1", "seen 2026-07-01", "the rule no longer holds"),
        ("c_1", "new", "2026-07-05", None, "v1", "seen 2026-07-05", None),
        ("c_2", "new", "2026-07-01", None, "v1", "seen 2026-07-01", None),
        ("c_3", "repeat", "2026-07-01", None, "v1", "seen 2026-07-01", None),
    ]


def test_the_same_night_again_remembers_nothing_and_shows_the_same(nights: Nights) -> None:
    nights.run("2026-07-01", FIRST)
    first = nights.history()
    assert nights.run("2026-07-01", FIRST) == 0
    assert nights.history() == first
    # The publish may be tried twice over one build: the ledger has it already.
    nights.build("2026-07-02", {"new": ["c_2"], "repeat": []}, "", {})
    at = datetime(2026, 7, 2)
    assert append(nights.ledger, nights.warehouse, at, "run") == 2
    assert append(nights.ledger, nights.warehouse, at, "run") == 0


def test_a_changed_rule_begins_a_new_interval_even_for_who_stays(nights: Nights) -> None:
    nights.run("2026-07-01", FIRST)
    nights.run("2026-07-02", {"new": ["c_2", "c_3"], "repeat": ["c_3"]}, new="v2")
    assert [row for row in nights.history() if row[1] == "new"] == [
        ("c_1", "new", "2026-07-01", "2026-07-02", "v1", "seen 2026-07-01", "the rule changed"),
        ("c_2", "new", "2026-07-01", "2026-07-02", "v1", "seen 2026-07-01", "the rule changed"),
        ("c_2", "new", "2026-07-02", None, "v2", "seen 2026-07-02", None),
        ("c_3", "new", "2026-07-02", None, "v2", "seen 2026-07-02", None),
    ]


def test_a_rule_corrected_on_the_same_day_leaves_no_trace_in_the_history(nights: Nights) -> None:
    nights.run("2026-07-01", {"new": ["c_1"]})
    nights.run("2026-07-01", {"new": ["c_2"]}, new="v2")
    assert nights.history() == [("c_2", "new", "2026-07-01", None, "v2", "seen 2026-07-01", None)]


def test_a_customer_gone_or_merged_when_a_night_is_run_again_the_same_day(nights: Nights) -> None:
    nights.run("2026-06-30", {"new": ["c_1"], "repeat": ["c_3"]})
    nights.run("2026-07-01", FIRST)
    # c_2, new today, turns out to be c_1; c_3, known since yesterday, is gone.
    assert nights.run("2026-07-01", {"new": ["c_1"], "repeat": ["c_3"]}, gone="c_2") == 1
    assert nights.run("2026-07-01", {"new": ["c_1"]}, gone="c_3") == 1
    assert nights.run("2026-07-01", {"new": ["c_1"]}, gone="c_3") == 0
    assert nights.history() == [
        ("c_1", "new", "2026-06-30", None, "v1", "seen 2026-06-30", None),
        ("c_3", "repeat", "2026-06-30", "2026-07-01", "v1", "seen 2026-06-30", "the customer is gone"),
    ]


def test_a_segment_switched_off_keeps_its_history_and_begins_anew(nights: Nights) -> None:
    nights.run("2026-06-01", {"new": ["c_1"]})
    nights.run("2026-06-02", {}, off="new")
    assert nights.history() == [
        ("c_1", "new", "2026-06-01", "2026-06-02", "v1", "seen 2026-06-01", "the segment was switched off")
    ]
    nights.run("2026-09-01", {"new": ["c_1"]})
    assert [row[2:4] for row in nights.history()] == [("2026-06-01", "2026-06-02"), ("2026-09-01", None)]


def test_a_past_night_shows_the_past_and_changes_no_history(nights: Nights) -> None:
    nights.run("2026-07-01", FIRST)
    past = nights.history()
    nights.run("2026-07-05", {"new": ["c_1"], "repeat": ["c_3"]})
    now = nights.history()
    assert nights.run("2026-07-01", FIRST) == 0
    assert nights.history() == past
    assert nights.run("2026-07-03", {"new": ["c_3"]}) == 0
    assert nights.run("2026-07-05", {"new": ["c_1"], "repeat": ["c_3"]}) == 0
    assert nights.history() == now


def test_a_lost_or_damaged_version_is_an_error(nights: Nights) -> None:
    for day in ("2026-07-01", "2026-07-02", "2026-07-03"):
        nights.run(day, {"new": ["c_1"] if day.endswith("2") else ["c_2"]})
    paths = [path for path, _ in versions(nights.ledger, SEGMENT_CHANGES)]
    assert [p.name for p in paths] == [f"segment_changes-{n:06d}.parquet" for n in (1, 2, 3)]
    assert [p.stat().st_mode & 0o777 for p in paths] == [0o600] * 3
    whole = paths[1].read_bytes()
    for damage in (lambda: paths[1].unlink(), lambda: paths[1].write_bytes(whole[: len(whole) // 2])):
        damage()
        with pytest.raises(LedgerError):
            versions(nights.ledger, SEGMENT_CHANGES)
    paths[1].write_bytes(whole)
    assert len(versions(nights.ledger, SEGMENT_CHANGES)) == 3


def test_memberships_from_before_versions_were_of_words_go_on(nights: Nights) -> None:
    assert nights.run("2026-07-01", {"new": ["c_1"]}) == 1
    assert nights.run("2026-07-02", {"new": ["c_1"]}, new="w1") == 0, "the same words are the same rule"
    assert nights.run("2026-07-03", {"new": ["c_1"]}, new="w2") == 2, "other words are another rule"


def test_a_version_is_of_the_words_and_thresholds_alone(project: Compiled) -> None:
    """An edit of a macro that changes how a condition is written leaves every version; another bound changes its own."""
    delivered, other = project.compiler(), project.compiler(segments_new_days=31)
    before, applied = (delivered.model(name)[0] for name in ("segments", "customer_segments"))
    with delivered.edited("{% do return([column ~ ' ' ~ signs", "{% do return(['(' ~ column ~ ') ' ~ signs"):
        assert delivered.model("customer_segments")[0] != applied
        assert _versions(delivered.model("segments")[0]) == _versions(before)
    found = _versions(other.model("segments")[0])
    assert {name for name in found if found[name] != _versions(before)[name]} == {"new"}


def _versions(segments: str) -> dict[str, str]:
    """Segment → version, of the table's SQL."""
    with duckdb.connect() as con:
        return dict(con.execute(f"select segment, rule_version from ({segments})").fetchall())
