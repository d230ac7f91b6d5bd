"""The search box, a page for each customer and company, and the same as JSON, in front of another application.

    /customers?q=TEXT   /customers/ID   /companies/ID
    /report/index.html   /list?figure=KEY&…     the report, and the customers behind one of its bars
    /api/search?q=TEXT  /api/customers/ID  /api/companies/ID  /api/list?figure=KEY&…  /api/openapi.json

It shows persons, so it answers only where the guard in front of it asks for a token; whoever looks is noted in
`lookups.jsonl` of the data folder (notes.py), without a personal value.
"""

from __future__ import annotations

import asyncio
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

import duckdb
import msgspec

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.dagster.guard import App, Message, Receive, Send
from crm360.orchestration.lookup import drawing, listing, notes, whole
from crm360.orchestration.lookup.find import MOST, NothingPublished, search
from crm360.orchestration.lookup.openapi import described
from crm360.orchestration.lookup.standing import Standing
from crm360.orchestration.publish import manifest
from crm360.orchestration.report.look_of import look_of
from crm360.orchestration.report.style import rendered
from crm360.orchestration.settings.config import Config

LONGEST = 200  # characters of a text that is searched for
PATHS = ("/customers", "/companies", "/report", "/list", "/api")
REPORT = "/report/index.html"
LEAVES = {"/report": REPORT, "/report/review.html": "/review"}  # what the report itself links to
NO_TOKEN = "set CRM360_SERVE_TOKEN, and start crm360 serve again: customers are shown to those who have it"
Answer = tuple[int, str, bytes]


class Lookup:
    """Answers the paths of this module, and hands on everything else. `is_guarded`: whether a token is asked for."""

    def __init__(self, app: App, config: Config, is_guarded: bool) -> None:
        self.app, self.config, self.is_guarded = app, config, is_guarded
        self.standing = Standing(config)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one connection, or hand it on."""
        path = unquote(scope["path"]).rstrip("/") if scope["type"] == "http" else ""
        if not any(path == p or path.startswith(f"{p}/") for p in PATHS):
            await self.app(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            status, kind, body = 405, "text/plain; charset=utf-8", b"this only shows\n"
        else:
            asked = {name: values[0][:LONGEST] for name, values in parse_qs(scope["query_string"].decode()).items()}
            client = (scope.get("client") or ["unknown"])[0]
            status, kind, body = await asyncio.to_thread(self._guarded, path, asked, client)
        headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
        if status == HTTPStatus.SEE_OTHER:
            headers.append((b"location", body))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _guarded(self, path: str, asked: dict[str, str], client: str) -> Answer:
        is_api = path.startswith("/api")
        try:
            if not self.is_guarded:
                return _error(is_api, 403, NO_TOKEN)
            if path == "/api/openapi.json":
                return _json(200, described())
            if path in LEAVES:
                return HTTPStatus.SEE_OTHER, "text/plain", LEAVES[path].encode()
            if path == REPORT:
                return self._report()
            return self._answer(path, asked, client)
        except NothingPublished as error:
            return _error(is_api, 503, str(error))
        except duckdb.Error as error:
            return _error(is_api, 500, f"the published version can't be read ({type(error).__name__})")

    def _answer(self, path: str, asked: dict[str, str], client: str) -> Answer:
        is_api = path.startswith("/api")
        parts = path.removeprefix("/api").strip("/").split("/")
        with self.standing.cursor() as con:
            if parts in (["search"], ["customers"]) and is_api == (parts == ["search"]):
                return self._search(con, asked.get("q", ""), client, is_api)
            if parts == ["list"]:
                return self._list(con, asked, client, is_api)
            if len(parts) == 2 and parts[0] in ("customers", "companies"):
                kind = parts[0]
                if kind == "customers":
                    told = whole.customer(con, parts[1], asked.get("channel", ""))
                else:
                    told = whole.company(con, parts[1])
                if told is None:
                    return _error(is_api, 404, "no customer or company has this id, and none has had it")
                self._note(client, kind, told.get("customer_id") or told["account_id"])
                return _json(200, told) if is_api else _html(200, kind, told, asked.get("channel", ""))
        return _error(is_api, 404, "there is no such page")

    def _search(self, con: duckdb.DuckDBPyConnection, text: str, client: str, is_api: bool) -> Answer:
        hits = search(con, text)
        if text.strip():
            self._note(client, "search", str(len(hits)))
        if is_api:
            return _json(200, {"hits": hits, "is_cut": len(hits) == MOST})
        page = rendered("lookup.html.j2", forms=True, asked=text, hits=hits, is_cut=len(hits) == MOST)
        return 200, "text/html; charset=utf-8", page.encode()

    def _report(self) -> Answer:
        path = self.config.published / "current" / "reports" / "index.html"
        if not path.is_file():
            raise NothingPublished("no report is published yet", where=str(self.config.published))
        return 200, "text/html; charset=utf-8", path.read_bytes()

    def _list(self, con: duckdb.DuckDBPyConnection, asked: dict[str, str], client: str, is_api: bool) -> Answer:
        told = manifest.current(self.config.published)
        if told is None:
            raise NothingPublished("nothing is published that can be read", where=str(self.config.published))
        try:
            found = listing.behind(con, asked, date.fromisoformat(told["as_of"]), look_of(self.config))
        except ConfigError as error:
            return _error(is_api, 404, f"{error.where}: {error.what}")
        self._note(client, "list", f"{found.figure}: {len(found.customers)}")
        if is_api:
            return _json(200, found)
        page = rendered("list.html.j2", forms=True, asked="", told=found, most=listing.MOST)
        return 200, "text/html; charset=utf-8", page.encode()

    def _note(self, client: str, kind: str, what: str) -> None:
        notes.note(self.config, f"serve, asked from {client}", kind, what)


def _json(status: int, told: Any) -> Answer:
    return status, "application/json", msgspec.json.encode(told) + b"\n"


def _html(status: int, kind: str, told: whole.Row, channel: str) -> Answer:
    if kind == "companies":
        page = rendered("company.html.j2", forms=True, told=told)
    else:
        nodes, edges, more = drawing.links(told["records"], told["doubts"])
        page = rendered(
            "customer.html.j2",
            forms=True,
            told=told,
            nodes=nodes,
            edges=edges,
            more=more,
            waterfalls=drawing.waterfalls(told["records"]),
            records=[{n: v for n, v in record.items() if n != "match_weight_steps"} for record in told["records"]],
            size=drawing.SIZE,
            channel=channel,
        )
    return status, "text/html; charset=utf-8", page.encode()


def _error(is_api: bool, status: int, says: str) -> Answer:
    if is_api:
        return _json(status, {"error": says})
    page = rendered("lookup_error.html.j2", forms=True, title=HTTPStatus(status).phrase, says=says)
    return status, "text/html; charset=utf-8", page.encode()
