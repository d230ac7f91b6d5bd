"""What people say of being written to, in each vendor's own field and in a file: who may be, who may not, of whom nobody knows."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from .telling import Rows, Teller

YES, NO, SILENT = "opted_in", "opted_out", "unknown"
Word = tuple[str, dict[str, Any]]  # where it has landed, and what the record says beside the address


def hubspot(refuses: bool | None, **more: str) -> Word:
    word = {True: "true", False: "false", None: ""}[refuses]
    return "hubspot.contacts", {"properties": {"hs_email_optout": word, **more}}


def salesforce(refuses: bool | None, stream: str = "contacts") -> Word:
    return f"salesforce.{stream}", {"HasOptedOutOfEmail": refuses}


def zoho(refuses: bool | None) -> Word:
    return "zoho.contacts", {"Email_Opt_Out": refuses}


def dynamics(bulk: bool | None, every: bool | None = False) -> Word:
    return "dynamics.contacts", {"donotbulkemail": bulk, "donotemail": every}


def siebel(word: str) -> Word:
    return "siebel.contacts", {"Suppress All Emails": word}


def shopify(state: str, at: str | None = None) -> Word:
    return "shopify.customers", {"marketingState": state, "marketingUpdatedAt": at}


def mailchimp(status: str, confirmed: str | None = None, changed: str | None = None, of_list: str = "news") -> Word:
    record = {"status": status, "timestamp_opt": confirmed, "last_changed": changed, "list_id": of_list}
    return "mailchimp.members", record


def left(at: str, of_list: str = "news") -> Word:
    return "mailchimp.unsubscribed", {"timestamp": at, "campaign_id": f"to {of_list}", "list_id": of_list}


def odoo(failure: str) -> Word:
    return "odoo.mailing_traces", {"failure_type": failure, "create_date": "2026-02-01 10:00:00"}


def filed(**record: str) -> Word:
    return "file.people", record


SHOP_YES = shopify("SUBSCRIBED", "2026-05-01T10:00:00Z")
# One person each: what their records say, and what holds of them.
SAID: dict[str, tuple[list[Word], str]] = {
    "hubspot refused": ([hubspot(True)], NO), "hubspot has no refusal": ([hubspot(False)], SILENT),
    "hubspot is silent": ([hubspot(None)], SILENT),
    "hubspot refused one subscription": ([hubspot(False, hs_email_optout_7="true")], NO),
    "salesforce refused": ([salesforce(True)], NO), "salesforce has no refusal": ([salesforce(False)], SILENT),
    "salesforce lead refused": ([salesforce(True, "leads")], NO),
    "zoho refused": ([zoho(True)], NO), "zoho has no refusal": ([zoho(False)], SILENT),
    "zoho is silent": ([zoho(None)], SILENT),
    "dynamics refused mailings": ([dynamics(True)], NO), "dynamics refused all": ([dynamics(False, True)], NO),
    "dynamics has no refusal": ([dynamics(False)], SILENT), "dynamics is silent": ([dynamics(None, None)], SILENT),
    "siebel refused": ([siebel("Y")], NO), "siebel has no refusal": ([siebel("N")], SILENT),
    "shopify subscribed": ([shopify("SUBSCRIBED")], YES), "shopify unsubscribed": ([shopify("UNSUBSCRIBED")], NO),
    "shopify never asked": ([shopify("NOT_SUBSCRIBED")], SILENT), "shopify unconfirmed": ([shopify("PENDING")], SILENT),
    "mailchimp subscribed": ([mailchimp("subscribed")], YES), "mailchimp unsubscribed": ([mailchimp("unsubscribed")], NO),
    "mailchimp cleaned": ([mailchimp("cleaned")], NO), "mailchimp unconfirmed": ([mailchimp("pending")], SILENT),
    "mailchimp buyer": ([mailchimp("transactional")], SILENT),
    "odoo held back": ([filed(), odoo("mail_optout")], NO), "odoo blacklisted": ([filed(), odoo("mail_bl")], NO),
    "odoo bounced": ([filed(), odoo("mail_bounce")], SILENT),
    "file yes": ([filed(News="Ja")], YES), "file no": ([filed(News="nein")], NO), "file blank": ([filed(News="")], SILENT),
    "file refused": ([filed(NoMail="x")], NO), "file has no refusal": ([filed(NoMail="nein")], SILENT),
    "file yes and refused": ([filed(News="Ja", NoMail="ja")], NO),
    # A refusal anywhere holds for the person, whoever else says yes, and however much later.
    "refused in hubspot": ([SHOP_YES, hubspot(True)], NO), "refused in salesforce": ([SHOP_YES, salesforce(True)], NO),
    "refused in zoho": ([mailchimp("subscribed", "2026-06-01T10:00:00Z"), zoho(True)], NO),
    "refused in dynamics": ([filed(News="Ja", Said="2026-06-01"), dynamics(True)], NO),
    "refused in a file": ([SHOP_YES, filed(News="nein", Said="2025-01-01")], NO),
    "refused by mail": ([filed(News="Ja", Said="2026-06-01"), mailchimp("transactional"), left("2026-02-01T10:00:00Z")], NO),
    "silence elsewhere": ([SHOP_YES, hubspot(False), salesforce(False), zoho(False), dynamics(False)], YES),
    # A later yes lifts an older refusal of its list, and of no other.
    "mailchimp came back": ([
        mailchimp("subscribed", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"), left("2026-02-01T10:00:00Z")], YES),
    "mailchimp left after": ([
        mailchimp("subscribed", "2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z"), left("2026-02-01T10:00:00Z")], NO),
    "mailchimp came to another list": ([
        mailchimp("subscribed", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "offers"),
        left("2026-02-01T10:00:00Z")], NO),
    "shopify came back": ([shopify("UNSUBSCRIBED", "2026-01-01T10:00:00Z"), SHOP_YES], YES),
    "shopify left after": ([shopify("UNSUBSCRIBED", "2026-06-01T10:00:00Z"), SHOP_YES], NO),
    "shopify came back, nobody knows when": ([shopify("UNSUBSCRIBED", "2026-01-01T10:00:00Z"), shopify("SUBSCRIBED")], NO),
    "file came back": ([
        filed(News="nein", Said="2026-01-01", List="news"), filed(News="ja", Said="2026-03-01", List="news")], YES),
    "file came to another list": ([
        filed(News="nein", Said="2026-01-01", List="news"), filed(News="ja", Said="2026-03-01", List="offers")], NO),
    "file will come back": ([
        filed(News="nein", Said="2026-01-01", List="news"), filed(News="ja", Said="2026-09-01", List="news")], NO),
    "file will say yes": ([filed(News="ja", Said="2026-09-01")], SILENT),
    "file will refuse": ([filed(News="nein", Said="2026-09-01")], NO),
}  # fmt: skip


def record_of(view: str, record: dict[str, Any], email: str, name: str) -> dict[str, Any]:
    """The record as its vendor writes a person with this address."""
    if view == "hubspot.contacts":
        named = {"email": email, "firstname": name, "lastname": "Ek"}
        return {"properties": {**named, **record["properties"]}}
    if view == "shopify.customers":
        return {"firstName": name, "lastName": "Ek", "defaultEmailAddress": {"emailAddress": email, **record}}
    if view.startswith("mailchimp."):
        return {"email_address": email, "full_name": f"{name} Ek", "email_id": name, **record}
    names = {
        "salesforce": ("Email", "FirstName", "LastName"), "zoho": ("Email", "First_Name", "Last_Name"),
        "dynamics": ("emailaddress1", "firstname", "lastname"), "odoo": ("email", "name", "model"),
        "siebel": ("Email Address", "First Name", "Last Name"), "file": ("Mail", "First", "Last"),
    }[view.split(".")[0]]  # fmt: skip
    return {**dict(zip(names, (email, name, "Ek"), strict=True)), **record}


def tell(given: Rows) -> None:
    teller = Teller(given, "consent")
    for of_list in ("news", "offers"):
        teller("mailchimp.campaigns", f"to {of_list}", {"recipients": {"list_id": of_list}})
    for number, words in enumerate((words for words, _ in SAID.values()), start=1):
        for place, (view, said) in enumerate(words):
            record = record_of(view, said, f"p{number}@x{number}.example", f"Name{chr(96 + number % 26)}{number}")
            at = f"c{number}{place}"
            if view.startswith("mailchimp."):
                at = f"{said['list_id'] if 'members' in view else said['campaign_id']}/{number}"
            teller(view, f"gid://shopify/Customer/{number}{place}" if view.startswith("shopify") else at, record)


@pytest.fixture(scope="module")
def states(truths: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, int]]:
    """What holds of each person by e-mail, and how many of their refusals were lifted."""
    told = """
        select distinct records.email, consents.state, consents.count_of_lifted_refusals
        from marts.customer_consent as consents
        inner join intermediate.int_contacts_resolved as resolved using (customer_id)
        inner join intermediate.int_contacts_unioned as records on records.contact_id = resolved.contact_id
        where consents.channel = 'email' and records.email like 'p%@x%.example'"""
    names = {f"p{number}@x{number}.example": name for number, name in enumerate(SAID, start=1)}
    rows = truths.execute(told).fetchall()
    assert len(rows) == len(SAID), "each of them is one customer"
    return {names[email]: (state, lifted) for email, state, lifted in rows}


@pytest.mark.parametrize("name", SAID)
def test_what_a_person_said_holds(states: dict[str, tuple[str, int]], name: str) -> None:
    assert states[name] == (SAID[name][1], int(name.endswith("came back")))
