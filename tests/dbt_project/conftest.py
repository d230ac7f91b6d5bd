"""Runs the project's own compiled SQL on small tables in memory: dbt compiles once, then a case takes milliseconds."""

from __future__ import annotations

import atexit
import fcntl
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
from crm360.orchestration.catalog.landed import show_landed
from crm360.orchestration.catalog.ledger import BOOKS
from crm360.orchestration.engines.duckdb_functions import register
from crm360.orchestration.settings.macros import Macros
from crm360.orchestration.settings.project import Project
from tests.dbt_project.compiling import Compiler
from tests.keeping import kept

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
# Over a handful of rows a second thread costs a fifth more of the processors than it saves; and to better a plan takes as
# long as all the rest, so nothing is bettered here. Nights build with DuckDB as it comes.
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
    """The project's models as dbt compiled them, in an order in which they can be built.

    `folder` is where it was compiled. All models are kept there as they are over nothing: what nothing is given to is
    copied from there, as nine in ten of the vendors' models are in most tests, which take most of the time.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        database: str,
        keeps: bool = False,
        folder: Path | None = None,
        told_of: Compiled | None = None,
    ) -> None:
        self.manifest = manifest
        self.database = database
        self.keeps = keeps
        self.folder = folder
        self.told_of = told_of
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
        self,
        targets: Iterable[str],
        given: Mapping[str, Rows],
        warehouse: str | Path = ":memory:",
        *,
        of_few_rows: bool = True,
    ) -> duckdb.DuckDBPyConnection:
        """Build the targets over these source rows, in a session on UTC as the profile sets it."""
        con = duckdb.connect(config=FEW_ROWS)
        con.execute("set timezone = 'UTC'")
        if of_few_rows:
            con.execute("pragma disable_optimizer")
        register(con)
        con.execute(f"attach '{warehouse}' as {self.database}")
        con.execute(f"use {self.database}")
        for name in self.sources:
            schema = name.split(".")[0]
            columns = {**LANDED, "stream": "text"} if schema == "mapped" else LANDED
            con.execute(f"create schema if not exists {schema}")
            columns = columns_told().get(name) or columns
            con.execute(f"create table {name} ({', '.join(map(' '.join, columns.items()))})")
            insert(con, name, given.get(name, ()))
        for schema in ("staging", "intermediate", "marts"):
            con.execute(f"create schema {schema}")
        con.execute("create schema seeds")
        for seed in self.seeds:
            columns = ", ".join(f"{name} {kind}" for name, kind in seed["config"]["column_types"].items())
            con.execute(f"create table seeds.{seed['name']} ({columns})")
            insert(con, f"seeds.{seed['name']}", given.get(f"seeds.{seed['name']}", ()))
        if (nothing := self.over_nothing()) is not None:
            con.execute(f"attach '{nothing}' as nothing (read_only)")
        told = {self._id_of(name) for name, rows in given.items() if rows}
        for name in self.needed_for(targets):
            node = self.models[name]
            if nothing is None or told.intersection(node["depends_on"]["nodes"]):
                told.add(node["unique_id"])
                self.make(con, name)
            else:
                table = f"{node['schema']}.{name}"
                con.execute(f"create {_kind(node)} {table} as from nothing.{table}")
        return con

    def told(self, folder: Path | None = None, **variables: Any) -> Compiled:
        """The same project with these variables; in `folder` its models over nothing are kept, as this one's are."""
        compiler = self.compiler(**variables)
        nodes = dict(self.manifest["nodes"])
        for name in compiler.that_may_read(variables):
            node = self.models[name]
            code, read = compiler.model(name)
            read_by = {**node["depends_on"], "nodes": read}
            nodes[node["unique_id"]] = {**node, "compiled_code": code, "depends_on": read_by}
        return Compiled({**self.manifest, "nodes": nodes}, self.database, folder=folder, told_of=self)

    def compiler(self, **variables: Any) -> Compiler:
        """dbt's compiler for this project with these variables."""
        assert self.folder is not None
        return Compiler(assembled(), self.folder / "target", json.loads(json.dumps(variables)))

    def make_all(self, con: duckdb.DuckDBPyConnection, given: Iterable[str]) -> None:
        """Build every model, where only the sources that are given have rows: of the others' staging models, which the
        day of the figures does not change, what they are over nothing is copied."""
        nothing = self.over_nothing()
        assert nothing is not None
        con.execute(f"attach '{nothing}' as nothing (read_only)")
        told = {self._id_of(name) for name in given}
        for name in self.needed_for(sorted(self.models)):
            node = self.models[name]
            copied = node["schema"] == "staging" and _kind(node) == "table"
            if copied and not told.intersection(node["depends_on"]["nodes"]):
                table = f"{node['schema']}.{name}"
                con.execute(f"create or replace table {table} as from nothing.{table}")
            else:
                told.add(node["unique_id"])
                self.make(con, name)
        con.execute("detach nothing")

    def _id_of(self, table: str) -> str:
        """dbt's id of a source or a seed, given as schema.name."""
        schema, name = table.split(".")
        return f"seed.crm360.{name}" if schema == "seeds" else f"source.crm360.{table}"

    def over_nothing(self) -> Path | None:
        """A database of all models over no row at all; made by the first worker that needs it."""
        if self.folder is None or self.keeps:
            return None
        made = self.folder / "nothing.duckdb"
        with (self.folder / "nothing.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                half = made.with_suffix(".half")
                half.unlink(missing_ok=True)
                if self.told_of is not None:
                    self._as_told_over_nothing(self.told_of, half)
                else:
                    Compiled(self.manifest, self.database).build(sorted(self.models), {}, half).close()
                half.rename(made)
        return made

    def _as_told_over_nothing(self, other: Compiled, path: Path) -> None:
        """What the other project's models are over nothing, with those made anew that are others here, and what reads one
        that comes to something else."""
        nothing = other.over_nothing()
        assert nothing is not None
        shutil.copyfile(nothing, path)
        with duckdb.connect(config=FEW_ROWS) as con:
            con.execute("set timezone = 'UTC'")
            con.execute("pragma disable_optimizer")
            register(con)
            con.execute(f"attach '{path}' as {self.database}")
            con.execute(f"use {self.database}")
            differing: set[str] = set()
            for name in self.needed_for(sorted(self.models)):
                node, before = self.models[name], other.models[name]
                is_other = node.get("compiled_code") != before.get("compiled_code")
                if is_other or differing.intersection(node["depends_on"]["nodes"]):
                    rows = f"from {node['schema']}.{name}"
                    stood = sorted(con.execute(rows).fetchall(), key=repr)
                    self.make(con, name)
                    if sorted(con.execute(rows).fetchall(), key=repr) != stood:
                        differing.add(node["unique_id"])

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

    def make_again(self, con: duckdb.DuckDBPyConnection, name: str, prepared: set[str]) -> None:
        """Fill the table of a model that was made before, by its own statement, prepared once: to understand a long
        statement takes far longer than to run it over a handful of rows, and it is understood anew only when a table is
        made or replaced, so that here none is."""
        node = self.models[name]
        table = f"{node['schema']}.{name}"
        if self.keeps and node["config"].get("incremental_strategy"):
            self.make(con, name)
        elif _kind(node) == "table":
            con.execute(f"delete from {table}")
            into, statement = f"insert into {table} by name", f"{name}_{'following' if self.keeps else 'first'}"
            if node["language"] != "sql":
                self._run(con, node, into)
            else:
                if statement not in prepared:
                    con.execute(f"prepare {statement} as {into} {node['compiled_code']}")
                    prepared.add(statement)
                con.execute(f"execute {statement}")

    def _make(self, con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], table: str) -> None:
        if node["language"] == "sql":
            con.execute(f"create or replace {_kind(node)} {table} as {node['compiled_code']}")
        else:
            self._run(con, node, f"create or replace table {table} as")

    def _run(self, con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], into: str) -> None:
        """Run a model in Python, and put its rows where this says."""
        scope: dict[str, Any] = {"__name__": node["name"]}
        exec(compile(node["compiled_code"], node["name"], "exec"), scope)
        made = scope["model"](scope["dbtObj"](lambda ref: con.sql(f"select * from {ref}")), con)
        con.register("made", made)
        con.execute(f"{into} select * from made")
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


