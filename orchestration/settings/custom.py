"""Custom fields: one line of crm360.toml carries a vendor's own property into its entity and into a published table.

    [custom_fields]
    loyalty_tier = { from = "hubspot.contacts.properties.loyalty_tier", type = "text", description = "Tier" }

`from` is source, stream and the path in the record (a name's own dot is written \\.), or a list of such, in any order:
whose word counts is settled as for every other field. `meta_data[key=tier].value` looks into a list of objects. A field
that is called as a column of FILLS is no new column: it fills that one, where the vendor has no field for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from crm360 import duck
from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.landing import NAME
from crm360.orchestration.settings.project import DELIVERED

if TYPE_CHECKING:
    from crm360.orchestration.settings.config import Source

TYPES = ("text", "integer", "decimal", "boolean", "date", "timestamp")
MODELS = DELIVERED / "models" / "marts"
# Which entities take custom fields, the table that publishes them, and where its columns are described.
TABLES = {
    "contacts": ("customer_360", MODELS / "customers"),
    "companies": ("companies", MODELS / "customers"),
    "deals": ("deals", MODELS / "sales"),
    "orders": ("orders", MODELS / "sales"),
    "tickets": ("tickets", MODELS / "service"),
}
# Columns of a table that most CRMs hold in a field of the owner's own: a custom field of that name fills them.
FILLS = {"contacts": ("gender", "interests", "language", "rejection_reason")}
CALLED = {"customers": "contacts"}  # what shops call them
OURS = {"customer_id", "contact_id", "company_id", "account_id", "deal_id", "order_id", "ticket_id"}
OURS |= {"source", "stream", "record_id", "parse_errors", "preference", "count_of_custom_records"}
CHOSEN = re.compile(r"(?P<list>.+)\[(?P<key>[^=\]]+)=(?P<value>[^\]]+)\]")  # a step into a list of objects
MOST_STEPS = 10  # of an origin: source, stream, and names that lead to the value


class CustomField(msgspec.Struct, forbid_unknown_fields=True):
    """One line of [custom_fields]. `personal`: its values may name or reach a person."""

    origins: Annotated[
        str | list[str],
        Meta(
            description="Where it stands: source, stream and the path in the record, joined by dots; or a list of such."
        ),
    ] = msgspec.field(name="from")
    type: Annotated[
        str,
        Meta(description="Type of the published column.", extra_json_schema={"enum": list(TYPES)}),
    ]
    description: Annotated[str, Meta(description="What the published column says of itself.")]
    personal: Annotated[bool, Meta(description="Whether its values may name or reach a person.")] = False


def read(fields: Mapping[str, CustomField], sources: tuple[Source, ...]) -> list[dict[str, Any]]:
    """The fields as the dbt variable `custom_fields` wants them. Raises ConfigError."""
    found = []
    for name, field in fields.items():
        where = f"custom_fields.{name}"
        if not NAME.fullmatch(name) or name in _keywords():
            raise ConfigError("a name is lower-case letters, digits and underscores, and no word of SQL", where=where)
        if field.type not in TYPES:
            raise ConfigError(f"type {field.type!r} is unknown; there are {', '.join(TYPES)}", where=where)
        if not field.description.strip():
            raise ConfigError("the description is empty", where=where)
        said = [field.origins] if isinstance(field.origins, str) else field.origins
        origins = [_origin(text, sources, where) for text in said]
        entities = {entity for entity, _ in origins}
        if len(entities) != 1:
            raise ConfigError(f"its sources belong to one entity: {_listed(TABLES)}", where=where)
        entity = entities.pop()
        table, folder = TABLES[entity]
        fills = name in FILLS.get(entity, ())
        if fills and field.type != "text":
            raise ConfigError(f"{name} is a column of text already, which this field fills", where=where)
        if not fills and (name in OURS or name in _columns(folder / f"{table}.yml")):
            raise ConfigError(f"{table} has a column of that name already", where=where)
        facts = {"name": name, "entity": entity, "type": field.type, "personal": field.personal, "fills": fills}
        found.append({**facts, "description": field.description.strip(), "from": [o for _, o in origins]})
    return found


def _origin(text: str, sources: tuple[Source, ...], where: str) -> tuple[str, dict[str, Any]]:
    """The entity that an origin belongs to, and where dbt finds it."""
    parts = [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", text)]
    if not 3 <= len(parts) <= MOST_STEPS or not all(parts):
        raise ConfigError(f"from is 'source.stream.path in the record', not {text[:80]!r}", where=where)
    name, stream_name, *path = parts
    source = next((s for s in sources if s.name == name), None)
    if source is None:
        raise ConfigError(f"source {name!r} is not set up; there are {_listed(s.name for s in sources)}", where=where)
    stream = next((s for s in source.streams if s.name == stream_name), None)
    if stream is None:
        there = _listed(s.name for s in source.streams)
        raise ConfigError(f"{name} has no stream {stream_name!r}; there are {there}", where=where)
    mapped = {m["entity"]: m["id"] for m in source.mappings if m["stream"] == stream_name}
    locale = next((m["locale"] for m in source.mappings if m["stream"] == stream_name and "locale" in m), None)
    its_own = CALLED.get(stream.entity, stream.entity)
    entity = next((e for e in TABLES if e in mapped or (not mapped and e == its_own)), None)
    if entity is None:
        raise ConfigError(f"{name}/{stream_name} holds none of {_listed(TABLES)}", where=where)
    if CHOSEN.fullmatch(path[-1]):
        raise ConfigError(f"{text[:80]!r} leads to an object: say which of its values", where=where)
    schema = ["mapped", entity] if mapped else [source.connector.system, stream_name]
    told = {} if locale is None else {"locale": locale}
    return entity, told | {
        "source": name,
        "stream": stream_name,
        "view": schema,
        "id": mapped.get(entity),
        "path": _steps(path),
    }


def _steps(path: list[str]) -> list[str | dict[str, str]]:
    """Names, and for a step into a list the parts {list, key, value} that the macro json_at takes."""
    return [chosen.groupdict() if (chosen := CHOSEN.fullmatch(step)) else step for step in path]


def descriptions(fields: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Published table → custom column → what it means."""
    told: dict[str, dict[str, str]] = {}
    for field in _added(fields):
        told.setdefault(TABLES[field["entity"]][0], {})[field["name"]] = field["description"]
    return told


def personal(fields: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Published table → custom columns that may name or reach a person."""
    told: dict[str, tuple[str, ...]] = {}
    for field in _added(fields):
        if field["personal"]:
            table = TABLES[field["entity"]][0]
            told[table] = (*told.get(table, ()), field["name"])
    return told


def _added(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are columns of their own."""
    return [field for field in fields if not field.get("fills")]


def _columns(description: Path) -> set[str]:
    """The columns that a table has by its description."""
    return set(re.findall(r"^      - name: (\w+)$", description.read_text(encoding="utf-8"), re.MULTILINE))


def _keywords() -> set[str]:
    with duck.connect() as con:
        sql = "select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'"
        return {word for (word,) in con.execute(sql).fetchall()}


def _listed(names: Any) -> str:
    return ", ".join(sorted(names))
