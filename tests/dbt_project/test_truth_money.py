"""Money by kind, for vendors and files: one transaction in two systems, several currencies, vouchers, and who is gone."""

from __future__ import annotations

from typing import Any

import duckdb

from .telling import Rows, Teller
from .test_refunds import LEDGER, epoch, euro

DAY = "2026-03-01"


def shopify(put: Teller, number: str, total: str, day: str = DAY, buyer: str | None = None, **more: Any) -> None:
    record = {
        "name": f"#{number}", "createdAt": f"{day}T10:00:00Z", "displayFinancialStatus": "PAID", "currencyCode": "EUR",
        "taxesIncluded": False, "totalPriceSet": euro(total), "totalTaxSet": euro("0"), "email": buyer,
        "customer": {"id": "gid://shopify/Customer/5"} if buyer else None,
        "totalShippingPriceSet": euro("0"), "totalRefundedSet": euro("0"), "refunds": [], **more,
    }  # fmt: skip
    put("shopify.orders", f"gid://shopify/Order/{number}", record)


def woo(put: Teller, number: str, total: str, day: str = DAY, buyer: str | None = None, **more: Any) -> None:
    record = {
        "number": number, "status": "completed", "currency": "EUR", "total": total, "total_tax": "0", "shipping_total": "0",
        "date_created_gmt": f"{day}T10:00:00", "date_paid_gmt": f"{day}T10:00:00", "refunds": [],
        "billing": {"email": buyer, "first_name": "Ann", "last_name": "Ek"}, "customer_id": 0, **more,
    }  # fmt: skip
    put("woocommerce.orders", number, record)


def odoo(put: Teller, number: str, total: float, day: str = DAY, buyer: int | None = None, **more: Any) -> None:
    record = {
        "name": f"S{number}", "state": "sale", "date_order": f"{day} 11:00:00", "amount_total": total, "amount_tax": 0,
        "partner_id": [buyer, "x"] if buyer else False, **more,
    }  # fmt: skip
    put("odoo.orders", number, record)


def filed(put: Teller, number: str, total: str, day: str = DAY, **more: Any) -> None:
    put("file.sales", number, {"At": f"{day} 09:00:00", "Total": total, **more})


ANN = "ann@ek.example"


def tell(given: Rows) -> None:
    given.setdefault("seeds.exchange_rates", []).extend(RATES)
    tell_twice(Teller(given, "twice"))
    tell_currencies(Teller(given, "currencies"))
    tell_vouchers(Teller(given, "vouchers"))
    tell_deleted(Teller(given, "deleted"))
    tell_merged(Teller(given, "merged"))
    tell_credit_notes(Teller(given, "notes"))
    tell_the_counter(Teller(given, "counter"))
    tell_provider(Teller(given, "paid"))


def tell_twice(put: Teller) -> None:
    """Each pair is one purchase in two systems: by its number, by a stated order, else by buyer, amount, currency, time."""
    put("odoo.contacts", "5", {"name": "Ann Ek", "email": ANN})
    put(
        "shopify.customers",
        "gid://shopify/Customer/5",
        {"firstName": "Ann", "lastName": "Ek", "defaultEmailAddress": {"emailAddress": ANN}},
    )
    put("file.people", "A", {"First": "Ann", "Last": "Ek", "Mail": ANN})
    put("hubspot.contacts", "H", {"properties": {"firstname": "Ann", "lastname": "Ek", "email": ANN}})
    put("stripe.customers", "cus_A", {"name": "Ann Ek", "email": ANN})
    # A shop's order that the ERP and the books have too, by its number however it is written.
    shopify(put, "1001", "50", buyer=ANN)
    odoo(put, "1", 50, "2026-03-09", 5, name="Order 1001")
    woo(put, "2002", "60", buyer=ANN)
    filed(put, "9", "60", "2026-03-12", Buyer="A", Number="Bestellung 2002")
    # Without a number: by who, how much, in what, and when.
    shopify(put, "3003", "71", "2026-04-01", ANN)
    odoo(put, "7", 71, "2026-04-02", 5)
    woo(put, "4004", "82", "2026-04-01", ANN)
    filed(put, "10", "82", "2026-04-03", Buyer="A")
    deal = {"amount": "93", "closedate": "2026-04-05T00:00:00Z", "hs_is_closed": "true", "hs_is_closed_won": "true"}
    put(
        "hubspot.deals",
        "1",
        {
            "createdAt": "2026-03-05T00:00:00Z",
            "properties": deal,
            "associations": {"contacts": {"results": [{"id": "H"}]}},
        },
    )
    at = epoch("2026-04-06")
    put(
        "stripe.invoices",
        "in_1",
        {
            "customer": "cus_A",
            "status": "paid",
            "currency": "eur",
            "total": 9300,
            "amount_paid": 9300,
            "amount_remaining": 0,
            "created": at,
            "status_transitions": {"finalized_at": at, "paid_at": at},
        },
    )
    # What only looks like it: another currency, another amount, a month later.
    shopify(put, "5005", "104", "2026-05-01", ANN)
    filed(put, "11", "104", "2026-05-01", Buyer="A", Currency="USD")
    woo(put, "6006", "115", "2026-05-01", ANN)
    odoo(put, "8", 116, "2026-05-01", 5)
    filed(put, "12", "126", "2026-05-01", Buyer="A")
    odoo(put, "13", 126, "2026-06-01", 5)  # fmt: skip


