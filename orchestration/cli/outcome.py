"""What `--json` says of a run: its record, what it published, and, where it failed, what, where and who must act.

{"ok": true, "exit_code": 0, "run": {"run_id": "…", "job": "nightly", "outcome": "published", …},
 "published": {"version": "…", "tables": 60, "rows": 137420, "database": "…", "report": "…"}, "error": null}
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from crm360.connectors.engine.errors import Crm360Error
from crm360.orchestration.cli.console import Console
from crm360.orchestration.publish import manifest
from crm360.orchestration.run import audit, runs
from crm360.orchestration.settings.config import Config


def told_as_json(config: Config, work: Callable[[Console], int]) -> int:
    """Do the work without a word, say how it ended as one JSON object, and return or raise what it did."""
    before = _newest(config)
    quiet = Console(quiet=True)
    try:
        code = work(quiet)
    except Crm360Error as error:
        quiet.json(_outcome(config, before, error.exit_code, error))
        error.is_told = True
        raise
    quiet.json(_outcome(config, before, code))
    return code


def error_told(error: Crm360Error) -> dict[str, Any]:
    """An error by its parts."""
    return {"kind": type(error).__name__, "what": error.what, "where": error.where, "who": error.who}


def _newest(config: Config) -> str:
    return next((record.run_id for record in runs.read(config.runs, 1)), "")


def _outcome(config: Config, before: str, code: int, error: Crm360Error | None = None) -> dict[str, Any]:
    record = next((r for r in runs.read(config.runs, 1) if r.run_id != before), None)
    told: dict[str, Any] = {"ok": code == 0, "exit_code": code, "run": record, "published": None}
    if record is not None and record.version is not None:
        told["published"] = _published(config)
    verdicts = audit.read(config)
    if record is not None and verdicts is not None and verdicts.run_id == record.run_id:
        failed = [s for s in verdicts.suites if not s.success]
        told["audit"] = {"checks": sum(len(s.checks) for s in verdicts.suites), "failed": msgspec.to_builtins(failed)}
    return {**told, "error": None if error is None else error_told(error)}


def _published(config: Config) -> dict[str, Any] | None:
    folder = config.published / "current"
    said = manifest.current(config.published)
    if said is None:
        return None
    return {
        "version": said["version"],
        "as_of": said["as_of"],
        "tables": len(said["tables"]),
        "rows": sum(table["rows"] for table in said["tables"].values()),
        "database": str(folder / "customer_360.duckdb"),
        "report": str(folder / "reports" / "index.html"),
    }
