"""Ready-made mappings of what publishers of web events write: `preset = "segment"` on a stream of crm360.toml.

A preset (presets.toml) stands for the settings that a stream leaves out, of those that its system has, and for its
mapping to web_events. What the stream says itself goes before: a setting, further entities, and single fields of the
mapping in an entity `web_events` of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Container
from functools import cache
from pathlib import Path
from typing import Any

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.mapped import near

FILE = Path(__file__).with_name("presets.toml")
NEEDED = ("occurred_at",)  # an event without one of these columns in any record is not what the preset is for
ENTITY = "web_events"


@cache
def _told() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


NAMES = tuple(sorted(_told()))


def preset(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A preset's settings of a stream, and its fields."""
    told = _told()[name]
    settings, fields = preset(told["same"]) if "same" in told else ({}, {})
    return settings | told.get("stream", {}), fields | told.get("fields", {})


def filled(table: dict[str, Any], settings: Container[str], path: tuple[str, ...]) -> dict[str, Any]:
    """A stream's table of crm360.toml with all that its preset says. `settings`: what streams of its system may say.

    Raises ConfigError for a preset that there is not.
    """
    name = table["preset"]
    if name not in NAMES:
        told = near(name, NAMES) if isinstance(name, str) else f"; there are {', '.join(NAMES)}"
        raise ConfigError(f"preset {name!r} is unknown{told}", path=(*path, "preset"))
    said, fields = preset(name)
    mapped = {field: _specified(field, spec) for field, spec in fields.items()}
    entities = [dict(e) if isinstance(e, dict) else e for e in table.get("entities", [])]
    own = next((e for e in entities if isinstance(e, dict) and e.get("entity") == ENTITY), None)
    if own is None:
        entities.append({"entity": ENTITY, "fields": mapped})
    else:
        own["fields"] = mapped | own.get("fields", {})
    return {k: v for k, v in said.items() if k in settings} | table | {"entities": entities}


def _specified(field: str, spec: str | dict[str, Any]) -> str | dict[str, Any]:
    """A field as a mapping says it: what a record may leave out is optional."""
    if field in NEEDED or (isinstance(spec, dict) and "value" in spec):
        return spec
    return {"column": spec, "optional": True} if isinstance(spec, str) else {**spec, "optional": True}
