"""Eight nights of pushes to every target, with faults: each night the targets are as those that saw none.

Two companies of one seed are pushed to. One answers; the other throttles, fails, cuts connections, and the push is
killed in the middle. What is repeated until it goes through leaves the same there, and the next pull sees it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from crm360.connectors.engine import session
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.session import Limits
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.company.mail import SUBSCRIBED
from crm360.connectors.sandbox.server.server import Running, running
from crm360.connectors.sandbox.vendors import FAKES
from crm360.connectors.sandbox.vendors.google.fake import ACCOUNT, CLIENT
from crm360.connectors.sandbox.vendors.google.fake import SECRETS as GOOGLE
from crm360.connectors.sandbox.vendors.meta.fake import FAKE as META
from crm360.connectors.systems import meta_ads
from crm360.connectors.targets import google, salesforce
from crm360.orchestration.cli.console import Console
from crm360.orchestration.push import pushing
from crm360.orchestration.run.pulling import pull_only
from tests.orchestration.push.shop import SECRET, Receiver, Shop, receiving
from tests.orchestration.push.test_hubspot import contacts, now
from tests.orchestration.push.test_mailchimp import addresses, tagged
from tests.orchestration.push.test_salesforce import CAMPAIGN, every, inside

pytestmark = pytest.mark.night
NIGHTS = 8
TIERS = ("gold", "silver", "bronze", None)
SOURCES = ("mailchimp", "hubspot", "klaviyo", "salesforce")
PULLED = ["mailchimp/lists", "mailchimp/members", "hubspot/contacts", "salesforce/campaign_members"]


@dataclass
class World:
    """A company, a webhook, and the project that pushes to both."""

    sandbox: Running
    hook: Receiver
    shop: Shop

    def set_up(self) -> None:
        url, company = self.sandbox.base_url, self.sandbox.company
        own = {"salesforce": 'client_id = "sandbox-app"\n'}
        toml = "".join(f'[sources.{s}]\nbase_url = "{url}/{s}"\nrate_limit = 1000\n{own.get(s, "")}' for s in SOURCES)
        wanted = {
            "mailchimp": f'list = "{company.mailing.list_id}"',
            "hubspot": 'list = "Win back"\nfields = { loyalty_tier = "rfm_name" }',
            "klaviyo": 'list = "Lst000"',
            "salesforce": f'list = "{CAMPAIGN}"\nfields = {{ Title = "rfm_name" }}',
            "webhook": f'url = "{self.hook.url}"\nfields = {{ tier = "rfm_name" }}',
            "meta": f'list = "23850000000000001"\nurl = "{url}/meta"\nconsent_covers_ads = true',
            "google": f'list = "8888000001"\naccount = "{ACCOUNT}"\nclient_id = "{CLIENT["client_id"]}"\n'
            f'url = "{url}/google"\nlogin_url = "{url}/google/token"\nconsent_covers_ads = true',
        }
        for target, more in wanted.items():
            toml += f'[push.{target}]\naudience = "win-back"\nto = "{target}"\nmode = "mirror"\n{more}\n'
        self.shop.write(toml)

    def at_the_targets(self) -> dict[str, Any]:
        """What stands there."""
        company = self.sandbox.company
        lists = [members for _, _, members in company.pipeline.lists.values()]
        _, profiles = company.mailing.lists["Lst000"]
        live = {one["hs_object_id"]: one["loyalty_tier"] for one in contacts(company, opted_out=False)}
        return {
            "mailchimp": tagged(company),
            "hubspot": lists,
            "hubspot fields": live,
            "klaviyo": {a.lower() for a in company.mailing.emails(np.array(sorted(profiles), dtype=np.int64))},
            "salesforce": inside(company),
            "salesforce fields": {one["Id"]: one["Title"] for one in every(company, "Contact")},
            "webhook": {c: (e["address"], e["fields"]) for c, e in self.hook.inside.items()},
            "meta": company.ads.audiences["23850000000000001"].people,
            "google": company.ads.user_lists["8888000001"].people,
        }

    def until_it_is_through(self) -> int:
        """Push until nothing fails any more; how often that was."""
        for tries in range(1, 6):
            done, _ = self.shop.push()
            if all(one.error is None and not one.counts["not sent"] for one in done):
                return tries
        raise AssertionError([str(one.error) for one in done if one.error])


@pytest.fixture
def worlds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[World, World]]:
    for source in SOURCES:
        for name, secret in FAKES[source].secrets.items():
            monkeypatch.setenv(f"CRM360_{source}_{name}".upper(), secret)
    for name, secret in GOOGLE.items():
        monkeypatch.setenv(f"CRM360_PUSH_GOOGLE_{name}".upper(), secret)
    monkeypatch.setenv("CRM360_PUSH_META_ACCESS_TOKEN", META.token)
    monkeypatch.setenv("CRM360_PUSH_WEBHOOK_SECRET", SECRET)
    monkeypatch.setattr(session.Session, "backoff", lambda *_: 0.01)
    monkeypatch.setattr(salesforce, "AGAIN", (0.01,))
    monkeypatch.setattr(meta_ads, "LONG", 0.01)
    monkeypatch.setattr(google, "WAITS", (0.0, 0.01))
    monkeypatch.setattr(pushing, "Limits", lambda rate: Limits(rate=(1000, 1.0)))
    with ExitStack() as stack:
        made = []
        for name in ("quiet", "faulty"):
            sandbox = stack.enter_context(running(Company(250)))
            made.append(World(sandbox, stack.enter_context(receiving()), Shop(tmp_path / name)))
            made[-1].set_up()
        yield made[0], made[1]


def audience(company: Company, night: int) -> tuple[dict[str, str], dict[str, tuple[Any, ...]]]:
    """Who is in on a night, by the addresses that several of the systems know, and what is told of them.

    Some of them are two addresses of one HubSpot contact: of those the first customer's tier is written.
    """
    chance = random.Random(night)
    known = sorted({one["email"].lower() for one in contacts(company, opted_out=False)})
    known += sorted({address.lower() for address in addresses(company, SUBSCRIBED)} - set(known))
    people = {f"c_{n:03}": address for n, address in enumerate(known) if chance.random() < 0.7}
    return people, {customer: (chance.choice(TIERS), 0, None, []) for customer in people}


def disturb(world: World, night: int) -> None:
    """Let the targets of a night fail in its own way."""
    faults, kind = world.sandbox.faults, night % 4
    if kind == 0:
        for path in ("/mailchimp/*", "/hubspot/*", "/klaviyo/*", "/salesforce/*", "/meta/*", "/google/*"):
            faults.add("status", path=path, status=429, times=3, after=2)
        world.hook.statuses = [429, 429, 200]
    elif kind == 1:
        for path in ("/mailchimp/*", "/hubspot/*", "/klaviyo/*", "/salesforce/*", "/meta/*", "/google/*"):
            faults.add("status", path=path, status=500, times=7, after=1 + night)  # more than a push tries
        world.hook.statuses = [500] * 7
    elif kind == 2:
        changes = ("*/segments/*", "*/batch/update", "*/add-and-remove", "*/relationships/profiles")
        for path in (*changes, "*/composite/sobjects", "*/users", "*/audienceMembers:*"):
            faults.add("reset", path=path, times=1)  # before it did anything
            faults.add("short_body", path=path, times=1)  # after it had
    else:
        points = ("push-before-send", "push-after-send")
        killed = world.shop.command(CRM360_FAILPOINT=points[night // 4 % 2])
        assert killed.returncode == 137


def test_eight_nights_with_faults_leave_what_eight_quiet_ones_do(worlds: tuple[World, World]) -> None:
    quiet, faulty = worlds
    tries = []
    for night in range(NIGHTS):
        for world in worlds:
            world.sandbox.company.go_to(night)
            world.shop.publish(*audience(quiet.sandbox.company, night))
        assert quiet.until_it_is_through() == 1
        disturb(faulty, night)
        tries.append(faulty.until_it_is_through())
        faulty.sandbox.faults.clear()
        faulty.hook.statuses.clear()
        expected, found = quiet.at_the_targets(), faulty.at_the_targets()
        for target in expected:
            assert found[target] == expected[target], (night, target)
        done, _ = faulty.shop.push()
        assert [one.counts["added"] + one.counts["removed"] for one in done] == [0] * 7, (night, done)
    assert max(tries) > 1  # some nights did not go through at once
    assert all(len(quiet.at_the_targets()[target]) for target in quiet.at_the_targets())

    faulty.sandbox.company.go_to(NIGHTS)
    assert pull_only(faulty.shop.config, PULLED, Console(quiet=True)) == 0
    landing = Landing(faulty.shop.root / "data" / "landing")

    def pulled(source: str, stream: str) -> list[dict[str, Any]]:
        rows = [r for path, _ in landing.footers(source, stream) for r in pq.read_table(path).to_pylist()]
        return [json.loads(row["record"]) for row in rows if row["record"]]

    there = faulty.at_the_targets()
    told = {one["email_address"].lower() for one in pulled("mailchimp", "members") if "win-back" in str(one["tags"])}
    mailing = faulty.sandbox.company.mailing
    live = {address.lower() for address in mailing.emails(mailing.members.live())}
    assert told & live == there["mailchimp"] & live and told
    tiers = {one["id"]: one["properties"]["loyalty_tier"] for one in pulled("hubspot", "contacts")}
    assert {record: tiers[record] for record in there["hubspot fields"]} == there["hubspot fields"]
    members = {one["ContactId"] for one in pulled("salesforce", "campaign_members") if one["CampaignId"] == CAMPAIGN}
    assert set(there["salesforce"]) <= members
    assert now(faulty.sandbox.company, *_one_of(there["hubspot fields"])) is not None


def _one_of(tiers: dict[str, str | None]) -> tuple[str, str]:
    return next(record for record, tier in tiers.items() if tier in TIERS[:3]), "loyalty_tier"
