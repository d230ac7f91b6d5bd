"""A pair decided by a click: the line in the project's file, what it will do, taken back, and two who decide at once."""

from __future__ import annotations

import asyncio
import csv
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import uvicorn

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.dagster.guard import Guard, Message, Send
from crm360.orchestration.lookup import decisions
from crm360.orchestration.lookup.deciding import Deciding
from crm360.orchestration.lookup.openapi import described
from crm360.orchestration.settings.project import Project
from tests.orchestration.report.browser import CHROMIUM, browser

HOST, TOKEN = "127.0.0.1:3000", "a-token-for-tests"
TABLES = ("review_queue", "company_review_queue", "customer_identities", "customers", "company_identities", "companies")
HOSTILE = "</script><script>document.title='acted'</script>"
Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def config(shaped: Path, tmp_path: Path) -> Any:
    """A project whose published version has the built company's queues, with a hostile name in one of its pairs."""
    (tmp_path / "data" / "published" / "current").mkdir(parents=True)
    with duckdb.connect(str(tmp_path / "data/published/current/customer_360.duckdb")) as con:
        con.execute(f"attach '{shaped}' as w (read_only)")
        for table in TABLES:
            con.execute(f"create table {table} as from w.marts.{table}")
        con.execute("update review_queue set full_name_a = ? where place_in_queue = 1", [HOSTILE])
    data = tmp_path / "data"
    return SimpleNamespace(data=data, published=data / "published", project=Project(tmp_path / "mine"))


@pytest.fixture
def pairs(config: Any) -> list[tuple[str, str]]:
    """Pairs of the queue that are two customers today."""
    with duckdb.connect(str(config.published / "current" / "customer_360.duckdb"), read_only=True) as con:
        return con.execute(
            "select contact_id_a, contact_id_b from review_queue where not is_one_customer order by place_in_queue"
        ).fetchall()


async def other(_scope: Message, _receive: Any, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'"another application"'})


@pytest.fixture
def ask(config: Any) -> Ask:
    def ask(path: str, told: Any = None, *, token: str | None = TOKEN, **headers: str) -> tuple[int, Any]:
        app = Guard(Deciding(other, config, is_guarded=token is not None), [HOST], token)
        said = {"host": HOST, "authorization": f"Bearer {token}", "content-type": "application/json"} | headers
        scope = {
            "type": "http", "method": "GET" if told is None else "POST", "path": path, "query_string": b"",
            "client": ("127.0.0.1", 1), "headers": [(n.encode(), v.encode()) for n, v in said.items()],
        }  # fmt: skip
        sent: list[Mapping[str, Any]] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": told if isinstance(told, bytes) else json.dumps(told).encode()}

        asyncio.run(app(scope, receive, send))
        body = b"".join(m.get("body", b"") for m in sent[1:]).decode()
        return sent[0]["status"], json.loads(body) if body.startswith(("{", '"')) else body

    return ask


def lines(config: Any, kind: str = "person") -> list[list[str]]:
    path = config.project.root / "decisions" / decisions.FILES[kind][0]
    return list(csv.reader(path.read_text().splitlines())) if path.exists() else []


def test_a_decision_is_a_line_of_the_file_and_says_what_it_will_do(
    ask: Ask, config: Any, pairs: list[tuple[str, str]]
) -> None:
    a, b = pairs[0]
    asked = {"kind": "person", "a": a, "b": b, "author": "the support team"}
    status, told = ask("/api/review", asked | {"decision": "must-link", "reason": "she, confirmed"})
    assert status == 200 and "The next run makes c_" in told["effect"]
    head, line = lines(config)
    assert head == ["decision", "contact_id_a", "contact_id_b", "author", "decided_on", "reason"]
    assert line[:4] == ["must-link", a, b, "the support team"] and line[5] == "she, confirmed"
    status, told = ask("/api/review/undo", asked)
    assert status == 200 and told["taken_back"] == "must-link" and lines(config) == [head]
    assert ask("/api/review/undo", asked)[0] == 404
    status, told = ask("/api/review", asked | {"decision": "cannot-link"})
    assert status == 200 and told["effect"] == "They are two people already, and stay two."


