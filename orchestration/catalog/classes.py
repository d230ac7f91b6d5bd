"""How personal each published column is: out of `dbt_project/classes.yml`, or of what a mart of the user's own says.

A delivered column without a class is an error: nobody has said whether it may be shown to those who need no persons.
One of the user's own marts is told, and masked as one that names a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

from crm360.connectors.engine.errors import Crm360Error
from crm360.orchestration.catalog.assembly import OWN_MARTS
from crm360.orchestration.settings.project import DELIVERED

CLASSES = ("direct", "contact", "quasi", "sensitive", "none")
FILE = DELIVERED / "classes.yml"
# Of what is landed, whatever a source sends: the columns of every batch.
LANDED = {
    "record_id": "direct", "record": "sensitive", "changed_at": "none", "is_deleted": "none", "merged_into": "direct",
    "rejected_because": "none", "extracted_at": "none", "batch_id": "none",
}  # fmt: skip


class Unclassed(Crm360Error):
    """A published column has no class. Nothing is published."""

    who = "whoever wrote that model"


@lru_cache(maxsize=1)
def _delivered() -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Column → class, and table → column → class where it is another one there."""
    told = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    names = {str(column): name for name in CLASSES for column in told[name] or ()}
    return names, {table: dict(columns) for table, columns in told["tables"].items()}


def class_of(table: str, column: str, said: str | None = None) -> str | None:
    """A column's class: as its model says, as the table's own list does, or as its name does everywhere."""
    names, tables = _delivered()
    return said or tables.get(table, {}).get(column) or names.get(column)


def _is_own(node: Mapping[str, Any]) -> bool:
    return str(node.get("original_file_path", "")).startswith(str(OWN_MARTS))


def unclassed(told: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The columns of own marts that have no class: they are masked."""
    return [f"{table}.{name}" for table, columns in told.items() for name, its in columns.items() if not its]


def classes(
    manifest: Mapping[str, Any],
    custom: Mapping[str, Mapping[str, str]],
    personal: Mapping[str, tuple[str, ...]],
    schema: str = "marts",
) -> dict[str, dict[str, str]]:
    """Published table → column → class. Raises Unclassed, in a sentence that names the columns.

    `custom` are the custom fields by table, of which those in `personal` name or reach a person.
    """
    found: dict[str, dict[str, str]] = {}
    lacking = []
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["schema"] != schema:
            continue
        table = node.get("alias") or node["name"]
        told = found.setdefault(table, {})
        for name, column in node.get("columns", {}).items():
            meta = {**(column.get("meta") or {}), **((column.get("config") or {}).get("meta") or {})}
            its = class_of(table, name, meta.get("class"))
            if its not in CLASSES and not (its is None and _is_own(node)):
                lacking.append(f"{table}.{name}")
            told[name] = its or ""
        for name in custom.get(table, {}):
            told[name] = "direct" if name in personal.get(table, ()) else "none"
    if lacking:
        more = f", and {len(lacking) - 5} more" if len(lacking) > 5 else ""
        raise Unclassed(
            f"no class is given to {', '.join(lacking[:5])}{more}: add config: {{meta: {{class: …}}}} to the column, "
            f"one of {', '.join(CLASSES)}",
            where="audit",
        )
    return found
