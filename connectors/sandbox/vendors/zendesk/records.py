"""Users, tickets, organizations and ratings as Zendesk writes them: ids are numbers, times end at the second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import causes, clock, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.people import employer_country, employer_domain, employer_name
from crm360.connectors.sandbox.company.support import (  # fmt: skip
    AGENTS,
    BAD_WORDS,
    CHANNELS,
    GOOD_WORDS,
    GROUPS,
    PRIORITIES,
    STATUSES,
    SUBJECTS,
    TYPES,
    agent_names,
)
from crm360.connectors.sandbox.company.table import DELETED

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company


def _organization(company: Company, employer: int) -> int | None:
    known = 0 <= employer < len(company.desk.organization_of)
    number = int(company.desk.organization_of[employer]) if known else -1
    return number if number >= 0 else None


def _user_organizations(company: Company, rows: Ints) -> list[int | None]:
    person = company.desk.users["person"][rows].astype(np.int64)
    employer = np.where(person >= 0, company.people.employer[np.maximum(person, 0)], -1)
    # Only who writes from the address of the company is put under it.
    at_work = company.desk.users["slips"][rows] & slips.WORK_EMAIL > 0
    return [
        _organization(company, number) if work else None
        for number, work in zip(employer.tolist(), at_work, strict=True)
    ]


def users(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """End-users and agents; a deleted user is one with active false."""
    table, draws = company.desk.users, company.draws
    staff = agent_names(draws)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), company.people.written(table["person"][rows].astype(np.int64)),
        table["slips"][rows].tolist(), table["agent"][rows].tolist(), table["state"][rows].tolist(),
        clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows]), table["edition"][rows].tolist(),
        draws.below("zendesk phone form", rows, 6).tolist(), _user_organizations(company, rows), strict=True,
    )  # fmt: skip
    found = []
    for row, number, p, flag, agent, state, created, changed, edition, form, organization in columns:
        first, last = slips.name(p, flag)
        name, email, role = " ".join(filter(None, (first, last))), slips.email(p, flag) if p.email else None, "end-user"
        if agent:
            name, role = staff[agent - 1], "admin" if agent == AGENTS else "agent"
            email = name.lower().replace(" ", ".").encode("ascii", "ignore").decode() + "@sandbox.example"
        record = {
            "id": number, "url": f"https://sandbox.zendesk.example/api/v2/users/{number}.json", "name": name,
            "email": email,
            "phone": slips.phone(p, flag, form), "shared_phone_number": None, "role": role,
            "organization_id": organization,
            "active": state != DELETED, "verified": True, "suspended": False, "created_at": created,
            "updated_at": changed,
            "locale": {"de": "de", "fr": "fr"}.get(p.language, "en-GB") if not agent else "en-GB",
            "time_zone": "Berlin" if p.country == "DE" else "London", "tags": [f"edition_{edition}"] if edition else [],
            "notes": "", "details": "", "external_id": None, "user_fields": {},
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def _staffing(company: Company, rows: Ints) -> tuple[list[int], list[int]]:
    """Agent and group of each ticket."""
    agents = company.desk.users.ids(np.arange(AGENTS))
    agent = causes.agent(company.draws, rows, AGENTS - 1)
    return agents[agent].tolist(), np.array(GROUPS)[agent % len(GROUPS)].tolist()


def tickets(company: Company, rows: Ints, metrics: bool = False) -> list[dict[str, Any]]:
    """Tickets, with their metric_set if it is asked for."""
    table, draws = company.desk.tickets, company.draws
    user = table["user"][rows].astype(np.int64)
    assignee, group = _staffing(company, rows)
    minutes = {
        name: np.where(table[name][rows] > 0, (table[name][rows] - table["created"][rows]) // clock.MINUTE, -1).tolist()
        for name in ("answered", "solved")
    }
    rated = table["rated"][rows].tolist()
    good = company.desk.is_happy(rows).tolist()
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), company.desk.users.ids(user).tolist(), table["status"][rows].tolist(),
        table["state"][rows].tolist(), clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows]),
        (table["changed"][rows] // clock.SECOND).tolist(), draws.below("subject", rows, len(SUBJECTS)).tolist(),
        draws.chosen("channel", rows, [40, 26, 14, 10, 5, 5]).tolist(),
        draws.chosen("priority", rows, [15, 60, 18, 7]).tolist(),
        _types(company, rows).tolist(), table["reopened"][rows].tolist(), assignee, group,
        _user_organizations(company, user), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    stamps = {name: clock.iso_s(table[name][rows]) for name in ("answered", "solved")}
    found = []
    for at, (row, number, who, status, state, created, changed, generated, subject, channel, priority, kind, reopened,
             agent, team, organization, edition) in enumerate(columns):  # fmt: skip
        score = "unoffered" if status < 4 else "offered" if not rated[at] else "good" if good[at] else "bad"
        answered = minutes["answered"][at] >= 0
        record: dict[str, Any] = {
            "id": number, "url": f"https://sandbox.zendesk.example/api/v2/tickets/{number}.json", "external_id": None,
            "via": {"channel": CHANNELS[channel], "source": {"from": {}, "to": {}, "rel": None}}, "created_at": created,
            "updated_at": changed, "generated_timestamp": generated, "type": TYPES[kind], "subject": SUBJECTS[subject],
            "raw_subject": SUBJECTS[subject], "description": f"{SUBJECTS[subject]} Order and details are below.",
            "priority": PRIORITIES[priority], "status": "deleted" if state == DELETED else STATUSES[status],
            "recipient": None, "requester_id": who, "submitter_id": who, "assignee_id": agent if answered else None,
            "organization_id": organization, "group_id": team, "collaborator_ids": [], "follower_ids": [],
            "has_incidents": False, "is_public": True, "due_at": None,
            "tags": _tags(priority == 3 and kind == 2, edition),
            "custom_fields": [{"id": 360_000_000_101, "value": None}], "satisfaction_rating": {"score": score},
        }  # fmt: skip
        if metrics:
            replied, solved = minutes["answered"][at], minutes["solved"][at]
            record["metric_set"] = {
                "id": 40_000_000 + number, "ticket_id": number, "created_at": created, "updated_at": changed,
                "reopens": int(reopened > 0), "replies": (1 + number % 3) if answered else 0,
                "reply_time_in_minutes": _both(replied), "first_resolution_time_in_minutes": _both(solved),
                "full_resolution_time_in_minutes": _both(solved),
                "solved_at": stamps["solved"][at] if solved >= 0 else None,
                "assigned_at": stamps["answered"][at] if answered else None,
            }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def _types(company: Company, rows: Ints) -> Ints:
    """The place of each ticket's type: what the person bought last before it says how likely there is trouble."""
    table, shop = company.desk.tickets, company.shop
    person = company.desk.users["person"][table["user"][rows]].astype(np.int64)
    order = shop.last_order_before(person, table["created"][rows])
    product = shop.money(np.maximum(order, 0)).product[:, 0] if len(shop.orders) else order * 0
    kind = np.array(shop.goods.kinds)[product]
    return causes.ticket_type(company.draws, rows, (order >= 0) & (kind == causes.TROUBLED_KIND))


