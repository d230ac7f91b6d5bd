"""Pushes to Salesforce: campaign members and fields, told per record, and what the next pull sees of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from crm360.connectors.engine import session
from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import Running, running
from crm360.connectors.sandbox.vendors.salesforce.derived import KINDS
from crm360.connectors.sandbox.vendors.salesforce.fake import SECRETS
from crm360.connectors.sandbox.vendors.salesforce.ids import salesforce_id
from crm360.connectors.targets import salesforce
from crm360.orchestration.cli.console import Console
from crm360.orchestration.run.pulling import pull_only
from tests.orchestration.push.shop import Shop

COLLECTION = "*/composite/sobjects"
CAMPAIGN = salesforce_id("campaigns", 1)
LISTED = f'[push.sf]\naudience = "win-back"\nto = "salesforce"\nmode = "mirror"\nlist = "{CAMPAIGN}"\n'
FIELDS = 'fields = { Title = "rfm_name", Interests__c = "segments" }\n'


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(f"CRM360_SALESFORCE_{name}".upper(), secret)
    monkeypatch.setattr(session.Session, "backoff", lambda *_: 0.01)
    monkeypatch.setattr(salesforce, "AGAIN", (0.01,))
    with running(Company(400)) as served:
        yield served


@pytest.fixture
def shop(tmp_path: Path, sandbox: Running) -> Shop:
    return with_push(Shop(tmp_path), sandbox, LISTED + FIELDS)


def with_push(shop: Shop, sandbox: Running, push: str) -> Shop:
    source = f'[sources.salesforce]\nbase_url = "{sandbox.base_url}/salesforce"\nclient_id = "sandbox-app"\n'
    return shop.write(f"{source}rate_limit = 500\n{push}")


def every(company: Company, name: str) -> list[dict[str, Any]]:
    rows = KINDS[name].rows(company)
    told = KINDS[name].write(company, rows, np.arange(len(rows.number), dtype=np.int64))
    return [record for record in told if not record["IsDeleted"]]


def people(company: Company, name: str = "Contact", *, opted_out: bool = False) -> list[dict[str, Any]]:
    """Those whose address is nobody else's."""
    found = [one for one in every(company, name) if one["Email"]]
    count: dict[str, int] = {}
    for one in found:
        count[one["Email"].lower()] = count.get(one["Email"].lower(), 0) + 1
    alone = [one for one in found if count[one["Email"].lower()] == 1 and not one.get("IsConverted")]
    return [one for one in alone if one["HasOptedOutOfEmail"] is opted_out]


def inside(company: Company, link: str = "ContactId") -> dict[str, str]:
    return {one[link]: one["Status"] for one in every(company, "CampaignMember") if one["CampaignId"] == CAMPAIGN}


def now(company: Company, record: str, name: str = "Contact") -> dict[str, Any]:
    return next(one for one in every(company, name) if one["Id"] == record)


