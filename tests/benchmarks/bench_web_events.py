"""How long a night of web events takes: a million as Segment writes them, from the file to sessions.

    .venv/bin/python tests/benchmarks/bench_web_events.py                  1,000,000 events, 780 MB
    .venv/bin/python tests/benchmarks/bench_web_events.py --events 100000

Told: wall and processor seconds of reading and landing, and of each model between landing and sessions. Reading dbt's
project, which a night does once whatever is in it, is not in them.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from os import environ
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from crm360.orchestration.catalog import shape  # noqa: E402
from crm360.orchestration.run.steps import begun  # noqa: E402
from crm360.orchestration.settings.config import Config, load  # noqa: E402

AS_OF = date(2026, 7, 1)
TOML = """
as_of = "2026-07-01"
[sources.web]
system = "files"
[sources.web.streams.events]
path = "events.jsonl"
preset = "segment"
"""
MODELS = (
    "stg_mapped__web_events", "int_web_events_unioned", "int_web_events_assigned", "web_sessions", "web_pages_by_day",
)  # fmt: skip


def event(number: int, visitor: int, at: datetime, chance: float, page: int) -> dict[str, object]:
    """One event, with as much around it as Segment's library for browsers sends."""
    path = f"/p/{page}"
    told: dict[str, object] = {
        "messageId": f"ajs-next-{number:012d}", "anonymousId": f"{visitor:08d}-4f1e-9a7b-0123456789ab", "type": "page",
        "timestamp": f"{at.isoformat()}Z", "originalTimestamp": f"{at.isoformat()}Z", "sentAt": f"{at.isoformat()}Z",
        "receivedAt": f"{(at + timedelta(seconds=1)).isoformat()}Z", "version": 2, "integrations": {},
        "context": {
            "ip": "203.0.113.7", "locale": "en-GB", "library": {"name": "analytics.js", "version": "next-1.58.0"},
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
            "page": {
                "url": f"https://shop.example{path}?utm_source=mail&n={number}", "path": path, "title": "A page",
                "referrer": "https://search.example/", "search": f"?n={number}",
            },
        },
        "properties": {"path": path},
    }  # fmt: skip
    if chance < 0.05:
        told |= {"type": "track", "event": "Product Added"}
    elif chance < 0.06:
        told |= {"type": "track", "event": "Order Completed"}
    elif chance < 0.07:
        told |= {"type": "identify", "userId": f"u{visitor}", "traits": {"email": f"p{visitor}@x.example"}}
    return told


def write(path: Path, events: int) -> None:
    """A day of visitors, each with some visits of some events."""
    draw, number = random.Random(1), 0
    with path.open("w") as file:
        while number < events:
            visitor, seconds = draw.randrange(events // 20 + 1), draw.random() * 80_000
            at = datetime(2026, 6, 30) + timedelta(seconds=seconds)
            for _ in range(min(draw.randint(1, 12), events - number)):
                told = event(number, visitor, at, draw.random(), draw.randrange(500))
                file.write(json.dumps(told, separators=(",", ":")) + "\n")
                at += timedelta(seconds=draw.randint(5, 600))
                number += 1


def landed(config: Config) -> tuple[float, float]:
    """Read and land the file; wall and processor seconds."""
    wall, used = time.monotonic(), time.process_time()
    with begun(config, "pull") as run:
        run.ahead = {"web": ["events"]}
        attempts = run.pull("web", ["events"])
        assert not [a.error for a in attempts.values() if a.error]
        told = time.monotonic() - wall, time.process_time() - used
        run.register()
    return told


def built(config: Config) -> dict[str, tuple[float, float]]:
    """Build the sessions and all under them as a night does, then each of these models' statements once more.

    Returns wall and processor seconds of the latter.
    """
    command = [str(shape.DBT), "build", "--quiet", "--vars", json.dumps(shape.variables(config))]
    command += [
        "--select",
        "+web_sessions",
        "+web_pages_by_day",
        "--exclude",
        "resource_type:unit_test",
        "resource_type:test",
    ]
    process = subprocess.Popen(command, env=environ | shape.environment(config, AS_OF), cwd=config.data)
    assert process.wait() == 0, "dbt did not build everything; its log says what"
    statements = {path.stem: path.read_text() for path in shape.target(config).rglob("compiled/**/*.sql")}
    taken = {}
    with duckdb.connect(str(config.warehouse)) as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"attach '{config.data / 'again.duckdb'}' as again")
        for name in MODELS:
            wall, used = time.monotonic(), time.process_time()
            con.execute(f"create table again.{name} as {statements[name]}")
            taken[name] = time.monotonic() - wall, time.process_time() - used
    return taken


def main() -> None:
    """Make the file, land it, build, tell."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--events", type=int, default=1_000_000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "crm360.toml").write_text(TOML)
        write(root / "events.jsonl", given.events)
        size = (root / "events.jsonl").stat().st_size / 1e6
        config = load(root / "crm360.toml", root / "data")
        wall, used = landed(config)
        models = built(config)
        with duckdb.connect(str(config.warehouse), read_only=True) as con:
            ((sessions,),) = con.execute("select count(*) from marts.web_sessions").fetchall()
        print(f"{given.events:,} events, {size:,.0f} MB, {sessions:,} sessions")
        print("| step | wall s | processor s |\n| --- | --- | --- |")
        print(f"| read and landed | {wall:.1f} | {used:.1f} |")
        for name, (its_wall, its_used) in models.items():
            print(f"| {name} | {its_wall:.1f} | {its_used:.1f} |")
        walls, useds = (sum(part) for part in zip(*models.values(), strict=True))
        print(f"| landed to sessions | {walls:.1f} | {useds:.1f} |")


if __name__ == "__main__":
    main()
