"""Customers, orders, products and events as Shopify's GraphQL Admin API names and nests them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import causes, clock, names, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.prices import DISCOUNT_PERCENT, MOST_LINES, taxed
from crm360.connectors.sandbox.company.shopping import CANCELLED, FULFILLED, PART_REFUNDED, REFUNDED, TEST  # fmt: skip
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.vendors.identifiers import gid

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

CURRENCY = "EUR"
_SOURCES = ["web", "web", "web", "web", "pos", "shopify_draft_order", "instagram"]
_REASONS = ["CUSTOMER", "INVENTORY", "FRAUD", "DECLINED", "OTHER"]


def amount(cents: int) -> str:
    """1250 → "12.50"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


SMS_STATES = ("NOT_SUBSCRIBED", "SUBSCRIBED", "UNSUBSCRIBED")  # by causes.sms_list


def _money(cents: int) -> dict[str, str]:
    return {"amount": amount(cents), "currencyCode": CURRENCY}


def _money_set(cents: int) -> dict[str, dict[str, str]]:
    money = _money(cents)
    return {"shopMoney": money, "presentmentMoney": money}


def customers(company: Company, rows: Ints) -> list[dict[str, Any]]:
    shop, draws = company.shop, company.draws
    table = shop.customers
    count, cents = shop.spent()
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), company.people.written(table["person"][rows].astype(np.int64)),
        table["slips"][rows].tolist(), table["edition"][rows].tolist(), clock.iso_s(table["created"][rows]),
        clock.iso_s(table["changed"][rows]), count[rows].tolist(), cents[rows].tolist(),
        draws.below("shopify phone form", np.maximum(table["person"][rows].astype(np.int64), 0), 6).tolist(),
        draws.below("marketing", rows, 10).tolist(),
        causes.sms_list(draws, np.maximum(table["person"][rows].astype(np.int64), 0)).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, p, flag, edition, created, changed, orders, spent, form, marketing, texts in columns:
        first, last = slips.name(p, flag)
        street, city, region, postcode = slips.address(p, flag)
        email, phone = slips.email(p, flag) if p.email else None, slips.phone(p, flag, form)
        state = "SUBSCRIBED" if marketing < 5 else "UNSUBSCRIBED" if marketing == 5 else "NOT_SUBSCRIBED"
        country = next(c for c in names.COUNTRIES if c.code == p.country)
        place = {
            "address1": street, "address2": None, "city": city, "province": region, "zip": postcode,
            "country": country.name,
            "countryCodeV2": p.country, "company": None, "firstName": first, "lastName": last, "phone": phone,
        }  # fmt: skip
        record = {
            "__typename": "Customer", "id": gid("Customer", number), "legacyResourceId": str(number),
            "firstName": first,
            "lastName": last, "displayName": " ".join(filter(None, (first, last))), "email": email, "phone": phone,
            "defaultEmailAddress": {
                "emailAddress": email, "marketingState": state,
                "marketingUpdatedAt": None if state == "NOT_SUBSCRIBED" else created,
            } if email else None,
            "defaultPhoneNumber": {
                "phoneNumber": phone, "marketingState": SMS_STATES[texts],
                "marketingUpdatedAt": created if texts else None,
            } if phone else None,
            "defaultAddress": place if street else None, "createdAt": created, "updatedAt": changed, "state": "ENABLED",
            "numberOfOrders": str(orders), "amountSpent": _money(spent), "note": f"Note {edition}" if edition else None,
            "tags": (["repeat"] if orders > 1 else []) + (["newsletter"] if marketing < 5 else []),
            "locale": {"de": "de", "fr": "fr"}.get(p.language, "en"), "verifiedEmail": True,
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def orders(company: Company, rows: Ints) -> list[dict[str, Any]]:
    shop, draws = company.shop, company.draws
    table, money = shop.orders, shop.money(rows)
    customer = table["customer"][rows]
    known = (
        (customer >= 0) & (shop.customers["state"][np.maximum(customer, 0)] == LIVE)
        if len(shop.customers)
        else customer > 0
    )
    customer_ids = np.where(known, shop.customers.ids(customer), 0).tolist()
    cancelled = table["cancelled"][rows]
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), customer_ids, table["marks"][rows].tolist(),
        table["refunded"][rows].tolist(),
        clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows]), clock.iso_s(cancelled),
        shop.contact_details(rows), draws.below("order source", rows, len(_SOURCES)).tolist(),
        draws.below("cancel reason", rows, len(_REASONS)).tolist(), money.subtotal.tolist(), money.total.tolist(),
        money.tax.tolist(), money.discount.tolist(), money.shipping.tolist(), money.discounted.tolist(), strict=True,
    )  # fmt: skip
    lines = list(
        zip(money.product.tolist(), money.quantity.tolist(), money.unit.tolist(), money.line.tolist(), strict=True)
    )
    found = []
    for at, values in enumerate(columns):
        (row, number, customer_id, marks, refunded, created, changed, ended, (email, phone), source, reason) = values[
            :11
        ]
        (subtotal, total, tax, discount, shipping, discounted) = values[11:]
        status = "PAID"
        if marks & CANCELLED:
            status = "VOIDED"
        elif marks & REFUNDED:
            status = "REFUNDED"
        elif marks & PART_REFUNDED:
            status = "PARTIALLY_REFUNDED"
        record = {
            "__typename": "Order", "id": gid("Order", number), "legacyResourceId": str(number),
            "name": f"#{1001 + row}",
            "createdAt": created, "updatedAt": changed, "processedAt": created,
            "cancelledAt": ended if marks & CANCELLED else None,
            "cancelReason": _REASONS[reason] if marks & CANCELLED else None, "test": bool(marks & TEST),
            "displayFinancialStatus": status,
            "displayFulfillmentStatus": "FULFILLED" if marks & FULFILLED else "UNFULFILLED",
            "sourceName": _SOURCES[source], "email": email, "phone": phone, "note": None, "tags": [],
            "customer": {"__typename": "Customer", "id": gid("Customer", customer_id)} if customer_id else None,
            "currencyCode": CURRENCY, "taxesIncluded": True, "subtotalPriceSet": _money_set(subtotal),
            "totalPriceSet": _money_set(total), "totalTaxSet": _money_set(tax),
            "totalDiscountsSet": _money_set(discount),
            "totalShippingPriceSet": _money_set(shipping), "totalRefundedSet": _money_set(refunded),
            "discountCodes": [f"TAKE{DISCOUNT_PERCENT}"] if discounted else [],
            "lineItems": _lines(company, row, *lines[at]), "totalTipReceivedSet": _money_set(0),
            "originalTotalDutiesSet": None, "currentTotalPriceSet": _money_set(total - refunded),
            "currentTotalTaxSet": _money_set(tax - (tax if refunded == total else taxed(refunded, subtotal, tax))),
            "shippingLines": [_shipping(shipping)] if shipping else [],
            "refunds": [],
        }  # fmt: skip
        if refunded:
            _, quantity, _, line = lines[at]
            record["refunds"] = _refunds(row, changed, refunded, (total, tax, subtotal, shipping), quantity, line)
        found.append(record | table.overrides.get(row, {}))
    return found


