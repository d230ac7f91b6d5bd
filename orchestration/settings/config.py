"""crm360.toml: what is set up. Unknown keys, wrong types and secrets in the file are errors that name the place."""

from __future__ import annotations

import os
import re
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from dotenv import dotenv_values
from msgspec import Meta

from crm360 import duck
from crm360.connectors.engine.connector import Connector
from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.landing import checked_name
from crm360.connectors.engine.locale import is_time_zone
from crm360.connectors.engine.session import REDACT, Limits
from crm360.connectors.engine.stream import Stream
from crm360.connectors.systems import known
from crm360.orchestration.settings import custom, environments, mapping, push_settings
from crm360.orchestration.settings.alerting import Alerts
from crm360.orchestration.settings.anomaly_settings import Anomalies
from crm360.orchestration.settings.cron import wrong_schedule
from crm360.orchestration.settings.engine_settings import EngineSettings
from crm360.orchestration.settings.limits import StreamLimits, read_fresh_within, read_limits
from crm360.orchestration.settings.mapping import ENTITIES as ENTITIES
from crm360.orchestration.settings.places import Places, near, not_toml, place, refusal
from crm360.orchestration.settings.project import Project
from crm360.orchestration.settings.publishing import Publishing
from crm360.orchestration.settings.report_settings import Report
from crm360.orchestration.settings.secrecy import refuse_addresses_in_the_clear, refuse_open_file, refuse_secrets
from crm360.orchestration.settings.secret_files import read_files
from crm360.orchestration.settings.source_keys import MOST_AT_ONCE, OF_EVERY_SOURCE
from crm360.orchestration.settings.value import Value

SANDBOX_PORT = 8360
AT_LEAST_1 = {"minimum": 1}
# A source's landed streams are views in a schema of its name, so it can't be one that the warehouse has already.
OUR_SCHEMAS = {"staging", "intermediate", "marts", "seeds", "landing", "ledger", "mapped", "crm360"}
OUR_SCHEMAS |= {"main", "temp", "system", "information_schema", "pg_catalog"}  # of the engine


class Toml(msgspec.Struct, forbid_unknown_fields=True):
    """The file itself."""

    sources: Annotated[dict[str, dict[str, Any]], Meta(description="What is pulled: a table a source.")]
    data: Annotated[
        str, Meta(description="Folder for everything that crm360 makes. Relative to the folder of crm360.toml.")
    ] = "data"
    base_currency: Annotated[
        str,
        Meta(
            description="Currency of all converted amounts, by its ISO 4217 code. A data folder keeps the one it has.",
            extra_json_schema={"pattern": "^[A-Z]{3}$"},
        ),
    ] = "EUR"
    time_zone: Annotated[
        str,
        Meta(
            description="Clock of the schedule, and of hours and weekdays in the tables. Days and months are UTC's.",
            examples=["UTC", "Europe/Berlin"],
        ),
    ] = "UTC"
    schedule: Annotated[
        str, Meta(description="When `crm360 serve` begins a run, as five fields of cron, in `time_zone`.")
    ] = "0 2 * * *"
    as_of: Annotated[
        str,
        Meta(
            description="Date of the figures; nothing later counts. `source` is the newest time that any source told.",
            examples=["today", "source", "2026-01-31"],
        ),
    ] = "today"
    keep_versions: Annotated[
        int, Meta(description="Published versions that are kept beside the current one.", extra_json_schema=AT_LEAST_1)
    ] = 7
    keep_history_days: Annotated[
        int,
        Meta(
            description="Days for which runs, their logs and Dagster's history are kept.", extra_json_schema=AT_LEAST_1
        ),
    ] = 30
    keep_lookups_days: Annotated[
        int, Meta(description="Days for which it is kept who looked at whom.", extra_json_schema=AT_LEAST_1)
    ] = 365
    keep_landing_days: Annotated[
        int,
        Meta(
            description="Days after which landing keeps no outdated version of a record, and nothing of a deleted one; "
            "past days can't be run again beyond them. 0: for ever.",
            extra_json_schema={"minimum": 0},
        ),
    ] = 0
    log_format: Annotated[
        Literal["text", "json"],
        Meta(description="How runs log: as lines for people, or one JSON object a line for a collector of logs."),
    ] = "text"
    freshness_hours: Annotated[
        int,
        Meta(
            description="Hours after which Dagster's page calls a source's data overdue.", extra_json_schema=AT_LEAST_1
        ),
    ] = 36
    attribution: Annotated[
        Literal["last", "first", "linear", "position"],
        Meta(
            description="Of the campaigns clicked before a sale, which claim it: the last, the first, all clicks alike "
            "(linear), or the first and the last click 40 % each and those between them the rest (position)."
        ),
    ] = "last"
    attribution_days: Annotated[
        int,
        Meta(
            description="A sale is claimed by campaigns that were clicked within so many days before it.",
            extra_json_schema=AT_LEAST_1,
        ),
    ] = 7
    churn_days: Annotated[
        int,
        Meta(
            description="A customer has churned when so many days have passed since the last purchase.",
            extra_json_schema=AT_LEAST_1,
        ),
    ] = 90
    engine: Annotated[EngineSettings, Meta(description="Where the tables are built.")] = msgspec.field(
        default_factory=EngineSettings
    )
    value: Annotated[Value, Meta(description="What a purchase is, and whose word on it counts.")] = msgspec.field(
        default_factory=Value
    )
    segments: Annotated[
        dict[str, float], Meta(description="Bounds that segments.yml leaves open, by the name of its `setting`.")
    ] = {}
    alerts: Annotated[Alerts, Meta(description="Who is told when something is wrong, of what, and how.")] = (
        msgspec.field(default_factory=Alerts)
    )
    anomalies: Annotated[Anomalies, Meta(description="What a figure far off what it was does.")] = msgspec.field(
        default_factory=Anomalies
    )
    publish: Annotated[Publishing, Meta(description="Where else what is published stands.")] = msgspec.field(
        default_factory=Publishing
    )
    push: Annotated[
        dict[str, push_settings.Push],
        Meta(description="Which audience goes where once a version has been published, by a name of your own."),
    ] = {}
    report: Annotated[Report, Meta(description="How the report looks, and whose segments filter it.")] = msgspec.field(
        default_factory=Report
    )
    custom_fields: Annotated[
        dict[str, custom.CustomField],
        Meta(description="Fields of your own that are carried into a published table, by the column's name."),
    ] = {}
    env: Annotated[
        dict[str, dict[str, Any]],
        Meta(description="What is otherwise in an environment, by its name: `[env.test]` is for `--env test`."),
    ] = {}


