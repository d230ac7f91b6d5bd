"""Sources that are paused: no run asks them, what they said before stands, and nobody is alerted of them.

data/paused.json says which, since when and why; it is part of a backup.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from crm360.connectors.engine.errors import ConfigError, LandingError
from crm360.moments import utc_now
from crm360.orchestration.catalog import sealed
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.places import near

NAME = "paused.json"


class Paused(msgspec.Struct, frozen=True):
    """Since when, in naive UTC, and why, in the words of whoever paused it."""

    since: datetime
    reason: str = ""


def read(config: Config) -> dict[str, Paused]:
    """The sources that are paused, by name. Raises ConfigError where that can't be known."""
    told = sealed.read(config.data / NAME, dict[str, Paused])
    if told is None and (config.data / NAME).exists():
        raise ConfigError("it is not as it was written: remove it, and pause again what is to be", where=f"data/{NAME}")
    return told or {}


def pause(config: Config, name: str, reason: str = "") -> Paused:
    """Ask this source no more until it is resumed. One that is paused stays so since it was. Raises ConfigError."""
    there = [s.name for s in config.sources]
    if name not in there:
        raise ConfigError(f"{name[:60]!r} is not set up{near(name, there)}", where="arguments")
    known = read(config)
    paused = known.get(name, Paused(utc_now().replace(microsecond=0), reason))
    _write(config, known | {name: paused})
    return paused


def resume(config: Config, name: str) -> Paused:
    """Ask it again from the next run on. Raises ConfigError where it is not paused."""
    known = read(config)
    if name not in known:
        there = f"; paused are {', '.join(sorted(known))}" if known else "; no source is"
        raise ConfigError(f"{name[:60]!r} is not paused{there}", where="arguments")
    _write(config, {n: p for n, p in known.items() if n != name})
    return known[name]


def _write(config: Config, paused: dict[str, Paused]) -> None:
    try:
        sealed.write(config.data / NAME, paused)
    except OSError as error:
        raise LandingError(f"it can't be written ({error.strerror})", where=f"data/{NAME}") from error
