"""Everything that Dagster conducts, on one screen. The configuration is CRM360_CONFIG, or ./crm360.toml."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from crm360.orchestration.catalog import shape
from crm360.orchestration.dagster import assets, checks, resources
from crm360.orchestration.dagster.history import make_light
from crm360.orchestration.settings.config import Config, load


def definitions(config: Config) -> dg.Definitions:
    """The definitions for one configuration."""
    os.environ.update(shape.environment(config))
    make_light()
    everything = dg.AssetSelection.all()
    night = dg.define_asset_job("night", everything, description="Pull, land, shape, audit, publish.")
    return dg.Definitions(
        assets=[
            assets.landing_assets(config),
            assets.registered_assets(config),
            assets.shaped_assets(config),
            assets.published_assets(config),
        ],
        asset_checks=[checks.audit_checks(config)],
        jobs=[night],
        schedules=[
            dg.ScheduleDefinition(
                name="nightly",
                job=night,
                cron_schedule=config.toml.schedule,
                execution_timezone=config.toml.time_zone,
                default_status=dg.DefaultScheduleStatus.RUNNING,
            )
        ],
        resources={
            "night": resources.night(config),
            "dbt": resources.dbt(config),
        },
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
