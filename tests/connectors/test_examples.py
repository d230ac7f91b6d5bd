"""Other people's truth: records as each publisher documents them, through the real connector and the compiled staging model.

One file a system under examples/: `sources` say where the publisher describes what is in it, and `checked` what was
compared with that; `answers` are what the vendor's server says (example_server.py); `rows` are the typed rows that the
staging models have to make of it, without their nulls. The values are ours; structure, types and enumerations are the
publisher's. Neither our sandbox nor anything made from it takes part.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.connectors.engine.connector import Connector
from crm360.connectors.engine.mailbox import Fetched, Folder
from crm360.connectors.systems import CONNECTORS, imap
from crm360.orchestration.run.pull import pull_source
from crm360.orchestration.settings.config import Source
from crm360.orchestration.settings.macros import Macros, id_of
from tests.connectors.battery import QUICK
from tests.connectors.declared import Night
from tests.connectors.example_server import answering
from tests.dbt_project.conftest import LANDED, Compiled, insert

FOLDER = Path(__file__).with_name("examples")
GENERAL = {"imap", "singer"}  # standards in place of a vendor
SYSTEMS = sorted({path.stem for path in FOLDER.glob("*.json")} - GENERAL)
SECRET = "of-an-example"
STARTED, READ = datetime.now(UTC).replace(tzinfo=None), "when it was read"  # what the source gives no time for


@cache
def example(system: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{system}.json").read_text(encoding="utf-8"))
    return found


def configured(connector: Connector, url: str, more: dict[str, str]) -> Source:
    """The source as crm360.toml would set it up, at this address."""
    settings = {name: default or f"an-{name}" for name, default in connector.settings.items()} | more
    settings |= {name: url for name in ("base_url", "login_url") if name in connector.settings} | {"base_url": url}
    return Source(connector.system, connector, settings, connector.streams, {}, (), QUICK, 0.2, 1)


def pulled(system: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[dict[str, Any]]]:
    """What the connector lands of the example: rows by "system.stream"."""
    told, connector = example(system), CONNECTORS[system]
    for name in connector.secrets:
        monkeypatch.setenv(f"CRM360_{system}_{name}".upper(), SECRET)
    with answering(told["answers"]) as server:
        source = configured(connector, server.url, told.get("settings", {}))
        results = pull_source(source, list(source.streams), folder / "landing", None)
    errors = {p.stream: str(p.error) for p in results if p.error is not None}
    assert not server.unanswered, "\n".join([*server.unanswered, *map(str, errors.items())])
    assert not errors
    idle = [one["ask"] for at, one in enumerate(told["answers"]) if at not in server.used]
    assert not idle, f"answers that nobody asked for: {idle}"
    return {f"{system}.{stream.name}": landed_rows(folder, system, stream.name) for stream in connector.streams}


def landed_rows(folder: Path, source: str, stream: str) -> list[dict[str, Any]]:
    columns = "record_id, record, changed_at, is_deleted, merged_into, rejected_because, extracted_at, batch_id"
    files = f"{folder}/landing/{source}/{stream}/*.parquet"
    with duckdb.connect() as con:
        told = con.execute(f"select '{source}' as source, {columns} from read_parquet('{files}')")
        names = [column[0] for column in told.description or ()]
        return [dict(zip(names, row, strict=True)) for row in told.fetchall()]


def plain(value: Any) -> Any:
    """A typed value as an example file can write it: a decimal or a moment is a text, a whole number is none."""
    if isinstance(value, datetime) and value > STARTED:
        return READ
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    assert not isinstance(value, float), "money and shares are decimals"
    return value


def read(con: duckdb.DuckDBPyConnection, model: str) -> list[dict[str, Any]]:
    """The model's rows without their nulls, by id."""
    told = con.execute(f"select * from staging.{model} order by all")
    names = [column[0] for column in told.description or ()]
    return [{n: plain(v) for n, v in zip(names, row, strict=True) if v is not None} for row in told.fetchall()]


