"""DuckDB: dbt works in the warehouse file itself."""

from __future__ import annotations

import sys

from crm360.orchestration.engines import spark
from crm360.orchestration.engines.engine import discard
from crm360.orchestration.settings.config import Config


class DuckDb:
    """The engine that is there by the rule."""

    # The profile's own, as when the project was parsed: named, dbt would read all of it a second time.
    target: str | None = None
    begins_early = True  # it opens the warehouse when it builds
    keeps_tables = True

    def __init__(self, config: Config) -> None:
        self._config = config

    def require(self) -> None:
        """It is part of crm360."""

    def make_room(self) -> None:
        """Views over Spark's tables are no tables that DuckDB could go on with."""
        if spark.has_tables(self._config.data):
            discard(self._config.data, self._config.warehouse)

    def command(self) -> list[str]:
        """dbt as it is."""
        return [sys.executable, "-P", "-m", "crm360.orchestration.engines.dbt_process"]

    def environment(self) -> dict[str, str]:
        """The warehouse's path is in everybody's."""
        return {}

    def show(self) -> bool:
        """The tables are there."""
        return True