def test_companies_are_decided_in_their_own_file(ask: Ask, config: Any) -> None:
    with duckdb.connect(str(config.published / "current" / "customer_360.duckdb"), read_only=True) as con:
        a, b = con.execute(
            "select x.company_id, y.company_id from company_identities x join company_identities y "
            "on x.account_id = y.account_id and x.company_id < y.company_id and x.is_current and y.is_current limit 1"
        ).fetchall()[0]
    asked = {"kind": "company", "a": a, "b": b, "author": "sales", "decision": "cannot-link"}
    status, told = ask("/api/review", asked)
    assert status == 200 and told["effect"].startswith("The next run parts company ")
    assert [line[:3] for line in lines(config, "company")[1:]] == [["cannot-link", a, b]] and lines(config) == []


def test_what_people_wrote_by_hand_stays_to_the_byte(ask: Ask, config: Any, pairs: list[tuple[str, str]]) -> None:
    (a, b), (c, d) = pairs[:2]
    path = config.project.root / "identity_decisions.csv"  # where a project may keep it, too
    path.parent.mkdir()
    mine = (
        f"\ufeffreason,decision,contact_id_a,contact_id_b,author,decided_on\r\nby hand,must-link,{a},{b},Ida,2026-01-02"
    )
    path.write_bytes(mine.encode())
    status, told = ask("/api/review", {"kind": "person", "a": c, "b": d, "author": "Max", "decision": "must-link"})
    assert status == 200 and path.read_bytes().startswith(mine.encode() + b"\n")
    assert path.read_bytes().splitlines()[-1].startswith(f",must-link,{c},{d},Max,".encode())
    status, told = ask("/api/review", {"kind": "person", "a": b, "b": a, "author": "Max", "decision": "cannot-link"})
    assert (status, told["decision"], told["author"]) == (409, "must-link", "Ida")
    assert "Ida has said on 2026-01-02 that they are one" in told["error"]
    assert ask("/api/review/undo", {"kind": "person", "a": a, "b": b, "author": "Max"})[0] == 404, "another's line"


def test_of_two_who_decide_at_once_one_is_told_of_the_other(config: Any, pairs: list[tuple[str, str]]) -> None:
    said: list[str] = []
    start = threading.Barrier(8)

    def decide(number: int) -> None:
        start.wait()
        told = decisions.Decision(
            "person", decisions.DECISIONS[number % 2], *pairs[0], f"author {number}", "2026-07-01"
        )
        try:
            decisions.add(config, told)
            said.append("written")
        except decisions.Decided as error:
            said.append(error.standing.author)

    threads = [threading.Thread(target=decide, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    author = lines(config)[1][3]
    assert len(lines(config)) == 2 and sorted(said) == sorted(["written", *[author] * 7])


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"decision": "perhaps"}, 400, "a decision is must-link or cannot-link"),
        ({"author": "  "}, 400, "say your name"),
        ({"b": "nobody:1"}, 400, "no person has a record 'nobody:1' today"),
        ({"kind": "animal"}, 400, "it is not what /api/review takes"),
        ({"more": 1}, 400, "it is not what /api/review takes"),
        ({"reason": "x" * 5000}, 400, "it is not what /api/review takes"),
    ],
)
def test_what_is_no_decision_is_refused(
    ask: Ask, config: Any, pairs: list[tuple[str, str]], changed: dict[str, Any], status: int, said: str
) -> None:
    asked = {"kind": "person", "a": pairs[0][0], "b": pairs[0][1], "author": "Ida", "decision": "must-link"}
    got, told = ask("/api/review", asked | changed)
    assert got == status and said in told["error"]
    assert lines(config) == []


def test_a_file_that_is_none_is_told_and_left(ask: Ask, config: Any, pairs: list[tuple[str, str]]) -> None:
    path = config.project.root / "decisions" / "identity_decisions.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a,b\n1,2\n")
    asked = {"kind": "person", "a": pairs[0][0], "b": pairs[0][1], "author": "Ida", "decision": "must-link"}
    status, told = ask("/api/review", asked)
    assert status == 400 and "does not name the columns" in told["error"] and path.read_bytes() == b"a,b\n1,2\n"
    with pytest.raises(ConfigError, match="does not name the columns"):
        decisions.read(config, "person")


def test_a_name_or_reason_is_one_line_that_no_spreadsheet_runs(
    ask: Ask, config: Any, pairs: list[tuple[str, str]]
) -> None:
    asked = {"kind": "person", "a": pairs[0][0], "b": pairs[0][1], "author": "Ida\n Holt", "decision": "must-link"}
    assert ask("/api/review", asked | {"reason": '=cmd|" /c calc"!A1'})[0] == 200
    assert lines(config)[1][3] == "Ida Holt" and lines(config)[1][5] == '\'=cmd|" /c calc"!A1'
    assert ask("/api/review/undo", asked)[0] == 200


