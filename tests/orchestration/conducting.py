"""A small company of two files and a dbt project of three marts, and the processes that conduct runs over it.

    conducting.py run|publish|… FOLDER                 the command line's way
    conducting.py dagster FOLDER JOB [KEY …]           as Dagster's daemon or page does it: these assets only
    conducting.py again FOLDER                         Dagster's re-execution of the newest run, from its failure
    conducting.py fork                                 runs of the command line's way, as folders.py asks for them

Each prints one JSON object about Dagster's run. What differs from the real thing is the project and the suites; the
steps, the run's record, Dagster's jobs and resources are the real ones.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import dagster as dg

from crm360.expectations import suites
from crm360.expectations.suite import Suite, key, rows
from crm360.orchestration.catalog import assembly, shape
from crm360.orchestration.dagster import home, landing
from crm360.orchestration.dagster.definitions import definitions
from crm360.orchestration.publish import manifest
from crm360.orchestration.settings.config import Config, load

TOML = """
as_of = "2026-07-01"
[sources.shop]
system = "files"
[sources.shop.streams.orders]
path = "orders.csv"
key = ["id"]
[[sources.shop.streams.orders.entities]]
entity = "orders"
fields = { total_amount = "total" }
[sources.desk]
system = "files"
[sources.desk.streams.people]
path = "people.csv"
key = ["id"]
[[sources.desk.streams.people.entities]]
entity = "contacts"
fields = { full_name = "name" }
"""
SUITES = {
    "persons": Suite("persons", (rows(), *key("customer_id"))),
    "purchases": Suite("purchases", (rows(), *key("order_id"))),
    "slow": Suite("slow", (rows(), *key("order_id"))),
}


def company(folder: Path) -> Path:
    """Write the files of a company into a folder."""
    (folder / "crm360.toml").write_text(TOML)
    (folder / "orders.csv").write_text("id,total\n1,5.00\n2,7.50\n")
    (folder / "people.csv").write_text("id,name\n1,Ann\n2,Bob\n3,Cid\n")
    return folder


def configured(folder: Path) -> Config:
    """The small project in place of ours, and what a test wants to go wrong."""
    shape.DELIVERED = assembly.DELIVERED = Path(__file__).parent / "small"
    reads = folder / "reads.txt"
    if reads.exists():  # which a test takes away while a daemon works
        os.environ |= {"SMALL_READS": reads.read_text(), "SMALL_READS_OF": "file"}
    elif os.environ.pop("SMALL_READS_OF", None):
        del os.environ["SMALL_READS"]
    suites.delivered = lambda: SUITES  # type: ignore[assignment]
    landing.RETRY = dg.RetryPolicy(max_retries=1, delay=0.1)
    return load(folder / "crm360.toml", folder / "data")


def job(folder: str, name: str) -> dg.JobDefinition:
    """What `reconstructable` makes anew in whatever process executes a run."""
    return definitions(configured(Path(folder))).resolve_job_def(name)


@dg.definitions
def defs() -> dg.Definitions:
    """What a daemon loads: the folder that CRM360_SMALL names."""
    return definitions(configured(Path(os.environ["CRM360_SMALL"])))


def told(instance: dg.DagsterInstance, run_id: str) -> dict[str, Any]:
    """What Dagster knows of a run."""
    run = instance.get_run_by_id(run_id)
    assert run is not None
    logs = instance.all_logs(run_id)
    events = [e.dagster_event for e in logs if e.dagster_event is not None]
    checks = [e.asset_check_evaluation_data for e in events if e.event_type_value == "ASSET_CHECK_EVALUATION"]
    return {
        "status": run.status.value,
        "steps": [e.step_key for e in events if e.event_type_value == "STEP_SUCCESS"],
        "failed": [e.step_key for e in events if e.event_type_value == "STEP_FAILURE"],
        "again": [e.step_key for e in events if e.event_type_value == "STEP_RESTARTED"],
        "materialized": [
            "/".join(e.asset_key.path) for e in events if e.event_type_value == "ASSET_MATERIALIZATION" and e.asset_key
        ],
        "refused": ["/".join(c.asset_key.path) for c in checks if not c.passed],
        "errors": [
            e.step_failure_data.error.to_string() for e in events if e.is_step_failure and e.step_failure_data.error
        ],
    }


def conduct(folder: Path, how: str, *names: str) -> dict[str, Any]:
    """One run, as Dagster executes it."""
    config = configured(folder)
    with home.instance(config) as instance:
        newest = instance.get_runs(limit=1)
        name = names[0] if how == "dagster" else newest[0].job_name
        made = dg.reconstructable(JOBS[name])
        # Else Dagster takes the job of that name that it made for another folder.
        for kept in (type(made).get_definition, type(made).get_repository_definition):
            kept.cache_clear()
        options = dg.ReexecutionOptions.from_failure(newest[0].run_id, instance) if how == "again" else None
        done = dg.execute_job(
            made,
            instance=instance,
            reexecution_options=options,
            asset_selection=[dg.AssetKey(n.split("/")) for n in names[1:]] or None,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        return told(instance, done.run_id)


def nightly() -> dg.JobDefinition:
    """The job of the folder that CRM360_SMALL names."""
    return job(os.environ["CRM360_SMALL"], "nightly")


def publish() -> dg.JobDefinition:
    """The job of the folder that CRM360_SMALL names."""
    return job(os.environ["CRM360_SMALL"], "publish")


JOBS = {"nightly": nightly, "publish": publish}


def twice(folder: Path) -> dict[str, Any]:
    """Two runs of one process, as a code server may execute them; one source dies in between."""
    config = configured(folder)
    found = {}
    with home.instance(config) as instance:
        defined = definitions(config).resolve_job_def("nightly")
        for name in ("first", "second"):
            quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
            assert defined.execute_in_process(instance=instance, run_config=quiet).success
            told = manifest.read(config.published / "current")
            found[name] = [[f"{s['source']}/{s['stream']}", s["status"]] for s in told["sources"]]
            (folder / "people.csv").unlink(missing_ok=True)
    return found


def runs_of(folder: Path) -> list[dict[str, Any]]:
    """All runs as Dagster knows them, oldest first, each with the run that it executes again."""
    with dg.DagsterInstance.from_config(str(home.prepare(configured(folder)))) as instance:
        found = sorted(instance.get_run_records(), key=lambda r: r.create_timestamp)
        return [told(instance, r.dagster_run.run_id) | {"of": r.dagster_run.parent_run_id} for r in found]


def newest_status(folder: Path) -> str:
    """How the newest run ended, as Dagster knows it."""
    with home.instance(configured(folder)) as instance:
        return instance.get_runs(limit=1)[0].status.value


def command(folder: Path, *arguments: str) -> int:
    """The command line's way."""
    from crm360.orchestration.cli import cli

    configured(folder)
    where = ["--config", str(folder / "crm360.toml"), "--data", str(folder / "data")]
    cli.main([*arguments, *where], prog_name="crm360")
    return 0


