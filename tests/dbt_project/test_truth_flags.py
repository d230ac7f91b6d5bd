"""A vendor's own flag before any word: closed cases, merged ones, who is a person and who a company, colleagues who left."""

from __future__ import annotations

from typing import Any

import duckdb

from .telling import Rows, Teller
from .test_refunds import LEDGER, of_file

CASE_AT = {
    "zendesk.tickets": "created_at", "freshdesk.tickets": "created_at", "salesforce.cases": "CreatedDate",
    "dynamics.incidents": "createdon", "siebel.service_requests": "Created", "file.cases": "At",
}  # fmt: skip
LABEL = "statuscode@OData.Community.Display.V1.FormattedValue"
OPEN, DONE, NONE = True, False, None
# What a case says, what else of its landing, and whether it is open, done, or no case of its own.
CASES: list[tuple[str, dict[str, Any], dict[str, Any], bool | None]] = [
    ("zendesk.tickets", {"status": "closed"}, {}, DONE), ("zendesk.tickets", {"status": "hold"}, {}, OPEN),
    ("zendesk.tickets", {"status": "closed", "tags": ["closed_by_merge"]}, {}, NONE),
    ("zendesk.tickets", {"status": "deleted"}, {}, NONE),
    ("freshdesk.tickets", {"status": 5}, {}, DONE), ("freshdesk.tickets", {"status": 6}, {}, OPEN),
    ("freshdesk.tickets", {"status": 8}, {}, OPEN),
    ("salesforce.cases", {"Status": "Waiting on Customer", "IsClosed": True}, {}, DONE),
    ("salesforce.cases", {"Status": "Closed", "IsClosed": False}, {}, OPEN),
    ("salesforce.cases", {"Status": "Merged", "IsClosed": True}, {"merged_into": "500A"}, NONE),
    ("dynamics.incidents", {"statecode": 1, LABEL: "In Progress"}, {}, DONE),
    ("dynamics.incidents", {"statecode": 0, LABEL: "Problem Solved"}, {}, OPEN),
    ("dynamics.incidents", {"statecode": 2, LABEL: "Merged"}, {"merged_into": "i1"}, NONE),
    ("siebel.service_requests", {"Status": "In Progress", "Closed Date": "05/04/2026 10:00:00"}, {}, DONE),
    ("siebel.service_requests", {"Status": "Pending"}, {}, OPEN),
    ("file.cases", {"State": "in Bearbeitung", "Done": "ja"}, {}, DONE),
    ("file.cases", {"State": "geschlossen", "Done": "nein"}, {}, OPEN),
    ("file.cases", {"State": "geschlossen"}, {}, DONE), ("file.cases", {"State": "wartend"}, {}, OPEN),
    ("file.cases", {"State": "wartend"}, {"is_deleted": True}, NONE),
]  # fmt: skip


def tell(given: Rows) -> None:
    tell_cases(Teller(given, "cases"))
    tell_sales(Teller(given, "sold"))
    tell_who_left(Teller(given, "left"))
    tell_converted(Teller(given, "converted"))


def tell_cases(put: Teller) -> None:
    for number, (view, record, more, _) in enumerate(CASES, start=1):
        at = {CASE_AT[view]: "05/01/2026 10:00:00" if view.startswith("siebel") else "2026-05-01T10:00:00Z"}
        put(view, str(number), record | at, **more)


def test_a_case_is_open_or_done_or_none_by_its_vendors_flag(truths: duckdb.DuckDBPyConnection) -> None:
    sql = "select source_id::int, is_open from marts.tickets where source like '% cases' or source = ?"
    found = dict(truths.execute(sql, [LEDGER]).fetchall())
    for number, (view, record, _, expected) in enumerate(CASES, start=1):
        assert found.get(number) is expected, (view, record)


FIRM_OF = "_parentcustomerid_value"
KIND_OF = f"{FIRM_OF}@Microsoft.Dynamics.CRM.lookuplogicalname"
LABELLED, PLAIN = "deal_to_company_unlabeled", "deal_to_company"


