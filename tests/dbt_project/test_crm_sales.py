"""What CRM systems tell beside people and deals, end to end: who was spoken to, what was sold and billed, what campaigns cost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.connectors.sandbox.company.shopping import CANCELLED
from crm360.connectors.systems import CONNECTORS
from tests.connectors.battery import Bench, bench

from .conftest import Compiled
from .conftest import landed as landed_version
from .test_crm_systems import landed

pytestmark = pytest.mark.night

ENTITIES = (
    "interactions", "orders", "order_lines", "invoices", "products", "campaigns", "deals", "deal_lines", "quotes",
)  # fmt: skip
TARGETS = [f"int_{entity}_unioned" for entity in ENTITIES]
SOLD = {
    "dynamics": ("salesorders", "invoices", "products", "campaigns"),
    "zoho": ("sales_orders", "invoices", "products", "campaigns"),
}
SPOKEN = {"dynamics": ("emails", "phonecalls", "appointments"), "zoho": ("calls", "events")}
LABEL, KIND = "@OData.Community.Display.V1.FormattedValue", "@Microsoft.Dynamics.CRM.lookuplogicalname"


@pytest.fixture(scope="module", params=SOLD)
def built(request: pytest.FixtureRequest, project: Compiled, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A vendor's entities after two nights, between which an invoice was deleted, and the bench they came from."""
    vendor: str = request.param
    folder: Path = tmp_path_factory.mktemp(vendor)
    with bench(folder, people=60) as here:
        assert [str(p.error) for p in here.pull(vendor).values() if p.error] == []
        bills = SOLD[vendor][1]
        here.company.delete(
            vendor, bills, next(r.id for r in here.company.truth().records(vendor, bills) if not r.deleted)
        )
        assert [str(p.error) for p in here.pull(vendor).values() if p.error] == []
        given = {f"{vendor}.{s}": landed(here, vendor, s) for s in CONNECTORS[vendor].names}
        with project.build([*TARGETS, "int_records_unparseable"], given) as con:
            yield vendor, here, con


def test_what_is_sold_and_billed_is_in_its_entity_once_and_adds_up(
    built: tuple[str, Bench, duckdb.DuckDBPyConnection],
) -> None:
    vendor, here, con = built
    for entity, stream in zip(("orders", "invoices", "products", "campaigns"), SOLD[vendor], strict=True):
        truth = {r.id for r in here.company.truth().records(vendor, stream) if not r.deleted}
        rows = con.execute(f"select source_id from intermediate.int_{entity}_unioned where not is_deleted").fetchall()
        assert sorted(i for (i,) in rows) == sorted(truth), entity
    live, billable = (here.company.table(vendor, stream).live() for stream in SOLD[vendor][:2])
    total, to_bill = (Decimal(int(here.company.shop.money(rows).total.sum())) / 100 for rows in (live, billable))
    cancelled = int((here.company.shop.orders["marks"][live] & CANCELLED > 0).sum())
    facts = "sum(total_amount), count(*) filter (where sale_state = 'cancelled'), count(*) filter (where sale_state = 'unknown')"
    sold = con.execute(f"select {facts} from intermediate.int_orders_unioned where not is_deleted").fetchall()
    assert sold == [(total, cancelled, 0)]
    billed = con.execute(
        "select sum(total_amount) from intermediate.int_invoices_unioned where not is_deleted"
    ).fetchall()
    assert billed == [(to_bill,)] and to_bill < total
    assert con.execute(
        "select distinct currency from intermediate.int_orders_unioned where not is_deleted"
    ).fetchall() == [("EUR",)]
    assert con.execute("select * from intermediate.int_records_unparseable").fetchall() == []


STATES = {
    "dynamics": {
        "draft": "draft", "active": "sent", "won": "accepted", "lost": "declined", "canceled": "declined",
    },
    "zoho": {
        "draft": "draft", "negotiation": "sent", "delivered": "sent", "on hold": "draft", "confirmed": "accepted",
        "closed won": "accepted", "closed lost": "declined", "under the tree": None,
    },
}  # fmt: skip


