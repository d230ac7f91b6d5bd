"""HubSpot: properties of contacts, and membership in a static list. Consent and subscriptions are never written.

    GET  /crm/properties/2026-09/contacts                       are the properties there, and may they be written
    GET  /crm/lists/2026-09/object-type-id/0-1/name/{name}      the list; POST /crm/lists/2026-09 makes it: MANUAL
    POST /crm/objects/2026-09/contacts/batch/read               by address: who is known, and who opted out; 100 a call
    GET  /crm/lists/2026-09/{list}/memberships                  who is in, 250 a page
    POST /crm/objects/2026-09/contacts/batch/update             properties, by the record's id; 100 a call
    POST /crm/objects/2026-09/contacts/batch/upsert             whom it does not know, by address, if `create` says so
    PUT  /crm/lists/2026-09/{list}/memberships/add-and-remove   both at once, sent twice as sent once

A batch that is well formed and wrong in one record is answered with 207 and `errors`; one that HubSpot can't read at
all with 2xx and neither results nor errors: so whoever is not among the results was not written. A null would empty a
property: what is not known is not sent. Scopes: crm.objects.contacts.read and .write, crm.lists.read and .write.
Sources: developers.hubspot.com, API reference 2026-09, "Lists" and "Objects"; hubspot-api-client 12.0.0;
rudderlabs/rudder-transformer, hs/dataDelivery/silentFailure.ts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from crm360.connectors.engine.errors import BadResponse, TargetLacks
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.target import (
    Member,
    Opening,
    Outcome,
    Standing,
    Target,
    by_halves,
    by_record,
    side_by_side,
)
from crm360.connectors.systems.hubspot import VERSION

CONTACT = "0-1"  # the type of object
CONTACTS = f"/crm/objects/{VERSION}/contacts/batch"
LISTS = f"/crm/lists/{VERSION}"
BATCH, PAGE = 100, 250
READ = ("email", "hs_additional_emails", "hs_email_optout")
REFUSED = (400, 409)


def needs_a_list_or_fields(options: Mapping[str, str], fields: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a push that would do nothing."""
    return None if fields or "list" in options else ("to", "a push to hubspot needs list or fields")


