"""The plainest possible clients of the four vendors: they pull every page of a stream and hide nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

from crm360.connectors.sandbox import TOKENS, ZENDESK_USER, Running

LOGINS: dict[str, tuple[str, str]] = {
    "mailchimp": ("any", TOKENS["mailchimp"]),
    "zendesk": (f"{ZENDESK_USER}/token", TOKENS["zendesk"]),
}


def session(vendor: str) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    if vendor in ("hubspot", "surveys"):
        made.headers["Authorization"] = f"Bearer {TOKENS[vendor]}"
    elif vendor == "shopify":
        made.headers["X-Shopify-Access-Token"] = TOKENS[vendor]
    else:
        made.auth = LOGINS[vendor]
    return made


def get(url: str, vendor: str, **query: Any) -> dict[str, Any]:
    with session(vendor) as made:
        response = made.get(url, params=query, timeout=20)
        response.raise_for_status()
        return dict(response.json())


def hubspot(served: Running, kind: str, **query: Any) -> Iterator[dict[str, Any]]:
    after: dict[str, str] = {}
    with session("hubspot") as made:
        while True:
            url = f"{served.base_url}/hubspot/crm/v3/objects/{kind}"
            page = made.get(url, params={"limit": 100} | query | after, timeout=20).json()
            yield from page["results"]
            if "paging" not in page:
                return
            after = {"after": page["paging"]["next"]["after"]}


def search(served: Running, kind: str, **body: Any) -> requests.Response:
    with session("hubspot") as made:
        return made.post(f"{served.base_url}/hubspot/crm/v3/objects/{kind}/search", json=body, timeout=20)


def graphql(served: Running, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    with session("shopify") as made:
        url = f"{served.base_url}/shopify/admin/api/2026-07/graphql.json"
        response = made.post(url, json={"query": query, "variables": variables or {}}, timeout=20)
        response.raise_for_status()
        return dict(response.json())


def shopify(served: Running, stream: str, fields: str, size: int = 100, **args: str) -> Iterator[dict[str, Any]]:
    said = "".join(f", {name}: {value}" for name, value in args.items())
    query = f"query($a: String) {{ {stream}(first: {size}, after: $a{said}) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    after = None
    while True:
        page = graphql(served, query, {"a": after})["data"][stream]
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def mailchimp(served: Running, path: str, records: str, size: int = 500, **query: Any) -> Iterator[dict[str, Any]]:
    offset = 0
    while True:
        url = f"{served.base_url}/mailchimp/3.0/{path}"
        page = get(url, "mailchimp", count=size, offset=offset, **query)
        yield from page[records]
        offset += size
        if offset >= page["total_items"]:
            return


def list_id(served: Running) -> str:
    return str(get(f"{served.base_url}/mailchimp/3.0/lists", "mailchimp")["lists"][0]["id"])


def zendesk(served: Running, kind: str, size: int = 300, start: int = 0, **query: Any) -> Iterator[dict[str, Any]]:
    url = f"{served.base_url}/zendesk/api/v2/incremental/{kind}/cursor.json"
    page = get(url, "zendesk", start_time=start, per_page=size, **query)
    while True:
        yield from page[kind]
        if page["end_of_stream"]:
            return
        page = get(page["after_url"], "zendesk")
