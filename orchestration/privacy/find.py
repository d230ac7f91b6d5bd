"""Who is asked for: a person's records in all sources, what names them there, and what of that is nobody else's.

By e-mail address: every record of a person that holds it, then every record of the same customer. By customer id: every
record that the ledger gives it to. What others have too (a family's telephone, an office's mailbox, a common name) is
told apart: it is looked for in the person's own records alone.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import duckdb

from crm360.connectors.engine import erasing, exact_json, forgotten
from crm360.connectors.engine.anonymise import Anonymiser, Persons
from crm360.connectors.engine.errors import Crm360Error
from crm360.connectors.engine.forgotten import KINDS, Forgotten
from crm360.connectors.engine.landing import LandedRecord, Landing
from crm360.orchestration.catalog.ledger import CUSTOMER_IDS, ledger_view
from crm360.orchestration.privacy import persons, visitors
from crm360.orchestration.privacy.values import Values, of_record
from crm360.orchestration.privacy.values import addresses as told_addresses
from crm360.orchestration.settings.config import Config

Contact = tuple[str, str]  # source, id
GUEST = "guest-"
LONG_ID = 9  # characters: one that is looked for byte by byte


class NobodyFound(Crm360Error):
    """Nothing here is of this person, or it can't be told who is meant."""

    exit_code = 2
    who = "whoever asked: give another address, or the customer id"


@dataclass
class Person:
    """Everybody who was asked for in one go: their records, ids and values. Never written anywhere.

    `visitors`: the ids that websites' events know them by, of users and of browsers that were nobody else's.
    """

    contacts: set[Contact] = field(default_factory=set)
    visitors: set[Contact] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    own: Values = field(default_factory=Values)
    shared: Values = field(default_factory=Values)
    lengths: dict[str, set[int]] = field(default_factory=lambda: {"words": set(), "linked": set()})

    def marks(self, of: Forgotten) -> dict[str, set[str]]:
        """The keyed hashes of all that."""
        found: dict[str, set[str]] = {kind: set() for kind in KINDS}
        found["contact"] = {of.hash("contact", f"{s}\0{i}") for s, i in self.contacts | self.visitors}
        found["customer"] = {of.hash("customer", c) for c in self.customers}
        for address in self.own.emails:
            found["email"].add(of.hash("email", address))
            found["token"] |= {of.hash("token", t) for t in forgotten.derived(address)}
        found["phone"] = {of.hash("phone", p) for p in self.own.phones}
        for kind, values in (("words", self.own), ("linked", self.shared)):
            for group in (values.names, values.places, values.handles):
                found[kind] |= {of.hash(kind, w) for w in group}  # type: ignore[arg-type]
        found["linked"] |= {of.hash("linked", w) for w in (*self.own.parts, *self.shared.parts, *self.shared.phones)}
        return found

    def texts(self) -> dict[str, set[str]]:
        """What is searched for, by kind, as it was written: all that is nobody else's."""
        own = self.own
        told = {"e-mail": set[str](), "phone": set[str](), "name": set[str](), "address": set[str](), "id": set[str]()}
        for address, ways in own.emails.items():
            told["e-mail"] |= {address, *ways}
            told["id"] |= {hashlib.md5(address.encode(), usedforsecurity=False).hexdigest()}
        for number, ways in own.phones.items():
            told["phone"] |= {number, *ways} if len(number) == forgotten.DIGITS else ways
        for group, name in ((own.names, "name"), (own.places, "address"), (own.handles, "address")):
            told[name] |= {way for ways in group.values() for way in ways if len(way) > 5}
        # An id that is made of an address which others have too (a member's of a mailing list) is theirs as well.
        others = {token for address in self.shared.emails for token in forgotten.derived(address)}
        names = {i.rsplit("/", 1)[-1] for _, i in self.contacts | self.visitors}
        told["id"] |= {name for name in names if len(name) >= LONG_ID and name.removeprefix(GUEST) not in others}
        told["id"] |= self.customers
        return told


