"""What /api answers, in OpenAPI 3.1 (spec.openapis.org), so that other programs can be written against it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from crm360.orchestration.lookup import whole
from crm360.orchestration.lookup.find import Hit

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
            "description": "Reads the published version. Nothing can be changed here. Every look is noted.",
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
            "/api/companies/{id}": _get(
                "All that is published of one company, by an id of today or an earlier one.",
                [_ID],
                company | dict.fromkeys(whole.COMPANY_SECTIONS, _ROWS),
            ),
        },
    }


_ID = {"name": "id", "in": "path", "required": True, "schema": _TEXT}


def _get(summary: str, parameters: list[dict[str, Any]], properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties}
    answers: dict[str, Any] = {"200": {"description": "Found.", "content": {"application/json": {"schema": schema}}}}
    answers |= {"401": {"description": "The token is missing or wrong."}, "404": {"description": "Nobody has this id."}}
    answers["503"] = {"description": "Nothing is published yet."}
    return {"get": {"summary": summary, "parameters": parameters, "responses": answers}}