def test_what_is_offered_is_of_deals_and_in_a_state(built: tuple[str, Bench, duckdb.DuckDBPyConnection]) -> None:
    vendor, here, con = built
    unknown = [
        con.execute(
            f"select count(*) from intermediate.int_{entity}_unioned where not is_deleted "
            "and deal_id not in (select deal_id from intermediate.int_deals_unioned)"
        ).fetchall()
        for entity in ("deal_lines", "quotes")
    ]
    assert unknown == [[(0,)], [(0,)]]
    told = con.execute(
        "select distinct status from intermediate.int_quotes_unioned where not is_deleted order by 1"
    ).fetchall()
    assert [word for (word,) in told] == sorted(STATES[vendor])
    rows = here.company.table(vendor, "quotes").live()
    kept = int((rows % 7 != 6).sum()) if vendor == "dynamics" else len(rows)  # a revised one is left out
    count = "select count(*) from intermediate.int_quotes_unioned where not is_deleted"
    assert con.execute(count).fetchall() == [(kept,)]
    lines = con.execute(
        "select count(*), count(*) filter (where quantity * unit_price - coalesce(discount_amount, 0) <> line_amount), "
        "count(distinct currency) from intermediate.int_deal_lines_unioned where not is_deleted"
    ).fetchall()
    expected = len(here.company.table(vendor, "opportunityproducts").live()) if vendor == "dynamics" else 0
    assert lines[0][:2] == (expected, 0) and (lines[0][2] > 0) is (expected > 0)


@pytest.mark.parametrize("vendor", STATES)
def test_each_status_of_a_vendors_quotes_has_the_meaning_that_its_page_tells(project: Compiled, vendor: str) -> None:
    records = [landed_version(str(at), _as_told(vendor, word), source=vendor) for at, word in enumerate(STATES[vendor])]
    with project.build(["quotes"], {f"{vendor}.quotes": records}) as con:
        found = dict(con.execute("select status, state from marts.quotes").fetchall())
    assert found == STATES[vendor]


def _as_told(vendor: str, word: str) -> dict[str, Any]:
    if vendor == "zoho":
        return {"Quote_Stage": word.title(), "Created_Time": "2026-06-01T08:00:00+00:00"}
    states = {"draft": (0, 1), "active": (1, 3), "won": (2, 4), "lost": (3, 5), "canceled": (3, 6)}
    return {"statecode": states[word][0], "statuscode": states[word][1], "createdon": "2026-06-01T08:00:00Z"}


def test_lines_and_invoices_lead_to_orders_and_products(built: tuple[str, Bench, duckdb.DuckDBPyConnection]) -> None:
    _, _, con = built
    for entity, link, other in (
        ("order_lines", "order_id", "orders"), ("order_lines", "product_id", "products"), ("invoices", "order_id", "orders"),
    ):  # fmt: skip
        linked, known = con.execute(
            f"""select count(a.{link}), count(b.{link}) from intermediate.int_{entity}_unioned as a
                left join intermediate.int_{other}_unioned as b on a.{link} = b.{link} where not a.is_deleted"""
        ).fetchall()[0]
        assert linked == known > 0, (entity, link)


def test_each_touch_is_of_one_person_and_none_is_yet_to_come(
    built: tuple[str, Bench, duckdb.DuckDBPyConnection],
) -> None:
    vendor, here, con = built
    truth = {r.id for s in SPOKEN[vendor] for r in here.company.truth().records(vendor, s) if not r.deleted}
    touches = con.execute(
        "select source_id, contact_id, email, happened_at from intermediate.int_interactions_unioned where not is_deleted"
    ).fetchall()
    assert {source_id for source_id, *_ in touches} < truth  # what failed or was cancelled is none
    assert len({touch[:3] for touch in touches}) == len(touches)
    assert sum(contact is not None for _, contact, *_ in touches) > len(touches) / 2
    assert all(at is not None for *_, at in touches)


