"""People with errors, made up for bench_identity.py: common and rare names, slips, gaps, moves, several records a person."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from crm360.connectors.sandbox.company import names

LETTERS = "abcdefghijklmnopqrstuvwxyz"
COLUMNS = ("person", "first_name", "last_name", "birth_date", "city", "postal_code", "job_title", "gender")
Record = tuple[str | None, ...]


def records(count: int, seed: int = 1) -> Iterator[Record]:
    """About `count` records of a fifth as many people, each a row of COLUMNS; the person stands first."""
    draw = random.Random(seed)
    firsts = [(name, "f") for c in names.COUNTRIES for name in c.women] + [
        (n, "m") for c in names.COUNTRIES for n in c.men
    ]
    lasts = [name for c in names.COUNTRIES for name in c.last]
    # Names that few people have: two halves of other names.
    rare = [
        a[: len(a) // 2 + 1] + b[len(b) // 2 :].lower() for a in lasts for b in lasts if (len(a) * 7 + len(b)) % 9 == 0
    ]
    places = [(city, region) for c in names.COUNTRIES for city, region, _ in c.cities]
    made = 0
    person = 0
    while made < count:
        person += 1
        first, gender = firsts[int(len(firsts) * draw.random() ** 1.6)]
        last = draw.choice(rare) if draw.random() < 0.6 else lasts[int(len(lasts) * draw.random() ** 1.6)]
        born = date(1880, 1, 1) + timedelta(days=draw.randrange(40_000))
        if draw.random() < 0.15:
            born = born.replace(month=1, day=1)  # only the year is known
        city = draw.choice(places)[0]
        code = f"{draw.randrange(3_000):05d}"
        job = draw.choice(names.JOBS)
        for _ in range(min(1 + int(draw.expovariate(0.22)), 30)):
            made += 1
            yield (
                str(person),
                _slip(draw, _short(draw, first), 0.22),
                _slip(draw, last, 0.22),
                _date(draw, born),
                None if draw.random() < 0.35 else city,
                None if draw.random() < 0.2 else f"{draw.randrange(3_000):05d}" if draw.random() < 0.2 else code,
                None if draw.random() < 0.4 else draw.choice(names.JOBS) if draw.random() < 0.3 else job,
                None if draw.random() < 0.2 else gender,
            )


def _short(draw: random.Random, first: str) -> str:
    chance = draw.random()
    return names.NICKNAMES.get(first, first) if chance < 0.1 else first[0] if chance < 0.15 else first


def _slip(draw: random.Random, text: str, rate: float) -> str | None:
    if draw.random() < 0.06:
        return None
    while draw.random() < rate and len(text) > 1:
        at = draw.randrange(len(text))
        letter = draw.choice(LETTERS)
        text = draw.choice(
            (text[:at] + text[at + 1 :], text[:at] + letter + text[at:], text[:at] + letter + text[at + 1 :],
             text[:at] + text[at : at + 2][::-1] + text[at + 2 :])
        )  # fmt: skip
    return text


def _date(draw: random.Random, born: date) -> str | None:
    chance = draw.random()
    if chance < 0.12:
        return None
    if chance < 0.18:
        return (born + timedelta(days=draw.choice((-1, 1, 9, 10, 30)))).isoformat()
    if chance < 0.24:
        return born.replace(year=born.year + draw.choice((-10, -1, 1, 10)), day=min(born.day, 28)).isoformat()
    if chance < 0.3:
        return born.replace(month=1, day=1).isoformat()
    return born.isoformat()
