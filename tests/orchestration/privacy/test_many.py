"""Most of a company's customers forgotten in one call: families with one mailbox, streets that others live in, five vendors."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crm360.connectors.engine import erasing
from crm360.connectors.engine.landing import LandedRecord, Landing
from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy.forget import forget
from crm360.orchestration.privacy.search import contents
from crm360.orchestration.settings.config import load

MANY = 600


@pytest.mark.long
def test_hundreds_are_forgotten_in_one_call_and_nobody_else(shaped: Path, tmp_path: Path) -> None:
    shutil.copytree(shaped.parents[1], tmp_path, dirs_exist_ok=True)
    with duckdb.connect(str(tmp_path / "data" / "warehouse.duckdb"), read_only=True) as con:
        asked = [c for (c,) in con.execute(
            "select customer_id from marts.customers where email is not null order by 1 limit $1", [MANY]
        ).fetchall()]  # fmt: skip
        held = dict(con.execute(
            "select contact_id, customer_id from marts.customer_identities where is_current and source = 'hubspot'"
        ).fetchall())  # fmt: skip
        told = con.execute(
            """select contact_id, customer_id, lower(told.email) from intermediate.int_contacts_unioned as told
            join marts.customer_identities using (contact_id) where told.email is not null"""
        ).fetchall()
    config = load(tmp_path / "crm360.toml", tmp_path / "data")
    assert forget(config, asked, Console()) == 0
    gone = set(asked)
    own = {email for _, c, email in told if c in gone} - {email for _, c, email in told if c not in gone}
    assert len(own) > MANY
    text = b"\n".join(
        content.lower() for path in (tmp_path / "data").rglob("*") if path.is_file() for content in contents(path)
    )
    # An address stands by itself: what goes on in front or behind is another's.
    words = set(text.replace(b'"', b" ").replace(b"<", b" ").replace(b">", b" ").replace(b",", b" ").split())
    assert [email for email in own if email.encode() in words] == []
    there = {row.record_id for row in _newest(config.landing)}
    assert {name for name, customer in held.items() if customer not in gone} <= {f"hubspot:{i}" for i in there}
    assert not {name for name, customer in held.items() if customer in gone} & {f"hubspot:{i}" for i in there}


def _newest(landing: Path) -> Iterator[LandedRecord]:
    for path, _ in Landing(landing).footers("hubspot", "contacts", anew=True):
        for row, _ in erasing.rows(path):
            if row.record is not None:
                yield row
