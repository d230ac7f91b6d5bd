"""How long dbt takes for every model, from landed batches to marts, at the size of a large business.

    .venv/bin/python tests/benchmarks/bench_build.py              1,000,000 customers, 5,000,000 orders, 10,000,000 e-mail events
    .venv/bin/python tests/benchmarks/bench_build.py --scale 0.05 --tests

The command is that of a night (see orchestration/assets.py). Told: wall time and peak memory of dbt's process, the ten
slowest models, and, with --hashes FILE, a number for the content of each mart, to see whether a change kept the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from crm360.orchestration.catalog import shape  # noqa: E402
from crm360.orchestration.catalog.warehouse import register_config  # noqa: E402
from crm360.orchestration.settings.config import Config, load  # noqa: E402
from tests.benchmarks.landed import AS_OF, make_landing  # noqa: E402


def build(config: Config, as_of: date, memory_limit: str, *excluded: str) -> tuple[float, float]:
    """Run dbt as a night does. Returns seconds and the peak memory of its process in GB."""
    command = [str(shape.DBT), "build", "--quiet", "--vars", json.dumps(shape.variables(config))]
    command += ["--exclude", "resource_type:unit_test", *excluded]
    began = time.monotonic()
    given = os.environ | shape.environment(config, as_of) | {"CRM360_MEMORY_LIMIT": memory_limit}
    process = subprocess.Popen(command, env=given, cwd=config.data)
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        print("dbt did not build everything; its log says what")
    return time.monotonic() - began, used.ru_maxrss / 1e6


def slowest(config: Config, number: int = 10) -> list[tuple[float, str]]:
    """Seconds and name of the nodes that took longest."""
    results = json.loads((shape.target(config) / "run_results.json").read_text())["results"]
    return sorted(((r["execution_time"], r["unique_id"]) for r in results), reverse=True)[:number]


def contents(warehouse: Path) -> Mapping[str, str]:
    """Of each mart its number of rows, and a number that is the same for the same rows in any order."""
    told = {}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        marts = con.execute("select table_name from duckdb_tables() where schema_name = 'marts' order by 1").fetchall()
        for (name,) in marts:
            counted = con.execute(f"select count(*), sum(hash(t)::hugeint) from marts.{name} as t").fetchall()[0]
            told[name] = f"{counted[0]} rows, {counted[1]}"
    return told


def main() -> None:
    """Make landing, build, tell."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--scale", type=float, default=1.0, help="a share of the full size")
    asked.add_argument("--tests", action="store_true", help="run dbt's data tests too")
    asked.add_argument("--memory-limit", default="5GB", help="what DuckDB holds before it spills to disk")
    asked.add_argument("--data", type=Path, help="keep everything here; batches that stand there are used again")
    asked.add_argument("--hashes", type=Path, help="write each mart's number of rows and content hash to this file")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = load(ROOT / "crm360.toml", (given.data or Path(folder)).resolve())
        began = time.monotonic()
        if not config.landing.exists():
            landed = make_landing(config.landing, given.scale)
            print(f"made {sum(landed.values()):,} records in {time.monotonic() - began:.0f} s", flush=True)
        config.warehouse.unlink(missing_ok=True)
        register_config(config, config.warehouse)
        seconds, memory = build(
            config, AS_OF.date(), given.memory_limit, *([] if given.tests else ["resource_type:test"])
        )
        print(f"built in {seconds:.0f} s with {memory:.1f} GB")
        for taken, name in slowest(config):
            print(f"{taken:>8.1f} s  {name}")
        if given.hashes:
            given.hashes.write_text(json.dumps(contents(config.warehouse), indent=1))


if __name__ == "__main__":
    main()
