"""Pushes to Klaviyo: profiles into a list, none whose mail is suppressed, and no consent by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crm360.connectors.engine import session
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.company.mail import CLEANED, SUBSCRIBED, UNSUBSCRIBED
from crm360.connectors.sandbox.server.server import Running, running
from crm360.connectors.sandbox.server.tokens import TOKENS
from crm360.connectors.sandbox.vendors.klaviyo.records import profiles
from tests.orchestration.push.shop import Shop
from tests.orchestration.push.test_mailchimp import addresses


def inside(sandbox: Running) -> set[str]:
    _, rows = sandbox.company.mailing.lists["Lst000"]
    return {a.lower() for a in sandbox.company.mailing.emails(np.array(sorted(rows), dtype=np.int64))}


def test_profiles_are_put_in_and_taken_out_and_nobody_is_subscribed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM360_KLAVIYO_TOKEN", TOKENS["klaviyo"])
    monkeypatch.setattr(session.Session, "backoff", lambda *_: 0.01)
    with running(Company(400)) as sandbox:
        toml = f'[sources.klaviyo]\nbase_url = "{sandbox.base_url}/klaviyo"\nrate_limit = 500\n'
        toml += '[push.list]\naudience = "win-back"\nto = "klaviyo"\nmode = "mirror"\nlist = "Lst000"\n'
        shop, company = Shop(tmp_path).write(toml), sandbox.company
        yes, no, gone = (addresses(company, status) for status in (SUBSCRIBED, UNSUBSCRIBED, CLEANED))
        people = {f"c_{n}": a.upper() for n, a in enumerate(yes[:120])}
        table = company.table("klaviyo", "profiles")
        before = [p["attributes"]["subscriptions"] for p in profiles(company, table.live(), "")]
        company.mailing.lists["Lst000"][1].add(company.mailing.row_of(yes[119].lower()) or 0)  # by hand
        done = shop.publish(people | {"c_no": no[0], "c_gone": gone[0], "c_new": "x@y.example"}).one()
        assert done.error is None and done.counts["added"] == 119 and done.counts["already there"] == 1
        assert done.refusals == {"unsubscribed": 1, "bounced": 1, "unknown there": 1}
        assert inside(sandbox) == {a.lower() for a in yes[:120]}
        assert shop.one().counts["unchanged"] == 120
        sandbox.faults.add("status", path="*/relationships/profiles", method="DELETE", status=204, body="")
        shop.publish({"c_0": yes[0]})
        assert shop.one().refusals == {"not written": 118}
        assert shop.one().counts["removed"] == 118 and inside(sandbox) == {yes[0].lower(), yes[119].lower()}
        assert [p["attributes"]["subscriptions"] for p in profiles(company, table.live(), "")] == before
        sandbox.faults.add("throttled", path="*/api/lists/*", times=None, retry_after="900")
        assert "asked to wait 900 s, longer than we may" in str(shop.one().error)
        sandbox.faults.clear()
        del company.mailing.lists["Lst000"]
        assert "there is no list Lst000" in str(shop.one().error)
