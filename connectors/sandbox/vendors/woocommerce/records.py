"""Orders, customers, products and refunds as WooCommerce writes them: amounts are texts, times have no offset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, names, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.prices import DISCOUNT_PERCENT, MOST_LINES, taxed
from crm360.connectors.sandbox.company.shopping import CANCELLED, FULFILLED, REFUNDED, TEST
from crm360.connectors.sandbox.company.table import DELETED, LIVE
from crm360.connectors.sandbox.vendors.shopify.records import CURRENCY, amount, sku

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

LOCAL_HOURS = 2
"""The shop's own clock is so far ahead of UTC; fields without _gmt are in its time."""
_CHANNELS = ["checkout", "checkout", "checkout", "store-api", "admin"]


def _times(name: str, at: Ints) -> list[dict[str, str]]:
    """date_x in the shop's time and date_x_gmt."""
    local, gmt = clock.iso_s(at + LOCAL_HOURS * clock.HOUR, ""), clock.iso_s(at, "")
    return [{name: here, f"{name}_gmt": utc} for here, utc in zip(local, gmt, strict=True)]


def _net(cents: int, percent: int) -> tuple[str, str]:
    """An amount that holds tax, as the two texts that Woo keeps: without tax, and the tax."""
    tax = (cents * percent + (100 + percent) // 2) // (100 + percent)
    return amount(cents - tax), amount(tax)


def customers(company: Company, rows: Ints) -> list[dict[str, Any]]:
    shop, table = company.shop, company.table("woocommerce", "customers")
    person = table["person"][rows].astype(np.int64)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), company.people.written(person), shop.customers["slips"][rows].tolist(),
        table["edition"][rows].tolist(), shop.customers["edition"][rows].tolist(),
        _times("date_created", table["created"][rows]),
        _times("date_modified", table["changed"][rows]), (shop.spent()[0][rows] > 0).tolist(),
        company.draws.below("shopify phone form", np.maximum(person, 0), 6).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, p, flag, edition, other, created, changed, pays, form in columns:
        first, last = slips.name(p, flag)
        email = slips.email(p, flag) if p.email else None
        record = {
            "id": number, **created, **changed, "email": email or "", "first_name": first or "",
            "last_name": last or "", "role": "customer", "username": f"customer{number}",
            "billing": _billing(p, flag, email, slips.phone(p, flag, form)), "shipping": {},
            "is_paying_customer": pays, "avatar_url": "", "meta_data": _meta(edition + other),
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def _billing(person: Any, flag: int, email: str | None, phone: str | None) -> dict[str, str]:
    first, last = slips.name(person, flag)
    street, city, region, postcode = slips.address(person, flag)
    return {
        "first_name": first or "", "last_name": last or "", "company": "", "address_1": street or "", "address_2": "",
        "city": city or "", "postcode": postcode or "", "country": person.country if street else "",
        "state": region or "", "email": email or "", "phone": phone or "",
    }  # fmt: skip


def _meta(edition: int) -> list[dict[str, Any]]:
    return [{"id": 1, "key": "_edition", "value": str(edition)}] if edition else []


def orders(company: Company, rows: Ints) -> list[dict[str, Any]]:
    shop, table = company.shop, company.table("woocommerce", "orders")
    money, marks = shop.money(rows), shop.orders["marks"][rows].tolist()
    person = shop.orders["person"][rows].astype(np.int64)
    flags = slips.drawn(company.draws, company.people, "shopify", np.maximum(person, 0), slips.CHECKOUT)
    vat = np.array([country.vat_percent for country in names.COUNTRIES])[company.people.country[np.maximum(person, 0)]]
    refunds = _refunds_of(company, rows)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), _customer_ids(company, rows), marks, table["state"][rows].tolist(),
        _times("date_created", table["created"][rows]), _times("date_modified", table["changed"][rows]),
        company.people.written(person), flags.tolist(), shop.contact_details(rows), money.total.tolist(),
        money.tax.tolist(), money.shipping.tolist(), money.discount.tolist(), vat.tolist(),
        table["edition"][rows].tolist(),
        company.draws.below("woocommerce channel", rows, len(_CHANNELS)).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for at, (row, number, customer, mark, state, created, changed, p, flag, (email, phone), total, tax, shipping,
             discount, percent, edition, channel) in enumerate(columns):  # fmt: skip
        record = {
            "id": number, "parent_id": 0, "status": _status(mark, state), "currency": CURRENCY, "version": "10.3.0",
            "prices_include_tax": True, **created, **changed, "discount_total": _net(discount, percent)[0],
            "discount_tax": _net(discount, percent)[1], "shipping_total": amount(shipping), "shipping_tax": "0.00",
            "cart_tax": amount(tax), "total": amount(total), "total_tax": amount(tax), "customer_id": customer,
            "order_key": f"wc_order_{number}", "billing": _billing(p, flag, email, phone), "shipping": {},
            "payment_method": "other" if mark & TEST else "stripe", "transaction_id": "", "customer_note": "",
            "created_via": _CHANNELS[channel], "number": str(number),
            "date_paid_gmt": created["date_created_gmt"], "date_completed_gmt": None,
            "meta_data": _meta(edition), "line_items": _lines(company, row, money, at, percent),
            "tax_lines": [], "shipping_lines": [], "fee_lines": [],
            "coupon_lines": [{"id": number, "code": f"take{DISCOUNT_PERCENT}"}] if discount else [],
            "refunds": refunds[at], "currency_symbol": "€",
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def _status(mark: int, state: int) -> str:
    if state == DELETED:
        return "trash"
    if mark & CANCELLED:
        return "cancelled"
    if mark & REFUNDED:
        return "refunded"
    return "completed" if mark & FULFILLED else "processing"


def _customer_ids(company: Company, rows: Ints) -> list[int]:
    """0 is a guest: nothing but the address in `billing` says who bought."""
    table, customer = company.table("woocommerce", "customers"), company.shop.orders["customer"][rows]
    there = customer >= 0
    there[there] = table["state"][customer[there]] == LIVE
    return np.where(there, table.ids(np.maximum(customer, 0)), 0).tolist()


def _lines(company: Company, order: int, money: Any, at: int, percent: int) -> list[dict[str, Any]]:
    goods, products = company.shop.goods, company.table("woocommerce", "products")
    found = []
    for place in range(MOST_LINES):
        quantity, thing = int(money.quantity[at][place]), int(money.product[at][place])
        if not quantity:
            continue
        full, paid = int(money.unit[at][place]) * quantity, int(money.line[at][place])
        (subtotal, subtotal_tax), (total, total_tax) = _net(full, percent), _net(paid, percent)
        found.append({
            "id": 1 + order * 8 + place, "name": goods.titles[thing],
            "product_id": int(products.first_id + thing * products.step), "variation_id": 0, "quantity": quantity,
            "tax_class": "", "subtotal": subtotal, "subtotal_tax": subtotal_tax, "total": total,
            "total_tax": total_tax, "taxes": [], "meta_data": [], "sku": sku(thing),
            "price": float(total) / quantity,
        })  # fmt: skip
    return found


def _refunds_of(company: Company, rows: Ints) -> list[list[dict[str, Any]]]:
    """The short form of refunds that stands in an order."""
    refunds, table = company.shop.refunds, company.table("woocommerce", "refunds")
    place = np.searchsorted(refunds.sorted_values("order"), rows)
    found: list[list[dict[str, Any]]] = []
    for row, at in zip(rows.tolist(), place.tolist(), strict=True):
        refund = int(refunds.by("order")[at]) if at < len(refunds) else -1
        there = refund >= 0 and refunds["order"][refund] == row and table["state"][refund] == LIVE
        paid_back = amount(-int(refunds["cents"][refund])) if there else ""
        found.append([{"id": int(table.ids(np.array([refund]))[0]), "reason": "", "total": paid_back}] if there else [])
    return found


def refunds(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """A refund has one time, that of its creation."""
    table, orders = company.table("woocommerce", "refunds"), company.table("woocommerce", "orders")
    order_rows = company.shop.refunds["order"][rows]
    money = company.shop.money(order_rows)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), orders.ids(order_rows).tolist(),
        company.shop.refunds["cents"][rows].tolist(), _times("date_created", table["changed"][rows]),
        [_returned(int(row), at, money, int(company.shop.refunds["cents"][refund]))
         for at, (row, refund) in enumerate(zip(order_rows.tolist(), rows.tolist(), strict=True))], strict=True,
    )  # fmt: skip
    return [
        {
            "id": number, "parent_id": order, **created, "amount": amount(cents), "reason": "", "refunded_by": 1,
            "refunded_payment": True, "meta_data": [], **returned, "tax_lines": [], "fee_lines": [],
        }
        | table.overrides.get(row, {})
        for row, number, order, cents, created, returned in columns
    ]  # fmt: skip


