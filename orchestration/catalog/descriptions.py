"""The words of the dbt models, read out of dbt's own manifest, for the comments in the published database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm360.orchestration.run.facts import TableFacts


def read_descriptions(
    manifest: Path, schema: str = "marts", custom: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, TableFacts]:
    """What `described` returns, out of dbt's `target/manifest.json`.

    Raises OSError or ValueError when the manifest cannot be read.
    """
    return described(json.loads(manifest.read_text(encoding="utf-8")), schema, custom)


def described(
    manifest: Mapping[str, Any], schema: str = "marts", custom: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, TableFacts]:
    """Return table name → description and column descriptions of every dbt model in `schema`.

    `custom` says by table what each custom field's column means.
    """
    custom = custom or {}
    return {
        (node.get("alias") or node["name"]): TableFacts(
            description=node.get("description", ""),
            columns={name: column.get("description", "") for name, column in node.get("columns", {}).items()}
            | dict(custom.get(node.get("alias") or node["name"], {})),
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == schema
    }
