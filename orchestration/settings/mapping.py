"""How described streams become entities: their tables in crm360.toml, and the checks that all such systems share.

[[sources.shop.streams.bills.entities]]
entity = "orders"
where = { Type = ["invoice"] }                                      only these records
[sources.shop.streams.bills.entities.fields]
total_amount = "Total"                                              a column, or a path: totals.gross, items.0.sku
name = { columns = ["Series", "Number"], separator = "-" }          several, joined
campaign_id = { column = "Ref", split = "/", part = 2 }             a part of one
status = { column = "State", lookup = { "3" = "paid" }, default = "open" }
order_kind = { column = "Number", match = { "^C" = "cancellation" }, default = "sale" }
email = { first_of = ["traits.email", "properties.email"] }         the first of several that has a value
page_url = "event_params[key=page_location].value.string_value"     of the objects in a list the one whose key is that
occurred_at = { column = "event_timestamp", epoch = "us" }          a moment as microseconds since 1970
currency = { value = "EUR" }                                        a constant
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.mapped import near
from crm360.connectors.engine.stream import Declared, Table
from crm360.orchestration.settings import presets
from crm360.orchestration.settings.macros import fields_of, id_of
from crm360.orchestration.settings.places import refusal

ENTITIES = (
    "contacts",
    "companies",
    "deals",
    "deal_stages",
    "deal_lines",
    "quotes",
    "orders",
    "order_lines",
    "products",
    "campaigns",
    "campaign_costs",
    "email_events",
    "list_members",
    "tickets",
    "tasks",
    "surveys",
    "reviews",
    "loyalty_balances",
    "loyalty_events",
    "interactions",
    "invoices",
    "payments",
    "subscriptions",
    "web_events",
    "owners",
)


class MappedField(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One entity field: a constant `value`; a `column`; several `columns` joined by `separator`; or `first_of` several.

    Of the text, `part` of what `split` separates it into is taken (1 is the first, -1 the last); then `lookup` replaces
    a whole text, or the first pattern of `match` that is found in it. `default` stands where nothing else does.
    `optional`: records leave the column out where it is empty.
    """

    column: Annotated[str | None, Meta(description="The column, or its path in JSON: billing.email, items.0.sku.")] = (
        None
    )
    columns: Annotated[list[str], Meta(description="Several columns, joined by `separator`.")] = []
    separator: Annotated[str, Meta(description="What stands between joined columns.")] = " "
    first_of: Annotated[
        list[str], Meta(description="Several columns, of which the first that has a value is taken.")
    ] = []
    epoch: Annotated[
        Literal["", "s", "ms", "us"],
        Meta(description="A moment is a whole number of seconds, milliseconds or microseconds since 1970."),
    ] = ""
    split: Annotated[str, Meta(description="What separates the text into parts, of which `part` is taken.")] = ""
    part: Annotated[int, Meta(description="Which part: 1 is the first, -1 the last.")] = 1
    value: Annotated[str | None, Meta(description="A constant, in place of a column.")] = None
    match: Annotated[
        dict[str, str],
        Meta(description="Regular expressions; the text of the first that is found takes the value's place."),
    ] = {}
    lookup: Annotated[dict[str, str], Meta(description="Whole texts, and what stands in their place.")] = {}
    default: Annotated[str | None, Meta(description="What stands where nothing else does.")] = None
    optional: Annotated[bool, Meta(description="Whether records leave the column out where it is empty.")] = False

    @property
    def names(self) -> list[str]:
        """The columns that it reads."""
        return [self.column] if self.column is not None else self.columns or self.first_of

    def wrong(self) -> str | None:
        """What is wrong with it, in words."""
        if (self.column is not None) + bool(self.columns) + bool(self.first_of) + (self.value is not None) != 1:
            return "a field is one of column, columns, first_of and value"
        if self.epoch and self.value is not None:
            return "epoch is for a column, not for a constant"
        if self.part == 0 or (self.part != 1 and not self.split):
            return "part is 1, 2, … or -1, -2, … of what split separates"
        if self.match and self.lookup:
            return "a field has either match or lookup"
        for pattern in self.match:
            try:
                re.compile(pattern)
            except re.error:
                return f"match {pattern!r} is no regular expression"
        return None


