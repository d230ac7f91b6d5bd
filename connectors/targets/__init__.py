"""One file a target: where audiences are pushed to. What crm360 can push to follows from the files here.

A target of a system that is pulled, too, uses that source's address, credentials and rate; the others have their own.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from crm360.connectors.engine.target import Target


def _delivered() -> Iterator[Target]:
    for module in pkgutil.iter_modules(__path__):
        for name, value in vars(import_module(f"{__name__}.{module.name}")).items():
            if isinstance(value, Target) and name.isupper():
                yield value


TARGETS: dict[str, Target] = {t.system: t for t in sorted(_delivered(), key=lambda t: t.system)}
