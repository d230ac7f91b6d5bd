"""Partners, leads, sale orders, their lines and mailing traces as Odoo's search_read gives them.

What is empty is false, a reference is [id, name], and a time is a text in UTC without its microseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import books, clock, names
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.pipeline import LOST, STAGES, WON, owner_ids, owner_names
from crm360.connectors.sandbox.company.prices import MOST_LINES
from crm360.connectors.sandbox.company.shopping import CANCELLED
from crm360.connectors.sandbox.company.table import LIVE, Table
from crm360.connectors.sandbox.company.till import VAT_PERCENT
from crm360.connectors.sandbox.vendors.hubspot.records import properties

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
LINES_OF_AN_ORDER = 8
CURRENCY = [1, "EUR"]


def times(at: Ints) -> list[str]:
    """2026-07-01 02:00:00"""
    return [text.replace("T", " ") for text in clock.iso_s(at, "")]


def _base(table: Table, rows: Ints) -> list[Record]:
    columns = zip(table.ids(rows).tolist(), times(table["created"][rows]), times(table["changed"][rows]), strict=True)
    return [{"id": number, "create_date": made, "write_date": changed} for number, made, changed in columns]


def _said(table: Table, rows: Ints, found: list[Record]) -> list[Record]:
    """With false for what is empty, and what a test said."""
    return [
        {name: False if value is None or value == "" else value for name, value in record.items()}
        | table.overrides.get(row, {})
        for row, record in zip(rows.tolist(), found, strict=True)
    ]


def _parent(company: Company, employer: int) -> list[Any] | None:
    row = company.pipeline.standing(company.pipeline.companies, employer) if employer >= 0 else -1
    table = company.table("odoo", "companies")
    return [int(table.ids(np.array([row]))[0]), "Company"] if row >= 0 and table["state"][row] == LIVE else None


def contacts(company: Company, rows: Ints) -> list[Record]:
    table, found = company.table("odoo", "contacts"), []
    person = company.pipeline.contacts["person"][rows].astype(np.int64)
    employers = np.where(person >= 0, company.people.employer[np.maximum(person, 0)], -1).tolist()
    live, told = (table["state"][rows] == LIVE).tolist(), properties(company, "contacts", rows)
    for base, p, employer, active, edition in zip(
        _base(table, rows), told, employers, live, table["edition"][rows].tolist(), strict=True
    ):
        country = next((c for c in names.COUNTRIES if p["country"] in (c.name, c.code)), None)
        found.append(base | {
            "name": " ".join(filter(None, (p["firstname"], p["lastname"]))), "email": p["email"], "phone": p["phone"],
            "street": p["address"], "city": p["city"], "zip": p["zip"],
            "state_id": [1, p["state"]] if p["state"] else None,
            "country_id": [1, country.name] if country else None, "parent_id": _parent(company, employer),
            "function": p["jobtitle"], "lang": "de_DE" if p["hs_language"] == "de" else "en_GB", "active": active,
            "website": f"https://edition-{edition}.example" if edition else None, "industry_id": None,
            "is_company": False,
        })  # fmt: skip
    return _said(table, rows, found)


def companies(company: Company, rows: Ints) -> list[Record]:
    table, found = company.table("odoo", "companies"), []
    live, told = (table["state"][rows] == LIVE).tolist(), properties(company, "companies", rows)
    for base, p, active, edition in zip(_base(table, rows), told, live, table["edition"][rows].tolist(), strict=True):
        found.append(base | {
            "name": p["name"], "email": None, "phone": p["phone"], "street": p["address"], "city": p["city"],
            "zip": p["zip"], "state_id": None, "country_id": [1, p["country"]], "parent_id": None, "function": None,
            "lang": "en_GB", "active": active,
            "website": f"https://www.{p['domain']}/{edition or ''}" if p["domain"] else None,
            "industry_id": [1, p["industry"]], "is_company": True,
        })  # fmt: skip
    return _said(table, rows, found)


def leads(company: Company, rows: Ints) -> list[Record]:
    """A lost lead is archived."""
    table, partners, found = company.table("odoo", "leads"), company.table("odoo", "contacts"), []
    deals = company.pipeline.deals
    columns = zip(
        _base(table, rows), properties(company, "deals", rows), deals["stage"][rows].tolist(),
        partners.ids(deals["contact"][rows]).tolist(), times(deals["ends"][rows]), table["edition"][rows].tolist(),
        strict=True,
    )  # fmt: skip
    owners = dict(zip(map(str, owner_ids()), (" ".join(name) for name in owner_names(company.draws)), strict=True))
    for base, p, stage, partner, ends, edition in columns:
        owner = p["hubspot_owner_id"]
        found.append(base | {
            "name": p["dealname"], "type": "opportunity", "partner_id": [partner, "Contact"], "email_from": None,
            "phone": None, "stage_id": [stage + 1, "Won" if stage == WON else STAGES[min(stage, 4)][1]],
            "probability": 100.0 * STAGES[stage][2], "expected_revenue": float(p["amount"] or 0) + edition,
            # A deal in pounds is one of the company's British branch.
            "company_currency": [2, books.POUND] if p["deal_currency_code"] == books.POUND else CURRENCY,
            "user_id": [int(owner) - 51_000_000, owners[owner]] if owner else None,
            "date_deadline": ends[:10], "date_closed": ends if stage >= WON else None,
            "lost_reason_id": [1, p["closed_lost_reason"]] if stage == LOST else None, "active": stage != LOST,
            "won_status": "won" if stage == WON else "lost" if stage == LOST else "pending",
        })  # fmt: skip
    return _said(table, rows, found)


def orders(company: Company, rows: Ints) -> list[Record]:
    shop, table, found = company.shop, company.table("odoo", "orders"), []
    partners, money = company.table("odoo", "contacts"), shop.money(rows)
    person = shop.orders["person"][rows].astype(np.int64)
    known = (person >= 0) & (person < len(company.pipeline.contact_of))
    contact = np.where(known, company.pipeline.contact_of[np.where(known, person, 0)], -1)
    columns = zip(
        _base(table, rows), rows.tolist(), contact.tolist(), partners.ids(np.maximum(contact, 0)).tolist(),
        shop.orders["marks"][rows].tolist(), money.total.tolist(), money.tax.tolist(),
        table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    for base, row, partner_row, partner, marks, total, tax, edition in columns:
        found.append(base | {
            "name": f"S{row + 1:05d}", "partner_id": [partner if partner_row >= 0 else 1, "Partner"],
            "date_order": base["create_date"], "state": "cancel" if marks & CANCELLED else "sale",
            "currency_id": CURRENCY, "amount_untaxed": (total - tax) / 100, "amount_tax": tax / 100,
            "amount_total": total / 100, "user_id": None, "campaign_id": None,
            "client_order_ref": f"edition {edition}" if edition else None,
        })  # fmt: skip
    return _said(table, rows, found)


def lines_of(company: Company, numbers: list[int]) -> list[Record]:
    """The sale.order.line records of these orders, by id; shipping is a line too."""
    table, goods = company.table("odoo", "orders"), company.shop.goods
    rows = np.array([row for n in numbers if (row := table.row_of(n)) is not None], dtype=np.int64)
    money, found = company.shop.money(rows), []
    for at, (row, base) in enumerate(zip(rows.tolist(), _base(table, rows), strict=True)):
        sold = [
            (place, [int(money.product[at][place]) + 1, goods.titles[int(money.product[at][place])]],
             int(money.quantity[at][place]), int(money.unit[at][place]), int(money.line[at][place]))
            for place in range(MOST_LINES) if money.quantity[at][place]
        ]  # fmt: skip
        if money.shipping[at]:
            sold.append((MOST_LINES, [9_999, "Delivery"], 1, int(money.shipping[at]), int(money.shipping[at])))
        for place, product, quantity, unit, line in sold:
            found.append({
                "id": 1 + row * LINES_OF_AN_ORDER + place, "order_id": [base["id"], f"S{row + 1:05d}"],
                "product_id": product, "name": product[1], "product_uom_qty": float(quantity),
                "price_unit": unit / 100, "discount": 0.0 if line == unit * quantity else 10.0,
                "price_subtotal": line / 100, "price_total": line / 100, "display_type": False,
            })  # fmt: skip
    return sorted(found, key=lambda line: line["id"])


def pos_orders(company: Company, rows: Ints) -> list[Record]:
    """Sales at the counter; what comes back is an order of its own, with amounts below nought."""
    till, table = company.till, company.table("odoo", "pos_orders")
    cents, found = till.cents(rows), []
    partners = company.table("odoo", "contacts").ids(np.maximum(table["contact"][rows], 0)).tolist()
    columns = zip(
        _base(table, rows), rows.tolist(), table["contact"][rows].tolist(), partners, cents.tolist(),
        table["is_return"][rows].tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    for base, row, contact, partner, total, is_return, edition in columns:
        found.append(base | {
            "name": f"Counter/{row + 1:05d}{' REFUND' if is_return else ''}",
            "pos_reference": f"Order 00001-{edition:03d}-{row + 1:04d}",
            "partner_id": [partner, "Partner"] if contact >= 0 else None, "date_order": base["create_date"],
            "state": "done", "currency_id": CURRENCY, "amount_tax": _tax_within(total) / 100,
            "amount_total": total / 100, "user_id": [3, "Counter"],
        })  # fmt: skip
    return _said(table, rows, found)


def pos_lines_of(company: Company, numbers: list[int]) -> list[Record]:
    """The pos.order.line records of these orders, by id."""
    till, table = company.till, company.table("odoo", "pos_orders")
    rows = np.array([row for n in numbers if (row := table.row_of(n)) is not None], dtype=np.int64)
    columns = zip(
        table.ids(rows).tolist(), rows.tolist(), table["product"][rows].tolist(), till.cents(rows).tolist(), strict=True
    )
    return sorted(
        (
            {
                "id": 8_001 + row, "order_id": [number, f"Counter/{row + 1:05d}"],
                "product_id": [product + 1, till.goods.titles[product]],
                "full_product_name": till.goods.titles[product], "qty": -1.0 if total < 0 else 1.0,
                "price_unit": abs(total) / 100, "discount": 0.0,
                "price_subtotal": (total - _tax_within(total)) / 100, "price_subtotal_incl": total / 100,
            }
            for number, row, product, total in columns
        ),
        key=lambda line: line["id"],
    )  # fmt: skip


def _tax_within(cents: int) -> int:
    """The tax in a price that contains it, with its sign."""
    tax = abs(cents) * VAT_PERCENT // (100 + VAT_PERCENT)
    return -tax if cents < 0 else tax


def _moves(company: Company, stream: str, rows: Ints, orders: Ints, cents: Ints) -> list[Record]:
    """Customer invoices or credit notes of these amounts, tax included, each of an order, with its share of the tax."""
    shop, table, invoices = company.shop, company.table("odoo", stream), company.table("odoo", "invoices")
    of_order, money, found = _order_facts(company, orders), shop.money(orders), []
    is_invoice = stream == "invoices"
    columns = zip(
        _base(table, rows), rows.tolist(), of_order, invoices.ids(orders).tolist(), cents.tolist(),
        money.total.tolist(), money.tax.tolist(), times(table["created"][rows] + 14 * clock.DAY),
        table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    for base, row, (order, partner, cancelled), invoice, amount, total, tax, due, edition in columns:
        taxed = amount * tax // total if total else 0
        found.append(base | {
            "name": f"{'INV' if is_invoice else 'RINV'}/{row + 1:06d}",
            "move_type": "out_invoice" if is_invoice else "out_refund",
            "state": "cancel" if cancelled and is_invoice else "posted",
            "payment_state": "not_paid" if cancelled and is_invoice else "paid", "partner_id": partner,
            "invoice_date": base["create_date"][:10], "invoice_date_due": due[:10], "currency_id": CURRENCY,
            "amount_untaxed": (amount - taxed) / 100, "amount_tax": taxed / 100, "amount_total": amount / 100,
            "amount_residual": 0.0, "invoice_origin": order,
            "reversed_entry_id": None if is_invoice else [invoice, "INV"],
            "ref": f"edition {edition}" if edition else None,
        })  # fmt: skip
    return _said(table, rows, found)


def _order_facts(company: Company, rows: Ints) -> list[tuple[str, list[Any], bool]]:
    """Name, partner and whether it is cancelled, of each order."""
    return [(told["name"], told["partner_id"], told["state"] == "cancel") for told in orders(company, rows)]


def invoices(company: Company, rows: Ints) -> list[Record]:
    """One for each order, made with it and paid at once."""
    return _moves(company, "invoices", rows, rows, company.shop.money(rows).total)


def credit_notes(company: Company, rows: Ints) -> list[Record]:
    """One for each refund: the reversal of its order's invoice, or of a part of that."""
    refunds = company.shop.refunds
    return _moves(
        company, "credit_notes", rows, refunds["order"][rows].astype(np.int64), refunds["cents"][rows].astype(np.int64)
    )


