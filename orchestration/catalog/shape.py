"""SHAPE, as orchestration sees it: where dbt works, what it is told, and its manifest."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from crm360 import durable, record_linkage
from crm360.connectors.engine.errors import ConfigError, Crm360Error, LandingError
from crm360.orchestration.catalog import sealed
from crm360.orchestration.catalog.assembly import READ_BY_DBT, assemble, assembled
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.project import DELIVERED

if TYPE_CHECKING:
    from crm360.orchestration.catalog.dbt_ready import Dbt

DBT = Path(sys.executable).with_name("dbt")
# Where macros/as_of.sql finds the night's day.
AS_OF = "CRM360_AS_OF"
# Where macros/incremental_strategies.sql finds what decides who is who: what other rules found is not built upon.
RULES = "CRM360_RULES"
RULES_OF = ("models/intermediate/identity", "macros")
# What crm360.toml says that dbt has a variable of the same name for.
TOLD = ("base_currency", "time_zone", "attribution", "attribution_days", "churn_days")


class ShapeError(Crm360Error):
    """dbt could not build the candidate tables, or one of its tests failed."""

    who = "the engineer who runs crm360"


def target(config: Config) -> Path:
    """Where dbt keeps its manifest and results."""
    return config.data / "dbt"


def project(config: Config) -> Path:
    """The dbt project of this user, delivered files and own ones, as links under the data folder."""
    systems = {source.connector.system for source in config.sources}
    staging = {name: c.models for name, c in config.connectors.items() if c.models is not None and name in systems}
    folder = assemble(config.project, target(config) / "project", staging, systems)
    if any(source.stream_limits for source in config.sources):
        _refuse_idle_limits(config, assembled(folder).judged())
    return folder


def _refuse_idle_limits(config: Config, judged: set[tuple[str, str]]) -> None:
    """Raise ConfigError for a limit on values of a stream of which no model judges any: it would hold nothing back."""
    for source in config.sources:
        for stream, limit in source.stream_limits.items():
            if stream == "all" or source.connector.declared or (source.connector.system, stream) in judged:
                continue
            if said := limit.on_values:
                told = f"{said} has no effect, for no value of {source.name}/{stream} is judged: take it out"
                raise ConfigError(told, where=f"{config.path.name}, sources.{source.name}.limits.{stream}")


def variables(config: Config) -> dict[str, Any]:
    """The dbt variables of this configuration: what dbt reads its project anew for when it changes."""
    told: dict[str, Any] = {"mappings": config.mappings, "custom_fields": config.custom_fields}
    if config.limits:
        told["limits"] = config.limits
    told |= {name: getattr(config.toml, name) for name in TOLD} | config.toml.value.variables()
    zones = {source.name: source.settings.get("time_zone", "UTC") for source in config.sources}
    if any(zone != "UTC" for zone in zones.values()):
        told["time_zones"] = {name: zone for name, zone in zones.items() if zone != "UTC"}
    brands = {s.name: s.brand for s in config.sources if s.brand not in ("", s.name)}
    if brands:
        told["brands"] = brands
    own = {"segments": config.project.segments(), "audiences": config.project.audiences()}
    told |= {name: listed for name, listed in own.items() if listed is not None}
    return told | {f"segments_{name}": value for name, value in config.toml.segments.items()}


def environment(config: Config, as_of: date | None = None) -> dict[str, str]:
    """What dbt's process is given beside our own environment. Without `as_of` the project's own day stands.

    The process works in the warehouse's folder and knows it by its name alone: dbt reads a whole project anew where a
    path of its profile is another one, as in a copied data folder or in a trial.
    """
    ours = str(project(config))
    return {
        **({} if as_of is None else {AS_OF: as_of.isoformat()}),
        RULES: rules(),
        "CRM360_WAREHOUSE": config.warehouse.name,
        "DBT_TARGET_PATH": str(target(config)),
        "DBT_LOG_PATH": str(target(config) / "logs"),
        "DBT_PROFILES_DIR": ours,
        "DBT_PROJECT_DIR": ours,
    }


def manifest(config: Config, dbt: Dbt | None = None) -> Path:
    """dbt's manifest, made anew if it is not of this project under this configuration. Raises ShapeError.

    `dbt` is a process that reads the project already; without one it is begun. What the manifest
    was made of is told by content, not by time: a copied data folder's files all look new. It is a copy of our own, put
    in place in one step, for dbt writes its own at every start; one that is not as written is none.
    """
    kept, mark = _kept(config)
    now = made_of(config)
    if not _is_known(config, now):
        content = _parsed(config) if dbt is None or not dbt.writes_manifest else _read_by(dbt, config)
        try:
            durable.write(kept, content)
            sealed.write(mark, _Mark(now, hashlib.sha256(content).hexdigest()))
        except OSError as error:
            raise LandingError(f"dbt's manifest can't be kept ({error.strerror})", where=target(config).name) from error
    return kept


def knows_manifest(config: Config) -> bool:
    """Whether the manifest of this project under this configuration is kept."""
    return _is_known(config, made_of(config))


def _is_known(config: Config, now: str) -> bool:
    kept, mark = _kept(config)
    known = sealed.read(mark, _Mark)
    return known is not None and known.made_of == now and kept.exists() and known.sha256 == durable.digest(kept)


def _kept(config: Config) -> tuple[Path, Path]:
    """Where the manifest is kept, and what tells whose it is."""
    return target(config) / "crm360_manifest.json", target(config) / "crm360_manifest.mark"


class _Mark(msgspec.Struct):
    made_of: str
    sha256: str


def read_manifest(config: Config, dbt: Dbt | None = None) -> dict[str, Any]:
    """What dbt's manifest says."""
    told: dict[str, Any] = json.loads(manifest(config, dbt).read_bytes())
    return told


