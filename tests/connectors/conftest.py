"""Tests that ask for the fixture `server` need a server out of Debian's packages, and bear the marker of that name."""

from __future__ import annotations

from typing import Any

import pytest


def pytest_itemcollected(item: Any) -> None:
    if "server" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.server)
