"""How many requests each stream of each vendor sends in a night in which nothing has changed, logins apart.

.venv/bin/python tests/benchmarks/bench_requests.py
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from crm360.connectors.systems import CONNECTORS
from tests.connectors.battery import VENDORS, Bench, bench

LOGINS = ("/oauth2/", "/oauth/")


def quiet(here: Bench, vendor: str, stream: str) -> Counter[str]:
    """The paths that one stream asks for, by how often."""
    here.sandbox.log.clear()
    error = here.pull(vendor, stream)[stream].error
    if error is not None:
        raise SystemExit(str(error))
    return Counter(f"{e.method} {e.path}" for e in here.sandbox.log.entries() if not any(p in e.path for p in LOGINS))


def main() -> None:
    """Print a line a stream."""
    total = 0
    print(f"{'stream':<32} {'requests':>8}  of which")
    with tempfile.TemporaryDirectory() as folder, bench(Path(folder), people=600) as here:
        for vendor in VENDORS:
            for _ in range(2):  # the second night settles what the first one could not know
                here.pull(vendor)
            for stream in CONNECTORS[vendor].names:
                asked = quiet(here, vendor, stream)
                total += sum(asked.values())
                listed = ", ".join(f"{n} × {path.removeprefix('/' + vendor)}" for path, n in asked.most_common(4))
                print(f"{vendor + '/' + stream:<32} {sum(asked.values()):>8}  {listed}")
    print(f"{'all':<32} {total:>8}")


if __name__ == "__main__":
    main()
