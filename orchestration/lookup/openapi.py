"""What /api answers, in OpenAPI 3.1 (spec.openapis.org), so that other programs can be written against it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from crm360.orchestration.lookup import decisions, listing, whole
from crm360.orchestration.lookup.find import Hit
from crm360.orchestration.report.registry import FILTERS

_TEXT = {"type": "string"}
_ROWS = {"type": "array", "items": {"type": "object"}}


def described() -> dict[str, Any]:
    """The whole description. Numbers of money are texts with all their digits."""
    hit = {field: {"type": ["string", "integer", "null"]} for field in Hit.__struct_fields__}
    golden = {
        "type": "object",
        "additionalProperties": {"type": "object", "properties": {"value": {}, "source": _TEXT}},
    }
    customer = {"customer_id": _TEXT, "asked_id": _TEXT, "golden": golden, "figures": {"type": "object"}}
    company = {"account_id": _TEXT, "asked_id": _TEXT, "golden": golden, "figures": {"type": "object"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "crm360",
            "version": version("crm360"),
            "description": "Reads the published version; decides pairs of records. Every look is noted.",
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
        "paths": {
            "/api/search": _get(
                "Customers and companies that a text may mean: an e-mail address, a telephone number, a name, any id.",
                [{"name": "q", "in": "query", "required": True, "schema": _TEXT}],
                {
                    "hits": {"type": "array", "items": {"type": "object", "properties": hit}},
                    "is_cut": {"type": "boolean"},
                },
            ),
            "/api/customers/{id}": _get(
                "All that is published of one customer, by an id of today or an earlier one.",
                [_ID, {"name": "channel", "in": "query", "schema": _TEXT, "description": "Of the timeline."}],
                customer | dict.fromkeys((*whole.SECTIONS, "timeline"), _ROWS),
            ),
            "/api/list": _get(
                "The customers behind a figure of the report, by its filters and the place on its axes (at0, at1).",
                [
                    {"name": "figure", "in": "query", "required": True, "schema": {"enum": _LISTED}},
                    *({"name": name, "in": "query", "schema": _TEXT} for name in ("period", *FILTERS, "at0", "at1")),
                ],
                {
                    "figure": _TEXT,
                    "title": _TEXT,
                    "narrowed": {"type": "array"},
                    "count": {"type": "integer"},
                    "without": {"type": "integer"},
                    "customers": _ROWS,
                },
            ),
            "/api/review": _post(
                "One line more in the project's decisions: two records are one, or two. The next run honours it.",
                _PAIR | {"decision": {"enum": list(decisions.DECISIONS)}, "reason": _TEXT},
                {"line": _TEXT, "effect": _TEXT},
                {"409": {"description": "The pair is decided already: by whom, and as what."}},
            ),
            "/api/review/undo": _post(
                "The author's own line about a pair goes.",
                _PAIR,
                {"taken_back": _TEXT, "effect": _TEXT},
                {"404": {"description": "No line of this author decides the pair."}},
            ),
            "/api/companies/{id}": _get(
                "All that is published of one company, by an id of today or an earlier one.",
                [_ID],
                company | dict.fromkeys(whole.COMPANY_SECTIONS, _ROWS),
            ),
        },
    }


_LISTED = [key for key, figure in listing.FIGURES.items() if listing.can_be_listed(figure)]
_PAIR = {"kind": {"enum": list(decisions.FILES)}, "a": _TEXT, "b": _TEXT, "author": _TEXT}
_ID = {"name": "id", "in": "path", "required": True, "schema": _TEXT}


def _get(summary: str, parameters: list[dict[str, Any]], properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties}
    answers: dict[str, Any] = {"200": {"description": "Found.", "content": {"application/json": {"schema": schema}}}}
    answers |= {"401": {"description": "The token is missing or wrong."}, "404": {"description": "Nobody has this id."}}
    answers["503"] = {"description": "Nothing is published yet."}
    return {"get": {"summary": summary, "parameters": parameters, "responses": answers}}


def _post(
    summary: str, asked: dict[str, Any], properties: dict[str, Any], more: dict[str, dict[str, str]]
) -> dict[str, Any]:
    body = {"type": "object", "properties": asked, "required": list(_PAIR), "additionalProperties": False}
    told = {"type": "object", "properties": properties}
    answers: dict[str, Any] = {"200": {"description": "Done.", "content": {"application/json": {"schema": told}}}}
    answers |= {"400": {"description": "It is no decision."}, "401": {"description": "The token is missing or wrong."}}
    answers |= more | {"503": {"description": "Nothing is published yet."}}
    taken = {"required": True, "content": {"application/json": {"schema": body}}}
    return {"post": {"summary": summary, "requestBody": taken, "responses": answers}}
