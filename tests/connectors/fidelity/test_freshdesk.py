"""The fake as python-freshdesk reads it: the same ids come out, page by page."""

from __future__ import annotations

import pytest

from crm360.connectors.sandbox import TOKENS, Company, running

freshdesk = pytest.importorskip("freshdesk.v2.api")
errors = pytest.importorskip("freshdesk.v2.errors")


def client(base_url: str, key: str = TOKENS["freshdesk"]):  # type: ignore[no-untyped-def]
    made = freshdesk.API("sandbox.freshdesk.com", key)
    made._api_prefix = f"{base_url}/freshdesk/api/v2/"
    made._session.trust_env = False
    return made


def test_the_clients_ids_are_the_truths() -> None:
    with running(Company(400)) as sandbox:
        api = client(sandbox.base_url)
        read = {
            "tickets": api.tickets.list_tickets(filter_name=None, updated_since="2000-01-01T00:00:00Z"),
            "contacts": api.contacts.list_contacts(),
            "companies": api.companies.list_companies(),
        }
        for stream, records in read.items():
            truth = {r.id for r in sandbox.company.truth().records("freshdesk", stream) if not r.deleted}
            assert {str(record.id) for record in records} == truth and len(records) == len(truth) > 5, stream


def test_deleted_ones_stand_in_lists_of_their_own() -> None:
    with running(Company(400)) as sandbox:
        api = client(sandbox.base_url)
        read = {
            "tickets": api.tickets.list_tickets(filter_name="deleted", updated_since="2000-01-01T00:00:00Z"),
            "contacts": api.contacts.list_contacts(state="deleted"),
        }
        for stream, records in read.items():
            records_ever = sandbox.company.truth().records("freshdesk", stream)
            assert {str(r.id) for r in records} == {r.id for r in records_ever if r.deleted and not r.vanished} != set()


def test_a_wrong_key_is_told_as_freshdesk_tells_it() -> None:
    with running(Company(10)) as sandbox, pytest.raises(errors.FreshdeskUnauthorized, match="logged in"):
        client(sandbox.base_url, "wrong").tickets.list_tickets()