def payments(company: Company, rows: Ints) -> list[Record]:
    """One for each order, of all of it."""
    table, moves = company.table("odoo", "payments"), company.table("odoo", "invoices")
    columns = zip(
        _base(table, rows), rows.tolist(), _order_facts(company, rows), company.shop.money(rows).total.tolist(),
        moves.ids(rows).tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = [
        base | {
            "name": f"PBNK1/{row + 1:06d}", "state": "canceled" if cancelled else "paid", "payment_type": "inbound",
            "partner_type": "customer", "partner_id": partner, "date": base["create_date"][:10], "amount": total / 100,
            "currency_id": CURRENCY, "reconciled_invoice_ids": [] if cancelled else [invoice],
            "payment_method_line_id": [1, "Manual Payment"], "memo": f"edition {edition}" if edition else None,
        }
        for base, row, (_, partner, cancelled), total, invoice, edition in columns
    ]  # fmt: skip
    return _said(table, rows, found)


def mailing_traces(company: Company, rows: Ints) -> list[Record]:
    mailing, found = company.mailing, []
    table = mailing.traces
    member = table["member"][rows].astype(np.int64)
    columns = zip(
        _base(table, rows), table["campaign"][rows].tolist(), mailing.emails(member), member.tolist(),
        table["opened"][rows].tolist(), times(table["opened"][rows]), table["clicked"][rows].tolist(),
        times(table["clicked"][rows]), table["bounced"][rows].tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    for base, campaign, email, contact, opened, opened_at, clicked, clicked_at, bounced, edition in columns:
        found.append(base | {
            "mass_mailing_id": [campaign + 1, f"Newsletter {campaign + 1}"], "campaign_id": None, "email": email,
            "model": "mailing.contact", "res_id": contact + 1,
            "trace_status": "bounce" if bounced else "open" if opened else "sent",
            "failure_type": "mail_bounce" if bounced else None, "sent_datetime": base["create_date"],
            "open_datetime": opened_at if opened else None, "reply_datetime": None,
            "links_click_datetime": clicked_at if clicked else None,
            "message_id": f"edition-{edition}" if edition else None,
        })  # fmt: skip
    return _said(table, rows, found)


LINES = {"sale.order.line": lines_of, "pos.order.line": pos_lines_of}
WRITERS = {"contacts": contacts, "companies": companies, "leads": leads, "orders": orders, "pos_orders": pos_orders,
           "invoices": invoices, "credit_notes": credit_notes, "payments": payments,
           "mailing_traces": mailing_traces}  # fmt: skip
