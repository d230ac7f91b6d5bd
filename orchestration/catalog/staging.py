"""Which staging models read values, and of which stream: from the models' own text, so no list can be forgotten.

A connector that is made anew adds its models, and what they can't read is listed and judged from its first run.
"""

from __future__ import annotations

import re
from pathlib import Path

_READS = re.compile(r"\bunread_fields\b|{{\s*mapped\(")
_STREAM = re.compile(r"{{\s*latest\(\s*'(\w+)'\s*,\s*'(\w+)'")


def reading_models(project: Path) -> list[dict[str, str | None]]:
    """Every staging model that says what it could not read: its name, and its stream, None where a column tells it."""
    found: list[dict[str, str | None]] = []
    for path in sorted((project / "models").rglob("stg_*.sql")):
        text = path.read_text()
        if not _READS.search(text):
            continue
        stream = _STREAM.search(text)
        told = stream[2] if stream else None if "stg_mapped__" in path.name else path.stem.split("__")[1]
        found.append({"model": path.stem, "stream": told})
    return found