def ends(*found: tuple[str, str]) -> dict[str, Any]:
    return {"results": [{"id": number, "type": kind} for number, kind in found]}


def tell_sales(put: Teller) -> None:
    """Deals and orders of persons and of companies, told by the flag that each vendor has for it."""
    # A person account is a person: HubSpot and Zoho know none, Odoo keeps both in one list, Dynamics in two.
    put("salesforce.accounts", "001P", {"Name": "Ann Ek", "IsPersonAccount": True, "PersonContactId": "003P"})
    put(
        "salesforce.contacts",
        "003P",
        {"Name": "Ann Ek", "Email": "ann@ek.example", "IsPersonAccount": True, "AccountId": "001P"},
    )
    put("salesforce.accounts", "001F", {"Name": "Cobalt Optics", "IsPersonAccount": False})
    won = {"IsClosed": True, "IsWon": True, "CloseDate": "2026-05-01", "CreatedDate": "2026-04-01T00:00:00Z"}
    put("salesforce.opportunities", "006P", {"AccountId": "001P", "Amount": 100, **won})
    put("salesforce.opportunities", "006F", {"AccountId": "001F", "Amount": 200, **won})
    put("odoo.companies", "7", {"name": "Amber Mills"})
    put("odoo.contacts", "8", {"name": "Bob Ray", "email": "bob@ray.example", "parent_id": False})
    lead = {
        "probability": 100,
        "won_status": "won",
        "date_closed": "2026-05-01 10:00:00",
        "create_date": "2026-04-01 10:00:00",
    }
    sale = {"state": "sale", "date_order": "2026-05-03 10:00:00", "amount_tax": 0}
    for place, (partner, amount) in enumerate((([7, "Amber Mills"], 300), ([8, "Bob Ray"], 400))):
        put("odoo.leads", str(place), {"partner_id": partner, "expected_revenue": amount, **lead})
        put("odoo.orders", str(place), {"partner_id": partner, "amount_total": amount + 5, **sale})
    put("dynamics.accounts", "A1", {"name": "River Software"})
    put("dynamics.contacts", "C1", {"fullname": "Cy Fox", FIRM_OF: "A1", KIND_OF: "account"})
    put("dynamics.contacts", "C2", {"fullname": "Di Oak", FIRM_OF: "C1", KIND_OF: "contact"})
    done = {"statecode": 1, "actualclosedate": "2026-05-01", "createdon": "2026-04-01T00:00:00Z"}
    put("dynamics.opportunities", "D1", {"_parentaccountid_value": "A1", "actualvalue": 500, **done})
    put("dynamics.opportunities", "D2", {"_parentcontactid_value": "C2", "actualvalue": 600, **done})
    # The primary company of a deal, wherever it stands among those that it is linked with.
    put("hubspot.companies", "1", {"properties": {"name": "Garnet Tools"}})
    put("hubspot.companies", "2", {"properties": {"name": "Onyx Pumps"}})
    properties = {
        "amount": "700",
        "closedate": "2026-05-01T00:00:00Z",
        "hs_is_closed": "true",
        "hs_is_closed_won": "true",
    }
    for number, found in (("1", ends(("2", LABELLED), ("1", PLAIN))), ("2", ends(("2", LABELLED)))):
        put(
            "hubspot.deals",
            number,
            {"createdAt": "2026-04-01T00:00:00Z", "properties": properties, "associations": {"companies": found}},
        )
    put("zoho.accounts", "Z1", {"Account_Name": "Slate Works"})
    put(
        "zoho.deals",
        "Z2",
        {
            "Account_Name": {"id": "Z1", "name": "x"},
            "Stage": "Closed Won",
            "Amount": 800,
            "Closing_Date": "2026-05-01",
            "Created_Time": "2026-04-01T00:00:00Z",
        },
    )
    put("file.firms", "F1", {"Name": "Topaz Lamps"})
    put("file.people", "P1", {"First": "Eve", "Last": "Lind", "Mail": "eve@lind.example"})
    put("file.offers", "O1", {"Firm": "F1", "Amount": "900", "Closed": "2026-05-01", "Done": "ja", "Won": "ja"})
    put("file.offers", "O2", {"Buyer": "P1", "Amount": "950", "Closed": "2026-05-01", "Done": "ja", "Won": "ja"})
    put("file.sales", "S1", {"Firm": "F1", "Total": "1000", "At": "2026-05-20 10:00:00"})  # fmt: skip


