"""Starting work: a night through Dagster in this process, or Dagster's own web page and daemon."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from crm360.connectors.engine.errors import Crm360Error
from crm360.connectors.engine.session import REDACT
from crm360.orchestration.catalog import shape
from crm360.orchestration.cli.console import Console
from crm360.orchestration.dagster import resources
from crm360.orchestration.dagster.definitions import definitions
from crm360.orchestration.dagster.history import make_light
from crm360.orchestration.publish.publish import AuditFailed, require_passed
from crm360.orchestration.run import runs
from crm360.orchestration.run.night import Night
from crm360.orchestration.run.pull import Pulled
from crm360.orchestration.run.pulling import STALE
from crm360.orchestration.run.record import recorded
from crm360.orchestration.settings.config import Config


def run_night(config: Config, console: Console) -> int:
    """One night. Returns 0 if it published and everything is fresh, 3 if some streams are stale; raises otherwise."""
    began = time.monotonic()
    make_light()
    with runs.only_one(config.data):
        night = Night(config, console.line, console.progress)
        with recorded(night), console.working("starting"):
            with _dagster_home(config) as instance, _quietly(config, night.run_id):
                job = definitions(config).resolve_job_def("night")
                done = job.execute_in_process(
                    instance=instance,
                    resources={"night": night, "dbt": resources.dbt(config)},
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                    raise_on_error=False,
                )
                _log_failures(done)
            if night.published is None:
                raise _reason(config, night)
        if not done.success:
            raise Crm360Error("published, but Dagster marked the run as failed", where=night.run_id)
        failed = [p for p in night.pulled if p.error is not None]
        return _tell(night, failed, console, time.monotonic() - began)


def _tell(night: Night, failed: list[Pulled], console: Console, seconds: float) -> int:
    assert night.published is not None
    folder = night.config.published / "current"
    if folder.is_relative_to(Path.cwd()):
        folder = folder.relative_to(Path.cwd())
    rows = sum(night.published.rows.values())
    console.line(
        f"publish {night.published.version}: {len(night.published.rows)} tables, {rows:,} rows, {seconds:.0f} s"
    )
    for result in failed:
        console.line(f"stale   {result.error}")
    console.line(f"tables  {folder / 'customer_360.duckdb'} (and one Parquet file a table beside it)")
    console.line(f"report  {folder / 'reports' / 'index.html'}")
    return STALE if failed else 0


def _log_failures(done: dg.ExecuteInProcessResult) -> None:
    """Full tracebacks belong in the run's log, which stays on this machine."""
    for event in done.all_events:
        if event.is_step_failure and event.step_failure_data.error is not None:
            sys.stdout.write(REDACT(event.step_failure_data.error.to_string()) + "\n")  # the run's log, here


def _reason(config: Config, night: Night) -> Crm360Error:
    """Why nothing was published, as one sentence."""
    if isinstance(night.problem, Crm360Error):
        return night.problem
    if night.problem is not None:
        return Crm360Error(f"{type(night.problem).__name__}: {night.problem}", where="night")
    if night.audits:
        try:
            require_passed(night.audits)
        except AuditFailed as refusal:
            return refusal
    failed = shape.failures(config)
    more = f", and {len(failed) - 3} more" if len(failed) > 3 else ""
    told = "; ".join(failed[:3]) + more if failed else "a step of the night did not run"
    return shape.ShapeError(f"not published: {told}; what was published stays", where="dbt")


@contextlib.contextmanager
def _dagster_home(config: Config) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(prepare_home(config))) as instance:
        yield instance


def prepare_home(config: Config) -> Path:
    """data/dagster, with its settings: one run at a time, hung runs ended, no telemetry."""
    home = config.data / "dagster"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = Path(resources.__file__).with_name("dagster.yaml").read_text()
    (home / "dagster.yaml").write_text(settings)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


@contextlib.contextmanager
def _quietly(config: Config, run_id: str) -> Iterator[None]:
    """Send what dbt and Dagster print to the run's log, so that the person reads our lines alone."""
    config.runs.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (config.runs / f"{run_id}.log").open("w") as log, contextlib.redirect_stdout(log):
        yield


def serve_dagster(config: Config, port: int) -> int:
    """Dagster's web server and daemon, on loopback. Returns when either ends, or when interrupted."""
    home = prepare_home(config)
    shape.manifest(config)
    here = Path(sys.executable).parent
    workspace = ["-m", "crm360.orchestration.dagster.definitions"]
    commands = [
        [sys.executable, "-m", "crm360.orchestration.dagster.page", str(port)],  # behind the guard
        [str(here / "dagster-daemon"), "run", *workspace],
    ]
    env = os.environ | {"DAGSTER_HOME": str(home)}
    processes = [subprocess.Popen(c, env=env) for c in commands]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while all(p.poll() is None for p in processes):
            time.sleep(0.5)
        raise Crm360Error("Dagster's web server or daemon ended by itself; its last lines say why", where="serve")
    except KeyboardInterrupt:
        return 0
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=20)
