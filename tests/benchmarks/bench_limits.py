"""Memory over two million records, and how much of a permitted rate is used.

    .venv/bin/python tests/benchmarks/bench_limits.py [--records 2000000]

The server is a process of its own (pages.py) and notes when it was asked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.bench_pull import PULL, TOKEN, timed

PORT = 8378
URL = f"http://127.0.0.1:{PORT}"
MOST_MEMORY, LEAST_SHARE = 200, 0.9  # MB; what must hold
RATES = ((10, 1.0, 8), (50, 1.0, 6))  # requests, per seconds, and for how many seconds it is watched


@contextmanager
def serving(records: int, asked: list[float]) -> Iterator[None]:
    """The server; `asked` is filled with the moments of its requests when it ends."""
    command = [sys.executable, str(Path(__file__).with_name("pages.py")), str(PORT), str(records)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        time.sleep(1)
        yield
        told, _ = server.communicate()
        asked += json.loads(told)


def main() -> None:
    """Print a line a measurement; ends with an error where a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=2_000_000)
    records = parser.parse_args().records
    held = True
    with tempfile.TemporaryDirectory() as folder, serving(records, []):
        seconds, rows, memory = timed(PULL, URL, TOKEN, folder)
        files = sorted(Path(folder).rglob("*.parquet"))
        print(f"{rows:,} records in {seconds:.1f} s into {len(files)} batches: {memory} MB at most")
        held &= rows == records and memory < MOST_MEMORY
    for count, per, watched in RATES:
        asked: list[float] = []
        pages = int(count / per * watched) + count
        with tempfile.TemporaryDirectory() as folder, serving(pages * 100, asked):
            timed(PULL.replace("rate=(100000, 1.0)", f"rate=({count}, {per})"), URL, TOKEN, folder)
        most = max(sum(t <= a < t + per for a in asked) for t in asked)
        whole = (len(asked) - 1) // count * count  # up to where a period begins: what may be sent at once would flatter
        share = whole / (asked[whole] - asked[0]) * per / count
        print(f"{count} in {per:g} s permitted: at most {most} in any such time, {share:.1%} of the rate used")
        held &= most <= count and share >= LEAST_SHARE
    if not held:
        raise SystemExit("a bound does not hold")


if __name__ == "__main__":
    main()
