"""The fake as OdooRPC reads it by JSON-RPC: the same ids come out, and a refused login is one."""

from __future__ import annotations

import pytest

from crm360.connectors.sandbox import TOKENS, Company, running
from crm360.connectors.sandbox.vendors.odoo.fake import DATABASE, USER

odoorpc = pytest.importorskip("odoorpc")
DOMAINS = {
    "contacts": ("res.partner", [["is_company", "=", False]]),
    "companies": ("res.partner", [["is_company", "=", True]]),
    "leads": ("crm.lead", []),
    "orders": ("sale.order", []),
    "pos_orders": ("pos.order", []),
    "invoices": ("account.move", [["move_type", "=", "out_invoice"]]),
    "credit_notes": ("account.move", [["move_type", "=", "out_refund"]]),
    "payments": ("account.payment", [["partner_type", "=", "customer"]]),
    "mailing_traces": ("mailing.trace", []),
}


def client(base_url: str, key: str = TOKENS["odoo"]):  # type: ignore[no-untyped-def]
    port = int(base_url.rsplit(":", 1)[1])
    made = odoorpc.ODOO("127.0.0.1", port=port, version="17.0")
    made._connector._proxy_json._root_url = f"{base_url}/odoo"
    made.login(DATABASE, USER, key)
    return made


@pytest.mark.parametrize("stream", DOMAINS)
def test_the_clients_ids_are_the_truths(stream: str) -> None:
    model, domain = DOMAINS[stream]
    with running(Company(300)) as sandbox:
        odoo, truth = client(sandbox.base_url), sandbox.company.truth().records("odoo", stream)
        named = {"fields": ["id", "write_date"], "order": "id", "context": {"active_test": True}}
        records = odoo.execute_kw(model, "search_read", [domain], named)
        assert {str(r["id"]): r["write_date"] for r in records} == {
            r.id: r.changed_at.isoformat(sep=" ") for r in truth if not r.deleted
        }
        assert len(records) == odoo.execute_kw(model, "search_count", [domain], {}) > 5


def test_a_wrong_key_is_told_as_odoo_tells_it() -> None:
    with running(Company(10)) as sandbox, pytest.raises(odoorpc.error.RPCError):
        client(sandbox.base_url, "wrong")
