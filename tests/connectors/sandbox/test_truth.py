"""What the vendors' pages hold is what the truth says: every stream pulled whole with plain requests."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest

from crm360.connectors.sandbox import Running, TruthRecord
from crm360.connectors.sandbox.company import clock
from tests.connectors.sandbox import client


def truth(served: Running, system: str, stream: str) -> list[TruthRecord]:
    return served.company.truth().records(system, stream)


def live(records: list[TruthRecord]) -> dict[str, Any]:
    return {record.id: record.changed_at for record in records if not record.deleted}


def told(records: list[dict[str, Any]], key: str, changed: str) -> dict[str, Any]:
    found = {str(record[key]): clock.naive(clock.moment(record[changed])) for record in records}
    assert len(found) == len(records)
    return found


@pytest.mark.parametrize("kind", ["contacts", "companies", "deals"])
def test_hubspot(served: Running, kind: str) -> None:
    expected = truth(served, "hubspot", kind)
    assert told(list(client.hubspot(served, kind)), "id", "updatedAt") == live(expected)
    archived = list(client.hubspot(served, kind, archived="true"))
    gone = {r.id for r in expected if r.deleted and not r.vanished and not r.merged_into}
    assert {record["id"] for record in archived} == gone
    assert all(record["archived"] and record["archivedAt"] for record in archived)


@pytest.mark.parametrize("kind", ["contacts", "companies"])
def test_hubspot_merges(served: Running, kind: str) -> None:
    records = client.hubspot(served, kind, properties="hs_merged_object_ids")
    said = {
        loser: record["id"]
        for record in records
        for loser in (record["properties"]["hs_merged_object_ids"] or "").split(";")
        if loser
    }
    by_id = {r.id: r for r in truth(served, "hubspot", kind)}
    expected = {r.id: r.merged_into for r in by_id.values() if r.merged_into and not by_id[r.merged_into].deleted}
    assert said == expected
    assert said or kind == "companies"


@pytest.mark.parametrize("stream", ["customers", "orders", "products"])
@pytest.mark.parametrize("sort", ["ID", "UPDATED_AT"])
def test_shopify(served: Running, stream: str, sort: str) -> None:
    records = list(client.shopify(served, stream, "id updatedAt", 250, sortKey=sort))
    assert told(records, "id", "updatedAt") == live(truth(served, "shopify", stream))
    times = [record["updatedAt"] for record in records]
    assert sort == "ID" or times == sorted(times)


def test_shopify_tells_of_destroyed_orders(served: Running) -> None:
    query = "\"subject_type:'ORDER' AND action:'destroy'\""
    events = list(client.shopify(served, "events", "action createdAt ... on BasicEvent { subjectId }", 5, query=query))
    gone = {record.id for record in truth(served, "shopify", "orders") if record.deleted}
    assert {event["subjectId"] for event in events} == gone
    assert gone


def test_mailchimp_members(served: Running) -> None:
    records = list(client.mailchimp(served, f"lists/{client.list_id(served)}/members", "members"))
    expected = [record for record in truth(served, "mailchimp", "members") if not record.vanished]
    assert told(records, "id", "last_changed") == {record.id: record.changed_at for record in expected}
    archived = {record["id"] for record in records if record["status"] == "archived"}
    assert archived == {record.id for record in expected if record.deleted}
    assert archived


@pytest.mark.parametrize("kind", ["users", "tickets"])
def test_zendesk(served: Running, kind: str) -> None:
    records = list(client.zendesk(served, kind))
    expected = truth(served, "zendesk", kind)
    assert told(records, "id", "updated_at") == {record.id: record.changed_at for record in expected}
    gone = {str(r["id"]) for r in records if r.get("status") == "deleted" or r.get("active") is False}
    assert gone == {record.id for record in expected if record.deleted}
    assert gone


def test_zendesk_ratings_and_organizations(served: Running) -> None:
    url, records = f"{served.base_url}/zendesk/api/v2/satisfaction_ratings.json?page[size]=20", []
    while url:
        page = client.get(url, "zendesk")
        records += page["satisfaction_ratings"]
        url = page["links"]["next"]
    assert told(records, "id", "updated_at") == live(truth(served, "zendesk", "satisfaction_ratings"))
    url, rows = f"{served.base_url}/zendesk/api/v2/incremental/organizations.json?start_time=0&per_page=2", []
    while True:
        page = client.get(url, "zendesk")
        rows += page["organizations"]
        if page["end_of_stream"]:
            break
        url = page["next_page"]
    by_id = {str(row["id"]): row for row in rows}
    assert by_id.keys() == live(truth(served, "zendesk", "organizations")).keys()
    assert len(rows) > len(by_id), "the export by time repeats the last second"


def test_company_behind_each_record(served: Running) -> None:
    companies = served.company.truth().companies()
    for system, stream in (("hubspot", "companies"), ("zendesk", "organizations")):
        live_ones = {record.id for record in truth(served, system, stream) if not record.deleted}
        assert {record for at, record in companies if at == system} == live_ones
    behind = list(companies.values())
    assert min(behind) >= 0 and len(set(behind)) < len(behind), "companies stand in both systems, and some twice"


def test_person_behind_each_record(served: Running) -> None:
    people = served.company.truth().people()
    guests = {
        "guest-" + hashlib.md5(order["email"].strip().lower().encode()).hexdigest()
        for order in client.shopify(served, "orders", "email customer { id }", 250)
        if order["customer"] is None and order["email"]
    }
    assert guests == {record for system, record in people if system == "shopify" and record.startswith("guest-")}
    persons = {person for (system, _), person in people.items() if system == "hubspot"}
    assert len(persons) > 200
    assert min(persons) >= 0


FIELDS = """id test cancelledAt totalPriceSet { shopMoney { amount } } subtotalPriceSet { shopMoney { amount } }
totalTaxSet { shopMoney { amount } } totalShippingPriceSet { shopMoney { amount } } customer { id }
totalRefundedSet { shopMoney { amount } } totalDiscountsSet { shopMoney { amount } }
lineItems(first: 20) { nodes { quantity originalUnitPriceSet { shopMoney { amount } }
discountedTotalSet { shopMoney { amount } } } }
refunds { refundLineItems(first: 20) { nodes { totalTaxSet { shopMoney { amount } } } }
refundShippingLines(first: 2) { nodes { subtotalAmountSet { shopMoney { amount } } } } }"""


def money(order: dict[str, Any], name: str) -> Decimal:
    return Decimal(order[name]["shopMoney"]["amount"])


def test_totals_are_those_of_the_orders(served: Running) -> None:
    orders = list(client.shopify(served, "orders", FIELDS, 100, sortKey="UPDATED_AT"))
    for order in orders:
        lines = order["lineItems"]["nodes"]
        assert sum(money(line, "discountedTotalSet") for line in lines) == money(order, "subtotalPriceSet")
        assert money(order, "subtotalPriceSet") + money(order, "totalShippingPriceSet") == money(order, "totalPriceSet")
        before = sum(money(line, "originalUnitPriceSet") * line["quantity"] for line in lines)
        assert before - money(order, "totalDiscountsSet") == money(order, "subtotalPriceSet")
    real = [order for order in orders if not order["test"]]
    kept = [order for order in real if not order["cancelledAt"]]
    totals = served.company.truth().totals()
    assert totals.orders == len(real)
    assert totals.cancelled == len(real) - len(kept) > 0
    assert totals.gross == sum(money(order, "totalPriceSet") for order in real)
    assert totals.refunded == sum(money(order, "totalRefundedSet") for order in real) > 0
    net = Decimal(0)
    for order in kept:
        paid, refunded = money(order, "totalPriceSet"), money(order, "totalRefundedSet")
        earned = paid - money(order, "totalTaxSet") - money(order, "totalShippingPriceSet")
        taken_back = refunded
        for refund in order["refunds"]:
            taken_back -= sum(money(line, "totalTaxSet") for line in refund["refundLineItems"]["nodes"])
            taken_back -= sum(money(line, "subtotalAmountSet") for line in refund["refundShippingLines"]["nodes"])
        net += earned - (earned if refunded == paid else taken_back)
    assert totals.net == net
    spent: dict[str, Decimal] = {}
    for order in real:
        if order["customer"]:
            paid = Decimal(0) if order["cancelledAt"] else money(order, "totalPriceSet")
            number = order["customer"]["id"]
            spent[number] = spent.get(number, Decimal(0)) + paid - money(order, "totalRefundedSet")
    told_spent = {
        customer["id"]: Decimal(customer["amountSpent"]["amount"])
        for customer in client.shopify(served, "customers", "id amountSpent { amount }", 250)
    }
    assert {number: cents for number, cents in told_spent.items() if cents} == {n: c for n, c in spent.items() if c}


def test_reports_agree_with_each_other(served: Running) -> None:
    campaigns = [c for c in client.mailchimp(served, "campaigns", "campaigns") if c["status"] == "sent"]
    campaign = campaigns[-1]
    path = f"reports/{campaign['id']}"
    sent = list(client.mailchimp(served, f"{path}/sent-to", "sent_to"))
    activity = list(client.mailchimp(served, f"{path}/email-activity", "emails"))
    assert campaign["emails_sent"] == len(sent) == len(activity) > 50
    opened = {a["email_id"] for a in activity if any(event["action"] == "open" for event in a["activity"])}
    assert campaign["report_summary"]["unique_opens"] == len(opened) > 10
    assert {s["email_id"] for s in sent if s["open_count"]} == opened
    bounced = {a["email_id"] for a in activity if any(event["action"] == "bounce" for event in a["activity"])}
    assert {s["email_id"] for s in sent if s["status"] != "sent"} == bounced
    gone = list(client.mailchimp(served, f"{path}/unsubscribed", "unsubscribes"))
    assert {g["email_id"] for g in gone} <= opened
    since = "2026-07-01T12:00:00+00:00"
    late = list(client.mailchimp(served, f"{path}/email-activity", "emails", since=since))
    events = [event for a in activity for event in a["activity"] if event["timestamp"] > since]
    assert sorted(e["timestamp"] for a in late for e in a["activity"]) == sorted(e["timestamp"] for e in events)
