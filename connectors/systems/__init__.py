"""One file a system. What crm360 can pull from follows from the files here; other packages and a project add their own.

`CONNECTORS` are the delivered ones. `known(folder)` adds those that installed packages offer as entry points of the
group `crm360.connectors`, and those of the project: files of `<project>/connectors/` that hold a `Connector`.
"""

from __future__ import annotations

import pkgutil
import runpy
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from crm360.connectors.engine.connector import Connector
from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.landing import NAME

GROUP = "crm360.connectors"


def _delivered() -> Iterator[Connector]:
    for module in pkgutil.iter_modules(__path__):
        yield from _held_by(vars(import_module(f"{__name__}.{module.name}")))


def _held_by(names: Mapping[str, Any]) -> list[Connector]:
    return [value for name, value in names.items() if isinstance(value, Connector) and name.isupper()]


CONNECTORS: dict[str, Connector] = {c.system: c for c in sorted(_delivered(), key=lambda c: c.system)}
# The words for what a stream holds.
ENTITIES = frozenset(s.entity for c in CONNECTORS.values() for s in c.streams)


def known(folder: Path | None = None) -> dict[str, Connector]:
    """System → connector: delivered, of installed packages, and of the project in `folder`.

    Raises ConfigError that names the package or file whose connector does not load, or declares what is unknown.
    """
    found = dict(CONNECTORS)
    for connector, where in (*of_packages(), *_of_project(folder)):
        if not NAME.fullmatch(connector.system):
            raise ConfigError(
                f"{connector.system!r} is no name of a system: lower-case letters and digits", where=where
            )
        if connector.system in found:
            raise ConfigError(f"there is a system {connector.system} already", where=where)
        for stream in connector.streams:
            if stream.entity not in ENTITIES:
                known_ones = ", ".join(sorted(ENTITIES))
                raise ConfigError(
                    f"{connector.system}/{stream.name}: entity {stream.entity!r} is unknown; there are {known_ones}",
                    where=where,
                )
        found[connector.system] = connector
    return found


@cache
def of_packages() -> tuple[tuple[Connector, str], ...]:
    """Connectors that other packages bring by entry point, and the package of each."""
    found = []
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        where = f"entry point {point.name} of {point.dist.name if point.dist else 'a package'}"
        try:
            connector = point.load()
        except Exception as error:
            raise ConfigError(f"the connector does not load: {type(error).__name__}: {error}", where=where) from error
        if not isinstance(connector, Connector):
            raise ConfigError(f"{point.value} is no crm360.connectors.engine.connector.Connector", where=where)
        found.append((connector, where))
    return tuple(found)


def _of_project(folder: Path | None) -> Iterator[tuple[Connector, str]]:
    for path in sorted((folder / "connectors").glob("[!_]*.py")) if folder is not None else ():
        where = f"connectors/{path.name}"
        try:
            names = runpy.run_path(str(path))
        except Exception as error:
            raise ConfigError(f"the connector does not load: {type(error).__name__}: {error}", where=where) from error
        held = _held_by(names)
        if not held:
            raise ConfigError("there is no Connector in it, under a name in capitals", where=where)
        yield from ((connector, where) for connector in held)
