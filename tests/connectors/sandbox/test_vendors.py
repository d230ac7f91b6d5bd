"""The vendors' rules: who may ask, how much at once, in what order, and how a refusal is worded."""

from __future__ import annotations

import time
from hashlib import md5
from typing import Any

import pytest
import requests

from crm360.connectors.sandbox import Running
from crm360.connectors.sandbox.company import clock
from tests.connectors.sandbox import client

UNAUTHORISED: list[tuple[str, str, str, Any]] = [
    ("GET", "/hubspot/crm/v3/objects/contacts", "category", "INVALID_AUTHENTICATION"),
    ("POST", "/shopify/admin/api/2026-07/graphql.json", "errors",
     "[API] Invalid API key or access token (unrecognized login or wrong password)"),
    ("GET", "/mailchimp/3.0/lists", "title", "API Key Invalid"),
    ("GET", "/zendesk/api/v2/incremental/users/cursor.json", "error", "Couldn't authenticate you"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "key", "value"), UNAUTHORISED)
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"X-Shopify-Access-Token": "wrong"}])
def test_wrong_token(served: Running, method: str, path: str, key: str, value: Any, header: dict[str, str]) -> None:
    response = requests.request(method, served.base_url + path, headers=header, json={}, timeout=5)
    assert response.status_code == 401
    assert response.json()[key] == value


@pytest.mark.parametrize("vendor", ["hubspot", "shopify", "mailchimp", "zendesk"])
def test_unknown_path(served: Running, vendor: str) -> None:
    response = client.session(vendor).get(f"{served.base_url}/{vendor}/none/such", timeout=5)
    assert response.status_code == 404
    assert isinstance(response.json(), dict)


def test_the_clock_is_the_company_s(served: Running) -> None:
    response = client.session("hubspot").get(f"{served.base_url}/hubspot/crm/v3/owners", timeout=5)
    assert response.headers["Date"] == clock.http_date(clock.night(3)) == "Sat, 04 Jul 2026 02:00:00 GMT"


def test_hubspot_gives_the_properties_asked_for(served: Running) -> None:
    url = f"{served.base_url}/hubspot/crm/v3/objects/contacts"
    page = client.get(url, "hubspot", limit=1, properties="city,no_such_one")
    assert set(page["results"][0]["properties"]) == {
        "createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname", "city", "no_such_one",
    }  # fmt: skip
    values = [v for record in client.hubspot(served, "contacts") for v in record["properties"].values()]
    assert all(value is None or isinstance(value, str) for value in values)


@pytest.mark.parametrize("query", [{"limit": 101}, {"limit": 0}, {"limit": "x"}, {"after": "x"}])
def test_hubspot_refuses(served: Running, query: dict[str, Any]) -> None:
    response = client.session("hubspot").get(
        f"{served.base_url}/hubspot/crm/v3/objects/contacts", params=query, timeout=5
    )
    assert (response.status_code, response.json()["category"]) == (400, "VALIDATION_ERROR")


def test_hubspot_link_leads_to_the_next_page(served: Running) -> None:
    url = f"{served.base_url}/hubspot/crm/v3/objects/contacts?limit=30&properties=city"
    pages = [client.get(url, "hubspot")]
    while "paging" in pages[-1]:
        pages.append(client.get(pages[-1]["paging"]["next"]["link"], "hubspot"))
    ids = [record["id"] for page in pages for record in page["results"]]
    assert ids == [record["id"] for record in client.hubspot(served, "contacts")]
    assert "city" in pages[-1]["results"][0]["properties"]


@pytest.mark.parametrize("written", ["epoch", "iso"])
def test_hubspot_search_by_time(served: Running, written: str) -> None:
    since, until = clock.night(0), clock.night(2)
    values = (
        [str(since), str(until)] if written == "epoch" else [clock.naive(t).isoformat() + "Z" for t in (since, until)]
    )
    filters = [
        {"propertyName": "lastmodifieddate", "operator": "GTE", "value": values[0]},
        {"propertyName": "lastmodifieddate", "operator": "LT", "value": values[1]},
    ]
    body = {"filterGroups": [{"filters": filters}], "sorts": ["lastmodifieddate"], "limit": 3}
    found: list[dict[str, Any]] = []
    after = "0"
    while after:
        page = client.search(served, "contacts", **body, after=after).json()
        found += page["results"]
        after = page.get("paging", {}).get("next", {}).get("after")
    expected = [r for r in client.hubspot(served, "contacts") if since <= clock.moment(r["updatedAt"]) < until]
    assert sorted(r["id"] for r in found) == sorted(r["id"] for r in expected)
    assert page["total"] == len(found) > 5
    assert [r["updatedAt"] for r in found] == sorted(r["updatedAt"] for r in found)


