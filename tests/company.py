"""A small company as it stands before its audit: two nights, pulled out of the sandbox and out of a file, and shaped by
the project's own models as dbt compiles them.

What few companies have, it has: merged people and companies, a company that is gone though deals name it, decisions of
people that contradict each other, a file with a new column and a line that can't be read, a figure that is off.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb

from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import running
from crm360.connectors.sandbox.server.tokens import ZENDESK_USER
from crm360.connectors.sandbox.vendors import FAKES
from crm360.connectors.sandbox.vendors.trustpilot.fake import CLIENT
from crm360.orchestration.catalog import build, ledger
from crm360.orchestration.catalog.ledger import ANOMALIES
from crm360.orchestration.engines.duckdb_functions import register
from crm360.orchestration.figures import anomalies, figures
from crm360.orchestration.push import book
from crm360.orchestration.run.demo import use_sandbox_credentials
from crm360.orchestration.run.steps import Run, begun
from crm360.orchestration.settings.config import Config, load
from tests.dbt_project.conftest import PROJECT, Compiled

PEOPLE = 1000  # as few as their repeat purchases can be fitted to
REJECTED = 2  # the guest without a number, each night
NIGHTS = (date(2026, 7, 1), date(2026, 7, 2))
VENDORS = ("hubspot", "shopify", "mailchimp", "zendesk", "stripe", "trustpilot")
NEWS = (
    "deals",
    "web_events",
    "tasks",
    "loyalty_balances",
    "loyalty_events",
    "deal_lines",
    "quotes",
    "list_members",
)  # of what the files tell, the models know these alone
TOML = """
base_currency = "EUR"
[sources.till]
system = "files"
[sources.till.streams.guests]
path = "guests.csv"
key = ["no"]
[[sources.till.streams.guests.entities]]
entity = "contacts"
fields = { full_name = "name", email = "mail", birth_date = "born" }
[sources.web]
system = "files"
[sources.web.streams.events]
path = "events.jsonl"
preset = "segment"
[[sources.web.streams.events.entities]]
entity = "web_events"
fields = { user_source = { value = "shopify" } }
[sources.club]
system = "files"
[sources.club.streams.members]
path = "members.csv"
key = ["no"]
[[sources.club.streams.members.entities]]
entity = "loyalty_balances"
fields = { email = "mail", points_balance = "points", tier = "tier", status = { value = "member" } }
[[sources.club.streams.members.entities]]
entity = "loyalty_events"
fields = { email = "mail", points = "points", kind = { value = "earned" }, happened_at = "at", description = "why" }
[sources.desk]
system = "files"
[sources.desk.streams.offers]
path = "offers.csv"
key = ["no"]
[[sources.desk.streams.offers.entities]]
entity = "deals"
fields = { name = "deal", contact_id = "who", amount = "amount", currency = { value = "EUR" }, created_at = "made" }
[[sources.desk.streams.offers.entities]]
entity = "deal_lines"
fields = { deal_id = "no", product_id = "sku", sku = "sku", description = "what", quantity = "units", unit_price = "price", billing_interval = "every" }
[[sources.desk.streams.offers.entities]]
entity = "quotes"
fields = { quote_number = "quote", deal_id = "no", contact_id = "who", owner_id = "by", status = "state", amount = "amount", currency = { value = "EUR" }, created_at = "made", valid_until = "until" }
[[sources.desk.streams.offers.entities]]
entity = "list_members"
fields = { list_id = { value = "offered" }, list_name = { value = "Offered" }, list_kind = { value = "dynamic" }, contact_id = "who", email = "mail", joined_at = "made" }
[sources.board]
system = "files"
[sources.board.streams.cards]
path = "cards.csv"
key = ["no"]
[[sources.board.streams.cards.entities]]
entity = "tasks"
fields = { name = "card", status = "list", due_on = "due", created_at = "made", completed_at = "finished", contact_id = "who", reference_source = { value = "hubspot" } }
"""
GUESTS = (
    "no,name,mail,born\n1,Ida Holt,ida@holt.example,1980-02-30\n2,Max Ernst,max@ernst.example,1975-05-05\n,No Key,,\n",
    "no,name,mail,born,table\n1,Ida Holt,ida@holt.example,1980-02-28,7\n2,Max Ernst,max@ernst.example,nought,8\n,No Key,,,\n",
)
# One that waits, one that is over, one that was taken: each of a deal with one line.
OFFERS = (
    "no,quote,deal,who,mail,amount,made,what,sku,units,price,every,state,until,by\n"
    "1,Q-1,Tea for all,1,ida@holt.example,240,2026-06-01T08:00:00Z,Tea,T-1,2,10,monthly,sent,2026-08-01,7\n"
    "2,Q-2,Desks,2,max@ernst.example,500,2026-06-02T08:00:00Z,Desk,D-1,5,100,,sent,2026-06-20,7\n"
    "3,Q-3,More desks,2,max@ernst.example,100,2026-06-03T08:00:00Z,Desk,D-1,1,100,,accepted,2026-08-01,7\n"
)
# Of whom somebody says that they are one.
TWO_CUSTOMERS = """
    select min(contact_id), max(contact_id) from marts.customer_identities
    where source = 'hubspot' and is_current and rule = 'only record'"""


def shaped(folder: Path, project: Compiled) -> Path:
    """Spend the two nights in a folder, and return its warehouse."""
    toml = TOML
    use_sandbox_credentials()
    os.environ |= {f"CRM360_{v}_{name}".upper(): value for v in VENDORS for name, value in FAKES[v].secrets.items()}
    for day, as_of in enumerate(NIGHTS):
        (folder / "guests.csv").write_text(GUESTS[day])
        with running(Company(PEOPLE, seed=7, day=day)) as sandbox:
            if day:
                _some_go(sandbox.company)
            lines = [f'[sources.{v}]\nbase_url = "{sandbox.base_url}/{v}"\nrate_limit = 1000' for v in VENDORS]
            lines[-1] += f'\nclient_id = "{CLIENT["client_id"]}"\nbusiness_unit_id = "{CLIENT["business_unit_id"]}"'
            lines[VENDORS.index("zendesk")] += f'\nuser = "{ZENDESK_USER}"'
            (folder / "crm360.toml").write_text("\n".join([f'as_of = "{as_of}"', toml, *lines]))
            (folder / "events.jsonl").write_text("".join(_visits(sandbox.company)))
            (folder / "members.csv").write_text(_members(sandbox.company))
            (folder / "offers.csv").write_text(OFFERS)
            (folder / "cards.csv").write_text("".join(_cards(sandbox.company)))
            config = load(folder / "crm360.toml", folder / "data")
            if not day:
                project = project.told(folder, mappings=[m for m in config.mappings if m["entity"] in NEWS])
            with begun(config, "nightly") as run:
                _night(run, at(project, as_of))
    return folder / "data" / "warehouse.duckdb"


def _visits(company: Company) -> Iterator[str]:
    """Lines of the website's events: every tenth customer of the shop comes by mail and leaves a cart, every twentieth orders
    on a later day; somebody looks around whom nobody knows."""
    customers = [r.id for r in company.truth().records("shopify", "customers") if not r.deleted]
    for n, customer in enumerate(customers[::10]):
        steps = [("page", "2026-06-20T10:00"), ("Product Added", "2026-06-20T10:05"), ("identify", "2026-06-20T10:06")]
        steps += [("Order Completed", "2026-06-25T09:00"), ("Form Submitted", "2026-06-25T09:10")] if n % 2 else []
        for place, (name, at) in enumerate(steps):
            page = {"url": f"https://shop.example/p{place}", "referrer": "https://search.example/"}
            told = {
                "messageId": f"{n}-{place}",
                "anonymousId": f"v{n}",
                "timestamp": f"{at}:00Z",
                "receivedAt": f"{at}:01Z",
            }
            context = {"page": page, "campaign": {"source": "mail", "medium": "email", "name": "june"}}
            kind = {"type": name} if name in ("page", "identify") else {"type": "track", "event": name}
            user = {"userId": customer.rpartition("/")[2]} if name == "identify" else {}
            yield json.dumps({**told, **kind, **user, "context": context}) + "\n"
    page = {"messageId": "nobody", "anonymousId": "v", "type": "page", "timestamp": "2026-06-21T10:00:00Z"}
    yield (
        json.dumps(
            {
                **page,
                "receivedAt": "2026-06-21T10:00:01Z",
                "context": {"page": {"path": "/", "url": "https://s.example/"}},
            }
        )
        + "\n"
    )


def _members(company: Company) -> str:
    """Lines of a loyalty programme's members: fifty customers of the shop, each with what they earned."""
    rows = company.shop.customers.live()[:50]
    people = company.people.written(company.shop.customers["person"][rows])
    lines = [f"{n},{person.email},{n * 7},Gold,2026-06-20,An order" for n, person in enumerate(people, 1)]
    return "\n".join(["no,mail,points,tier,at,why", *lines, ""])


