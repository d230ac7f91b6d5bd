"""Pulling and landing contacts, against reading the same pages and throwing them away, and against dlt, in one run.

    .venv/bin/python tests/benchmarks/bench_pull.py [--people 143000]

The sandbox runs in a process of its own; one pass before the clock starts lets it render its pages. About 70 %
of the people are HubSpot contacts, so 143,000 people give 100,000 of them, in pages of 100. dlt runs once, in an
environment of its own that `make bench` makes; without it, that line is left out and said to be.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

PORT = 8377
URL = f"http://127.0.0.1:{PORT}/hubspot"
TOKEN = "sandbox-hubspot"
ROUNDS = 3
MOST_TIMES_READING, LEAST_TIMES_DLT = 1.5, 15.0  # what must hold
HERE = Path(__file__).parent
RIVAL = HERE.parents[1] / ".venv-bench/bin/python"

READ = """
import sys, time, requests
began = time.monotonic()
http, url, after, rows = requests.Session(), sys.argv[1], None, 0
http.headers["Authorization"] = "Bearer " + sys.argv[2]
names = ",".join(sorted(p["name"] for p in http.get(url + "/crm/v3/properties/contacts").json()["results"]))
while True:
    page = {"limit": 100, "properties": names, "after": after}  # the very pages that the pull asks for
    answer = http.get(url + "/crm/v3/objects/contacts", params={k: v for k, v in page.items() if v}).json()
    rows += len(answer["results"])
    after = answer.get("paging", {}).get("next", {}).get("after")
    if not after:
        break
print(rows, time.monotonic() - began)
"""
PULL = """
import sys, pathlib, time
from dataclasses import replace
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.session import Limits, Session
from crm360.connectors.engine.stream import Window
from crm360.connectors.engine.connector import Context
from crm360.connectors.engine.sync import sync_stream
from crm360.connectors.systems.hubspot import HUBSPOT
import datetime
began = time.monotonic()
session = Session("hubspot", sys.argv[1], HUBSPOT.auth({}, {"token": sys.argv[2]}), Limits(rate=(100000, 1.0)))
landing = Landing(pathlib.Path(sys.argv[3]))
context = Context("hubspot", HUBSPOT, HUBSPOT.stream("contacts"), {}, landing, session, Window(None, datetime.datetime.min), {})
sync_stream(context)
print(sum(f.received for _, f in landing.footers("hubspot", "contacts")), time.monotonic() - began)
"""


def timed(script: str, *arguments: str, python: Path = Path(sys.executable)) -> tuple[float, int, int]:
    """Seconds it took (imports aside), the rows it counted, and its peak memory in MB; in a process of its own."""
    code = [script] if script.endswith(".py") else ["-c", script]
    process = subprocess.Popen([python, *code, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit("a script failed")
    rows, seconds = told.split()
    return float(seconds), int(rows), usage.ru_maxrss // 1024


def against_dlt(speed: float) -> float | None:
    """How many times as fast as dlt `speed` is, in records a second; None where dlt is not installed."""
    if not RIVAL.exists():
        print("dlt is not measured: .venv-bench is made by make bench")
        return None
    with tempfile.TemporaryDirectory() as folder:
        seconds, rows, memory = timed(str(HERE / "dlt_contacts.py"), URL, TOKEN, folder, python=RIVAL)
    print(
        f"dlt {rows:,} records, {seconds:.1f} s, {rows / seconds:,.0f} a second, {memory} MB: we are {speed * seconds / rows:.1f} times as fast"
    )
    return speed * seconds / rows


def main() -> None:
    """Print one line a round, and the best of each with their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=143_000)
    people = str(parser.parse_args().people)
    command = [sys.executable, "-m", "crm360.connectors.sandbox", "--people", people, "--port", str(PORT)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as sandbox:
        try:
            for _ in range(300):
                try:
                    requests.get(URL, timeout=1)
                    break
                except (requests.ConnectionError, requests.Timeout):
                    time.sleep(0.1)
            timed(READ, URL, TOKEN)
            reads, pulls = [], []
            print(f"{'round':>5} {'rows':>9} {'read s':>8} {'pull s':>8} {'ratio':>6} {'pull MB':>8}")
            for number in range(ROUNDS):
                with tempfile.TemporaryDirectory() as folder:
                    read, rows, _ = timed(READ, URL, TOKEN)
                    pull, pulled, memory = timed(PULL, URL, TOKEN, folder)
                    size = sum(p.stat().st_size for p in Path(folder).rglob("*.parquet")) / 2**20
                reads.append(read)
                pulls.append(pull)
                print(
                    f"{number + 1:>5} {pulled:>9,} {read:>8.2f} {pull:>8.2f} {pull / read:>6.2f} {memory:>8} ({size:.1f} MB landed, read {rows:,})"
                )
            best, speed = min(pulls) / min(reads), pulled / min(pulls)
            print(
                f"best read {min(reads):.2f} s, best pull {min(pulls):.2f} s, ratio {best:.2f}, {speed:,.0f} records a second"
            )
            times = against_dlt(speed)
            if best > MOST_TIMES_READING or (times is not None and times < LEAST_TIMES_DLT):
                raise SystemExit("slower than it must be")
        finally:
            sandbox.terminate()


if __name__ == "__main__":
    main()