@dataclass(frozen=True)
class Source:
    """One source that is set up: its connector, and what the connector needs to know."""

    name: str
    connector: Connector
    settings: dict[str, str]
    streams: tuple[Stream, ...]
    options: dict[str, dict[str, Any]]  # by stream: tables `source` and `stream`, folder `base`, `mapped` columns
    mappings: tuple[dict[str, Any], ...]
    limits: Limits
    max_shrink: float
    at_once: int  # streams that are pulled side by side
    stream_limits: dict[str, StreamLimits] = field(default_factory=dict)  # by stream, `all` for those not named
    on_new_field: str = "keep"  # or "stop": a stream whose records have a field that is new fails
    brand: str = ""  # what customers know the account as; its own name, unless it says another
    fresh_within: dict[str, float] = field(default_factory=dict)  # hours by stream, `all` for those not named
    full_refresh: frozenset[str] = frozenset()  # the streams that this run reads from their beginning

    def limit(self, stream: str) -> StreamLimits:
        """How much dirt of a stream is borne."""
        return self.stream_limits.get(stream) or self.stream_limits.get("all") or StreamLimits()

    def fresh_hours(self, stream: str, usual: float) -> float:
        """Hours after which a stream that was not pulled is stale."""
        return self.fresh_within.get(stream, self.fresh_within.get("all", usual))

    def secrets(self) -> dict[str, str]:
        """The source's secrets out of the environment. Raises ConfigError naming the missing variable."""
        found = {}
        chosen = self.connector.secrets_for
        for name in self.connector.secrets if chosen is None else chosen(self.settings):
            variable = f"CRM360_{self.name}_{name}".upper()
            if not os.environ.get(variable):
                raise ConfigError(f"the environment variable {variable} is not set", where=self.name)
            found[name] = os.environ[variable]
        for name in self.connector.optional_secrets:
            value = os.environ.get(f"CRM360_{self.name}_{name}".upper())
            if value:
                found[name] = value
        REDACT.learn(*found.values())
        return found


