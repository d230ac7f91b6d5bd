"""Starting work: a job of Dagster's in this process, or Dagster's own web page and daemon."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from crm360.connectors.engine.errors import Crm360Error
from crm360.connectors.engine.session import REDACT
from crm360.orchestration.catalog import build, shape
from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.logs import Lines
from crm360.orchestration.dagster import home
from crm360.orchestration.dagster.definitions import definitions
from crm360.orchestration.dagster.landing import stream_key
from crm360.orchestration.publish import manifest
from crm360.orchestration.publish.publish import AuditFailed
from crm360.orchestration.push.pushing import FAILED
from crm360.orchestration.run import audit, retrying, runs
from crm360.orchestration.run.interrupts import interruptible
from crm360.orchestration.run.pulling import STALE, pull_only
from crm360.orchestration.run.steps import Run, begun
from crm360.orchestration.settings.config import Config

INTERRUPTED = "UNEXPECTED_TERMINATION"
PULLS = ("nightly", "prepare", "pull")
PUBLISHES = ("nightly", "publish")


def run_job(config: Config, console: Console, job: str = "nightly", part: Part | None = None) -> int:
    """Execute one of Dagster's jobs, or a part of it.

    Returns 0, 3 if it published and some streams are stale, or 8 if a push failed after that; raises otherwise.
    """
    began = time.monotonic()
    dagster_run_id = str(uuid.uuid4())
    root = part.root_run_id if part is not None else ""
    told = begun(config, job, console.line, console.progress, dagster_run_id=dagster_run_id, root_run_id=root)
    with interruptible(), told as run:
        run.now = console.now
        run.ahead = {s.name: [t.name for t in s.streams] for s in config.sources} if part is None else part.ahead
        with console.working("starting"), home.instance(config) as instance, _quietly(config, run.record.run_id):
            if job in PULLS:
                run.begin_to_pull()  # the first night's dbt takes twenty seconds to read the project
            defined = definitions(config, run.manifest).resolve_job_def(job)
            if part is not None:  # before it is given the run: a subset takes no other resources than the job's own
                defined = defined.get_subset(asset_selection=frozenset(part.assets(defined)))
            done = defined.execute_in_process(
                instance=instance,
                run_id=dagster_run_id,
                resources={"run": run},
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                raise_on_error=False,
            )
            _log_failures(done)
            if run.record.outcome == "canceled" or _was_interrupted(done):
                instance.report_run_canceled(done.dagster_run, "Interrupted: the next run goes on from here.")
                raise KeyboardInterrupt
        if not done.success or (job in PUBLISHES and run.record.version is None):
            raise _reason(config, run)
        # What is held on purpose, figures that are far off among it, is what was asked of `prepare`.
        if job in ("prepare", "audit") and audit.refused(config, run.record.run_id, is_accepted=job == "prepare"):
            raise _reason(config, run)
        if job in PUBLISHES:
            code = _tell(config, run, console, time.monotonic() - began)
            return code or (FAILED if any(one.error for one in run.pushed) else 0)
    return 0


@dataclass(frozen=True)
class Part:
    """Of a job these streams, and all that comes after pulling. `root_run_id` is of the run that is done again."""

    streams: tuple[tuple[str, str], ...] = ()
    root_run_id: str = ""

    @property
    def ahead(self) -> dict[str, list[str]]:
        """The streams, by source."""
        found: dict[str, list[str]] = {}
        for source, stream in self.streams:
            found.setdefault(source, []).append(stream)
        return found

    def assets(self, job: dg.JobDefinition) -> list[dg.AssetKey]:
        """What is materialized anew."""
        pulls = {stream_key(*named) for named in self.streams} | {dg.AssetKey(["pulled", s]) for s in self.ahead}
        others = {k for k in job.asset_layer.executable_asset_keys if k.path[0] not in ("landing", "pulled")}
        registered = {k for k in job.asset_layer.executable_asset_keys if k.path[0] == "landing" and len(k.path) == 2}
        return sorted(pulls | others | registered)


def retry(config: Config, console: Console) -> int:
    """Do again what failed in the last run. Returns as the job does, or 0 where nothing failed."""
    found = retrying.plan(config)
    if found.first == "nothing":
        console.line("nothing failed in the last run")
        return 0
    if found.first == "pull":
        console.line(f"retry   {', '.join('/'.join(s) for s in found.streams)}")
        if found.job == "pull":
            return pull_only(config, ["/".join(s) for s in found.streams], console)
        return run_job(config, console, found.job, Part(found.streams, found.root_run_id))
    console.line(f"retry   from {found.first} on")
    if found.first == "build":
        job = found.job if found.job in ("nightly", "prepare", "build") else "nightly"
        return run_job(config, console, job, None if job == "build" else Part((), found.root_run_id))
    if found.first == "audit":
        code = run_job(config, console, "audit")
        if found.job in ("audit", "prepare"):
            return code
    return run_job(config, console, "publish")


def _tell(config: Config, run: Run, console: Console, seconds: float) -> int:
    told = manifest.read(config.published / "current")
    folder = config.published / "current"
    if folder.is_relative_to(Path.cwd()):
        folder = folder.relative_to(Path.cwd())
    rows = sum(table["rows"] for table in told["tables"].values())
    console.line(f"publish {run.record.version}: {len(told['tables'])} tables, {rows:,} rows, {seconds:.0f} s")
    failed = [s.error for s in build.read(config.warehouse).streams if s.error]
    for error in failed:
        console.line(f"stale   {error}")
    console.line(f"tables  {folder / 'customer_360.duckdb'} (and one Parquet file a table beside it)")
    console.line(f"report  {folder / 'reports' / 'index.html'}")
    return STALE if failed else 0


def _log_failures(done: dg.ExecuteInProcessResult) -> None:
    """Full tracebacks belong in the run's log, which stays on this machine."""
    for event in done.all_events:
        if event.is_step_failure and event.step_failure_data.error is not None:
            sys.stdout.write(REDACT(event.step_failure_data.error.to_string()) + "\n")  # the run's log, here


