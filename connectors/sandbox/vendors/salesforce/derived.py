"""Salesforce's objects that follow from others: users, campaigns and who answered them, stages, price books."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company import clock, crm
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.mail import SUBJECTS
from crm360.connectors.sandbox.company.pipeline import LOST, STAGES, owner_ids
from crm360.connectors.sandbox.company.roster import NEVER
from crm360.connectors.sandbox.vendors.hubspot.records import owners
from crm360.connectors.sandbox.vendors.salesforce.ids import salesforce_id
from crm360.connectors.sandbox.vendors.salesforce.records import (
    TABLES,
    Kind,
    Record,
    Rows,
    common,
    link,
    owner,
    table_rows,
)

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

STAGE_SPAN = 8
MEMBER_SPAN = 1_000_000
JOINED = 10**12  # the first number of those whom somebody put in


def _user_rows(company: Company) -> Rows:
    since = np.full(len(owner_ids()), clock.HISTORY_START, dtype=np.int64)
    return Rows(np.arange(len(since), dtype=np.int64) + 1, since, since, np.zeros(len(since), dtype=bool))


def _users(company: Company, rows: Rows, places: Ints) -> list[Record]:
    every = owners(company)
    found = common("users", rows, places)
    for record, place in zip(found, places.tolist(), strict=True):
        own = every[place]
        del record["IsDeleted"]  # users are never deleted, and the object has no such field
        record |= {
            "Username": own["email"], "FirstName": own["firstName"], "LastName": own["lastName"],
            "Name": f"{own['firstName']} {own['lastName']}", "Email": own["email"], "IsActive": not own["archived"],
            "UserType": "Standard",
        }  # fmt: skip
    return found


def _campaign_rows(company: Company) -> Rows:
    numbers = company.mailing.campaigns()
    sent = np.array([company.mailing.sent_at(int(number)) for number in numbers], dtype=np.int64)
    return Rows(numbers + 1, sent - clock.DAY, sent, np.zeros(len(numbers), dtype=bool))


def _campaigns(company: Company, rows: Rows, places: Ints) -> list[Record]:
    found = common("campaigns", rows, places)
    for record, number in zip(found, (rows.number[places] - 1).tolist(), strict=True):
        record |= {
            "Name": f"{SUBJECTS[number % len(SUBJECTS)]} {number + 1}", "Type": "Email", "Status": "Completed",
            "StartDate": record["SystemModstamp"][:10], "EndDate": None, "IsActive": False,
            "NumberSent": float(len(company.mailing.activity(number).rows)), "ActualCost": 120.0 + number,
            "BudgetedCost": 150.0, "CurrencyIsoCode": "EUR", "OwnerId": owner(0), "ParentId": None,
        }  # fmt: skip
    return found


def _member_rows(company: Company) -> Rows:
    """Who clicked in a campaign: number = campaign and member; and whom somebody put in. They never change."""
    numbers, times = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for campaign in company.mailing.campaigns().tolist():
        done = company.mailing.activity(campaign)
        clicked = done.clicked > 0
        numbers.append((campaign + 1) * MEMBER_SPAN + done.rows[clicked])
        times.append(done.clicked[clicked])
    joined = company.pipeline.joined  # their numbers come after all others
    numbers.append(np.array(list(joined), dtype=np.int64))
    times.append(np.array([made[4] for made in joined.values()], dtype=np.int64))
    number, time = np.concatenate(numbers), np.concatenate(times)
    left = company.pipeline.left
    if not left:
        return Rows(number, time, time, np.zeros(len(number), dtype=bool))
    gone = np.array([left.get(one, 0) for one in number.tolist()], dtype=np.int64)
    return Rows(number, time, np.maximum(time, gone), gone > 0)


def _members(company: Company, rows: Rows, places: Ints) -> list[Record]:
    found = common("campaign_members", rows, places)
    own, joined = rows.number[places], company.pipeline.joined
    clicked = own < JOINED
    campaign, member = np.divmod(np.where(clicked, own, 0), MEMBER_SPAN)
    person = company.mailing.members["person"][member].astype(np.int64)
    contact = np.where(person >= 0, company.pipeline.contact_of[np.maximum(person, 0)], crm.NONE)
    for record, made, number, row in zip(found, own.tolist(), campaign.tolist(), contact.tolist(), strict=True):
        if made in joined:
            number, stream, row, status, _ = joined[made]
            record |= {
                "CampaignId": salesforce_id("campaigns", number),
                "LeadId": link("leads", row) if stream == "leads" else None,
                "ContactId": link("contacts", row) if stream == "contacts" else None,
                "Status": status, "HasResponded": False, "FirstRespondedDate": None,
            }  # fmt: skip
            continue
        record |= {
            "CampaignId": salesforce_id("campaigns", number), "LeadId": None, "ContactId": link("contacts", row),
            "Status": "Responded", "HasResponded": True, "FirstRespondedDate": record["CreatedDate"][:10],
        }  # fmt: skip
    return found


def _history_rows(company: Company) -> Rows:
    """One row a stage that an opportunity has reached: number = opportunity and stage."""
    copy = table_rows("opportunities", company)
    row = copy.number - 1
    entered = company.pipeline.stages_entered(row)
    numbers, times, gone = [], [], []
    for place in range(len(STAGES)):
        time = entered[:, place]
        reached = time < NEVER
        numbers.append(((row + 1) * STAGE_SPAN + place)[reached])
        times.append(time[reached] // clock.SECOND * clock.SECOND)
        gone.append(copy.deleted[reached])
    number, time, deleted = np.concatenate(numbers), np.concatenate(times), np.concatenate(gone)
    order = np.argsort(number, kind="stable")
    return Rows(number[order], time[order], time[order], deleted[order])


def _history(company: Company, rows: Rows, places: Ints) -> list[Record]:
    found = common("opportunity_history", rows, places)
    deal, stage = np.divmod(rows.number[places], STAGE_SPAN)
    for record, p, number, place in zip(
        found, crm.deals(company, deal - 1), deal.tolist(), stage.tolist(), strict=True
    ):
        del record["LastModifiedDate"]
        record |= {
            "OpportunityId": salesforce_id("opportunities", number), "CreatedById": owner(0),
            "StageName": STAGES[place][1], "Amount": float(p["amount"]), "Probability": STAGES[place][2] * 100,
            "CloseDate": p["closedate"][:10], "ForecastCategory": "Omitted" if place == LOST else "Pipeline",
            "CurrencyIsoCode": p["deal_currency_code"],
        }  # fmt: skip
    return found


def _price_book_rows(company: Company) -> Rows:
    """The standard price book and one beside it; none where the company sells in its shop alone."""
    since = np.full(2 * company.answers_in_hubspot, clock.HISTORY_START, dtype=np.int64)
    return Rows(np.arange(len(since), dtype=np.int64) + 1, since, since, np.zeros(len(since), dtype=bool))


def _price_books(company: Company, rows: Rows, places: Ints) -> list[Record]:
    found = common("price_books", rows, places)
    for record, place in zip(found, places.tolist(), strict=True):
        record |= {"Name": ("Standard", "Dealers")[place], "IsActive": True, "IsStandard": place == 0}
    return found


KINDS = TABLES | {
    "Pricebook2": Kind("price_books", _price_book_rows, _price_books),
    "User": Kind("users", _user_rows, _users),
    "Campaign": Kind("campaigns", _campaign_rows, _campaigns),
    "CampaignMember": Kind("campaign_members", _member_rows, _members),
    "OpportunityHistory": Kind("opportunity_history", _history_rows, _history),
}
