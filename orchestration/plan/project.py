"""What `crm360 check` finds in the project beside its sources: rates that lack, rules of segments and audiences.

These are read as a run reads them, without dbt: a column that customer_360 lacks, a comparison that is none, a segment
that an audience names and nobody defines.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from crm360.connectors.engine.mapped import near
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.macros import MacroError, Macros
from crm360.orchestration.settings.project import DELIVERED

MARTS = DELIVERED / "models" / "marts" / "customers"


@dataclass(frozen=True)
class Problem:
    """Something that a run would stop at (`is_wrong`), or that would leave figures empty."""

    sentence: str
    is_wrong: bool


def whole_project(config: Config, currencies: Iterable[str]) -> list[Problem]:
    """All problems, the wrong ones first."""
    dimensions = config.project.segments() or _delivered("segments", "dimensions")
    audiences = config.project.audiences() or _delivered("audiences", "audiences")
    own = {field["name"] for field in config.custom_fields}
    columns = _columns() | own
    segments = [s for d in dimensions for s in d.get("segments", ())]
    names = {str(s["segment"]) for s in segments if "segment" in s}
    found = [
        *_rules("segments.yml", "segment", segments, columns, names),
        *_rules("audiences.yml", "audience", audiences, columns, names),
        *_rates(config, set(currencies)),
    ]
    return sorted(found, key=lambda p: not p.is_wrong)


def _rates(config: Config, currencies: set[str]) -> Iterator[Problem]:
    """Currencies of the records that were looked at for which no rate is known."""
    path = config.project.seed("exchange_rates.csv") or DELIVERED / "seeds" / "exchange_rates.csv"
    with path.open(newline="", encoding="utf-8") as file:
        known = {row.get("currency") for row in csv.DictReader(file)}
    base = config.toml.base_currency
    for currency in sorted(currencies - known - {base}):
        told = f"there is no rate for {currency}: amounts in it are empty in {base}; crm360 import-rates fills them"
        yield Problem(told, False)


def _rules(
    file: str, kind: str, rules: Sequence[Mapping[str, Any]], columns: set[str], segments: set[str]
) -> Iterator[Problem]:
    """What is wrong with the conditions of segments or audiences."""
    for rule in rules:
        where = f"{file}, {rule.get(kind, 'one without a name')}"
        for condition in _flat(rule.get("when") or ()):
            yield from _condition(where, condition, columns, segments)


def _condition(where: str, condition: Any, columns: set[str], segments: set[str]) -> Iterator[Problem]:
    if not isinstance(condition, Mapping):
        yield Problem(f"{where}: a condition is {{column: …, comparison: bound}}", True)
        return
    if "column" not in condition:
        yield Problem(f"{where}: a condition has no column", True)
        return
    column = str(condition["column"])
    if column not in columns:
        yield Problem(f"{where}: customer_360 has no column {column!r}{near(column, columns)}", True)
    try:
        Macros().call("segment_condition", condition)
    except MacroError as error:
        yield Problem(f"{where}: {str(error).removeprefix('segments.yml: ')}", True)
    wanted = condition.get("lists")
    if column == "segments" and isinstance(wanted, str) and wanted not in segments:
        yield Problem(f"{where}: there is no segment {wanted!r}{near(wanted, segments)}", True)


def _flat(conditions: Iterable[Any]) -> Iterator[Any]:
    for condition in conditions:
        if isinstance(condition, Mapping) and "any" in condition:
            yield from _flat(condition["any"])
        else:
            yield condition


def _columns() -> set[str]:
    """The columns of customer_360, by its description."""
    told = yaml.safe_load((MARTS / "customer_360.yml").read_text(encoding="utf-8"))
    return {c["name"] for m in told["models"] if m["name"] == "customer_360" for c in m["columns"]}


def _delivered(model: str, key: str) -> list[dict[str, Any]]:
    told = yaml.safe_load((MARTS / f"{model}.yml").read_text(encoding="utf-8"))
    (own,) = (m for m in told["models"] if m["name"] == model)
    found: list[dict[str, Any]] = own["config"]["meta"][key]
    return found
