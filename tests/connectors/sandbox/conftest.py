"""One company of 400 people on its fourth day for all tests that only read, a fresh one for the others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm360.connectors.sandbox import Company, Running, running

PEOPLE = 400


@pytest.fixture(scope="session")
def _served_for_all() -> Iterator[Running]:
    with running(Company(PEOPLE, day=3)) as served:
        yield served


@pytest.fixture
def served(_served_for_all: Running) -> Running:
    """For tests that change no record: no faults, no limits, an empty log."""
    _served_for_all.faults.clear()
    _served_for_all.limits.reset()
    _served_for_all.log.clear()
    return _served_for_all


@pytest.fixture
def own() -> Iterator[Running]:
    """For tests that change records."""
    with running(Company(PEOPLE)) as served:
        yield served
