"""How much sooner a source is pulled whose answers take their time, one stream after another and several at once.

.venv/bin/python tests/benchmarks/bench_side_by_side.py
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).parents[2]))

from crm360.connectors.engine.connector import Connector, ReadStep
from crm360.connectors.engine.pagination import Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request as Asked
from crm360.connectors.engine.session import Limits, bearer
from crm360.connectors.engine.stream import Stream
from crm360.orchestration.run.pull import pull_source
from crm360.orchestration.settings.config import Source

STREAMS, PAGES, PAGE, LATENCY = 8, 25, 100, 0.1  # the last in seconds: a CRM's usual one


class Slow(BaseHTTPRequestHandler):
    """PAGES pages of PAGE records, each after LATENCY."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        time.sleep(LATENCY)
        number = int(parse_qs(urlsplit(self.path).query).get("page", ["0"])[0])
        records = [{"id": str(number * PAGE + i), "name": f"Number {i}"} for i in range(PAGE)]
        body = json.dumps({"results": records, "next": str(number + 1) if number + 1 < PAGES else None}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def seconds(url: str, at_once: int, rate: int) -> float:
    """Wall time of one night's pull into an empty landing folder."""
    names = [f"stream_{i}" for i in range(STREAMS)]
    streams = tuple(Stream(n, "contacts", f"/{n}", RecordSchema(), Token("next", "page"), cursor=False) for n in names)
    connector = Connector(
        "slow",
        streams,
        read_plan=lambda c: iter([ReadStep(Asked(c.stream.path), c.stream.pages, c.stream.row)]),
        auth=lambda _settings, _secrets: bearer("of-the-benchmark"),
        secrets=(),
    )
    source = Source("slow", connector, {"base_url": url}, streams, {}, (), Limits(rate=(rate, 1.0)), 0.2, at_once)
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        pulled = pull_source(source, list(streams), Path(folder), None)
        took = time.monotonic() - began
    landed = sum(p.footer.landed for p in pulled if p.footer)
    if landed != STREAMS * PAGES * PAGE:
        raise SystemExit(f"{landed} records instead of {STREAMS * PAGES * PAGE}")
    return took


def main() -> None:
    """Print a line a number of streams at once."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    print(f"{STREAMS} streams of {PAGES} pages, each {LATENCY:g} s away; 1,000 requests a second permitted, then 20")
    for rate in (1000, 20):
        alone = seconds(url, 1, rate)
        for at_once in (1, 2, 4, 8):
            took = alone if at_once == 1 else seconds(url, at_once, rate)
            print(f"{at_once} at once: {took:5.1f} s, {alone / took:.2f} times as fast")
    server.shutdown()


if __name__ == "__main__":
    main()