def models_of(project: Compiled, system: str) -> list[str]:
    """The models that read the system's landed records; not those that make of their rows what an entity takes."""
    metas = {name: node["config"]["meta"] for name, node in project.models.items()}
    derived = {meta.get("by_way_of") for meta in metas.values()} | {n for n, meta in metas.items() if "made_of" in meta}
    return sorted(name for name in project.models if name.startswith(f"stg_{system}__") and name not in derived)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_publishers_records_are_read_as_the_publisher_means_them(
    system: str, project: Compiled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = pulled(system, tmp_path, monkeypatch)
    assert not [row["rejected_because"] for rows in given.values() for row in rows if row["rejected_because"]]
    models = models_of(project, system)
    with project.build(models, given) as con:
        found = {model: read(con, model) for model in models}
    assert found == example(system)["rows"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_field_that_staging_reads_is_among_the_publishers(system: str, project: Compiled) -> None:
    """Each column of each model has a value in one of the example's rows, or the example says why there is none."""
    told = example(system)
    assert told["sources"] and told["checked"]
    for model in models_of(project, system):
        columns = set(project.models[model]["columns"]) - {"parse_errors"}
        filled = {name for row in told["rows"][model] for name in row}
        assert columns - filled == set(told.get("without", {}).get(model, ())), model


class Box:
    """A mailbox that holds the example's messages, as the engine's own asks for them."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.messages, self.folder = messages, ""

    def folders(self) -> list[Folder]:
        return [Folder("INBOX", False), Folder("Sent", True)]

    def open(self, folder: str) -> int:
        self.folder = folder
        return 1

    def uids(self) -> set[int]:
        return {at for at, one in enumerate(self.messages, 1) if one["folder"] == self.folder}

    def fetch(self, uids: list[int]) -> Iterator[Fetched]:
        for uid in uids:
            one = self.messages[uid - 1]
            at = datetime.fromisoformat(one["received_at"]) if one["received_at"] else None
            yield Fetched(uid, at, None, "\r\n".join(one["lines"]).encode())


def test_messages_are_read_as_the_rfcs_write_them(
    project: Compiled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, connector = example("imap"), CONNECTORS["imap"]
    monkeypatch.setattr(imap, "opened", lambda *_: nullcontext(Box(told["messages"])))
    monkeypatch.setenv("CRM360_IMAP_PASSWORD", SECRET)
    settings = {"host": "mail.example", "user": told["owner"], "auth": "password"}
    options = {"messages": {"source": imap.ImapOptions(), "base": tmp_path}}
    source = Source("imap", connector, settings, connector.streams, options, (), QUICK, 0.2, 1)
    (result,) = pull_source(source, list(source.streams), tmp_path / "landing", None)
    assert result.error is None
    given = {"imap.messages": landed_rows(tmp_path, "imap", "messages")}
    with project.build(["stg_imap__messages"], given) as con:
        assert {"stg_imap__messages": read(con, "stg_imap__messages")} == told["rows"]


def test_a_tap_is_read_as_the_singer_specification_writes_it(tmp_path: Path) -> None:
    told, night = example("singer"), Night(tmp_path)
    (tmp_path / "tap.jsonl").write_text("\n".join(map(json.dumps, told["lines"])))
    toml = told["toml"].replace("{python}", sys.executable).replace("tap.jsonl", str(tmp_path / "tap.jsonl"))
    config = night.config(toml)
    (result,) = pull_source(config.sources[0], list(config.sources[0].streams), config.landing, None)
    assert result.error is None and result.footer is not None and result.footer.rejected == 0
    rows = [{**row, "stream": "users"} for row in landed_rows(tmp_path / "data", "singer", "users")]
    macros, entity = Macros({"mappings": config.mappings}), told["entity"]
    with duckdb.connect() as con:
        con.execute("create schema mapped; create schema staging; set timezone = 'UTC'")
        con.execute(f"create table mapped.{entity} ({', '.join(map(' '.join, {**LANDED, 'stream': 'text'}.items()))})")
        insert(con, f"mapped.{entity}", rows)
        con.execute(f"create view staging.mapped as {macros.call('mapped_entity', entity, id_of(entity))}")
        assert read(con, "mapped") == told["rows"]


def test_every_vendor_has_an_example() -> None:
    vendors = {name for name, c in CONNECTORS.items() if c.declared is None}
    assert vendors == {*SYSTEMS, "imap"}
