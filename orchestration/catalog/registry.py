"""Which models feed which entity: read out of what the models declare, so that no list is kept by hand.

A model whose rows are records of an entity says so in its YAML, beside its columns:

    - name: stg_hubspot__contacts
      config: {meta: {entity: contacts, stream: contacts}}

`entity` brings its rows into `int_<entity>s_unioned`, each declared column as it is and the entity's others null.
`stream` is the landed stream that it reads: its unparseable records are listed under that name. A staging model whose
rows reach the entity through another model says which: `by_way_of: stg_mailchimp__events_dated`; that model hands on
`parse_errors`, and where several streams meet in it a column `stream`, so that limits hold. A staging model that makes
further rows of another one's, not of landed records, says of whose: `made_of: stg_shopify__orders`. `consents` are
the fields in which a person says something about being written to (macros/consent.sql).

Each live record of such a stream has to be found in its entity (int_streams_accounted): by the model's `record_id`
where it has that column, else by its `source_id`. A model whose rows are parts of records (order lines) says
`grain: part`. One that leaves records out by a rule says which: `leaves_out: quotes`; without that, none may lack.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.settings.mapping import ENTITIES

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
UNPARSEABLE = "parse_errors"  # the column that names what could not be read
STREAM = "stream"  # the column that names each row's stream, where several meet in a model
NO_STREAM = (
    f"it has {UNPARSEABLE} and is of no one stream: say `stream` under meta, or give it a column {STREAM}, "
    "else no stream's limits hold in it"
)
VERSIONS = "_versioned"  # the end of the name of a model of subscriptions' sibling (macros/subscriptions.sql)
CHANNELS = ("email", "sms", "phone")
# What every record of an entity has: without these columns it can't be one of its rows.
COMMON = ("source", "source_id", "created_at", "updated_at", "is_deleted")
# Of each entity, when it happened: what says so of a day after the night's is dirt.
MOMENTS = {
    "contacts": ("birth_date",),
    "deals": ("created_at", "closed_at"),
    "orders": ("ordered_at",),
    "tickets": ("created_at",),
    "surveys": ("answered_at",),
    "reviews": ("reviewed_at",),
    "loyalty_events": ("happened_at",),
    "quotes": ("created_at",),
    "list_members": ("joined_at",),
    "invoices": ("issued_at",),
    "payments": ("paid_at",),
    "subscriptions": ("created_at",),
    "campaign_costs": ("spent_on",),
    "tasks": ("created_at",),
    "email_events": ("event_at",),
    "interactions": ("happened_at",),
    "web_events": ("occurred_at",),
}


@dataclass
class Registry:
    """Entity → model → its columns; the models that list unparseable values, with stream and entity; the consents; and
    by which column of which model a stream's records are traced into an entity; and the one stream whose records a
    model has, its own or those that come by way of it; and the columns in which it says when something happened."""

    entities: dict[str, dict[str, list[str]]] = field(default_factory=lambda: {entity: {} for entity in ENTITIES})
    readers: dict[str, dict[str, str | None]] = field(default_factory=dict)
    consents: list[dict[str, str]] = field(default_factory=list)
    traces: dict[str, dict[str, Any]] = field(default_factory=dict)
    streams: dict[str, str | None] = field(default_factory=dict)
    moments: dict[str, list[str]] = field(default_factory=dict)

    def judged(self) -> set[tuple[str, str]]:
        """The streams of which a staging model judges values, each with its system."""
        readers = ((name.removeprefix("stg_").split("__")[0], told["stream"]) for name, told in self.readers.items())
        return {(system, stream) for system, stream in readers if stream}

    def macro(self) -> str:
        """The registry as dbt reads it: a macro of that name."""
        told = {
            "entities": self.entities,
            "readers": self.readers,
            "consents": self.consents,
            "traces": self.traces,
            "streams": self.streams,
            "moments": self.moments,
        }
        text = json.dumps(told, indent=4, sort_keys=True)
        text = re.sub(r"(?<=: )null\b", "none", text)
        head = "{#- Made from what the models declare; not to be edited. -#}"
        return f"{head}\n{{% macro registry() %}}{{% do return({text}) %}}{{% endmacro %}}\n"


def read(files: Iterable[Path], models: Iterable[str]) -> Registry:
    """The registry of the YAML files, for the models that exist. Raises ConfigError for what does not hold together."""
    there = set(models)
    found = Registry()
    declared: dict[str, tuple[Path, dict[str, Any]]] = {}
    # Model → whether it has parts of a record → the streams.
    rows: dict[str, dict[bool, list[str]]] = {}
    for path in files:
        for model in (_load(path) or {}).get("models") or []:
            if isinstance(model, dict) and model.get("name") in there:
                declared[model["name"]] = (path, model)
    metas = {name: _meta(model) for name, (_, model) in declared.items()}
    derived = {meta.get("by_way_of") for meta in metas.values()} | {n for n, meta in metas.items() if "made_of" in meta}
    for name in sorted(declared):
        path, model = declared[name]
        columns, meta = _columns(model), metas[name]
        reads_landing = name.startswith("stg_") and name not in derived
        if (origin := meta.get("made_of", name)) not in declared:
            raise ConfigError(f"{name}: there is no model {origin}", where=path.name)
        entity, way = meta.get("entity"), meta.get("by_way_of")
        for said in meta.get("consents") or []:
            found.consents.append({"model": name, **_consent(said, name, columns, path)})
        if UNPARSEABLE in columns and reads_landing:
            if "stream" not in meta and not name.startswith("stg_mapped__"):
                raise ConfigError(f"{name} has {UNPARSEABLE} and does not say its stream under meta", where=path.name)
            found.readers[name] = {"stream": meta.get("stream"), "entity": entity}
        for model in (name, way):
            if model and meta.get("stream"):
                rows.setdefault(model, {}).setdefault(meta.get("grain") == "part", []).append(meta["stream"])
        if entity is None:
            continue
        if moments := [column for column in MOMENTS.get(entity, ()) if column in columns]:
            found.moments[name] = moments
        if reads_landing and meta.get("stream") and meta.get("grain") != "part":
            found.traces[name] = {
                "system": name.removeprefix("stg_").split("__")[0],
                "stream": meta.get("stream"),
                "entity": entity,
                "record": "record_id" if "record_id" in columns else "source_id",
                "by_way": way is not None,
                "leaves_out": meta.get("leaves_out"),
                "reads_values": UNPARSEABLE in columns,
            }
        if entity not in ENTITIES:
            raise ConfigError(f"{name}: entity {entity!r} is unknown; there are {', '.join(ENTITIES)}", where=path.name)
        if way is not None:
            if way not in declared:
                raise ConfigError(f"{name}: there is no model {way}", where=path.name)
            continue
        lacking = [column for column in COMMON if column not in columns]
        if lacking:
            told = f"{name} has no column {lacking[0]}, which every record of an entity has"
            raise ConfigError(told, where=path.name)
        found.entities[entity][name] = columns
    for name in found.entities["subscriptions"]:
        if f"{name}{VERSIONS}" not in there:
            told = f"{name}: there is no model {name}{VERSIONS}, which tells every version of its subscriptions"
            raise ConfigError(told, where=declared[name][0].name)
    for name, streams in rows.items():
        whole = set(streams.get(False) or streams[True])
        found.streams[name] = whole.pop() if len(whole) == 1 else None
    for models in found.entities.values():
        for name, columns in models.items():
            if UNPARSEABLE in columns and not (found.streams.get(name) or STREAM in columns):
                raise ConfigError(f"{name}: {NO_STREAM}", where=declared[name][0].name)
    for name, reader in found.readers.items():
        way = declared[name][1]["config"]["meta"].get("by_way_of") if reader["stream"] else None
        if way and UNPARSEABLE not in _columns(declared[way][1]):
            raise ConfigError(f"{way} has no column {UNPARSEABLE}, which {name} has", where=declared[way][0].name)
    return found


def _meta(model: dict[str, Any]) -> dict[str, Any]:
    config = model.get("config")
    return (config.get("meta") or {}) if isinstance(config, dict) else {}


def _columns(model: dict[str, Any]) -> list[str]:
    return [str(column.get("name")) for column in model.get("columns") or []]


def _consent(said: object, name: str, columns: list[str], path: Path) -> dict[str, str]:
    """One declared consent, if it holds together. Raises ConfigError."""
    told = said if isinstance(said, dict) else {}
    if told.get("channel") not in CHANNELS or bool(told.get("field")) == bool(told.get("field_of")):
        allowed = f"a channel ({', '.join(CHANNELS)}) and either field or field_of"
        raise ConfigError(f"{name}: a consent has {allowed}", where=path.name)
    read = [told.get("word"), *(told[key] for key in ("field_of", "at", "list", "email") if key in told)]
    for column in read:
        if column not in columns:
            raise ConfigError(f"{name}: a consent reads {column!r}, which is none of its columns", where=path.name)
    return {key: str(value) for key, value in told.items()}


def _load(path: Path) -> dict[str, Any] | None:
    try:
        told = yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506  a safe loader, the fast one of two
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"it is no YAML{line}", where=path.name) from error
    return told if isinstance(told, dict) else None
