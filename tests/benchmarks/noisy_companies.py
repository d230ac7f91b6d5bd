"""Companies with errors, made up for bench_identity.py: namesakes, branches, daughters under one domain, gaps and slips."""

from __future__ import annotations

import random
from collections.abc import Iterator

from crm360.connectors.sandbox.company import names

COLUMNS = ("company", "name", "domain", "phone", "street", "postal_code", "city", "country")
EVERYWHERE = ["Adler Apotheke", "Central Pharmacy", "Stadtbäckerei", "City Garage", "Taxi Nord", "Hotel Post"]
JUNK = ["n/a", "privat", "test", "self-employed", None]
Record = tuple[str | None, ...]


def records(count: int, seed: int = 1) -> Iterator[Record]:
    """About `count` records of some two fifths as many companies, each a row of COLUMNS; the company stands first."""
    draw = random.Random(seed)
    lasts = [last for country in names.COUNTRIES for last in country.last]
    rare = [a[: len(a) // 2 + 1] + b[len(b) // 2 :].lower() for a in lasts for b in lasts if a != b]
    made = company = 0
    taken: set[str] = set()
    while made < count:
        company += 1
        country = draw.choice(names.COUNTRIES)
        kind = draw.random()
        owner = draw.choice(lasts) if draw.random() < 0.2 else draw.choice(rare)
        name = draw.choice(EVERYWHERE) if kind < 0.04 else f"{owner} {draw.choice(names.TRADES)}"
        site = "".join(letter for letter in name.lower() if letter.isalnum())
        site += str(company) if site in taken else ""
        taken.add(site)
        # A daughter stands under the domain of its group, and often in its house.
        group = f"group{company // 40}.example" if kind > 0.95 else f"{site}.example"
        offices = [
            (f"{draw.randrange(1, 90)} {draw.choice(country.streets)}", f"{draw.randrange(90_000):05d}", city)
            for city, _, _ in draw.sample(country.cities, 2 if draw.random() < 0.1 else 1)
        ]
        phone = f"+49 30 {draw.randrange(1_000_000, 9_999_999)}"
        for _ in range(min(1 + int(draw.expovariate(0.6)), 12)):
            made += 1
            street, code, city = draw.choice(offices)
            yield (
                str(company),
                _typed(draw, name, names.LEGAL_FORMS[country.code]),
                _missing(draw, group if draw.random() < 0.95 else f"{site}.test", 0.35),
                _missing(draw, phone, 0.5),
                _missing(draw, street, 0.4),
                _missing(draw, code, 0.4),
                _missing(draw, city, 0.2),
                _missing(draw, country.name, 0.1),
            )


def _typed(draw: random.Random, name: str, form: str) -> str | None:
    """The name as somebody typed it: with or without its legal form, with a slip, cut short, or none at all."""
    chance = draw.random()
    if chance < 0.02:
        return draw.choice(JUNK)
    if chance < 0.05:
        name = name.split(" ")[0]
    elif chance < 0.13:
        at = draw.randrange(len(name) - 1)
        name = draw.choice([name[:at] + name[at + 1] + name[at] + name[at + 2 :], name[:at] + name[at + 1 :]])
    return draw.choice([name, f"{name} {form}", f"{name} {form}", name.upper()])


def _missing(draw: random.Random, value: str, rate: float) -> str | None:
    return None if draw.random() < rate else value