def _read_by(dbt: Dbt, config: Config) -> bytes:
    written = target(config) / "manifest.json"
    if not dbt.has_read() or not written.exists():
        raise ShapeError(f"dbt can't read the project: {one_line(dbt.complaint)}", where="dbt")
    return written.read_bytes()


def _parsed(config: Config) -> bytes:
    command = [str(DBT), "--quiet", "--log-format", "json", "parse", "--project-dir", str(project(config))]
    command += ["--vars", json.dumps(variables(config))]
    given = os.environ | environment(config)
    done = subprocess.run(command, env=given, cwd=config.data, capture_output=True, text=True, check=False)
    written = target(config) / "manifest.json"
    if done.returncode != 0 or not written.exists():
        raise ShapeError(f"dbt can't read the project: {complaint(done.stdout)}", where="dbt")
    return written.read_bytes()


def complaint(output: str) -> str:
    """The last error that dbt told, as one line."""
    said = [event["info"]["msg"] for event in _events(output) if event["info"]["level"] == "error"]
    return one_line(said[-1] if said else "its log says why")


def one_line(said: str) -> str:
    """What dbt said, as one line."""
    return " ".join(said.split()).removeprefix("Encountered an error: ")[:400]


def _events(output: str) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            event = json.loads(line)
            if event["info"]["msg"]:
                yield event


def made_of(config: Config) -> str:
    """SHA-256 of all that decides what the manifest says: the project's files, the variables, dbt itself."""
    return _digest([version("dbt-core"), variables(config)], project(config).rglob("*"))


def rules() -> str:
    """SHA-256 of all that decides who is who beside the data: the identity models and their maths, and the packages."""
    needed = (re.split(r"[^\w.-]", name, maxsplit=1)[0] for name in requires("crm360") or () if "extra ==" not in name)
    packages = {name: version(name) for name in needed}
    files = [path for folder in RULES_OF for path in (DELIVERED / folder).rglob("*")]
    maths = Path(record_linkage.__file__).parent.rglob("*")
    return _digest(packages, [*DELIVERED.glob("dbt_project.yml"), *files, *maths])


def _digest(facts: Any, files: Iterable[Path]) -> str:
    told = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for path in sorted(p for p in files if p.suffix in READ_BY_DBT):
        content = path.read_bytes()
        told.update(f"{path.parent.name}/{path.name} {len(content)}\n".encode() + content)
    return told.hexdigest()
