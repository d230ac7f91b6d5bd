"""The suites, one module a published table: a module's name is the table's, and its `SUITE` holds the facts."""

from __future__ import annotations

import pkgutil
import runpy
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

from crm360.expectations.suite import Suite


class SuiteError(Exception):
    """A suite of the user's own does not load; the sentence names its file."""


def load(own: Iterable[Path] = ()) -> dict[str, Suite]:
    """Return table name → suite: of every module in this folder, and of the user's files `<table>_suite.py`.

    A user's suite takes the place of a delivered one. Raises SuiteError where one does not load.
    """
    return delivered() | {path.stem.removesuffix("_suite"): _own(path) for path in own}


@cache
def delivered() -> dict[str, Suite]:
    """The delivered suites by name."""
    return {name: import_module(f"{__name__}.{name}").SUITE for _, name, _ in pkgutil.iter_modules(__path__)}


def _own(path: Path) -> Suite:
    try:
        suite = runpy.run_path(str(path))["SUITE"]
    except KeyError as error:
        raise SuiteError(f"{path.name} has no SUITE") from error
    except Exception as error:
        raise SuiteError(f"{path.name} does not load: {type(error).__name__}: {error}") from error
    if not isinstance(suite, Suite):
        raise SuiteError(f"SUITE of {path.name} is no crm360.expectations.suite.Suite")
    return suite
