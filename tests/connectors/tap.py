"""A tap that follows the Singer specification, for tests: it plays the script that its config holds.

The config is {"streams": {name: {"key": […], "rows": […], …}}, "token": "…"}. Rows have `id` and `at`; the state is the
largest `at` sent. Beside --discover it keeps what it was given in the file that `notes` names.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def say(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def discovered(config: dict[str, Any]) -> dict[str, Any]:
    streams = []
    for name, facts in config["streams"].items():
        fields = {"breadcrumb": ["properties", "email"], "metadata": {"inclusion": "available"}}
        schema = {"type": "object", "properties": {"id": {"type": "integer"}, "email": {"type": "string"}}}
        entry = {"tap_stream_id": name, "stream": name, "schema": schema, "key_properties": facts["key"]}
        streams.append(entry | {"metadata": [{"breadcrumb": [], "metadata": {}}, fields]})
    return {"streams": streams}


def is_selected(entry: dict[str, Any]) -> bool:
    return all(m["metadata"].get("selected") for m in entry["metadata"])


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("config", "catalog", "state"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--discover", action="store_true")
    given = parser.parse_args()
    config = json.loads(given.config.read_text())
    if given.discover:
        print(json.dumps(discovered(config), indent=2))
        return
    state = json.loads(given.state.read_text()) if given.state else {}
    chosen = (
        [e["stream"] for e in json.loads(given.catalog.read_text())["streams"] if is_selected(e)]
        if given.catalog
        else config["streams"]
    )
    notes = {"state": state, "chosen": list(chosen), "environment": sorted(os.environ), "config": str(given.config)}
    Path(config["notes"]).write_text(json.dumps(notes))
    for name in chosen:
        play(name, config["streams"][name], state)


def play(name: str, facts: dict[str, Any], state: dict[str, Any]) -> None:
    since = state.get(name, "")
    say(type="SCHEMA", stream=name, schema={"type": "object"}, key_properties=facts["key"])
    for number, row in enumerate(r for r in facts["rows"] if r.get("at", "~") >= since):
        if facts.get("dies_after") == number:
            sys.exit(3)
        if facts.get("is_silent_after") == number:
            time.sleep(60)
        version = {"version": facts["version"]} if "version" in facts else {}
        say(type="RECORD", stream=name, record=row, **version)
        since = max(since, row.get("at", ""))
        if number % 10 == 9:
            say(type="STATE", value={name: since})
    for line in facts.get("lines", ()):
        sys.stdout.write(line + "\n")
    if "version" in facts:
        say(type="ACTIVATE_VERSION", stream=name, version=facts["version"])
    say(type="STATE", value={name: since})


if __name__ == "__main__":
    main()
