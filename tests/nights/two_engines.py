"""The same nights on DuckDB and on Spark, and whether they come to the same.

What was pulled is landed once, on DuckDB's side, and copied: so times, batches and ids are the same, and all that can
differ is what the engine made of it.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from crm360.orchestration.run import steps
from crm360.orchestration.settings.config import Config, load

# Less of what costs a small night most: Java compiles no plan of its own for a table of a few rows.
SMALL = """[engine]
target = "spark"
master = "local[2]"
driver_memory = "2g"
[engine.settings]
"spark.sql.codegen.wholeStage" = "false"
"spark.sql.codegen.factoryMode" = "NO_CODEGEN"
"spark.driver.extraJavaOptions" = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""
# A run's own: when it was, and how it is called.
OF_THE_RUN = {"run_id", "measured_at"}
DIGITS = 1e-9


def on_spark(here: Path, there: Path, engine: str = SMALL) -> Config:
    """A project like the one in `here`, on Spark, in `there`; of its data only what was landed."""
    there.mkdir(parents=True, exist_ok=True)
    toml = (here / "crm360.toml").read_text()
    (there / "crm360.toml").write_text(toml.replace("[sources.", f"{engine}[sources.", 1))
    for name in ("landing", "privacy"):
        shutil.copytree(here / "data" / name, there / "data" / name, dirs_exist_ok=True)
    return load(there / "crm360.toml", there / "data")


def built(config: Config) -> None:
    """All of a night but its pull."""
    with steps.begun(config, "run") as run:
        run.register()
        list(run.shape())
        run.audit()
        run.publish()


def differences(here: Path, there: Path) -> dict[str, str]:
    """What differs between the published tables of two data folders and between their ledgers, by table."""
    found = {}
    for folder in ("published/current", "ledger"):
        one = {path.name: path for path in (here / folder).glob("*.parquet")}
        other = {path.name: path for path in (there / folder).glob("*.parquet")}
        for name in sorted(one.keys() | other.keys()):
            if name not in one or name not in other:
                found[name] = f"is only on {'the other' if name in other else 'one'} side"
            elif said := _differs(one[name], other[name]):
                found[name] = said
    return found


def _differs(one: Path, other: Path) -> str:
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        kinds = [con.execute(f"describe select * from read_parquet('{path}')").fetchall() for path in (one, other)]
        ours, theirs = ([(name, kind) for name, kind, *_ in found] for found in kinds)
        if ours != theirs:
            return f"columns: {sorted(set(ours) ^ set(theirs))}"
        columns = [(name, kind) for name, kind in ours if name not in OF_THE_RUN]
        named = ", ".join(f'"{name}"' for name, _ in columns)
        sides = [f"select {named} from read_parquet('{path}')" for path in (one, other)]
        left = [con.execute(f"{a} except all {b}").fetchall() for a, b in (sides, sides[::-1])]
    floats = [number for number, (_, kind) in enumerate(columns) if kind in ("DOUBLE", "FLOAT")]
    a, b = (sorted(rows, key=lambda row: _order(row, floats)) for rows in left)
    if len(a) == len(b) and all(_near(x, y, floats) for x, y in zip(a, b, strict=True)):
        return ""
    told = [columns[i][0] for i in range(len(columns)) if sorted(str(r[i]) for r in a) != sorted(str(r[i]) for r in b)]
    return f"{len(a)} and {len(b)} rows differ, in {', '.join(told)}"


def _order(row: Sequence[Any], floats: Sequence[int]) -> tuple[str, ...]:
    exact = [str(value) for i, value in enumerate(row) if i not in floats]
    return (*exact, *(f"{row[i]:.6g}" if row[i] is not None else "" for i in floats))


def _near(a: Sequence[Any], b: Sequence[Any], floats: Sequence[int]) -> bool:
    return all(
        x == y or (i in floats and None not in (x, y) and math.isclose(x, y, rel_tol=DIGITS, abs_tol=DIGITS))
        for i, (x, y) in enumerate(zip(a, b, strict=True))
    )
