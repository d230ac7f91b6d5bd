"""What can be written to HubSpot: contacts' properties in batches, and static lists with their members.

Shapes: hubspot-api-client 12.0.0; developers.hubspot.com, API reference 2026-09. Traps that it plays: a batch of which
one record is wrong is 207 with `errors`; inputs without properties are 2xx with no results and no errors; a property
that there is not, or that is read only, refuses the whole batch; a null empties a property; unknown ids are told in
`recordIdsMissing`; a list filled by rules refuses members.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.hubspot.records import PROPERTIES, properties

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

BATCH = 100
READ_ONLY = ("createdate", "lastmodifieddate", "hs_object_id", "hs_merged_object_ids")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_KNOWN: dict[int, tuple[tuple[int, int], dict[str, int]]] = {}  # by company: the addresses of a state of its contacts


def by_address(company: Company) -> dict[str, int]:
    """The live contacts by each of their addresses, in small letters."""
    table = company.pipeline.contacts
    state = (company.generation, table.revision)
    kept = _KNOWN.get(id(company))
    if kept is None or kept[0] != state:
        rows = table.live()
        found: dict[str, int] = {}
        for row, told in zip(rows.tolist(), properties(company, "contacts", rows), strict=True):
            for address in (told.get("email"), *(told.get("hs_additional_emails") or "").split(";")):
                if address:
                    found.setdefault(address.lower(), row)
        _KNOWN.clear()
        kept = _KNOWN[id(company)] = (state, found)
    return kept[1]


def _inputs(company: Company, call: Call) -> list[dict[str, Any]]:
    if call.parts["kind"] != "contacts":
        raise Refused(403, "The sandbox writes contacts only")
    inputs = call.json().get("inputs")
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= BATCH:
        raise Refused(400, f"inputs must have between 1 and {BATCH} items")
    if len({str(one.get("id")) for one in inputs}) < len(inputs):
        raise Refused(400, "Duplicate IDs found in batch input")
    for one in inputs:
        for name in one.get("properties") or {}:
            if name not in PROPERTIES["contacts"]:
                raise Refused(400, f'Property values were not valid: Property "{name}" does not exist')
            if name in READ_ONLY:
                raise Refused(400, f'Property values were not valid: "{name}" is a read only property')
    return inputs


def _answer(company: Company, results: list[dict[str, Any]], errors: list[dict[str, Any]]) -> Reply:
    moment = clock.iso_ms(np.array([company.now]))[0]
    content: dict[str, Any] = {"status": "COMPLETE", "startedAt": moment, "completedAt": moment, "results": results}
    if errors:
        content |= {"numErrors": len(errors), "errors": errors}
    return Reply(content, 207 if errors else 200, aside=True)


def _record(company: Company, row: int, told: dict[str, Any], **more: Any) -> dict[str, Any]:
    table = company.pipeline.contacts
    at = np.array([row])
    return {
        "id": str(int(table.ids(at)[0])), "properties": told, "archived": False,
        "createdAt": clock.iso_ms(table["created"][at])[0], "updatedAt": clock.iso_ms(table["changed"][at])[0], **more,
    }  # fmt: skip


def _error(category: str, message: str, one: dict[str, Any]) -> dict[str, Any]:
    context = {"ids": [str(one.get("id"))]}
    if one.get("objectWriteTraceId"):
        context["objectWriteTraceId"] = [one["objectWriteTraceId"]]
    return {"status": "error", "category": category, "message": message, "context": context}


def update(company: Company, call: Call) -> Reply:
    """POST /crm/v3/objects/contacts/batch/update"""
    table = company.pipeline.contacts
    results, errors = [], []
    for one in _inputs(company, call):
        row = table.row_of(str(one.get("id")))
        if row is None or table["state"][row] != LIVE:
            errors.append(_error("OBJECT_NOT_FOUND", "Could not get some CONTACT objects", one))
        elif one.get("properties"):
            company.touch("hubspot", "contacts", str(one["id"]), fields=one["properties"])
            results.append(_record(company, row, one["properties"]))
    return _answer(company, results, errors)


def upsert(company: Company, call: Call) -> Reply:
    """POST /crm/v3/objects/contacts/batch/upsert, by address"""
    results, errors = [], []
    for one in _inputs(company, call):
        told, address = one.get("properties") or {}, str(one.get("id", "")).lower()
        if one.get("idProperty") != "email":
            raise Refused(400, f"{one.get('idProperty')} is not a unique identifier property of contacts")
        if not told:
            continue
        if not ADDRESS.fullmatch(address):
            errors.append(_error("VALIDATION_ERROR", f"Email address {address} is invalid", one))
            continue
        row = by_address(company).get(address)
        if row is None:
            blank = {"email": address, "firstname": None, "lastname": None, "hs_additional_emails": None}
            name = company.insert("hubspot", "contacts", fields=blank | told)
            row = company.pipeline.contacts.row_of(name)
            assert row is not None
            results.append(_record(company, row, told | {"email": address}, new=True))
        else:
            written = {name: value for name, value in told.items() if name != "email"}
            name = str(int(company.pipeline.contacts.ids(np.array([row]))[0]))
            company.touch("hubspot", "contacts", name, fields=written)
            results.append(_record(company, row, told | {"email": address}, new=False))
    return _answer(company, results, errors)


def _list(company: Company, call: Call) -> tuple[str, str, str, set[int]]:
    number = call.parts["list_id"]
    if number not in company.pipeline.lists:
        raise Refused(404, f"List does not exist with ID {number}.")
    return number, *company.pipeline.lists[number]


def _told(number: str, name: str, kind: str, members: set[int]) -> dict[str, Any]:
    return {
        "list": {
            "listId": number, "name": name, "processingType": kind, "objectTypeId": "0-1", "listVersion": 1,
            "processingStatus": "COMPLETE", "size": len(members),
        }
    }  # fmt: skip


def create_list(company: Company, call: Call) -> Reply:
    """POST /crm/v3/lists"""
    asked, lists = call.json(), company.pipeline.lists
    if asked.get("objectTypeId") != "0-1" or asked.get("processingType") not in ("MANUAL", "DYNAMIC", "SNAPSHOT"):
        raise Refused(400, "objectTypeId and processingType must be given")
    if any(name == asked.get("name") for name, _, _ in lists.values()):
        raise Refused(400, "The list name must be unique.")
    number = str(900 + len(lists))
    lists[number] = (str(asked["name"]), str(asked["processingType"]), set())
    return Reply(_told(number, *lists[number]))


def list_by_name(company: Company, call: Call) -> Reply:
    """GET /crm/v3/lists/object-type-id/0-1/name/{name}"""
    for number, (name, kind, members) in company.pipeline.lists.items():
        if name == call.parts["name"]:
            return Reply(_told(number, name, kind, members))
    raise Refused(404, f"List does not exist with name {call.parts['name']} and object type ID 0-1.")


def delete_list(company: Company, call: Call) -> Reply:
    """DELETE /crm/v3/lists/{id}"""
    number, *_ = _list(company, call)
    del company.pipeline.lists[number]
    return Reply(b"", 204)


def memberships(company: Company, call: Call) -> Reply:
    """GET /crm/v3/lists/{id}/memberships: by record id."""
    _, _, _, members = _list(company, call)
    limit, after = call.number("limit", 100), call.number("after", 0)
    if not 1 <= limit <= 250:
        raise Refused(400, "limit must be between 1 and 250")
    left = sorted(record for record in members if record > after)
    moment = clock.iso_ms(np.array([company.now]))[0]
    page = [{"recordId": str(record), "membershipTimestamp": moment} for record in left[:limit]]
    content: dict[str, Any] = {"results": page, "total": len(members)}
    if len(left) > limit:
        content["paging"] = {"next": {"after": page[-1]["recordId"], "link": "…"}}
    return Reply(content)


def change_memberships(company: Company, call: Call) -> Reply:
    """PUT /crm/v3/lists/{id}/memberships/add-and-remove"""
    _, _, kind, members = _list(company, call)
    if kind == "DYNAMIC":
        raise Refused(400, "Memberships of a list with processing type DYNAMIC can't be changed.")
    asked, table = call.json(), company.pipeline.contacts
    added, removed, missing = [], [], []
    for name in map(str, asked.get("recordIdsToAdd") or ()):
        row = table.row_of(name)
        if row is None or table["state"][row] != LIVE:
            missing.append(name)
        elif int(name) not in members:
            members.add(int(name))
            added.append(name)
    for name in map(str, asked.get("recordIdsToRemove") or ()):
        if name.isdigit() and int(name) in members:
            members.discard(int(name))
            removed.append(name)
    content = {"recordsIdsAdded": added, "recordIdsRemoved": removed, "recordIdsMissing": missing}
    return Reply(content, aside=True)


def routes() -> list[tuple[str, str, Any]]:
    """Every path, in the version of September 2026 and in the numbered one before it."""
    found: list[tuple[str, str, Any]] = []
    for objects, lists in (("objects/2026-09", "lists/2026-09"), ("v3/objects", "v3/lists")):
        root = f"/hubspot/crm/{lists}"
        found += [
            ("POST", f"/hubspot/crm/{objects}/{{kind}}/batch/update", update),
            ("POST", f"/hubspot/crm/{objects}/{{kind}}/batch/upsert", upsert),
            ("POST", root, create_list),
            ("POST", f"{root}/", create_list),
            ("GET", f"{root}/object-type-id/0-1/name/{{name:path}}", list_by_name),
            ("DELETE", f"{root}/{{list_id}}", delete_list),
            ("GET", f"{root}/{{list_id}}/memberships", memberships),
            ("PUT", f"{root}/{{list_id}}/memberships/add-and-remove", change_memberships),
        ]
    return found
