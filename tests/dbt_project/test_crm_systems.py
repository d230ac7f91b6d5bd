"""The CRM systems end to end: pulled from their fakes, landed, brought to the entities; counts and sums are the truth's."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company import crm
from crm360.connectors.systems import CONNECTORS
from tests.connectors.battery import VENDORS, Bench, bench

from .conftest import LANDED, Compiled
from .conftest import landed as landed_version

pytestmark = pytest.mark.night

# Which streams make up an entity, in each system that has deals; those of HubSpot and Odoo have amounts of their own.
ENTITIES = {
    vendor: {
        entity: tuple(s.name for s in CONNECTORS[vendor].streams if s.entity == entity)
        for entity in ("contacts", "companies", "deals", "tickets")
        if any(s.entity == entity for s in CONNECTORS[vendor].streams)
    }
    for vendor in VENDORS
    if vendor not in ("hubspot", "odoo") and any(s.entity == "deals" for s in CONNECTORS[vendor].streams)
}
WITHOUT = {("siebel", "owners"), ("suitecrm", "deals.contact_id")}
BUILT = ("contacts", "companies", "deals", "tickets", "campaigns", "owners")


def landed(here: Bench, vendor: str, stream: str) -> list[dict[str, Any]]:
    files = [str(path) for path, _ in Landing(here.landing).footers(vendor, stream)]
    names = ", ".join(n for n in LANDED if n != "source")
    with duckdb.connect() as con:
        rows = con.execute(f"select '{vendor}' as source, {names} from read_parquet(?)", [files])
        columns = [d[0] for d in rows.description]
        return [dict(zip(columns, row, strict=True)) for row in rows.fetchall()]


@pytest.fixture(scope="module", params=ENTITIES)
def built(request: pytest.FixtureRequest, project: Compiled, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A vendor's entities after three nights, and the bench they came from."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    with bench(folder, people=60) as here:
        for day in (0, 1, 4):
            here.company.go_to(day)
            assert [str(p.error) for p in here.pull(request.param).values() if p.error] == []
        given = {f"{request.param}.{s}": landed(here, request.param, s) for s in CONNECTORS[request.param].names}
        targets = [f"int_{entity}_unioned" for entity in BUILT] + ["int_records_unparseable"]
        yield request.param, here, project.build(targets, given)


def test_every_live_record_is_in_its_entity_once(built: tuple[str, Bench, duckdb.DuckDBPyConnection]) -> None:
    vendor, here, con = built
    for entity, streams in ENTITIES[vendor].items():
        truth = {r.id for s in streams for r in here.company.truth().records(vendor, s) if not r.deleted}
        rows = con.execute(f"select source_id from intermediate.int_{entity}_unioned where not is_deleted").fetchall()
        assert sorted(i for (i,) in rows) == sorted(truth), entity
    # What happened in the last night lies after the day that these models are built for.
    unread = "select * from intermediate.int_records_unparseable where parse_errors not like '%=future %'"
    assert con.execute(unread).fetchall() == []


LINKS = [
    ("deals", "contact_id", "contacts", "contact_id"),
    ("deals", "company_id", "companies", "company_id"),
    ("deals", "owner_id", "owners", "owner_id"),
    ("contacts", "company_id", "companies", "company_id"),
    ("tickets", "contact_id", "contacts", "contact_id"),
]


@pytest.mark.parametrize(("entity", "link", "other", "key"), LINKS)
def test_links_lead_to_records(
    built: tuple[str, Bench, duckdb.DuckDBPyConnection], entity: str, link: str, other: str, key: str
) -> None:
    vendor, _, con = built
    if (
        not {entity, other} <= {*ENTITIES[vendor], "owners"}
        or {(vendor, other), (vendor, f"{entity}.{link}")} & WITHOUT
    ):
        pytest.skip(f"{vendor} has no {other}")
    linked, known = con.execute(
        f"""select count(a.{link}), count(b.{key}) from intermediate.int_{entity}_unioned as a
            left join intermediate.int_{other}_unioned as b on a.{link} = b.{key} where not a.is_deleted"""
    ).fetchall()[0]
    assert linked == known > 0


def test_deals_add_up(built: tuple[str, Bench, duckdb.DuckDBPyConnection]) -> None:
    vendor, here, con = built
    stream = ENTITIES[vendor]["deals"][0]
    made = crm.deals(here.company, here.company.table(vendor, stream).live())
    odd, amount, won = con.execute(
        """select count(*) filter (where (is_won and not is_closed) or (is_closed and closed_at is null)
                  or probability not between 0 and 1), sum(amount), count(*) filter (where is_won)
           from intermediate.int_deals_unioned where not is_deleted"""
    ).fetchall()[0]
    assert odd == 0
    assert amount == sum(Decimal(d["amount"]) for d in made)
    assert won == sum(d["hs_is_closed_won"] == "true" for d in made) > 0


RULES = [
    ("salesforce.leads", {"ConvertedContactId": "003A"}, "int_contacts_unioned", "merged_into", "salesforce:003A"),
    ("salesforce.leads", {"LeadSource": "Purchased List"}, "int_contacts_unioned", "lead_direction", "outbound"),
    ("salesforce.leads", {"LeadSource": "Web"}, "int_contacts_unioned", "lead_direction", "inbound"),
    ("salesforce.leads", {"LeadSource": None}, "int_contacts_unioned", "lead_direction", None),
    ("salesforce.contacts", {"HasOptedOutOfEmail": True}, "int_contacts_unioned", "email_consent", False),
    ("salesforce.contacts", {}, "int_contacts_unioned", "email_consent", None),
    ("salesforce.accounts", {"Website": "HTTPS://www.Acme.example/about?x=1"}, "int_companies_unioned", "domain", "acme.example"),
    ("salesforce.accounts", {"Website": "acme.example"}, "int_companies_unioned", "domain", "acme.example"),
    ("salesforce.accounts", {"Website": " "}, "int_companies_unioned", "domain", None),
    ("salesforce.cases", {"OwnerId": "0055"}, "int_tickets_unioned", "agent_id", "salesforce:0055"),
    ("salesforce.cases", {"OwnerId": "00G5"}, "int_tickets_unioned", "agent_id", None),
    ("salesforce.cases", {"OwnerId": "00G5"}, "int_tickets_unioned", "team_id", "salesforce:00G5"),
    ("salesforce.opportunities", {"Probability": 35.5}, "int_deals_unioned", "probability", Decimal("0.3550")),
    ("dynamics.contacts", {"_parentcustomerid_value": "a", "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account"}, "int_contacts_unioned", "company_id", "dynamics:a"),
    ("dynamics.contacts", {"_parentcustomerid_value": "c", "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "contact"}, "int_contacts_unioned", "company_id", None),
    ("dynamics.opportunities", {"_transactioncurrencyid_value": "unknown"}, "int_deals_unioned", "currency", "XXX"),
    ("dynamics.opportunities", {"_transactioncurrencyid_value": None}, "int_deals_unioned", "currency", None),
    ("dynamics.opportunities", {"statecode": 2, "statuscode@OData.Community.Display.V1.FormattedValue": "Out-Sold"}, "int_deals_unioned", "lost_reason", "Out-Sold"),
    ("dynamics.incidents", {"_customerid_value": "k", "_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account", "_primarycontactid_value": "p"}, "int_tickets_unioned", "contact_id", "dynamics:p"),
    ("dynamics.incidents", {"statecode": 1}, "int_tickets_unioned", "status", "solved"),
    ("zoho.deals", {"Stage": "Closed-Lost to Competition"}, "int_deals_unioned", "is_won", False),
    ("zoho.deals", {"Stage": "Closed Won"}, "int_deals_unioned", "is_won", True),
    ("zoho.deals", {"Stage": "Negotiation/Review"}, "int_deals_unioned", "is_closed", False),
    ("zoho.contacts", {"Account_Name": {"id": "7", "name": "Acme"}}, "int_contacts_unioned", "company_id", "zoho:7"),
    ("siebel.opportunities", {"Sales Stage": "06 - Closed Won"}, "int_deals_unioned", "is_won", True),
    ("siebel.opportunities", {"Sales Stage": "03 - Wonderful start"}, "int_deals_unioned", "is_closed", False),
    ("siebel.contacts", {"Birth Date": "02/29/1980"}, "int_contacts_unioned", "birth_date", date(1980, 2, 29)),
    ("siebel.contacts", {"Birth Date": "29/02/1980"}, "int_records_unparseable", "unparseable_fields", "birth"),
    ("siebel.contacts", {"Created": "07/01/2026 23:59:59"}, "int_contacts_unioned", "created_at", datetime(2026, 7, 1, 23, 59, 59)),
    ("siebel.contacts", {"First Name": "", "Last Name": "Lee"}, "int_contacts_unioned", "full_name", "Lee"),
]  # fmt: skip


@pytest.mark.parametrize(("stream", "record", "model", "column", "expected"), RULES)
def test_how_a_field_is_read(
    bare: duckdb.DuckDBPyConnection, project: Compiled, stream: str, record: dict[str, Any], model: str, column: str, expected: Any
) -> None:  # fmt: skip
    row = landed_version("1", record, source=stream.split(".")[0])
    project.refill(bare, {name: [] for name, *_ in RULES} | {stream: [row]}, [model])
    assert bare.execute(f"select {column} from intermediate.{model}").fetchall() == [(expected,)]


@pytest.fixture(scope="module")
def bare(project: Compiled) -> duckdb.DuckDBPyConnection:
    """The entities over sources that are all empty."""
    return project.build([f"int_{entity}_unioned" for entity in BUILT] + ["int_records_unparseable"], {})