def test_hubspot_search_by_text_and_id(served: Running) -> None:
    city = {"propertyName": "city", "operator": "EQ", "value": "berlin"}
    found = client.search(served, "contacts", filterGroups=[{"filters": [city]}], limit=200, properties=["city"]).json()
    everyone = list(client.hubspot(served, "contacts", properties="city"))
    assert found["total"] == sum(record["properties"]["city"] == "Berlin" for record in everyone) > 0
    middle = everyone[len(everyone) // 2]["id"]
    beyond = {"propertyName": "hs_object_id", "operator": "GTE", "value": middle}
    body = {"filterGroups": [{"filters": [beyond]}], "sorts": [{"propertyName": "hs_object_id"}], "limit": 200}
    assert client.search(served, "contacts", **body).json()["results"][0]["id"] == middle


def test_hubspot_search_ends_at_its_ceiling(served: Running) -> None:
    assert client.search(served, "contacts", limit=200, after="9800").status_code == 200
    beyond = client.search(served, "contacts", limit=200, after="9801")
    assert (beyond.status_code, beyond.json()["category"]) == (400, "VALIDATION_ERROR")
    assert client.search(served, "contacts", limit=201).status_code == 400


def test_hubspot_associations(served: Running) -> None:
    deals = list(client.hubspot(served, "deals", associations="contacts,companies"))
    inside = {deal["id"]: deal["associations"]["contacts"]["results"][0]["id"]
              for deal in deals if "contacts" in deal.get("associations", {})}  # fmt: skip
    url = f"{served.base_url}/hubspot/crm/v4/associations/deals/contacts/batch/read"
    asked = {"inputs": [{"id": deal["id"]} for deal in deals]}
    response = client.session("hubspot").post(url, json=asked, timeout=5)
    apart = {r["from"]["id"]: str(r["to"][0]["toObjectId"]) for r in response.json()["results"]}
    assert inside == apart
    assert len(inside) > 20
    contacts = {record["id"] for record in client.hubspot(served, "contacts")}
    assert set(inside.values()) <= contacts
    many = {"inputs": [{"id": str(number)} for number in range(1001)]}
    assert client.session("hubspot").post(url, json=many, timeout=5).status_code == 400


def test_hubspot_a_merged_id_answers_with_the_winner(served: Running) -> None:
    lost = next(r for r in served.company.truth().records("hubspot", "contacts") if r.merged_into)
    url = f"{served.base_url}/hubspot/crm/v3/objects/contacts/{lost.id}"
    assert client.get(url, "hubspot")["id"] == lost.merged_into


def test_hubspot_owners_pipelines_properties(served: Running) -> None:
    base = f"{served.base_url}/hubspot/crm/v3"
    owners = client.get(f"{base}/owners", "hubspot", limit=100)["results"]
    left = client.get(f"{base}/owners", "hubspot", archived="true")["results"]
    assert len(owners) == 6
    assert [owner["archived"] for owner in left] == [True]
    used = {r["properties"]["hubspot_owner_id"] for r in client.hubspot(served, "deals", properties="hubspot_owner_id")}
    assert used <= {owner["id"] for owner in owners + left}
    stages = client.get(f"{base}/pipelines/deals", "hubspot")["results"][0]["stages"]
    known = {r["properties"]["dealstage"] for r in client.hubspot(served, "deals")}
    assert known <= {stage["id"] for stage in stages}
    names = {p["name"] for p in client.get(f"{base}/properties/contacts", "hubspot")["results"]}
    assert {"favourite_categories", "lead_rejection_reason", "email"} <= names


def test_shopify_price_of_a_query(served: Running) -> None:
    small = client.graphql(served, "{ customers(first: 10) { nodes { id } } }")["extensions"]["cost"]
    large = client.graphql(served, "{ customers(first: 250) { nodes { id amountSpent { amount } } } }")["extensions"][
        "cost"
    ]
    assert 0 < small["requestedQueryCost"] < large["requestedQueryCost"]
    assert large["actualQueryCost"] <= large["requestedQueryCost"]
    assert set(large["throttleStatus"]) == {"maximumAvailable", "currentlyAvailable", "restoreRate"}
    both = "{ shopMoney { amount } presentmentMoney { amount } }"
    lines = (
        f"nodes {{ product {{ id }} originalUnitPriceSet {both} originalTotalSet {both} discountedTotalSet {both} }}"
    )
    vast = f"{{ orders(first: 250) {{ nodes {{ lineItems(first: 250) {{ {lines} }} }} }} }}"
    refused = client.graphql(served, vast)
    assert refused["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert "data" not in refused


def test_shopify_throttles_with_200(served: Running) -> None:
    served.limits.set({"shopify_bucket": 40, "shopify_restore": 200})
    query = "{ customers(first: 250) { nodes { id amountSpent { amount } } } }"
    answers = [client.graphql(served, query) for _ in range(3)]
    refused = next(answer for answer in answers if "errors" in answer)
    assert refused["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert refused["extensions"]["cost"]["actualQueryCost"] is None
    time.sleep(0.2)
    assert "data" in client.graphql(served, query)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("{ customers { nodes { id } } }", "first"),
        ("{ customers(first: 251) { nodes { id } } }", "250"),
        ("{ customers(first: 1) { nodes { nonsense } } }", "nonsense"),
        ("{ customers(first: 1, after: \"!\") { nodes { id } } }", "cursor"),
        ("mutation { x }", "mutation"),
    ],
)  # fmt: skip
def test_shopify_errors_come_with_200(served: Running, query: str, word: str) -> None:
    answer = client.graphql(served, query)
    assert word in answer["errors"][0]["message"]
    assert "data" not in answer


def test_shopify_filters_fragments_and_edges(served: Running) -> None:
    since = "2026-06-20T00:00:00Z"
    window = f"\"updated_at:>='{since}' AND updated_at:<'2026-07-02T00:00:00Z'\""
    filtered = list(client.shopify(served, "orders", "id updatedAt", 20, sortKey="UPDATED_AT", query=window))
    everything = list(client.shopify(served, "orders", "id updatedAt", 250, reverse="true", sortKey="UPDATED_AT"))
    expected = [order for order in everything if since <= order["updatedAt"] < "2026-07-02"]
    assert filtered == expected[::-1]
    assert len(filtered) > 20
    query = """query Q($n: Int!) { page: orders(first: $n) { edges { cursor node { ...bits } } } }
    fragment bits on Order { __typename number: name customer { id } }"""
    edge = client.graphql(served, query, {"n": 1})["data"]["page"]["edges"][0]
    assert edge["cursor"]
    assert edge["node"]["__typename"] == "Order"
    assert edge["node"]["number"].startswith("#")
    unknown = client.graphql(served, '{ orders(first: 1, query: "colour:red") { nodes { id } } }')
    assert unknown["extensions"]["search"][0]["warnings"][0]["field"] == "colour"
    kinds = client.graphql(served, '{ __type(name: "Order") { fields { name } } }')
    assert {"name": "totalPriceSet"} in kinds["data"]["__type"]["fields"]


def test_mailchimp_pages_and_filters(served: Running) -> None:
    path = f"lists/{client.list_id(served)}/members"
    everyone = list(client.mailchimp(served, path, "members", 7, sort_field="last_changed", sort_dir="ASC"))
    times = [member["last_changed"] for member in everyone]
    assert times == sorted(times)
    late = list(client.mailchimp(served, path, "members", since_last_changed=times[-10]))
    assert {m["id"] for m in late} == {m["id"] for m in everyone if m["last_changed"] >= times[-10]}
    statuses = {member["status"] for member in everyone}
    assert statuses == {"subscribed", "unsubscribed", "cleaned", "pending", "archived"}
    assert all(m["id"] == md5(m["email_address"].lower().encode()).hexdigest() for m in everyone)
    url = f"{served.base_url}/mailchimp/3.0/{path}"
    assert client.session("mailchimp").get(url, params={"count": 1001}, timeout=5).status_code == 400
    missing = client.session("mailchimp").get(f"{served.base_url}/mailchimp/3.0/lists/none/members", timeout=5)
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, "application/problem+json; charset=utf-8")