OF_TWICE = "regexp_matches(told_by, ' twice') or record_id in (select order_id from marts.orders where source_id in ('9', '10', '11', '12') and source = ?)"


def test_what_two_systems_tell_counts_once(truths: duckdb.DuckDBPyConnection) -> None:
    sql = f"""select replace(told_by, ' twice', ''), matched_by, count(*), sum(total_amount)::int
        from marts.transactions where count_of_records > 1 and ({OF_TWICE}) group by all order by 4"""
    files = f"{LEDGER} order"
    assert truths.execute(sql, [LEDGER]).fetchall() == [
        ("odoo order; shopify order", "stated reference", 1, 50), (f"{files}; woocommerce order", "stated reference", 1, 60),
        ("odoo order; shopify order", "amount and time", 1, 71), (f"{files}; woocommerce order", "amount and time", 1, 82),
        ("stripe invoice; hubspot deal", "amount and time", 1, 93),
    ]  # fmt: skip
    buyers = f"select count(distinct customer_id) from marts.transactions where {OF_TWICE}"
    assert truths.execute(buyers, [LEDGER]).fetchall() == [(1,)]


def test_what_only_looks_like_it_counts_by_itself(truths: duckdb.DuckDBPyConnection) -> None:
    sql = f"""select total_amount::int, currency from marts.transactions
        where count_of_records = 1 and ({OF_TWICE}) order by all"""
    assert truths.execute(sql, [LEDGER]).fetchall() == [
        (104, "EUR"), (104, "USD"), (115, "EUR"), (116, "EUR"), (126, "EUR"), (126, "EUR"),
    ]  # fmt: skip


RATES = [
    {"currency": currency, "valid_from": "2026-01-01", "rate": rate}
    for currency, rate in (("USD", "0.5"), ("GBP", "2"))
]


def both(amount: str, told: str, currency: str) -> dict[str, Any]:
    return {**euro(amount), "presentmentMoney": {"amount": told, "currencyCode": currency}}


def tell_currencies(put: Teller) -> None:
    """A pound is two euro and a dollar half of one: no amount of one currency is added to one of another."""
    # The buyer paid in dollars; the shop's own books are in euro.
    shopify(
        put,
        "1",
        "100",
        totalPriceSet=both("100", "200", "USD"),
        totalTaxSet=both("0", "0", "USD"),
        refunds=[
            {
                "id": "gid://shopify/Refund/1",
                "createdAt": f"{DAY}T12:00:00Z",
                "totalRefundedSet": both("30", "60", "USD"),
                "refundLineItems": {"nodes": []},
                "refundShippingLines": {"nodes": []},
            }
        ],
        totalRefundedSet=both("30", "60", "USD"),
    )
    # WooCommerce has an order in the currency of the buyer, and its refund too.
    woo(put, "2", "100", currency="GBP", refunds=[{"id": 3, "total": "-30"}])
    put(
        "woocommerce.refunds",
        "3",
        {
            "parent_id": "2",
            "amount": "30",
            "date_created_gmt": f"{DAY}T12:00:00",
            "line_items": [],
            "shipping_lines": [],
        },
    )
    odoo(put, "4", 100, currency_id=[2, "USD"])
    # Stripe: the invoice is in pounds, and so is what goes back of its charge.
    at = epoch(DAY)
    put(
        "stripe.invoices",
        "in_5",
        {
            "status": "paid",
            "currency": "gbp",
            "total": 10000,
            "amount_paid": 10000,
            "amount_remaining": 0,
            "created": at,
            "status_transitions": {"finalized_at": at, "paid_at": at},
        },
    )
    put(
        "stripe.charges",
        "ch_5",
        {
            "invoice": "in_5",
            "status": "succeeded",
            "captured": True,
            "currency": "gbp",
            "amount_captured": 10000,
            "created": at,
        },
    )
    put(
        "stripe.refunds",
        "re_5",
        {"charge": "ch_5", "status": "succeeded", "currency": "gbp", "amount": 3000, "created": at},
    )
    # A file: of an order in euro, and of one in dollars, a payment in pounds goes back.
    for number, currency in (("m6", "EUR"), ("m7", "USD")):
        filed(put, number, "100", Currency=currency)
        put(
            "file.money",
            f"P{number}",
            {"Order": number, "Kind": "refund", "Status": "paid", "At": DAY, "Amount": "10", "Currency": "GBP"},
        )


