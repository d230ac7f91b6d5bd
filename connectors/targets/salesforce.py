"""Salesforce: members of a campaign, and fields of contacts, leads or accounts. Nobody's opt-out is ever written.

    GET    …/sobjects/{Object}/describe          are the fields there, may they be written, and of which type are they
    GET    …/query?q=SELECT … WHERE Email IN (…)  who is known, and who opted out
    GET    …/query?q=SELECT … FROM CampaignMember WHERE CampaignId = …     who is in
    PATCH  …/composite/sobjects                  fields, 200 records a call, allOrNone false
    POST   …/composite/sobjects                  campaign members, with a status if one is named; the same 200
    DELETE …/composite/sobjects?ids=             campaign members

Both answers to a change are 200 with a result a record, in the order in which they were sent; what is wrong with one is
told there. A campaign member who is one already (DUPLICATE_VALUE), and one who is gone already, is as it should be. A
record that somebody else is writing (UNABLE_TO_LOCK_ROW) is sent again. The status is given once, to who is put in: a
response since is not overwritten. Of several contacts with one address the first counts, and one who opted out speaks
for all. Scopes as for the pull; the user needs Edit on the object, and on CampaignMember.
Sources: developer.salesforce.com, "REST API Developer Guide", "sObject Collections"; "Object Reference",
CampaignMember; "SOQL and SOSL Reference"; for the codes "SOAP API Developer Guide", StatusCode.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from crm360.connectors.engine.errors import BadResponse, TargetLacks
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.target import (
    Member,
    Opening,
    Outcome,
    Refusal,
    Standing,
    Target,
    by_record,
    side_by_side,
)
from crm360.connectors.systems.salesforce import VERSION

DATA = f"/services/data/{VERSION}"
COLLECTION = f"{DATA}/composite/sobjects"
BATCH = 200
NAMED, LONGEST = 100, 6_000  # addresses in one query, and their letters: a longer URL may be refused
NEVER = ("HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall", "Id", "IsDeleted")
AGAIN = (0.5, 2.0, 8.0)  # seconds before a record is sent again that somebody else is writing
LOCKED = "UNABLE_TO_LOCK_ROW"
GONE = ("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND")
NEVER_WRITABLE = "INVALID_FIELD_FOR_INSERT_UPDATE"
NOT_WRITABLE = ("FIELD_INTEGRITY_EXCEPTION", "INSUFFICIENT_ACCESS_OR_READONLY")  # if it is so of all, not of one record


def _number(text: str) -> Any:
    """A number as JSON writes it, with the digits that it has here; a text where it has more than that holds."""
    told = float(text)
    return told if Decimal(repr(told)) == Decimal(text) else text


NUMBERS: dict[str, Callable[[str], Any]] = {"int": int, "double": _number, "currency": _number, "percent": _number}


def wrong(options: Mapping[str, str], fields: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with what is to be written."""
    if not fields and "list" not in options:
        return "to", "a push to salesforce needs list (a campaign) or fields"
    refused = next((name for name in fields if name in NEVER), None)
    if refused is not None:
        return "fields", f"{refused} is never written by a push"
    if "object" in options and options["object"] == "Account" and "list" in options:
        return "list", "an account is no member of a campaign: leave out list, or write to contacts"
    if "status" in options and "list" not in options:
        return "status", "status is that of a campaign's members: it needs list"
    return None


