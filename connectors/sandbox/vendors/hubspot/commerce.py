"""Products, orders, their lines and answers to surveys as HubSpot writes them: the shop's, under other ids; and quotes.

Of an order's lines the fake shows the first. Every fifth line is a deal's, for HubSpot keeps the lines of deals, quotes
and orders in one object and tells them apart by what they are associated with. Each deal has a quote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.names import words
from crm360.connectors.sandbox.company.shopping import CANCELLED, FULFILLED, PART_REFUNDED, REFUNDED, TEST
from crm360.connectors.sandbox.vendors.shopify.records import CURRENCY, amount, sku

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Properties = list[dict[str, str | None]]
PROPERTIES = {
    "products": words(
        "name description price hs_sku hs_product_type hs_cost_of_goods_sold createdate hs_lastmodifieddate "
        "hs_object_id hs_merged_object_ids"
    ),
    "orders": words(
        "hs_order_name hs_currency_code hs_external_order_id hs_external_order_status hs_external_created_date "
        "hs_payment_status hs_fulfillment_status hs_total_price hs_subtotal_price hs_order_discount hs_tax "
        "hs_shipping_cost hs_refund_amount hs_source_store hs_billing_address_email hs_billing_address_phone "
        "hs_pipeline hs_pipeline_stage hs_closed_date hubspot_owner_id hs_createdate hs_lastmodifieddate hs_object_id "
        "hs_merged_object_ids"
    ),
    "line_items": words(
        "name description quantity price amount discount hs_pre_discount_amount hs_product_id hs_sku "
        "hs_line_item_currency_code recurringbillingfrequency createdate hs_lastmodifieddate hs_object_id "
        "hs_merged_object_ids"
    ),
    "quotes": words(
        "hs_title hs_quote_number hs_status hs_quote_amount hs_currency hs_expiration_date hs_accepted_date "
        "hs_esign_date hs_quote_link hs_public_url_key hubspot_owner_id hs_createdate hs_lastmodifieddate hs_object_id "
        "hs_merged_object_ids"
    ),
    "feedback_submissions": words(
        "hs_survey_id hs_survey_name hs_survey_type hs_survey_channel hs_value hs_response_group hs_sentiment "
        "hs_content hs_submission_timestamp hs_createdate hs_lastmodifieddate hs_object_id hs_merged_object_ids"
    ),
}
PIPELINE = "14a2e10e-5471-408a-906e-c51f3b04369e"
OPEN, DELIVERED, CALLED_OFF = (
    "4b27b500-f031-4927-9811-68a0b525cbae", "aa99e8d0-c1d5-4071-b915-d240bbb1aed9",
    "3c85a297-e9ce-400b-b42e-9f16853d69d6",
)  # fmt: skip
STAGES = ((OPEN, "Open", "OPEN"), (DELIVERED, "Delivered", "CLOSED"), (CALLED_OFF, "Cancelled", "CLOSED"))
OF_DEALS = 5  # one line in so many
# How often what a deal's line sells is paid; a status of a quote whose word would mislead, and one of tomorrow.
FREQUENCIES = (None, "monthly", "annually", "per_six_months")
STATUSES = (
    "DRAFT", "APPROVAL_NOT_NEEDED", "APPROVED", "PENDING_APPROVAL", "REJECTED", "ACCEPTED", "LOST", "PUT_ON_ICE",
)  # fmt: skip
_SURVEYS = (("NPS", "Net Promoter Score"), ("CSAT", "How was it?"), ("CES", "How easy was it?"))
_SAID = ("Slow delivery.", "It is fine.", "Wonderful people!")
_GROUPS = ("DETRACTOR", "PASSIVE", "PROMOTER")


def products(company: Company, rows: Ints) -> Properties:
    goods, shop, table = company.shop.goods, company.shop, company.table("hubspot", "products")
    columns = zip(rows.tolist(), shop.products["edition"][rows].tolist(), table["edition"][rows].tolist(), strict=True)
    return [
        {
            "name": goods.titles[row % len(goods.titles)], "description": f"Edition {edition}" if edition else None,
            "price": amount(int(goods.prices[row % len(goods.titles)]) + 10 * dearer),
            "hs_sku": sku(row % len(goods.titles)), "hs_cost_of_goods_sold": None, "hs_merged_object_ids": None,
            "hs_product_type": "service" if goods.kinds[row % len(goods.titles)] == "Services" else "inventory",
        }
        for row, dearer, edition in columns
    ]  # fmt: skip


def orders(company: Company, rows: Ints) -> Properties:
    shop, table = company.shop, company.table("hubspot", "orders")
    money, bought = shop.money(rows), clock.iso_ms(shop.orders["created"][rows])
    columns = zip(
        rows.tolist(), shop.orders["marks"][rows].tolist(), bought, shop.contact_details(rows),
        clock.iso_ms(shop.orders["cancelled"][rows]), shop.orders["refunded"][rows].tolist(),
        table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found: Properties = []
    for at, (row, mark, created, (email, phone), ended, refunded, edition) in enumerate(columns):
        called_off = bool(mark & CANCELLED)
        stage = CALLED_OFF if called_off else DELIVERED if mark & FULFILLED else OPEN
        paid = "Refunded" if mark & REFUNDED else "Partially refunded" if mark & PART_REFUNDED else "Paid"
        found.append({
            "hs_order_name": f"Order {row + 1001}", "hs_currency_code": CURRENCY,
            "hs_external_order_id": str(row + 1001) + (f"-{edition}" if edition else ""),
            "hs_external_order_status": "Cancelled" if called_off else "Open", "hs_external_created_date": created,
            "hs_payment_status": "Test" if mark & TEST else paid,
            "hs_fulfillment_status": "Fulfilled" if mark & FULFILLED else "Unfulfilled",
            "hs_total_price": amount(int(money.total[at])), "hs_subtotal_price": amount(int(money.subtotal[at])),
            "hs_order_discount": amount(int(money.discount[at])), "hs_tax": amount(int(money.tax[at])),
            "hs_shipping_cost": amount(int(money.shipping[at])),
            "hs_refund_amount": amount(refunded) if refunded else None, "hs_source_store": "Sandbox shop",
            "hs_billing_address_email": email, "hs_billing_address_phone": phone, "hs_pipeline": PIPELINE,
            "hs_pipeline_stage": stage, "hs_closed_date": ended if called_off else None, "hubspot_owner_id": None,
            "hs_merged_object_ids": None,
        })  # fmt: skip
    return found


def line_items(company: Company, rows: Ints) -> Properties:
    goods, money, products_ = company.shop.goods, company.shop.money(rows), company.table("hubspot", "products")
    found: Properties = []
    editions = company.table("hubspot", "line_items")["edition"][rows].tolist()
    for at, (row, edition) in enumerate(zip(rows.tolist(), editions, strict=True)):
        of_deal = row % OF_DEALS == OF_DEALS - 1
        thing, quantity = int(money.product[at][0]), int(money.quantity[at][0])
        full, paid = int(money.unit[at][0]) * quantity, int(money.line[at][0])
        found.append({
            "name": goods.titles[thing] + (f" ({edition})" if edition else ""), "description": None,
            "quantity": str(quantity), "price": amount(int(money.unit[at][0])), "amount": amount(paid),
            "hs_pre_discount_amount": amount(full), "hs_sku": sku(thing), "hs_line_item_currency_code": CURRENCY,
            "discount": None, "hs_product_id": str(products_.first_id + thing * products_.step),
            "hs_merged_object_ids": None,
            "recurringbillingfrequency": FREQUENCIES[row // OF_DEALS % len(FREQUENCIES)] if of_deal else None,
        })  # fmt: skip
    return found


def quotes(company: Company, rows: Ints) -> Properties:
    """One quote for each deal, of all that HubSpot calls a quote's state, and of one that nobody knows."""
    deals, table = company.pipeline.deals, company.table("hubspot", "quotes")
    decided = clock.iso_ms(deals["created"][rows] + clock.DAY)
    columns = zip(
        rows.tolist(), clock.iso_ms(deals["created"][rows] + 30 * clock.DAY), decided, table["edition"][rows].tolist(),
        strict=True,
    )  # fmt: skip
    found: Properties = []
    for row, ends, taken, edition in columns:
        status = STATUSES[row % len(STATUSES)]
        # The status of a quote stays what it was when the buyer signs.
        signed = status == "APPROVED" and row // len(STATUSES) % 2 == 0
        found.append({
            "hs_title": f"Quote no. {row + 1}" + (f" ({edition})" if edition else ""),
            "hs_quote_number": f"20260101-{row + 1:06d}", "hs_status": status,
            "hs_quote_amount": amount(10_000 + row), "hs_currency": CURRENCY, "hs_expiration_date": ends,
            "hs_accepted_date": taken if status == "ACCEPTED" else None, "hs_esign_date": taken if signed else None,
            "hs_quote_link": f"https://quotes.sandbox.example/{row}", "hs_public_url_key": f"key-{row}",
            "hubspot_owner_id": None, "hs_merged_object_ids": None,
        })  # fmt: skip
    return found


