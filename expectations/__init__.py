"""AUDIT: one suite of Great Expectations a published table, all blocking; what cannot be checked has failed.

`audit.audit` runs the suites; `results` holds what goes in and what comes out. Usage statistics are turned off here,
before Great Expectations can be imported.
"""

from __future__ import annotations

import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"
