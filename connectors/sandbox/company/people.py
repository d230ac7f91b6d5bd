"""The people of the simulated company as they really are: one row a person, written out only when a record needs it."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crm360.connectors.sandbox.company import clock, names, phones
from crm360.connectors.sandbox.company.draws import Draws, Flags, Ints

HOUSEHOLD_SHARE = 0.08
EMPLOYED_SHARE = 0.35
PEOPLE_PER_EMPLOYER = 25


class Person(NamedTuple):
    """What is true of a person; old_… was true until they moved or changed provider. Texts; country is a code."""

    number: int
    first: str
    last: str
    gender: str
    country: str
    language: str
    born: str
    email: str
    old_email: str
    work_email: str | None
    family_email: str
    phone: str
    old_phone: str
    street: str
    city: str
    region: str
    postcode: str
    old_street: str
    old_postcode: str
    employer: int
    job: str


NOBODY = Person(-1, "", "", "", "DE", "de", "", "", "", None, "", "", "", "", "", "", "", "", "", -1, "")
"""Stands behind a record that a test put in with no person behind it."""


def folded(text: str) -> str:
    """A name as it is written in an e-mail address: Müller → mueller, O'Brien → obrien."""
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.lower().replace(umlaut, letters)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain if letter.isalnum())


def _numbered(words: list[str]) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_], Ints]:
    """Words, their folded forms, and a number that words of the same folded form share."""
    plain = [folded(word) for word in words]
    _, shared = np.unique(np.array(plain), return_inverse=True)
    return np.array(words, dtype=object), np.array(plain, dtype=object), shared.astype(np.int64)


_FIRST_WORDS: list[str] = []
_LAST_WORDS: list[str] = []
_FIRST_AT: list[tuple[int, int, int]] = []
_LAST_AT: list[tuple[int, int]] = []
for _country in names.COUNTRIES:
    _FIRST_AT.append((len(_FIRST_WORDS), len(_country.women), len(_country.men)))
    _FIRST_WORDS += _country.women + _country.men
    _LAST_AT.append((len(_LAST_WORDS), len(_country.last)))
    _LAST_WORDS += _country.last
FIRST, FIRST_PLAIN, _FIRST_KEY = _numbered(_FIRST_WORDS)
LAST, LAST_PLAIN, _LAST_KEY = _numbered(_LAST_WORDS)


