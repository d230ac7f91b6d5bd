"""The recipe for a new system, followed to the letter in a temporary project: nothing shared is touched, and no record is lost.

The skeleton that `crm360 new connector toy` writes is filled in with nothing but its address. What flows from it must reach
customers and segments; what can't be read must be listed, with the record that it stands in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest

FIRST = [
    "Ada",
    "Bruno",
    "Chloe",
    "Dario",
    "Elin",
    "Farid",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Katja",
    "Luca",
    "Mira",
    "Nils",
    "Olga",
    "Pablo",
    "Quinn",
    "Rosa",
    "Sven",
    "Tara",
    "Udo",
    "Vera",
    "Wim",
    "Xenia",
    "Yara",
]
LAST = ["Abel", "Brandt", "Castro", "Dubois", "Eklund", "Ferrari", "Gruber", "Holm", "Ibsen", "Jansen"]
PEOPLE = [
    {
        "id": n,
        "name": f"{FIRST[n % 25]} {LAST[n // 25]}",
        "email": f"{FIRST[n % 25]}.{LAST[n // 25]}@toys.example",
        "phone": None,
        "born": str(date(1950, 1, 1) + timedelta(days=67 * n)),
        "created_at": "2026-05-01T00:00:00Z",
        "updated_at": f"2026-05-02T00:{n % 60:02}:00Z",
    }
    for n in range(250)
]
PEOPLE[6] |= {"born": "the third of May"}
PEOPLE[200] |= {"created_at": "long ago"}


class Toy(BaseHTTPRequestHandler):
    """GET /contacts: pages of 100, changed since a moment."""

    def do_GET(self) -> None:
        asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        page, size = int(asked.get("page", 1)), int(asked["per_page"])
        there = [p for p in PEOPLE if str(p["updated_at"]) >= asked.get("updated_since", "")]
        rows = there[(page - 1) * size : page * size]
        body = json.dumps({"results": rows, "has_more": page * size < len(there)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Toy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def crm360(*words: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "crm360", *words], cwd=cwd, env=os.environ | {"CRM360_TOY_TOKEN": "secret-of-toys"},
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.night
def test_a_toy_system_by_the_recipe_loses_nothing(tmp_path: Path, address: str) -> None:
    crm360("init", "shop", cwd=tmp_path)
    shop = tmp_path / "shop"
    before = {p for p in shop.rglob("*") if p.is_file()}
    crm360("new", "connector", "toy", cwd=shop)
    new = {p.relative_to(shop).as_posix() for p in shop.rglob("*") if p.is_file() and p not in before}
    assert new == {
        "connectors/toy.py", "models/staging/toy/_toy__models.yml", "models/staging/toy/stg_toy__contacts.sql",
        "docs/systems/toy.md",
    }  # fmt: skip
    (shop / "crm360.toml").write_text(
        f'as_of = "2026-06-30"\n[sources.toy]\nbase_url = "{address}"\nrate_limit = 100\n'
    )
    told = crm360("run", cwd=shop)
    assert "250 received" in told, told
    with duckdb.connect(str(shop / "data/published/current/customer_360.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) from customer_identities where source = 'toy'").fetchall() == [(250,)]
        assert con.execute("select count(*) from customers where email like '%@toys.example'").fetchall() == [(250,)]
        listed = con.execute("select source, stream, record_id, field from rejections order by record_id").fetchall()
        assert listed == [("toy", "contacts", "200", "created_at"), ("toy", "contacts", "6", "born")]
        births = "select count(*) from customers where birth_date is null"
        assert con.execute(births).fetchall() == [(1,)]
