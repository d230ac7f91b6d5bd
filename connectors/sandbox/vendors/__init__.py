"""The vendors' fakes: a folder each, found by its `fake.py`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

from crm360.connectors.sandbox.vendors.fake import Fake

_NAMES = sorted(path.parent.name for path in Path(__file__).parent.glob("*/fake.py"))


def _module(name: str, part: str) -> ModuleType:
    return import_module(f"{__name__}.{name}.{part}")


FAKES: dict[str, Fake] = {name: _module(name, "fake").FAKE for name in _NAMES}


def apis() -> dict[str, ModuleType]:
    """What each fake answers, by vendor."""
    return {name: _module(name, "api") for name in FAKES}
