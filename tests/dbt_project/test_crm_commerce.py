"""HubSpot's and Salesforce's orders, products, surveys, forms, letters and meetings, from the fakes to the entities."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pytest

from crm360.connectors.sandbox.company.shopping import CANCELLED, TEST
from crm360.connectors.sandbox.vendors.hubspot.commerce import OF_DEALS
from crm360.connectors.sandbox.vendors.hubspot.marketing import OWN_OFFICE
from crm360.connectors.systems import CONNECTORS
from tests.connectors.battery import Bench, bench

from .conftest import Compiled
from .test_crm_systems import landed

pytestmark = pytest.mark.night

BUILT = (
    "orders", "order_lines", "products", "surveys", "interactions", "email_events", "campaigns", "contacts", "deals",
    "deal_lines", "quotes", "list_members",
)  # fmt: skip
STREAMS = {
    "hubspot": {
        "orders": "orders", "products": "products", "surveys": "feedback_submissions",
        "interactions": "form_submissions", "quotes": "quotes", "list_members": "list_members",
    },
    "salesforce": {
        "orders": "orders", "order_lines": "order_items", "products": "products", "quotes": "quotes",
        "deal_lines": "opportunity_line_items",
    },
}  # fmt: skip


@pytest.fixture(scope="module", params=STREAMS)
def built(request: pytest.FixtureRequest, project: Compiled, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A vendor's entities after three nights, and the bench they came from."""
    vendor: str = request.param
    with bench(tmp_path_factory.mktemp(vendor), people=50) as here:
        for day in (0, 1):
            here.company.go_to(day)
            assert [str(p.error) for p in here.pull(vendor).values() if p.error] == []
        given = {f"{vendor}.{s}": landed(here, vendor, s) for s in CONNECTORS[vendor].names}
        with project.build([f"int_{e}_unioned" for e in BUILT] + ["int_records_unparseable"], given) as con:
            yield vendor, here, con


Built = tuple[str, Bench, duckdb.DuckDBPyConnection]


def live(con: duckdb.DuckDBPyConnection, entity: str, told: str = "source_id", where: str = "true") -> list[Any]:
    sql = f"select {told} from intermediate.int_{entity}_unioned where not is_deleted and {where}"
    return con.execute(sql).fetchall()


def test_every_live_record_is_in_its_entity_once(built: Built) -> None:
    vendor, here, con = built
    for entity, stream in STREAMS[vendor].items():
        truth = [r.id for r in here.company.truth().records(vendor, stream) if not r.deleted]
        where = "kind = 'form'" if stream == "form_submissions" else "true"
        assert sorted(i for (i,) in live(con, entity, where=where)) == sorted(truth), entity
        assert truth
    # The sandbox's nights lie after the day that these models are built for.
    unread = "select * from intermediate.int_records_unparseable where parse_errors not like '%=future %'"
    assert con.execute(unread).fetchall() == []


def test_money_is_the_shops_and_only_what_was_sold_counts(built: Built) -> None:
    vendor, here, con = built
    rows = here.company.table(vendor, "orders").live()
    money, marks = here.company.shop.money(rows), here.company.shop.orders["marks"][rows]
    ((total, discount),) = live(con, "orders", "sum(total_amount), sum(discount_amount)")
    assert total == Decimal(int(money.total.sum())).scaleb(-2)
    states = Counter(dict(live(con, "orders", "sale_state, count(*)", "true group by sale_state")))
    if vendor == "hubspot":
        assert discount == Decimal(int(money.discount.sum())).scaleb(-2)
        ((called_off, tests),) = live(con, "orders", "count(cancelled_at), count(*) filter (where sale_state = 'test')")
        assert (called_off, tests) == (np.count_nonzero(marks & CANCELLED), np.count_nonzero(marks & TEST))
        assert {"sold", "refunded"} <= states.keys() and "unknown" not in states
    else:
        drafts = np.count_nonzero((rows % 9 == 8) & (marks & CANCELLED == 0))
        assert (states["quote"], states["cancelled"]) == (drafts, np.count_nonzero(marks & CANCELLED))
        assert states.keys() <= {"quote", "cancelled", "sold"}


def test_lines_are_of_orders_and_of_products_and_a_deals_line_is_none(built: Built) -> None:
    vendor, here, con = built
    rows = here.company.table(vendor, "line_items" if vendor == "hubspot" else "order_items").live()
    wanted = rows[rows % OF_DEALS != OF_DEALS - 1] if vendor == "hubspot" else rows
    ((amount, count),) = live(con, "order_lines", "sum(line_amount), count(*)")
    assert count == len(wanted)
    assert amount == Decimal(int(here.company.shop.money(wanted).line[:, 0].sum())).scaleb(-2)
    for link, other in (("order_id", "orders"), ("product_id", "products")):
        ((lost,),) = live(
            con, "order_lines", "count(*)", f"{link} not in (select {link} from intermediate.int_{other}_unioned)"
        )
        assert lost == 0, link


