"""Alerts where Dagster runs: a sensor that looks every minute, whoever started the run that ended, or did not begin.

A tick that could not deliver an alert has failed, and stands so on Dagster's page.
"""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from crm360.orchestration.alerts.deliver import deliver
from crm360.orchestration.settings.config import Config

SECONDS = 60


def sensors(config: Config) -> list[dg.SensorDefinition]:
    """The sensor, where a way to send is set up."""
    if not config.toml.alerts.channels:
        return []

    @dg.sensor(
        name="alerts",
        description="Tells whoever must act what is wrong, and when it is well again.",
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def alerts() -> Iterator[dg.SkipReason]:
        sent = deliver(config)
        yield dg.SkipReason("; ".join(alert.sentence for alert in sent) or "nothing new")

    return [alerts]
