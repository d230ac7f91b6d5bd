"""Reference of crm360.toml, out of its JSON Schema: every key with its type, default, allowed values and meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crm360.connectors.engine.connector import Connector
from crm360.orchestration.docs.markdown import cell, code, page, table
from crm360.orchestration.settings.project import Project
from crm360.orchestration.settings.schema import schema
from crm360.orchestration.settings.segment_settings import bounds
from crm360.orchestration.settings.source_keys import OF_EVERY_SOURCE

INTRO = """\
Every key of crm360.toml. Unknown keys, wrong types and secrets in the file are errors that name the line. Secrets come
from the environment or `.env`, as `CRM360_<SOURCE>_<NAME>`. `crm360 schema` prints the JSON Schema that this page is
made from, for editors that complete and check the file."""
HEAD = ("key", "type", "default", "allowed", "means")
Schema = Mapping[str, Any]


def pages(connectors: Mapping[str, Connector], project: Project) -> dict[str, str]:
    """The page, with a section a table of the file."""
    made = schema(connectors)
    sections = [
        f"## {title}\n\n{intro}\n\n{table(HEAD, rows)}".replace("\n\n\n\n", "\n\n")
        for title, intro, rows in _sections(made, connectors, project)
    ]
    return {"reference/configuration.md": page("Configuration", INTRO, *sections)}


def _sections(
    made: Schema, connectors: Mapping[str, Connector], project: Project
) -> Iterator[tuple[str, str, list[tuple[str, ...]]]]:
    """Title, introduction and rows of each table of the file."""
    definitions = made["$defs"]
    yield "The file", "", _rows(made, definitions)
    for key, told in made["properties"].items():
        if key not in ("sources", "segments") and (inner := _table(told, definitions)):
            where = f"[{key}]" if "$ref" in told or "allOf" in told else f"[{key}] each"
            yield where, str(told.get("description", "")), _rows(inner, definitions)
            for name, below in inner["properties"].items():
                if deeper := _table(below, definitions):
                    yield f"[{key}.{name}]", str(below.get("description", "")), _rows(deeper, definitions)
    segments: list[tuple[str, ...]] = [
        (code(b.name), "number", code(b.default), "", b.meaning) for b in bounds(project)
    ]
    yield "[segments]", "Bounds that segments.yml leaves open; a project's own file may name others.", segments
    yield "[sources.NAME]", "Keys that every source may have.", _every_source(definitions)
    for system, connector in sorted(connectors.items()):
        own = definitions[f"source_{system}"]
        names = [n for n in own["properties"] if n not in OF_EVERY_SOURCE and n != "streams"]
        if names:
            link = f'`system = "{system}"`: see [its page](../systems/{system}.md). Secrets: {_secrets(connector)}.'
            yield f"[sources.NAME] of {system}", link, _rows(own, definitions, names)
        if "streams" in own["properties"]:
            stream = own["properties"]["streams"]["additionalProperties"]
            intro = f"A stream of a {system} source; how its records become entities follows below."
            yield f"[sources.NAME.streams.STREAM] of {system}", intro, _rows(stream, definitions)
            for name, told in stream["properties"].items():
                if name != "entities" and (inner := _table(told, definitions)):
                    yield f"{name} of a {system} stream", str(told.get("description", "")), _rows(inner, definitions)
    yield "[sources.NAME.limits.STREAM]", "", _rows(definitions["StreamLimits"], definitions)
    entity = definitions["entity_contacts"]
    words = "For files, databases, REST lists and Singer streams. [Entities](entities.md) lists the fields of each."
    yield "[[sources.NAME.streams.STREAM.entities]]", words, _entity_rows(entity, definitions)
    yield "A field that says more", "In place of a column's name.", _rows(definitions["MappedField"], definitions)


def _every_source(definitions: Schema) -> list[tuple[str, ...]]:
    """The keys of every source, as any HTTP system has them."""
    own = definitions["source_rest"]["properties"]
    any_system = {"type": "string", "description": own["system"]["description"]}
    return [_row(n, any_system if n == "system" else own[n], definitions, is_needed=False) for n in OF_EVERY_SOURCE]


def _entity_rows(entity: Schema, definitions: Schema) -> list[tuple[str, ...]]:
    """The keys of a mapping, whatever its entity."""
    kinds = sorted(name.removeprefix("entity_") for name in definitions if name.startswith("entity_"))
    rows: list[tuple[str, ...]] = []
    for name, told in entity["properties"].items():
        if name == "entity":
            rows.append((code(name), "text", "required", ", ".join(map(code, kinds)), "What the records become."))
        elif name == "fields":
            meaning = "The entity's fields: each a column's name, or a table that says more."
            rows.append((code(name), "table", "", "", meaning))
        else:
            rows.append(_row(name, told, definitions, is_needed=False))
    return rows


def _rows(of: Schema, definitions: Schema, names: list[str] | None = None) -> list[tuple[str, ...]]:
    needed = set(of.get("required", ()))
    properties = of["properties"]
    return [_row(n, properties[n], definitions, is_needed=n in needed) for n in names or properties]


def _row(name: str, told: Schema, definitions: Schema, *, is_needed: bool) -> tuple[str, ...]:
    usual = "required" if is_needed else _default(told)
    return code(name), _type(told, definitions), usual, _allowed(told), str(told.get("description", ""))


def _default(told: Schema) -> str:
    usual = told.get("default")
    if usual in (None, "", [], {}) or isinstance(usual, dict):
        return ""
    if isinstance(usual, bool):
        return code(str(usual).lower())
    if isinstance(usual, list):
        return ", ".join(map(code, usual))
    return code(f"{usual:g}") if isinstance(usual, float) else code(usual)


def _type(told: Schema, definitions: Schema) -> str:
    """The type in words, as crm360.toml's reader calls them."""
    if "anyOf" in told:
        kinds = dict.fromkeys(_type(one, definitions) for one in told["anyOf"] if one.get("type") != "null")
        return " or ".join(kinds)
    if "$ref" in told:
        return "table"
    if "enum" in told or "const" in told or "pattern" in told:
        return "text"
    kind = told.get("type")
    if kind == "array":
        return f"list of {_type(told.get('items', {}), definitions)}s".replace("texts", "texts")
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    return words.get(str(kind), "table")


def _allowed(told: Schema) -> str:
    """Which values may stand there, where not every one of the type may."""
    if "enum" in told:
        return ", ".join(
            f"`{cell(str(v))}`" if str(v).strip() else '`""`' if v == "" else "a space" for v in told["enum"]
        )
    if "items" in told and "enum" in told["items"]:
        return _allowed(told["items"])
    if "examples" in told:
        return "such as " + ", ".join(map(code, told["examples"]))
    low, high, above = told.get("minimum"), told.get("maximum"), told.get("exclusiveMinimum")
    for one in told.get("anyOf", ()):
        low, high, above = one.get("minimum", low), one.get("maximum", high), one.get("exclusiveMinimum", above)
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"at least {low}"
    return f"above {above}" if above is not None else ""


def _table(told: Schema, definitions: Schema) -> Schema | None:
    """The table's own schema, where a key holds one, or one an entry."""
    for one in (told, *told.get("anyOf", ()), told.get("additionalProperties") or {}):
        if isinstance(one, Mapping) and "$ref" in one:
            found: Schema = definitions[one["$ref"].rsplit("/", 1)[1]]
            return found
    return None


def _secrets(connector: Connector) -> str:
    names = [f"`CRM360_<SOURCE>_{n.upper()}`" for n in (*connector.secrets, *connector.optional_secrets)]
    return ", ".join(names) or "none"
