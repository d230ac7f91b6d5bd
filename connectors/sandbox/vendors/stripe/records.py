"""Customers, charges, refunds, disputes, invoices and subscriptions as Stripe writes them: minor units, epoch seconds.

There is one charge for each order of the shop, and one invoice for each order of a customer; guests pay without one.
A charge that is disputed does not say so here: no event of the charge would tell of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.disputes import LOST, OPEN, WON
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.roster import NEVER
from crm360.connectors.sandbox.company.shopping import CANCELLED, FULFILLED, TEST
from crm360.connectors.sandbox.company.subscribing import Coupon, Item
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.vendors.stripe.ids import named

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

CURRENCY = "eur"
DUE = 14 * clock.DAY


def _seconds(at: Ints) -> list[int]:
    return (at // clock.SECOND).tolist()


def _metadata(edition: int, order: int | None = None) -> dict[str, str]:
    told = {"edition": str(edition)} if edition else {}
    return told if order is None else {"order": f"#{1001 + order}"} | told


def customers(company: Company, rows: Ints) -> list[dict[str, Any]]:
    shop, table = company.shop, company.table("stripe", "customers")
    person = table["person"][rows].astype(np.int64)
    edition = table["edition"][rows] + shop.customers["edition"][rows]
    columns = zip(
        rows.tolist(), named("customers", table.ids(rows)), company.people.written(person),
        shop.customers["slips"][rows].tolist(), edition.tolist(), _seconds(table["created"][rows]),
        company.draws.below("shopify phone form", np.maximum(person, 0), 6).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, p, flag, changes, created, form in columns:
        name = " ".join(filter(None, slips.name(p, flag)))
        street, city, region, postcode = slips.address(p, flag)
        place = {"city": city, "country": p.country, "line1": street, "line2": None, "postal_code": postcode,
                 "state": region}  # fmt: skip
        record = {
            "id": number, "object": "customer", "address": place if street else None, "balance": 0, "created": created,
            "currency": CURRENCY, "default_source": None, "delinquent": False, "description": None,
            "email": slips.email(p, flag) if p.email else None, "invoice_prefix": number[-8:].upper(),
            "livemode": False, "metadata": _metadata(changes), "name": name or None,
            "phone": slips.phone(p, flag, form), "preferred_locales": [p.language], "shipping": None,
            "tax_exempt": "none",
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def _customers_of(company: Company, rows: Ints) -> list[str | None]:
    """The customer that each order belongs to; a deleted one stays named."""
    table, customer = company.table("stripe", "customers"), company.shop.orders["customer"][rows]
    ids = named("customers", table.ids(np.maximum(customer, 0)))
    return [number if known else None for number, known in zip(ids, (customer >= 0).tolist(), strict=True)]


def charges(company: Company, rows: Ints) -> list[dict[str, Any]]:
    shop, table, invoices = company.shop, company.table("stripe", "charges"), company.table("stripe", "invoices")
    people = company.people.written(shop.orders["person"][rows].astype(np.int64))
    columns = zip(
        rows.tolist(), named("charges", table.ids(rows)), table["edition"][rows].tolist(),
        _seconds(table["created"][rows]), shop.money(rows).total.tolist(), shop.orders["refunded"][rows].tolist(),
        shop.orders["marks"][rows].tolist(), _customers_of(company, rows), named("invoices", invoices.ids(rows)),
        shop.contact_details(rows), people, strict=True,
    )  # fmt: skip
    found = []
    for row, number, edition, created, total, refunded, marks, customer, invoice, (email, phone), p in columns:
        cancelled = bool(marks & CANCELLED)
        record = {
            "id": number, "object": "charge", "amount": total, "amount_captured": 0 if cancelled else total,
            "amount_refunded": refunded, "balance_transaction": None if cancelled else f"txn_{number[3:]}",
            "billing_details": {"address": None, "email": email, "name": f"{p.first} {p.last}", "phone": phone},
            "captured": not cancelled, "created": created, "currency": CURRENCY, "customer": customer,
            "description": None, "disputed": False, "failure_code": "card_declined" if cancelled else None,
            "invoice": invoice if customer else None, "livemode": not marks & TEST,
            "metadata": _metadata(edition, row), "paid": not cancelled, "payment_intent": f"pi_{number[3:]}",
            "payment_method_details": {"type": ("card", "sepa_debit", "klarna")[row % 3]}, "receipt_email": email,
            "refunded": 0 < total <= refunded, "status": "failed" if cancelled else "succeeded",
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def refunds(company: Company, rows: Ints) -> list[dict[str, Any]]:
    table, orders = company.table("stripe", "refunds"), company.shop.refunds["order"][rows]
    columns = zip(
        rows.tolist(), named("refunds", table.ids(rows)), table["edition"][rows].tolist(),
        _seconds(table["created"][rows]), company.shop.refunds["cents"][rows].tolist(),
        named("charges", company.table("stripe", "charges").ids(orders)), strict=True,
    )  # fmt: skip
    return [
        {
            "id": number, "object": "refund", "amount": cents, "balance_transaction": f"txn_{number}", "charge": charge,
            "created": created, "currency": CURRENCY, "metadata": _metadata(edition),
            "payment_intent": f"pi_{charge[3:]}", "reason": "requested_by_customer", "receipt_number": None,
            "status": "succeeded",
        }
        | table.overrides.get(row, {})
        for row, number, edition, created, cents, charge in columns
    ]  # fmt: skip


_EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def _moved(dispute: str, at: int, cents: int, name: str) -> dict[str, Any]:
    """What a dispute takes off Stripe's balance or gives back, but for the fee."""
    return {
        "id": f"txn_{dispute}_{name}", "object": "balance_transaction", "amount": cents, "available_on": at,
        "created": at, "currency": CURRENCY, "description": "Chargeback withdrawal" if cents < 0 else
        "Chargeback reversal", "exchange_rate": None, "fee": 0, "fee_details": [], "net": cents,
        "reporting_category": "dispute" if cents < 0 else "dispute_reversal", "source": dispute, "status": "available",
        "type": "adjustment",
    }  # fmt: skip


