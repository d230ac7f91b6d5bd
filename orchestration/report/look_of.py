"""How the project that is set up wants its report."""

from __future__ import annotations

import base64
from pathlib import Path

from crm360.orchestration.report.look import Look
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.report_settings import LOGOS


def look_of(config: Config) -> Look:
    """[report] with the project's folder of own pages, and the logo's bytes. Raises OSError."""
    told = config.toml.report
    return Look(
        told.language,
        told.company,
        _address(config.path.parent / told.logo) if told.logo else "",
        told.time_zone or config.toml.time_zone,
        told.segments,
        config.path.parent.absolute() / "reports",
        told.query_seconds,
    )


def _address(file: Path) -> str:
    """A picture as an address that holds it, so that the report fetches nothing."""
    return f"data:{LOGOS[file.suffix.lower()]};base64,{base64.b64encode(file.read_bytes()).decode()}"