def feedback(company: Company, rows: Ints) -> Properties:
    """The opinions, as three surveys: the score of 0 to 10 on each one's own scale."""
    answers, table = company.opinions.answers, company.table("hubspot", "feedback_submissions")
    columns = zip(
        rows.tolist(), answers["score"][rows].tolist(), clock.iso_ms(table["created"][rows]),
        table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found: Properties = []
    for row, score, submitted, edition in columns:
        kind, name = _SURVEYS[row % len(_SURVEYS)]
        place = 0 if score <= 6 else 1 if score <= 8 else 2
        value = {"NPS": score, "CSAT": place, "CES": 1 + score * 6 // 10}[kind]
        found.append({
            "hs_survey_id": str(row % len(_SURVEYS) + 1), "hs_survey_name": name, "hs_survey_type": kind,
            "hs_survey_channel": "EMAIL", "hs_value": str(value), "hs_response_group": _GROUPS[place],
            "hs_sentiment": None, "hs_content": (_SAID[place] if row % 2 else "") + ("!" * edition) or None,
            "hs_submission_timestamp": submitted, "hs_merged_object_ids": None,
        })  # fmt: skip
    return found


MAKERS = {
    "products": products, "orders": orders, "line_items": line_items, "feedback_submissions": feedback,
    "quotes": quotes,
}  # fmt: skip


def person_of(company: Company, kind: str, rows: Ints) -> Ints:
    """Who bought or answered; -1 for nobody."""
    behind = company.shop.orders if kind == "orders" else company.opinions.answers
    return behind["person"][rows].astype(np.int64)


def row_of_parent(to: str, rows: Ints, count: int) -> Ints:
    """The order, or the deal, that each line is of; -1 for the other kind."""
    of_deals = rows % OF_DEALS == OF_DEALS - 1
    if to == "deals":
        return np.where(of_deals & (count > 0), rows % max(count, 1), -1)
    return np.where(of_deals, -1, rows)


def pipelines(since: str) -> list[dict[str, Any]]:
    """The pipeline of orders that every account has."""
    stages = [
        {"id": name, "label": label, "displayOrder": order, "archived": False, "createdAt": since, "updatedAt": since,
         "metadata": {"orderState": state, "isClosed": "true" if state == "CLOSED" else "false"}}
        for order, (name, label, state) in enumerate(STAGES)
    ]  # fmt: skip
    return [{"id": PIPELINE, "label": "Order Pipeline", "displayOrder": 0, "archived": False, "createdAt": since,
             "updatedAt": since, "stages": stages}]  # fmt: skip
