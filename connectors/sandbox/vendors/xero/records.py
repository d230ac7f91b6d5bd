"""Contacts, invoices, credit notes and payments as Xero's Accounting API writes them.

Money is a JSON number, a moment /Date(milliseconds+0000)/, and a day both that and a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.shopping import CANCELLED, TEST
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.vendors.xero.ids import guid

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
CURRENCY = "EUR"
DUE = 14 * clock.DAY
KEYS = {"contacts": "ContactID", "invoices": "InvoiceID", "credit_notes": "CreditNoteID", "payments": "PaymentID"}
TYPES = {"invoices": "ACCREC", "credit_notes": "ACCRECCREDIT"}


def moment(at: int) -> str:
    """/Date(1488391422280+0000)/"""
    return f"/Date({at}+0000)/"


def _day(name: str, at: int) -> Record:
    day = at // clock.DAY * clock.DAY
    return {name: moment(day), f"{name}String": clock.naive(day).isoformat()}


def exists(company: Company, stream: str) -> Ints:
    """The rows that Xero ever had: none of guests and of tests."""
    table, shop = company.table("xero", stream), company.shop
    rows: Ints = np.arange(len(table), dtype=np.int64)
    if stream == "contacts":
        return rows
    orders = shop.refunds["order"].astype(np.int64) if stream == "credit_notes" else rows
    return rows[(shop.orders["customer"][orders] >= 0) & (shop.orders["marks"][orders] & TEST == 0)]


def written(company: Company, stream: str, rows: Ints) -> list[Record]:
    """The records of rows, with what a test said."""
    table = company.table("xero", stream)
    columns = zip(
        rows.tolist(), WRITERS[stream](company, rows), table["changed"][rows].tolist(),
        (table["state"][rows] == LIVE).tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, record, changed, is_live, edition in columns:
        head: Record = {KEYS[stream]: guid(stream, row + 1), "UpdatedDateUTC": moment(changed)}
        status, gone = ("ContactStatus", "GDPRREQUEST") if stream == "contacts" else ("Status", "DELETED")
        if not is_live:
            record[status] = gone
        if edition:
            record["AccountNumber" if stream == "contacts" else "Reference"] = f"edition {edition}"
        found.append(head | record | table.overrides.get(row, {}))
    return found


def contacts(company: Company, rows: Ints) -> list[Record]:
    """The shop's customers; an address and a number have their kinds, most of them empty."""
    shop = company.shop
    person = shop.customers["person"][rows].astype(np.int64)
    columns = zip(
        company.people.written(person), shop.customers["slips"][rows].tolist(),
        shop.customers["edition"][rows].tolist(),
        company.draws.below("shopify phone form", np.maximum(person, 0), 6).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for p, flag, edition, form in columns:
        first, last = slips.name(p, flag)
        street, city, region, postcode = slips.address(p, flag)
        found.append({
            "ContactStatus": "ACTIVE", "Name": " ".join(filter(None, (first, last))) or "Unknown",
            "FirstName": first or "", "LastName": last or "",
            "EmailAddress": (slips.email(p, flag) or "") if p.email else "", "BankAccountDetails": "",
            "Addresses": [
                {"AddressType": "STREET", "City": "", "Region": "", "PostalCode": "", "Country": ""},
                {"AddressType": "POBOX", "AddressLine1": street or "", "City": city or "", "Region": region or "",
                 "PostalCode": postcode or "", "Country": p.country if street else ""},
            ],
            "Phones": [
                {"PhoneType": kind, "PhoneNumber": (slips.phone(p, flag, form) or "") if kind == "DEFAULT" else "",
                 "PhoneAreaCode": "", "PhoneCountryCode": ""}
                for kind in ("DDI", "DEFAULT", "FAX", "MOBILE")
            ],
            "ContactGroups": [], "IsSupplier": False, "IsCustomer": True, "ContactPersons": [],
            "ContactNumber": f"shop {edition}" if edition else "", "HasAttachments": False,
            "HasValidationErrors": False,
        })  # fmt: skip
    return found


def _contact(company: Company, orders: Ints) -> list[Record]:
    customers = np.maximum(company.shop.orders["customer"][orders].astype(np.int64), 0)
    return [{"ContactID": guid("contacts", row + 1), "Name": "-"} for row in customers.tolist()]


def invoices(company: Company, rows: Ints) -> list[Record]:
    """One for each order, made with it and paid at once."""
    orders, money = company.shop.orders, company.shop.money(rows)
    columns = zip(
        rows.tolist(), _contact(company, rows), (orders["marks"][rows] & CANCELLED > 0).tolist(),
        orders["created"][rows].tolist(), money.total.tolist(), money.tax.tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, contact, is_void, at, total, tax in columns:
        paid = {} if is_void else {"FullyPaidOnDate": moment(at // clock.DAY * clock.DAY)}
        found.append({
            "Type": "ACCREC", "InvoiceNumber": f"INV-{row + 1:06d}", "Reference": "", "Contact": contact,
            **_day("Date", at), **_day("DueDate", at + DUE), "Status": "VOIDED" if is_void else "PAID",
            "LineAmountTypes": "Inclusive", "SubTotal": (total - tax) / 100, "TotalTax": tax / 100,
            "Total": total / 100, "AmountDue": 0.0, "AmountPaid": 0.0 if is_void else total / 100,
            "AmountCredited": 0.0, "CurrencyCode": CURRENCY, "CurrencyRate": 1.0, **paid,
        })  # fmt: skip
    return found


def credit_notes(company: Company, rows: Ints) -> list[Record]:
    """One for each refund, allocated to its order's invoice."""
    shop, table = company.shop, company.table("xero", "credit_notes")
    orders = shop.refunds["order"][rows].astype(np.int64)
    totals, cents = shop.money(orders), shop.refunds["cents"][rows].tolist()
    columns = zip(
        rows.tolist(), orders.tolist(), _contact(company, orders), table["created"][rows].tolist(), cents,
        totals.total.tolist(), totals.tax.tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, order, contact, at, back, total, tax_of_all in columns:
        tax = round(tax_of_all * back / total) if total else 0
        allocation = {"Amount": back / 100, **_day("Date", at), "Invoice": {"InvoiceID": guid("invoices", order + 1)}}
        found.append({
            "Type": "ACCRECCREDIT", "CreditNoteNumber": f"CN-{row + 1:06d}", "Reference": "", "Contact": contact,
            **_day("Date", at), "Status": "PAID", "LineAmountTypes": "Inclusive", "SubTotal": (back - tax) / 100,
            "TotalTax": tax / 100, "Total": back / 100, "RemainingCredit": 0.0, "CurrencyCode": CURRENCY,
            "CurrencyRate": 1.0, "Allocations": [allocation],
        })  # fmt: skip
    return found


def payments(company: Company, rows: Ints) -> list[Record]:
    """One for each order, of all of it."""
    orders, total = company.shop.orders, company.shop.money(rows).total.tolist()
    columns = zip(rows.tolist(), _contact(company, rows), orders["created"][rows].tolist(), total, strict=True)
    return [
        {
            "Date": moment(at // clock.DAY * clock.DAY), "Amount": cents / 100, "BankAmount": cents / 100,
            "Reference": "", "CurrencyRate": 1.0, "PaymentType": "ACCRECPAYMENT", "Status": "AUTHORISED",
            "HasAccount": True, "IsReconciled": True, "Account": {"Code": "970"},
            "Invoice": {"Type": "ACCREC", "InvoiceID": guid("invoices", row + 1), "Contact": contact,
                        "InvoiceNumber": f"INV-{row + 1:06d}", "CurrencyCode": CURRENCY},
        }
        for row, contact, at, cents in columns
    ]  # fmt: skip


WRITERS = {"contacts": contacts, "invoices": invoices, "credit_notes": credit_notes, "payments": payments}