class HubSpot:
    """Contacts of one account, and one static list of it, if there is to be one."""

    def __init__(self, opening: Opening) -> None:
        self._told = opening
        self._creates = opening.options.get("create") == "true"
        self._ids: dict[str, str] = {}  # by key
        self._require_writable()
        self._name = opening.options.get("list", "")
        self._list = self._list_id() if self._name else None

    def _require_writable(self) -> None:
        if not self._told.fields:
            return
        found = self._told.object_of(self._ask(Request(f"/crm/properties/{VERSION}/contacts")))
        known = {p["name"]: p for p in found.get("results") or ()}
        for name in self._told.fields:
            if name not in known:
                raise TargetLacks(f"contacts have no property {name}", where=self._told.where)
            if (known[name].get("modificationMetadata") or {}).get("readOnlyValue"):
                raise TargetLacks(f"the property {name} can't be written", where=self._told.where)

    def _list_id(self) -> str | None:
        path = f"{LISTS}/object-type-id/{CONTACT}/name/{quote(self._name, safe='')}"
        reply = self._told.session.send(Request(path), self._told.where, (404,))
        if reply.status == 404:
            if self._told.dry_run:
                return None
            body = {"name": self._name, "objectTypeId": CONTACT, "processingType": "MANUAL"}
            reply = self._ask(Request(LISTS, body=body, method="POST"))
        told = self._told.object_of(reply).get("list") or {}
        if told.get("processingType") not in ("MANUAL", "SNAPSHOT"):
            raise TargetLacks(f"the list {self._name!r} is filled by rules of HubSpot's: a static one is needed",
                              where=self._told.where)  # fmt: skip
        return str(told["listId"])

    def look(self, members: Sequence[Member]) -> dict[str, Standing]:
        """Who they are there; of those who are to leave only whether they are in the list is asked."""
        inside = self._inside()
        named = [m for m in members if m.address]
        found: dict[str, Standing] = {
            m.key: Standing(m.record_id, self._is_in(m.record_id, inside)) for m in members if not m.address
        }
        batches = [named[n : n + BATCH] for n in range(0, len(named), BATCH)]
        for batch, by_address in side_by_side(self._known, batches):
            for member in batch:
                record = by_address.get(member.address.strip().lower())
                if record is None:
                    found[member.key] = Standing(is_member=False, refusal=None if self._creates else "unknown there")
                    continue
                opted_out = str((record["properties"] or {}).get("hs_email_optout")).lower() == "true"
                found[member.key] = Standing(
                    record["id"], self._is_in(record["id"], inside), "unsubscribed" if opted_out else None
                )
        self._ids |= {key: standing.record_id for key, standing in found.items() if standing.record_id}
        return found

    def _is_in(self, record_id: str, inside: set[str] | None) -> bool | None:
        return None if inside is None else record_id in inside

    def _known(self, batch: Sequence[Member]) -> tuple[Sequence[Member], dict[str, dict[str, Any]]]:
        """The records of a batch of members, by each of their addresses in small letters."""
        inputs = [{"id": member.address.strip().lower()} for member in batch]
        body = {"idProperty": "email", "properties": list(READ), "inputs": inputs}
        told = self._told.object_of(self._ask(Request(f"{CONTACTS}/read", body=body, method="POST")))
        found: dict[str, dict[str, Any]] = {}
        for record in told.get("results") or ():
            properties = record.get("properties") or {}
            every = [properties.get("email") or "", *(properties.get("hs_additional_emails") or "").split(";")]
            found |= {address.strip().lower(): record for address in reversed(every) if address.strip()}
        return batch, found

    def add(self, members: Sequence[Member]) -> list[Outcome]:
        """Write what is to be written, then put into the list whom that did not refuse."""
        known = [m for m in members if m.key in self._ids]
        new = [m for m in members if m.key not in self._ids]
        outcomes = {m.key: Outcome(m.key) for m in members}
        outcomes |= {o.key: o for o in by_record(self._write, known, self._ids)}  # a batch names a record once
        outcomes |= {o.key: o for o in by_halves(self._upsert, new)} if new else {}
        if self._list is not None:
            well = {k: self._ids[k] for k, o in outcomes.items() if o.refusal is None and k in self._ids}
            missing = self._change({"recordIdsToAdd": list(well.values()), "recordIdsToRemove": []}) if well else set()
            outcomes |= {k: Outcome(k, "unknown there") for k, record in well.items() if record in missing}
        return [outcome._replace(record_id=self._ids.get(key, "")) for key, outcome in outcomes.items()]

    def _write(self, members: Sequence[Member]) -> list[Outcome]:
        told = [m for m in members if m.fields]
        silent = [Outcome(m.key) for m in members if not m.fields]
        return [*silent, *(by_halves(self._update, told) if told else [])]

    def _update(self, members: Sequence[Member]) -> list[Outcome] | None:
        inputs = [{"id": self._ids[m.key], "objectWriteTraceId": m.key, "properties": dict(m.fields)} for m in members]
        return self._written(members, "update", inputs)

    def _upsert(self, members: Sequence[Member]) -> list[Outcome] | None:
        inputs = [
            {
                "id": m.address.strip().lower(),
                "idProperty": "email",
                "objectWriteTraceId": m.key,
                "properties": {"email": m.address.strip().lower(), **m.fields},
            }
            for m in members
        ]
        return self._written(members, "upsert", inputs)

    def _written(self, members: Sequence[Member], how: str, inputs: list[dict[str, Any]]) -> list[Outcome] | None:
        reply = self._told.session.send(
            Request(f"{CONTACTS}/{how}", body={"inputs": inputs}, method="POST"), self._told.where, REFUSED
        )
        if reply.status in REFUSED:
            return None
        told = self._told.object_of(reply)
        by_id = {asked["id"]: m.key for asked, m in zip(inputs, members, strict=True)}
        written: set[str] = set()
        for record in told.get("results") or ():
            address = str((record.get("properties") or {}).get("email") or "").lower()
            key = by_id.get(str(record.get("id"))) or by_id.get(address)
            if key is not None:
                written.add(key)
                self._ids[key] = str(record["id"])
        wrong = {
            str(value)
            for error in told.get("errors") or ()
            for values in (error.get("context") or {}).values()
            for value in (values if isinstance(values, list) else [values])
        }
        return [
            Outcome(
                m.key,
                None if m.key in written else "rejected" if {m.key, asked["id"]} & wrong else "not written",
            )
            for asked, m in zip(inputs, members, strict=True)
        ]

    def remove(self, members: Sequence[Member]) -> list[Outcome]:
        """Take them out of the list."""
        ids = [m.record_id for m in members if m.record_id]
        self._ids |= {m.key: m.record_id for m in members if m.record_id}
        self._change({"recordIdsToAdd": [], "recordIdsToRemove": ids})
        return [Outcome(m.key, record_id=m.record_id) for m in members]

    def _change(self, body: dict[str, list[str]]) -> set[str]:
        """Change who is in. Returns the ids that HubSpot does not know."""
        path = f"{LISTS}/{self._list}/memberships/add-and-remove"
        told = self._told.object_of(
            self._ask(Request(path, body=body, method="PUT"), f"the list {self._name!r} was deleted")
        )
        return {str(record) for record in told.get("recordIdsMissing") or ()}

    def inside(self, members: Sequence[Member]) -> set[str] | None:
        """Who is in the list now; without a list the answers themselves say what was written."""
        inside = self._inside()
        return None if inside is None else {m.key for m in members if self._ids.get(m.key) in inside}

    def _inside(self) -> set[str] | None:
        """The ids of all records in the list; None where there is to be none."""
        if not self._name:
            return None
        found: set[str] = set()
        after: str | None = None
        while self._list is not None:
            asked = Request(f"{LISTS}/{self._list}/memberships", {"limit": str(PAGE)}).with_params(after=after)
            told = self._told.object_of(self._ask(asked, f"the list {self._name!r} was deleted"))
            page = {str(one["recordId"]) for one in told.get("results") or ()}
            following = ((told.get("paging") or {}).get("next") or {}).get("after")
            if following and not page - found:
                raise BadResponse("the list's pages do not end", where=self._told.where)
            found |= page
            if not following:
                break
            after = str(following)
        return found

    def _ask(self, request: Request, lacking: str = "HubSpot does not know this address") -> Reply:
        reply = self._told.session.send(request, self._told.where, (404,))
        if reply.status == 404:
            raise TargetLacks(lacking, where=self._told.where)
        return reply


HUBSPOT = Target(
    "hubspot",
    HubSpot,
    batch=BATCH,
    channel="email",
    takes=frozenset({"list", "create"}),
    takes_fields=True,
    mirrors_by="list",
    wrong=needs_a_list_or_fields,
)