def _returned(order: int, at: int, money: Any, cents: int) -> dict[str, Any]:
    """What a refund takes back: all of an order, or its first line; written with a minus."""
    whole, subtotal, tax = cents == int(money.total[at]), int(money.subtotal[at]), int(money.tax[at])
    lines, shipping = [], int(money.shipping[at])
    for place in range(MOST_LINES if whole else 1):
        paid, quantity = int(money.line[at][place]), int(money.quantity[at][place])
        if quantity:
            part = taxed(paid, subtotal, tax)
            lines.append({
                "id": 1 + order * 8 + place, "quantity": -quantity, "total": amount(part - paid),
                "total_tax": amount(-part),
                "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(1 + order * 8 + place)}],
            })  # fmt: skip
    carried = [{"id": 1, "total": amount(-shipping), "total_tax": "0.00"}] if whole and shipping else []
    return {"line_items": lines, "shipping_lines": carried}


def products(company: Company, rows: Ints) -> list[dict[str, Any]]:
    shop, table, goods = company.shop, company.table("woocommerce", "products"), company.shop.goods
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), _times("date_created", table["created"][rows]),
        _times("date_modified", table["changed"][rows]), shop.products["edition"][rows].tolist(),
        table["edition"][rows].tolist(), table["state"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, created, changed, dearer, edition, state in columns:
        thing = row % len(goods.titles)
        price = amount(int(goods.prices[thing]) + 10 * dearer)
        record = {
            "id": number, "name": goods.titles[thing], "slug": f"product-{thing}", **created, **changed,
            "type": "simple", "status": "trash" if state == DELETED else "publish", "sku": sku(thing), "price": price,
            "regular_price": price, "sale_price": "", "virtual": goods.kinds[thing] == "Services",
            "categories": [{"id": 1 + len(goods.kinds[thing]), "name": goods.kinds[thing], "slug": ""}],
            "tags": [], "attributes": [], "variations": [], "parent_id": 0, "meta_data": _meta(edition),
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found