def _shipping(cents: int) -> dict[str, Any]:
    price = _money_set(cents)
    return {"title": "Standard", "originalPriceSet": price, "discountedPriceSet": price, "taxLines": []}


def _refunds(
    order: int, at: str, refunded: int, amounts: tuple[int, int, int, int], quantity: list[int], line: list[int]
) -> list[dict[str, Any]]:
    """The one refund of an order: of all of it, or of its first line."""
    total, tax, subtotal, shipping = amounts
    whole = refunded == total
    back = [(place, cents) for place, cents in enumerate(line) if cents and (whole or place == 0)]
    returned = [
        {
            "__typename": "RefundLineItem", "id": None, "quantity": quantity[place],
            "lineItem": {"__typename": "LineItem", "id": gid("LineItem", 13_000_000_000_001 + order * 8 + place)},
            "subtotalSet": _money_set(cents), "totalTaxSet": _money_set(taxed(cents, subtotal, tax)),
        }
        for place, cents in back
    ]  # fmt: skip
    carried = [{"id": None, "subtotalAmountSet": _money_set(shipping), "taxAmountSet": _money_set(0)}]
    return [{
        "__typename": "Refund", "id": gid("Refund", 900_000_000_001 + order), "createdAt": at, "updatedAt": at,
        "totalRefundedSet": _money_set(refunded), "refundLineItems": returned,
        "refundShippingLines": carried if whole and shipping else [],
    }]  # fmt: skip


