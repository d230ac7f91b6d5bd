"""`crm360 retry`: what failed in the last run, and what follows from it; nothing that went well is done again.

    streams failed         pull these, then build, audit and publish
    the build is not whole build, audit, publish
    the audit let nothing  audit and publish: the same build, by suites that may have been mended
    it was not published   publish

On Dagster's page the same is "Re-execute from failure".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crm360.orchestration.catalog import build, shape
from crm360.orchestration.publish.publish import AuditFailed
from crm360.orchestration.run import audit, pausing, runs
from crm360.orchestration.run.runs import RunRecord
from crm360.orchestration.settings.config import Config

PULLS = ("nightly", "prepare", "pull")
BUILDS = ("nightly", "prepare", "build")
First = Literal["nothing", "pull", "build", "audit", "publish"]


@dataclass(frozen=True)
class Retry:
    """Where to begin, with which streams, and up to which job's end. `root_run_id` is of the run that is done again."""

    first: First
    streams: tuple[tuple[str, str], ...] = ()
    job: str = "nightly"
    root_run_id: str = ""


def plan(config: Config) -> Retry:
    """What the last run has left to be done."""
    last = next(iter(runs.read(config.runs, 1)), None)
    if last is None:
        return Retry("nothing")
    streams = tuple(_streams(config, last))
    if streams:
        return Retry("pull", streams, last.job, last.root_run_id)
    if last.outcome in ("published", "pulled") or last.job == "pull":
        return Retry("nothing")
    return Retry(_first(config, last), (), last.job, last.root_run_id)


def _streams(config: Config, last: RunRecord) -> list[tuple[str, str]]:
    """Streams that failed in it, or that it did not come to before it ended."""
    if last.job not in PULLS:
        return []
    paused = pausing.read(config)
    ended_early = last.job != "pull" and last.outcome in ("working", "canceled") and last.as_of is None
    return [
        (source.name, stream.name)
        for source in config.sources
        if source.name not in paused
        for stream in source.streams
        if ((attempt := last.streams.get(f"{source.name}/{stream.name}")) is not None and attempt.error)
        or (attempt is None and ended_early)
    ]


def _first(config: Config, last: RunRecord) -> First:
    """The first step that did not do its work, by what the steps left."""
    try:
        standing = build.read(config.warehouse)
        if last.job in BUILDS and standing.run_id != last.run_id:
            return "build"  # the one that stands is of a run before
        build.require_whole(config.warehouse, shape.read_manifest(config))
    except build.NotBuilt:
        return "build"
    try:
        audit.require(audit.verdicts_on(config, standing))
    except AuditFailed:
        return "audit"
    return "nothing" if last.job in ("build", "audit", "prepare") else "publish"
