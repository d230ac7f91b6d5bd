"""The fake as python-quickbooks reads it: its objects are made of each answer, and the same records come out."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from crm360.connectors.sandbox import Company, running
from crm360.connectors.sandbox.vendors.quickbooks.fake import ACCESS, OBJECTS, REALM

quickbooks = pytest.importorskip("quickbooks")
from quickbooks import objects  # noqa: E402
from quickbooks.cdc import change_data_capture  # noqa: E402
from quickbooks.exceptions import AuthorizationException, QuickbooksException  # noqa: E402

ACTIVE = {"Customer": "Active IN (true, false)", "Item": "Active IN (true, false)"}


def client(base_url: str, monkeypatch: pytest.MonkeyPatch, token: str = ACCESS) -> Any:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback has no TLS
    monkeypatch.setattr(quickbooks.QuickBooks, "sandbox_api_url_v3", f"{base_url}/quickbooks/v3")
    login = SimpleNamespace(client_id="a", access_token=token, refresh_token="b", environment="sandbox")
    return quickbooks.QuickBooks(auth_client=login, refresh_token="b", company_id=REALM, minorversion=75)


def test_the_clients_records_are_the_truths(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(Company(120)) as sandbox:
        qb, company = client(sandbox.base_url, monkeypatch), sandbox.company
        for stream, name in OBJECTS.items():
            kind = getattr(objects, name.lower()).__dict__[name]
            truth = {r.id for r in company.truth().records("quickbooks", stream) if not r.deleted}
            where, found = ACTIVE.get(name, ""), []
            while page := kind.where(where, start_position=len(found) + 1, max_results=100, qb=qb):
                found += page
            assert len(found) == len(truth) == kind.count(where, qb=qb) and {r.Id for r in found} == truth, name
        active = objects.customer.Customer.count(qb=qb)
        assert 0 < active < objects.customer.Customer.count(ACTIVE["Customer"], qb=qb)
        memos = {
            linked.TxnId
            for payment in objects.payment.Payment.where("", max_results=1000, qb=qb)
            for line in payment.Line
            for linked in line.LinkedTxn
            if linked.TxnType == "CreditMemo"
        }
        assert memos == {r.id for r in company.truth().records("quickbooks", "credit_memos") if not r.deleted}


def test_what_changed_and_what_is_gone_is_told_by_cdc(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(Company(120)) as sandbox:
        qb, company = client(sandbox.base_url, monkeypatch), sandbox.company
        one, two = [r.id for r in company.truth().records("quickbooks", "invoices") if not r.deleted][:2]
        company.go_to(1)
        company.touch("quickbooks", "invoices", one, datetime(2026, 7, 1, 12))
        company.delete("quickbooks", "invoices", two)
        told = change_data_capture([objects.invoice.Invoice], "2026-07-01T02:00:00Z", qb=qb)
        found = {record.Id: getattr(record, "status", "") for record in told.Invoice._object_list}
        assert found[one] != "Deleted" and found[two] == "Deleted"
        assert not hasattr(change_data_capture([objects.invoice.Invoice], "2026-07-02T02:00:01Z", qb=qb), "Invoice")


def test_a_wrong_token_and_a_wrong_query_are_told_as_quickbooks_tells_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(Company(10)) as sandbox:
        with pytest.raises(AuthorizationException):
            objects.item.Item.all(qb=client(sandbox.base_url, monkeypatch, "wrong"))
        with pytest.raises(QuickbooksException, match="QueryParserError"):
            client(sandbox.base_url, monkeypatch).query("select from nothing")