def test_an_order_in_several_currencies_is_worth_what_its_shop_booked(truths: duckdb.DuckDBPyConnection) -> None:
    sql = """select split_part(source, ' ', 1), currency, gross_revenue::int, net_revenue::int
        from marts.transactions where source like '% currencies' or record_id like '%:m_' order by all"""
    assert truths.execute(sql).fetchall() == [
        ("ledger", "EUR", 100, 80), ("ledger", "USD", 50, 30), ("odoo", "USD", 50, 50), ("shopify", "EUR", 100, 70),
        ("stripe", "GBP", 200, 140), ("woocommerce", "GBP", 200, 140),
    ]  # fmt: skip


def card(amount: str, discount: str = "0") -> dict[str, Any]:
    return {"nodes": [
        {"isGiftCard": True, "originalTotalSet": euro(amount), "discountAllocations": [{"allocatedAmountSet": euro(discount)}]},
        {"isGiftCard": False, "originalTotalSet": euro("20"), "discountAllocations": []},
    ]}  # fmt: skip


def tell_vouchers(put: Teller) -> None:
    """A card of 50 is sold beside goods of 20, and later spent on goods of 50: goods of 70 in all, in every system."""
    # Shopify: a card is no goods; what it pays for is.
    shopify(put, "1", "70", lineItems=card("50"))
    shopify(put, "2", "50", "2026-04-01")
    # Bought with a code that takes five off the card.
    shopify(put, "3", "65", "2026-05-01", lineItems=card("50", "5"))
    # Odoo: what a card pays is a line with a minus, which its order's total has lost already.
    odoo(put, "11", 70)
    odoo(put, "12", 0, "2026-04-01")
    # WooCommerce has no cards of its own; extensions take them off the order's total as a discount or a coupon.
    woo(put, "21", "70")
    woo(put, "22", "0", "2026-04-01", discount_total="50", discount_tax="0")
    # A file says which part of an order is a voucher.
    filed(put, "v1", "70", Vouchers="50")
    filed(put, "v2", "50", "2026-04-01")


def test_a_voucher_counts_once_when_sold_or_when_spent(truths: duckdb.DuckDBPyConnection) -> None:
    code = "shopify vouchers:3"
    sql = """select split_part(source, ' ', 1), sum(net_revenue)::int from marts.transactions
        where (source like '% vouchers' or record_id like '%:v_') and record_id <> ? group by 1 order by 1"""
    found = truths.execute(sql, [code]).fetchall()
    assert found == [("ledger", 70), ("odoo", 70), ("shopify", 70), ("woocommerce", 70)]
    assert truths.execute("select net_revenue::int from marts.transactions where record_id = ?", [code]).fetchall() == [
        (20,)
    ]