def fork() -> None:
    """For each line that asks for a command in a folder: fork, say which process it is, and how it ended."""
    for module in ("crm360.orchestration.cli.cli", "crm360.orchestration.run.launch", "crm360.expectations.audit"):
        importlib.import_module(module)
    for line in sys.stdin:
        name, folder, environment = json.loads(line)
        if (process := os.fork()) == 0:
            _forked(name, folder, environment)
        print(process, flush=True)
        _, status, took = os.wait4(process, 0)
        ended = [os.waitstatus_to_exitcode(status), took.ru_utime + took.ru_stime, took.ru_maxrss]
        print(json.dumps(ended), flush=True)


def _forked(name: str, folder: str, environment: Mapping[str, str]) -> NoReturn:
    """A run as if it were a process of its own: a session, an environment, and what it says in a file."""
    os.setsid()
    os.environ.clear()
    os.environ |= {**environment, "CRM360_SMALL": folder}
    for number, file in ((0, os.devnull), (1, os.devnull), (2, f"{folder}/said")):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
    sys.exit(command(Path(folder), name))


if __name__ == "__main__":
    if sys.argv[1] == "fork":
        sys.exit(fork())
    os.environ["CRM360_SMALL"] = sys.argv[2]
    if sys.argv[1] == "twice":
        sys.stdout.write("\n" + json.dumps(twice(Path(sys.argv[2]))) + "\n")
    elif sys.argv[1] in ("dagster", "again"):
        sys.stdout.write("\n" + json.dumps(conduct(Path(sys.argv[2]), sys.argv[1], *sys.argv[3:])) + "\n")
    else:
        sys.exit(command(Path(sys.argv[2]), sys.argv[1], *sys.argv[3:]))