WHOSE = """
    with told as (
        select 'deal' as kind, source, source_id, amount, customer_id, account_id from marts.deals
        union all
        select 'order', source, source_id, total_amount, customer_id, account_id from marts.orders
    )
    select split_part(told.source, ' ', 1), told.amount::int, people.full_name, companies.name
    from told
    left join marts.customers as people on people.customer_id = told.customer_id
    left join marts.companies as companies on companies.account_id = told.account_id
    where told.source like '% sold' or (told.source = ? and told.source_id in ('O1', 'O2', 'S1'))
    order by 2, 4"""


def test_a_deal_or_order_is_of_its_person_or_of_its_company(truths: duckdb.DuckDBPyConnection) -> None:
    assert truths.execute(WHOSE, [LEDGER]).fetchall() == [
        ("salesforce", 100, "Ann Ek", None), ("salesforce", 200, None, "Cobalt Optics"),
        ("odoo", 300, None, "Amber Mills"), ("odoo", 305, None, "Amber Mills"),
        ("odoo", 400, "Bob Ray", None), ("odoo", 405, "Bob Ray", None),
        ("dynamics", 500, None, "River Software"), ("dynamics", 600, "Di Oak", None),
        ("hubspot", 700, None, "Garnet Tools"), ("hubspot", 700, None, "Onyx Pumps"),
        ("zoho", 800, None, "Slate Works"),
        ("ledger", 900, None, "Topaz Lamps"), ("ledger", 950, "Eve Lind", None), ("ledger", 1000, None, "Topaz Lamps"),
    ]  # fmt: skip
    assert truths.execute("select count(*) from marts.companies where name = 'Ann Ek'").fetchall() == [(0,)]


def test_a_company_that_buys_without_a_person_has_its_revenue(truths: duckdb.DuckDBPyConnection) -> None:
    bought = "select name, net_revenue::int from marts.company_360 where net_revenue > 0 order by 2, 1"
    # Of Odoo its lead and its order of two days later, of other amounts, are two.
    assert truths.execute(bought).fetchall() == [
        ("Cobalt Optics", 200), ("River Software", 500), ("Amber Mills", 605), ("Garnet Tools", 700), ("Onyx Pumps", 700),
        ("Slate Works", 800), ("Topaz Lamps", 1900),
    ]  # fmt: skip
    nowhere = """select coalesce(sum(count_of_records), 0) from marts.data_quality
        where rule like '%nowhere%' and source like '% sold'"""
    assert truths.execute(nowhere).fetchall() == [(0,)]


# Who has left: as each vendor tells it, and what was known of them before.
LEFT: dict[str, tuple[str, dict[str, Any], dict[str, Any] | None, str, dict[str, Any]]] = {
    "hubspot archived": ("hubspot.owners", {"firstName": "Ann", "lastName": "Ek"}, None,
                         "hubspot.deals", {"createdAt": "2026-04-01T00:00:00Z", "properties": {"hubspot_owner_id": "9"}}),
    "salesforce inactive": ("salesforce.users", {"Name": "Ann Ek", "IsActive": True}, {"Name": "Ann Ek", "IsActive": False},
                            "salesforce.opportunities", {"CreatedDate": "2026-04-01T00:00:00Z", "OwnerId": "9"}),
    "zoho deleted": ("zoho.users", {"full_name": "Ann Ek"}, None,
                     "zoho.deals", {"Created_Time": "2026-04-01T00:00:00Z", "Owner": {"id": "9"}}),
    "dynamics gone": ("dynamics.systemusers", {"fullname": "Ann Ek"}, None,
                      "dynamics.opportunities", {"createdon": "2026-04-01T00:00:00Z", "_ownerid_value": "9"}),
    "odoo in its deals": ("odoo.leads", {"create_date": "2026-04-01 10:00:00", "user_id": [9, "Ann Ek"]}, {},
                          "odoo.leads", {"create_date": "2026-04-01 10:00:00", "user_id": [9, "Ann Ek"]}),
    "zendesk agent": ("zendesk.users", {"name": "Ann Ek", "role": "agent"}, {"name": "Ann Ek", "role": "end-user"},
                      "zendesk.tickets", {"created_at": "2026-04-01T10:00:00Z", "status": "closed", "assignee_id": 9}),
}  # fmt: skip