def _cards(company: Company) -> Iterator[str]:
    """Lines of the board's cards: one late, one due today, one done, for three people; and one for nobody."""
    yield "no,card,list,due,made,finished,who\n"
    people = [r.id for r in company.truth().records("hubspot", "contacts") if not r.deleted][20:23]
    late, today, done = (
        "Send the offer,doing,2026-06-20,2026-06-01T08:00:00Z,",
        "Call back,to do,2026-07-02,2026-06-02T08:00:00Z,",
        "Thank them,done,2026-06-20,2026-06-03T08:00:00Z,2026-06-19T08:00:00Z",
    )
    for number, (card, who) in enumerate(zip((late, today, done), people, strict=True)):
        yield f"{number},{card},{who}\n"
    yield "9,Tidy up,to do,,2026-06-04T08:00:00Z,,\n"


def _some_go(company: Company) -> None:
    """Two people and two companies are merged, and one company is deleted of which deals still tell."""
    an_hour_ago = datetime.combine(NIGHTS[1], time(1))
    people, firms = (
        [r.id for r in company.truth().records("hubspot", stream) if not r.deleted]
        for stream in ("contacts", "companies")
    )
    company.merge("contacts", *people[:2], an_hour_ago)
    company.merge("companies", *firms[-2:], an_hour_ago)
    company.delete("hubspot", "companies", firms[-3], an_hour_ago)


