"""A data folder full of people, written by the engine itself: landing, ledger, two versions, logs, a history.

`World` knows what it wrote about whom. Every value of a person is nobody else's, but for first names, surnames, towns and a
telephone that two share; and `search` looks for them in its own way, not in the product's.
"""

from __future__ import annotations

import gzip
import json
import random
import shutil
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from crm360.connectors.engine.landing import LandedRecord, Landing
from crm360.orchestration.catalog import ledger
from crm360.orchestration.settings.config import Config, load
from tests.orchestration.publishing import publish_all

NOW = datetime(2026, 7, 1, 2)
TOML = """
as_of = "2026-07-01"
[sources.hubspot]
base_url = "http://127.0.0.1:9/hubspot"
[sources.zendesk]
base_url = "http://127.0.0.1:9/zendesk"
user = "agent@sandbox.example"
[sources.desk]
system = "files"
max_shrink = 1
[sources.desk.streams.people]
path = "people.csv"
key = ["no"]
[[sources.desk.streams.people.entities]]
entity = "contacts"
fields = { full_name = "nombre", email = "correo" }
[sources.desk.streams.bills]
path = "bills.csv"
key = ["bill"]
[[sources.desk.streams.bills.entities]]
entity = "orders"
fields = { email = "correo", total_amount = "importe", contact_id = "cliente" }
"""
FIRST = ["Ann", "Björn", "Chloé", "Dmitri", "Élodie", "Fatma", "Gülay", "Hans-Jörg", "Íñigo", "Jan"]
TOWNS = ["Berlin", "Łódź", "Paris"]


@dataclass(frozen=True)
class One:
    """A person, as the sources tell of them."""

    n: int
    first: str
    last: str
    email: str
    other: str
    phone: str
    street: str
    town: str

    @property
    def customer(self) -> str:
        return f"c_{self.n:016x}"

    @property
    def hubspot(self) -> str:
        return str(7_000_000_000 + self.n)

    @property
    def zendesk(self) -> int:
        return 380_000_000_000 + self.n

    @property
    def values(self) -> set[str]:
        return {
            self.email, self.other, self.phone, self.street, f"{self.first} {self.last}", self.hubspot,
            str(self.zendesk), self.customer,
        }  # fmt: skip


def person(n: int, draw: random.Random) -> One:
    first, last = draw.choice(FIRST), f"Zo{n}ë-O'Neil" if n % 7 == 0 else f"Quast{n}er"
    slug = f"{'x' * (n % 3)}{n}q{draw.randrange(10**6)}"
    return One(
        n, first, last, f"P.{slug}@Mail{n}.example", f"{slug}+shop@home.test", f"+49 (30) {5_000_000 + n}-{n % 10}",
        f"{n} Straße des {n}. Juni", draw.choice(TOWNS),
    )  # fmt: skip


