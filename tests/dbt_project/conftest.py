"""Runs the project's own compiled SQL on small tables in memory: dbt compiles once, then a case takes milliseconds."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from crm360.orchestration.catalog.assembly import assemble
from crm360.orchestration.settings.macros import Macros
from crm360.orchestration.settings.project import Project

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
LANDED = {
    "source": "text",
    "record_id": "text",
    "record": "text",
    "changed_at": "timestamp",
    "is_deleted": "boolean",
    "merged_into": "text",
    "rejected_because": "text",
    "extracted_at": "timestamp",
    "batch_id": "text",
}
OTHERS = {
    "landing.batches": "source text, stream text, batch_id text, started_at timestamp, finished_at timestamp, "
    "window_from timestamp, window_to timestamp, received bigint, landed bigint, duplicate bigint, rejected bigint, "
    "derived bigint, deleted bigint, reread bigint, forgotten bigint, removed bigint, pages bigint, reading text, "
    "source_count bigint, source_total bigint, complete boolean",
    "landing.schema_changes": "source text, stream text, field text, change text, type_before text, type_now text, "
    "changed_at timestamp, batch_id text",
    "landing.equal_lines": "source text, stream text, id_ends text, copies bigint",
    "landing.versions": "source text, stream text, record_id text, changed_at timestamp, is_deleted boolean, "
    "rejected_because text, extracted_at timestamp, batch_id text",
    "landing.rejections": "source text, stream text, record_id text, rejected_because text, extracted_at timestamp, "
    "batch_id text, resolved_at timestamp",
    "ledger.customer_ids": "source text, source_id text, customer_id text, assigned_at timestamp, version bigint",
    "ledger.account_ids": "source text, source_id text, account_id text, assigned_at timestamp, version bigint",
    "ledger.run_figures": "run_id text, measured_at timestamp, as_of date, scope text, subject text, source text, stream text, table_name text, column_name text, "
    "count_of_rows bigint, count_of_received bigint, count_of_landed bigint, count_of_deleted bigint, count_of_rejected bigint, "
    "hours_since_change double, null_share double, distinct_values bigint, mean double, standard_deviation double, version bigint",
    "ledger.run_anomalies": "run_id text, measured_at timestamp, as_of date, scope text, subject text, source text, stream text, table_name text, column_name text, "
    "figure text, figure_value double, expected_value double, lowest_value double, highest_value double, "
    "days_compared bigint, treatment text, version bigint",
    "ledger.segment_changes": "customer_id text, dimension text, segment text, definition text, change text, "
    "changed_on date, rule text, rule_version text, value text, because text, entered_version bigint, version bigint",
}
# Over a handful of rows a second thread costs a fifth more of the processors than it saves.
FEW_ROWS: dict[str, Any] = {"threads": 1}
Rows = Sequence[Mapping[str, Any]]
Person = Mapping[str, Any]


def landed(record_id: str, record: Any = None, source: str = "hubspot", **given: Any) -> dict[str, Any]:
    """One landed version of a record; without content it is a tombstone."""
    row: dict[str, Any] = {
        "source": source,
        "record_id": record_id,
        "record": None if record is None else json.dumps(record),
        "changed_at": "2026-06-01 00:00:00",
        "is_deleted": record is None,
        "extracted_at": "2026-07-01 02:00:00",
        "batch_id": "b1",
    }
    return {**row, **given}


class Compiled:
    """The project's models as dbt compiled them, in an order in which they can be built."""

    def __init__(self, manifest: Mapping[str, Any], database: str, keeps: bool = False) -> None:
        self.manifest = manifest
        self.database = database
        self.keeps = keeps
        self.sources = sorted({f"{s['schema']}.{s['name']}" for s in manifest["sources"].values()})
        self.models = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
        self.seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
        self.tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]

    def needed_for(self, targets: Iterable[str]) -> list[str]:
        """The targets and all models under them, parents first."""
        order: list[str] = []

        def visit(name: str) -> None:
            if name in order:
                return
            for parent in self.models[name]["depends_on"]["nodes"]:
                if parent.startswith("model."):
                    visit(parent.rsplit(".", 1)[-1])
            order.append(name)

        for target in targets:
            visit(target)
        return order

    def build(
        self, targets: Iterable[str], given: Mapping[str, Rows], warehouse: str | Path = ":memory:"
    ) -> duckdb.DuckDBPyConnection:
        """Build the targets over these source rows, in a session on UTC as the profile sets it."""
        con = duckdb.connect(config=FEW_ROWS)
        con.execute("set timezone = 'UTC'")
        con.execute(f"attach '{warehouse}' as {self.database}")
        con.execute(f"use {self.database}")
        for name in self.sources:
            schema = name.split(".")[0]
            columns = {**LANDED, "stream": "text"} if schema == "mapped" else LANDED
            con.execute(f"create schema if not exists {schema}")
            con.execute(f"create table {name} ({OTHERS.get(name) or ', '.join(map(' '.join, columns.items()))})")
            insert(con, name, given.get(name, ()))
        for schema in ("staging", "intermediate", "marts"):
            con.execute(f"create schema {schema}")
        con.execute("create schema seeds")
        for seed in self.seeds:
            columns = ", ".join(f"{name} {kind}" for name, kind in seed["config"]["column_types"].items())
            con.execute(f"create table seeds.{seed['name']} ({columns})")
            insert(con, f"seeds.{seed['name']}", given.get(f"seeds.{seed['name']}", ()))
        for name in self.needed_for(targets):
            self.make(con, name)
        return con

    def refill(self, con: duckdb.DuckDBPyConnection, given: Mapping[str, Rows], targets: Iterable[str]) -> None:
        """Put these rows in place of what the sources had, and make anew what of the targets' line reads them."""
        for name, rows in given.items():
            con.execute(f"delete from {name}")
            insert(con, name, rows)
        stale = {f"source.crm360.{name}" for name in given}
        for name in self.needed_for(targets):
            if stale.intersection(self.models[name]["depends_on"]["nodes"]):
                self.make(con, name)
                stale.add(self.models[name]["unique_id"])

    def make(self, con: duckdb.DuckDBPyConnection, name: str) -> None:
        """Build one model, in SQL or in Python, over what is there.

        What keeps its rows goes on with them if this was compiled for that (kept_from); else the table is replaced.
        """
        node = self.models[name]
        table = f"{node['schema']}.{name}"
        strategy = node["config"].get("incremental_strategy") if self.keeps else None
        made = f"{table}__made" if strategy else table
        self._make(con, node, made)
        if strategy:
            self._replace(con, node, table, made)

    def _make(self, con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], table: str) -> None:
        name = node["name"]
        if node["language"] == "sql":
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            con.execute(f"create or replace {kind} {table} as {node['compiled_code']}")
            return
        scope: dict[str, Any] = {"__name__": name}
        exec(compile(node["compiled_code"], name, "exec"), scope)
        made = scope["model"](scope["dbtObj"](lambda ref: con.sql(f"select * from {ref}")), con)
        con.register("made", made)
        con.execute(f"create or replace table {table} as select * from made")
        con.unregister("made")

    def _replace(self, con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], table: str, made: str) -> None:
        """What dbt runs to put new rows in place of old ones: the project's own statements."""
        args = SimpleNamespace(
            target_relation=table,
            temp_relation=made,
            unique_key=node["config"].get("unique_key"),
            dest_columns=[SimpleNamespace(quoted=f'"{c[0]}"') for c in con.execute(f"describe {table}").fetchall()],
        )

        def answered(sql: str) -> SimpleNamespace:
            rows = con.execute(sql).fetchall()
            return SimpleNamespace(columns=[SimpleNamespace(values=lambda: [row[0] for row in rows])])

        this = SimpleNamespace(incorporate=lambda path: f"{node['schema']}.{path['identifier']}")
        macros = Macros(scope={"this": this, "run_query": answered})
        con.execute(macros.call(f"get_incremental_{node['config']['incremental_strategy']}_sql", args))
        con.execute(f"drop table {made}")


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    """Insert rows given as mappings; what a row leaves out is null."""
    for row in rows:
        marks = ", ".join("?" for _ in row)
        con.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


