"""The default sandbox built on DuckDB and on Spark, side by side, two nights: seconds, memory, and what Spark shuffled.

    .venv/bin/python tests/benchmarks/bench_spark.py                  2,000 people, local[2]
    .venv/bin/python tests/benchmarks/bench_spark.py --people 200

What is landed is the same. Memory is the largest process's: of Spark its Java. Needs crm360[spark] and Java 17.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from crm360.connectors.sandbox.server.tokens import TOKENS  # noqa: E402
from crm360.orchestration.run import steps  # noqa: E402
from crm360.orchestration.settings.config import load  # noqa: E402
from tests.nights.nights import VENDORS  # noqa: E402
from tests.nights.test_on_spark import NO_SPARK, pulled  # noqa: E402
from tests.nights.two_engines import differences, on_spark  # noqa: E402

PLAIN = '[engine]\ntarget = "spark"\nmaster = "local[2]"\ndriver_memory = "2g"\n'


def part(folder: Path, name: str) -> None:
    """One part of a night over what is landed there; told: how long it took."""
    config = load(folder / "crm360.toml", folder / "data")
    with steps.begun(config, "run") as run:
        began = time.monotonic()
        if name == "build":
            run.register()
            list(run.shape())
        else:
            run.audit()
            run.publish()
        print(f"took {time.monotonic() - began:.1f}")


def measured(folder: Path, name: str) -> tuple[float, float, str]:
    """Seconds of a part of a night, MB of its largest process, and what Spark shuffled."""
    command = [sys.executable, __file__, "--part", name, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    most = [0.0]
    watch = threading.Thread(target=_watch, args=(process, most), daemon=True)
    watch.start()
    told, _ = process.communicate()
    watch.join()
    found = re.search(r"^took ([\d.]+)$", told, re.MULTILINE)
    if found is None:
        raise SystemExit(f"{folder.name}: the {name} failed: {told[-600:]}")
    shuffled = re.search(r"Spark shuffled ([\d.,]+) MB", told)
    return float(found[1]), most[0], shuffled[1] if shuffled else ""


def _watch(process: subprocess.Popen[str], most: list[float]) -> None:
    while process.poll() is None:
        for pid in _family(process.pid):
            status = Path(f"/proc/{pid}/status")
            found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
            most[0] = max(most[0], int(found[1]) / 1024 if found else 0)
        time.sleep(0.5)


def _family(pid: int) -> Iterator[int]:
    yield pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split() if children.exists() else ():
        yield from _family(int(child))


def main() -> None:
    """Print a line an engine and night."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=2_000)
    asked.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.part:
        part(Path(given.part[1]), given.part[0])
        return
    if NO_SPARK:
        print("skipped: Spark is not here: crm360[spark], and Java 17")
        return
    for vendor in VENDORS:
        os.environ[f"CRM360_{vendor.upper()}_TOKEN"] = TOKENS[vendor]
    print(f"{given.people:,} people")
    print(f"{'engine':<8} {'night':>5} {'build s':>8} {'audit, publish s':>17} {'MB':>6} {'MB shuffled':>12}")
    with tempfile.TemporaryDirectory() as folder:
        here, there = Path(folder) / "duckdb", Path(folder) / "spark"
        for night in (1, 2):
            pulled(here, given.people, night - 1)
            on_spark(here, there, PLAIN)
            for side in (here, there):
                seconds, memory, shuffled = measured(side, "build")
                after, _, _ = measured(side, "publish")
                print(
                    f"{side.name:<8} {night:>5} {seconds:>8.1f} {after:>17.1f} {memory:>6.0f} {shuffled:>12}",
                    flush=True,
                )
            found = differences(here / "data", there / "data")
            print(
                f"night {night}: "
                + ("all published tables and the ledger are equal" if not found else f"differ: {found}")
            )


if __name__ == "__main__":
    main()