def at(project: Compiled, as_of: date) -> Compiled:
    """The project as of another day, which dbt writes into the statements as a date. Over nothing it is the same."""
    project.over_nothing()
    nodes = {
        name: {**node, "compiled_code": (node.get("compiled_code") or "").replace("2026-07-01", as_of.isoformat())}
        for name, node in project.manifest["nodes"].items()
    }
    return Compiled({**project.manifest, "nodes": nodes}, "warehouse", folder=project.folder)


def _night(run: Run, project: Compiled) -> None:
    config = run.config
    run.ahead = {s.name: [t.name for t in s.streams] for s in config.sources}
    for source in config.sources:
        attempts = run.pull(source.name, [t.name for t in source.streams])
        refused = [str(a.error) for a in attempts.values() if a.error]
        assert not refused, refused
    begun_build = run.register()
    with duckdb.connect(str(config.warehouse)) as con:
        con.execute("set timezone = 'UTC'")
        register(con)
        _seeds(con, project)
        project.make_all(con, [name for name in project.sources if _has_rows(con, name)])
    anomalies.find(config, begun_build)
    if begun_build.as_of == NIGHTS[-1]:
        _one_figure_is_off(config.warehouse, begun_build)
    ledger.append(config.ledger, config.warehouse, datetime.combine(begun_build.as_of, time()), run.record.run_id)
    if begun_build.as_of != NIGHTS[-1]:
        _pushed(config, datetime.combine(begun_build.as_of, time(3)))


