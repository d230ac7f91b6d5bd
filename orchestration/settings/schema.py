"""The JSON Schema of crm360.toml, made from the code that reads it, so that editors complete it and mark what is wrong.

#:schema ./crm360.schema.json         the first line of crm360.toml, for editors that know Taplo
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Connector
from crm360.orchestration.settings import presets
from crm360.orchestration.settings.config import Toml
from crm360.orchestration.settings.limits import StreamLimits
from crm360.orchestration.settings.macros import fields_of
from crm360.orchestration.settings.mapping import ENTITIES, EntityMapping, MappedField
from crm360.orchestration.settings.source_keys import BECOMES, MOST_AT_ONCE, OF_EVERY_SOURCE, PRESET, STREAMS

SECONDS = {"type": "number", "exclusiveMinimum": 0}
RATE = {
    "anyOf": [
        SECONDS,
        {
            "type": "object",
            "required": ["requests", "seconds"],
            "properties": {"requests": SECONDS, "seconds": SECONDS},
        },
    ]
}


def schema(connectors: Mapping[str, Connector]) -> dict[str, Any]:
    """The schema of the whole file, with every system that there is."""
    definitions: dict[str, Any] = {}
    top = _struct(Toml, definitions)
    top["properties"]["sources"] = {
        "type": "object",
        "description": "By name; a source of a system of the same name needs no `system`.",
        "additionalProperties": {"anyOf": [_source(c, definitions) for c in connectors.values()]},
        "properties": {n: _source(c, definitions) for n, c in connectors.items() if c.declared is None},
    }
    top["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    top["title"] = "crm360.toml"
    return top | {"$defs": dict(sorted(definitions.items()))}


def _source(connector: Connector, definitions: dict[str, Any]) -> dict[str, Any]:
    """One system's table; made once, and referred to."""
    name = f"source_{connector.system}"
    if name in definitions:
        return {"$ref": f"#/$defs/{name}"}
    told: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": {}}
    definitions[name] = told
    own: dict[str, Any] = told["properties"]
    named: dict[str, Any] = {"enum": list(connector.names)} if connector.names else {"type": "string"}
    own["system"] = {"const": connector.system}
    for setting, default in connector.settings.items():
        own[setting] = {"type": "string", "description": connector.meaning(setting)}
        if default:
            own[setting]["default"] = default
    own |= dict.fromkeys(("longest_wait", "deadline", "wait_budget", "stream_deadline"), SECONDS)
    own |= {
        "skip": {"type": "array", "items": named},
        "max_shrink": {"type": "number", "minimum": 0, "maximum": 1},
        "rate_limit": RATE,
        "streams_at_once": {"type": "integer", "minimum": 1, "maximum": MOST_AT_ONCE},
        "max_pages": {"type": "integer", "minimum": 1},
        "ca_file": {"type": "string"},
        "on_new_field": {"enum": ["keep", "stop"]},
        "fresh_within": {"anyOf": [SECONDS, {"type": "object", "additionalProperties": SECONDS}]},
        "brand": {"type": "string", "minLength": 1, "maxLength": 60},
        "limits": {"type": "object", "additionalProperties": _ref(StreamLimits, definitions)},
    }
    if connector.options is not None:
        own |= _struct(connector.options, definitions)["properties"]
    required = [s for s, default in connector.settings.items() if default is None]
    if connector.declared is not None:
        stream = _struct(connector.declared.table, definitions)
        stream["properties"]["entities"] = {
            "description": BECOMES,
            "type": "array",
            "minItems": 1,
            "items": _entities(definitions),
        }
        stream["properties"]["preset"] = {"description": PRESET, "enum": list(presets.NAMES)}
        stream["anyOf"] = [{"required": ["entities"]}, {"required": ["preset"]}]
        own["streams"] = {
            "description": STREAMS,
            "type": "object",
            "minProperties": 1,
            "additionalProperties": stream,
        }
        required += ["system", "streams"]
    if required:
        told["required"] = required
    for key, (meaning, usual) in OF_EVERY_SOURCE.items():
        if key in own and "description" not in own[key]:
            own[key] = own[key] | {"description": meaning} | ({} if usual is None else {"default": usual})
    return {"$ref": f"#/$defs/{name}"}


def _entities(definitions: dict[str, Any]) -> dict[str, Any]:
    """A mapping: the fields follow from the entity."""
    _ref(MappedField, definitions)
    said = _struct(EntityMapping, definitions)["properties"]
    value = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/MappedField"}]}
    either = []
    for entity in ENTITIES:
        fields = {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(fields_of(entity), value),
        }
        name = f"entity_{entity}"
        definitions[name] = {
            "type": "object",
            "additionalProperties": False,
            "required": ["entity"],
            "properties": said | {"entity": {"const": entity}, "fields": fields},
        }
        either.append({"$ref": f"#/$defs/{name}"})
    return {"anyOf": either}


def _ref(struct: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    definitions[struct.__name__] = _struct(struct, definitions)
    return {"$ref": f"#/$defs/{struct.__name__}"}


def _struct(struct: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """A struct's own schema; what it refers to goes into `definitions`."""
    (told,), more = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    definitions |= {name: kind for name, kind in more.items() if name != struct.__name__}
    own: dict[str, Any] = more.get(struct.__name__, told)
    own.pop("title", None)
    return own