@pytest.mark.night
def test_members_and_fields_are_written_and_the_next_pull_sees_both(shop: Shop, sandbox: Running) -> None:
    company = sandbox.company
    others = inside(company)  # who clicked
    yes = [one for one in people(company) if one["Id"] not in others]
    (no, *_), old = people(company, opted_out=True), yes[1]["Title"]
    audience = {f"c_{n}": one["Email"].upper() for n, one in enumerate(yes[:230])}
    audience |= {"c_no": no["Email"], "c_new": "o'hara@mail.example"}
    shop.publish(audience, {"c_1": (None, 0, None, [])})
    assert pull_only(shop.config, ["salesforce/contacts", "salesforce/campaign_members"], Console(quiet=True)) == 0
    done = shop.one()
    assert done.error is None and done.refusals == {"unsubscribed": 1, "unknown there": 1}
    assert done.counts["added"] == min(len(yes), 230) and set(inside(company)) == {o["Id"] for o in yes[:230]} | set(
        others
    )
    assert now(company, yes[0]["Id"])["Title"] == "gold" and now(company, yes[1]["Id"])["Title"] == old
    assert now(company, yes[0]["Id"])["Interests__c"] == "loyal;high tier"
    assert now(company, no["Id"])["HasOptedOutOfEmail"] is True and now(company, no["Id"])["Title"] == no["Title"]
    calls = len(sandbox.log.entries(COLLECTION))
    assert calls == 2 * -(-min(len(yes), 230) // 200)
    assert shop.one().counts["unchanged"] == done.counts["added"] and len(sandbox.log.entries(COLLECTION)) == calls
    done = shop.publish({"c_0": yes[0]["Email"]}).one()
    assert done.counts["removed"] == min(len(yes), 230) - 1 and set(inside(company)) == {yes[0]["Id"], *others}
    assert shop.one().counts["unchanged"] == 1
    company.go_to(1)
    assert pull_only(shop.config, ["salesforce/contacts", "salesforce/campaign_members"], Console(quiet=True)) == 0
    landing = Landing(shop.root / "data" / "landing")
    told = {
        stream: [json.loads(r["record"]) for path, _ in landing.footers("salesforce", stream)[-1:]
                 for r in pq.read_table(path).to_pylist() if r["record"]]
        for stream in ("contacts", "campaign_members")
    }  # fmt: skip
    assert next(one for one in told["contacts"] if one["Id"] == yes[0]["Id"])["Title"] == "gold"
    assert yes[0]["Id"] in {one["ContactId"] for one in told["campaign_members"]}


def test_a_status_is_given_once_and_leads_and_accounts_are_written_too(tmp_path: Path, sandbox: Running) -> None:
    company = sandbox.company
    lead = people(company, "Lead")[0]
    shop = with_push(
        Shop(tmp_path), sandbox, LISTED + 'object = "Lead"\nstatus = "Invited"\nfields = { Rating = "rfm_name" }\n'
    )
    assert shop.publish({"c_1": lead["Email"]}).one().counts["added"] == 1
    assert inside(company, "LeadId")[lead["Id"]] == "Invited" and now(company, lead["Id"], "Lead")["Rating"] == "gold"
    one = next(c for c in people(company) if c["AccountId"])
    same = [c["Email"] for c in people(company) if c["AccountId"] == one["AccountId"]]
    account = LISTED.replace(f'list = "{CAMPAIGN}"\n', "").replace("mirror", "add") + 'object = "Account"\n'
    with_push(shop, sandbox, account + 'fields = { Industry = "rfm_name", NumberOfEmployees = "count_of_orders" }\n')
    done = shop.publish({f"c_{n}": address for n, address in enumerate(same)}).one()
    assert done.counts["added"] == len(same)
    told = now(company, one["AccountId"], "Account")
    assert (told["Industry"], told["NumberOfEmployees"]) == ("gold", 3)


def test_single_records_that_are_refused_locked_or_passed_over(shop: Shop, sandbox: Running) -> None:
    yes = people(sandbox.company)[-5:]
    shop.publish({f"c_{n}": one["Email"] for n, one in enumerate(yes)})
    error = {"statusCode": "STRING_TOO_LONG", "message": "too long", "fields": ["Title"]}
    body = [{"id": one["Id"], "success": True, "errors": []} for one in yes[:3]]
    body += [{"success": False, "errors": [error]}]
    sandbox.faults.add("status", path=COLLECTION, method="PATCH", status=200, body=json.dumps(body))
    done = shop.one()
    assert done.refusals == {"rejected": 1, "not written": 1} and done.counts["added"] == 3
    assert shop.book()["c_3"][1:3] == ("refused", "rejected") and shop.book()["c_4"][1:3] == ("refused", "not written")
    locked = [{"success": False, "errors": [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "", "fields": []}]}] * 2
    sandbox.faults.add("status", path=COLLECTION, method="PATCH", status=200, body=json.dumps(locked))
    assert shop.one().counts["added"] == 2  # sent again a moment later
    shop.publish({})
    empty = json.dumps([{"id": "x", "success": True, "errors": []}] * 5)
    sandbox.faults.add("status", path=COLLECTION, method="DELETE", status=200, body=empty)
    assert shop.one().refusals == {"not written": 5}  # a yes that did nothing is found out
    assert shop.one().counts["removed"] == 5


@pytest.mark.night
def test_a_kill_in_the_middle_a_cut_connection_and_a_repeat_leave_the_same_state(shop: Shop, sandbox: Running) -> None:
    yes = people(sandbox.company)[-5:]
    before = set(inside(sandbox.company))
    shop.publish({f"c_{n}": one["Email"] for n, one in enumerate(yes)})
    assert shop.command(CRM360_FAILPOINT="push-after-send").returncode == 137
    sandbox.faults.add("reset", path=COLLECTION, times=2)
    sandbox.faults.add("throttled", path="*/query", times=1)
    done = shop.one()
    assert done.error is None and set(inside(sandbox.company)) == before | {one["Id"] for one in yes}
    assert len(inside(sandbox.company)) == len(before | {one["Id"] for one in yes})
    assert set(shop.book().values()) == {("add", "accepted", None, True)}


def test_what_can_not_be_written_to_is_one_sentence(shop: Shop, sandbox: Running) -> None:
    yes = people(sandbox.company)[-3:]
    shop.publish({f"c_{n}": one["Email"] for n, one in enumerate(yes)})

    def said(push: str) -> str:
        return str(with_push(shop, sandbox, push).one().error)

    assert "Contact has no field ShoeSize__c" in said(LISTED + 'fields = { ShoeSize__c = "rfm_name" }\n')
    assert "the field MasterRecordId of Contact can't be written" in said(
        LISTED + 'fields = { MasterRecordId = "rfm_name" }\n'
    )
    gone = CAMPAIGN, salesforce_id("campaigns", 999_999)
    assert f"there is no campaign {gone[1]}" in said(LISTED.replace(*gone))
    refusal = {"statusCode": "INVALID_FIELD_FOR_INSERT_UPDATE", "message": "no", "fields": ["Title"]}
    sandbox.faults.add(
        "status", path=COLLECTION, status=200, body=json.dumps([{"success": False, "errors": [refusal]}] * 3)
    )
    assert "the field Title can't be written (INVALID_FIELD_FOR_INSERT_UPDATE)" in said(LISTED + FIELDS)
    assert {row[:3] for row in shop.book().values()} == {("add", "pending", "target failed")}
    sandbox.faults.add(
        "status", path="*/query", status=400, body='[{"errorCode": "INVALID_FIELD", "message": "HasOptedOutOfEmail"}]'
    )
    assert "HasOptedOutOfEmail, is not to be seen for the user (INVALID_FIELD)" in said(
        LISTED.replace(f'list = "{CAMPAIGN}"\n', "").replace("mirror", "add") + FIELDS
    )
    sandbox.faults.add("unauthorised", times=None)
    assert "no access token is given (HTTP 401)" in said(LISTED)
    sandbox.faults.clear()
    assert with_push(shop, sandbox, LISTED + FIELDS).one().counts["added"] == 3