@dataclass(frozen=True)
class Config:
    """What is set up, checked."""

    path: Path
    toml: Toml
    data: Path
    sources: tuple[Source, ...]
    custom_fields: list[dict[str, Any]] = field(default_factory=list)  # as the dbt variable of that name wants them
    connectors: Mapping[str, Connector] = field(default_factory=dict)  # every system that is known, set up or not

    @property
    def project(self) -> Project:
        """The user's folder: crm360.toml's own; against the sandbox, with what that tells beside it."""
        hosts = {urlsplit(s.settings["base_url"]).hostname for s in self.sources if "base_url" in s.settings}
        is_simulated = hosts == {"127.0.0.1"} and self.told.is_dir()
        return Project(self.path.parent.absolute(), self.told.absolute() if is_simulated else None)

    @property
    def told(self) -> Path:
        """data/sandbox: what the simulated company tells beside its systems; only `--sandbox` makes it."""
        return self.data / "sandbox"

    @property
    def landing(self) -> Path:
        """data/landing"""
        return self.data / "landing"

    @property
    def warehouse(self) -> Path:
        """data/warehouse.duckdb"""
        return self.data / "warehouse.duckdb"

    @property
    def ledger(self) -> Path:
        """data/ledger"""
        return self.data / "ledger"

    @property
    def published(self) -> Path:
        """data/published, or where [publish] says."""
        folder = self.toml.publish.folder
        return (self.path.parent / folder).absolute() if folder else self.data / "published"

    @property
    def runs(self) -> Path:
        """data/runs: one small file a run, what it did and how it ended."""
        return self.data / "runs"

    @property
    def mappings(self) -> list[dict[str, Any]]:
        """All mappings of files to entities, as the dbt variable `mappings` wants them."""
        return [m for s in self.sources for m in s.mappings]

    @property
    def limits(self) -> dict[str, Any]:
        """What is done with unreadable values of which stream, where not by the rule: as the dbt variable wants it."""
        told: dict[str, Any] = {}
        for source in self.sources:
            for stream in source.streams:
                if said := source.limit(stream.name).for_dbt:
                    told.setdefault(source.name, {})[stream.name] = said
        return told

    @property
    def uses_sandbox(self) -> bool:
        """Whether every HTTP source points at the sandbox's port on loopback."""
        urls = [urlsplit(s.settings["base_url"]) for s in self.sources if "base_url" in s.settings]
        return bool(urls) and all(u.hostname == "127.0.0.1" and u.port == SANDBOX_PORT for u in urls)


def load(path: Path, data: Path | None = None, env: str | None = None) -> Config:
    """Read and check crm360.toml, the .env beside it, and the files that hold secrets.

    `data` overrides the file's data folder; `env` is the environment, otherwise the one that CRM360_ENV names.

    Relative paths, the file's data folder included, are relative to the folder of crm360.toml.
    Raises ConfigError.
    """
    try:
        text = path.read_text()
    except OSError as error:
        raise ConfigError(f"there is no configuration {path}", where="crm360.toml") from error
    env = os.environ.get(environments.VARIABLE, "") if env is None else env
    for file in environments.files(path.parent, env):
        refuse_open_file(file)
        for name, value in dotenv_values(file).items():
            if value:
                os.environ.setdefault(name, value)
    read_files()
    if (limit := os.environ.get(duck.MEMORY_LIMIT)) and not duck.AMOUNT.fullmatch(limit):
        raise ConfigError(f"{duck.MEMORY_LIMIT} is no amount of memory, such as 4GB", where="the environment")
    raw: dict[str, Any] = {}
    places = Places(text)
    try:
        raw = tomllib.loads(text)
        refuse_secrets(raw, os.environ)
        environments.check(raw)
        for other in raw.get(environments.SECTION, {}):  # so that a slip in one that is not used shows, too
            of_other = environments.merged(raw, other)
            refuse_addresses_in_the_clear(of_other)
            msgspec.convert(of_other, Toml)
        raw = environments.merged(raw, env) if env else raw
        refuse_addresses_in_the_clear(raw)
        toml = msgspec.convert(raw, Toml)
        _check(toml)
        connectors = known(path.parent)
        sources = tuple(_source(n, s, path.parent, connectors) for n, s in toml.sources.items())
        toml.value.check(toml.sources)
        toml.alerts.check()
        toml.anomalies.check()
        toml.publish.check(path.parent, data or path.parent / toml.data)
        toml.report.check(path.parent)
        push_settings.check(toml.push, {s.name: s.connector.system for s in sources})
        fields = custom.read(toml.custom_fields, sources)
    except tomllib.TOMLDecodeError as error:
        what, at = not_toml(error)
        raise ConfigError(what, where=f"{path.name}, {at}") from error
    except msgspec.ValidationError as error:
        what, key = refusal(error, Toml, raw)
        raise ConfigError(what, where=place(path.name, places, key)) from error
    except ConfigError as error:
        error.where = _placed(error, path.name, places)
        raise
    return Config(path, toml, (data or path.parent / toml.data).absolute(), sources, fields, connectors)


