"""A trial of the segments: who would enter and who would leave by segments.yml as it stands, before any night runs.

The changed rules are compiled by dbt and run, read-only, over the profiles of the last build, and compared with the
members of that build. Nothing is written but the list that `--to` asks for.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from crm360 import duck
from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.catalog import shape
from crm360.orchestration.cli.console import Console
from crm360.orchestration.plan.listed import write_list
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config

EDITOR = "whoever edits segments.yml"
MODEL = "model.crm360.customer_segments"
DIFFERENCE = """
    select coalesce(tried.dimension, now.dimension) as dimension, coalesce(tried.segment, now.segment) as segment,
        coalesce(tried.customer_id, now.customer_id) as customer_id,
        case when now.customer_id is null then 'enters' when tried.customer_id is null then 'leaves' else 'stays' end
            as change,
        coalesce(tried.rule, now.rule) as rule, coalesce(tried.value, now.value) as value
    from ({tried}) as tried
    full join marts.customer_segments as now on tried.customer_id = now.customer_id and tried.segment = now.segment
"""


@dataclass(frozen=True)
class Shift:
    """What a trial does to one segment, in customers."""

    dimension: str
    segment: str
    members: int
    enter: int
    leave: int


def try_segments(config: Config, to: Path | None = None) -> list[Shift]:
    """Return every segment, as of the last build. `to` is a CSV file for who enters and who leaves, and why.

    Raises ConfigError when there is no build yet or the rules do not hold together, BusyError while a run works.
    """
    with runs.only_one(config.data):
        if not config.warehouse.exists():
            raise ConfigError("nothing has been built yet: run a night first", where="segments")
        difference = DIFFERENCE.format(tried=_compiled(config, _as_of(config)))
        with duck.connect(config.warehouse, read_only=True) as con:
            try:
                con.execute(f"create temp table difference as {difference}")
            except duckdb.BinderException as error:
                unknown = str(error).splitlines()[0].removeprefix("Binder Error: ")
                raise ConfigError(unknown, where="segments.yml", who=EDITOR) from error
            if to is not None:
                listed = "from difference where change <> 'stays' order by dimension, segment, change, customer_id"
                write_list(con.execute(listed), to)
            rows = con.execute(
                """select dimension, segment, count(*) filter (where change <> 'leaves'),
                    count(*) filter (where change = 'enters'), count(*) filter (where change = 'leaves')
                from difference group by dimension, segment order by min(rowid)"""
            ).fetchall()
    return [Shift(*row) for row in rows]


def show_trial(config: Config, to: Path | None, console: Console, as_json: bool = False) -> int:
    """Tell what a trial does: one line a segment that changes, and how many stay as they are. Returns 0."""
    with console.working("trying the segments"):
        shifts = try_segments(config, to)
    if as_json:
        console.json({"ok": True, "segments": shifts})
        return 0
    changed = [s for s in shifts if s.enter or s.leave]
    for s in changed:
        console.line(
            f"{s.dimension}: {s.segment}  {s.members:,} customers; {s.enter:,} would enter, {s.leave:,} would leave"
        )
    console.line(f"{len(shifts) - len(changed)} of {len(shifts)} segments stay as they are")
    return 0


def _as_of(config: Config) -> date:
    with duck.connect(config.warehouse, read_only=True) as con:
        try:
            ((day,),) = con.execute("select max(as_of_date) from intermediate.int_customers_profiled").fetchall()
        except duckdb.CatalogException as error:
            raise ConfigError("nothing has been built yet: run a night first", where="segments") from error
    if day is None:
        raise ConfigError("the last build has no customer to try the segments on", where="segments")
    return day


def _compiled(config: Config, as_of: date) -> str:
    """The SELECT of customer_segments by the rules as they stand, for the day of the last build."""
    folder = config.data / "dbt" / "trial"
    told = json.dumps(shape.variables(config))
    command = [str(shape.DBT), "--quiet", "compile", "--select", "customer_segments", "--vars", told]
    done = subprocess.run(
        [*command, "--project-dir", str(shape.project(config)), "--target-path", str(folder)],
        env=os.environ | shape.environment(config, as_of),
        cwd=config.data,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = [line.split("segments.yml: ", 1)[1] for line in done.stdout.splitlines() if "segments.yml: " in line]
        raise ConfigError(said[-1] if said else "dbt can't read the project", where="segments.yml", who=EDITOR)
    manifest = json.loads((folder / "manifest.json").read_text())
    return str(manifest["nodes"][MODEL]["compiled_code"])
