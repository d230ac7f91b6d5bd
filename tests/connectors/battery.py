"""What the battery needs: a source pulled from the sandbox, and its landing compared with the sandbox's truth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from crm360.connectors.engine.landing import Footer, Landing
from crm360.connectors.engine.session import Limits
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import Running, running
from crm360.connectors.sandbox.vendors import FAKES
from crm360.connectors.sandbox.vendors.stripe.records import written
from crm360.connectors.systems import CONNECTORS
from crm360.orchestration.run.pull import Pulled, pull_source
from crm360.orchestration.settings.config import Source

VENDORS = tuple(vendor for vendor in FAKES if vendor in CONNECTORS)
# The streams whose truth the sandbox knows record by record.
STREAMS = [
    (vendor, stream)
    for vendor, stream in Company(1).tables()
    if vendor in VENDORS and stream not in FAKES[vendor].unlanded
]
QUICK = Limits(deadline=3.0, rate=(1000, 1.0), longest_wait=5.0, wait_budget=60.0)


@dataclass
class Bench:
    """A sandbox being served, and a landing folder that is pulled into."""

    sandbox: Running
    landing: Path
    settings: dict[str, str] = field(default_factory=dict)  # in place of a source's usual ones

    @property
    def company(self) -> Company:
        return self.sandbox.company

    @cached_property
    def landed_so_far(self) -> Landing:
        return Landing(self.landing)

    def source(self, vendor: str, limits: Limits = QUICK, at_once: int | None = None) -> Source:
        connector = CONNECTORS[vendor]
        at_once = at_once or connector.at_once
        settings = {name: default for name, default in connector.settings.items() if default}
        address = f"{self.sandbox.base_url}/{vendor}"
        settings |= {"base_url": address, "login_url": address}
        settings |= FAKES[vendor].settings | self.settings
        return Source(vendor, connector, settings, connector.streams, {}, (), limits, 0.2, at_once)

    def pull(
        self, vendor: str, *streams: str, limits: Limits = QUICK, token: str | None = None, at_once: int | None = None
    ) -> dict[str, Pulled]:
        """Pull a vendor's streams (all if none is named) and return how each went. `at_once`: in place of its own."""
        source = self.source(vendor, limits, at_once)
        wanted = [s for s in source.streams if not streams or s.name in streams]
        right = {f"CRM360_{vendor}_{name}".upper(): FAKES[vendor].secrets[name] for name in source.connector.secrets}
        before = right | {name: os.environ[name] for name in right if name in os.environ}
        os.environ |= dict.fromkeys(right, token) if token else right
        try:
            return {p.stream: p for p in pull_source(source, wanted, self.landing, None)}
        finally:
            os.environ |= before  # a wrong one is not left to the tests that follow in this process

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
        landing = self.landed_so_far
        live = {bare(i) for i in landing.live_ids(vendor, stream)}
        alive = {i for i, r in truth.items() if not r.deleted}
        if vendor == "stripe":  # its objects do not say when they changed: compare all that they say
            now = written(self.company, stream)
            wrong = {i for i, record in landing.live_records(vendor, stream) if i in now and record != now[i]}
        else:
            newest = {bare(i): at for i, at in _changed(landing, vendor, stream)}
            wrong = {i for i in alive & live if newest[i] != truth[i].changed_at}
        return {k: v for k, v in {"lost": alive - live, "extra": live - alive, "wrong": wrong}.items() if v}


def bare(record_id: str) -> str:
    """The id's own last part: without Shopify's type, without the audience of a Mailchimp member."""
    return record_id.rsplit("/", 1)[-1]


def _changed(landing: Landing, vendor: str, stream: str) -> list[tuple[str, datetime]]:
    return landing.query(vendor, stream, "select record_id, changed_at from ({newest}) where not is_deleted")


@contextmanager
def bench(tmp_path: Path, people: int = 300, day: int = 0) -> Iterator[Bench]:
    """A small company, served."""
    with running(Company(people, seed=7, day=day, answers_in_hubspot=True)) as sandbox:
        yield Bench(sandbox, tmp_path / "landing")