def _rank(keys: Ints) -> Ints:
    """How many equal keys stand before each one."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(keys)])
    rank = np.empty(len(keys), dtype=np.int64)
    rank[order] = np.arange(len(keys)) - np.repeat(starts, lengths)
    return rank


class People:
    """Grows by add(); persons are numbered from 0 and never change their number.

    met: when the person first met the company (ms). head: the person whose household this one lives in.
    """

    def __init__(self, draws: Draws, employers: int) -> None:
        self.draws, self.employers = draws, employers
        empty = np.zeros(0, dtype=np.int64)
        self.country = self.first = self.last = self.woman = empty.astype(np.uint8)
        self.mail_suffix = self.work_suffix = self.phone_number = self.employer = self.head = self.met = empty
        self.domain = empty
        self._phones_given = np.zeros(len(names.COUNTRIES), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.met)

    def add(self, met: Ints) -> Ints:
        """Add people who meet the company at these moments; returns their numbers."""
        draws, start = self.draws, len(self)
        p = np.arange(start, start + len(met), dtype=np.int64)
        head = np.where((p % 2 == 1) & (p > start) & draws.happens("household", p, 2 * HOUSEHOLD_SHARE), p - 1, p)
        country = draws.chosen("country", head, [c.share for c in names.COUNTRIES])
        woman = draws.happens("woman", p, 0.52)
        first_at = np.array(_FIRST_AT)[country]
        first = first_at[:, 0] + np.where(
            woman, draws.below("first", p, first_at[:, 1]), first_at[:, 1] + draws.below("first", p, first_at[:, 2])
        )
        last_at = np.array(_LAST_AT)[country]
        # Some names are far more common than others.
        common = draws.unit("last", head) ** 1.4
        last = last_at[:, 0] + (common * last_at[:, 1]).astype(np.int64)
        employed = draws.happens("employed", p, EMPLOYED_SHARE) & (self.employers > 0)
        employer = np.where(employed, draws.below("employer", p, max(self.employers, 1)), -1)
        domain = draws.chosen("mail domain", p, [30, 25, 18, 12, 10, 5])
        name_key = _FIRST_KEY[first] * 100_000 + _LAST_KEY[last]
        if start == 0:
            # The first of a name has the plain address, the next ones a figure behind it.
            mail_suffix = _rank(name_key * 10 + domain)
            work_suffix = _rank(name_key * 10_000_000 + employer)
        else:
            mail_suffix = work_suffix = p
        phone_number = np.zeros(len(p), dtype=np.int64)
        for code in range(len(names.COUNTRIES)):
            here = np.flatnonzero(country == code)
            phone_number[here] = self._phones_given[code] + np.arange(len(here))
            self._phones_given[code] += len(here)
        joined = {
            "country": country, "first": first, "last": last, "woman": woman, "mail_suffix": mail_suffix, "met": met,
            "work_suffix": work_suffix, "phone_number": phone_number, "employer": employer, "head": head,
            "domain": domain,
        }  # fmt: skip
        kinds = {"country": np.uint8, "woman": np.uint8, "domain": np.uint8, "first": np.uint16, "last": np.uint16}
        for name, values in joined.items():
            kind = kinds.get(name, np.int64 if name == "met" else np.int32)
            setattr(self, name, np.concatenate([getattr(self, name).astype(kind), values.astype(kind)]))
        return p

    def shares_mailbox(self, system: str, p: Ints) -> Flags:
        """Whether a person uses the family's mailbox in a system: at most one of a household does."""
        head = self.head[p].astype(np.int64)
        partner = np.zeros(len(p), dtype=bool)
        inside = p + 1 < len(self)
        partner[inside] = self.head[p[inside] + 1] == p[inside]
        in_household = (head != p) | partner
        who = self.draws.below(f"{system} family mailbox", head, 5)
        return in_household & (who == (p - head))

    def written(self, p: Ints) -> list[Person]:
        """The persons with these numbers; -1 gives NOBODY."""
        known = p >= 0
        if not known.all():
            found = iter(self.written(p[known]))
            return [next(found) if there else NOBODY for there in known.tolist()]
        draws = self.draws
        head = self.head[p].astype(np.int64)
        country = self.country[p].tolist()
        born = np.datetime64("1945-01-01") + draws.below("born", p, 365 * 61).astype("timedelta64[D]")
        columns = zip(
            p.tolist(), FIRST[self.first[p]].tolist(), LAST[self.last[p]].tolist(), FIRST_PLAIN[self.first[p]].tolist(),
            LAST_PLAIN[self.last[p]].tolist(), self.woman[p].tolist(), country, born.astype(str).tolist(),
            self.domain[p].tolist(), self.mail_suffix[p].tolist(), self.work_suffix[p].tolist(),
            self.employer[p].tolist(), self.phone_number[p].tolist(), head.tolist(),
            LAST_PLAIN[self.last[head]].tolist(), draws.bits("address", head).tolist(),
            draws.bits("old address", p).tolist(), draws.below("job", p, len(names.JOBS)).tolist(), strict=True,
        )  # fmt: skip
        return [self._person(*values) for values in columns]

    def _person(
        self, number: int, first: str, last: str, plain: str, surname: str, woman: int, at: int, born: str, domain: int,
        suffix: int, work_suffix: int, employer: int, phone: int, head: int, family: str, place: int, old: int,
        job: int,
    ) -> Person:  # fmt: skip
        country = names.COUNTRIES[at]
        mark = "._-"[domain % 3]
        figure = str(suffix) if suffix else ""
        work = None
        if employer >= 0:
            work = f"{plain}.{surname}{work_suffix or ''}@{employer_domain(employer)}"
        city, region, zone = country.cities[place % len(country.cities)]
        street = street_of(country, place >> 8)
        return Person(
            number, first, last, "female" if woman else "male", country.code, country.language, born,
            f"{plain}{mark}{surname}{figure}@{names.MAIL_DOMAINS[domain]}",
            f"{plain[0]}{surname}{number}@{names.OLD_MAIL_DOMAINS[number % len(names.OLD_MAIL_DOMAINS)]}",
            work, f"family.{family}{head}@mail.example",
            phones.national(country.code, 2 * phone), phones.national(country.code, 2 * phone + 1),
            street, city, region, postcode_of(zone, place >> 24), street_of(country, old >> 8),
            postcode_of(zone, old >> 24), employer, names.JOBS[job],
        )  # fmt: skip


def street_of(country: names.Country, bits: int) -> str:
    street = country.streets[bits % len(country.streets)]
    number = bits // 64 % 120 + 1
    return f"{street} {number}" if country.code == "DE" else f"{number} {street}"


def postcode_of(zone: str, bits: int) -> str:
    if zone.isalpha():
        return f"{zone}{bits % 20 + 1} {bits // 32 % 9 + 1}{'ABDEFGHJ'[bits // 512 % 8]}{'LNPQRSTU'[bits // 4096 % 8]}"
    return zone + f"{bits % 10 ** (5 - len(zone)):0{5 - len(zone)}d}"


def employer_name(employer: int, country: str) -> str:
    """The registered name of a company, e.g. Cobalt Optics GmbH."""
    word, trade, again = _employer_words(employer)
    number = f" {again + 1}" if again else ""
    return f"{word} {trade}{number} {names.LEGAL_FORMS[country]}"


def employer_domain(employer: int) -> str:
    word, trade, again = _employer_words(employer)
    return f"{word}-{trade}{again + 1 if again else ''}.example".lower()


def _employer_words(employer: int) -> tuple[str, str, int]:
    count = len(names.COMPANY_WORDS) * len(names.TRADES)
    again, at = divmod(employer, count)
    # A step that shares no factor with the count: neighbours do not share a word.
    at = at * 131 % count
    return names.COMPANY_WORDS[at // len(names.TRADES)], names.TRADES[at % len(names.TRADES)], again


def employer_country(draws: Draws, employers: Ints) -> list[names.Country]:
    at = draws.chosen("employer country", employers, [c.share for c in names.COUNTRIES])
    return [names.COUNTRIES[number] for number in at.tolist()]


def first_meetings(draws: Draws, people: int) -> Ints:
    """When the people of the start met the company: over the whole history, more and more of them."""
    p = np.arange(people, dtype=np.int64)
    span = clock.horizon(0) - clock.HISTORY_START
    return clock.HISTORY_START + (draws.unit("met", p) ** 0.8 * span).astype(np.int64)