GONE = "Zwonimira"
GONE_AT = f"{GONE.lower()}@gone.example"
PHONE, STREET = "+49 30 9018277", "Zwonimirastreet 7"
# The person as each system had them, and how it tells that they are gone.
DELETED: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "hubspot.contacts": ({"properties": {"firstname": GONE, "lastname": "Ek", "email": GONE_AT, "address": STREET}}, None),
    "salesforce.contacts": ({"FirstName": GONE, "LastName": "Ek", "Email": GONE_AT, "Phone": PHONE},
                            {"FirstName": GONE, "LastName": "Ek", "Email": GONE_AT, "Phone": PHONE, "IsDeleted": True}),
    "zoho.contacts": ({"Full_Name": f"{GONE} Ek", "Email": GONE_AT, "Mailing_Street": STREET}, None),
    "shopify.customers": ({"firstName": GONE, "lastName": "Ek", "defaultEmailAddress": {"emailAddress": GONE_AT},
                           "defaultAddress": {"address1": STREET}}, None),
    "woocommerce.customers": ({"first_name": GONE, "last_name": "Ek", "email": GONE_AT}, None),
    "stripe.customers": ({"name": f"{GONE} Ek", "email": GONE_AT, "phone": PHONE}, None),
    "zendesk.users": ({"name": f"{GONE} Ek", "email": GONE_AT, "role": "end-user"},
                      {"name": f"{GONE} Ek", "email": GONE_AT, "role": "end-user", "active": False}),
    "odoo.contacts": ({"name": f"{GONE} Ek", "email": GONE_AT, "active": True},
                      {"name": f"{GONE} Ek", "email": GONE_AT, "active": False}),
    "mailchimp.members": ({"email_address": GONE_AT, "full_name": f"{GONE} Ek", "status": "subscribed", "list_id": "l"}, None),
    "file.people": ({"First": GONE, "Last": "Ek", "Mail": GONE_AT, "Phone": PHONE}, {"Mail": GONE_AT}),
}  # fmt: skip


def tell_deleted(put: Teller) -> None:
    """Whoever is gone has bought and asked before."""
    for view, (before, after) in DELETED.items():
        number = {
            "shopify.customers": "gid://shopify/Customer/5",
            "mailchimp.members": "l/5",
            "file.people": "gone",
        }.get(view, "5")
        put(view, number, before)
        put(view, number, after, is_deleted=True, changed_at="2026-06-20 00:00:00", batch_id="b2")
    shopify(put, "1", "50", buyer=GONE_AT, phone=PHONE)
    woo(
        put,
        "2",
        "60",
        customer_id=5,
        billing={"email": GONE_AT, "first_name": GONE, "phone": PHONE, "address_1": STREET},
    )
    odoo(put, "3", 70, buyer=5)
    filed(put, "gone", "80", Buyer="gone")
    put(
        "stripe.charges",
        "ch_5",
        {
            "customer": "5",
            "status": "succeeded",
            "captured": True,
            "currency": "eur",
            "amount_captured": 10000,
            "created": epoch(DAY),
            "billing_details": {"email": GONE_AT},
        },
    )
    put("zendesk.tickets", "6", {"status": "open", "requester_id": 5, "created_at": f"{DAY}T10:00:00Z"})
    put("hubspot.deals", "7", {
        "createdAt": f"{DAY}T00:00:00Z", "properties": {"amount": "90"},
        "associations": {"contacts": {"results": [{"id": "5"}]}}})  # fmt: skip


TEXTS = "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'"


def test_of_who_is_deleted_no_name_or_address_is_published(truths: duckdb.DuckDBPyConnection) -> None:
    told = [
        (table, column)
        for table, column in truths.execute(TEXTS).fetchall()
        if truths.execute(
            f"""select count(*) from marts.{table} where lower("{column}") like '%{GONE.lower()}%'
                or regexp_replace("{column}", '[^0-9]', '', 'g') like '%9018277%'"""
        ).fetchall() != [(0,)]
    ]  # fmt: skip
    assert told == []


def test_what_the_deleted_bought_and_asked_still_counts_for_nobody(truths: duckdb.DuckDBPyConnection) -> None:
    worth = """select sum(net_revenue)::int, count(*), count(customer_id) from marts.transactions
        where source like '% deleted' or record_id like '%:gone'"""
    assert truths.execute(worth).fetchall() == [(260, 4, 0)]
    asked = "select count(*), count(customer_id) from marts.tickets where source like '% deleted'"
    assert truths.execute(asked).fetchall() == [(1, 0)]


# Who was merged into whom: as the vendor says of the loser; a deal or ticket still names it.
MERGED: dict[str, dict[str, Any]] = {
    "hubspot.contacts": {"properties": {"firstname": "Ada", "lastname": "Quill"}},
    "salesforce.contacts": {"FirstName": "Bea", "LastName": "Oakley"},
    "dynamics.contacts": {"firstname": "Cleo", "lastname": "Firth"},
    "zendesk.users": {"name": "Dora Elmes", "role": "end-user"},
}  # fmt: skip


