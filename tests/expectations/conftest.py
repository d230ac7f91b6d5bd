"""A small company in good health, and one warehouse a test to do damage to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

Damage = Callable[..., Path]


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse that passes every check. Not to be written to."""
    path = tmp_path_factory.mktemp("healthy") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(Path(__file__).with_name("healthy.sql").read_text(encoding="utf-8"))
    return path


@pytest.fixture
def damaged(healthy: Path, tmp_path: Path) -> Damage:
    """Return a function that copies the healthy warehouse and runs statements against the copy."""

    def damage(*statements: str) -> Path:
        path = tmp_path / "warehouse.duckdb"
        shutil.copyfile(healthy, path)
        with duckdb.connect(str(path)) as con:
            for statement in statements:
                con.execute(statement)
        return path

    return damage
