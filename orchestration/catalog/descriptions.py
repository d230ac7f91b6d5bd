"""The words of the dbt models, read out of dbt's own manifest, for the comments in the published database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from crm360.orchestration.run.facts import TableFacts


def read_descriptions(
    manifest: Path, schema: str = "marts", custom: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, TableFacts]:
    """Return table name → description and column descriptions of every dbt model in `schema`.

    `manifest` is dbt's `target/manifest.json`; `custom` says by table what each custom field's column means. Raises
    OSError or ValueError when the manifest cannot be read.
    """
    custom = custom or {}
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return {
        (node.get("alias") or node["name"]): TableFacts(
            description=node.get("description", ""),
            columns={name: column.get("description", "") for name, column in node.get("columns", {}).items()}
            | dict(custom.get(node.get("alias") or node["name"], {})),
        )
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == schema
    }