def tell_merged(put: Teller) -> None:
    for view, record in MERGED.items():
        put(view, "win", record)
        put(view, "lose", record, merged_into="win", is_deleted=True)
    won = {"amount": "90", "closedate": f"{DAY}T00:00:00Z", "hs_is_closed": "true", "hs_is_closed_won": "true"}
    made = f"{DAY}T00:00:00Z"
    put(
        "hubspot.deals",
        "1",
        {"createdAt": made, "properties": won, "associations": {"contacts": {"results": [{"id": "lose"}]}}},
    )
    put(
        "salesforce.opportunities",
        "1",
        {"CreatedDate": made, "ContactId": "lose", "Amount": 91, "IsClosed": True, "IsWon": True, "CloseDate": DAY},
    )
    put(
        "dynamics.opportunities",
        "1",
        {
            "createdon": made,
            "_parentcontactid_value": "lose",
            "actualvalue": 92,
            "statecode": 1,
            "actualclosedate": DAY,
        },
    )
    put("zendesk.tickets", "1", {"status": "open", "requester_id": "lose", "created_at": made})  # fmt: skip


def test_what_names_a_merged_person_is_the_winners(truths: duckdb.DuckDBPyConnection) -> None:
    sql = """with told as (select source, customer_id from marts.deals union all select source, customer_id from marts.tickets)
        select split_part(source, ' ', 1), full_name from told inner join marts.customers using (customer_id)
        where source like '% merged' order by 1"""
    assert truths.execute(sql).fetchall() == [
        ("dynamics", "Cleo Firth"), ("hubspot", "Ada Quill"), ("salesforce", "Bea Oakley"), ("zendesk", "Dora Elmes"),
    ]  # fmt: skip


def move(put: Teller, stream: str, number: str, total: float, day: str, **more: Any) -> None:
    """A customer invoice or credit note of Odoo's accounting, a fifth of its net being tax on top."""
    record = {
        "name": f"M{number}", "state": "posted", "payment_state": "paid", "partner_id": [5, "Noa Lind"],
        "invoice_date": day, "currency_id": [1, "EUR"], "amount_untaxed": total / 1.19, "amount_tax": total - total / 1.19,
        "amount_total": total, "amount_residual": 0, "invoice_origin": False, "reversed_entry_id": False,
        "create_date": f"{day} 08:00:00", **more,
    }  # fmt: skip
    put(f"odoo.{stream}", number, record)


def tell_credit_notes(put: Teller) -> None:
    put("odoo.contacts", "5", {"name": "Noa Lind", "email": "noa@lind.example"})
    for number in ("901", "902", "903", "904"):
        odoo(put, number, 119, buyer=5, amount_tax=19)
    invoiced = {"901": "11", "902": "12", "903": "13"}
    for order, number in invoiced.items():
        move(put, "invoices", number, 119, "2026-03-02", invoice_origin=f"S{order}")
    # Half of it, of the invoice; all of it, of the order alone; and what was never posted.
    move(put, "credit_notes", "21", 59.5, "2026-04-10", reversed_entry_id=[11, "M11"])
    move(put, "credit_notes", "22", 119, "2026-05-10", invoice_origin="S902, S999")
    move(put, "credit_notes", "23", 119, "2026-04-11", reversed_entry_id=[13, "M13"], state="draft")
    move(put, "credit_notes", "24", 119, "2026-04-11", reversed_entry_id=[13, "M13"], state="cancel")
    # Invoices of no order: paid, with half of it back; reversed as a whole; not paid; cancelled.
    move(put, "invoices", "14", 238, "2026-03-20")
    move(put, "credit_notes", "25", 119, "2026-06-10", reversed_entry_id=[14, "M14"])
    move(put, "invoices", "15", 357, "2026-03-21", payment_state="reversed")
    move(put, "credit_notes", "26", 357, "2026-03-22", reversed_entry_id=[15, "M15"])
    move(put, "invoices", "16", 476, "2026-03-22", payment_state="not_paid", amount_residual=476)
    move(put, "invoices", "17", 595, "2026-03-23", payment_state="not_paid", state="cancel")
    # Of nothing that is known: a correction by itself.
    move(put, "credit_notes", "27", 11.9, "2026-04-01")
    # What was paid for them, and paid out: the second is told by its credit note already.
    paid = {
        "date": "2026-03-03",
        "partner_id": [5, "Noa Lind"],
        "currency_id": [1, "EUR"],
        "create_date": "2026-03-03 08:00:00",
    }
    put(
        "odoo.payments",
        "1",
        {"state": "paid", "payment_type": "inbound", "amount": 119, "reconciled_invoice_ids": [11], **paid},
    )
    put(
        "odoo.payments",
        "2",
        {"state": "posted", "payment_type": "inbound", "amount": 238, "reconciled_invoice_ids": [14], **paid},
    )
    put(
        "odoo.payments",
        "3",
        {"state": "canceled", "payment_type": "inbound", "amount": 476, "reconciled_invoice_ids": [16], **paid},
    )
    put(
        "odoo.payments",
        "4",
        {"state": "paid", "payment_type": "outbound", "amount": 59.5, "reconciled_invoice_ids": [21], **paid},
    )


