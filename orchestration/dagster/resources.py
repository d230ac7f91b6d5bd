"""Dagster's resources: the night, which holds the data folder and writes the run's record, and dbt."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource
from packaging.version import Version

from crm360.orchestration.catalog import shape
from crm360.orchestration.run import runs
from crm360.orchestration.run.night import Night
from crm360.orchestration.run.record import recorded
from crm360.orchestration.settings.config import Config


def night(config: Config) -> dg.ResourceDefinition:
    """For runs that Dagster's daemon or web page starts. The command line brings its own Night."""

    @dg.resource(description="One night's work on the data folder; only one at a time.")
    def resource(_context: dg.InitResourceContext) -> Iterator[Night]:
        with runs.only_one(config.data):
            work = Night(config)
            with recorded(work):
                yield work

    return resource


class Dbt(DbtCliResource):
    """dbt without what a night has no use for, each of which costs it a second or more."""

    @cached_property
    def _cli_version(self) -> Version:
        """The version installed beside us. `dbt --version` would ask PyPI for the newest one, too."""
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        """No second adapter in this process: it would only count the rows of each model for Dagster."""
        return None


def dbt(config: Config) -> Dbt:
    """dbt on our project. Its log holds what a person reads; each statement it ran is in the folder `run`."""
    flags = ["--log-level-file", "info", "--log-format-file", "text", "--no-use-colors-file"]
    return Dbt(project_dir=str(shape.project(config)), dbt_executable=str(shape.DBT), global_config_flags=flags)
