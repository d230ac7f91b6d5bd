"""A data folder belongs to one project, and to versions of the package that know its layout.

data/project.json says whose it is: the base currency, every source that ever landed, and the layout's number. A run of
another project is refused before anything is landed: its customers would be mixed with, or take the place of, these.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from crm360 import durable
from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.settings.config import Config

LAYOUT = 1
FILE = "project.json"


class Ownership(msgspec.Struct):
    """data/project.json."""

    base_currency: str
    sources: list[str]
    layout: int = LAYOUT


def claim(config: Config) -> None:
    """Make sure that the data folder is this project's, and note its sources. Raises ConfigError where it is not."""
    path = config.data / FILE
    known = _read(path) or _of_older_version(config)
    ours = sorted(source.name for source in config.sources)
    currency = config.toml.base_currency
    if known is not None:
        another = f"another data folder with --data, or `data` in {config.path.name}"
        if known.layout > LAYOUT:
            raise ConfigError(
                f"the data folder {config.data.name} was written by a newer version of crm360: install that one, "
                f"or name {another}",
                where=FILE,
            )
        if known.base_currency != currency:
            raise ConfigError(
                f"the data folder {config.data.name} is kept in {known.base_currency} and this project in {currency}: "
                f"name {another}",
                where=FILE,
            )
        if known.sources and not set(known.sources) & set(ours):
            raise ConfigError(
                f"the data folder {config.data.name} belongs to a project with other sources "
                f"({', '.join(known.sources)}): name {another}",
                where=FILE,
            )
    everything = sorted({*ours, *(known.sources if known else ())})
    now = Ownership(currency, everything)
    if now != known or not path.exists():
        config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.write(path, msgspec.json.format(msgspec.json.encode(now)))


def _read(path: Path) -> Ownership | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Ownership)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        return None  # made anew from what lies in the folder


def _of_older_version(config: Config) -> Ownership | None:
    """What a folder without project.json shows of its owner: the sources that landed, the currency published."""
    if not config.landing.is_dir():
        return None
    landed = sorted(p.name for p in config.landing.iterdir() if p.is_dir() and any(p.glob("*/*.parquet")))
    if not landed:
        return None
    try:
        manifest = json.loads((config.published / "current" / "manifest.json").read_text())
        currency = str(manifest.get("base_currency") or config.toml.base_currency)
    except (OSError, ValueError):
        currency = config.toml.base_currency
    return Ownership(currency, landed)
