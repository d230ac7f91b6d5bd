"""The manifest of a version: what it is, when it was made, from what, and the size and SHA-256 of each of its files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from crm360 import durable
from crm360.expectations.results import SuiteResult
from crm360.orchestration.publish.candidate import STORAGE_VERSION, Written
from crm360.orchestration.run.facts import RunFacts

NAME = "manifest.json"


def write(
    folder: Path,
    version: str,
    run: RunFacts,
    audits: Sequence[SuiteResult],
    written: Mapping[str, Written],
    at: datetime,
    classes: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Write the manifest of a version, the last of its files, over all the others that stand in `folder`."""
    facts = {
        "version": version,
        "run_id": run.run_id,
        "as_of": run.as_of,
        "started_at": run.started_at,
        "built_by": run.built_by or run.run_id,
        "registered_at": run.registered_at,
        "published_at": at,
        "storage_version": STORAGE_VERSION,
        "ledger": dict(run.ledger),
        "forgotten_up_to": run.forgotten_up_to,
        "classes": {table: dict(columns) for table, columns in (classes or {}).items()},
        "tables": {table: asdict(done) for table, done in written.items()},
        "audit": {
            suite.table: {
                "success": suite.success,
                "checks": len(suite.checks),
                "failed": sum(not check.success for check in suite.checks),
            }
            for suite in audits
        },
        "sources": [asdict(source) for source in run.sources],
    }
    write_over(folder, facts)


def write_over(folder: Path, facts: dict[str, Any]) -> None:
    """Write these facts as the manifest, with the size and SHA-256 of each file that stands in `folder` now."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / NAME)
    facts["files"] = {
        str(path.relative_to(folder)): {"bytes": path.stat().st_size, "sha256": durable.digest(path)} for path in files
    }
    text = json.dumps(facts, indent=2, default=_plain) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")


def read(version: Path) -> dict[str, Any]:
    """Return the manifest of one version folder. Raises OSError or ValueError when it has none that can be read."""
    manifest: dict[str, Any] = json.loads((version / NAME).read_text(encoding="utf-8"))
    return manifest


def current(published: Path) -> dict[str, Any] | None:
    """Return the manifest of the version that readers see; None if there is none, or it is not as it was written."""
    try:
        told = read(published / "current")
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("tables"), dict) else None


def damage(version: Path) -> list[str]:
    """Compare every byte of a version with its manifest. Returns one sentence a difference; none means whole."""
    listed = read(version)["files"]
    found = {str(path.relative_to(version)) for path in version.rglob("*") if path.is_file()} - {NAME}
    sentences = [f"{name} is missing" for name in sorted(listed.keys() - found)]
    sentences += [f"{name} is not in the manifest" for name in sorted(found - listed.keys())]
    sentences += [
        f"{name} is not as it was written"
        for name in sorted(found & listed.keys())
        if durable.digest(version / name) != listed[name]["sha256"]
    ]
    return sentences


def _plain(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"the manifest cannot hold a {type(value).__name__}")
