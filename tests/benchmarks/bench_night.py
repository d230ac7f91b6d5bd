"""Whole nights: the default sandbox (first and second night) and, where the real data are, the file of invoice lines.

    .venv/bin/python tests/benchmarks/bench_night.py

Wall time of the command, start to end, and the peak memory of its largest process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("CRM360_SHARED_DATA", ROOT.parent / "shared" / "data"))


def timed(*arguments: str) -> tuple[float, int, str]:
    """Seconds, peak memory in MB of the command and its children, and its last line about publishing."""
    script = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], capture_output=True, text=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024); print(done.stdout + done.stderr)"
    )
    command = [sys.executable, "-m", "crm360", "run", *arguments]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, cwd=ROOT, check=True
    )
    seconds = time.monotonic() - began
    memory, _, told = done.stdout.partition("\n")
    published = [line for line in told.splitlines() if line.startswith(("publish", "crm360:"))]
    return seconds, int(memory), published[-1] if published else "nothing was published"


def main() -> None:
    """Print a line a night."""
    os.environ["CRM360_SHARED_DATA"] = str(SHARED)
    print(f"{'night':<28} {'seconds':>8} {'MB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        sandbox, retail = str(Path(folder) / "sandbox"), str(Path(folder) / "retail")
        nights = [
            ("sandbox, first", "--sandbox", "--data", sandbox),
            ("sandbox, second", "--sandbox", "--data", sandbox),
        ]
        if (SHARED / "orders").exists():
            example = str(ROOT / "examples" / "online_retail.toml")
            nights.append(("online retail, 525,461 lines", "--config", example, "--data", retail))
        for name, *arguments in nights:
            seconds, memory, told = timed(*arguments)
            print(f"{name:<28} {seconds:>8.1f} {memory:>6}   {told}")


if __name__ == "__main__":
    main()
