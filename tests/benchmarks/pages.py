"""A server of HubSpot-shaped contacts that costs next to nothing: pages are made from a pattern, and none is kept.

python tests/benchmarks/pages.py PORT COUNT     ends when its standard input does; then prints when it was asked
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

port, count = int(sys.argv[1]), int(sys.argv[2])
PAGE = 100
RECORD = (
    '{"id":"%d","properties":{"address":null,"city":"Vienna","company":"Firm %d","country":"Austria",'
    '"createdate":"2025-03-04T05:06:07.890Z","email":"person.%d@mail.example","firstname":"Ada","lastname":"Number %d",'
    '"hs_object_id":"%d","jobtitle":"Head of Sales","lastmodifieddate":"2026-06-30T12:34:56.789Z","phone":"+43 1 555 %d",'
    '"state":null,"zip":"1010"},"createdAt":"2025-03-04T05:06:07.890Z","updatedAt":"2026-06-30T12:34:56.789Z","archived":false}'
)
asked: list[float] = []


def page(after: int) -> str:
    ids = range(after, min(after + PAGE, count))
    more = f',"paging":{{"next":{{"after":"{after + PAGE}"}}}}' if after + PAGE < count else ""
    return f'{{"results":[{",".join(RECORD % ((i,) * 6) for i in ids)}]{more}}}'


class Contacts(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        asked.append(time.monotonic())
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if "/properties/" in parts.path:
            body = '{"results":[{"name":"email"}]}'
        elif query.get("archived") == ["true"]:
            body = '{"results":[]}'
        else:
            body = page(int(query.get("after", ["0"])[0]))
        self.say(body)

    def do_POST(self) -> None:
        """A search: asked for the number of records only."""
        asked.append(time.monotonic())
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.say(f'{{"total":{count},"results":[]}}')

    def say(self, body: str) -> None:
        whole = body.encode()
        self.send_response_only(200)
        self.send_header("Content-Length", str(len(whole)))
        self._headers_buffer.append(b"\r\n" + whole)  # type: ignore[attr-defined] # head and body in one write
        self.flush_headers()

    def log_message(self, *_: object) -> None:
        return


server = ThreadingHTTPServer(("127.0.0.1", port), Contacts)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
print(json.dumps(asked))
