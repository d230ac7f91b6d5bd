"""Looking a customer up: found by whatever is known of them, told whole, by JSON and on a page, behind a token, and noted."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import duckdb
import pytest

from crm360.orchestration.dagster.guard import Guard, Message, Receive, Send
from crm360.orchestration.lookup import find, index, rules, whole
from crm360.orchestration.lookup.openapi import described
from crm360.orchestration.lookup.pages import Lookup
from crm360.orchestration.lookup.rules import Match
from crm360.orchestration.lookup.standing import Standing
from tests.orchestration.conducting import TOML, company
from tests.orchestration.publishing import publish_all
from tests.orchestration.running import crm360

pytestmark = pytest.mark.night
HOST, TOKEN = "127.0.0.1:3000", "a-token-for-tests"
HOSTILE = "<script>alert(1)</script>\u202e & Söhne"


@pytest.fixture(scope="module")
def current(shaped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is published of a small simulated company."""
    published = tmp_path_factory.mktemp("lookup") / "published"
    publish_all(shaped, published)
    return published / "current"


@pytest.fixture
def data(current: Path, tmp_path: Path) -> Path:
    """A data folder with one published version, into which two names and an earlier id are put."""
    change(current, tmp_path / "data" / "published", "first", (("min", "Zoë Ångström-Lee"), ("max", HOSTILE)))
    return tmp_path / "data"


def change(of: Path, published: Path, version: str, names: Iterable[tuple[str, str]]) -> None:
    """A version like `of`, but for the names of the first or last customer and whose a quote is; `current` leads to it now."""
    (published / version).mkdir(parents=True)
    path = published / version / "customer_360.duckdb"
    shutil.copyfile(of / "customer_360.duckdb", path)
    with duckdb.connect(str(path)) as con:
        chosen = {
            which: con.execute(f"select {which}(customer_id) from customers").fetchall()[0][0] for which, _ in names
        }
        for which, name in names:
            for table in ("customers", "customer_360"):
                con.execute(f"update {table} set full_name = ? where customer_id = ?", [name, chosen[which]])
        first = next(iter(chosen.values()))
        con.execute("insert into customer_id_aliases values ('c_0ld', ?, '2026-06-01', '2026-06-02')", [first])
        con.execute("update quotes set customer_id = ? where quote_number = 'Q-1'", [first])
    (published / "current").unlink(missing_ok=True)
    (published / "current").symlink_to(version)


