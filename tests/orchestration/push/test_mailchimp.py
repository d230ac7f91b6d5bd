"""Pushes to Mailchimp: tags of an existing list, by its own rules, and what the next pull sees of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from crm360.connectors.engine import session
from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.company.mail import CLEANED, SUBSCRIBED, UNSUBSCRIBED
from crm360.connectors.sandbox.server.server import Running, running
from crm360.connectors.sandbox.server.tokens import TOKENS
from crm360.orchestration.cli.console import Console
from crm360.orchestration.run.pulling import pull_only
from tests.orchestration.push.shop import Shop


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("CRM360_MAILCHIMP_TOKEN", TOKENS["mailchimp"])
    monkeypatch.setattr(session.Session, "backoff", lambda *_: 0.01)
    with running(Company(400)) as served:
        yield served


def addresses(company: Company, status: int) -> list[str]:
    table = company.mailing.members
    rows = table.live()
    return company.mailing.emails(rows[table["status"][rows] == status])


def tagged(company: Company) -> set[str]:
    """Who has the only tag."""
    ((_, rows),) = company.mailing.tags.values()
    return {a.lower() for a in company.mailing.emails(np.array(sorted(rows), dtype=np.int64))}


@pytest.fixture
def shop(tmp_path: Path, sandbox: Running) -> Shop:
    toml = f'[sources.mailchimp]\nbase_url = "{sandbox.base_url}/mailchimp"\nrate_limit = 500\n'
    toml += f'[push.mail]\naudience = "win-back"\nto = "mailchimp"\nmode = "mirror"\nlist = "{sandbox.company.mailing.list_id}"\n'
    return Shop(tmp_path).write(toml)


def test_who_is_subscribed_gets_the_tag_and_mirror_takes_out_only_whom_crm360_put_in(
    shop: Shop, sandbox: Running
) -> None:
    company = sandbox.company
    yes, no, gone = (addresses(company, status) for status in (SUBSCRIBED, UNSUBSCRIBED, CLEANED))
    there = yes[20:23]
    shop.publish({f"c_{n}": a for n, a in enumerate(yes[:20])})
    shop.one()
    ((_, rows),) = company.mailing.tags.values()
    rows |= {row for a in there if (row := company.mailing.row_of(a.lower())) is not None}  # somebody does so by hand
    people = {f"c_{n}": a.upper() for n, a in enumerate(yes[:30])} | {
        "c_no": no[0],
        "c_gone": gone[0],
        "c_new": "x@y.z",
    }
    before = {a: company.mailing.members["status"][company.mailing.row_of(a.lower())] for a in (*no, *gone)}
    done = shop.publish(people).one()
    assert done.counts["added"] == 7 and done.counts["already there"] == 3 and done.counts["unchanged"] == 20
    assert done.refusals == {"unsubscribed": 1, "bounced": 1, "unknown there": 1}
    assert tagged(company) == {a.lower() for a in yes[:30]}
    requests = len(sandbox.log.entries())
    assert shop.one().counts["unchanged"] == 30 and len(sandbox.log.entries("*/segments/*")) < requests
    done = shop.publish({"c_0": yes[0]}).one()
    assert done.counts["removed"] == 26 and tagged(company) == {yes[0].lower(), *(a.lower() for a in there)}
    after = {a: company.mailing.members["status"][company.mailing.row_of(a.lower())] for a in (*no, *gone)}
    assert before == after
    assert not any(
        a.lower().encode() in p.read_bytes().lower()
        for a in yes[:30]
        for p in (shop.root / "data" / "ledger").iterdir()
    )


def test_the_next_pull_sees_the_tag(shop: Shop, sandbox: Running) -> None:
    yes = addresses(sandbox.company, SUBSCRIBED)
    shop.publish({"c_1": yes[0], "c_2": yes[1]})
    assert pull_only(shop.config, ["mailchimp/lists", "mailchimp/members"], Console(quiet=True)) == 0
    assert shop.one().counts["added"] == 2
    assert pull_only(shop.config, ["mailchimp/lists", "mailchimp/members"], Console(quiet=True)) == 0
    told = [json.loads(r["record"]) for r in _newest(shop)]
    assert {r["email_address"] for r in told if any(t["name"] == "win-back" for t in r["tags"])} == set(yes[:2])


def _newest(shop: Shop) -> list[dict[str, str]]:
    import pyarrow.parquet as pq

    landing = Landing(shop.root / "data" / "landing")
    paths = [path for path, _ in landing.footers("mailchimp", "members")]
    return [row for row in pq.read_table(paths[-1]).to_pylist() if row["record"]]


def test_a_yes_that_wrote_nothing_is_found_out_and_mended(shop: Shop, sandbox: Running) -> None:
    yes = addresses(sandbox.company, SUBSCRIBED)[:5]
    shop.publish({f"c_{n}": a for n, a in enumerate(yes)})
    sandbox.faults.add("status", path="*/segments/3*", method="POST", status=200, body='{"total_added": 5}')
    done = shop.one()
    assert done.error is None and done.refusals == {"not written": 5} and done.counts["added"] == 0
    assert {row[1:3] for row in shop.book().values()} == {("refused", "not written")}
    assert shop.one().counts["added"] == 5 and len(tagged(sandbox.company)) == 5


def test_a_throttled_target_is_waited_for_and_a_list_that_is_gone_is_one_sentence(shop: Shop, sandbox: Running) -> None:
    yes = addresses(sandbox.company, SUBSCRIBED)[:5]
    shop.publish({f"c_{n}": a for n, a in enumerate(yes)})
    sandbox.faults.add("throttled", path="*/segments*", times=3)
    assert shop.one().counts["added"] == 5
    sandbox.company.mailing.list_id = "another"
    done, lines = shop.push()
    assert f"push.mail: there is no list {shop.config.toml.push['mail'].list}" in str(done[0].error)
    assert lines[0].startswith("failed  push.mail: ") and "(to act: whoever set up the push" in lines[0]
    sandbox.faults.add("unauthorised", times=None)
    assert "the credentials are refused" in str(shop.one().error)
    assert {row[:2] for row in shop.book().values()} == {("add", "accepted")}  # what is known of them stands


@pytest.mark.night
def test_a_kill_after_the_tag_was_given_leaves_it_ours(shop: Shop, sandbox: Running) -> None:
    yes = addresses(sandbox.company, SUBSCRIBED)[:5]
    shop.publish({f"c_{n}": a for n, a in enumerate(yes)})
    assert shop.command(CRM360_FAILPOINT="push-after-send").returncode == 137
    assert len(tagged(sandbox.company)) == 5 and shop.book() == {}
    done = shop.one()
    assert done.counts["unchanged"] == 5 and not done.counts["already there"]
    assert set(shop.book().values()) == {("add", "accepted", None, True)}
    shop.publish({"c_0": yes[0]})
    assert shop.one().counts["removed"] == 4 and tagged(sandbox.company) == {yes[0].lower()}


def test_a_dry_run_makes_no_tag(shop: Shop, sandbox: Running) -> None:
    yes, no = (addresses(sandbox.company, status) for status in (SUBSCRIBED, UNSUBSCRIBED))
    (done,), _ = shop.publish({"c_1": yes[0], "c_2": no[0]}).push(dry_run=True)
    assert done.changes == [("add", "c_1", ""), ("refuse", "c_2", "unsubscribed")]
    assert sandbox.company.mailing.tags == {} and shop.book() == {}
