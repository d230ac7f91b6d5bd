"""`crm360 export-person`: all that is held about one person, with where it came from, as JSON and as a page."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from crm360 import duck
from crm360.connectors.engine import erasing
from crm360.connectors.engine.anonymise import Anonymiser
from crm360.connectors.engine.forgotten import Forgotten
from crm360.connectors.engine.landing import Landing
from crm360.moments import utc_now
from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy import persons, tables
from crm360.orchestration.privacy.find import Person, contact_id, find
from crm360.orchestration.publish import candidate
from crm360.orchestration.report.style import rendered
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config

DATABASE = candidate.DATABASE


def export(config: Config, asked: str, to: Path | None, console: Console, as_json: bool = False) -> int:
    """Write `person.json` and `person.html` into a folder of their own. Raises NobodyFound."""
    with runs.only_one(config.data):
        person = find(config, [asked])
        sources, published = list(_landed(config, person)), _published(config, person)
        told = {
            "exported_at": utc_now().replace(microsecond=0),
            "customer_ids": sorted(person.customers),
            "records": [{"source": source, "record_id": name} for source, name in sorted(person.contacts)],
            "from_sources": sources,
            "in_published_tables": published,
        }
    folder = to or Path(f"person-{utc_now():%Y%m%dT%H%M%SZ}")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps(told, indent=2, ensure_ascii=False, default=_plain)
    _write(folder / "person.json", text + "\n")
    _write(folder / "person.html", rendered("person.html.j2", told=json.loads(text)))
    records, rows = len(sources), sum(map(len, published.values()))
    if as_json:
        console.json({"ok": True, "records": records, "rows": rows, "folder": str(folder)})
        return 0
    console.line(f"export  {records:,} records of sources, {rows:,} rows of published tables")
    console.line(f"wrote   {folder / 'person.json'} and person.html beside it, readable for you alone")
    return 0


def _landed(config: Config, person: Person) -> Iterator[dict[str, Any]]:
    """Every landed version of each record of the person, and of each that names them."""
    secret = Forgotten(b"looking")
    of = Forgotten(b"looking", 1, person.marks(secret), person.lengths)
    landing = Landing(config.landing)
    for source, stream, facts in persons.landed(config):
        looker = Anonymiser(of, source, facts)
        for path, footer in landing.footers(source, stream):
            for row, extracted_at in erasing.rows(path):
                other = looker.row(row)
                if other is row:
                    continue
                is_own = facts.is_contacts and (source, contact_id(facts, row) or "") in person.contacts
                yield {
                    "source": source,
                    "stream": stream,
                    "record_id": row.record_id,
                    "is": "the person's own record" if is_own or other is None else "a record that names the person",
                    "changed_at": row.changed_at,
                    "read_at": extracted_at,
                    "batch": footer.batch_id,
                    "record": _read(row.record),
                }


def _published(config: Config, person: Person) -> dict[str, list[dict[str, Any]]]:
    """The rows about the person, by table, of the version that readers see."""
    path = config.published / "current" / DATABASE
    if not path.exists():
        return {}
    secret = Forgotten(b"looking")
    of = Forgotten(b"looking", 1, person.marks(secret), person.lengths)
    found: dict[str, list[dict[str, Any]]] = {}
    with duck.connect(path, read_only=True) as con:
        names = "select table_name, column_name, data_type from duckdb_columns() where not internal"
        columns: dict[str, dict[str, str]] = {}
        for table, column, kind in con.execute(names).fetchall():
            columns.setdefault(table, {})[column] = kind
        for table, kinds in columns.items():
            ids = tables.look(con, f'"{table}"', {c: k for c, k in kinds.items() if tables.ID.search(c)}, of, None).ids
            if not ids:
                continue
            tests = " or ".join(f'list_contains(${n + 1}, "{column}")' for n, column in enumerate(ids))
            cursor = con.execute(f'select * from "{table}" where {tests}', [sorted(v) for v in ids.values()])
            named = [c[0] for c in cursor.description or []]
            found[table] = [dict(zip(named, row, strict=True)) for row in cursor.fetchall()]
    return found


def _read(record: str | None) -> Any:
    try:
        return json.loads(record, parse_float=Decimal) if record is not None else None
    except (ValueError, RecursionError):
        return record


def _plain(value: object) -> str:
    return str(value)


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