def test_the_customers_who_took_part_in_an_activity_of_dynamics(project: Compiled) -> None:
    """Not ourselves, not who it is about, and none of what was planned, failed or is to come."""

    def party(role: int, kind: str | None, who: str | None, address: str | None = None) -> dict[str, Any]:
        return {"role": role, "kind": kind, "id": who, "address": address}

    both = [party(1, "contact", "c", "C@x.example"), party(2, "lead", "l"), party(3, "account", "a"), party(8, "contact", "other"),
            party(9, "contact", "other"), party(4, None, None, "New@x.example"), party(2, None, None), party(3, "contact", "c", "c@y.example")]  # fmt: skip
    sent = {"statecode": 1, "senton": "2026-05-01T10:00:00Z", "parties": both}
    at = {"scheduledstart": "2026-05-02T10:00:00Z", "parties": [party(5, "contact", "c")]}

    def mail(record_id: str, **more: Any) -> dict[str, Any]:
        return landed_version(record_id, sent | more, source="dynamics")

    given = {
        "dynamics.emails": [
            mail("in", statuscode=4, directioncode=False), mail("none", statuscode=3, directioncode=True, parties=[]),
            mail("waits", statuscode=6), mail("draft", statecode=0, statuscode=1), mail("undone", statecode=2, statuscode=5),
            mail("future", statuscode=3, senton="2999-01-01T00:00:00Z"), landed_version("gone", source="dynamics"),
        ],
        "dynamics.phonecalls": [
            landed_version("made", {"statecode": 1, "actualend": "2026-05-03T10:00:00Z", "phonenumber": "+43 1", "parties": []}, source="dynamics"),
            landed_version("planned", {"statecode": 0, "scheduledend": "2026-05-03T10:00:00Z", "parties": []}, source="dynamics"),
        ],
        "dynamics.appointments": [
            landed_version(name, at | {"statecode": state}, source="dynamics") for name, state in
            (("over", 3), ("done", 1), ("tentative", 0), ("cancelled", 2))
        ],
    }  # fmt: skip
    with project.build(["int_interactions_unioned"], given) as con:
        told = con.execute(
            """select source_id, contact_id, email, phone, direction, kind, is_deleted, count(distinct interaction_id) over ()
               from intermediate.int_interactions_unioned order by all"""
        ).fetchall()
    assert told == [
        ("done", "dynamics:c", None, None, None, "meeting", False, 8),
        ("gone", None, None, None, None, "email", True, 8),
        ("in", "dynamics:c", "c@x.example", None, "inbound", "email", False, 8),
        ("in", "dynamics:l", None, None, "inbound", "email", False, 8),
        ("in", None, "new@x.example", None, "inbound", "email", False, 8),
        ("made", None, None, "+43 1", None, "call", False, 8),
        ("none", None, None, None, "outbound", "email", False, 8),
        ("over", "dynamics:c", None, None, None, "meeting", False, 8),
    ]


def test_what_dynamics_says_of_an_order_and_an_invoice(project: Compiled) -> None:
    def of(record_id: str, **fields: Any) -> dict[str, Any]:
        return landed_version(record_id, {"_customerid_value": "k", "totalamount": 120.5, **fields}, source="dynamics")

    given = {
        "dynamics.salesorders": [
            of("a", statecode=0, **{f"_customerid_value{KIND}": "contact"}, totaldiscountamount=1.5),
            of("b", statecode=2, modifiedon="2026-05-01T00:00:00Z", **{f"_customerid_value{KIND}": "account"}),
            of("c", statecode=3, _transactioncurrencyid_value="gone"), of("d", statecode=9, totalamount="a lot"),
        ],
        "dynamics.invoices": [
            of("1", statecode=2, statuscode=100001), of("2", statecode=2, statuscode=100002), of("3", statecode=3, statuscode=100003),
            of("4", statecode=0, statuscode=4), of("5", statecode=1, statuscode=3), of("6", statecode=1, statuscode=7),
        ],
        "dynamics.campaigns": [
            landed_version("t", {"istemplate": True}, source="dynamics"),
            landed_version("c", {"istemplate": False, "totalactualcost": 7, f"typecode{LABEL}": "Event"}, source="dynamics"),
        ],
        "dynamics.products": [
            landed_version("f", {"productstructure": 2}, source="dynamics"),
            landed_version("p", {"productstructure": 1, "producttypecode": 3, "price": 2}, source="dynamics"),
        ],
    }  # fmt: skip
    half = Decimal("120.5000")
    with project.build([*TARGETS, "int_records_unparseable"], given) as con:
        orders = "source_id, contact_id, company_id, sale_state, cancelled_at is not null, discount_amount, currency"
        assert con.execute(f"select {orders} from intermediate.int_orders_unioned order by all").fetchall() == [
            ("a", "dynamics:k", None, "sold", False, Decimal("1.5000"), None),
            ("b", None, "dynamics:k", "cancelled", True, None, None),
            ("c", None, None, "sold", False, None, "XXX"),
        ]
        assert con.execute(
            "select record_id, unparseable_fields from intermediate.int_records_unparseable"
        ).fetchall() == [("d", "totalamount")]
        invoices = "source_id, status, paid_amount, balance_amount"
        assert con.execute(f"select {invoices} from intermediate.int_invoices_unioned order by all").fetchall() == [
            ("1", "paid", half, 0), ("2", "open", None, None), ("3", "void", None, None), ("4", "open", None, None),
            ("5", "void", None, None), ("6", "paid", half, 0),
        ]  # fmt: skip
        assert con.execute("select source_id, channel, cost from intermediate.int_campaigns_unioned").fetchall() == [
            ("c", "event", 7)
        ]
        assert con.execute("select source_id, kind, unit_price from intermediate.int_products_unioned").fetchall() == [
            ("p", "service", 2)
        ]