def _placed(error: ConfigError, file: str, places: Places) -> str:
    """Where the key stands that is wrong: by its path, or by the source, the stream and the key that are named."""
    key = error.path
    if not key:
        source, _, stream = error.where.partition("/")
        if error.where.startswith("custom_fields"):
            key = tuple(error.where.split("."))
        else:
            key = ("sources", source, "streams", stream) if stream else ("sources", source) if source else ()
    key = places.named(error.what, key)
    return place(file, places, key)


def _check(toml: Toml) -> None:
    if not re.fullmatch(r"[A-Z]{3}", toml.base_currency):
        raise ConfigError("base_currency is an ISO 4217 code such as EUR")
    if toml.as_of not in ("today", "source"):
        try:
            date.fromisoformat(toml.as_of)
        except ValueError as error:
            raise ConfigError("as_of is 'today', 'source' or a date such as 2026-01-31") from error
    if not is_time_zone(toml.time_zone):
        raise ConfigError(f"time_zone {toml.time_zone!r} is unknown; it is a name such as Europe/Berlin")
    if amiss := wrong_schedule(toml.schedule):
        raise ConfigError(f"schedule {toml.schedule!r}: {amiss}")
    for name in (
        "keep_versions",
        "keep_history_days",
        "keep_lookups_days",
        "freshness_hours",
        "attribution_days",
        "churn_days",
    ):
        if getattr(toml, name) < 1:
            raise ConfigError(f"{name} is at least 1")
    if toml.keep_landing_days < 0:
        raise ConfigError("keep_landing_days is at least 0")
    if not toml.sources:
        raise ConfigError("no source is set up")


def _source(name: str, table: dict[str, Any], base: Path, connectors: Mapping[str, Connector]) -> Source:
    checked_name("source", name)
    if name in OUR_SCHEMAS:
        raise ConfigError(f"{name} is the name of a schema of the warehouse: call this source otherwise", where=name)
    table = dict(table)
    system = table.pop("system", name)
    connector = connectors.get(system)
    if connector is None:
        raise ConfigError(f"system {system!r} is unknown{near(str(system), connectors)}", where=name)
    if connector.declared is None and name in connectors and system != name:
        raise ConfigError(f"{name} is the name of another system: call this {system} account otherwise", where=name)
    limits = _limits(table, connector, name)
    if connector.auth is not None and "ca_file" in table:
        limits = replace(limits, ca_file=_authorities(base / str(table.pop("ca_file")), name))
    at_once = table.pop("streams_at_once", connector.at_once)
    if not isinstance(at_once, int) or not 1 <= at_once <= MOST_AT_ONCE or (connector.auth is None and at_once > 1):
        raise ConfigError(f"streams_at_once is a number from 1 to {MOST_AT_ONCE}, for an HTTP API", where=name)
    max_shrink = table.pop("max_shrink", 0.2)
    if not isinstance(max_shrink, int | float) or not 0 <= max_shrink <= 1:
        raise ConfigError("max_shrink is a share between 0 and 1", where=name)
    on_new_field = table.pop("on_new_field", "keep")
    if on_new_field not in ("keep", "stop"):
        raise ConfigError("on_new_field is 'keep' or 'stop'", path=("sources", name, "on_new_field"))
    brand = table.pop("brand", name)
    if not isinstance(brand, str) or not brand.strip() or len(brand) > 60:
        raise ConfigError("brand is a name in quotes, of at most 60 letters", path=("sources", name, "brand"))
    streams, tables, mappings = connector.streams, {}, []
    if connector.declared is not None:
        tables = mapping.tables(name, table.pop("streams", {}), connector.declared)
        if not tables:
            raise ConfigError(f"a {system} source has at least one [sources.….streams.…]", where=name)
        made = []
        for stream, (its_table, entities) in tables.items():
            path = ("sources", name, "streams", stream)
            try:
                made.append(connector.declared.stream(checked_name("stream", stream), its_table))
            except ConfigError as error:
                error.path = path
                raise
            mappings += mapping.mappings(name, stream, its_table, entities)
        streams = tuple(made)
    streams = _without(streams, table.pop("skip", []), name)
    fresh_within = read_fresh_within(table.pop("fresh_within", {}), name, [s.name for s in streams])
    stream_limits = read_limits(table.pop("limits", {}), name, [s.name for s in streams])
    settings = {k: str(table.pop(k, default) or "") for k, default in connector.settings.items()}
    for setting, value in settings.items():
        if not value and connector.settings[setting] != "":
            raise ConfigError(f"the setting {setting} is missing", where=name)
    given = _options(table, connector, name)
    if table:
        key = min(table)
        there = [*connector.settings, *OF_EVERY_SOURCE, *(("streams",) if connector.declared else ())]
        there += connector.options.__struct_fields__ if connector.options is not None else ()
        raise ConfigError(f"unknown key {key!r}{near(key, there)}", path=("sources", name, key))
    if "base_url" in settings and urlsplit(settings["base_url"]).scheme not in ("http", "https"):
        raise ConfigError("base_url begins with https://", where=name)
    wrong = connector.wrong(settings, given) if connector.wrong is not None else None
    if wrong:
        raise ConfigError(wrong, where=name)
    options: dict[str, dict[str, Any]] = {s.name: {"source": given, "base": base} for s in streams}
    for stream, (its_table, entities) in tables.items():
        options[stream] |= {"stream": its_table, "mapped": mapping.columns(its_table, entities)}
    return Source(
        name,
        connector,
        settings,
        streams,
        options,
        tuple(mappings),
        limits,
        float(max_shrink),
        at_once,
        stream_limits,
        on_new_field,
        brand.strip(),
        fresh_within,
    )


