"""The bounds that segments.yml leaves to [segments] of crm360.toml: `{setting: new_days, default: 30}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from crm360.orchestration.settings.project import DELIVERED, Project

FILE = DELIVERED / "models" / "marts" / "customers" / "segments.yml"


@dataclass(frozen=True)
class Bound:
    """One bound: the key in crm360.toml, its default, and which condition of which segment it bounds."""

    name: str
    default: float
    meaning: str


def bounds(project: Project) -> list[Bound]:
    """The bounds of the project's segments.yml, or of the delivered one, in its order; each once."""
    dimensions = project.segments()
    if dimensions is None:
        told = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        dimensions = next(_lists(told, "dimensions"), [])
    found: dict[str, list[tuple[float, str]]] = {}
    for dimension in dimensions:
        for segment in dimension.get("segments", ()):
            for condition in _conditions(segment):
                for comparison, value in condition.items():
                    if isinstance(value, Mapping) and "setting" in value:
                        words = (
                            f"{dimension['dimension']}: {segment['segment']}, `{condition.get('column')}` {comparison}"
                        )
                        found.setdefault(value["setting"], []).append(
                            (value.get("default", 0), words.replace("_", " ", 0))
                        )
    return [
        Bound(name, uses[0][0], "; ".join(dict.fromkeys(words for _, words in uses))) for name, uses in found.items()
    ]


def _lists(node: Any, key: str) -> Iterator[list[Any]]:
    """Every list under a key of that name."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name == key and isinstance(value, list):
                yield value
            yield from _lists(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from _lists(item, key)


def _conditions(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every condition, however deep it stands."""
    if isinstance(node, Mapping):
        if "column" in node:
            yield node
        for value in node.values():
            yield from _conditions(value)
    elif isinstance(node, list):
        for item in node:
            yield from _conditions(item)