@cache
def assembled() -> Path:
    """The project as a run assembles it for a user who has nothing of their own."""
    folder = Path(tempfile.mkdtemp(prefix="crm360-dbt-"))
    atexit.register(shutil.rmtree, folder, True)
    return assemble(Project(folder / "nothing"), folder / "project")


def run_dbt(
    command: str, folder: Path, *options: str, project: Path | None = None, **given: str
) -> subprocess.CompletedProcess[str]:
    """One dbt command on a warehouse in a folder of its own; `given` is its environment beside ours."""
    warehouse = folder / "warehouse.duckdb"
    project = project or assembled()
    dbt = Path(sys.executable).with_name("dbt")
    return subprocess.run(
        [
            str(dbt), "--no-use-colors", "--log-path", str(folder / "logs"), command, "--project-dir", str(project),
            "--profiles-dir", str(project), "--target-path", str(folder / "target"), *options,
        ],
        env={**os.environ, "CRM360_RULES": "tested", **given, "CRM360_WAREHOUSE": str(warehouse), "DBT_PROJECT_DIR": str(project), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip


def compiled(folder: Path, kept_from: Compiled | None = None, **given: Any) -> Compiled:
    """The project as dbt compiles it with these vars: for a first night, or for one that follows on `kept_from`."""
    if kept_from is not None:
        with kept_from.build(["int_identity_checkpoint"], {}) as con:
            con.execute(f"attach '{folder / 'warehouse.duckdb'}' as left_over")
            con.execute("create schema left_over.intermediate")
            tables = "select table_name from duckdb_tables() where not temporary and schema_name = 'intermediate'"
            for (table,) in con.execute(tables).fetchall():
                con.execute(f"create table left_over.intermediate.{table} as from intermediate.{table} limit 0")
    chosen = ("staging", "intermediate", "marts") if kept_from is None else ("intermediate.identity",)
    models_alone = ("--exclude", "resource_type:test", "resource_type:unit_test")
    done = run_dbt("compile", folder, "--vars", json.dumps(given), "--select", *chosen, *models_alone)
    assert done.returncode == 0, done.stdout
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    return Compiled(manifest, "warehouse", keeps=kept_from is not None)


Compile = Callable[..., Compiled]


class Identity:
    """The identity models over contacts that are given: built once, then refilled for each case."""

    def __init__(self, project: Compiled) -> None:
        targets = [
            "int_identity_checkpoint",
            "int_review_candidates",
            "int_decisions_checked",
            "int_customers_contradicted",
        ]
        self.project = project
        self.con = project.build(targets, {})
        # What has no parent is a list of a library's, and was built above.
        self.models = [
            name
            for name in project.needed_for(targets)
            if "/identity/" in project.models[name]["original_file_path"]
            and project.models[name]["depends_on"]["nodes"]
        ]

    def build(
        self,
        people: Mapping[str, Person],
        ledger: Iterable[Mapping[str, Any]] = (),
        decisions: Iterable[Mapping[str, Any]] = (),
        following: Compiled | None = None,
    ) -> dict[str, str]:
        """The customer id of each person record. Keys of `people` are contact ids: '<source>:<id>'.

        `following` is the project as it follows on the build before; without it nothing is known of that.
        """
        rows = [
            {
                "contact_id": name,
                "source": name.split(":")[0],
                "source_id": name.split(":", 1)[1],
                "is_deleted": False,
                **person,
            }
            for name, person in people.items()
        ]
        for table, content in (
            ("intermediate.int_contacts_unioned", rows),
            ("ledger.customer_ids", list(ledger)),
            ("seeds.identity_decisions", list(decisions)),
        ):
            self.con.execute(f"delete from {table}")
            insert(self.con, table, content)
        for name in self.models:
            (following or self.project).make(self.con, name)
        survived = {
            c for (c,) in self.con.execute("select customer_id from intermediate.int_golden_records").fetchall()
        }
        found = dict(
            self.con.execute("select contact_id, customer_id from intermediate.int_customer_ids_assigned").fetchall()
        )
        gone = {name for name, person in people.items() if person.get("is_deleted") or person.get("merged_into")}
        assert survived == {found[name] for name in people if name not in gone}
        return found


@pytest.fixture(scope="session")
def following(project: Compiled, compile_project: Compile) -> Compiled:
    """The project as it follows on another night, however much has changed since."""
    return compile_project(kept_from=project, full_refresh_threshold=1000)


@pytest.fixture(scope="session")
def identity(project: Compiled) -> Identity:
    return Identity(project)


@pytest.fixture(scope="session")
def mapped(compile_project: Compile) -> Compiled:
    """The project with what its tests map, their custom fields and their limits: one compilation for all of them."""
    from tests.dbt_project import test_accounting, test_mapped, test_mapped_words, test_refunds

    modules = (test_mapped, test_mapped_words, test_accounting, test_refunds)
    mappings = [m for tests in modules for m in tests.MAPPINGS]
    return compile_project(mappings=mappings, custom_fields=test_mapped.FIELDS, limits=test_accounting.EVERY_LIMIT)


@pytest.fixture(scope="session")
def truths(mapped: Compiled) -> duckdb.DuckDBPyConnection:
    """All published tables over what the truth tables tell, each under sources of its own: one build for all of them."""
    from tests.dbt_project import test_truth_consent, test_truth_flags, test_truth_money

    given: dict[str, list[dict[str, Any]]] = {}
    for tests in (test_truth_consent, test_truth_flags, test_truth_money):
        tests.tell(given)
    published = [name for name, node in mapped.models.items() if node["schema"] == "marts"]
    return mapped.build(published, given)
