"""The user's project: the folder of crm360.toml, and what in it replaces or adds to what the package delivers.

    crm360.toml  .env                                what is set up; secrets
    segments.yml  audiences.yml                      in place of the delivered ones
    exchange_rates.csv  standard_stages.csv  …       a seed of the same name, in place of the delivered one
    decisions/identity_decisions.csv  …              likewise
    models/*.sql, *.yml, *_suite.py                  own marts, their descriptions, and their suites
    models/staging/<system>/                         staging models of an own system
    connectors/<system>.py                           its connector

Only commands that say so write here (`crm360 init`, `crm360 import-rates`); nothing delivered is ever written to.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crm360.connectors.engine.errors import ConfigError

PACKAGE = Path(__file__).resolve().parents[2]  # the checkout, or the installed package
DELIVERED = PACKAGE / "dbt_project"
SUITE_FILES = "*_suite.py"


def template(name: str) -> Path:
    """A delivered folder of templates: beside the rooms in an installed package, under src/crm360 in a checkout."""
    beside = PACKAGE / name
    return beside if beside.is_dir() else PACKAGE / "src" / "crm360" / name


@dataclass(frozen=True)
class Project:
    """One user's folder. Every path may lack: then what is delivered counts.

    `told`: a folder of seeds that stand in where the project's own says nothing: what the simulated company tells.
    """

    root: Path
    told: Path | None = None

    @property
    def models(self) -> Path:
        """Own marts, with their descriptions and suites beside them."""
        return self.root / "models"

    def seed(self, name: str) -> Path | None:
        """The user's file in place of the delivered seed, such as exchange_rates.csv, or None."""
        own = next((p for p in (self.root / name, self.root / "decisions" / name) if p.is_file()), None)
        if self.told is not None and (self.told / name).is_file() and (own is None or _says_nothing(own)):
            return self.told / name
        return own

    def suites(self) -> list[Path]:
        """The suites of own marts: models/…/<table>_suite.py."""
        return sorted(self.models.rglob(SUITE_FILES)) if self.models.is_dir() else []

    def segments(self) -> list[dict[str, Any]] | None:
        """The dimensions of segments.yml, or None where the project has none. Raises ConfigError."""
        return _listed(self.root / "segments.yml", "dimensions")

    def audiences(self) -> list[dict[str, Any]] | None:
        """The audiences of audiences.yml, or None where the project has none. Raises ConfigError."""
        return _listed(self.root / "audiences.yml", "audiences")


def _says_nothing(seed: Path) -> bool:
    """Whether a seed has no row, as `crm360 init` writes some."""
    with seed.open("rb") as file:
        return sum(1 for line in file if line.strip()) <= 1


def _listed(path: Path, key: str) -> list[dict[str, Any]] | None:
    """The list under the one key of a YAML file of the project."""
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"it is no YAML{line}", where=path.name) from error
    listed = told.get(key) if isinstance(told, dict) and set(told) == {key} else None
    if not isinstance(listed, list) or not listed or not all(isinstance(item, dict) for item in listed):
        raise ConfigError(f"it holds one key, {key}, with a list under it", where=path.name)
    return listed