class Salesforce:
    """One campaign, if there is to be one, and one object's fields."""

    def __init__(self, opening: Opening) -> None:
        self._told = opening
        self._object = opening.options.get("object") or "Contact"
        self._person = "Lead" if self._object == "Lead" else "Contact"
        self._campaign = opening.options.get("list", "")
        self._types: dict[str, str] = {}
        self._ids: dict[str, str] = {}  # the record that is written to, by key
        self._first: dict[str, str] = {}  # of a record, by id, the member whose fields are written
        self._members: dict[str, str] = {}  # the campaign's members: of a person's id that of the membership
        if opening.fields:
            self._require_writable()
        if self._campaign and not self._query(f"SELECT Id FROM Campaign WHERE Id = {_text(self._campaign)}"):
            raise TargetLacks(f"there is no campaign {self._campaign}", where=opening.where)

    def _require_writable(self) -> None:
        told: Any = self._ask(Request(f"{DATA}/sobjects/{self._object}/describe")).json()
        known = {field["name"]: field for field in told.get("fields") or ()}
        for name in self._told.fields:
            if name not in known:
                raise TargetLacks(f"{self._object} has no field {name}, or none to see", where=self._told.where)
            if not known[name].get("updateable"):
                raise TargetLacks(f"the field {name} of {self._object} can't be written", where=self._told.where)
            self._types[name] = str(known[name].get("type"))

    # Who is there ----------------------------------------------------------------------------------------------------

    def look(self, members: Sequence[Member]) -> dict[str, Standing]:
        """Who they are there; of those who are to leave only whether they are in the campaign is asked."""
        self._members = self._read_members()
        found = {m.key: Standing(m.record_id, self._is_in(m.record_id)) for m in members if not m.address}
        for batch, people in side_by_side(self._known, list(_batches([m for m in members if m.address]))):
            for member in batch:
                found[member.key] = self._standing(people.get(member.address.strip().lower(), []))
        self._ids |= {key: standing.record_id for key, standing in found.items() if standing.record_id}
        for member in members:
            there = found[member.key]
            if member.address and there.refusal is None:
                self._first.setdefault(there.record_id, member.key)
        return found

    def _standing(self, people: list[dict[str, Any]]) -> Standing:
        record = str(people[0].get("AccountId" if self._object == "Account" else "Id") or "") if people else ""
        if not record:
            return Standing(is_member=False, refusal="unknown there")
        refusal: Refusal | None = "unsubscribed" if any(one.get("HasOptedOutOfEmail") for one in people) else None
        return Standing(record, self._is_in(record), refusal)

    def _is_in(self, record_id: str) -> bool | None:
        return record_id in self._members if self._campaign else None

    def _known(self, batch: Sequence[Member]) -> tuple[Sequence[Member], dict[str, list[dict[str, Any]]]]:
        """The people of a batch of members, by address in small letters, in order of id."""
        addresses = ", ".join(_text(m.address.strip().lower()) for m in batch)
        more, only = ("", "IsConverted = false AND ") if self._person == "Lead" else (", AccountId", "")
        asked = f"SELECT Id, Email, HasOptedOutOfEmail{more} FROM {self._person} WHERE {only}Email IN ({addresses})"
        found: dict[str, list[dict[str, Any]]] = {}
        for one in self._query(f"{asked} ORDER BY Id"):
            found.setdefault(str(one.get("Email") or "").lower(), []).append(one)
        return batch, found

    def _read_members(self) -> dict[str, str]:
        if not self._campaign:
            return {}
        link = f"{self._person}Id"
        asked = f"SELECT Id, {link} FROM CampaignMember WHERE CampaignId = {_text(self._campaign)} ORDER BY Id"
        return {str(one[link]): str(one["Id"]) for one in self._query(asked) if one.get(link)}

    def inside(self, members: Sequence[Member]) -> set[str] | None:
        """Who is in the campaign now; without one the answers themselves say what was written."""
        if not self._campaign:
            return None
        self._members = self._read_members()
        return {m.key for m in members if self._ids.get(m.key) in self._members}

    # What is written -------------------------------------------------------------------------------------------------

    def add(self, members: Sequence[Member]) -> list[Outcome]:
        """Write the fields, then put into the campaign whom that did not refuse."""
        outcomes = {o.key: o for o in by_record(self._update, members, self._ids)}
        well = [m for m in members if m.key in outcomes and outcomes[m.key].refusal is None]
        if self._campaign:
            new = [m for m in well if self._ids[m.key] not in self._members]
            outcomes |= {o.key: o for o in by_record(self._join, new, self._ids)}
        return [outcome._replace(record_id=self._ids[key]) for key, outcome in outcomes.items()]

    def _update(self, members: Sequence[Member]) -> list[Outcome]:
        told = [m for m in members if m.fields and self._first.get(self._ids[m.key]) == m.key]
        records = [{"id": self._ids[m.key], **self._values(m.fields)} for m in told]
        written = {m.key for m in told}
        silent = [Outcome(m.key) for m in members if m.key not in written]
        return [*silent, *self._sent("PATCH", self._object, told, records)]

    def _values(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """As the fields' types want them; a text that is no number goes as it is, and is refused there."""
        told: dict[str, Any] = {}
        for name, value in fields.items():
            kind = self._types.get(name, "")
            try:
                told[name] = value == "true" if kind == "boolean" else NUMBERS.get(kind, str)(value)
            except ValueError:
                told[name] = value
        return told

    def _join(self, members: Sequence[Member]) -> list[Outcome]:
        status = {"Status": self._told.options["status"]} if "status" in self._told.options else {}
        link = f"{self._person}Id"
        records = [{"CampaignId": self._campaign, link: self._ids[m.key], **status} for m in members]
        return self._sent("POST", "CampaignMember", members, records, "DUPLICATE_VALUE")

    def remove(self, members: Sequence[Member]) -> list[Outcome]:
        """Take them out of the campaign."""
        self._ids |= {m.key: m.record_id for m in members}
        there = [m for m in members if m.record_id in self._members]
        ids = ",".join(self._members[m.record_id] for m in there)
        asked = Request(COLLECTION, {"ids": ids, "allOrNone": "false"}, method="DELETE")
        gone = [Outcome(m.key, record_id=m.record_id) for m in members if m.record_id not in self._members]
        return [*gone, *(self._told_of(there, self._ask(asked), GONE) if there else [])]

    def _sent(
        self, method: str, kind: str, members: Sequence[Member], records: list[dict[str, Any]], *fine: str
    ) -> list[Outcome]:
        """What became of each; those that somebody else is writing are sent again, some times."""
        done: dict[str, Outcome] = {}
        waiting = dict(zip((m.key for m in members), records, strict=True))
        for wait in (*AGAIN, None):
            if not waiting:
                break
            body = {
                "allOrNone": False,
                "records": [{"attributes": {"type": kind}, **record} for record in waiting.values()],
            }
            chosen = [m for m in members if m.key in waiting]
            reply = self._ask(Request(COLLECTION, body=body, method=method))
            done |= {o.key: o for o in self._told_of(chosen, reply, fine)}
            waiting = {key: waiting[key] for key, code in self._codes(chosen, reply).items() if code == LOCKED}
            if waiting and wait is not None:
                time.sleep(wait)
        return list(done.values())

    def _told_of(self, members: Sequence[Member], reply: Reply, fine: Sequence[str]) -> list[Outcome]:
        """What an answer says of each. Raises TargetLacks where what is written can't be written of any record."""
        codes = self._codes(members, reply)
        (code, count), *others = Counter(codes.values()).most_common()
        if not others and (code == NEVER_WRITABLE or (code in NOT_WRITABLE and count > 1)):
            told: Any = reply.json()
            fields = {str(n) for one in told for error in one.get("errors") or () for n in error.get("fields") or ()}
            what = f"the field {', '.join(sorted(fields))}" if fields else "what is sent"
            raise TargetLacks(f"{what} can't be written ({code})", where=self._told.where)
        return [self._outcome(m.key, codes[m.key], fine) for m in members]

    def _outcome(self, key: str, code: str | None, fine: Sequence[str]) -> Outcome:
        if code == "" or code in fine:
            return Outcome(key)
        return Outcome(key, "not written" if code is None else "unknown there" if code in GONE else "rejected")

    def _codes(self, members: Sequence[Member], reply: Reply) -> dict[str, str | None]:
        """By key: empty for a success, else what is wrong; None of whom the answer says nothing."""
        told: Any = reply.json()
        if not isinstance(told, list):
            raise BadResponse("an answer that is no list of results", where=self._told.where)
        codes: dict[str, str | None] = {m.key: None for m in members}
        for member, one in zip(members, told, strict=False):
            wrong = [str(error.get("statusCode") or "") for error in one.get("errors") or ()]
            codes[member.key] = "" if one.get("success") else (wrong or ["UNKNOWN_EXCEPTION"])[0]
        return codes

    # How it is spoken to ---------------------------------------------------------------------------------------------

    def _query(self, soql: str) -> list[dict[str, Any]]:
        """The records of all pages."""
        request, found, seen = Request(f"{DATA}/query", {"q": soql}), [], set()
        while True:
            told: Any = self._ask(request).json()
            if not isinstance(told, dict) or not isinstance(told.get("records"), list):
                raise BadResponse("a page without records", where=self._told.where)
            found += told["records"]
            following = told.get("nextRecordsUrl")
            if told.get("done", True) or not following:
                return found
            if following in seen:
                raise BadResponse("the pages do not end", where=self._told.where)
            seen.add(following)
            request = Request(urlsplit(str(following)).path)

    def _ask(self, request: Request) -> Reply:
        """The answer. Raises TargetLacks with the code where Salesforce refuses what is asked for as a whole."""
        reply = self._told.session.send(request, self._told.where, (400, 404))
        if reply.status in (400, 404):
            told: Any = reply.json()
            code = str(told[0].get("errorCode")) if isinstance(told, list) and told else f"HTTP {reply.status}"
            what = {
                "INVALID_FIELD": f"a field of {self._object}, or HasOptedOutOfEmail, is not to be seen for the user",
                "NOT_FOUND": f"there is no {self._object} to be seen for the user",
                "INVALID_QUERY_FILTER_OPERATOR": f"{self._campaign[:20]} is no id of a campaign",
            }.get(code, "it refuses the request")
            raise TargetLacks(f"{what} ({code})", where=self._told.where)
        return reply


def _batches(members: Sequence[Member]) -> Iterator[list[Member]]:
    """So many at once as fit into one query."""
    batch: list[Member] = []
    letters = 0
    for member in members:
        length = len(_text(member.address)) + 2
        if batch and (len(batch) == NAMED or letters + length > LONGEST):
            yield batch
            batch, letters = [], 0
        batch.append(member)
        letters += length
    if batch:
        yield batch


def _text(value: str) -> str:
    """A text as SOQL writes it."""
    told = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{told}'"


SALESFORCE = Target(
    "salesforce",
    Salesforce,
    batch=BATCH,
    channel="email",
    takes=frozenset({"list", "object", "status"}),
    takes_fields=True,
    mirrors_by="list",
    wrong=wrong,
)
