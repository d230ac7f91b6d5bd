"""Serves the sandbox on its own: python -m crm360.connectors.sandbox --people 2000 --seed 7 --day 0 --port 8360."""

from __future__ import annotations

import argparse

from crm360.connectors.sandbox.server.server import DEFAULT_PORT, serve

parser = argparse.ArgumentParser(
    prog="crm360.connectors.sandbox", description="Serve a simulated company behind fake vendor APIs."
)
parser.add_argument("--people", type=int, default=2_000)
parser.add_argument("--seed", type=int, default=7)
parser.add_argument("--day", type=int, default=0)
parser.add_argument("--port", type=int, default=DEFAULT_PORT)
options = parser.parse_args()
serve(options.people, options.seed, options.day, options.port)
