"""Named points at which a test can make the process die as if its power had gone.

`CRM360_FAILPOINT=<name>` in the environment kills the process the moment it reaches that point: no clean-up, no
flush, no exit handlers. Unset, a point costs one dictionary look-up. The names follow the order of the work.
"""

from __future__ import annotations

import os

EXIT_CODE = 97

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


def reach(name: str) -> None:
    """Die here (exit code 97, nothing cleaned up) if the environment names this point."""
    if os.environ.get("CRM360_FAILPOINT") == name:
        os._exit(EXIT_CODE)
