"""What an engine has to do for a build, and which one a configuration names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from crm360.connectors.engine.errors import Crm360Error

if TYPE_CHECKING:
    from crm360.orchestration.settings.config import Config


# How the process that runs dbt tells among dbt's own messages why its engine can't go on.
FAILURE = "EngineFailed"


class EngineError(Crm360Error):
    """The engine that crm360.toml names can't work here."""

    who = "whoever runs this machine"


class Engine(Protocol):
    """One engine at work for one configuration."""

    target: str | None  # of profiles.yml; None for the one that it names itself
    begins_early: bool  # whether what runs dbt may begin before the landed views stand
    keeps_tables: bool  # whether what it does not build again stands where it was

    def require(self) -> None:
        """Raise EngineError, in one sentence, where it can't work here."""

    def make_room(self) -> None:
        """Take away what another engine has left in the warehouse; all of it is built again from landing and ledger."""

    def command(self) -> list[str]:
        """What runs dbt, before dbt's own words. Called after the landed views stand, unless it begins early."""

    def environment(self) -> dict[str, str]:
        """What that process is given beside ours."""

    def show(self) -> bool:
        """Let the warehouse file hold or show the tables that dbt has built. False if what it built last is lost."""


def engine_of(config: Config) -> Engine:
    """The engine of this configuration."""
    # Each imports what it needs when it is asked for: Spark is an extra.
    from crm360.orchestration.engines.duckdb import DuckDb
    from crm360.orchestration.engines.spark import Spark

    return Spark(config) if config.toml.engine.target == "spark" else DuckDb(config)


def discard(data: Path, warehouse: Path) -> None:
    """Take away all that any engine has built."""
    from crm360.orchestration.engines import spark

    spark.remove_tables(data)
    warehouse.unlink(missing_ok=True)
    warehouse.with_name(f"{warehouse.name}.wal").unlink(missing_ok=True)