def test_nobody_decides_without_the_token_or_from_elsewhere(
    ask: Ask, config: Any, pairs: list[tuple[str, str]]
) -> None:
    asked = {"kind": "person", "a": pairs[0][0], "b": pairs[0][1], "author": "Ida", "decision": "must-link"}
    assert ask("/api/review", asked, authorization="Bearer wrong")[0] == 401
    assert ask("/api/review", asked, origin="https://elsewhere.example")[0] == 403
    assert ask("/api/review", b"kind=person", **{"content-type": "application/x-www-form-urlencoded"})[0] == 415
    assert ask("/api/review", asked, token=None)[0] == 403 and ask("/review", token=None)[0] == 403
    assert lines(config) == [] and not (config.data / "lookups.jsonl").exists()


def test_the_interface_is_described_as_it_answers(ask: Ask, config: Any, pairs: list[tuple[str, str]]) -> None:
    asked = {"kind": "person", "a": pairs[0][0], "b": pairs[0][1], "author": "Ida", "decision": "must-link"}
    for path, given in (
        ("/api/review", asked),
        ("/api/review/undo", {k: asked[k] for k in ("kind", "a", "b", "author")}),
    ):
        said = described()["paths"][path]["post"]
        assert set(given) <= set(said["requestBody"]["content"]["application/json"]["schema"]["properties"])
        status, told = ask(path, given)
        assert status == 200
        assert set(told) == set(said["responses"]["200"]["content"]["application/json"]["schema"]["properties"])


def test_nothing_published_and_other_addresses(ask: Ask, config: Any) -> None:
    assert ask("/elsewhere") == (200, "another application")
    assert ask("/api/review")[0] == 405
    (config.published / "current" / "customer_360.duckdb").unlink()
    assert ask("/review")[0] == 503
    assert ask("/api/review", {"kind": "person", "a": "x", "b": "y", "author": "Ida"})[0] == 503


@pytest.fixture
def served(config: Any) -> Iterator[str]:
    """The page as `crm360 serve` has it, at an address; without a token, which a browser would be asked for first."""
    app = Deciding(other, config, is_guarded=True)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


@pytest.mark.night
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: .ci/servers installs it")
def test_pairs_are_decided_by_keys_and_taken_back(served: str, config: Any) -> None:
    key = "document.dispatchEvent(new KeyboardEvent('keydown', {{key: '{}', bubbles: true}}))"
    told = "document.getElementById('told').textContent"
    with browser() as page:
        for dark in (True, False):
            page.dark(dark)
            page.call("Page.navigate", url=f"{served}/review")
            page.until("document.readyState === 'complete' && document.querySelectorAll('.pair button').length > 0")
            assert page.amiss() == []
        page.run(f"document.body.{key.format('y')[9:]}")
        page.until(f"{told} === 'Say your name first.'")
        page.run("{ const a = document.getElementById('author'); a.value = 'Ida'; a.blur(); }")
        page.run(f"document.body.{key.format('y')[9:]}")
        page.until(f"{told}.startsWith('The') && document.querySelector('.pair').dataset.decision === 'must-link'")
        first = page.run("[document.querySelector('.pair').dataset.a, document.querySelector('.pair').dataset.b]")
        assert [line[1:4] for line in lines(config)[1:]] == [[*first, "Ida"]]
        page.run(f"document.body.{key.format('n')[9:]}")
        page.until("document.querySelectorAll('.pair')[1].dataset.decision === 'cannot-link'")
        assert [line[0] for line in lines(config)[1:]] == ["must-link", "cannot-link"]
        page.run("document.querySelectorAll('.pair')[1].querySelector('[data-act=undo]').click()")
        page.until("document.querySelectorAll('.pair')[1].dataset.decision === ''")
        assert [line[0] for line in lines(config)[1:]] == ["must-link"]
        page.call("Page.navigate", url=f"{served}/review")
        page.until("document.querySelector('.pair .said')?.textContent === 'Said to be one by Ida.'")
        assert page.run("document.title") == "crm360: one or two?", "a name has acted"
        assert {address.removeprefix(served) for address in page.asked if address.startswith("http")} <= {
            "/review", "/api/review", "/api/review/undo", "/favicon.ico",
        }  # fmt: skip
        assert [text for text in page.said if "favicon" not in text] == []