def _lines(
    company: Company, order: int, product: list[int], quantity: list[int], unit: list[int], line: list[int]
) -> list[dict[str, Any]]:
    goods, numbers = company.shop.goods, company.shop.products
    found = []
    for place in range(MOST_LINES):
        if not quantity[place]:
            continue
        thing = product[place]
        number = int(numbers.first_id + thing * numbers.step)
        found.append({
            "__typename": "LineItem", "id": gid("LineItem", 13_000_000_000_001 + order * 8 + place),
            "title": goods.titles[thing], "name": goods.titles[thing], "sku": sku(thing), "quantity": quantity[place],
            "currentQuantity": quantity[place], "vendor": "Sandbox",
            "product": {"__typename": "Product", "id": gid("Product", number), "productType": goods.kinds[thing],
                        "title": goods.titles[thing]},
            "originalUnitPriceSet": _money_set(unit[place]), "discountedTotalSet": _money_set(line[place]),
            "originalTotalSet": _money_set(unit[place] * quantity[place]), "isGiftCard": False,
            "discountAllocations": [{"allocatedAmountSet": _money_set(unit[place] * quantity[place] - line[place])}],
        })  # fmt: skip
    return found


def sku(product: int) -> str:
    return f"SB-{product:04d}"


def products(company: Company, rows: Ints) -> list[dict[str, Any]]:
    shop = company.shop
    table, goods = shop.products, shop.goods
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), clock.iso_s(table["created"][rows]),
        clock.iso_s(table["changed"][rows]),
        table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, created, changed, edition in columns:
        thing = row % len(goods.titles)
        price = int(goods.prices[thing]) + 10 * edition
        variant = {
            "__typename": "ProductVariant", "id": gid("ProductVariant", 4_000_000_001 + row), "price": amount(price),
            "sku": sku(thing), "title": "Default Title", "compareAtPrice": None,
        }  # fmt: skip
        record = {
            "__typename": "Product", "id": gid("Product", number), "legacyResourceId": str(number),
            "title": goods.titles[thing], "handle": f"product-{thing}", "productType": goods.kinds[thing],
            "vendor": "Sandbox",
            "status": "ACTIVE", "tags": ["digital"] if goods.kinds[thing] == "Services" else [], "createdAt": created,
            "updatedAt": changed, "variants": [variant],
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def events(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """The log: only what was destroyed is in it."""
    table = company.shop.events
    columns = zip(
        table.ids(rows).tolist(), table["subject"][rows].tolist(), table["kind"][rows].tolist(),
        clock.iso_s(table["created"][rows]), strict=True,
    )  # fmt: skip
    return [
        {
            "__typename": "BasicEvent", "id": gid("BasicEvent", number), "action": "destroy", "createdAt": created,
            "subjectId": gid("Product" if kind else "Order", subject), "subjectType": "PRODUCT" if kind else "ORDER",
            "message": "Deleted.", "appTitle": None, "attributeToApp": False, "attributeToUser": True,
            "criticalAlert": False,
        }
        for number, subject, kind, created in columns
    ]  # fmt: skip