def tell_who_left(put: Teller) -> None:
    for owners, before, now, work, record in LEFT.values():
        if owners != work:
            put(owners, "9", before)
            put(owners, "9", now, changed_at="2026-06-20 00:00:00", batch_id="b2", is_deleted=now is None)
        put(work, "1", record)
    put("file.staff", "9", {"First": "Ann", "Last": "Ek", "Mail": "Ann@Shop.Example"})
    gone = {"record": None, "changed_at": "2026-06-20 00:00:00", "batch_id": "b2", "is_deleted": True}
    put.given["mapped.owners"].append(of_file("staff", "9") | gone)
    put("file.offers", "901", {"Done": "nein", "Seller": "9"})
    put("file.cases", "901", {"State": "offen", "Agent": "9", "At": "2026-05-01"})


def test_who_has_left_has_a_name_on_what_was_theirs(truths: duckdb.DuckDBPyConnection) -> None:
    sql = """select source, owner_name from marts.deals where source like '% left'
        union all select source, agent_name from marts.tickets where source like '% left'"""
    found = dict(truths.execute(sql).fetchall())
    assert found == {f"{name.split()[0]} left": "Ann Ek" for name in LEFT}
    of_file = f"""select owner_name from marts.deals where source = '{LEDGER}' and owner_id is not null
        union all select agent_name from marts.tickets where source = '{LEDGER}' and agent_id is not null
        union all select lower(email) from intermediate.int_owners_unioned where source = '{LEDGER}'"""
    assert truths.execute(of_file).fetchall() == [("Ann Ek",), ("Ann Ek",), ("ann@shop.example",)]


# A lead that became a contact: (view, lead, view, contact), as the lead or the contact says so.
CONVERTED: dict[str, tuple[str, dict[str, Any], str, dict[str, Any]]] = {
    "salesforce": ("salesforce.leads", {"Name": "Lea Orr", "Company": "X", "ConvertedContactId": "c"},
                   "salesforce.contacts", {"Name": "Lea Orr-Finn", "Email": "lea@finn.example"}),
    "zoho": ("zoho.leads", {"Full_Name": "Mia Orr", "Converted_Contact": {"id": "c"}},
             "zoho.contacts", {"Full_Name": "Mia Orr-Finn", "Email": "mia@finn.example"}),
    "dynamics": ("dynamics.leads", {"fullname": "Nia Orr", "statecode": 1},
                 "dynamics.contacts", {"fullname": "Nia Orr-Finn", "_originatingleadid_value": "l"}),
    # HubSpot and Odoo have one record for both; a lead of Odoo's names its partner.
}  # fmt: skip


def tell_converted(put: Teller) -> None:
    for lead_view, lead, view, contact in CONVERTED.values():
        put(lead_view, "l", lead)
        put(view, "c", contact)


def test_a_converted_lead_is_the_contact_that_it_became(truths: duckdb.DuckDBPyConnection) -> None:
    sql = """select source, count(*), count(distinct customer_id) from marts.customer_identities
        where source like '% converted' group by 1 order by 1"""
    assert truths.execute(sql).fetchall() == [(f"{name} converted", 2, 1) for name in sorted(CONVERTED)]
