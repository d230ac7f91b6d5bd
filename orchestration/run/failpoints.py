"""The named points of publishing at which a test may end the process; see connectors/failpoints.py."""

from __future__ import annotations

from crm360.connectors.engine.failpoints import EXIT_CODE, reach

__all__ = ["EXIT_CODE", "PUBLISH", "reach"]

PUBLISH = (
    "publish.before-write",
    "publish.between-files",
    "publish.after-write",
    "publish.before-fsync",
    "publish.after-fsync",
    "publish.before-rename",
    "publish.after-rename",
    "publish.before-flip",
    "publish.within-flip",
    "publish.after-flip",
    "publish.within-prune",
)
