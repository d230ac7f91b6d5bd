"""`--env NAME`: values by environment. [env.NAME] of crm360.toml holds what is otherwise there than in the file.

    [env.test]                         crm360 --env test: data in data-test, and .env.test before .env
    schedule = "0 5 * * *"
    [env.test.sources.hubspot]
    base_url = "https://sandbox.example.com"

Tables are merged key by key, anything else is replaced. Two environments never share a data folder, nor one to publish
into.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm360.connectors.engine.errors import ConfigError

VARIABLE = "CRM360_ENV"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
SECTION, DATA = "env", "data"


def check(raw: Mapping[str, Any]) -> None:
    """Raise ConfigError where a section [env.NAME] can't be one."""
    sections = raw.get(SECTION, {})
    if not isinstance(sections, dict):
        raise ConfigError("env holds a table an environment, such as [env.test]", path=(SECTION,))
    folders = {raw.get(DATA, DATA): ""}
    places = {_published(raw): "the file without --env"}
    for name, values in sections.items():
        if not NAME.fullmatch(name) or not isinstance(values, dict):
            raise ConfigError(f"[env.{name[:40]}]: a name is small letters, digits, _ and -", path=(SECTION, name))
        if SECTION in values:
            raise ConfigError("an environment has no environments", path=(SECTION, name, SECTION))
        folder = values.get(DATA, f"{DATA}-{name}")
        if folder in folders:
            others = f"the environment {folders[folder]}" if folders[folder] else "the file without --env"
            raise ConfigError(f"data {folder!r} is also that of {others}: name another", path=(SECTION, name, DATA))
        folders[folder] = name
        if (place := _published(_merged(raw, values))) and place in places:
            told = f"publish.folder {place!r} is also that of {places[place]}: name another"
            raise ConfigError(told, path=(SECTION, name))
        places[place] = f"the environment {name}"


def _published(raw: Mapping[str, Any]) -> str:
    section = raw.get("publish")
    return str(section.get("folder", "")) if isinstance(section, dict) else ""


def merged(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The file as it is in an environment. Raises ConfigError for one that is none."""
    sections = raw.get(SECTION, {})
    if name not in sections:
        there = f"there are {', '.join(sorted(sections))}" if sections else "there is none"
        raise ConfigError(f"there is no environment {name[:40]!r} ([env.{name[:40]}]); {there}", where="--env")
    told = _merged(raw, sections[name])
    told.setdefault(DATA, DATA)
    if DATA not in sections[name]:
        told[DATA] = f"{DATA}-{name}"
    return told


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(told.get(key), dict)
        told[key] = _merged(told[key], value) if both else value
    return told


def files(folder: Path, name: str) -> list[Path]:
    """The files of secrets, the one that counts first."""
    return [*([folder / f".env.{name}"] if name else []), folder / ".env"]
