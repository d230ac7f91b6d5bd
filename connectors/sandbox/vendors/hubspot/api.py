"""HubSpot's CRM API: lists of objects, associations, owners, pipelines, properties. Search has its own file.

Shapes: developers.hubspot.com/docs/api-reference/crm-contacts-v3.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.pipeline import LOST, STAGES, WON
from crm360.connectors.sandbox.company.table import DELETED, LIVE, MERGED
from crm360.connectors.sandbox.server.reply import JSON_UTF8, Call, Refused, Reply
from crm360.connectors.sandbox.vendors.hubspot import commerce, lists, marketing, tickets, writing
from crm360.connectors.sandbox.vendors.hubspot.engagements import stage_history
from crm360.connectors.sandbox.vendors.hubspot.records import DEFAULTS, PROPERTIES, associated, owners, properties

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

LIST_LIMIT = 100
BATCH_LIMIT = 1_000
CUSTOM = ("favourite_categories", "lead_rejection_reason", "loyalty_tier", "loyalty_points", "referred_by")
READ_LIMIT, LIMIT_WITH_HISTORY = 100, 50
ASSOCIATIONS_LISTED, ASSOCIATIONS_READ = 2, 3  # of one record in one answer; HubSpot's pages are longer
_SINGULAR = {
    "contacts": "contact", "companies": "company", "deals": "deal", "calls": "call", "meetings": "meeting",
    "emails": "email", "communications": "communication", "tickets": "ticket",
    "orders": "order", "line_items": "line_item", "feedback_submissions": "feedback_submission", "quotes": "quote",
}  # fmt: skip
_LINKS = {
    ("deals", "contacts"): 3, ("deals", "companies"): 5, ("contacts", "companies"): 1, ("calls", "contacts"): 194,
    ("emails", "contacts"): 198, ("meetings", "contacts"): 200, ("communications", "contacts"): 81,
    ("tickets", "contacts"): 16, ("tickets", "companies"): 26, ("orders", "contacts"): 507,
    ("orders", "companies"): 509, ("line_items", "orders"): 514, ("line_items", "deals"): 20,
    ("feedback_submissions", "contacts"): 98, ("feedback_submissions", "tickets"): 97,
    ("quotes", "deals"): 64, ("quotes", "contacts"): 69, ("quotes", "companies"): 71,
}  # fmt: skip
_CATEGORIES = {401: "INVALID_AUTHENTICATION", 403: "MISSING_SCOPES", 404: "OBJECT_NOT_FOUND", 429: "RATE_LIMITS"}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """HubSpot's error body; throttling has a shape of its own."""
    content: dict[str, Any] = {
        "status": "error",
        "message": message,
        "correlationId": "00000000-0000-4000-8000-000000000000",
    }
    if status == 429:
        content |= {
            "errorType": "RATE_LIMIT",
            "policyName": "SECONDLY",
            "groupName": "publicapi:private-apps:api-calls",
        }
    else:
        content["category"] = _CATEGORIES.get(status, "VALIDATION_ERROR" if status < 500 else "INTERNAL_ERROR")
    return Reply(content, status, headers or {}, JSON_UTF8)


