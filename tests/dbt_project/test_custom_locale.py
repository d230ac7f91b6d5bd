"""Custom fields are read as their stream writes its values, the same SQL as dbt's without dbt."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from crm360.orchestration.settings.config import load
from crm360.orchestration.settings.macros import Macros

TOML = """
[sources.laden]
system = "files"
[sources.laden.streams.kunden]
path = "kunden.csv"
key = ["id"]
decimal = ","
thousands = "."
date_format = "%d.%m.%Y"
true_words = ["jawohl"]
null_words = ["k.A."]
[[sources.laden.streams.kunden.entities]]
entity = "contacts"
fields = { email = "mail" }
[sources.till]
system = "files"
[sources.till.streams.people]
path = "people.csv"
key = ["id"]
[[sources.till.streams.people.entities]]
entity = "contacts"
fields = { email = "mail" }
[custom_fields]
points = { from = ["laden.kunden.P", "till.people.P"], type = "integer", description = "P." }
since = { from = "laden.kunden.D", type = "date", description = "D." }
rate = { from = ["laden.kunden.R", "till.people.R"], type = "decimal", description = "R." }
agrees = { from = "laden.kunden.A", type = "boolean", description = "A." }
"""
RECORDS: list[tuple[str, str, dict[str, Any]]] = [
    ("laden", "kunden", {"P": "1.459", "D": "03.04.2025", "R": "1.459,28", "A": "Jawohl"}),
    ("laden", "kunden", {"P": "k.A.", "D": "2025-04-03", "R": 7.5, "A": "nein"}),
    ("laden", "kunden", {"P": "1,5", "D": "13.13.2025", "R": "1459.28", "A": "k.A."}),
    ("till", "people", {"P": "1459", "R": "1459.28"}),
    ("till", "people", {"P": "1.459", "R": "1.459,28"}),
]


def test_a_custom_field_is_read_as_its_stream_writes_it(tmp_path: Path) -> None:
    (tmp_path / "crm360.toml").write_text(TOML)
    config = load(tmp_path / "crm360.toml")
    macros = Macros({"custom_fields": config.custom_fields})
    with duckdb.connect() as con:
        con.execute("create schema mapped")
        con.execute(
            "create table mapped.contacts (source text, stream text, record_id text, record text, changed_at timestamp, "
            "is_deleted boolean, rejected_because text, extracted_at timestamp, batch_id text)"
        )
        for number, (source, stream, record) in enumerate(RECORDS, 1):
            con.execute(
                "insert into mapped.contacts values (?, ?, ?, ?, '2026-06-01', false, null, '2026-07-01', 'b1')",
                [source, stream, str(number), json.dumps(record)],
            )
        sql = macros.call("custom_records", "contacts", "contact_id")
        told = f"select record_id, points, since, rate, agrees, parse_errors from ({sql}) order by 1"
        assert con.execute(told).fetchall() == [
            ("1", 1459, date(2025, 4, 3), Decimal("1459.2800"), True, None),
            ("2", None, date(2025, 4, 3), Decimal("7.5000"), False, None),
            ("3", None, None, None, None, "points=9,9;since=99.99.9999;rate=9999.99"),
            ("4", 1459, None, Decimal("1459.2800"), None, None),
            ("5", None, None, None, None, "points=9.999;rate=9.999,99"),
        ]
