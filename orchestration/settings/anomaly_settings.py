"""[anomalies] of crm360.toml: what becomes of a figure that is far off what it was."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from crm360.connectors.engine.errors import ConfigError


class Anomalies(Struct, forbid_unknown_fields=True, frozen=True):
    """[anomalies]"""

    action: Annotated[
        Literal["warn", "hold", "off"],
        Meta(
            description="`warn` tells of it in table anomalies, the run's lines and alerts; `hold` publishes nothing "
            "until somebody has looked; `off` compares nothing."
        ),
    ] = "warn"
    sensitivity: Annotated[
        float,
        Meta(
            description="How many times further than usual a figure may stray; twice that in the first week.",
            extra_json_schema={"exclusiveMinimum": 0},
        ),
    ] = 5.0
    weeks: Annotated[
        int, Meta(description="Weeks of history that are compared with.", extra_json_schema={"minimum": 1})
    ] = 8
    ignore: Annotated[
        list[str],
        Meta(
            description="What is not compared: a table, table.column or source/stream; `*` stands for any letters.",
            examples=["orders.*"],
        ),
    ] = []

    dimensions: Annotated[
        list[str],
        Meta(
            description="Columns of your own tables whose rows are counted by value, beside those of the delivered "
            "ones: of few values, and none of them a person's.",
            examples=["shops.region"],
        ),
    ] = []

    def check(self) -> None:
        """Raise ConfigError where a value can't be."""
        if self.sensitivity <= 0:
            raise ConfigError("sensitivity is above 0", path=("anomalies", "sensitivity"))
        if self.weeks < 1:
            raise ConfigError("weeks is at least 1", path=("anomalies", "weeks"))
        if wrong := [name for name in self.dimensions if name.count(".") != 1 or not all(name.split("."))]:
            raise ConfigError(f"{wrong[0]} is no table.column", path=("anomalies", "dimensions"))
