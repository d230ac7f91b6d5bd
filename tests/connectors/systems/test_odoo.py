"""Odoo: both APIs give the same, what is archived and what is unlinked is seen, and the key stays out of every file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from crm360.connectors.engine.errors import AuthError
from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox import TOKENS
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.vendors.odoo import api
from crm360.connectors.systems import odoo
from crm360.connectors.systems.odoo import STREAMS
from tests.connectors.battery import Bench, bench

SYSTEM = "odoo"


@pytest.fixture(params=["json2", "jsonrpc"])
def here(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(odoo, "LIMIT", 60)
    with bench(tmp_path) as made:
        made.settings["api"] = request.param
        yield made


def live(company: Company, stream: str) -> list[str]:
    return [r.id for r in company.truth().records(SYSTEM, stream) if not r.deleted]


def differences(here: Bench) -> dict[str, dict[str, set[str]]]:
    return {s.name: found for s in STREAMS if (found := here.differences(SYSTEM, s.name))}


@pytest.mark.night
def test_nights_leave_nothing_lost_nothing_twice_nothing_wrong(here: Bench) -> None:
    for day in (0, 1, 2, 16):
        here.company.go_to(day)
        assert [str(p.error) for p in here.pull(SYSTEM).values() if p.error] == []
        assert differences(here) == {}
    again = here.pull(SYSTEM)
    assert {s: p.footer.landed + p.footer.derived for s, p in again.items() if p.footer} == dict.fromkeys(again, 0)


@pytest.mark.parametrize(
    ("stream", "vanish"),
    [
        ("contacts", False),
        ("contacts", True),
        ("companies", False),
        ("leads", False),
        ("orders", False),
        ("mailing_traces", False),
        ("credit_notes", False),
    ],
)
def test_deletions_are_seen_the_same_night(here: Bench, stream: str, vanish: bool) -> None:
    here.pull(SYSTEM, stream)
    here.company.delete(SYSTEM, stream, live(here.company, stream)[3], vanish=vanish)
    here.pull(SYSTEM, stream)
    assert here.differences(SYSTEM, stream) == {}


def test_an_order_holds_its_lines_and_they_add_up(here: Bench) -> None:
    here.pull(SYSTEM, "orders")
    for record_id, order in Landing(here.landing).live_records(SYSTEM, "orders"):
        assert {str(line["order_id"][0]) for line in order["lines"]} == {record_id}
        assert round(sum(line["price_total"] for line in order["lines"]), 2) == order["amount_total"]


def test_a_sale_at_the_counter_holds_its_lines_and_what_comes_back_is_below_nought(here: Bench) -> None:
    here.company.go_to(20)
    here.pull(SYSTEM, "pos_orders")
    sold = dict(Landing(here.landing).live_records(SYSTEM, "pos_orders"))
    for record_id, order in sold.items():
        assert {str(line["order_id"][0]) for line in order["lines"]} == {record_id}
        assert round(sum(line["price_subtotal_incl"] for line in order["lines"]), 2) == order["amount_total"]
    assert 0 < sum(order["amount_total"] < 0 for order in sold.values()) < len(sold) / 3


def test_a_lost_lead_is_archived_and_not_deleted(here: Bench) -> None:
    here.pull(SYSTEM, "leads")
    lost = [r for _, r in Landing(here.landing).live_records(SYSTEM, "leads") if not r["active"]]
    assert len(lost) > 3 and all(r["lost_reason_id"] for r in lost)


def test_credit_notes_are_told_from_invoices_and_name_theirs(here: Bench) -> None:
    here.pull(SYSTEM)
    invoices, notes = (dict(Landing(here.landing).live_records(SYSTEM, s)) for s in ("invoices", "credit_notes"))
    assert {r["move_type"] for r in invoices.values()} == {"out_invoice"}
    assert {r["move_type"] for r in notes.values()} == {"out_refund"} and not invoices.keys() & notes.keys()
    assert {str(r["reversed_entry_id"][0]) for r in notes.values()} <= invoices.keys()


def test_a_sales_receipt_is_an_invoice(here: Bench) -> None:
    receipt, entry = live(here.company, "invoices")[:2]
    here.company.touch(SYSTEM, "invoices", receipt, fields={"move_type": "out_receipt"})
    here.company.touch(SYSTEM, "invoices", entry, fields={"move_type": "entry"})
    here.pull(SYSTEM, "invoices")
    found = dict(Landing(here.landing).live_records(SYSTEM, "invoices"))
    assert found[receipt]["move_type"] == "out_receipt" and entry not in found


def test_a_database_without_accounting_has_none_and_that_is_no_error(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its models are not there; what a user may not read is another answer, and stays an error."""
    monkeypatch.setattr(api, "INSTALLED", False)
    pulled = here.pull(SYSTEM)
    assert {name: str(p.error) for name, p in pulled.items() if p.error} == {}
    empty = ("invoices", "credit_notes", "payments", "pos_orders")
    assert all(not dict(Landing(here.landing).live_records(SYSTEM, s)) for s in empty)
    monkeypatch.setattr(api, "INSTALLED", True)
    assert here.pull(SYSTEM, "invoices")["invoices"].error is None
    assert here.differences(SYSTEM, "invoices") == {}


def test_a_refused_key_is_an_auth_error_and_the_key_stands_in_no_file(here: Bench) -> None:
    assert isinstance(here.pull(SYSTEM, "contacts", token="a-wrong-key-42")["contacts"].error, AuthError)
    here.pull(SYSTEM)
    for path in here.landing.rglob("*.parquet"):
        assert TOKENS[SYSTEM].encode() not in path.read_bytes()
    for _, footer in Landing(here.landing).footers(SYSTEM, "contacts"):
        assert TOKENS[SYSTEM].encode() not in msgspec.json.encode(footer)


def test_version_14_is_read_by_the_names_that_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for by another name is refused, so fields_get says which there are."""
    monkeypatch.setattr(api, "SPOKEN", api.OF_14)
    with bench(tmp_path) as here:
        here.settings["api"] = "jsonrpc"
        pulled = here.pull(SYSTEM)
        assert {name: str(p.error) for name, p in pulled.items() if p.error} == {}
        landing = Landing(here.landing)
        leads = dict(landing.live_records(SYSTEM, "leads"))
        assert sorted(leads) == sorted(live(here.company, "leads"))
        assert any(lead["lost_reason"] for lead in leads.values())
        assert not any({"won_status", "lost_reason_id"} & lead.keys() for lead in leads.values())
        traces = [trace for _, trace in landing.live_records(SYSTEM, "mailing_traces")]
        assert traces and all({"state", "sent", "opened", "replied", "clicked"} <= trace.keys() for trace in traces)


def test_every_field_that_is_asked_for_is_in_version_14_or_known_by_another_name_there() -> None:
    """Field lists of 14.0: addons/crm/models/crm_lead.py, addons/mass_mailing/models/mailing_trace.py."""
    traces_14 = (
        "trace_type mail_mail_id mail_mail_id_int email message_id model res_id mass_mailing_id campaign_id ignored "
        "scheduled sent exception opened replied bounced links_click_ids clicked state failure_type state_update "
        "create_date write_date"
    )
    asked = {s.name: s.params["fields"].split() for s in STREAMS}
    assert {odoo.FORMERLY.get(name, name) for name in asked["mailing_traces"]} <= set(traces_14.split())
    assert set(odoo.FORMERLY) <= {name for names in asked.values() for name in names}
