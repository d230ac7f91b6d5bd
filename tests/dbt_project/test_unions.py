"""Models that unite what systems tell: dbt's unit tests of them would name every system that there is."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from crm360.expectations import suites
from crm360.expectations.suite import CONTACT_DETAILS
from crm360.orchestration.settings.macros import Macros

from .conftest import Compiled, insert

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("unions.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def united(project: Compiled) -> duckdb.DuckDBPyConnection:
    """The models and what they read, over nothing."""
    return project.build([case["model"] for case in CASES], {})


def _table_of(project: Compiled, name: str) -> str:
    return f"{project.models[name]['schema']}.{name}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_what_a_union_makes_of_it(
    project: Compiled, united: duckdb.DuckDBPyConnection, tmp_path: Path, case: dict[str, Any]
) -> None:
    told = project.told(tmp_path, **case["vars"]) if "vars" in case else project
    rows, model = case["expect"]["rows"], case["model"]
    united.execute("begin")
    try:
        given = {told_of["input"]: told_of["rows"] for told_of in case["given"]}
        for name, content in given.items():
            table = _table_of(project, name)
            united.execute(f"create table emptied as from {table} limit 0")
            kind = "view" if project.models[name]["config"]["materialized"] == "view" else "table"
            united.execute(f"drop {kind} {table}")
            united.execute(f"create table {table} as from emptied")
            united.execute("drop table emptied")
            insert(united, table, content)
        told.make(united, model)
        table, columns = _table_of(project, model), ", ".join(rows[0])
        united.execute(f"create table expected as select {columns} from {table} limit 0")
        insert(united, "expected", rows)
        found = united.execute(f"select {columns} from {table}").fetchall()
        assert sorted(found, key=repr) == sorted(united.execute("from expected").fetchall(), key=repr)
    finally:
        united.execute("rollback")


OPEN: dict[str, list[str]] = Macros().call("open_texts")


@pytest.mark.parametrize("entity", OPEN)
def test_what_reaches_a_person_is_hidden_in_a_text_for_everybody(project: Compiled, entity: str) -> None:
    """One record of many would hold back the version: the audit finds an address or a number wherever it stands."""
    model, reader = f"int_{entity}_unioned", f"stg_mapped__{entity}"
    written = "Ask jo.doe+1@mail.example or +4930123456789, C@sh 1+1"
    made = project.build([model], {})
    table = _table_of(project, reader)
    made.execute(f"create table emptied as from {table} limit 0")
    made.execute(f"drop {'view' if project.models[reader]['config']['materialized'] == 'view' else 'table'} {table}")
    made.execute(f"create table {table} as from emptied")
    answered = {"score": 5} if entity == "surveys" else {}  # of an unanswered one nothing is told
    insert(made, table, [{"source": "f", "is_deleted": False, **answered, **dict.fromkeys(OPEN[entity], written)}])
    project.make(made, model)
    found = made.execute(f"select {', '.join(OPEN[entity])} from {_table_of(project, model)}").fetchall()
    pattern = CONTACT_DETAILS.replace("{{", "{").replace("}}", "}")
    texts = [text for row in found for text in row if text is not None]
    assert (
        texts and [t for t in texts if made.execute("select regexp_matches(?, ?)", [t, pattern]).fetchall()[0][0]] == []
    )
    assert any("Ask [hidden] or [hidden], C@sh 1+1" in text or re.fullmatch("other|unknown", text) for text in texts)
    (counts,) = (rule for rule in Macros().call("rules_of_hidden_texts") if rule[2] == model)
    counted = made.execute(f"select count(*) from {_table_of(project, model)} where {counts[3]} and {counts[4]}")
    assert counted.fetchall() == [(1 if any("[hidden]" in text for text in texts) else 0,)]


def test_every_text_for_everybody_is_known(shaped: Path) -> None:
    """What a source writes and stands in a published table outside its columns for personal values."""
    fields = {
        field
        for entity, shape in Macros().call("shapes").items()
        for field, kind in shape.items()
        if kind == "string" and entity != "web_events" and not field.endswith("_id") and field != "currency"
    }
    known = {field for texts in OPEN.values() for field in texts} | {"domain"}
    sql = "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'"
    with duckdb.connect(str(shaped), read_only=True) as con:
        columns = con.execute(sql).fetchall()
    audited = suites.load()
    shown = {c for t, c in columns if t in audited and c not in audited[t].personal and c in fields}
    assert shown and shown - known == {"subject"}, "run_history and anomalies name figures so"


OPEN_IDS: list[str] = Macros().call("open_ids")
# Ids that crm360 itself gives, and which hold no value of a source; and the same ids by another name.
OURS = {"customer_id", "account_id", "household_id", "alias_id", "run_id", "batch_id", "last_batch_id"}
OTHER_NAMES = {"attributed_campaign_id", "first_product_id", "next_product_id", "with_product_id"}


@pytest.mark.parametrize(
    ("entity", "reader", "column"),
    [("owners", "owners", "owner_id"), ("deals", "deals", "owner_id"), ("tickets", "tickets", "agent_id"),
     ("products", "products", "product_id"), ("order_lines", "order_lines", "product_id"),
     ("campaigns", "campaigns", "campaign_id"), ("email_events", "email_events", "campaign_id")],
)  # fmt: skip
def test_what_is_known_by_an_address_has_the_same_id_everywhere_and_not_that_one(
    project: Compiled, entity: str, reader: str, column: str
) -> None:
    """A list of employees whose key is their address is common: their deals still have an owner, and go out."""
    model, reader = f"int_{entity}_unioned", f"stg_mapped__{reader}"
    written = ["f:jo.doe@firm.example", "f:+4930123456789", "f:17", "f:C++"]
    made = project.build([model], {})
    table = _table_of(project, reader)
    made.execute(f"create table emptied as from {table} limit 0")
    made.execute(f"drop {'view' if project.models[reader]['config']['materialized'] == 'view' else 'table'} {table}")
    made.execute(f"create table {table} as from emptied")
    insert(made, table, [{"source": "f", "is_deleted": False, column: text} for text in written])
    project.make(made, model)
    found = {text for (text,) in made.execute(f"select {column} from {_table_of(project, model)}").fetchall()}
    assert found == {f"f:{hashlib.md5(t.encode()).hexdigest()}" if re.search("[@+]", t) else t for t in written}


def test_every_id_for_everybody_is_ours_or_tells_no_address(shaped: Path) -> None:
    sql = "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'"
    with duckdb.connect(str(shaped), read_only=True) as con:
        columns = con.execute(sql).fetchall()
    audited = suites.load()
    shown = {c for t, c in columns if t in audited and c.endswith("_id") and c not in audited[t].personal}
    assert len(shown) > 8 and shown - OURS - OTHER_NAMES == set(OPEN_IDS) & shown
