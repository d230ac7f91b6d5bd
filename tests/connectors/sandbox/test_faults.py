"""Each fault does what it says, on the requests it is meant for and on no other."""

from __future__ import annotations

import gzip
import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from crm360.connectors.sandbox import Fault, Running
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.server.faults import BEFORE, CLOCK, KINDS, PAGE, WIRE
from crm360.connectors.sandbox.server.wire import bomb
from tests.connectors.sandbox import client

CONTACTS = "/hubspot/crm/v3/objects/contacts"
USERS = "/zendesk/api/v2/incremental/users/cursor.json?start_time=0&per_page=50"


def ask(served: Running, path: str = CONTACTS, vendor: str = "hubspot", **options: Any) -> requests.Response:
    with client.session(vendor) as made:
        return made.get(served.base_url + path, timeout=options.pop("timeout", 5), **options)


def raw(served: Running, path: str = CONTACTS) -> tuple[http.client.HTTPResponse, bytes]:
    """An answer as it came over the wire, and as much of its body as came."""
    connection = http.client.HTTPConnection(urlsplit(served.base_url).netloc, timeout=5)
    connection.request("GET", path, headers={"Authorization": "Bearer sandbox-hubspot"})
    response = connection.getresponse()
    try:
        body = response.read()
    except http.client.IncompleteRead as error:
        body = error.partial
    connection.close()
    return response, body


