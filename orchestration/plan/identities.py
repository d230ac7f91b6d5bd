"""A trial of the identities: who would be whom if a night ran now, by the rules and decisions as they stand.

The identity models are built, from what is landed and what the ledger holds, in a warehouse of their own that is
thrown away. Nothing else is written but the list that `--to` asks for.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from crm360 import duck
from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.catalog import shape
from crm360.orchestration.catalog.warehouse import register_config
from crm360.orchestration.cli.console import Console
from crm360.orchestration.plan.listed import write_list
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config

# Records whose customer would be another one than the ledger says; new records, whose customer is new or known.
CHANGES = """
    with held as (
        select source || ':' || source_id as contact_id, max_by(customer_id, version) as customer_id
        from ledger.customer_ids group by all
    ), tried as (
        select contact_id, customer_id from intermediate.int_customer_ids_assigned where customer_id is not null
    ), compared as (
        select coalesce(tried.contact_id, held.contact_id) as contact_id, held.customer_id as customer_id_before,
            tried.customer_id
        from tried left join held using (contact_id)
    )
    select *,
        case
            when customer_id_before is null and customer_id in (select customer_id from held) then 'joins'
            when customer_id_before is null then 'new'
            when customer_id_before not in (select customer_id from tried) then 'merged'
            when customer_id not in (select customer_id from held) then 'split'
            else 'moved'
        end as change
    from compared where customer_id is distinct from customer_id_before
"""
MEANING = {
    "new": ("new records", "new customers"),
    "joins": ("new records of known customers", "customers"),
    "merged": ("records whose customer is merged into another one", "customers that take them"),
    "split": ("records that leave their customer for a new one", "new customers"),
    "moved": ("records that move to another known customer", "customers that take them"),
}


@dataclass(frozen=True)
class Shift:
    """What a trial does of one kind: how many records change, and how many customers they go to."""

    change: str
    records: int
    customers: int


def try_identities(config: Config, to: Path | None = None) -> list[Shift]:
    """Return the kinds of change that there are. `to` is a CSV file for each record, its customer before and after.

    Raises ConfigError when nothing is landed or the project can't be read, BusyError while a run works.
    """
    with runs.only_one(config.data):
        if not any(config.landing.glob("*/*/*.parquet")):
            raise ConfigError("nothing has been landed yet: pull first", where="identities")
        folder = config.data / "dbt" / "identities"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            warehouse = folder / "warehouse.duckdb"
            _build(config, warehouse, folder)
            with duck.connect(warehouse) as con:
                con.execute(f"create temp table changes as {CHANGES}")
                if to is not None:
                    listed = "from changes order by change, customer_id, contact_id"
                    write_list(con.execute(listed), to)
                found = con.execute(
                    "select change, count(*), count(distinct customer_id) from changes group by change"
                ).fetchall()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    order = list(MEANING)
    return sorted((Shift(*row) for row in found), key=lambda shift: order.index(shift.change))


def show_trial(config: Config, to: Path | None, console: Console, as_json: bool = False) -> int:
    """Tell what a trial does: one line for each kind of change. Returns 0."""
    with console.working("trying the identities"):
        shifts = try_identities(config, to)
    if as_json:
        console.json({"ok": True, "changes": shifts})
        return 0
    for shift in shifts:
        records, customers = MEANING[shift.change]
        console.line(f"{shift.change:<7} {shift.records:,} {records}: {shift.customers:,} {customers}")
    if not shifts:
        console.line("nothing would change")
    return 0


def _build(config: Config, warehouse: Path, folder: Path) -> None:
    register_config(config, warehouse)
    told = json.dumps(shape.variables(config))
    command = [str(shape.DBT), "--quiet", "build", "--select", "+int_customer_ids_assigned", "--vars", told]
    done = subprocess.run(
        [*command, "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test",
         "--project-dir", str(shape.project(config)), "--target-path", str(folder),
         "--partial-parse-file-path", str(shape.target(config) / "partial_parse.msgpack")],
        env=os.environ | shape.environment(config, runs.as_of(config)),
        cwd=warehouse.parent,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        said = [line.strip() for line in done.stdout.splitlines() if "Error" in line]
        raise ConfigError(said[-1] if said else "dbt can't build the identities", where="identities")
