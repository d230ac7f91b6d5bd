"""A project with a published version of a few tables, and a webhook's receiver that keeps what it is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb

from crm360.orchestration.catalog.ledger import AUDIENCE_SYNCS, ledger_view
from crm360.orchestration.push.pushing import Pushed, push_all
from crm360.orchestration.settings.config import Config, load

SECRET = "words-that-only-two-know"
VERSION = "20260701T020000Z-abcd1234"
FACTS = {"rfm_name": "text", "count_of_orders": "bigint", "is_churned": "boolean", "segments": "text[]"}
SURVEYS = """[sources.desk]
system = "files"
[sources.desk.streams.people]
path = "people.csv"
key = ["no"]
[[sources.desk.streams.people.entities]]
entity = "contacts"
fields = { full_name = "name", email = "email" }
"""


@dataclass
class Shop:
    """The project's folder; `toml` holds the sources and pushes."""

    root: Path

    def write(self, toml: str) -> Shop:
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "crm360.toml").write_text(toml if "[sources." in toml else SURVEYS + toml)
        return self

    @property
    def config(self) -> Config:
        return load(self.root / "crm360.toml")

    def publish(self, addresses: Mapping[str, str], facts: Mapping[str, tuple[Any, ...]] | None = None) -> Shop:
        """Let a version stand whose audience `win-back` has these members: customer id → address."""
        folder = self.root / "data" / "published"
        (folder / VERSION).mkdir(parents=True, exist_ok=True)
        file = folder / VERSION / "customer_360.duckdb"
        file.unlink(missing_ok=True)
        with duckdb.connect(str(file)) as con:
            con.execute("create table audiences (audience text, channel text, is_on boolean, position bigint)")
            con.execute("insert into audiences values ('win-back', 'email', true, 1), ('asleep', 'email', false, 2)")
            con.execute("insert into audiences values ('calls', 'phone', true, 3)")
            con.execute(
                "create table audience_members (audience text, customer_id text, channel text, basis text, address text)"
            )
            con.execute(
                f"create table customer_360 (customer_id text, {', '.join(f'{n} {k}' for n, k in FACTS.items())})"
            )
            for customer, address in addresses.items():
                row = ["win-back", customer, "email", "consent", address]
                con.execute("insert into audience_members values (?, ?, ?, ?, ?)", row)
                told = (facts or {}).get(customer, ("gold", 3, False, ["loyal", "high tier"]))
                con.execute("insert into customer_360 values (?, ?, ?, ?, ?)", [customer, *told])
        (folder / "current").unlink(missing_ok=True)
        (folder / "current").symlink_to(VERSION)
        return self

    def push(self, *names: str, dry_run: bool = False) -> tuple[list[Pushed], list[str]]:
        """Carry out; what came of each, and the lines."""
        lines: list[str] = []
        return push_all(self.config, names, dry_run=dry_run, report=lines.append), lines

    def one(self) -> Pushed:
        """Carry out the only push there is."""
        (done,), _ = self.push()
        return done

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The command line in a process of its own."""
        command = [sys.executable, "-m", "crm360", "push", *arguments, "--config", str(self.root / "crm360.toml")]
        return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)

    def book(self, push: str = "") -> dict[str, tuple[Any, ...]]:
        """(action, outcome, refusal, is_member) of each customer's newest row."""
        view = ledger_view(self.root / "data" / "ledger", AUDIENCE_SYNCS)
        rows = duckdb.execute(
            f"select customer_id, action, outcome, refusal, is_member from ({view}) "
            f"where push like '{push}%' qualify row_number() over (partition by customer_id order by version desc) = 1"
        ).fetchall()
        return {row[0]: row[1:] for row in rows}


@dataclass
class Receiver:
    """What a webhook was told: each request's headers and body, and who is in by its events."""

    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    inside: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    statuses: list[int] = field(default_factory=list)
    always: int = 0
    refuses: set[str] = field(default_factory=set)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Answer as a receiver does who knows each event by its id, and refuses a batch with somebody it can't take."""
        self.requests.append((headers, body))
        status = self.always or (self.statuses.pop(0) if self.statuses else 200)
        events = json.loads(body)["events"]
        if any(event["customer_id"] in self.refuses for event in events):
            status = 422
        if status == 200:
            for event in events:
                if event["event_id"] not in self.seen:
                    self.seen.add(event["event_id"])
                    if event["action"] == "add":
                        self.inside[event["customer_id"]] = event
                    else:
                        del self.inside[event["customer_id"]]  # a KeyError where somebody leaves twice
        return status


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on loopback."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = told.take(dict(self.headers), body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