RETRY = [
    (429, "2", "2"), (429, "1.5", "1.5"), (429, "abc", "abc"), (429, "-5", "-5"), (503, "86400", "86400"),
    (429, "date:5", clock.http_date(clock.night(3) + 5_000)), (500, None, None), (502, None, None), (504, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("status", "retry_after", "sent"), RETRY)
def test_status(served: Running, status: int, retry_after: str | None, sent: str | None) -> None:
    served.faults.add("status", path="*/contacts", status=status, retry_after=retry_after)
    spoiled = ask(served)
    assert (spoiled.status_code, spoiled.headers.get("Retry-After")) == (status, sent)
    assert spoiled.json()["status"] == "error"
    assert ask(served).status_code == 200


def test_a_fault_is_for_its_path_and_number(served: Running) -> None:
    served.faults.add("status", path="*/contacts", status=500, times=2, after=1)
    assert ask(served, "/hubspot/crm/v3/owners").status_code == 200
    assert [ask(served).status_code for _ in range(5)] == [200, 500, 500, 200, 200]


def test_faults_queue_up(served: Running) -> None:
    for status in (500, 502, 503):
        served.faults.add("status", status=status)
    assert [ask(served).status_code for _ in range(4)] == [500, 502, 503, 200]


def test_a_share_is_seeded(served: Running) -> None:
    def played() -> list[int]:
        served.faults.clear()
        served.faults.add("status", status=503, times=None, share=0.3, seed=5)
        return [ask(served, "/hubspot/crm/v3/owners").status_code for _ in range(60)]

    first = played()
    assert first == played()
    assert 8 <= first.count(503) <= 30


@pytest.mark.parametrize(
    ("vendor", "path"),
    [("hubspot", CONTACTS), ("mailchimp", "/mailchimp/3.0/lists"), ("zendesk", USERS)],
)
@pytest.mark.parametrize(("kind", "status"), [("unauthorised", 401), ("forbidden", 403)])
def test_refused_in_the_vendor_s_words(served: Running, vendor: str, path: str, kind: str, status: int) -> None:
    served.faults.add(kind)
    spoiled = ask(served, path, vendor)
    assert spoiled.status_code == status
    assert spoiled.json()
    assert ask(served, path, vendor).status_code == 200


def test_bare_403(served: Running) -> None:
    served.faults.add("status", status=403, body="")
    assert (ask(served).status_code, served.log.entries()[-1].fault) == (403, "status")


def test_shopify_throttled(served: Running) -> None:
    served.faults.add("throttled")
    spoiled = client.graphql(served, "{ shop { name } }")
    assert spoiled["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert client.graphql(served, "{ shop { name } }")["data"]["shop"]["name"]


def test_login_page_and_empty_body(served: Running) -> None:
    served.faults.add("login_page")
    served.faults.add("empty_body")
    page, empty = ask(served), ask(served)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.text.startswith("<!DOCTYPE html>")
    assert (empty.status_code, empty.content) == (200, b"")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect(served: Running, status: int) -> None:
    served.faults.add("redirect", status=status, to="https://evil.example/steal")
    spoiled = ask(served, allow_redirects=False)
    assert (spoiled.status_code, spoiled.headers["Location"]) == (status, "https://evil.example/steal")


def test_reset(served: Running) -> None:
    served.faults.add("reset")
    with pytest.raises(requests.ConnectionError):
        ask(served)
    assert ask(served).status_code == 200


def test_silent(served: Running) -> None:
    served.faults.add("silent")
    with pytest.raises(requests.ReadTimeout):
        ask(served, timeout=0.3)
    assert ask(served).status_code == 200


def test_short_body(served: Running) -> None:
    whole = ask(served).content
    served.faults.add("short_body", percent=40)
    response, body = raw(served)
    assert int(response.headers["Content-Length"]) == len(whole)
    assert body == whole[: int(len(whole) * 0.4)]


def test_no_length(served: Running) -> None:
    whole = ask(served).content
    served.faults.add("no_length", percent=50)
    response, body = raw(served)
    assert response.headers["Content-Length"] is None
    assert body == whole[: len(whole) // 2]


def test_cut_chunk(served: Running) -> None:
    served.faults.add("cut_chunk")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(served)


@pytest.mark.parametrize("percent", [10, 50, 99])
def test_gzip_cut(served: Running, percent: int) -> None:
    served.faults.add("gzip_cut", percent=percent)
    response, body = raw(served)
    assert response.status == 200
    assert (response.headers["Content-Encoding"], int(response.headers["Content-Length"])) == ("gzip", len(body))
    with pytest.raises(EOFError):
        gzip.decompress(body)


def test_gzip_bomb(served: Running) -> None:
    assert len(gzip.decompress(bomb(100_000_000))) == 100_000_000
    served.faults.add("gzip_bomb", value="100000000")
    response, body = raw(served)
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(body) < 200_000


def test_drip(served: Running) -> None:
    served.faults.add("drip", seconds=0.02)
    start, got = time.monotonic(), 0
    with client.session("hubspot") as made:
        response = made.get(served.base_url + CONTACTS, stream=True, timeout=1)
        for byte in response.iter_content(1):
            got += len(byte)
            if time.monotonic() - start > 0.5:
                break
        response.close()
    assert 5 <= got <= 30


@pytest.mark.parametrize(
    ("options", "check"),
    [
        ({"kind": "drop_key"}, lambda page: "id" not in page["results"][0] and "id" in page["results"][1]),
        ({"kind": "drop_key", "field": "properties.email"},
         lambda page: "email" not in page["results"][0]["properties"]),
        ({"kind": "null_records"}, lambda page: page["results"] is None),
        ({"kind": "nan"}, lambda page: page["results"][0]["id"] != page["results"][0]["id"]),
        ({"kind": "long_id"}, lambda page: page["results"][0]["id"] == 98765432109876543210),
        ({"kind": "value", "field": "properties.city", "value": "1e400", "records": 2},
         lambda page: page["results"][1]["properties"].get("city") == float("inf")),
        ({"kind": "value", "value": '"\\ud800"'}, lambda page: page["results"][0]["id"] == "\ud800"),
        ({"kind": "value", "field": "updatedAt", "value": '"2999-01-01T00:00:00Z"'},
         lambda page: page["results"][0]["updatedAt"].startswith("2999")),
    ],
)  # fmt: skip
def test_spoiled_records(served: Running, options: dict[str, Any], check: Any) -> None:
    whole = ask(served).json()
    served.faults.add(Fault(**options))
    spoiled = json.loads(ask(served).content)
    assert check(spoiled)
    assert not check(whole)
    assert ask(served).json() == whole


def test_duplicate_key(served: Running) -> None:
    served.faults.add("duplicate_key", value='"1"')
    doubled = [name for name, _ in json.loads(ask(served).content, object_pairs_hook=list)[0][1][0]]
    assert doubled.count("id") == 2


@pytest.mark.parametrize(("how", "error"), [("bom", json.JSONDecodeError), ("invalid_utf8", UnicodeDecodeError)])
def test_encoding(served: Running, how: str, error: type[Exception]) -> None:
    served.faults.add("encoding", value=how)
    with pytest.raises(error):
        json.loads(ask(served).content.decode("utf-8"))


def test_malformed_json(served: Running) -> None:
    served.faults.add("malformed_json")
    with pytest.raises(requests.JSONDecodeError):
        ask(served).json()


def shopify_page(served: Running, after: str | None = None) -> tuple[list[Any], str | None]:
    query = "query($a: String) { orders(first: 40, after: $a) { nodes { id } pageInfo { hasNextPage endCursor } } }"
    page = client.graphql(served, query, {"a": after})["data"]["orders"]
    return page["nodes"], page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None


def hubspot_page(served: Running, after: str | None = None) -> tuple[list[Any], str | None]:
    page = client.get(served.base_url + CONTACTS, "hubspot", limit=60, **({"after": after} if after else {}))
    return page["results"], page.get("paging", {}).get("next", {}).get("after")


def search_page(served: Running, after: str | None = None) -> tuple[list[Any], str | None]:
    page = client.search(
        served, "contacts", limit=60, sorts=["hs_object_id"], **({"after": after} if after else {})
    ).json()
    return page["results"], page.get("paging", {}).get("next", {}).get("after")


def zendesk_page(served: Running, after: str | None = None) -> tuple[list[Any], str | None]:
    page = client.get(served.base_url + USERS, "zendesk", **({"cursor": after} if after else {}))
    return page["users"], None if page["end_of_stream"] else page["after_cursor"]


def ratings_page(served: Running, after: str | None = None) -> tuple[list[Any], str | None]:
    query = {"page[size]": 20} | ({"page[after]": after} if after else {})
    page = client.get(f"{served.base_url}/zendesk/api/v2/satisfaction_ratings.json", "zendesk", **query)
    return page["satisfaction_ratings"], page["meta"]["after_cursor"] if page["meta"]["has_more"] else None


PAGERS = [hubspot_page, search_page, shopify_page, zendesk_page, ratings_page]


def walk(served: Running, pager: Any, most: int = 40) -> tuple[list[list[Any]], list[str | None]]:
    pages, tokens = [], []
    token: str | None = None
    while len(pages) < most:
        records, token = pager(served, token)
        pages.append([record["id"] for record in records])
        tokens.append(token)
        if token is None:
            break
    return pages, tokens


@pytest.mark.parametrize("pager", PAGERS)
def test_repeat_token(served: Running, pager: Any) -> None:
    served.faults.add("repeat_token", times=None)
    pages, tokens = walk(served, pager, 5)
    assert tokens[0] == tokens[1] == tokens[4]
    assert pages[1] == pages[2] != pages[0]


@pytest.mark.parametrize("pager", PAGERS)
def test_cycle_token(served: Running, pager: Any) -> None:
    served.faults.add("cycle_token", times=None)
    _, tokens = walk(served, pager, 7)
    assert len(tokens) == 7
    assert len(set(tokens)) == 2


@pytest.mark.parametrize("pager", PAGERS)
def test_endless(served: Running, pager: Any) -> None:
    whole = walk(served, pager)[0]
    served.faults.add("endless", times=None)
    pages, tokens = walk(served, pager, len(whole) + 6)
    assert len(pages) == len(whole) + 6
    assert len(set(tokens)) == len(tokens)
    assert pages[: len(whole)] == whole
    assert not any(pages[len(whole) :])


@pytest.mark.parametrize("pager", PAGERS)
@pytest.mark.parametrize("after", [0, 1])
def test_empty_page_in_the_middle_loses_nothing(served: Running, pager: Any, after: int) -> None:
    whole = walk(served, pager)[0]
    served.faults.add("empty_page", times=2, after=after)
    pages, tokens = walk(served, pager)
    assert pages == [*whole[:after], [], [], *whole[after:]]
    assert len(set(tokens)) == len(tokens)


def test_mailchimp_endless(served: Running) -> None:
    path = f"/mailchimp/3.0/lists/{client.list_id(served)}/members?count=1000"
    served.faults.add("endless", path="*/members", times=None)
    page = ask(served, path + "&offset=1000", "mailchimp").json()
    assert page["members"] == []
    assert page["total_items"] > 1_000_000


@pytest.mark.parametrize(
    ("path", "vendor", "place"),
    [
        (CONTACTS, "hubspot", lambda page: page["paging"]["next"]["link"]),
        (USERS, "zendesk", lambda page: page["after_url"]),
        ("/zendesk/api/v2/satisfaction_ratings.json?page[size]=1", "zendesk", lambda page: page["links"]["next"]),
        ("/zendesk/api/v2/incremental/organizations.json?start_time=0&per_page=1", "zendesk", lambda p: p["next_page"]),
    ],
)
def test_foreign_next(served: Running, path: str, vendor: str, place: Any) -> None:
    honest = place(ask(served, path, vendor).json())
    served.faults.add("foreign_next", to="https://api.vendor.test@evil.test")
    led = place(ask(served, path, vendor).json())
    assert led == honest.replace(served.base_url, "https://api.vendor.test@evil.test")


def test_clock_skew_goes_with_other_faults(served: Running) -> None:
    served.faults.add("clock_skew", seconds=600, times=None)
    served.faults.add("status", status=500)
    assert [ask(served).status_code for _ in range(2)] == [500, 200]
    assert ask(served).headers["Date"] == clock.http_date(clock.night(3) + 600_000)


def test_unknown_fault_is_refused(served: Running) -> None:
    with pytest.raises(ValueError, match="no fault"):
        served.faults.add("nonsense")
    answer = requests.post(f"{served.base_url}/sandbox/faults", json={"faults": [{"kind": "nonsense"}]}, timeout=5)
    assert answer.status_code == 400
    assert "nonsense" in answer.json()["error"]


def test_every_kind_has_its_place() -> None:
    groups = [BEFORE, PAGE, WIRE, CLOCK]
    assert sum(map(len, groups)) == len(KINDS)