def with_sources(config: Config, tables: Mapping[str, dict[str, Any]]) -> Config:
    """The configuration with further sources, each as a table of crm360.toml. Raises ConfigError as that would."""
    made = [_source(name, table, config.path.parent, config.connectors) for name, table in tables.items()]
    return replace(config, sources=(*config.sources, *made))


def _without(streams: tuple[Stream, ...], skipped: Any, name: str) -> tuple[Stream, ...]:
    """The streams that are pulled: all but those that `skip` names, such as one whose permission nobody grants."""
    there = {s.name for s in streams}
    if not isinstance(skipped, list) or not {str(s) for s in skipped} <= there:
        raise ConfigError(f"skip is a list of streams; there are {', '.join(sorted(there))}", where=name)
    left = tuple(s for s in streams if s.name not in skipped)
    for stream in left:
        if stream.parent in skipped:
            raise ConfigError(f"{stream.name} is read for each of {stream.parent}: skip both or none", where=name)
    if not left:
        raise ConfigError("every stream is skipped", where=name)
    return left


def _limits(table: dict[str, Any], connector: Connector, name: str) -> Limits:
    """`rate_limit` = requests a second (or a table `{requests, seconds}`), `longest_wait`, `deadline` in seconds."""
    said = table.pop("rate_limit", None)
    rate = connector.rate
    rates = connector.rates if said is None else ()
    if isinstance(said, int | float) and said > 0:
        rate = (max(1, int(said)), max(1.0, 1 / said))
    elif isinstance(said, dict) and set(said) == {"requests", "seconds"}:
        rate = (int(said["requests"]), float(said["seconds"]))
    elif said is not None:
        raise ConfigError("rate_limit is requests a second, or { requests = …, seconds = … }", where=name)
    limits = Limits(rate=rate, rates=rates)
    if "max_pages" in table:
        most = table.pop("max_pages")
        if not isinstance(most, int) or isinstance(most, bool) or most < 1:
            raise ConfigError("max_pages is a whole number", path=("sources", name, "max_pages"))
        limits = replace(limits, max_pages=most)
    for key in ("longest_wait", "deadline", "wait_budget", "stream_deadline"):
        if key in table:
            said = table.pop(key)
            if not isinstance(said, int | float) or isinstance(said, bool) or said <= 0:
                raise ConfigError(f"{key} is a number of seconds", path=("sources", name, key))
            limits = replace(limits, **{key: float(said)})  # type: ignore[arg-type]
    return limits


def _authorities(path: Path, name: str) -> str:
    """A file of certificate authorities, once it has been seen to hold some. Raises ConfigError."""
    try:
        ssl.create_default_context(cafile=str(path))
    except OSError as error:  # of which SSLError is one
        raise ConfigError(f"ca_file {path.name} can't be read as certificates in PEM", where=name) from error
    return str(path)


def _options(table: dict[str, Any], connector: Connector, name: str) -> Any:
    """The settings that are no text, taken out of the source's table; None where the system has none."""
    if connector.options is None:
        return None
    given = {f: table.pop(f) for f in connector.options.__struct_fields__ if f in table}
    try:
        return msgspec.convert(given, connector.options)
    except msgspec.ValidationError as error:
        what, key = refusal(error, connector.options, given)
        raise ConfigError(what, path=("sources", name, *key)) from error
