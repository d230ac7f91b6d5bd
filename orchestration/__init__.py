"""CONDUCT: the only room that knows Dagster. Importing it switches off everything that would phone home."""

from __future__ import annotations

import os

for _name, _value in {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "GX_ANALYTICS_ENABLED": "false",
}.items():
    os.environ[_name] = _value