def test_mailchimp_campaigns_since(served: Running) -> None:
    campaigns = [c for c in client.mailchimp(served, "campaigns", "campaigns") if c["send_time"]]
    times = [c["send_time"] for c in campaigns]
    assert times == sorted(times)
    late = list(client.mailchimp(served, "campaigns", "campaigns", since_send_time=times[-3]))
    assert [c["send_time"] for c in late] == times[-2:]


def test_zendesk_resumes_and_holds_back_the_last_minute(own: Running) -> None:
    ids = [record["id"] for record in client.zendesk(own, "tickets", 50)]
    own.company.touch("zendesk", "tickets", ids[0], own.company.now - 30_000)
    seen = {record["id"] for record in client.zendesk(own, "tickets", 50)}
    assert ids[0] not in seen
    own.company.touch("zendesk", "tickets", ids[0], own.company.now - 61_000)
    assert ids[0] == list(client.zendesk(own, "tickets", 50))[-1]["id"]


def test_zendesk_metrics_only_if_asked(served: Running) -> None:
    plain = list(client.zendesk(served, "tickets"))
    rich = list(client.zendesk(served, "tickets", include="metric_sets"))
    assert "metric_set" not in plain[0]
    solved = [t for t in rich if t["status"] in ("solved", "closed")]
    assert all(t["metric_set"]["full_resolution_time_in_minutes"]["calendar"] > 0 for t in solved)
    assert len(solved) > 30
    url = f"{served.base_url}/zendesk/api/v2/incremental/tickets/cursor.json"
    assert client.session("zendesk").get(url, timeout=5).status_code == 400


