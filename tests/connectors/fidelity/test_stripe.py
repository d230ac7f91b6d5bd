"""The fake as Stripe's own Python client reads it: lists, single objects, events and errors."""

from __future__ import annotations

import pytest

from crm360.connectors.sandbox import TOKENS, Company, running

stripe = pytest.importorskip("stripe")


def client(base_url: str, key: str = TOKENS["stripe"]):  # type: ignore[no-untyped-def]
    return stripe.StripeClient(key, base_addresses={"api": f"{base_url}/stripe"}, max_network_retries=0)


@pytest.mark.parametrize("stream", ["customers", "charges", "refunds", "disputes", "invoices", "subscriptions"])
def test_the_clients_ids_are_the_truths(stream: str) -> None:
    with running(Company(200)) as sandbox:
        ended_too = {"status": "all"} if stream == "subscriptions" else {}
        listed = getattr(client(sandbox.base_url).v1, stream).list({"limit": 100, **ended_too})
        records = list(listed.auto_paging_iter())
        truth = {r.id for r in sandbox.company.truth().records("stripe", stream) if not r.deleted}
        assert {record.id for record in records} == truth and len(records) == len(truth) > 5
        assert [r.created for r in records] == sorted((r.created for r in records), reverse=True)


def test_events_lead_to_their_objects() -> None:
    with running(Company(200, day=1)) as sandbox:
        api = client(sandbox.base_url).v1
        events = list(api.events.list({"limit": 100, "types": ["charge.succeeded"]}).auto_paging_iter())
        assert len(events) > 5
        for event in events[:5]:
            assert api.charges.retrieve(event.data.object["id"]).created == event.created


def test_a_deleted_customer_says_so_and_an_unknown_one_is_not_found() -> None:
    with running(Company(50)) as sandbox:
        api, known = client(sandbox.base_url).v1, sandbox.company.truth().records("stripe", "customers")[0].id
        sandbox.company.delete("stripe", "customers", known)
        assert api.customers.retrieve(known).deleted is True
        with pytest.raises(stripe.InvalidRequestError):
            api.customers.retrieve("cus_0")
        with pytest.raises(stripe.AuthenticationError):
            client(sandbox.base_url, "wrong").v1.customers.list()