@pytest.fixture(params=["tables", "index"])
def con(data: Path, request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published version, as it is searched by its tables and by its index: both find the same."""
    by_index = request.param == "index"
    if by_index:
        index.build(data, data / "published")
    with find.opened(data / "published", data if by_index else None) as connection:
        assert index.is_attached(connection) == by_index
        yield connection


def one(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    return con.execute(sql).fetchall()[0][0]


async def other(_scope: Message, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"another application"})


def ask(data: Path, path: str, *, token: str | None = TOKEN, method: str = "GET", app: Any = None, **headers: str) -> tuple[int, str]:  # fmt: skip
    """One question to the guard with the look-up behind it, as a browser or a program asks it."""
    config: Any = SimpleNamespace(published=data / "published", data=data)
    guarded = Guard(app or Lookup(other, config, is_guarded=token is not None), [HOST], token)
    route, _, query = path.partition("?")
    told = {"host": HOST, "authorization": f"Bearer {token}"} | headers
    scope = {
        "type": "http", "method": method, "path": route, "query_string": query.encode(), "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
    }  # fmt: skip
    sent: list[Mapping[str, Any]] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    asyncio.run(guarded(scope, receive, send))
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:]).decode()


@pytest.mark.parametrize(
    ("sql", "change", "found_by"),
    [
        ("select min(customer_id) from customers", "{}", "customer id"),
        ("select 'C_0LD'", "{}", "an earlier customer id"),
        ("select min(contact_id) from customer_identities where is_current", "{}", "id of a record"),
        ("select min(order_id) from orders where customer_id is not null", "{}", "id of an order"),
        ("select min(ticket_id) from tickets where customer_id is not null", "{}", "id of a ticket"),
        ("select min(quote_number) from quotes where customer_id is not null", "{}", "id or number of a quote"),
        ("select min(contact_point) from customer_contact_points where kind = 'email'", "  {}  ", "e-mail address"),
        ("select upper(min(contact_point)) from customer_contact_points where kind = 'email'", "{}", "e-mail address"),
        ("select split_part(min(contact_point), '@', 1) from customer_contact_points where kind = 'email'", "{}@", "beginning of an e-mail address"),
        ("select min(contact_point) from customer_contact_points where kind <> 'email'", "{}", "telephone number"),
        ("select '0' || substring(min(contact_point), 4) from customer_contact_points where kind <> 'email'", "{}", "telephone number"),
        ("select 'angstrom ZOE'", "{}", "name"),
        ("select min(account_id) from companies", "{}", "company id"),
    ],
)  # fmt: skip
def test_whatever_is_known_of_somebody_finds_them(con: duckdb.DuckDBPyConnection, sql: str, change: str, found_by: str) -> None:  # fmt: skip
    text = change.format(one(con, sql))
    hits = find.search(con, text)
    assert hits and hits[0].found_by == found_by, (text, hits)
    owner = "company_360 where account_id" if hits[0].kind == "company" else "customer_360 where customer_id"
    assert one(con, f"select count(*) from {owner} = '{hits[0].id}'") == 1


def test_every_question_is_one_that_the_tables_can_answer(con: duckdb.DuckDBPyConnection) -> None:
    """What a version of another layout lacks finds nobody, in silence: of this one nothing may lack."""
    questions = [rule.query() if rule.match is not Match.WORDS else rule.query(words=1) for rule in rules.RULES]
    questions += [rule.query() for rule in rules.OWN_IDS]
    questions += [*whole.SECTIONS.values(), *whole.COMPANY_SECTIONS.values(), whole.CHANNELS]
    questions += [whole.TIMELINE.format(of=""), whole.TIMELINE.format(of="and channel = $channel")]
    given = {"text": "x", "digits": "1", "id": "x", "channel": "x", "w0": "x", "plain": "x"}
    for sql in questions:
        con.execute(sql, {name: value for name, value in given.items() if f"${name}" in sql})
    known = {c[0] for c in con.execute("describe customers").fetchall()}
    assert {*whole.GOLDEN, *whole.GOLDEN.values()} <= known
    assert set(whole.FIGURES) <= {c[0] for c in con.execute("describe customer_360").fetchall()} | {"loyalty_tier"}


def test_words_of_a_name_are_found_by_their_beginnings_whatever_the_script(
    data: Path, con: duckdb.DuckDBPyConnection
) -> None:
    people = {
        "c_1": "Anna-Lena Berg", "c_2": "Berg, Anna", "c_3": "Annabel O'Berg", "c_4": "Joanna Berg", "c_5": "王小明",
        "c_6": "Núñez García", "c_7": "Анна Берг",
    }  # fmt: skip
    with duckdb.connect() as own:
        own.execute("create table customers (customer_id text, full_name text)")
        own.executemany("insert into customers values (?, ?)", list(people.items()))
        rest = ("email", "mobile_phone", "phone", "city", "country", "count_of_purchases", "net_revenue", "currency")
        unknown = ", ".join(f"null as {column}" for column in rest)
        own.execute(f"create table customer_360 as select *, {unknown} from customers")
        own.execute(f"attach '{data}/own.duckdb' as kept; create table kept.customers as from customers; detach kept")
        if index.is_attached(con):
            index.write_index(data / "own.duckdb", data / "own_index.duckdb")
            own.execute(f"attach '{data}/own_index.duckdb' as lookup (read_only)")

        def found(text: str) -> list[str]:
            return [hit.id for hit in find.search(own, text)]

        assert found("anna berg") == found("ann ber") == ["c_1", "c_2", "c_3"]
        assert found("berg anna") == ["c_2", "c_1", "c_3"], "who is called just so comes first"
        assert found("小明") == found("王") == ["c_5"]
        assert found("nunez") == found("GARCIA, núñ") == ["c_6"] and found("анна") == ["c_7"]
        assert found("erg") == found("-") == []


def test_an_index_is_of_one_version_and_for_this_account_alone(data: Path) -> None:
    published = data / "published"
    (data / index.FOLDER).mkdir(mode=0o700)
    (data / index.FOLDER / f"old{index.HALF}").write_bytes(b"what a dead process left")
    first = index.build(data, published)
    assert first and first == index.path_of(data, "first") and first.stat().st_mode & 0o077 == 0
    change(published / "first", published, "second", (("min", "Ida Holt"),))
    with find.opened(published, data) as con:
        assert not index.is_attached(con), "what is told of another version finds nobody"
        assert find.search(con, "Ida Holt")
    second = index.build(data, published)
    assert second and [p for p in (data / index.FOLDER).iterdir() if p.name != index.LOCK] == [second]
    with find.opened(published, data) as con:
        assert index.is_attached(con) and find.search(con, "Ida Holt")
    second.write_bytes(second.read_bytes()[:5000])
    with find.opened(published, data) as con:
        assert not index.is_attached(con) and find.search(con, "Ida Holt"), "a damaged one is none"
    second.unlink()
    duckdb.connect(str(second)).close()
    with find.opened(published, data) as con:
        assert not index.is_attached(con) and find.search(con, "Ida Holt"), (
            "nor is a database without what it says of itself"
        )
    index.build(data, published)
    with find.opened(published, data) as con:
        assert index.is_attached(con), "and is made anew"
        duckdb.connect(str(data / "empty.duckdb")).close()
        con.execute(f"detach {index.NAME}; attach '{data}/empty.duckdb' as {index.NAME} (read_only)")
        assert find.search(con, "Ida Holt"), "what can't be read of it is read in the tables"


def test_a_server_makes_the_index_that_is_not_there_and_reads_it_from_then_on(data: Path) -> None:
    config: Any = SimpleNamespace(published=data / "published", data=data)
    standing = Standing(config)
    with standing.cursor() as con:
        assert not index.is_attached(con) and find.search(con, "Zoë")
    for _ in range(100):
        if index.path_of(data, "first").exists():
            break
        time.sleep(0.1)
    with standing.cursor() as con:
        assert index.is_attached(con) and find.search(con, "Zoë")


@pytest.mark.parametrize("text", ["", "   ", "nobody at all", "12345", "x@", "'; drop table customers; --", "%", "\0"])
def test_what_means_nobody_finds_nobody(con: duckdb.DuckDBPyConnection, text: str) -> None:
    assert find.search(con, text) == []


def test_a_customer_is_told_as_the_tables_have_it(con: duckdb.DuckDBPyConnection) -> None:
    own = one(con, "select customer_id from orders group by 1 order by count(*) desc, 1 limit 1")
    told = whole.customer(con, own)
    assert told is not None
    email, by = con.execute("select email, email_source from customers where customer_id = ?", [own]).fetchall()[0]
    assert told["golden"]["email"] == {"value": email, "source": by}
    assert told["figures"]["net_revenue"] == one(
        con, f"select net_revenue from customer_360 where customer_id = '{own}'"
    )
    for section, table in (("orders", "orders"), ("tickets", "tickets"), ("segments", "customer_segments"), ("records", "customer_identities")):  # fmt: skip
        assert len(told[section]) == one(con, f"select count(*) from {table} where customer_id = '{own}'"), section
    channel = told["channels"][0]
    narrowed = whole.customer(con, own, channel)
    assert narrowed is not None and {row["channel"] for row in narrowed["timeline"]} == {channel}
    assert len(narrowed["timeline"]) <= len(told["timeline"])


def test_an_old_id_leads_to_who_it_is_now(con: duckdb.DuckDBPyConnection) -> None:
    old, now = con.execute(
        "select alias_id, customer_id from customer_id_aliases where customer_id in (select customer_id from customers)"
    ).fetchall()[0]
    told = whole.customer(con, old)
    assert told is not None and (told["customer_id"], told["asked_id"]) == (now, old)
    assert whole.customer(con, "c_that_never_was") is None


def test_the_interface_answers_as_it_is_described(data: Path, con: duckdb.DuckDBPyConnection) -> None:
    status, body = ask(data, "/api/openapi.json")
    assert status == 200 and json.loads(body) == described()
    own, account = one(con, "select min(customer_id) from customers"), one(con, "select min(account_id) from companies")
    for path, place in ((f"/api/customers/{own}", "/api/customers/{id}"), (f"/api/companies/{account}", "/api/companies/{id}")):  # fmt: skip
        status, body = ask(data, path)
        schema = described()["paths"][place]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert status == 200 and set(schema["properties"]) <= set(json.loads(body))
    status, body = ask(data, f"/api/search?q={quote('Ångström')}")
    assert [hit["id"] for hit in json.loads(body)["hits"]] == [own]
    assert ask(data, "/api/customers/nobody")[0] == 404
    assert ask(data, f"/api/customers/{own}", method="DELETE")[0] == 405
    assert ask(data, "/runs") == (200, "another application")


def test_the_pages_show_persons_and_nothing_acts_on_them(data: Path, con: duckdb.DuckDBPyConnection) -> None:
    own = one(con, "select max(customer_id) from customers")
    status, page = ask(data, f"/customers/{own}")
    assert status == 200 and "&lt;script&gt;" in page
    assert "<script" not in page and "\u202e" not in page and "form-action &#39;self&#39;" in page
    for table in ("Golden record", "Segments, and the value that decided", "Records, what links each to another one"):
        assert table in page
    status, page = ask(data, "/customers?q=" + quote(HOSTILE))
    assert status == 200 and "<script" not in page
    status, page = ask(data, "/customers?q=" + quote(one(con, "select min(email) from customers")))
    assert status == 200 and 'href="/customers/c_' in page
    assert ask(data, "/customers/nobody")[0] == 404


def test_nobody_is_shown_without_the_token(data: Path, con: duckdb.DuckDBPyConnection) -> None:
    own = one(con, "select min(customer_id) from customers")
    for path in (f"/customers/{own}", "/customers?q=lee", f"/api/customers/{own}", "/api/search?q=lee"):
        assert ask(data, path, authorization="Bearer wrong")[0] == 401
        assert ask(data, path, host="elsewhere.example")[0] == 421
        status, body = ask(data, path, token=None)
        assert status == 403 and "CRM360_SERVE_TOKEN" in body
    assert not (data / "lookups.jsonl").exists(), "nobody has seen anybody"


def test_who_looked_at_whom_is_noted_without_a_personal_value(data: Path, con: duckdb.DuckDBPyConnection) -> None:
    own, email = con.execute("select customer_id, email from customers order by 1 limit 1").fetchall()[0]
    ask(data, f"/customers?q={quote(email)}")
    ask(data, f"/api/customers/{own}")
    notes = [json.loads(line) for line in (data / "lookups.jsonl").read_text().splitlines()]
    assert [(note["kind"], note["what"]) for note in notes] == [("search", "1"), ("customers", own)]
    assert email not in (data / "lookups.jsonl").read_text()
    assert (data / "lookups.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_new_version_is_shown_at_once_and_none_is_a_sentence(current: Path, data: Path, tmp_path: Path) -> None:
    config: Any = SimpleNamespace(published=data / "published", data=data)
    app = Lookup(other, config, is_guarded=True)
    assert json.loads(ask(data, "/api/search?q=newname", app=app)[1])["hits"] == []
    change(current, data / "published", "second", [("min", "Newname")])
    assert len(json.loads(ask(data, "/api/search?q=newname", app=app)[1])["hits"]) == 1
    (tmp_path / "empty").mkdir()
    status, body = ask(tmp_path / "empty", "/api/search?q=lee")
    assert status == 503 and "nothing is published yet" in body


def test_who_as_it_is_typed(
    data: Path,
    con: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    company(tmp_path)
    (tmp_path / "crm360.toml").write_text(TOML)
    where = ["--config", str(tmp_path / "crm360.toml"), "--data", str(data)]

    def typed(*words: str) -> tuple[int, str]:
        return crm360(capsys, monkeypatch, "who", *words, *where)[:2]

    own, email = con.execute("select customer_id, email from customers order by 1 limit 1").fetchall()[0]
    code, told = typed(email)
    assert code == 0 and f"customer {own}" in told and "by e-mail address" in told
    code, told = typed(own, "--json")
    assert code == 0 and json.loads(told)["customer"]["golden"]["email"]["value"] == email
    linked, steps = con.execute(
        "select customer_id, match_weight_steps from customer_identities where is_current and match_weight_steps is not null "
        "order by 1, 2 limit 1"
    ).fetchall()[0]
    code, told = typed(linked)
    assert [words for words in steps.split(" | ") if words.rpartition(": ")[0] not in told] == []
    assert "bits, " in told and "such a link needs +" in told
    assert typed("nobody", "at", "all") == (1, "nobody is called so, and nothing has this address, number or id\n")
    assert [json.loads(line)["kind"] for line in (data / "lookups.jsonl").read_text().splitlines()] == [
        "search", "customers", "search", "customers", "search", "customers", "search",
    ]  # fmt: skip