def _has_rows(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(con.execute(f"select 1 from {table} limit 1").fetchall())


def _pushed(config: Config, at: datetime) -> None:
    """As if three customers had been pushed: one is accepted, one refused, one was there already."""
    with duckdb.connect(str(config.warehouse), read_only=True) as con:
        customers = con.execute("select customer_id from marts.customers order by 1 limit 3").fetchall()
    ends: tuple[tuple[book.Result, str | None, bool], ...] = (
        ("accepted", None, True),
        ("refused", "unsubscribed", False),
        ("already there", None, False),
    )
    with book.journal(config, "mail") as journal:
        for (customer,), (outcome, why, is_member) in zip(customers, ends, strict=True):
            told = ("mail", "win-back", "mailchimp", "mirror", f"key of {customer}", customer, "add", outcome, why)
            journal.write([book.Row(*told, is_member, "", "", 1, at, "r1")])


def _seeds(con: duckdb.DuckDBPyConnection, project: Compiled) -> None:
    """The project's own seeds; and what people decided about the pairs that the night before laid before them."""
    asked = _asked(con)
    for schema in ("staging", "intermediate", "marts", "seeds"):
        con.execute(f"create schema if not exists {schema}")
    for seed in project.seeds:
        name, types = seed["name"], seed["config"]["column_types"]
        con.execute(f"create or replace table seeds.{name} ({', '.join(f'{c} {t}' for c, t in types.items())})")
        with (PROJECT / "seeds" / f"{name}.csv").open(newline="") as file:
            for row in [*csv.DictReader(file), *asked.get(name, ())]:
                marks = ", ".join("?" for _ in row)
                con.execute(f"insert into seeds.{name} ({', '.join(row)}) values ({marks})", list(row.values()))


def _asked(con: duckdb.DuckDBPyConnection) -> Mapping[str, list[dict[str, str]]]:
    told: dict[str, list[dict[str, str]]] = {}
    if not con.execute("select 1 from duckdb_tables() where schema_name = 'marts'").fetchall():
        return told
    opposed = (("sales@shop.example", "must-link"), ("desk@shop.example", "cannot-link"))
    for seed, key, pair, said in (
        ("identity_decisions", "contact_id", "select contact_id_a, contact_id_b from marts.review_queue", opposed),
        ("identity_decisions", "contact_id", TWO_CUSTOMERS, opposed[:1]),
        (
            "company_decisions",
            "company_id",
            "select company_id, linked_company_id from marts.company_identities",
            opposed,
        ),
    ):
        a, b = con.execute(f"from ({pair}) as asked (a, b) where b is not null order by all limit 1").fetchall()[0]
        for author, decision in said:
            told.setdefault(seed, []).append(
                {"decision": decision, f"{key}_a": a, f"{key}_b": b, "author": author, "decided_on": "2026-07-01",
                 "reason": "asked them"}
            )  # fmt: skip
    campaign = (
        "select source, source_id from marts.campaign_performance where source_id is not null order by all limit 1"
    )
    source, campaign_id = con.execute(campaign).fetchall()[0]
    told["campaign_costs"] = [
        {"source": source, "campaign": campaign_id, "spent_on": "2026-06-01", "cost": "90", "currency": "EUR"}
    ]
    return told


def _one_figure_is_off(warehouse: Path, built: build.Build) -> None:
    """As if the history, which two nights have not, expected another number of orders."""
    off: dict[str, Any] = dict.fromkeys(ANOMALIES.columns)
    off |= {"run_id": built.run_id, "measured_at": built.registered_at, "as_of": built.as_of, "scope": "table"}
    off |= {"subject": "orders", "table_name": "orders", "figure": "rows", "figure_value": 90.0}
    off |= {"expected_value": 150.0, "lowest_value": 140.0, "highest_value": 160.0, "days_compared": 28}
    with duckdb.connect(str(warehouse)) as con:
        figures.write(con, ANOMALIES, [off | {"treatment": "warn"}])
    figures.show(warehouse, built)