def _kind(node: Mapping[str, Any]) -> str:
    return "view" if node["config"]["materialized"] == "view" else "table"


@cache
def columns_told() -> dict[str, dict[str, str]]:
    """What a night shows dbt beside the streams, of the landing and of the ledger: table → column → type."""
    found = {f"ledger.{book.name}": {**book.columns, "version": "bigint"} for book in BOOKS}
    with duckdb.connect() as con:
        show_landed(con, Path("nowhere"), ())
        for name, column, kind in con.execute(
            "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'landing' "
            "order by table_name, column_index"
        ).fetchall():
            found.setdefault(f"landing.{name}", {})[column] = kind
    return found


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
    """The project with these vars, for a first night, or for one that follows on `kept_from`."""
    if kept_from is None:
        return Compiled(by_dbt(folder, **given), "warehouse")
    _leave_over(kept_from, folder)
    return Compiled(by_dbt(folder, "--select", "intermediate.identity", **given), "warehouse", keeps=True)


def by_dbt(
    folder: Path, *options: str, without: Iterable[str] = (), environment: Mapping[str, str] | None = None, **given: Any
) -> dict[str, Any]:
    """dbt's manifest with these vars, in which the models are compiled. More threads take more of the processor's time and
    end no sooner: dbt compiles in Python alone."""
    models_alone = ("--threads", "1", "--exclude", "resource_type:test", "resource_type:unit_test", *without)
    said = ("--vars", json.dumps(given), *models_alone, *options)
    done = run_dbt("compile", folder, *said, **(environment or {}))
    assert done.returncode == 0, done.stdout
    manifest: dict[str, Any] = json.loads((folder / "target" / "manifest.json").read_text())
    return manifest