def find(config: Config, asked: Sequence[str]) -> Person:
    """The persons that these e-mail addresses and customer ids name. Raises NobodyFound."""
    ids = _Ledger(config)
    addresses = {forgotten.email(a) for a in asked if "@" in a}
    person = Person()
    for customer in {a.strip() for a in asked if "@" not in a}:
        held = ids.contacts_of(ids.today(customer))
        if not held:
            raise NobodyFound("no customer of that id is known", where="arguments")
        person.contacts |= held
    told, with_address = _contacts_with(config, addresses)
    by_address = with_address | ids.guests(addresses)
    known = ids.customers_of(by_address)
    for address in addresses:
        several = ids.customers_of(told.get(address, set()) | ids.guests({address}))
        if len(several) > 1:
            named = ", ".join(sorted(several))
            raise NobodyFound(
                f"{len(several)} customers have that address: say which by id ({named})", where="arguments"
            )
    person.contacts |= by_address | ids.contacts_of(known)
    person.customers = ids.customers_of(person.contacts) | ids.former(person.contacts)
    _read_values(config, person, addresses)
    person.visitors = visitors.of_person(config, person.contacts, {*person.own.emails, *addresses})
    if not person.contacts and not _is_met(config, person):
        raise NobodyFound("nothing here is of a person with that address", where="arguments")
    return person


def is_forgotten(of: Forgotten, asked: Sequence[str]) -> bool:
    """Whether all of these were forgotten already."""
    return all(of.has("email", forgotten.email(a)) if "@" in a else of.has("customer", a.strip()) for a in asked)


def contact_rows(config: Config) -> Iterator[tuple[str, Persons, LandedRecord]]:
    """Every landed version of every person's own record: (source, what its stream is, row)."""
    landing = Landing(config.landing)
    for source, stream, facts in persons.landed(config):
        if facts.is_contacts:
            for path, _ in landing.footers(source, stream):
                for row, _ in erasing.rows(path):
                    yield source, facts, row


def contact_id(facts: Persons, row: LandedRecord) -> str | None:
    """The id of a person's record: its stream's key, or the field that crm360.toml names."""
    if facts.ids and row.record is not None and facts.is_contacts:
        try:
            told = exact_json.loads(row.record)
        except (ValueError, RecursionError):
            return row.record_id
        for name, value in told if isinstance(told, exact_json.Pairs) else ():
            if name in facts.ids and isinstance(value, str):
                return str(value)
    return row.record_id


def _contacts_with(config: Config, addresses: set[str]) -> tuple[dict[str, set[Contact]], set[Contact]]:
    """The records that hold these addresses, by address, and all of them."""
    found: dict[str, set[Contact]] = defaultdict(set)
    for source, facts, row in contact_rows(config) if addresses else ():
        if row.record is not None and ("\\u" in row.record or any(a in row.record.lower() for a in addresses)):
            for address in addresses.intersection(of_record(row.record).emails):
                if name := contact_id(facts, row):
                    found[address].add((source, name))
    return found, {c for held in found.values() for c in held}


def _read_values(config: Config, person: Person, addresses: set[str]) -> None:
    """Fill in what names the person, apart by whether somebody else has it, too."""
    theirs, all_of_them = Values(is_person=True), person.contacts
    merged: set[Contact] = set()
    for source, facts, row in contact_rows(config):
        name = contact_id(facts, row)
        if name is None or ((source, name) not in all_of_them and (source, row.record_id) not in all_of_them):
            if row.merged_into is not None and (source, row.merged_into) in all_of_them and row.record_id:
                merged.add((source, row.record_id))
            continue
        _add(theirs, row)
    person.contacts |= merged
    for source, facts, row in contact_rows(config) if merged else ():
        if (source, contact_id(facts, row) or "") in merged:
            _add(theirs, row)
    for address in addresses | _addresses_of_guests(config, all_of_them):
        theirs.emails[address].add(address)
    _read_linked(config, person, theirs)
    others, secret = Values(is_person=True), Forgotten(b"looking")
    alike = Person(own=theirs, shared=theirs)
    _measure(alike)
    of = Forgotten(b"looking", 1, alike.marks(secret), alike.lengths)
    for source, facts, row in contact_rows(config):
        name = contact_id(facts, row)
        if (source, name or "") in person.contacts or (source, row.record_id or "") in person.contacts:
            continue
        if row.record is None or ("\\" not in row.record and not of.spans(row.record, is_own=False)):
            continue
        found = of_record(row.record)
        for group in ("emails", "phones", "names", "places", "handles"):
            wanted = getattr(theirs, group)
            for value in getattr(found, group):
                if value in wanted:
                    getattr(others, group)[value] = set()
    for group in ("emails", "phones", "names", "places", "handles"):
        for value, ways in getattr(theirs, group).items():
            is_shared = value in getattr(others, group) and value not in addresses
            getattr(person.shared if is_shared else person.own, group)[value] = ways
    person.own.parts = theirs.parts
    _measure(person)


