"""Where dbt's SQL runs, as [engine] of crm360.toml says it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class EngineSettings(msgspec.Struct, forbid_unknown_fields=True):
    """The engine, and what only Spark needs to be told."""

    target: Annotated[
        Literal["duckdb", "spark"],
        Meta(description="DuckDB on this machine, or Spark, which needs `crm360[spark]` and Java 17 or later."),
    ] = "duckdb"
    master: Annotated[
        str,
        Meta(
            description="Of Spark: its master. `local[2]` is this machine with two cores, `local[*]` with all.",
            pattern=r"^local\[(\*|[1-9][0-9]*)\]$",
        ),
    ] = "local[2]"
    driver_memory: Annotated[
        str,
        Meta(
            description="Of Spark: memory of the process that holds its session, as Java writes it.",
            pattern="^[1-9][0-9]*[mg]$",
        ),
    ] = "2g"
    settings: Annotated[
        dict[str, str],
        Meta(description="Of Spark: settings of its session by their names there, all as texts."),
    ] = {}
