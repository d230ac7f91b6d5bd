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

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crm360.connectors.engine.errors import ConfigError

PACKAGE = Path(__file__).resolve().parents[2]  # the checkout, or the installed package
DELIVERED = PACKAGE / "dbt_project"
OWN_MARTS = Path("models/marts/own")
LAYERS = ("staging", "intermediate")  # folders of own models that are no marts
SUITE_FILES = "*_suite.py"
NOT_DBTS = {"target", "logs", "dbt_packages", "__pycache__", ".user.yml"}
READ_BY_DBT = (".sql", ".yml", ".csv", ".py", ".md")


@dataclass(frozen=True)
class Project:
    """One user's folder. Every path may lack: then what is delivered counts."""

    root: Path

    @property
    def models(self) -> Path:
        """Own marts, with their descriptions and suites beside them."""
        return self.root / "models"

    def seed(self, name: str) -> Path | None:
        """The user's file in place of the delivered seed, such as exchange_rates.csv, or None."""
        return next((p for p in (self.root / name, self.root / "decisions" / name) if p.is_file()), None)

    def suites(self) -> list[Path]:
        """The suites of own marts: models/…/<table>_suite.py."""
        return sorted(self.models.rglob(SUITE_FILES)) if self.models.is_dir() else []

    def segments(self) -> list[dict[str, Any]] | None:
        """The dimensions of segments.yml, or None where the project has none. Raises ConfigError."""
        return _listed(self.root / "segments.yml", "dimensions")

    def audiences(self) -> list[dict[str, Any]] | None:
        """The audiences of audiences.yml, or None where the project has none. Raises ConfigError."""
        return _listed(self.root / "audiences.yml", "audiences")

    def assemble(self, folder: Path, staging: Mapping[str, Path] | None = None) -> Path:
        """Make `folder` the dbt project of this user: links to what is delivered, and to what the user has.

        A model or seed of the user's takes the place of a delivered one of the same name. `staging` are the folders of
        staging models that connectors of other packages bring, by system. Only what differs from the last time is
        written. Returns the folder.
        """
        wanted = dict(self._links())
        for system, models in (staging or {}).items():
            wanted |= {Path("models/staging", system, p.name): p for p in models.iterdir() if _is_model_file(p)}
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if path.is_symlink() and wanted.get(path.relative_to(folder)) != Path(os.readlink(path)):
                path.unlink()
        for relative, target in wanted.items():
            link = folder / relative
            if not link.is_symlink():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.unlink(missing_ok=True)
                link.symlink_to(target)
        return folder

    def _links(self) -> Iterator[tuple[Path, Path]]:
        """Each file of the assembled dbt project with the file that it leads to."""
        own = [p for p in sorted(self.models.rglob("*")) if _is_model_file(p)] if self.models.is_dir() else []
        replaced = {p.stem for p in own if p.suffix in (".sql", ".py")}
        for path in sorted(DELIVERED.rglob("*")):
            relative = path.relative_to(DELIVERED)
            if not path.is_file() or path.suffix not in READ_BY_DBT or NOT_DBTS & set(relative.parts):
                continue
            if relative.parts[0] == "models" and path.suffix in (".sql", ".py") and path.stem in replaced:
                continue
            if relative.parts[0] == "seeds" and path.suffix == ".csv":
                yield relative, self.seed(path.name) or path
            else:
                yield relative, path
        for path in own:
            relative = path.relative_to(self.models)
            yield (Path("models") if relative.parts[0] in LAYERS else OWN_MARTS) / relative, path.absolute()


def _is_model_file(path: Path) -> bool:
    return path.is_file() and path.suffix in (".sql", ".yml", ".py") and not path.match(SUITE_FILES)


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
