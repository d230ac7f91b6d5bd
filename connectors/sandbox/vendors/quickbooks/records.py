"""Customers, items and transactions as QuickBooks Online's Accounting API writes them.

Money is a JSON number, a moment has the offset of the company's place, a day is a day. What is empty is left out. Of
prices that contain the tax a line's Amount is without it. A voided transaction has amounts of 0 and says so in a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, names, slips
from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.prices import MOST_LINES, taxed
from crm360.connectors.sandbox.company.shopping import CANCELLED
from crm360.connectors.sandbox.company.table import LIVE

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
CURRENCY = {"value": "EUR", "name": "Euro"}
OFFSET = -7  # hours, of the company's place
DUE = 30 * clock.DAY
ONE_OF = 11  # one of so many customers is inactive


def moment(at: int) -> str:
    """2026-06-30T19:00:00-07:00"""
    return f"{clock.naive(at + OFFSET * clock.HOUR).isoformat(timespec='seconds')}{OFFSET:+03d}:00"


def _day(at: int) -> str:
    return clock.naive(at).date().isoformat()


def inactive(company: Company, stream: str, rows: Ints) -> Flags:
    """Which of the rows are shown only to those who ask for inactive ones."""
    table = company.table("quickbooks", stream)
    said = {row: fields["Active"] for row, fields in table.overrides.items() if "Active" in fields}
    natural = (rows % ONE_OF == ONE_OF - 1) & (stream == "customers")
    return np.array(
        [not said.get(row, not is_so) for row, is_so in zip(rows.tolist(), natural, strict=True)], dtype=bool
    )


def written(company: Company, stream: str, rows: Ints) -> list[Record]:
    """The records of rows, with what a test said."""
    table = company.table("quickbooks", stream)
    columns = zip(
        rows.tolist(), WRITERS[stream](company, rows), table.ids(rows).tolist(), table["created"][rows].tolist(),
        table["changed"][rows].tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    return [
        {
            "domain": "QBO", "sparse": False, "Id": str(number), "SyncToken": str(edition),
            "MetaData": {"CreateTime": moment(created), "LastUpdatedTime": moment(changed)}, **record,
            **table.overrides.get(row, {}),
        }
        for row, record, number, created, changed, edition in columns
    ]  # fmt: skip


def customers(company: Company, rows: Ints) -> list[Record]:
    """The shop's customers; one who is inactive says so behind the name, too."""
    shop = company.shop
    person = shop.customers["person"][rows].astype(np.int64)
    columns = zip(
        company.people.written(person), shop.customers["slips"][rows].tolist(),
        shop.customers["edition"][rows].tolist(), inactive(company, "customers", rows).tolist(),
        company.draws.below("shopify phone form", np.maximum(person, 0), 6).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for p, flag, edition, is_inactive, form in columns:
        first, last = slips.name(p, flag)
        street, city, region, postcode = slips.address(p, flag)
        email, phone = slips.email(p, flag) if p.email else None, slips.phone(p, flag, form)
        name = " ".join(filter(None, (first, last))) or "Unknown"
        place = {
            "Line1": street, "City": city, "CountrySubDivisionCode": region, "PostalCode": postcode,
            "Country": p.country if street else None,
        }  # fmt: skip
        record: Record = {
            "Taxable": True, "Job": False, "BillWithParent": False, "Balance": 0, "BalanceWithJobs": 0,
            "CurrencyRef": CURRENCY, "PreferredDeliveryMethod": "None", "GivenName": first, "FamilyName": last,
            "FullyQualifiedName": name, "DisplayName": f"{name} (deleted)" if is_inactive else name,
            "PrintOnCheckName": name, "Active": not is_inactive,
            "BillAddr": {key: value for key, value in place.items() if value} or None,
            "PrimaryEmailAddr": {"Address": email} if email else None,
            "PrimaryPhone": {"FreeFormNumber": phone} if phone else None,
            "Notes": f"edition {edition}" if edition else None,
        }  # fmt: skip
        found.append({key: value for key, value in record.items() if value is not None})
    return found


def items(company: Company, rows: Ints) -> list[Record]:
    """What is sold, by its price without tax."""
    shop, goods = company.shop, company.shop.goods
    found = []
    for row, dearer in zip(rows.tolist(), shop.products["edition"][rows].tolist(), strict=True):
        thing = row % len(goods.titles)
        is_service = goods.kinds[thing] == "Services"
        found.append({
            "Name": goods.titles[thing], "Description": goods.titles[thing], "Active": True,
            "FullyQualifiedName": f"{goods.kinds[thing]}:{goods.titles[thing]}", "Taxable": True, "SubItem": True,
            "ParentRef": {"value": str(900_001 + goods.kinds.index(goods.kinds[thing])), "name": goods.kinds[thing]},
            "UnitPrice": (int(goods.prices[thing]) + 10 * dearer) / 100, "TrackQtyOnHand": False,
            "Type": "Service" if is_service else "NonInventory", "IncomeAccountRef": {"value": "1", "name": "Sales"},
        })  # fmt: skip
    return found


def _customer(company: Company, orders: Ints) -> list[Record]:
    """{"value": id, "name": …}; nothing of guests."""
    table = company.table("quickbooks", "customers")
    found: list[Record] = []
    for row in company.shop.orders["customer"][orders].tolist():
        number = str(int(table.ids(np.array([row]))[0]))
        found.append({"CustomerRef": {"value": number, "name": f"Customer {number}"}} if row >= 0 else {})
    return found


def _emails(company: Company, orders: Ints) -> list[Record]:
    """Where the paper went, which is what the buyer said then."""
    return [
        {"BillEmail": {"Address": email}} if email else {} for email, _ in company.shop.contact_details(orders)
    ]  # fmt: skip


def _lines(company: Company, money: Any, at: int, percent: int) -> list[Record]:
    """The goods, what was taken off, what carrying them costs, and what the lines before add up to."""
    goods, subtotal = company.shop.goods, 0.0
    found: list[Record] = []
    for place in range(MOST_LINES):
        quantity, thing = int(money.quantity[at][place]), int(money.product[at][place])
        if not quantity:
            continue
        gross = int(money.unit[at][place]) * quantity
        net = (gross - (gross * percent + (100 + percent) // 2) // (100 + percent)) / 100
        subtotal += net
        found.append({
            "Id": str(len(found) + 1), "LineNum": len(found) + 1, "Description": goods.titles[thing], "Amount": net,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": str(thing + 1), "name": goods.titles[thing]}, "Qty": quantity,
                "UnitPrice": net / quantity, "TaxInclusiveAmt": gross / 100, "TaxCodeRef": {"value": "5"},
            },
        })  # fmt: skip
    found.append({"Amount": round(subtotal, 2), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
    if discount := int(money.discount[at]):
        found.append({"Amount": discount / 100, "DetailType": "DiscountLineDetail",
                      "DiscountLineDetail": {"PercentBased": False}})  # fmt: skip
    if shipping := int(money.shipping[at]):
        found.append({"Amount": shipping / 100, "DetailType": "SalesItemLineDetail",
                      "SalesItemLineDetail": {"ItemRef": {"value": "SHIPPING_ITEM_ID"}}})  # fmt: skip
    return found


def _voided(lines: list[Record]) -> Record:
    """What is left of a transaction that was voided."""
    emptied = [{**line, "Amount": 0} for line in lines if line["DetailType"] != "DiscountLineDetail"]
    return {"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided", "Line": emptied, "LinkedTxn": [],
            "TxnTaxDetail": {"TotalTax": 0}}  # fmt: skip


def _sales(company: Company, rows: Ints, prefix: str) -> list[Record]:
    """Orders as transactions of all of it."""
    orders, money = company.shop.orders, company.shop.money(rows)
    person = np.maximum(orders["person"][rows].astype(np.int64), 0)
    vat = np.array([country.vat_percent for country in names.COUNTRIES])[company.people.country[person]]
    columns = zip(
        rows.tolist(), _customer(company, rows), _emails(company, rows),
        (orders["marks"][rows] & CANCELLED > 0).tolist(), orders["created"][rows].tolist(), money.total.tolist(),
        money.tax.tolist(), vat.tolist(), strict=True,
    )  # fmt: skip
    found = []
    for at, (row, customer, email, is_void, made, total, tax, percent) in enumerate(columns):
        lines = _lines(company, money, at, percent)
        record = {
            "CustomField": [], "DocNumber": f"{prefix}{row + 1:06d}", "TxnDate": _day(made), "CurrencyRef": CURRENCY,
            "ExchangeRate": 1, "LinkedTxn": [], "Line": lines, "TxnTaxDetail": {"TotalTax": tax / 100}, **customer,
            **email, "GlobalTaxCalculation": "TaxInclusive", "TotalAmt": total / 100, "HomeTotalAmt": total / 100,
            "PrintStatus": "NotSet", "EmailStatus": "NotSet", "Balance": 0,
        }  # fmt: skip
        found.append(record | _voided(lines) if is_void else record)
    return found


def invoices(company: Company, rows: Ints) -> list[Record]:
    """One for each order of a customer, made with it and paid at once."""
    table = company.table("quickbooks", "payments")
    made = company.shop.orders["created"][rows].tolist()
    paid = (table["state"][rows] == LIVE).tolist()
    return [
        record
        | {"DueDate": _day(at + DUE)}
        | ({"LinkedTxn": [{"TxnId": number, "TxnType": "Payment"}]} if is_paid else {})
        for record, at, is_paid, number in zip(
            _sales(company, rows, ""), made, paid, map(str, table.ids(rows).tolist()), strict=True
        )
    ]


def sales_receipts(company: Company, rows: Ints) -> list[Record]:
    """One for each order of a guest."""
    account = {"DepositToAccountRef": {"value": "4", "name": "Undeposited Funds"}}
    return [record | account | {"PaymentMethodRef": {"value": "3", "name": "Visa"}}
            for record in _sales(company, rows, "SR-")]  # fmt: skip


def _given_back(company: Company, rows: Ints, prefix: str) -> list[Record]:
    """Refunds as transactions, with their share of the order's tax."""
    refunds = company.shop.refunds
    orders = refunds["order"][rows].astype(np.int64)
    money = company.shop.money(orders)
    columns = zip(
        rows.tolist(), _customer(company, orders), _emails(company, orders), refunds["created"][rows].tolist(),
        refunds["cents"][rows].tolist(), money.total.tolist(), money.tax.tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, customer, email, at, back, total, tax_of_all in columns:
        tax = int(taxed(back, total, tax_of_all)) if total else 0
        found.append({
            "CustomField": [], "DocNumber": f"{prefix}{row + 1:06d}", "TxnDate": _day(at), "CurrencyRef": CURRENCY,
            "ExchangeRate": 1, "TxnTaxDetail": {"TotalTax": tax / 100}, **customer, **email,
            "GlobalTaxCalculation": "TaxInclusive", "TotalAmt": back / 100, "PrintStatus": "NotSet", "Balance": 0,
            "Line": [
                {"Id": "1", "LineNum": 1, "Amount": (back - tax) / 100, "DetailType": "SalesItemLineDetail",
                 "SalesItemLineDetail": {"ItemRef": {"value": "1", "name": "Returned"}, "Qty": 1}},
                {"Amount": (back - tax) / 100, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
            ],
        })  # fmt: skip
    return found


def credit_memos(company: Company, rows: Ints) -> list[Record]:
    """One for each refund to a customer; the payment of the order's invoice says that it is applied to that."""
    return [record | {"RemainingCredit": 0} for record in _given_back(company, rows, "CM-")]


def refund_receipts(company: Company, rows: Ints) -> list[Record]:
    """One for each refund to a guest."""
    account = {"DepositToAccountRef": {"value": "35", "name": "Checking"}}
    return [record | account | {"PaymentMethodRef": {"value": "3", "name": "Visa"}}
            for record in _given_back(company, rows, "RR-")]  # fmt: skip


def payments(company: Company, rows: Ints) -> list[Record]:
    """One for each order of a customer; a credit memo that is applied stands in it beside the invoice."""
    orders, total = company.shop.orders, company.shop.money(rows).total.tolist()
    invoices = map(str, company.table("quickbooks", "invoices").ids(rows).tolist())
    columns = zip(
        rows.tolist(), _customer(company, rows), orders["created"][rows].tolist(), total, invoices,
        _memos(company, rows), strict=True,
    )  # fmt: skip
    found = []
    for _, customer, at, cents, invoice, memo in columns:
        lines = [{"Amount": cents / 100, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}]
        if memo is not None:
            number, back = memo
            cents -= back
            lines.append({"Amount": back / 100, "LinkedTxn": [{"TxnId": number, "TxnType": "CreditMemo"}]})
        found.append({
            **customer, "DepositToAccountRef": {"value": "4"}, "PaymentMethodRef": {"value": "3"},
            "TotalAmt": cents / 100, "UnappliedAmt": 0, "ProcessPayment": False, "TxnDate": _day(at),
            "CurrencyRef": CURRENCY, "ExchangeRate": 1, "Line": lines,
        })  # fmt: skip
    return found


def _memos(company: Company, rows: Ints) -> list[tuple[str, int] | None]:
    """The credit memo, with its cents, that is applied to each order's invoice."""
    refunds, table = company.shop.refunds, company.table("quickbooks", "credit_memos")
    place = np.searchsorted(refunds.sorted_values("order"), rows)
    found: list[tuple[str, int] | None] = []
    for row, at in zip(rows.tolist(), place.tolist(), strict=True):
        refund = int(refunds.by("order")[at]) if at < len(refunds) else -1
        there = refund >= 0 and refunds["order"][refund] == row and table["state"][refund] == LIVE
        number = str(int(table.ids(np.array([refund]))[0]))
        found.append((number, int(refunds["cents"][refund])) if there else None)
    return found


WRITERS = {
    "customers": customers, "items": items, "invoices": invoices, "sales_receipts": sales_receipts,
    "credit_memos": credit_memos, "refund_receipts": refund_receipts, "payments": payments,
}  # fmt: skip