def _was_interrupted(done: dg.ExecuteInProcessResult) -> bool:
    """Whether a signal ended the run between two steps."""
    failed = [e for e in done.all_events if e.is_job_failure]
    reasons = [e.job_failure_data.failure_reason for e in failed]
    return any(reason is not None and reason.value == INTERRUPTED for reason in reasons)


def _reason(config: Config, run: Run) -> Crm360Error:
    """Why the job did not reach its end, as one sentence."""
    if run.problem is not None:
        return run.problem
    refused = audit.refused(config, run.record.run_id)
    if refused is not None:
        return AuditFailed(refused)
    if run.record.version is not None:
        return Crm360Error("published, but Dagster marked the run as failed", where=run.record.run_id)
    return Crm360Error("a step of the run did not run; the run's log says why", where=run.record.run_id)


@contextlib.contextmanager
def _quietly(config: Config, run_id: str) -> Iterator[None]:
    """Send what dbt and Dagster print to the run's log, so that the person reads our lines alone."""
    config.runs.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        (config.runs / f"{run_id}.log").open("w") as file,
        Lines(file, config.toml.log_format) as log,
        contextlib.redirect_stdout(log),
    ):
        yield


def serve_dagster(config: Config, port: int, address: str = "127.0.0.1", names: Sequence[str] = ()) -> int:
    """Dagster's web server and daemon, on loopback unless another address is named.

    Returns when either ends, or when interrupted.
    """
    folder = home.prepare(config)
    shape.manifest(config)
    if not runs.is_working(config.data):
        with runs.only_one(config.data), home.instance(config):
            pass  # which ends dead runs and forgets old ones
    here = Path(sys.executable).parent
    workspace = ["-m", "crm360.orchestration.dagster.definitions"]
    commands = [
        [sys.executable, "-m", "crm360.orchestration.dagster.page", str(port), address, *names],  # behind the guard
        [str(here / "dagster-daemon"), "run", *workspace],
    ]
    env = os.environ | {"DAGSTER_HOME": str(folder)}
    processes = [subprocess.Popen(c, env=env) for c in commands]
    with interruptible():
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
