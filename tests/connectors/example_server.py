"""A server that answers as a publisher's documents say, out of an example file; what it was not told to answer it notes.

Where a request says which fields it wants (GraphQL, or a list of `fields`), it gives these and no others, so that a reader
that forgets to ask for a field does not see it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse

BASE = "{base}"  # in an answer: the server's own address


@dataclass
class Examples:
    """The address, and the calls that no answer fits."""

    url: str
    unanswered: list[str] = field(default_factory=list)
    used: set[int] = field(default_factory=set)


def asked_for(value: Any, body: str) -> Any:
    """The answer without what the request did not ask for. Raises KeyError for a field that it lacks."""
    asked = json.loads(body) if body.startswith("{") else {}
    if isinstance(asked.get("query"), str) and isinstance(value, dict) and "data" in value:
        (operation,) = parse(asked["query"]).definitions
        assert isinstance(operation, OperationDefinitionNode)
        return {**value, "data": chosen(value["data"], operation.selection_set)}
    if isinstance(asked.get("fields"), list) and isinstance(value, list):
        return [{name: record[name] for name in ("id", *asked["fields"])} for record in value]
    return value


def chosen(value: Any, selection: SelectionSetNode | None) -> Any:
    """The fields of a GraphQL selection."""
    if selection is None or value is None:
        return value
    if isinstance(value, list):
        return [chosen(part, selection) for part in value]
    found: dict[str, Any] = {}
    for node in selection.selections:
        if isinstance(node, FieldNode):
            found[node.name.value] = chosen(value[node.name.value], node.selection_set)
        elif isinstance(node, InlineFragmentNode):
            found |= chosen(value, node.selection_set)
    return found


@contextmanager
def answering(answers: Sequence[dict[str, Any]]) -> Iterator[Examples]:
    """Serve the first answer whose `ask` ("GET /path") fits and whose `having` stands in the query or the body."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            place = urlsplit(self.path)
            said = " ".join((unquote_plus(place.query), body, str(dict(self.headers))))
            for at, one in enumerate(answers):
                method, _, path = one["ask"].partition(" ")
                if (method, path) == (self.command, unquote_plus(place.path)) and one.get("having", "") in said:
                    here.used.add(at)
                    try:
                        told = asked_for(one.get("say"), body)
                    except KeyError as lacking:
                        here.unanswered.append(f"{one['ask']}: the example has no field {lacking}")
                        told = one.get("say")
                    self.say(one.get("status", 200), told, one.get("headers", {}))
                    return
            here.unanswered.append(f"{self.command} {self.path} {body[:500]}")
            self.say(418, {"message": "no example answers this"}, {})

        do_GET = do_POST = answer

        def say(self, status: int, value: Any, headers: dict[str, str]) -> None:
            text = "" if value is None else json.dumps(value, ensure_ascii=False)
            body = text.replace(BASE, here.url).encode()
            self.send_response(status)
            for name, told in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, told.replace(BASE, here.url))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    here = Examples(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