def test_the_customers_who_took_part_in_a_call_or_meeting_of_zoho(project: Compiled) -> None:
    """Not ourselves, nor who declined; a lead that it is filed with, but no deal; none of what was missed or is planned."""

    def call(record_id: str, **fields: Any) -> dict[str, Any]:
        told = {"Call_Type": "Outbound", "Call_Start_Time": "2026-05-01T10:00:00+02:00", "Dialled_Number": "+43 1"}
        return landed_version(record_id, told | fields, source="zoho")

    def event(record_id: str, **fields: Any) -> dict[str, Any]:
        return landed_version(record_id, {"Start_DateTime": "2026-05-02T10:00:00Z", **fields}, source="zoho")

    who, lead, deal = {"id": "c"}, {"id": "l"}, {"id": "d"}
    all_of_them = [
        {"type": "contact", "participant": "c", "Email": "C@x.example"}, {"type": "lead", "participant": "l"},
        {"type": "user", "participant": "u"}, {"type": "contact", "participant": "no", "status": "declined"},
        {"type": "email", "participant": "New@x.example"},
    ]  # fmt: skip
    given = {
        "zoho.leads": [landed_version("l", {"Last_Name": "Lind"}, source="zoho")],
        "zoho.calls": [
            call("1 reached", Who_Id=who, What_Id=deal, Outgoing_Call_Status="Completed"),
            call("2 a lead", What_Id=lead), call("3 nobody", Call_Type="Inbound", Caller_ID="+43 2"),
            call("missed", Call_Type="Missed", Who_Id=who), call("planned", Outgoing_Call_Status="Scheduled"),
            call("in vain", Call_Result="No response/Busy"), call("future", Call_Start_Time="2999-01-01T00:00:00Z"),
        ],
        "zoho.events": [
            event("4 met", Who_Id=who, Participants=all_of_them), event("5 alone", Participants=None),
            event("later", Start_DateTime="2999-01-01T00:00:00Z"), landed_version("6 gone", source="zoho"),
        ],
    }  # fmt: skip
    with project.build(["int_interactions_unioned"], given) as con:
        told = con.execute(
            """select source_id, contact_id, email, phone, direction, kind, count(distinct interaction_id) over ()
               from intermediate.int_interactions_unioned order by all"""
        ).fetchall()
    assert told == [
        ("1 reached", "zoho:c", None, "+43 1", "outbound", "call", 8),
        ("2 a lead", "zoho:l", None, "+43 1", "outbound", "call", 8),
        ("3 nobody", None, None, "+43 2", "inbound", "call", 8),
        ("4 met", "zoho:c", "c@x.example", None, None, "meeting", 8),
        ("4 met", "zoho:l", None, None, None, "meeting", 8),
        ("4 met", None, "new@x.example", None, None, "meeting", 8),
        ("5 alone", None, None, None, None, "meeting", 8),
        ("6 gone", None, None, None, None, "meeting", 8),
    ]


def test_what_zoho_says_of_an_order_and_an_invoice(project: Compiled) -> None:
    def of(record_id: str, **fields: Any) -> dict[str, Any]:
        return landed_version(record_id, {"Grand_Total": 10.5, **fields}, source="zoho")

    states = ("Created", "Cancelled", "On hold", "Our own", None)
    given = {
        "zoho.sales_orders": [of(str(at), Status=state, Ordered_Items=None) for at, state in enumerate(states)]
        + [
            of(
                "9",
                Ordered_Items=[{"id": "91", "Product_Name": {"id": "p", "name": "P"}, "Quantity": 2, "Net_Total": "x"}],
            )
        ],
        "zoho.invoices": [
            of(str(at), Status=state) for at, state in enumerate(("Approved", "Cancelled", "Paid", "Our own"))
        ],
    }
    with project.build([*TARGETS, "int_records_unparseable"], given) as con:
        sold = con.execute("select source_id, sale_state from intermediate.int_orders_unioned order by all").fetchall()
        assert sold == [("0", "sold"), ("1", "cancelled"), ("2", "pending"), ("3", "unknown"), ("4", None), ("9", None)]
        assert con.execute("select record_id from intermediate.int_records_unparseable").fetchall() == [("91",)]
        billed = (
            "select source_id, status, paid_amount, balance_amount from intermediate.int_invoices_unioned order by all"
        )
        assert con.execute(billed).fetchall() == [
            ("0", "open", None, None), ("1", "void", None, None), ("2", "paid", Decimal("10.5000"), 0),
            ("3", "our own", None, None),
        ]  # fmt: skip