def test_what_is_offered_is_of_deals_and_a_quote_is_what_its_words_mean(built: Built) -> None:
    vendor, here, con = built
    if vendor == "salesforce":
        _as_salesforce_offers(here, con)
        return
    rows = here.company.table("hubspot", "line_items").live()
    rows = rows[rows % OF_DEALS == OF_DEALS - 1]
    ((amount, count, often),) = live(con, "deal_lines", "sum(line_amount), count(*), count(billing_interval)")
    assert 0 < count <= len(rows) and 0 < often < count, "a line whose deal is gone has none"
    known = {int(i) for (i,) in live(con, "deal_lines")}
    offered = np.array([row for row in rows.tolist() if 98_000_000_001 + row in known])
    assert amount == Decimal(int(here.company.shop.money(offered).line[:, 0].sum())).scaleb(-2)
    links = (("deal_lines", "deal_id", "deals"), ("deal_lines", "product_id", "products"), ("quotes", "deal_id", "deals"),
             ("list_members", "contact_id", "contacts"))  # fmt: skip
    for entity, link, other in links:
        there = f"{link} not in (select {link} from intermediate.int_{other}_unioned)"
        assert live(con, entity, "count(*)", there) == [(0,)], (entity, link)
    told = dict(live(con, "quotes", "status, quote_state", "decided_at is null group by all"))
    assert told == {
        "draft": "draft", "approval_not_needed": "sent", "approved": "sent", "pending_approval": "draft",
        "rejected": "draft", "lost": "declined", "put_on_ice": None,
    }  # fmt: skip
    signed = dict(live(con, "quotes", "status, quote_state", "decided_at is not null group by all"))
    assert signed == {"accepted": "accepted", "approved": "accepted"}
    lists = live(con, "list_members", "list_name, list_kind", "true group by all order by all")
    assert lists == [("Came by of late", "dynamic"), ("Newsletter", "static")]


def _as_salesforce_offers(here: Bench, con: duckdb.DuckDBPyConnection) -> None:
    rows = here.company.table("salesforce", "opportunity_line_items").live()
    discounted = live(
        con, "deal_lines", "count(*)", "discount_amount = quantity * unit_price - line_amount and discount_amount > 0"
    )
    assert discounted == [(np.count_nonzero(rows % 4 == 3),)]
    nowhere = "deal_id not in (select deal_id from intermediate.int_deals_unioned)"
    assert [live(con, entity, "count(*)", nowhere) for entity in ("deal_lines", "quotes")] == [[(0,)]] * 2
    told = dict(live(con, "quotes", "status, quote_state", "true group by all"))
    assert told == {
        "draft": "draft", "needs review": "draft", "in review": "draft", "approved": "draft", "rejected": "draft",
        "presented": "sent", "accepted": "accepted", "denied": "declined", "under the tree": None,
    }  # fmt: skip
    products = here.company.table("salesforce", "price_book_entries").live()
    priced = np.count_nonzero((products % 3 != 2) & (products % 9 != 4))
    assert live(con, "products", "count(*), count(distinct currency)", "unit_price > 0") == [(priced, 1)] and priced


def test_answers_keep_their_scales(built: Built) -> None:
    vendor, _, con = built
    if vendor == "salesforce":
        assert live(con, "surveys") == []
        return
    told = live(con, "surveys", "kind, min(score), max(score), min(scale_max), max(scale_max)", "true group by kind")
    found = {kind: values for kind, *values in told}
    assert found.keys() == {"NPS", "CSAT", "CES"}
    assert found["CSAT"][0] >= 1 and found["CSAT"][1:] == [3, 3, 3] and found["CES"][2:] == [7, 7]
    linked = live(con, "surveys", "count(contact_id)")
    assert linked[0][0] > 0


def test_events_are_of_campaigns_and_contacts_but_for_those_of_ones_own_office(built: Built) -> None:
    vendor, here, con = built
    if vendor == "salesforce":
        meetings = live(con, "interactions", "count(*), count(contact_id)", "kind = 'meeting'")
        rows = here.company.table("salesforce", "events").live()
        began = here.company.pipeline.deals["created"][rows] <= here.company.now
        assert meetings[0][0] == np.count_nonzero((rows % 7 != 6) & began) > 0 and meetings[0][1] > 0
        return
    table = here.company.table("hubspot", "email_events")
    rows = np.arange(len(table))
    filtered = np.isin(table["kind"], (1, 2)) & (rows % OWN_OFFICE == 0)
    assert live(con, "email_events", "count(*)") == [(np.count_nonzero(~filtered),)]
    ((lost, known),) = live(
        con, "email_events", "count(*) filter (where campaign_id not in (select campaign_id from "
        "intermediate.int_campaigns_unioned)), count(contact_id)",
    )  # fmt: skip
    assert lost == 0 and known > 0
    kinds = {kind for (kind,) in live(con, "email_events", "distinct event")}
    assert kinds <= {"sent", "opened", "clicked", "bounced", "complained", "unsubscribed"} and len(kinds) >= 4
    assert live(con, "campaigns", "count(*)") == [(len(here.company.mailing.campaigns()),)]