def disputes(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """The money is taken when a dispute is opened, and comes back if it is won."""
    table, charged = company.table("stripe", "disputes"), company.table("stripe", "charges")
    columns = zip(
        rows.tolist(), named("disputes", table.ids(rows)), table["edition"][rows].tolist(),
        _seconds(table["created"][rows]), _seconds(table["changed"][rows]), table["cents"][rows].tolist(),
        table["outcome"][rows].tolist(), named("charges", charged.ids(table["order"][rows])), strict=True,
    )  # fmt: skip
    found = []
    for row, number, edition, created, changed, cents, outcome, charge in columns:
        moved = [_moved(number, created, -cents, "out")]
        if outcome == WON:
            moved.append(_moved(number, changed, cents, "in"))
        record = {
            "id": number, "object": "dispute", "amount": cents, "balance_transactions": moved, "charge": charge,
            "created": created, "currency": CURRENCY, "evidence": dict.fromkeys(_EVIDENCE),
            "evidence_details": {"due_by": created + 14 * clock.DAY // clock.SECOND, "has_evidence": False,
                                 "past_due": False, "submission_count": 0},
            "is_charge_refundable": False, "livemode": True, "metadata": _metadata(edition),
            "payment_intent": f"pi_{charge[3:]}",
            "payment_method_details": {"card": {"brand": "visa", "case_type": "chargeback",
                                                "network_reason_code": "13.1"}, "type": "card"},
            "reason": "product_not_received", "status": {OPEN: "needs_response", LOST: "lost", WON: "won"}[outcome],
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def _lines(number: str, row: int, total: int) -> list[dict[str, Any]]:
    """Two lines; of one invoice in forty more than an answer holds."""
    amounts = [total, *[0] * (22 if row % 41 == 3 else 1)]
    return [
        {"id": f"il_{number[3:]}_{at}", "object": "line_item", "amount": amount, "currency": CURRENCY, "quantity": 1}
        for at, amount in enumerate(amounts)
    ]


def invoices(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """Open until the order is fulfilled, then paid; void if it is cancelled."""
    shop, table = company.shop, company.table("stripe", "invoices")
    money = shop.money(rows)
    columns = zip(
        rows.tolist(), named("invoices", table.ids(rows)), table["edition"][rows].tolist(),
        _seconds(table["created"][rows]), money.total.tolist(), money.tax.tolist(), shop.orders["marks"][rows].tolist(),
        _customers_of(company, rows), shop.contact_details(rows), _seconds(shop.order_events(rows)["fulfilled"]),
        named("charges", company.table("stripe", "charges").ids(rows)), strict=True,
    )  # fmt: skip
    found = []
    for row, number, edition, created, total, tax, marks, customer, (email, _), fulfilled, charge in columns:
        void, paid = bool(marks & CANCELLED), bool(marks & FULFILLED)
        record = {
            "id": number, "object": "invoice", "amount_due": total, "amount_paid": total if paid else 0,
            "amount_remaining": 0 if paid or void else total, "billing_reason": "manual",
            "charge": charge if paid else None, "collection_method": "send_invoice", "created": created,
            "currency": CURRENCY, "customer": customer, "customer_email": email, "customer_name": None,
            "due_date": created + DUE // clock.SECOND, "livemode": False, "metadata": _metadata(edition, row),
            "number": f"INV-{row + 1:06d}", "paid": paid, "status": "void" if void else "paid" if paid else "open",
            "status_transitions": {"finalized_at": created, "marked_uncollectible_at": None,
                                   "paid_at": fulfilled if paid else None, "voided_at": created if void else None},
            "subtotal": total, "tax": tax, "total": total,
            "lines": {"object": "list", "data": _lines(number, row, total), "has_more": False,
                      "url": f"/v1/invoices/{number}/lines"},
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def _item(subscription: str, at: int, item: Item, created: int) -> dict[str, Any]:
    price, kind = item.price, "extra" if item.plan < -1 else "support" if item.plan < 0 else str(item.plan)
    return {
        "id": f"si_{subscription[4:]}_{at}", "object": "subscription_item", "created": created, "discounts": [],
        "metadata": {}, "price": {
            "id": f"price_{kind}", "object": "price", "active": True,
            "billing_scheme": "tiered" if price.cents is None else "per_unit", "currency": CURRENCY,
            "livemode": True, "lookup_key": None, "metadata": {}, "nickname": price.name, "product": f"prod_{kind}",
            "recurring": {"aggregate_usage": "sum" if price.is_metered else None, "interval": price.interval,
                          "interval_count": price.every, "meter": None, "trial_period_days": None,
                          "usage_type": "metered" if price.is_metered else "licensed"},
            "tiers_mode": "graduated" if price.cents is None else None, "transform_quantity": None,
            "type": "recurring", "unit_amount": price.cents,
            "unit_amount_decimal": None if price.cents is None else str(price.cents),
        },
        "subscription": subscription,
    } | ({} if price.is_metered else {"quantity": item.quantity})  # fmt: skip


def _discount(subscription: str, coupon: Coupon, begun: int) -> dict[str, Any]:
    return {
        "id": f"di_{subscription[4:]}", "object": "discount", "checkout_session": None, "coupon": {
            "id": f"{coupon.percent}{coupon.cents}", "object": "coupon", "amount_off": coupon.cents or None,
            "currency": CURRENCY if coupon.cents else None, "duration": coupon.duration, "duration_in_months": None,
            "livemode": True, "name": None, "percent_off": coupon.percent or None, "valid": True,
        },
        "end": None, "invoice": None, "promotion_code": None, "start": begun, "subscription": subscription,
    }  # fmt: skip


def subscriptions(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """As they are now, with all of their items and discounts."""
    told, table, now = company.subscribing, company.table("stripe", "subscriptions"), clock.horizon(company.day)
    numbers = table["number"][rows]
    when, buyers = told.events(numbers), company.table("stripe", "customers")
    columns = zip(
        rows.tolist(), named("subscriptions", table.ids(rows)), table["edition"][rows].tolist(),
        _seconds(table["created"][rows]), when["ended"].tolist(), told.trial_ends(numbers).tolist(),
        named("customers", buyers.ids(told.customers(numbers))), told.statuses(numbers, now),
        told.is_paused(numbers, now), told.items(numbers, now), told.coupons(numbers), strict=True,
    )  # fmt: skip
    found = []
    for row, number, edition, created, ended, trial, customer, status, paused, items, coupon in columns:
        trial_end = None if trial == NEVER else trial // clock.SECOND
        over = ended // clock.SECOND if ended <= now else None
        record = {
            "id": number, "object": "subscription", "billing_cycle_anchor": created, "cancel_at": None,
            "cancel_at_period_end": False, "canceled_at": over, "collection_method": "charge_automatically",
            "created": created, "currency": CURRENCY, "current_period_end": created + 31 * clock.DAY // clock.SECOND,
            "current_period_start": created, "customer": customer, "description": None,
            "discounts": [_discount(number, coupon, created)] if coupon else [], "ended_at": over,
            "items": {"object": "list", "data": [_item(number, at, item, created) for at, item in enumerate(items)],
                      "has_more": False, "url": f"/v1/subscription_items?subscription={number}"},
            "livemode": True, "metadata": _metadata(edition),
            "pause_collection": {"behavior": "void", "resumes_at": None} if paused else None, "start_date": created,
            "status": status, "trial_end": trial_end, "trial_start": created if trial_end else None,
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


WRITERS = {
    "customers": customers,
    "charges": charges,
    "refunds": refunds,
    "disputes": disputes,
    "invoices": invoices,
    "subscriptions": subscriptions,
}


def written(company: Company, stream: str) -> dict[str, dict[str, Any]]:
    """Every live record of a stream by its id."""
    rows = company.table("stripe", stream).having(LIVE)
    return {record["id"]: record for record in WRITERS[stream](company, rows)}