def tell_the_counter(put: Teller) -> None:
    """Sold at Odoo's point of sale: one that came back, one of which an invoice was made, and what was never paid."""
    put("odoo.contacts", "5", {"name": "Ida Moor", "email": "ida@moor.example"})
    for number, day, state, total in (
        ("1", "2026-05-01", "done", 119), ("2", "2026-06-02", "done", -119), ("3", "2026-05-03", "invoiced", 238),
        ("4", "2026-05-04", "draft", 357), ("5", "2026-05-05", "cancel", 476),
    ):  # fmt: skip
        put("odoo.pos_orders", number, {
            "name": f"Shop/{number}", "partner_id": [5, "Ida Moor"], "date_order": f"{day} 10:00:00", "state": state,
            "currency_id": [1, "EUR"], "amount_tax": total * 19 / 119, "amount_total": total,
            "create_date": f"{day} 10:00:00",
            "lines": [{"id": int(number), "product_id": [1, "Lamp"], "qty": 1, "price_subtotal_incl": total}],
        })  # fmt: skip
    move(put, "invoices", "3", 238, "2026-05-03", invoice_origin="Shop/3")


def test_a_sale_at_the_counter_counts_once_and_its_return_on_its_own_day(truths: duckdb.DuckDBPyConnection) -> None:
    sql = """select split_part(record_id, ':', 2), strftime(booked_at, '%m'), round(sum(net_revenue))::int
        from marts.revenue_entries where source = 'odoo counter' group by all order by all"""
    assert truths.execute(sql).fetchall() == [
        ("pos/1", "05", 100), ("pos/2", "06", -100), ("pos/3", "05", 200), ("pos/5", "05", 0),
    ]  # fmt: skip
    worth = "select channel, sum(line_amount)::int from marts.orders inner join marts.order_lines using (order_id) where orders.source = 'odoo counter' group by all"
    assert truths.execute(worth).fetchall() == [("pos", 119 - 119 + 238 + 476)]
    of_person = "select net_revenue::int, count_of_purchases from marts.customer_360 where email = 'ida@moor.example'"
    assert truths.execute(of_person).fetchall() == [(200, 2)]


def test_a_credit_note_takes_back_from_what_it_is_of_once_and_on_its_day(truths: duckdb.DuckDBPyConnection) -> None:
    sql = """select split_part(record_id, ':', 2), strftime(booked_at, '%m'), round(sum(net_revenue))::int
        from marts.revenue_entries where source = 'odoo notes' group by all order by all"""
    assert truths.execute(sql).fetchall() == [
        ("14", "03", 200), ("14", "06", -100), ("15", "03", 0), ("27", "04", -10), ("901", "03", 100), ("901", "04", -50),
        ("902", "03", 100), ("902", "05", -100), ("903", "03", 100), ("904", "03", 100),
    ]  # fmt: skip


def test_credit_notes_and_what_was_paid_in_are_payments(truths: duckdb.DuckDBPyConnection) -> None:
    sql = """select kind, count(*), round(sum(amount))::int from marts.payments where source = 'odoo notes' group by 1 order by 1"""
    assert truths.execute(sql).fetchall() == [("payment", 3, 357), ("refund", 7, -666)]
    states = "select source_id, state from marts.invoices where source = 'odoo notes' order by 1"
    assert dict(truths.execute(states).fetchall()) == {
        "11": "paid", "12": "paid", "13": "paid", "14": "paid", "15": "paid", "16": "open", "17": "void", "27": "paid",
    }  # fmt: skip
    nowhere = "select count(*) from marts.data_quality where source = 'odoo notes' and rule like 'refund %' and count_of_records > 0"
    assert truths.execute(nowhere).fetchall() == [(0,)]


