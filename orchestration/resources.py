"""The night as a Dagster resource: made when a run begins, it holds the data folder and writes the run's record."""

from collections.abc import Iterator

import dagster as dg

from orchestration import runs
from orchestration.config import Config
from orchestration.night import Night
from orchestration.record import recorded


def night(config: Config) -> dg.ResourceDefinition:
    """For runs that Dagster's daemon or web page starts. The command line brings its own Night."""

    @dg.resource(description="One night's work on the data folder; only one at a time.")
    def resource(_context: dg.InitResourceContext) -> Iterator[Night]:
        with runs.only_one(config.data):
            work = Night(config)
            with recorded(work):
                yield work

    return resource