class EntityMapping(msgspec.Struct, forbid_unknown_fields=True):
    """How a mapped stream's records become rows of one entity. Without `id` the record's own key is the id.

    `where` and `where_not` choose records by the texts of their columns; "" is an empty one.
    `status_map` says what the words of its status mean (storniert = "cancelled"); `nobody` lists ids of no person.
    """

    entity: Annotated[str, Meta(description="What the records become.", extra_json_schema={"enum": list(ENTITIES)})]
    id: Annotated[
        str | None, Meta(description="Column that holds the entity's id; left out, the record's own key.")
    ] = None
    fields: Annotated[
        dict[str, str | MappedField], Meta(description="The entity's fields: each a column, or a table that says more.")
    ] = {}
    where: Annotated[
        dict[str, str | list[str]], Meta(description='Only records whose columns hold one of these texts; empty is "".')
    ] = {}
    where_not: Annotated[
        dict[str, str | list[str]], Meta(description="Only records whose columns hold none of them.")
    ] = {}
    status_map: Annotated[dict[str, str], Meta(description="What the words of the entity's status mean.")] = {}
    nobody: Annotated[list[str], Meta(description="Ids of contacts that are no person's.")] = []

    @property
    def filters(self) -> list[dict[str, Any]]:
        """As dbt wants them: a column, its texts, and whether they are wanted."""
        both = [(c, t, True) for c, t in self.where.items()] + [(c, t, False) for c, t in self.where_not.items()]
        return [{"column": c, "texts": [t] if isinstance(t, str) else t, "wanted": w} for c, t, w in both]


def tables(source: str, streams: Any, declared: Declared) -> dict[str, tuple[Table, list[EntityMapping]]]:
    """Each declared stream's table, as its system wants it, and the entities that it is mapped to.

    Raises ConfigError whose `path` is the key that is wrong.
    """
    entities: list[Any] = [("entities", list[EntityMapping], []), ("preset", str, "")]
    whole = msgspec.defstruct("Declared", entities, bases=(declared.table,), forbid_unknown_fields=True, kw_only=True)
    own = declared.table.__struct_fields__
    if not isinstance(streams, dict):
        raise ConfigError(f"streams are tables [sources.{source}.streams.…]", path=("sources", source, "streams"))
    found = {}
    for name, told in streams.items():
        path = ("sources", source, "streams", name)
        table = presets.filled(told, own, path) if isinstance(told, dict) and "preset" in told else told
        try:
            read: Any = msgspec.convert(table, whole)
        except msgspec.ValidationError as error:
            what, within = refusal(error, whole, table)
            raise ConfigError(what, path=(*path, *within)) from error
        if not read.entities:
            raise ConfigError(f"it is mapped to no entity: add [[sources.{source}.streams.{name}.entities]]", path=path)
        its_own = declared.table(**{f: getattr(read, f) for f in own})
        if amiss := its_own.wrong():
            raise ConfigError(amiss, path=path)
        found[name] = (its_own, read.entities)
    return found


def mappings(source: str, stream: str, table: Table, entities: list[EntityMapping]) -> list[dict[str, Any]]:
    """The dbt variable's entries for one stream. Raises ConfigError for an entity or a field that is none."""
    found = []
    for number, mapping in enumerate(entities):
        path: tuple[str | int, ...] = ("sources", source, "streams", stream, "entities", number)
        if mapping.entity not in ENTITIES:
            raise ConfigError(
                f"entity {mapping.entity!r} is unknown{near(mapping.entity, ENTITIES)}", path=(*path, "entity")
            )
        there = fields_of(mapping.entity)
        for field, spec in mapping.fields.items():
            if field not in there:
                own = field == id_of(mapping.entity)
                hint = "; its own id is the mapping's id" if own else near(field, there)
                raise ConfigError(f"{mapping.entity} has no field {field!r}{hint}", path=(*path, "fields", field))
            amiss = spec.wrong() if isinstance(spec, MappedField) else None
            if amiss:
                raise ConfigError(f"{field}: {amiss}", path=(*path, "fields", field))
        told = {
            "source": source,
            "stream": stream,
            "entity": mapping.entity,
            "id": mapping.id,
            "fields": msgspec.to_builtins(mapping.fields),
        }
        if mapping.filters:
            told["filters"] = mapping.filters
        if locale := table.facts():
            told["locale"] = locale
        if mapping.status_map:
            told["status_map"] = mapping.status_map
        if mapping.nobody:
            told["nobody"] = mapping.nobody
        found.append(told)
    return found


def columns(table: Table, entities: list[EntityMapping]) -> set[str]:
    """The fields of a record that a stream's table names, and that must be there."""
    named = set(table.key) | ({table.changed} if table.changed else set())
    for mapping in entities:
        named |= ({mapping.id} if mapping.id else set()) | set(mapping.where) | set(mapping.where_not)
        for spec in mapping.fields.values():
            if isinstance(spec, str):
                named.add(spec)
            elif not spec.optional:
                named |= set(spec.names)
    return named
