"""What the battery needs: a source pulled from the sandbox, and its landing compared with the sandbox's truth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors.landing import Footer, Landing
from connectors.sandbox.company import Company
from connectors.sandbox.server import Running, running
from connectors.sandbox.tokens import TOKENS, ZENDESK_USER
from connectors.session import Limits
from connectors.systems import CONNECTORS
from orchestration.config import Source
from orchestration.pull import Pulled, pull_source

VENDORS = ("hubspot", "shopify", "mailchimp", "zendesk")
# The streams whose truth the sandbox knows record by record.
STREAMS = [
    ("hubspot", "contacts"),
    ("hubspot", "companies"),
    ("hubspot", "deals"),
    ("shopify", "customers"),
    ("shopify", "orders"),
    ("shopify", "products"),
    ("mailchimp", "members"),
    ("zendesk", "users"),
    ("zendesk", "tickets"),
    ("zendesk", "organizations"),
    ("zendesk", "satisfaction_ratings"),
]
QUICK = Limits(deadline=3.0, rate=(1000, 1.0), longest_wait=5.0, wait_budget=60.0)


@dataclass
class Bench:
    """A sandbox being served, and a landing folder that is pulled into."""

    sandbox: Running
    landing: Path

    @property
    def company(self) -> Company:
        return self.sandbox.company

    def source(self, vendor: str, limits: Limits = QUICK) -> Source:
        connector = CONNECTORS[vendor]
        settings = {"base_url": f"{self.sandbox.base_url}/{vendor}", "user": ZENDESK_USER}
        return Source(vendor, connector, settings, connector.streams, {}, (), limits, 0.2)

    def pull(self, vendor: str, *streams: str, limits: Limits = QUICK, token: str | None = None) -> dict[str, Pulled]:
        """Pull a vendor's streams (all if none is named) and return how each went."""
        source = self.source(vendor, limits)
        wanted = [s for s in source.streams if not streams or s.name in streams]
        os.environ[f"CRM360_{vendor.upper()}_TOKEN"] = token or TOKENS[vendor]
        return {p.stream: p for p in pull_source(source, wanted, self.landing, None)}

    def landed(self, vendor: str, stream: str) -> Footer:
        """Pull one stream with the streams it hangs under, and return its footer; an error is raised."""
        parent = CONNECTORS[vendor].stream(stream).parent
        result = self.pull(vendor, *filter(None, (parent, stream)))[stream]
        if result.error is not None:
            raise result.error
        assert result.footer is not None
        return result.footer

    def differences(self, vendor: str, stream: str) -> dict[str, set[str]]:
        """Ids that the landing lacks (lost), has too many of (extra), or holds in an older version (wrong)."""
        truth = {bare(r.id): r for r in self.company.truth().records(vendor, stream)}
        landing = Landing(self.landing)
        live = {bare(i) for i in landing.live_ids(vendor, stream)}
        alive = {i for i, r in truth.items() if not r.deleted}
        newest = {bare(i): at for i, at in _changed(landing, vendor, stream)}
        wrong = {i for i in alive & live if newest[i] != truth[i].changed_at}
        return {k: v for k, v in {"lost": alive - live, "extra": live - alive, "wrong": wrong}.items() if v}


def bare(record_id: str) -> str:
    """The id's own last part: without Shopify's type, without the audience of a Mailchimp member."""
    return record_id.rsplit("/", 1)[-1]


def _changed(landing: Landing, vendor: str, stream: str) -> list[tuple[str, datetime]]:
    return landing._query(vendor, stream, "select record_id, changed_at from ({newest}) where not is_deleted")


@contextmanager
def bench(tmp_path: Path, people: int = 300, day: int = 0) -> Iterator[Bench]:
    """A small company, served."""
    with running(Company(people, seed=7, day=day)) as sandbox:
        yield Bench(sandbox, tmp_path / "landing")
