"""What customers write of the shop where others read it: of whom, about which order, how many stars, in what words.

A review is made of an answer to the shop's question (opinions.py): who would recommend it gives it stars, and the other
way round. So nothing else of the company depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from crm360.connectors.sandbox.company import slips
from crm360.connectors.sandbox.company.draws import Ints

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

WORDS = {
    "en": (
        ("Terrible", "The parcel came two weeks late and the cup was broken. Nobody answers."),
        ("It is fine", "The parcel came on Tuesday."),
        ("Wonderful", "Great quality, fast delivery and very friendly people. I love it!"),
    ),
    "de": (
        ("Furchtbar", "Das Paket kam zwei Wochen zu spät, und die Tasse war kaputt. Niemand antwortet."),
        ("In Ordnung", "Das Paket kam am Dienstag."),
        ("Wunderbar", "Tolle Qualität, schnelle Lieferung und sehr freundliche Leute. Ich bin begeistert!"),
    ),
}


class Voice(NamedTuple):
    """One review. order: row of the shop's order, -1 for none; email: as the invitation has it."""

    stars: int
    title: str
    text: str
    language: str
    name: str
    email: str | None
    order: int


def voices(company: Company, rows: Ints) -> list[Voice]:
    """The reviews behind rows of the answers."""
    answers, orders = company.opinions.answers, company.shop.orders
    people = company.people.written(answers["person"][rows].astype(np.int64))
    by_customer = np.argsort(orders["customer"], kind="stable")
    customers = orders["customer"][by_customer]
    wanted = answers["customer"][rows]
    last = np.searchsorted(customers, wanted, side="right") - 1
    found = []
    columns = zip(
        people, answers["slips"][rows].tolist(), answers["score"][rows].tolist(), wanted.tolist(), last.tolist(),
        strict=True,
    )  # fmt: skip
    for person, flags, score, customer, at in columns:
        order = int(by_customer[at]) if at >= 0 and customers[at] == customer else -1
        language = "de" if person.language == "de" else "en"
        title, text = WORDS[language][min(score // 4, 2)]
        name = " ".join(filter(None, slips.name(person, flags)))
        found.append(
            Voice(max(1, (score + 1) // 2), title, text, language, name, slips.email(person, flags), order)
        )  # fmt: skip
    return found