def _addresses_of_guests(config: Config, contacts: set[Contact]) -> set[str]:
    """The addresses of buyers without an account: their id is made of it (macro guest_id), and only orders tell it."""
    wanted = {i.removeprefix(GUEST) for _, i in contacts if i.startswith(GUEST)}
    if not wanted:
        return set()
    landing = Landing(config.landing)
    return {
        address
        for source, stream, facts in persons.landed(config)
        if not facts.is_contacts
        for path, _ in landing.footers(source, stream)
        for row, _ in erasing.rows(path)
        for address in told_addresses(row.record)
        if hashlib.md5(address.encode(), usedforsecurity=False).hexdigest() in wanted
    }


def _measure(person: Person) -> None:
    """How many words the values have."""
    for values, kind in ((person.own, "words"), (person.shared, "linked")):
        for texts in (values.names, values.places, values.handles):
            person.lengths[kind] |= {len(w.split()) for w in texts}
    person.lengths["linked"].add(1)


def _add(values: Values, row: LandedRecord) -> None:
    if row.record is None:
        return
    try:
        values.add(exact_json.loads(row.record))
    except (ValueError, RecursionError):
        values.add(exact_json.Pairs([("", row.record)]))


def _read_linked(config: Config, person: Person, values: Values) -> None:
    """What orders and tickets of the person add: a guest's name and street stand nowhere else."""
    landing, secret = Landing(config.landing), Forgotten(b"looking")
    seen = Person(person.contacts, own=Values(emails=values.emails))
    of = Forgotten(b"looking", 1, seen.marks(secret))
    for source, stream, facts in persons.landed(config):
        if facts.is_contacts:
            continue
        looker = Anonymiser(of, source, facts)
        for path, _ in landing.footers(source, stream):
            for row, _ in erasing.rows(path):
                if row.record is not None and (told := looker.theirs(row.record)) is not None:
                    found = Values()
                    found.add(told)
                    for group in ("phones", "names", "places"):
                        for value, ways in getattr(found, group).items():
                            getattr(values, group)[value] |= ways


def _is_met(config: Config, person: Person) -> bool:
    """Whether anything landed holds the person, who has no record of their own."""
    of = Forgotten(b"looking", 1, person.marks(Forgotten(b"looking")))
    landing = Landing(config.landing)
    for source, stream, facts in persons.landed(config):
        if erasing.look(landing, source, stream, Anonymiser(of, source, facts)).batches:
            return True
    return False


class _Ledger:
    """Whose record is whose, by the ledger."""

    def __init__(self, config: Config) -> None:
        view = ledger_view(config.ledger, CUSTOMER_IDS)
        rows = duckdb.execute(f"select source, source_id, customer_id from ({view}) order by version").fetchall()
        self.held: dict[Contact, str] = {}
        self.ever: dict[str, set[Contact]] = defaultdict(set)
        for source, source_id, customer in rows:
            if customer is not None:
                self.held[source, source_id] = customer
                self.ever[customer].add((source, source_id))
        self.now: dict[str, set[Contact]] = defaultdict(set)
        for contact, customer in self.held.items():
            self.now[customer].add(contact)

    def today(self, customer: str) -> set[str]:
        """The customer of today who had this id: itself, or whoever has most of its records."""
        if customer in self.now:
            return {customer}
        heirs = [self.held[c] for c in sorted(self.ever.get(customer, ()))]
        return {max(sorted(set(heirs)), key=heirs.count)} if heirs else set()

    def contacts_of(self, customers: set[str]) -> set[Contact]:
        return {c for customer in customers for c in self.now.get(customer, ())}

    def customers_of(self, contacts: set[Contact]) -> set[str]:
        return {self.held[c] for c in contacts if c in self.held}

    def former(self, contacts: set[Contact]) -> set[str]:
        """Ids that none but these records ever had."""
        return {customer for customer, ever in self.ever.items() if ever <= contacts}

    def guests(self, addresses: set[str]) -> set[Contact]:
        """Buyers without an account, who are known by their address (macro guest_id)."""
        names = {f"{GUEST}{hashlib.md5(a.encode(), usedforsecurity=False).hexdigest()}" for a in addresses}
        return {c for c in self.held if c[1] in names}
