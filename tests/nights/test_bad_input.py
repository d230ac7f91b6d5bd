"""A night over bad input of every kind that has a rule: it publishes, each record is treated as its rule says, and counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import running
from tests.nights.nights import Nights

FILES = {
    "people": """id,name,email,country,made
7,Ann Lee,ann@bad.example,Atlantis,2026-01-01
8,Bob Ray,bob@bad.example,DE,2026-01-01
9,Cid Fox,cid@bad.example,,2026-01-01
""",
    "orders": """id,customer,at,currency,total,kind,line_price,qty,refunded,status
1,7,2026-06-01 10:00:00,EUR,100,sale,100,1,,
2,7,2026-06-02 10:00:00,SEK,500,sale,500,1,,
3,8,2026-06-03 10:00:00,SEK,700,sale,700,1,,
4,7,2026-06-04 10:00:00,EUR,-20,sale,-20,1,,
5,7,2030-01-01 10:00:00,EUR,999,sale,999,1,,
6,9,2020-01-01 10:00:00,EUR,10,sale,0,1,,
7,9,2026-06-05 10:00:00,EUR,10,sale,-5,1,,
8,,2026-06-06 10:00:00,XYZ,10,sale,10,1,,
9,7,,EUR,150,sale,150,1,,
10,8,2026-06-07 10:00:00,EUR,-33,sale,-33,1,,cancelled
11,8,2026-06-08 10:00:00,EUR,40,sale,40,1,,Mystery
""",
    "deals": """id,customer,name,stage,amount,currency,prob,made,closed,is_closed,is_won,owner
1,7,A,Proposal,-5,EUR,0.5,2026-05-01,,false,false,o
2,7,B,Demo,100,SEK,40,2026-05-01,,false,false,o
3,8,C,Closed Won,100,EUR,1,2026-05-10,2026-05-01,true,true,o
4,8,D,Closed Won,100,EUR,1,2026-05-10,2031-05-01,true,true,o
5,8,E,Demo,100,EUR,1,2031-05-10,,false,false,o
6,8,F,Gewonnen,100,EUR,1,2026-05-10,2026-05-20,,,o
""",
    "stages": """id,deal,label,at
1,2,Qualified,2026-05-01
2,2,Demo,2026-05-11
3,3,Qualified,2026-04-01
""",
    "tickets": """id,customer,status,opened,solved,reply,product,agent
1,7,solved,2026-06-01 10:00:00,2026-06-01 09:00:00,-5,Grinder,A
2,7,solved,2026-06-01 10:00:00,2026-06-01 12:00:00,5,Grinder,A
3,8,open,2031-06-01 10:00:00,,,,A
4,8,solved,2026-06-30 10:00:00,2029-01-01 00:00:00,5,,A
5,8,weird,,,,,A
""",
    "surveys": """id,customer,kind,score,scale,at,ticket
1,7,NPS,9,10,2026-06-05 10:00:00,1
2,8,NPS,11,10,2026-06-05 10:00:00,2
3,9,CSAT,0,5,2026-06-05 10:00:00,
4,9,CES,6,7,2033-06-05 10:00:00,
5,9,NPS,9,10,,
""",
    "invoices": """id,customer,no,status,issued,due,paid,currency,total,paidamt,balance
1,7,I1,open,2026-05-01,2026-05-15,,SEK,100,0,100
2,7,I2,open,2026-05-01,2026-05-15,,EUR,100,30,80
3,7,I3,open,2032-05-01,2032-05-15,,EUR,100,0,100
4,7,I4,open,2026-05-01,2026-05-15,,EUR,100,,
""",
    "payments": """id,customer,invoice,at,currency,amount,kind,status
