"""How a table takes the place of the one before, on DuckDB (macros/tables_duckdb.sql)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from crm360.orchestration.settings.project import DELIVERED

pytestmark = pytest.mark.night

PROJECT = "name: crm360\nversion: '1.0'\nprofile: crm360\nflags: {send_anonymous_usage_stats: false}\n"
PROFILE = "crm360: {target: local, outputs: {local: {type: duckdb, path: '%s', threads: 1}}}\n"
PYTHON = "def model(dbt, session):\n    dbt.config(materialized='table')\n    return session.sql('select %s as x')\n"


class Small:
    """A project of one model, `told`, which is another one each time."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._warehouse = folder, folder / "warehouse.duckdb"
        for name in ("models", "macros"):
            (folder / name).mkdir()
        (folder / "dbt_project.yml").write_text(PROJECT)
        (folder / "profiles.yml").write_text(PROFILE % self._warehouse)
        (folder / "macros/tables_duckdb.sql").write_text((DELIVERED / "macros/tables_duckdb.sql").read_text())

    def built(self, code: str, ending: str = "sql") -> bool:
        for path in (self._folder / "models").iterdir():
            path.unlink()
        (self._folder / f"models/told.{ending}").write_text(code)
        folder = str(self._folder)
        done = dbtRunner().invoke(["--quiet", "build", "--project-dir", folder, "--profiles-dir", folder,
                                   "--target-path", f"{folder}/target", "--log-path", f"{folder}/logs"])  # fmt: skip
        return done.success

    def shown(self) -> list[tuple[Any, ...]]:
        """Every table and view that stands, with the rows of `told`."""
        with duckdb.connect(str(self._warehouse)) as con:
            names = con.execute("select table_name, table_type from information_schema.tables").fetchall()
            return [*names, *con.execute("from told").fetchall()]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return Small(tmp_path_factory.mktemp("small"))


def test_a_table_takes_the_place_of_whatever_stood_there(small: Small) -> None:
    assert small.built("{{ config(materialized='table') }} select 1 as x")
    assert small.shown() == [("told", "BASE TABLE"), (1,)]
    assert small.built("{{ config(materialized='view') }} select 2 as x")
    assert small.built("{{ config(materialized='table') }} select 3 as x, 'b' as y")
    assert small.shown() == [("told", "BASE TABLE"), (3, "b")]
    assert small.built(PYTHON % 4, "py")
    assert small.built(PYTHON % 5, "py")
    assert small.shown() == [("told", "BASE TABLE"), (5,)]


def test_one_that_fails_leaves_the_table_before(small: Small) -> None:
    assert small.built("{{ config(materialized='table') }} select 6 as x")
    assert not small.built("{{ config(materialized='table') }} select error('no')::integer as x")
    assert small.shown() == [("told", "BASE TABLE"), (6,)]
    assert not small.built(PYTHON % "error(chr(39))", "py")
    assert small.shown() == [("told", "BASE TABLE"), (6,)]
