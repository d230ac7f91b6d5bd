"""How described streams become entities: their tables in crm360.toml, and the checks that all such systems share."""

from __future__ import annotations

from typing import Any

import msgspec

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.stream import Declared, Table

ENTITIES = (
    "contacts",
    "companies",
    "deals",
    "deal_stages",
    "orders",
    "order_lines",
    "products",
    "campaigns",
    "email_events",
    "tickets",
    "surveys",
    "interactions",
    "invoices",
    "payments",
)


class MappedField(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One entity field: a constant `value`; or a `column`, its text replaced by the first `match` that fits."""

    column: str | None = None
    value: str | None = None
    match: dict[str, str] = {}
    default: str | None = None


class EntityMapping(msgspec.Struct, forbid_unknown_fields=True):
    """How a mapped stream's records become rows of one entity. Without `id` the record's own key is the id."""

    entity: str
    id: str | None = None
    fields: dict[str, str | MappedField] = {}


def tables(streams: Any, declared: Declared) -> dict[str, tuple[Table, list[EntityMapping]]]:
    """Each declared stream's table, as its system wants it, and the entities that it is mapped to."""
    entities = [("entities", list[EntityMapping])]
    whole = msgspec.defstruct("Declared", entities, bases=(declared.table,), forbid_unknown_fields=True, kw_only=True)
    found = msgspec.convert(streams, dict[str, whole])  # type: ignore[valid-type]
    own = declared.table.__struct_fields__
    return {n: (declared.table(**{f: getattr(t, f) for f in own}), t.entities) for n, t in found.items()}  # type: ignore[attr-defined]


def mappings(source: str, stream: str, entities: list[EntityMapping]) -> list[dict[str, Any]]:
    """The dbt variable's entries for one stream. Raises ConfigError for an entity that is none."""
    found = []
    for mapping in entities:
        if mapping.entity not in ENTITIES:
            raise ConfigError(f"entity {mapping.entity!r} is unknown; there are {', '.join(ENTITIES)}", where=source)
        fields = msgspec.to_builtins(mapping.fields)
        found.append({"source": source, "stream": stream, "entity": mapping.entity, "id": mapping.id, "fields": fields})
    return found


def columns(table: Table, entities: list[EntityMapping]) -> set[str]:
    """The fields of a record that a stream's table names, and that must be there."""
    named = set(table.key) | ({table.changed} if table.changed else set())
    for mapping in entities:
        named |= {mapping.id} if mapping.id else set()
        for spec in mapping.fields.values():
            column = spec if isinstance(spec, str) else spec.column
            named |= {column} if column else set()
    return named