@dataclass
class World:
    """A project's folder with `count` people."""

    root: Path
    count: int = 40
    people: list[One] = field(default_factory=list)

    @property
    def config(self) -> Config:
        return load(self.root / "crm360.toml", self.root / "data")

    @property
    def data(self) -> Path:
        return self.root / "data"

    def copied(self, root: Path) -> World:
        """The same in a folder of its own, to do harm to."""
        shutil.copytree(self.root, root, symlinks=True)
        return World(root, self.count, self.people)

    def make(self) -> World:
        draw = random.Random(self.count)
        self.people = [person(n, draw) for n in range(1, self.count + 1)]
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "crm360.toml").write_text(TOML)
        self.write_files()
        landing = Landing(self.data / "landing")
        for night in range(3):
            at = NOW + timedelta(days=night)
            self.land(
                landing,
                "hubspot",
                "contacts",
                [self.hubspot(p, night) for p in self.people if p.n % 3 == night or night == 0],
                at,
            )
            self.land(landing, "hubspot", "deals", [self._deal(p, night) for p in self.people if p.n % 2], at)
            self.land(landing, "zendesk", "users", [self._user(p) for p in self.people if p.n % 3 == night], at)
            self.land(landing, "zendesk", "tickets", [self._ticket(p, night) for p in self.people], at)
            self.land(landing, "hubspot", "emails", [self._mail(p, night) for p in self.people], at)
        for night in range(2):
            self._publish(night)
        self._litter()
        return self

    # What the sources say ---------------------------------------------------------------------------------------------

    def write_files(self, offset: int = 0) -> None:
        """The files of the desk: people, and bills that name them by number or by address."""
        people = ["no,nombre,correo"] + [f"{p.n + offset},{p.first} {p.last},{p.email.upper()}" for p in self.people]
        bills = ["bill,cliente,correo,importe"] + [f"B{p.n},{p.n + offset},{p.email},{p.n}.25" for p in self.people]
        (self.root / "people.csv").write_text("\n".join(people) + "\n")
        (self.root / "bills.csv").write_text("\n".join(bills) + "\n")

    def land(self, landing: Landing, source: str, stream: str, rows: list[tuple[str, str]], at: datetime) -> None:
        batch = landing.start(source, stream, at)
        for key, record in rows:
            batch.add(LandedRecord(key, record, at), at)
        batch.footer.received = batch.footer.landed = len(rows)
        batch.footer.complete, batch.footer.finished_at = True, at
        batch.commit()

    def hubspot(self, p: One, night: int) -> tuple[str, str]:
        told = {
            "id": p.hubspot,
            "properties": {
                "firstname": p.first, "lastname": p.last, "email": p.email, "hs_additional_emails": p.other,
                "phone": p.phone, "address": p.street, "city": p.town, "lifecyclestage": "customer", "score": night,
            },
        }  # fmt: skip
        return p.hubspot, json.dumps(told, ensure_ascii=bool(p.n % 2))  # as some systems escape, and some do not

    def _user(self, p: One) -> tuple[str, str]:
        told = {
            "id": p.zendesk,
            "name": f"{p.first} {p.last}",
            "email": p.email.lower(),
            "phone": p.phone,
            "role": "end-user",
        }
        return str(p.zendesk), json.dumps(told, ensure_ascii=False)

    def _deal(self, p: One, night: int) -> tuple[str, str]:
        amount = f"{p.n}.{night}0"
        name = json.dumps(f"Renewal for {p.last}, {p.first} 100%")
        return f"d{p.n}", (
            f'{{"id":"d{p.n}","properties":{{"amount":{amount},"dealname":{name},"dealstage":"won"}},'
            f'"associations":{{"contacts":{{"results":[{{"id":"{p.hubspot}","type":"deal_to_contact"}}]}}}}}}'
        )

    def _ticket(self, p: One, night: int) -> tuple[str, str]:
        other = self.people[p.n % len(self.people)]
        told = {
            "id": p.n, "requester_id": p.zendesk, "assignee_id": 17, "subject": "Where is my parcel?", "status": "open",
            "description": f"Hello, {p.first} here, call me at {p.phone} please.\nBest, {p.first} {p.last}",
            "reopens": night, "custom": f"see also {other.email} &amp; co" if p.n % 5 == 0 else "web",
        }  # fmt: skip
        return str(p.n), json.dumps(told)

    def _mail(self, p: One, night: int) -> tuple[str, str]:
        told = {"id": f"m{p.n}", "properties": {"hs_email_direction": "EMAIL", "hs_email_subject": f"For {p.first} {p.last}", "hs_timestamp": night},
                "associations": {"contacts": {"results": [{"id": p.hubspot}]}}}  # fmt: skip
        return f"m{p.n}", json.dumps(told, ensure_ascii=False)

    # What was made of it ----------------------------------------------------------------------------------------------

    def _publish(self, night: int) -> None:
        warehouse = self.data / "warehouse.duckdb"
        warehouse.unlink(missing_ok=True)
        with duckdb.connect(str(warehouse)) as con:
            con.execute("create schema marts; create schema intermediate")
            con.execute(
                "create table intermediate.int_customer_ids_assigned (source varchar, source_id varchar, customer_id varchar)"
            )
            con.execute(
                "create table intermediate.int_companies_assigned (source varchar, source_id varchar, account_id varchar)"
            )
            con.execute(
                "create table intermediate.int_segment_changes as select null::varchar customer_id, null::varchar dimension, null::varchar segment, null::varchar definition, null::varchar change, null::date changed_on, null::varchar rule, null::varchar rule_version, null::varchar value, null::varchar because, null::bigint entered_version, null::bigint as version where false"
            )
            known = [p for p in self.people if night or p.n % 2]
            records = [
                (s, str(i), p.customer)
                for p in known
                for s, i in (("hubspot", p.hubspot), ("zendesk", p.zendesk), ("desk", p.n))
            ]
            con.executemany("insert into intermediate.int_customer_ids_assigned values (?, ?, ?)", records)
            con.execute(
                "create table marts.customers (customer_id varchar, full_name varchar, email varchar, phone varchar, country varchar)"
            )
            con.executemany(
                "insert into marts.customers values (?, ?, ?, ?, 'DE')",
                [(p.customer, f"{p.first} {p.last}", p.email.lower(), p.phone) for p in known],
            )
            con.execute(
                "create table marts.customer_identities (contact_id varchar, customer_id varchar, full_name varchar, evidence varchar, is_current boolean default true)"
            )
            con.executemany(
                "insert into marts.customer_identities (contact_id, customer_id, full_name, evidence) values (?, ?, ?, ?)",
                [(f"{s}:{i}", c, "", f"same address as {known[n // 3].email}") for n, (s, i, c) in enumerate(records)],
            )
            con.execute(
                "create table marts.orders (order_id varchar, customer_id varchar, contact_id varchar, email varchar, total_amount decimal(18, 4), ordered_at timestamp)"
            )
            con.executemany(
                "insert into marts.orders values (?, ?, ?, ?, ?, timestamp '2026-06-01 10:00:00')",
                [(f"desk:B{p.n}", p.customer, f"desk:{p.n}", p.email, Decimal(p.n) + Decimal("0.25")) for p in known],
            )
            con.execute(
                "create table marts.audiences as select 'Everybody' as audience, true as is_on, 1 as position, 'email' as channel"
            )
            con.execute(
                "create table marts.audience_members as select 'Everybody' as audience, customer_id, full_name, 'email' as channel, email as address, 'opted in' as because, date '2026-07-01' as as_of_date from marts.customers"
            )
            con.execute(
                "create table marts.revenue as select 2026 as year, sum(total_amount) as revenue from marts.orders"
            )
        ledger.append(self.data / "ledger", warehouse, NOW + timedelta(days=night), "r1")
        publish_all(warehouse, self.data / "published", now=lambda: NOW + timedelta(days=night))  # type: ignore[arg-type]

    def _litter(self) -> None:
        """Values where none belong: a log, a compressed one, a database of Dagster's, what dbt leaves."""
        text = "\n".join(
            f"INFO {p.n} {p.email} {p.first} {p.last} {json.dumps(p.street)} {p.phone}" for p in self.people
        )
        runs, dbt, history = self.data / "runs", self.data / "dbt", self.data / "dagster" / "history"
        for folder in (runs, dbt, history):
            folder.mkdir(parents=True, exist_ok=True)
        (runs / "20260701T020000-1.log").write_text(text)
        (dbt / "query.log.gz").write_bytes(gzip.compress(text.encode()))
        (dbt / "parse.bin").write_bytes(b"\0\1\2" + text.encode("utf-16-le"))
        with sqlite3.connect(history / "runs.db") as con:
            con.execute("create table events (id integer primary key, body text)")
            con.executemany("insert into events (body) values (?)", [(line * 20,) for line in text.splitlines()])
            con.execute("delete from events where id % 2 = 0")  # freed pages keep what they held
        con.close()

    # What is found ----------------------------------------------------------------------------------------------------

    def search(self, people: list[One]) -> dict[str, list[str]]:
        """File → values of these people in it, by reading everything that can be read in it."""
        wanted = {v.lower() for p in people for v in p.values}
        wanted |= {json.dumps(v.lower())[1:-1] for v in wanted}
        found: dict[str, list[str]] = {}
        for path in sorted(self.data.rglob("*")):
            if path.is_file() and not path.is_symlink():
                text = readable(path).lower()
                here = sorted(v for v in wanted if v in text)
                if here:
                    found[str(path.relative_to(self.data))] = here
        return found

    def landed(self, source: str, stream: str) -> dict[tuple[str, str], str]:
        """(batch, record id) → record."""
        landing = Landing(self.data / "landing")
        return {
            (footer.batch_id, row["record_id"]): row["record"]
            for path, footer in landing.footers(source, stream, anew=True)
            for row in pq.read_table(path).to_pylist()
        }

    def table(self, name: str, columns: str = "*") -> list[tuple[Any, ...]]:
        current = self.data / "published" / "current"
        return duckdb.execute(f"select {columns} from '{current}/{name}.parquet' order by all").fetchall()


def readable(path: Path) -> str:
    """A file's bytes as text, as UTF-16, and what it holds compressed or in tables."""
    raw = path.read_bytes()
    parts = [
        raw.decode("latin-1"),
        raw.decode("utf-8", "ignore"),
        raw.decode("utf-16-le", "ignore"),
        raw[1:].decode("utf-16-le", "ignore"),
    ]
    if raw[:4] == b"PAR1":
        parts.append("\n".join(str(v) for row in pq.read_table(path).to_pylist() for v in row.values()))
        parts.append(str(pq.read_metadata(path).metadata))
    elif raw[8:12] == b"DUCK":
        copy = path.with_name(f".{path.name}.copy")
        shutil.copy(path, copy)
        with duckdb.connect(str(copy)) as con:
            for schema, table in con.execute("select schema_name, table_name from duckdb_tables()").fetchall():
                parts.append(str(con.execute(f'select * from "{schema}"."{table}"').fetchall()))
        copy.unlink()
    elif raw[:2] == b"\x1f\x8b":
        parts.append(gzip.decompress(raw).decode())
    return "\n".join(parts)