1,7,4,2026-05-20,EUR,25,,
2,7,1,2032-05-20,SEK,25,,
3,7,1,2026-05-20,SEK,25,,
4,8,,2026-06-01,EUR,30,Erstattung,paid
5,8,,2026-06-02,EUR,12,payment,strange
""",
}
# stream → what it becomes: entity and, in pairs, field and column (or a constant in quotes).
MAPPED = {
    "people": ("contacts", "full_name=name email=email country=country created_at=made"),
    "orders": (
        "orders",
        "contact_id=customer ordered_at=at created_at=at currency=currency total_amount=total order_kind=kind status=status",
    ),
    "deals": (
        "deals",
        "contact_id=customer name=name stage_label=stage amount=amount currency=currency probability=prob "
        "created_at=made closed_at=closed is_closed=is_closed is_won=is_won owner_id=owner",
    ),
    "stages": ("deal_stages", "deal_id=deal stage_label=label entered_at=at"),
    "tickets": (
        "tickets",
        "contact_id=customer status=status created_at=opened solved_at=solved first_reply_minutes=reply "
        "product=product agent_id=agent subject=status",
    ),
    "surveys": ("surveys", "contact_id=customer kind=kind score=score scale_max=scale answered_at=at ticket_id=ticket"),
    "invoices": (
        "invoices",
        "contact_id=customer name=no status=status issued_at=issued due_at=due paid_at=paid currency=currency "
        "total_amount=total paid_amount=paidamt balance_amount=balance",
    ),
    "payments": (
        "payments",
        "contact_id=customer invoice_id=invoice paid_at=at currency=currency amount=amount kind=kind status=status",
    ),
}
LINES = "order_id=id quantity=qty unit_price=line_price sku=kind"
# Every rule that met something; without a rate: the currency, and how much in it.
COUNTED = {
    ("date after as_of in a record of what has happened", "all"): (7, None),
    ("deal closed after as_of", "all"): (1, None),
    ("deal closed before it was made", "all"): (1, None),
    ("deal in a currency without a rate", "SEK"): (1, 100),
    ("deal made after as_of", "all"): (1, None),
    ("deal with a chance off 0 to 1", "all"): (1, None),
    ("deal with a negative amount", "all"): (1, None),
    ("invoice in a currency without a rate", "SEK"): (1, 100),
    ("invoice issued after as_of", "all"): (1, None),
    ("invoice whose total less what was paid is not its balance", "all"): (1, None),
    ("line of a sale with a negative price", "all"): (2, None),
    ("line of a sale with a price of zero", "all"): (1, None),
    ("open deal without the time of its stage", "all"): (2, None),
    ("order before its account", "all"): (1, None),
    ("order that names neither a person nor a company", "all"): (1, None),
    ("order whose status nobody has given a meaning", "mystery"): (1, 40),
    ("order without a date", "all"): (1, None),
    ("payment whose status nobody has given a meaning", "strange"): (1, None),
    ("refund that names neither an order nor an invoice", "all"): (1, -30),
    ("survey without a date", "all"): (1, None),
    ("ticket whose status nobody has given a meaning", "weird"): (1, None),
    ("ticket without a date", "all"): (1, None),
    ("order dated after as_of", "all"): (1, None),
    ("order in a currency without a rate", "SEK"): (2, 1200),
    ("order in a currency without a rate", "XYZ"): (1, 10),
    ("payment in a currency without a rate", "SEK"): (1, 25),
    ("payment made after as_of", "all"): (1, None),
    ("person in an unknown country", "all"): (1, None),
    ("sale with a negative total", "all"): (1, None),
    ("survey answered after as_of", "all"): (1, None),
    ("survey score off its scale", "all"): (2, None),
    ("ticket answered before it was opened", "all"): (1, None),
    ("ticket opened after as_of", "all"): (1, None),
    ("ticket solved before it was opened", "all"): (1, None),
}


def entity(stream: str, name: str, fields: str) -> str:
    pairs = ", ".join(f'{field} = "{column}"' for field, column in (pair.split("=") for pair in fields.split()))
    return f'[[sources.bad.streams.{stream}.entities]]\nentity = "{name}"\nfields = {{ {pairs} }}\n'


def described() -> str:
    told = 'base_currency = "EUR"\nas_of = "2026-07-01"\n[sources.bad]\nsystem = "files"\n'
    for stream, (name, fields) in MAPPED.items():
        told += f'[sources.bad.streams.{stream}]\npath = "{stream}.csv"\nkey = ["id"]\n' + entity(stream, name, fields)
        told += entity("orders", "order_lines", LINES) if stream == "orders" else ""
    return told


@pytest.mark.long
def test_bad_input_is_treated_by_its_rule_and_counted(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    (tmp_path / "crm360.toml").write_text(described())
    with running(Company(1)) as unused:
        nights = Nights(unused, tmp_path)
        nights.night()
    found = nights.query("select rule, about, count_of_records, amount from data_quality where count_of_records > 0")
    assert {(rule, about): (count, amount and int(amount)) for rule, about, count, amount in found} == COUNTED
    # Two deals won in May; 100, 40 and −20 in June, but not the −33 that were cancelled, 10 and 10 of which one in 2020;
    # three orders in SEK and XYZ are in no sum.
    months = (
        "select month::varchar, net_revenue::int, count_of_orders, count_of_orders_without_rate from revenue_by_month"
    )
    assert sorted(nights.query(months)) == [
        ("2020-01-01", 10, 1, 0), ("2026-05-01", 200, 0, 0), ("2026-06-01", 130, 6, 3),
    ]  # fmt: skip
    owed = "select currency, age, balance_amount::int, balance_value::int from receivables order by 1"
    assert nights.query(owed) == [("EUR", "31 to 60 days", 155, 155), ("SEK", "31 to 60 days", 100, None)]
    tickets = "select source_id, is_open, resolution_minutes, first_reply_minutes from tickets order by 1"
    assert nights.query(tickets) == [("1", False, None, None), ("2", False, 120, 5), ("4", True, None, 5)]
    deals = "select source_id, outcome, amount::int, value_amount::int, probability::float from deals order by 1"
    assert nights.query(deals) == [
        ("1", "open", None, None, 0.5),
        ("2", "open", 100, None, None),
        ("3", "won", 100, 100, 1.0),
        ("4", "open", 100, 100, 1.0),
        ("6", "won", 100, 100, 1.0),  # its stage says so
    ]
