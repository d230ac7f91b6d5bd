"""The companies that people work for as they really are: what they are called, and where they sit."""

from __future__ import annotations

from typing import NamedTuple

from crm360.connectors.sandbox.company import names, phones
from crm360.connectors.sandbox.company.draws import Draws, Ints
from crm360.connectors.sandbox.company.people import (
    employer_country,
    employer_domain,
    employer_name,
    postcode_of,
    street_of,
)

# Beyond the numbers that people have.
_SWITCHBOARDS = 8_000_000


class HeadOffice(NamedTuple):
    """A company as it really is, and where it sits."""

    name: str
    domain: str
    country: names.Country
    street: str
    postcode: str
    city: str
    phone: str


def head_offices(draws: Draws, employers: Ints) -> list[HeadOffice]:
    """The companies with these numbers."""
    where = draws.below("headquarters", employers, 1_000).tolist()
    bits = draws.bits("head office", employers).tolist()
    found = []
    for employer, country, place, drawn in zip(
        employers.tolist(), employer_country(draws, employers), where, bits, strict=True
    ):
        city, _, zone = country.cities[place % len(country.cities)]
        found.append(HeadOffice(
            employer_name(employer, country.code), employer_domain(employer), country, street_of(country, drawn >> 8),
            postcode_of(zone, drawn >> 24), city, phones.national(country.code, _SWITCHBOARDS + employer),
        ))  # fmt: skip
    return found
