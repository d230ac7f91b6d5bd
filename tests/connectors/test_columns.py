"""Columns made from buffers are the columns that pyarrow would make itself."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pytest

from crm360.connectors.engine.columns import flags, texts, times

AT = datetime(2026, 7, 1, 2, 3, 4, 567891)


@pytest.mark.parametrize("values", [[], ["a"], [None], ["é", None, "", "x" * 70_000, "\0"], ["a"] * 9 + [None]])
def test_texts(values: list[str | None]) -> None:
    made = texts(values)
    made.validate(full=True)
    assert made.equals(pa.array(values, pa.string()))


@pytest.mark.parametrize("values", [[], [AT], [None, AT, datetime(1901, 1, 1), datetime(9999, 12, 31)], [None] * 17])
def test_times(values: list[datetime | None]) -> None:
    made = times(values)
    made.validate(full=True)
    assert made.equals(pa.array(values, pa.timestamp("us")))


@pytest.mark.parametrize("values", [[], [True], [False, True, True] * 7])
def test_flags(values: list[bool]) -> None:
    made = flags(values)
    made.validate(full=True)
    assert made.equals(pa.array(values, pa.bool_()))
