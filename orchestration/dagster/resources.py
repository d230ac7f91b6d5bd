"""Dagster's one resource of ours: the run, which holds the data folder and keeps the run's record."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from crm360.orchestration.run import runs
from crm360.orchestration.run.steps import Run, begun
from crm360.orchestration.settings.config import Config


def run(config: Config) -> dg.ResourceDefinition:
    """For runs that Dagster's daemon or web page starts: each has a Run of its own. The command line brings one."""

    @dg.resource(description="One run on the data folder; only one at a time.")
    def resource(context: dg.InitResourceContext) -> Iterator[Run]:
        known = context.run
        job, dagster_id, root = (known.job_name, known.run_id, known.root_run_id or "") if known else ("", "", "")
        with begun(config, job, dagster_run_id=dagster_id, root_run_id=root) as work:
            work.ahead = streams_ahead(config, known)
            yield work
        if not work.has_begun:  # no step of this run needed it
            runs.forget(config.runs, work.record)

    return resource


def streams_ahead(config: Config, known: dg.DagsterRun | None) -> dict[str, list[str]]:
    """The streams that a run of Dagster's is going to pull, by source."""
    steps = None if known is None else known.step_keys_to_execute
    chosen = None if known is None else known.asset_selection
    ahead = {}
    for source in config.sources:
        if steps is not None and f"pull_{source.name}" not in steps:
            continue
        names = [
            t.name for t in source.streams if chosen is None or dg.AssetKey(["landing", source.name, t.name]) in chosen
        ]
        if names:
            ahead[source.name] = names
    return ahead
