"""Whole nights for tests: a configuration against a sandbox that is being served, and what came out of it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import Running
from crm360.connectors.sandbox.server.tokens import TOKENS, ZENDESK_USER

VENDORS = ("hubspot", "shopify", "mailchimp", "zendesk")
CUSTOM_FIELDS = {
    "interests": ("contacts.properties.favourite_categories", "text"),
    "rejection_reason": ("contacts.properties.lead_rejection_reason", "text"),
    "loyalty_tier": ("contacts.properties.loyalty_tier", "text"),
    "loyalty_points": ("contacts.properties.loyalty_points", "integer"),
    "asked_amount": ("deals.properties.amount", "decimal"),
    "said_industry": ("companies.properties.industry", "text"),
}
# What differs between two nights over the same data: when it was pulled, and in how many batches.
OF_THE_RUN = ("data_completeness", "rejections", "schema_changes", "run_history", "anomalies")


@dataclass
class Nights:
    """A data folder and the sandbox that it is filled from."""

    sandbox: Running
    folder: Path

    @property
    def company(self) -> Company:
        return self.sandbox.company

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def current(self) -> Path:
        return self.data / "published" / "current"

    def configure(self, **changes: str) -> Path:
        """Write crm360.toml; `changes` are TOML lines by source, in place of the source's base_url."""
        lines = ['base_currency = "EUR"', 'as_of = "source"']
        for vendor in VENDORS:
            url = f'base_url = "{self.sandbox.base_url}/{vendor}"\nrate_limit = 1000'
            lines += [f"[sources.{vendor}]", changes.get(vendor, url)]
            if vendor == "zendesk":
                lines.append(f'user = "{ZENDESK_USER}"')
        lines.append("[custom_fields]")
        for name, (place, kind) in CUSTOM_FIELDS.items():
            lines.append(f'{name} = {{ from = "hubspot.{place}", type = "{kind}", description = "The {name}." }}')
        path = self.folder / "crm360.toml"
        path.write_text("\n".join(lines) + "\n")
        return path

    def crm360(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The command line in a process of its own."""
        path = self.folder / "crm360.toml"
        if not path.exists():
            self.configure()
        tokens = {f"CRM360_{v.upper()}_TOKEN": TOKENS[v] for v in VENDORS}
        command = [sys.executable, "-m", "crm360", *arguments]
        where = [] if arguments[0] == "--help" else ["--config", str(path), "--data", str(self.data)]
        return subprocess.run(
            [*command, *where],
            env=os.environ | tokens | environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    def night(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """One night that is expected to publish."""
        done = self.crm360("run", **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows out of the published database."""
        with duckdb.connect(str(self.current / "customer_360.duckdb"), read_only=True) as con:
            return con.execute(sql).fetchall()

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every published table that is about customers, whole, in an order of its own."""
        names = [n for (n,) in self.query("select table_name from duckdb_tables() order by 1") if n not in OF_THE_RUN]
        return {name: self.query(f'select * from "{name}" order by all') for name in names}
