"""The errors people make when they write themselves, or others, into a system. One bit an error."""

from __future__ import annotations

import numpy as np

from crm360.connectors.sandbox.company import names, phones
from crm360.connectors.sandbox.company.draws import Draws, Ints
from crm360.connectors.sandbox.company.people import People, Person

(
    TYPO_FIRST, TYPO_LAST, NICKNAME, SWAPPED, OLD_EMAIL, NO_EMAIL, FAMILY_EMAIL, ROLE_EMAIL, WORK_EMAIL, TYPO_EMAIL,
    OLD_ADDRESS, NO_ADDRESS, NO_PHONE, TYPO_PHONE, OLD_PHONE, SHOUTED, NO_FIRST, HAS_DOUBLE, IS_DOUBLE,
) = (1 << bit for bit in range(19))  # fmt: skip

Rates = dict[int, float]
BY_HAND: Rates = {
    TYPO_FIRST: 0.02, TYPO_LAST: 0.03, NICKNAME: 0.08, SWAPPED: 0.012, OLD_EMAIL: 0.07, NO_EMAIL: 0.06,
    ROLE_EMAIL: 0.02,
    WORK_EMAIL: 0.7, TYPO_EMAIL: 0.012, OLD_ADDRESS: 0.08, NO_ADDRESS: 0.25, NO_PHONE: 0.3, TYPO_PHONE: 0.015,
    OLD_PHONE: 0.05, SHOUTED: 0.02, NO_FIRST: 0.03,
}  # fmt: skip
CHECKOUT: Rates = {
    TYPO_FIRST: 0.01, TYPO_LAST: 0.012, NICKNAME: 0.05, SWAPPED: 0.01, OLD_EMAIL: 0.1, WORK_EMAIL: 0.08,
    TYPO_EMAIL: 0.008,
    OLD_ADDRESS: 0.06, NO_ADDRESS: 0.04, NO_PHONE: 0.45, TYPO_PHONE: 0.01, OLD_PHONE: 0.05, SHOUTED: 0.03,
    NO_FIRST: 0.01,
}  # fmt: skip
FORM: Rates = {
    TYPO_FIRST: 0.015, NICKNAME: 0.1, SWAPPED: 0.005, OLD_EMAIL: 0.14, WORK_EMAIL: 0.2, TYPO_EMAIL: 0.01, NO_PHONE: 0.8,
    OLD_PHONE: 0.05, NO_FIRST: 0.25, SHOUTED: 0.02,
}  # fmt: skip
AT_THE_DESK: Rates = {
    TYPO_FIRST: 0.03, TYPO_LAST: 0.04, NICKNAME: 0.08, SWAPPED: 0.01, OLD_EMAIL: 0.08, NO_EMAIL: 0.08, WORK_EMAIL: 0.35,
    NO_PHONE: 0.5, TYPO_PHONE: 0.02, OLD_PHONE: 0.05, NO_FIRST: 0.05,
}  # fmt: skip


def drawn(draws: Draws, people: People, system: str, p: Ints, rates: Rates) -> Ints:
    """The errors in the record of each person in one system. No two people get the same address in it."""
    flags = np.zeros(len(p), dtype=np.int64)
    for slip, rate in rates.items():
        flags |= np.where(draws.happens(f"{system} slip {slip}", p, rate), slip, 0)
    flags |= np.where(people.shares_mailbox(system, p), FAMILY_EMAIL, 0)
    employed = people.employer[p] >= 0
    flags = np.where(employed, flags, flags & ~(WORK_EMAIL | ROLE_EMAIL))
    # One person alone answers a company's info@ in one system: e-mail addresses are unique there.
    role = np.flatnonzero(flags & ROLE_EMAIL)
    _, first = np.unique(people.employer[p[role]], return_index=True)
    others = np.delete(role, first)
    flags[others] &= ~ROLE_EMAIL
    return flags


def email(person: Person, flags: int) -> str | None:
    """The address that stands in the record."""
    if flags & NO_EMAIL:
        return None
    if flags & ROLE_EMAIL and person.work_email:
        return "info@" + person.work_email.split("@")[1]
    if flags & FAMILY_EMAIL:
        return person.family_email
    if flags & OLD_EMAIL:
        address = person.old_email
    elif flags & WORK_EMAIL and person.work_email:
        address = person.work_email
    else:
        address = person.email
    if flags & TYPO_EMAIL:
        address = swapped_letters(address, 2)
    if flags & SHOUTED:
        address = address.upper() if person.number % 2 else address.capitalize()
    return address


def further_emails(person: Person, flags: int) -> str | None:
    """The other addresses that the person has or had, as a CRM keeps them beside the first: 'a@b.c;d@e.f'."""
    first = email(person, flags & ~(SHOUTED | TYPO_EMAIL))
    return ";".join(a for a in (person.email, person.work_email, person.old_email) if a and a != first) or None


def name(person: Person, flags: int) -> tuple[str | None, str | None]:
    """First and last name as they stand in the record."""
    first: str | None = person.first
    last = person.last
    if flags & NICKNAME:
        first = names.NICKNAMES.get(person.first, person.first)
    if flags & TYPO_FIRST and first:
        first = swapped_letters(first, 1)
    if flags & TYPO_LAST:
        last = last[:2] + last[3:] if len(last) > 4 else last + last[-1]
    if flags & NO_FIRST:
        first = None
    if flags & SHOUTED:
        first, last = first.upper() if first else None, last.upper()
    if flags & SWAPPED and first:
        return last, first
    return first, last


def phone(person: Person, flags: int, form: int) -> str | None:
    """The telephone number as it was typed."""
    digits = person.old_phone if flags & OLD_PHONE else person.phone
    if flags & NO_PHONE or not digits:
        return None
    if flags & TYPO_PHONE:
        digits = digits[:-2] + digits[-1] + digits[-2]
    return phones.written(person.country, digits, form)


def address(person: Person, flags: int) -> tuple[str | None, str | None, str | None, str | None]:
    """Street, city, region and postcode."""
    if flags & NO_ADDRESS:
        return None, None, None, None
    if flags & OLD_ADDRESS:
        return person.old_street, person.city, person.region, person.old_postcode
    return person.street, person.city, person.region, person.postcode


def swapped_letters(text: str, at: int) -> str:
    """Two neighbouring letters the wrong way round; a text too short for it, or with two equal ones, loses one."""
    if len(text) < at + 2:
        return text + text[-1:]
    if text[at] == text[at + 1]:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
