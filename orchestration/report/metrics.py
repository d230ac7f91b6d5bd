"""Each metric's one definition: dbt's semantic models and metrics, as models declare them, read for the report.

MetricFlow, Lightdash and others read the same declarations from dbt's manifest. Here a metric becomes the expression
over its published table by which the report counts it, so that no figure has a definition of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.settings.project import DELIVERED, Project

FILES = "_metrics.yml"  # of the delivered models, one an area
DECLARES = re.compile(r"^(semantic_models|metrics):", re.MULTILINE)
CASE = re.compile(r"case when (.+) then (.+) end")
WORDS = {"and", "or", "not", "is", "in", "null", "true", "false", "between", "case", "when", "then", "else", "end"}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Metric:
    """`sql`: over its published table, or empty where it is one metric `over` another. `time`: the day it counts by."""

    name: str
    label: str
    description: str
    unit: str
    format: str
    owner: str
    table: str
    sql: str = ""
    over: tuple[str, str] | None = None
    time: str = ""

    @property
    def formula(self) -> str:
        """How it is worked out, in one line."""
        return " / ".join(self.over) if self.over else self.sql

    def told(self) -> dict[str, str]:
        """What a reader is told of it beside the formula."""
        names = ("name", "label", "description", "unit", "format", "owner", "table", "time")
        return {name: getattr(self, name) for name in names}


@cache
def delivered() -> dict[str, Metric]:
    """The metrics that come with the package, by name."""
    return _read(sorted((DELIVERED / "models").rglob(FILES)))


def of(project: Project) -> dict[str, Metric]:
    """Those, and the ones that the project declares in models/. Raises ConfigError for what is no such declaration."""
    own = [path for path in sorted(project.models.rglob("*.yml")) if project.models.is_dir()]
    return delivered() | _read([path for path in own if DECLARES.search(_text(path))], delivered())


def _read(paths: Iterable[Path], known: Mapping[str, Metric] | None = None) -> dict[str, Metric]:
    measures: dict[str, Metric] = {}
    declared: list[tuple[Path, dict[str, Any]]] = []
    found = dict(known or {})
    for path in paths:
        try:
            told = yaml.load(_text(path), Loader=_LOADER) or {}  # noqa: S506 - a safe loader
            measures |= {one.name: one for model in told.get("semantic_models", ()) for one in _measures(model)}
            declared += [(path, dict(one)) for one in told.get("metrics", ())]
        except (yaml.YAMLError, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            raise ConfigError("it is no declaration of metrics as dbt reads them", where=path.name) from error
    # Ratios last, for they are made of others.
    for path, one in sorted(declared, key=lambda told: told[1].get("type") == "ratio"):
        try:
            found[one["name"]] = _metric(one, measures, found)
        except (KeyError, TypeError, AttributeError) as error:
            said = f"the metric {one.get('name')} is made of what is not declared"
            raise ConfigError(said, where=path.name) from error
    return found if known is None else {name: one for name, one in found.items() if known.get(name) is not one}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("it is no text in UTF-8", where=path.name) from error


def _measures(model: dict[str, Any]) -> Iterator[Metric]:
    table = re.findall(r"\w+", model["model"])[-1]
    days = {one["name"]: one.get("expr", one["name"]) for one in model.get("dimensions", ())}
    for one in model.get("measures", ()):
        day = one.get("agg_time_dimension") or model.get("defaults", {}).get("agg_time_dimension", "")
        sql = _sql(one["agg"], str(one.get("expr", one["name"])), table)
        yield Metric(one["name"], "", "", "", "", "", table, sql, time=days.get(day, day))


def _metric(told: dict[str, Any], measures: Mapping[str, Metric], known: Mapping[str, Metric]) -> Metric:
    """A metric of one measure, or one metric over another; of dbt's other types only what it is called is read."""
    meta, parts = told.get("config", {}).get("meta", {}), told["type_params"]
    words = (told["name"], told["label"], " ".join(told.get("description", "").split()))
    shown = (meta.get("unit", "decimal"), meta.get("format", ""), meta.get("owner", ""))
    if told["type"] == "simple":
        of = measures[_name(parts["measure"])]
        return Metric(*words, *shown, of.table, of.sql, time=of.time)
    if told["type"] != "ratio":
        return Metric(*words, *shown, "", str(parts.get("expr") or told["type"]))
    part, whole = (_name(parts[which]) for which in ("numerator", "denominator"))
    return Metric(*words, *shown, known[part].table, over=(part, known[whole].name), time=known[part].time)


def _name(told: str | dict[str, str]) -> str:
    return told if isinstance(told, str) else told["name"]


def _sql(agg: str, expression: str, table: str) -> str:
    """A measure's expression, with the rows that it counts where lists of them can find them: in a filter."""
    over = _qualified(expression, table)
    if agg == "count" and expression == "1":
        return "count(*)"
    if agg == "sum_boolean":
        return f"count(*) filter (where {over})"
    if agg == "count_distinct":
        return f"count(distinct {over})"
    agg = {"average": "avg"}.get(agg, agg)
    if case := CASE.fullmatch(over):
        return f"{agg}({case[2]}) filter (where {case[1]})"
    return f"{agg}({over})"


def _qualified(expression: str, table: str) -> str:
    """The expression with its columns told to be the table's: the report joins others."""

    def named(match: re.Match[str]) -> str:
        word = match[0]
        return word if word.startswith("'") or word.lower() in WORDS else f"{table}.{word}"

    return re.sub(r"'[^']*'|\b[A-Za-z_]\w*\b(?!\s*\()", named, expression)