LIMITS = [
    ("hubspot_per_second", 5, "hubspot", "/hubspot/crm/v3/owners"),
    ("mailchimp_per_second", 4, "mailchimp", "/mailchimp/3.0/lists"),
    ("zendesk_incremental_per_minute", 3, "zendesk", "/zendesk/api/v2/incremental/users/cursor.json?start_time=0"),
]


@pytest.mark.parametrize(("limit", "most", "vendor", "path"), LIMITS)
def test_limits_turn_away_and_count(served: Running, limit: str, most: int, vendor: str, path: str) -> None:
    served.limits.set({limit: most})
    with client.session(vendor) as asking:
        answers = [asking.get(served.base_url + path, timeout=5) for _ in range(most + 2)]
    assert [answer.status_code for answer in answers] == [200] * most + [429] * 2
    assert served.limits.refused[limit] == 2
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_hubspot_search_has_a_limit_of_its_own(served: Running) -> None:
    served.limits.set({"hubspot_search_per_second": 5})
    statuses = [client.search(served, "contacts", limit=1).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    owners = client.session("hubspot").get(f"{served.base_url}/hubspot/crm/v3/owners", timeout=5)
    assert owners.status_code == 200


def test_surveys_give_every_answer_once_and_what_is_new_since(served: Running) -> None:
    def pages(**query: str) -> list[dict[str, Any]]:
        found, cursor = [], "0"
        while cursor:
            page = client.get(f"{served.base_url}/surveys/v1/answers", "surveys", limit="40", cursor=cursor, **query)
            found += page["data"]
            cursor = page["meta"]["next_cursor"]
        return found

    every = pages()
    assert [str(a["id"]) for a in every] == [r.id for r in served.company.truth().records("surveys", "answers")]
    assert {a["score"] for a in every} <= set(range(11)) and len({a["respondent"]["id"] for a in every}) < len(every)
    since = every[len(every) // 2]["updated_at"]
    assert [a["id"] for a in pages(since=since)] == [a["id"] for a in every if a["updated_at"] >= since]
    people = served.company.truth().people()
    assert all(("surveys", a["respondent"]["id"]) in people for a in every)