def unauthorised() -> Reply:
    return error(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details "
        "at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    )


def kind_of(call: Call) -> str:
    kind = call.parts["kind"]
    if kind not in PROPERTIES:
        raise Refused(400, f"Unable to infer object type from: {kind}")
    return kind


def written(
    company: Company, kind: str, rows: Ints, asked: list[str], to: list[str], history: list[str] | None = None
) -> list[dict[str, Any]]:
    """The rows as objects, with the properties asked for, those that always come, histories, and associations."""
    if history and (kind, history) != ("deals", ["dealstage"]):
        raise Refused(400, "The sandbox keeps the history of deals' dealstage only")
    stages = stage_history(company, rows) if history else []
    table = company.table("hubspot", kind)
    wanted = sorted(set(DEFAULTS[kind]) | set(asked))
    created, changed = clock.iso_ms(table["created"][rows]), clock.iso_ms(table["changed"][rows])
    gone, state = clock.iso_ms(table["gone"][rows]), table["state"][rows].tolist()
    found = []
    for at, every in enumerate(properties(company, kind, rows)):
        archived = state[at] == DELETED
        record: dict[str, Any] = {
            "id": every["hs_object_id"], "properties": {name: every.get(name) for name in wanted},
        }  # fmt: skip
        if history:
            record["propertiesWithHistory"] = {"dealstage": stages[at]}
        record |= {"createdAt": created[at], "updatedAt": changed[at], "archived": archived}
        if archived:
            record["archivedAt"] = gone[at]
        found.append(record)
    for other in to:
        label = f"{_SINGULAR[kind]}_to_{_SINGULAR[other]}"
        for record, numbers in zip(found, associated(company, kind, other, rows), strict=True):
            if numbers:
                shown = numbers[:ASSOCIATIONS_LISTED]
                told: dict[str, Any] = {"results": [{"id": str(number), "type": label} for number in shown]}
                if len(numbers) > len(shown):
                    told["paging"] = {"next": {"after": str(shown[-1]), "link": "…"}}
                record.setdefault("associations", {})[other] = told
    return found


def _asked(call: Call, name: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", call.query.get(name, "")) if word]


def _associations(call: Call, kind: str) -> list[str]:
    return [name for name in _asked(call, "associations") if (kind, name) in _LINKS]


def list_objects(company: Company, call: Call) -> Reply:
    """GET /crm/v3/objects/{kind}: in order of id, which `after` continues."""
    kind = kind_of(call)
    limit, after, history = call.number("limit", 10), call.number("after", 0), _asked(call, "propertiesWithHistory")
    most = LIMIT_WITH_HISTORY if history else LIST_LIMIT
    if not 1 <= limit <= most:
        raise Refused(400, f"Invalid limit: {limit}. The limit must be between 1 and {most}.")
    table = company.table("hubspot", kind)
    rows = table.having(DELETED if call.query.get("archived", "").lower() == "true" else LIVE)
    start = int(np.searchsorted(rows, after - table.first_id, side="right"))
    page = rows[start : start + limit]
    content: dict[str, Any] = {
        "results": written(company, kind, page, _asked(call, "properties"), _associations(call, kind), history)
    }
    if start + limit < len(rows):
        content["paging"] = _next(call, str(int(table.ids(page[-1:])[0])))
    return Reply(content, media_type=JSON_UTF8, keep=True)


def _next(call: Call, after: str) -> dict[str, Any]:
    query = urlencode(dict(call.query) | {"after": after})
    return {"next": {"after": after, "link": f"{call.root}{call.path}?{query}"}}


def read_object(company: Company, call: Call) -> Reply:
    """GET /crm/v3/objects/{kind}/{id}: a merged id answers with the record it is now part of."""
    kind = kind_of(call)
    table = company.table("hubspot", kind)
    row = table.row_of(call.parts["id"])
    if row is not None and table["state"][row] == MERGED:
        row = company.pipeline.standing(table, row)
    wanted = DELETED if call.query.get("archived", "").lower() == "true" else LIVE
    if row is None or table["state"][row] != wanted:
        raise Refused(404, "resource not found")
    asked, to = _asked(call, "properties"), _associations(call, kind)
    return Reply(written(company, kind, np.array([row]), asked, to)[0])


def read_batch(company: Company, call: Call) -> Reply:
    """POST /crm/v3/objects/{kind}/batch/read; what is not there is left out, and told with status 207."""
    kind, asked = kind_of(call), call.json()
    inputs, history = asked.get("inputs"), [str(name) for name in asked.get("propertiesWithHistory") or []]
    most = LIMIT_WITH_HISTORY if history else READ_LIMIT
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= most:
        raise Refused(400, f"inputs must have between 1 and {most} items")
    table = company.table("hubspot", kind)
    named = [str(item.get("id")) for item in inputs if isinstance(item, dict)]
    find: Any = table.row_of
    if asked.get("idProperty") == "email" and kind == "contacts":
        find = writing.by_address(company).get
        named = [name.lower() for name in named]
    rows = [row for row in map(find, named) if row is not None and table["state"][row] == LIVE]
    names = [str(name) for name in asked.get("properties") or []]
    moment = clock.iso_ms(np.array([company.now]))[0]
    content: dict[str, Any] = {
        "status": "COMPLETE", "startedAt": moment, "completedAt": moment,
        "results": written(company, kind, np.array(rows, dtype=np.int64), names, [], history),
    }  # fmt: skip
    lacking = len(inputs) - len(rows)
    if lacking:
        told = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "Could not get some DEAL objects"}
        content |= {"numErrors": lacking, "errors": [told]}
    return Reply(content, 207 if lacking else 200)


def read_associations(company: Company, call: Call) -> Reply:
    """POST /crm/v4/associations/{kind}/{to}/batch/read; an object without any is told as an error, with status 207."""
    kind, to = kind_of(call), call.parts["to"]
    if (kind, to) not in _LINKS:
        raise Refused(400, f"No associations from {kind} to {to}")
    inputs = call.json().get("inputs")
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= BATCH_LIMIT:
        raise Refused(400, f"inputs must have between 1 and {BATCH_LIMIT} items")
    table = company.table("hubspot", kind)
    asked = [str(item.get("id")) if isinstance(item, dict) else "" for item in inputs]
    begins = [int(item.get("after") or 0) if isinstance(item, dict) else 0 for item in inputs]
    rows = [table.row_of(number) for number in asked]
    known = np.array([row if row is not None else 0 for row in rows], dtype=np.int64)
    found = associated(company, kind, to, known) if len(table) else [[] for _ in rows]
    types = [{"category": "HUBSPOT_DEFINED", "typeId": _LINKS[kind, to], "label": None}]
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for number, row, others, begin in zip(asked, rows, found, begins, strict=True):
        if row is not None and others:
            left = [other for other in others if other > begin]
            page = left[:ASSOCIATIONS_READ]
            to_list = [{"toObjectId": str(other), "associationTypes": types} for other in page]
            result: dict[str, Any] = {"from": {"id": number}, "to": to_list}
            if len(left) > len(page):
                result["paging"] = {"next": {"after": str(page[-1])}}
            results.append(result)
        else:
            message = f"No {_SINGULAR[to]} is associated with {_SINGULAR[kind]} {number}."
            errors.append({
                "status": "error", "category": "OBJECT_NOT_FOUND",
                "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND", "message": message,
                "context": {"fromObjectId": [number]},
            })  # fmt: skip
    moment = clock.iso_ms(np.array([company.now]))[0]
    content: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": moment, "completedAt": moment}
    if errors:
        content |= {"numErrors": len(errors), "errors": errors}
    return Reply(content, 207 if errors else 200)


def list_owners(company: Company, call: Call) -> Reply:
    """GET /crm/v3/owners"""
    archived = call.query.get("archived", "").lower() == "true"
    limit, after = call.number("limit", 100), call.number("after", 0)
    every = [owner for owner in owners(company) if owner["archived"] == archived and int(owner["id"]) > after]
    content: dict[str, Any] = {"results": every[:limit]}
    if len(every) > limit:
        content["paging"] = _next(call, every[limit - 1]["id"])
    return Reply(content)


def list_pipelines(company: Company, call: Call) -> Reply:
    """GET /crm/v3/pipelines/{deals|tickets|orders}"""
    since = clock.iso_ms(np.array([clock.HISTORY_START]))[0]
    if call.parts["kind"] == "tickets":
        return Reply({"results": tickets.pipelines(since)})
    if call.parts["kind"] == "orders":
        return Reply({"results": commerce.pipelines(since)})
    if call.parts["kind"] != "deals":
        return Reply({"results": []})
    stages = [
        {
            "id": name, "label": label, "displayOrder": order, "archived": False, "createdAt": since,
            "updatedAt": since,
            "metadata": {"isClosed": "true" if order in (WON, LOST) else "false", "probability": str(probability)},
        }
        for order, (name, label, probability) in enumerate(STAGES)
    ]  # fmt: skip
    pipeline = {
        "id": "default", "label": "Sales Pipeline", "displayOrder": 0, "archived": False, "createdAt": since,
        "updatedAt": since, "stages": stages,
    }  # fmt: skip
    return Reply({"results": [pipeline]})


def list_properties(company: Company, call: Call) -> Reply:
    """GET /crm/v3/properties/{kind}"""
    kind = kind_of(call)
    results: list[dict[str, Any]] = [
        {
            "name": name, "label": name.replace("_", " ").capitalize(), "description": "",
            "groupName": f"{kind}information",
            "type": "datetime" if name.endswith("date") else "date" if name == "date_of_birth" else "string",
            "fieldType": "date" if "date" in name else "text", "options": [], "hidden": False, "archived": False,
            "hubspotDefined": name not in CUSTOM,
            "modificationMetadata": {"readOnlyValue": name in writing.READ_ONLY, "readOnlyDefinition": True},
        }
        for name in PROPERTIES[kind]
    ]  # fmt: skip
    return Reply({"results": results})


def routes(_limits: Any) -> list[tuple[str, str, Any]]:
    """Every path, in the version of September 2026 and in the numbered ones before it."""
    from crm360.connectors.sandbox.vendors.hubspot.search import search

    found = writing.routes() + marketing.routes()
    for objects, associations, owners_, pipelines, properties_, lists_ in (
        (
            "objects/2026-09", "associations/2026-09", "owners/2026-09", "pipelines/2026-09", "properties/2026-09",
            "lists/2026-09",
        ),
        ("v3/objects", "v4/associations", "v3/owners", "v3/pipelines", "v3/properties", "v3/lists"),
    ):  # fmt: skip
        found += [
            ("POST", f"/hubspot/crm/{lists_}/search", lists.search),
            ("GET", f"/hubspot/crm/{lists_}/{{list_id}}/memberships/join-order", lists.join_order),
            ("GET", f"/hubspot/crm/{objects}/{{kind}}", list_objects),
            ("POST", f"/hubspot/crm/{objects}/{{kind}}/search", search),
            ("POST", f"/hubspot/crm/{objects}/{{kind}}/batch/read", read_batch),
            ("GET", f"/hubspot/crm/{objects}/{{kind}}/{{id}}", read_object),
            ("POST", f"/hubspot/crm/{associations}/{{kind}}/{{to}}/batch/read", read_associations),
            ("GET", f"/hubspot/crm/{owners_}", list_owners),
            ("GET", f"/hubspot/crm/{owners_}/", list_owners),
            ("GET", f"/hubspot/crm/{pipelines}/{{kind}}", list_pipelines),
            ("GET", f"/hubspot/crm/{properties_}/{{kind}}", list_properties),
        ]
    return found