def _leave_over(kept_from: Compiled, folder: Path) -> None:
    """Put the tables that the night before left into the warehouse of this folder: dbt looks whether they are there."""
    with kept_from.build(["int_identity_checkpoint"], {}) as con:
        con.execute(f"attach '{folder / 'warehouse.duckdb'}' as left_over")
        con.execute("create schema left_over.intermediate")
        ours = f"database_name = '{kept_from.database}' and schema_name = 'intermediate'"
        for (table,) in con.execute(f"select table_name from duckdb_tables() where {ours}").fetchall():
            con.execute(f"create table left_over.intermediate.{table} as from intermediate.{table} limit 0")


Compile = Callable[..., Compiled]


class Identity:
    """The identity models over contacts that are given: built once, then refilled for each case."""

    def __init__(self, project: Compiled) -> None:
        targets = ["int_identity_checkpoint", "int_review_candidates", "int_decisions_checked"]
        self.project = project
        self.con = project.build(targets, {})
        self._prepared: set[str] = set()
        # What has no parent is a list of a library's, and was built above.
        self.models = [
            name
            for name in project.needed_for(targets)
            if "/identity/" in project.models[name]["original_file_path"]
            and project.models[name]["depends_on"]["nodes"]
        ]
        for name in self.models:
            if _kind(project.models[name]) == "view":  # as it was copied, it looks at what is made of nothing
                project.make(self.con, name)

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
            (following or self.project).make_again(self.con, name, self._prepared)
        survived = {
            c for (c,) in self.con.execute("select customer_id from intermediate.int_golden_records").fetchall()
        }
        found = dict(
            self.con.execute("select contact_id, customer_id from intermediate.int_customer_ids_assigned").fetchall()
        )
        gone = {name for name, person in people.items() if person.get("is_deleted") or person.get("merged_into")}
        assert survived == {found[name] for name in people if name not in gone}
        return found

    def contradicted(self) -> list[tuple[Any, ...]]:
        """What the customers' records say two things of: field and two records. Few cases ask, and it takes as long as a tenth
        of all others."""
        self.project.make(self.con, "int_customers_contradicted")
        said = "select field, contact_id_a, contact_id_b from intermediate.int_customers_contradicted order by 1"
        return self.con.execute(said).fetchall()


@pytest.fixture(scope="session")
def following(project: Compiled, compile_project: Compile) -> Compiled:
    """The project as it follows on another night, however much has changed since."""
    return compile_project(kept_from=project, full_refresh_threshold=1000)


@pytest.fixture(scope="session")
def identity(project: Compiled) -> Identity:
    return Identity(project)


@pytest.fixture(scope="session")
def mapped(compile_project: Compile, together: Path) -> Compiled:
    """The project with what its tests map, their custom fields and their limits."""
    from tests.dbt_project import test_accounting, test_mapped, test_mapped_words, test_refunds

    modules = (test_mapped, test_mapped_words, test_accounting, test_refunds)
    mappings = [m for tests in modules for m in tests.MAPPINGS]
    folder = together / "mapped"
    folder.mkdir(exist_ok=True)
    limits = test_accounting.EVERY_LIMIT
    return compile_project().told(folder, mappings=mappings, custom_fields=test_mapped.FIELDS, limits=limits)


@pytest.fixture(scope="session")
def truths(mapped: Compiled, made_of: str) -> duckdb.DuckDBPyConnection:
    """All published tables over what the truth tables tell, each under sources of its own: one build for all of them."""
    from tests.dbt_project import test_truth_consent, test_truth_flags, test_truth_money

    given: dict[str, list[dict[str, Any]]] = {}
    for tests in (test_truth_consent, test_truth_flags, test_truth_money):
        tests.tell(given)
    published = [name for name, node in mapped.models.items() if node["schema"] == "marts"]
    with kept(json.dumps([made_of, "truths", given], sort_keys=True, default=str)) as (folder, is_whole):
        if not is_whole:
            mapped.build(published, given, folder / "truths.duckdb").close()
    con = duckdb.connect(config=FEW_ROWS)
    con.execute("set timezone = 'UTC'")
    con.execute(f"attach '{folder / 'truths.duckdb'}' as {mapped.database} (read_only)")
    con.execute(f"use {mapped.database}")
    return con
