"""Functions that the engines call over columns."""

from __future__ import annotations

import pyarrow as pa
import pytest

from crm360.record_linkage import functions


def test_what_was_forgotten_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "REMEMBERED", 3)
    read = functions.FUNCTIONS["crm360_sound"].over_columns()
    names = pa.array([f"{a}{b}" for a in ("an", "be", "ci", "do") for b in ("na", "rg", "ta", "mm", "ler", "son")])
    once = read(names)
    assert once == read(names) and len(set(once.to_pylist())) > 10


def test_nothing_is_read_out_of_nothing() -> None:
    for function in functions.FUNCTIONS.values():
        columns = [pa.array(["ann", None], pa.string())] + [pa.array([None, "x"], pa.string())] * (function.takes - 1)
        given = function.over_columns()(*columns).to_pylist()
        assert given[1] is None
        assert function.takes == 1 or given[0] is None
