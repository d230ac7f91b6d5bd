"""Doubtful pairs decided by a click: the queue with every field that was compared, and the decision written down.

    /review                     the pairs of people and of companies, most worth a decision first
    POST /api/review            {"kind", "a", "b", "decision", "author", "reason"}: one line more in the project's file
    POST /api/review/undo       {"kind", "a", "b", "author"}: the author's own line goes

It shows persons and changes the project, so it answers only where the guard in front asks for a token; the guard takes
nothing from pages of others. A decision counts from the next run on, as if somebody had written the line by hand.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import duckdb
import msgspec
from markupsafe import Markup

from crm360.connectors.engine.errors import ConfigError, Crm360Error
from crm360.moments import utc_now
from crm360.orchestration.dagster.guard import App, Message, Receive, Send
from crm360.orchestration.lookup import decisions, notes
from crm360.orchestration.lookup.decisions import Decided, Decision, Kind
from crm360.orchestration.lookup.find import NothingPublished
from crm360.orchestration.lookup.standing import Standing
from crm360.orchestration.report import review
from crm360.orchestration.report.style import LOOKUP, rendered
from crm360.orchestration.settings.config import Config

PAGE, DECIDE, UNDO = "/review", "/api/review", "/api/review/undo"
KINDS: dict[Kind, review.Kind] = {"person": review.PEOPLE, "company": review.COMPANIES}
# Kind → the records, what they are, its id, and what one is called.
TABLES: dict[Kind, tuple[str, str, str, str]] = {
    "person": ("customer_identities", "customers", "customer_id", "customer"),
    "company": ("company_identities", "companies", "account_id", "company"),
}
MOST_BODY = 4096  # bytes
NO_TOKEN = "set CRM360_SERVE_TOKEN, and start crm360 serve again: pairs are shown to those who have it"
Answer = tuple[int, str, bytes]


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """What a page asks to be written down, or taken back."""

    kind: Kind
    a: str
    b: str
    author: str
    decision: str = ""
    reason: str = ""


class Deciding:
    """Answers the paths of this module, and hands on everything else. `is_guarded`: whether a token is asked for."""

    def __init__(self, app: App, config: Config, is_guarded: bool) -> None:
        self.app, self.config, self.is_guarded = app, config, is_guarded
        self.standing = Standing(config)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one connection, or hand it on."""
        path = unquote(scope["path"]).rstrip("/") if scope["type"] == "http" else ""
        if path not in (PAGE, DECIDE, UNDO):
            await self.app(scope, receive, send)
            return
        client = (scope.get("client") or ["unknown"])[0]
        wanted = ("GET", "HEAD") if path == PAGE else ("POST",)
        if scope["method"] not in wanted:
            status, kind, body = _plain(405, f"this is asked by {wanted[0]}")
        elif not self.is_guarded:
            status, kind, body = _plain(403, NO_TOKEN)
        elif path == PAGE:
            status, kind, body = await asyncio.to_thread(self._page, client)
        else:
            status, kind, body = await asyncio.to_thread(self._written, path, await _body(receive))
        headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _page(self, client: str) -> Answer:
        try:
            with self.standing.cursor() as con:
                queues = [(name, review.queue(con, kind)) for name, kind in KINDS.items()]
            said = {kind: {d.pair: d for d in decisions.read(self.config, kind)} for kind in KINDS}
        except NothingPublished as error:
            return _plain(503, str(error))
        except ConfigError as error:
            return _plain(500, str(error))
        except duckdb.Error as error:
            return _plain(500, f"the published version can't be read ({type(error).__name__})")
        notes.note(self.config, f"serve, asked from {client}", "review", str(sum(len(q.pairs) for _, q in queues)))
        script = Markup((LOOKUP / "deciding.js").read_text(encoding="utf-8"))  # noqa: S704 - our own file
        page = rendered("deciding.html.j2", forms=True, scripts=[script], queues=queues, said=said, frozenset=frozenset)
        return 200, "text/html; charset=utf-8", page.encode()

    def _written(self, path: str, body: bytes | None) -> Answer:
        try:
            asked = msgspec.json.decode(body or b"", type=Asked)
        except msgspec.DecodeError as error:
            return _told(400, {"error": f"it is not what {path} takes: {error}"})
        try:
            with self.standing.cursor() as con:
                if path == UNDO:
                    gone = decisions.take_back(self.config, asked.kind, asked.a, asked.b, asked.author)
                    return _told(
                        200, {"taken_back": gone.decision, "effect": "The next run decides by the rules again."}
                    )
                effect = self._effect(con, asked)
            told = Decision(
                asked.kind, asked.decision, asked.a, asked.b, asked.author, utc_now().date().isoformat(), asked.reason
            )
            return _told(200, {"line": decisions.add(self.config, told), "effect": effect})
        except Decided as error:
            standing = error.standing
            return _told(409, {"error": error.what, "decision": standing.decision, "author": standing.author})
        except (ConfigError, decisions.NotThere) as error:
            return _told(404 if isinstance(error, decisions.NotThere) else 400, {"error": error.what})
        except NothingPublished as error:
            return _told(503, {"error": str(error)})
        except (Crm360Error, OSError, duckdb.Error) as error:
            return _told(500, {"error": f"it could not be written down ({type(error).__name__}): nothing was changed"})

    def _effect(self, con: duckdb.DuckDBPyConnection, asked: Asked) -> str:
        """What the next run does because of a decision, as far as the published version tells. Raises ConfigError."""
        kind = KINDS[asked.kind]
        table, whole, key, one = TABLES[asked.kind]
        found = dict(
            con.execute(
                f"""select {kind.record}, ({key}, count_of_records) from {table} inner join {whole} using ({key})
                where {kind.record} in ($1, $2) and is_current""",
                [asked.a, asked.b],
            ).fetchall()
        )
        for record in (asked.a, asked.b):
            if record not in found:
                raise ConfigError(f"no {asked.kind} has a record {record[:80]!r} today", where="decision")
        (first, records_a), (second, records_b) = found[asked.a], found[asked.b]
        if asked.decision == decisions.DECISIONS[0]:
            if first == second:
                return f"They are one {one} already, and stay one."
            return (
                f"The next run makes {first} ({_records(records_a)}) and {second} ({_records(records_b)}) one {one} of "
                f"{_records(records_a + records_b)}, unless another decision keeps them apart."
            )
        if first != second:
            return f"They are two {kind.two.split()[-1]} already, and stay two."
        return (
            f"The next run parts {one} {first} ({_records(records_a)}): which of its records go with which of the two "
            "is said by crm360 plan identities."
        )


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"


async def _body(receive: Receive) -> bytes | None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > MOST_BODY:
            return None
    return body


def _told(status: int, told: dict[str, Any]) -> Answer:
    return status, "application/json", msgspec.json.encode(told) + b"\n"


def _plain(status: int, says: str) -> Answer:
    return status, "text/plain; charset=utf-8", f"{HTTPStatus(status).phrase}: {says}\n".encode()
