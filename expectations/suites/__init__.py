"""The suites, one module a published table: a module's name is the table's, and its `SUITE` holds the facts."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from crm360.expectations.suite import Suite


@cache
def load() -> dict[str, Suite]:
    """Return table name → suite, for every module in this folder."""
    return {name: import_module(f"{__name__}.{name}").SUITE for _, name, _ in pkgutil.iter_modules(__path__)}
