"""The fake as WooCommerce's own Python client reads it: the same ids come out, page by page."""

from __future__ import annotations

import pytest

from crm360.connectors.sandbox import TOKENS, Company, running
from crm360.connectors.sandbox.vendors.woocommerce.fake import KEY

woocommerce = pytest.importorskip("woocommerce")


@pytest.mark.parametrize("stream", ["orders", "customers", "products", "refunds"])
def test_the_clients_ids_are_the_truths(stream: str) -> None:
    with running(Company(300)) as sandbox:
        shop = woocommerce.API(
            url=f"{sandbox.base_url}/woocommerce",
            consumer_key=KEY,
            consumer_secret=TOKENS["woocommerce"],
            version="wc/v3",
        )
        shop.is_ssl = True  # Basic credentials, as over TLS; over plain HTTP the client would sign with OAuth 1.0a
        ids: list[str] = []
        last = 1
        page = 0
        while page < last:
            page += 1
            answer = shop.get(stream, params={"per_page": 100, "page": page, "orderby": "id", "order": "asc"})
            assert answer.status_code == 200
            last = int(answer.headers["X-WP-TotalPages"])
            ids += [str(record["id"]) for record in answer.json()]
        truth = [r.id for r in sandbox.company.truth().records("woocommerce", stream) if not r.deleted]
        assert ids == truth and page == last > 0


def test_a_wrong_secret_is_told_as_woocommerce_tells_it() -> None:
    with running(Company(10)) as sandbox:
        shop = woocommerce.API(f"{sandbox.base_url}/woocommerce", KEY, "wrong", version="wc/v3")
        shop.is_ssl = True
        answer = shop.get("orders")
        assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_cannot_view")