PIA = "pia@moor.example"


def charged(put: Teller, reference: dict[str, str], back: int, *, email: str = PIA, kind: str = "refunds") -> None:
    """A charge without an invoice, which says of which order it is, and what of it went back in cents on 10 April."""
    number = "_".join(reference.values())
    put(
        "stripe.charges",
        f"ch_{number}",
        {
            "status": "succeeded",
            "captured": True,
            "currency": "eur",
            "amount_captured": 11900,
            "created": epoch(DAY),
            "metadata": reference,
            "billing_details": {"email": email},
        },
    )
    taken = {
        "charge": f"ch_{number}",
        "status": "succeeded",
        "currency": "eur",
        "amount": back,
        "created": epoch("2026-04-10"),
    }
    put(f"stripe.{kind}", f"re_{number}", taken if kind == "refunds" else taken | {"status": "lost", "balance_transactions": []})  # fmt: skip


def tell_provider(put: Teller) -> None:
    """Stripe takes the money for orders of a shop, an ERP and a file, and says of which by their numbers."""
    told: dict[str, list[dict[str, Any]]] = {
        "701": [], "702": [{"id": 1, "total": "-59.5"}], "706": [], "707": [], "708": [{"id": 2, "total": "-11.9"}],
    }  # fmt: skip
    for number, refunds in told.items():
        woo(
            put,
            number,
            "119",
            total_tax="19",
            refunds=refunds,
            billing={"email": PIA, "first_name": "Pia", "last_name": "Moor"},
        )
    # The shop tells of none, of the same, and of a part; the bank takes one back; one is of somebody else.
    charged(put, {"order_id": "701"}, 5950)
    charged(put, {"order_id": "702"}, 5950)
    charged(put, {"order_id": "708"}, 5950)
    charged(put, {"order_id": "707"}, 11900, kind="disputes")
    charged(put, {"order_id": "706"}, 11900, email="not-pia@moor.example")
    put("shopify.customers", "gid://shopify/Customer/5", {
        "firstName": "Pia", "lastName": "Moor", "defaultEmailAddress": {"emailAddress": PIA}})  # fmt: skip
    shopify(put, "703", "238", totalTaxSet=euro("38"), buyer=PIA)
    charged(put, {"order_name": "#703"}, 23800)
    put("odoo.contacts", "5", {"name": "Pia Moor", "email": PIA})
    put("stripe.customers", "cus_P", {"name": "Pia Moor", "email": PIA})
    odoo(put, "704", 357, buyer=5, amount_tax=57)
    charged(put, {"order": "S704"}, 5950)
    put("file.people", "P", {"First": "Pia", "Last": "Moor", "Mail": PIA})
    filed(put, "p705", "476", Tax="76", Buyer="P", Number="R-705")
    charged(put, {"order_number": "R705"}, 2380)
    # A provider that comes as a file says so, too.
    shopify(put, "709", "238", totalTaxSet=euro("38"), buyer=PIA)
    put(
        "file.money",
        "P709",
        {"OfOrder": "709", "Payer": "P", "Kind": "refund", "Status": "paid", "At": "2026-04-10", "Amount": "59.5"},
    )


def test_a_refund_that_the_provider_tells_is_taken_off_the_order_once(truths: duckdb.DuckDBPyConnection) -> None:
    sql = """select split_part(record_id, ':', 2), strftime(booked_at, '%m'), round(sum(net_revenue))::int
        from marts.revenue_entries where source like '% paid' or record_id like '%:p705' group by all order by all"""
    found: dict[str, dict[str, int]] = {}
    for number, month, net in truths.execute(sql).fetchall():
        found.setdefault(number, {})[month] = net
    half = {"03": 100, "04": -50}
    assert found == {
        "701": half, "702": {"03": 50}, "703": {"03": 200, "04": -200}, "704": {"03": 300, "04": -50},
        "p705": {"03": 400, "04": -20},
        "706": {"03": 100}, "707": {"03": 100, "04": -100}, "708": half, "709": {"03": 200, "04": -50},
    }  # fmt: skip
    lone = """select count_of_records, amount::int from marts.data_quality
        where rule = 'refund that names neither an order nor an invoice' and source = 'stripe paid'"""
    assert truths.execute(lone).fetchall() == [(1, -119)]
