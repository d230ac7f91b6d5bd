"""Is this installation at work? For whoever restarts it. Whoever mends its data is told by alerts and metrics.

    {"ok": true, "published": "20261128T020311Z-4f1c09ab", "checks": {"data": "", "published": "", "daemon": ""}}

A check that fails says why. What can't be looked at has failed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from crm360.orchestration.publish import manifest, versions
from crm360.orchestration.settings.config import Config

LEAST_FREE = 64 * 1024 * 1024  # bytes, below which not even a run's record is sure to be written


def health(config: Config, daemon: Callable[[], str] = lambda: "") -> dict[str, Any]:
    """What is well, and what is not. `daemon` says why Dagster's daemon is not at work, or nothing."""
    checks = {"data": _data(config), "published": _published(config), "daemon": daemon()}
    told = manifest.current(config.published)
    return {"ok": not any(checks.values()), "published": told and told["version"], "checks": checks}


def _data(config: Config) -> str:
    try:
        if not config.data.is_dir():
            return "the data folder is not there"
        if not os.access(config.data, os.W_OK | os.X_OK):
            return "the data folder may not be written to"
        disk = os.statvfs(config.data)
        return "the disk is full" if disk.f_bavail * disk.f_frsize < LEAST_FREE else ""
    except OSError as error:
        return f"the data folder can't be read ({error.strerror})"


def _published(config: Config) -> str:
    """Nothing published yet is well; a version that is pointed to and can't be read is not."""
    try:
        is_there = config.published.is_dir() and versions.current(config.published) is not None
    except OSError as error:
        return f"what is published can't be read ({error.strerror})"
    return "what is published can't be read" if is_there and manifest.current(config.published) is None else ""