def _tags(escalated: bool, edition: int) -> list[str]:
    return (["escalated"] if escalated else []) + ([f"edition_{edition}"] if edition else [])


def _both(minutes: int) -> dict[str, int | None]:
    """Minutes by the calendar, and of them those in business hours: about a third."""
    return {"calendar": minutes, "business": minutes // 3} if minutes >= 0 else {"calendar": None, "business": None}


def organizations(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """Companies as agents put them in: some without their legal form or domain, some with a slip of the pen."""
    table, draws = company.desk.organizations, company.draws
    employers = table["employer"][rows].astype(np.int64)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), employers.tolist(), employer_country(draws, employers),
        clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows]), table["edition"][rows].tolist(),
        draws.below("organization as typed", employers, 20).tolist(),
        draws.happens("organization without domain", employers, 0.15).tolist(), strict=True,
    )  # fmt: skip
    return [
        {
            "id": number, "url": f"https://sandbox.zendesk.example/api/v2/organizations/{number}.json",
            "name": _as_typed(employer_name(employer, country.code), typed),
            "domain_names": [] if bare else [employer_domain(employer)], "details": "",
            "notes": f"Edition {edition}" if edition else "", "group_id": None, "shared_tickets": False,
            "created_at": created, "updated_at": changed, "external_id": None, "tags": [], "organization_fields": {},
        }
        | table.overrides.get(row, {})
        for row, number, employer, country, created, changed, edition, typed, bare in columns
    ]  # fmt: skip


def _as_typed(name: str, typed: int) -> str:
    """A company's name, every fifth without its legal form, every tenth with a slip; `typed` is below 20."""
    if typed < 4:
        name = name.rsplit(" ", 1)[0]
    return slips.swapped_letters(name, 3) if typed in (3, 4) else name


def ratings(company: Company, rows: Ints) -> list[dict[str, Any]]:
    table, desk = company.desk.ratings, company.desk
    ticket = table["ticket"][rows].astype(np.int64)
    assignee, group = _staffing(company, ticket)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), desk.tickets.ids(ticket).tolist(), table["good"][rows].tolist(),
        desk.users.ids(desk.tickets["user"][ticket]).tolist(), assignee, group, clock.iso_s(table["created"][rows]),
        clock.iso_s(table["changed"][rows]), company.draws.below("words", ticket, 12).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, about, good, who, agent, team, created, changed, word in columns:
        words = GOOD_WORDS if good else BAD_WORDS
        record = {
            "id": number, "url": f"https://sandbox.zendesk.example/api/v2/satisfaction_ratings/{number}.json",
            "score": "good" if good else "bad", "ticket_id": about, "requester_id": who, "assignee_id": agent,
            "group_id": team, "comment": words[word] if word < len(words) else None, "created_at": created,
            "updated_at": changed, "reason": None if good or word % 2 else "The issue took too long to resolve",
            "reason_id": None,
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found
