"""Everything that Dagster conducts, on one screen. The configuration is CRM360_CONFIG, or ./crm360.toml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from crm360.orchestration.catalog import shape
from crm360.orchestration.catalog.descriptions import described
from crm360.orchestration.dagster import alerting, landing, models, published, resources
from crm360.orchestration.settings.config import Config, load


def definitions(config: Config, known: Mapping[str, Any] | None = None) -> dg.Definitions:
    """The definitions for one configuration. `known` is dbt's manifest, where it has been read already."""
    manifest = shape.read_manifest(config) if known is None else known
    tables = sorted(described(manifest))
    pulls = [landing.pull_assets(config, source) for source in config.sources]
    registered = landing.registered_assets(config, [key for pull in pulls for key in pull.keys])
    shaped = models.shaped_assets(manifest)
    audit = published.audit_checks(tables)
    public = published.published_assets(config, tables)
    pushed = published.pushed_assets(config, tables)
    last = [public] if pushed is None else [public, pushed]

    build = dg.AssetSelection.assets(*registered.keys, *shaped.keys) - dg.AssetSelection.checks(audit)
    jobs = {
        "nightly": (dg.AssetSelection.all(), "Pull, land, shape, audit, publish, push."),
        "prepare": (
            dg.AssetSelection.all() - dg.AssetSelection.assets(*last),
            "Pull, land, shape, audit; publish nothing.",
        ),
        "pull": (dg.AssetSelection.assets(*pulls), "Pull and land every stream of every source."),
        "build": (build, "Show dbt what has been landed, and build every model."),
        "audit": (dg.AssetSelection.checks(audit), "Audit the build that stands in the warehouse."),
        "publish": (
            dg.AssetSelection.assets(*last),
            "Publish the build, if it is whole and its audit let it through; then push audiences.",
        ),
    }
    defined = {name: dg.define_asset_job(name, chosen, description=told) for name, (chosen, told) in jobs.items()}
    return dg.Definitions(
        assets=[*pulls, *landing.views(config), registered, shaped, *last],
        asset_checks=[audit],
        jobs=list(defined.values()),
        schedules=[
            dg.ScheduleDefinition(
                name="nightly",
                job=defined["nightly"],
                cron_schedule=config.toml.schedule,
                execution_timezone=config.toml.time_zone,
                default_status=dg.DefaultScheduleStatus.RUNNING,
            )
        ],
        sensors=alerting.sensors(config),
        resources={"run": resources.run(config)},
        executor=dg.in_process_executor,  # one writer of the warehouse, and no cold start a step
    )


def from_environment() -> Config:
    """The configuration that CRM360_CONFIG and CRM360_DATA name."""
    data = os.environ.get("CRM360_DATA")
    return load(Path(os.environ.get("CRM360_CONFIG", "crm360.toml")), Path(data) if data else None)


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` loads."""
    return definitions(from_environment())
