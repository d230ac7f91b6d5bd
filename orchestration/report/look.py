"""How a project wants its report: [report] of crm360.toml, with what else of the project the pages need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Look:
    """`dimension`: whose segments filter. `folder`: the project's own pages. `logo`: a data: address, or nothing."""

    language: str = "en"
    company: str = ""
    logo: str = ""
    time_zone: str = "UTC"
    dimension: str = "customer type"
    folder: Path | None = None
    seconds: float = 10.0  # that an own page's query may take
