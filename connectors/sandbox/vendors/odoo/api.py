"""Odoo's two APIs over one database: POST /json/2/{model}/{method}, and the older POST /jsonrpc.

Shapes: odoo.com/documentation, "External JSON-2 API" and "External RPC API". Trap that it plays: write_date has
microseconds in the database that no answer shows, so a record is later than the time that it tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.table import DELETED, LIVE, Table
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.odoo import records as odoo_records
from crm360.connectors.sandbox.vendors.odoo.fake import DATABASE, KEY, USER

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

USER_ID = 2
_COMPARE: dict[str, Callable[[Any, Any], Flags]] = {
    ">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal, "=": np.equal,
}  # fmt: skip
_STREAMS = {
    "crm.lead": "leads", "sale.order": "orders", "account.payment": "payments", "mailing.trace": "mailing_traces",
    "pos.order": "pos_orders",
}  # fmt: skip
ACCOUNTING = ("account.move", "account.payment", "pos.order")
INSTALLED = True  # whether the database has the modules of the accounting and of the point of sale
# How earlier versions name a model's fields, where not as today; None: they have none. Sources: crm_lead.py and
# mailing_trace.py of 14.0; won_status came to crm.lead with 18.
OF_14: Mapping[str, Mapping[str, str | None]] = {
    "crm.lead": {"lost_reason_id": "lost_reason", "won_status": None},
    "mailing.trace": {
        "trace_status": "state", "sent_datetime": "sent", "open_datetime": "opened", "reply_datetime": "replied",
        "links_click_datetime": "clicked",
    },
    "account.payment": {"payment_method_line_id": "payment_method_id"},
}  # fmt: skip
SPOKEN: Mapping[str, Mapping[str, str | None]] = {}  # the version that is played: today's
_NAMES = {401: "werkzeug.exceptions.Unauthorized", 403: "odoo.exceptions.AccessError", 404: "NotFound"}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """JSON-2's error body."""
    name = _NAMES.get(status, "odoo.exceptions.ValidationError")
    told = {"name": name, "message": message, "arguments": [message], "context": {}, "debug": ""}
    return Reply(told, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Invalid apikey")


def _stream(model: str, domain: list[Any]) -> str:
    """Partners are contacts or companies, and moves invoices or credit notes, as the domain says."""
    if model in ACCOUNTING and not INSTALLED:
        raise Refused(404, f"the model {model!r} does not exist")
    if model == "account.move":
        return "credit_notes" if ["move_type", "=", "out_refund"] in domain else "invoices"
    if model == "res.partner":
        return "companies" if ["is_company", "=", True] in domain else "contacts"
    if model not in _STREAMS:
        raise Refused(404, f"the model {model!r} does not exist")
    return _STREAMS[model]


def _there(stream: str, table: Table, active_test: bool) -> Flags:
    """What is in the database; archived partners and lost leads are hidden unless they are asked for."""
    there = table["state"] == LIVE
    return there | (table["state"] == DELETED) if stream in ("contacts", "companies") and not active_test else there


def _found(company: Company, stream: str, domain: list[Any], active_test: bool) -> Ints:
    table = company.table("odoo", stream)
    every = np.arange(len(table), dtype=np.int64)
    hidden = every * 7_919 % 1_000  # milliseconds of write_date that are not told
    values = {
        "id": table.ids(every), "write_date": table["changed"] + hidden, "create_date": table["created"],
    }  # fmt: skip
    keep = _there(stream, table, active_test)
    leaves = [leaf for leaf in domain if leaf != "|"]
    for field, sign, value in leaves:
        if field in ("is_company", "move_type", "partner_type"):
            # The stream says it of all its rows, but for those of which a test said otherwise.
            allowed = [of for name, _, of in leaves if name == field]
            keep[[row for row, said in table.overrides.items() if said.get(field, value) not in allowed]] = False
            continue
        if field == "active":
            keep &= (table["state"] == LIVE) == value
        elif field in values and sign in _COMPARE:
            keep &= _COMPARE[sign](values[field], value if field == "id" else clock.moment(value.replace(" ", "T")))
        else:
            raise Refused(422, f"Invalid field {field!r} in leaf")
    return np.flatnonzero(keep)


def _as_spoken(model: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with its fields named as the version that is played names them."""
    named = SPOKEN.get(model, {})
    told = {named.get(name, name): value for name, value in record.items()}
    return {name: value for name, value in told.items() if name is not None}


def _called(company: Company, model: str, method: str, domain: list[Any], named: dict[str, Any]) -> Any:
    if (model, method) == ("res.users", "context_get"):
        return {"lang": "en_GB", "tz": "Europe/Berlin", "uid": USER_ID}
    if model in odoo_records.LINES:
        return odoo_records.LINES[model](company, domain[0][2])
    stream = _stream(model, domain)
    if method == "fields_get":
        every = np.arange(min(1, len(company.table("odoo", stream))), dtype=np.int64)
        written = odoo_records.WRITERS[stream](company, every) if len(every) else []
        return {name: {"type": "char"} for record in written for name in _as_spoken(model, record)}
    rows = _found(company, stream, domain, named.get("context", {}).get("active_test", True))
    if method == "search_count":
        return len(rows)
    if method == "search":
        return company.table("odoo", stream).ids(rows).tolist()
    if method != "search_read":
        raise Refused(404, f"the method {method!r} does not exist")
    if named.get("order", "id") != "id":
        raise Refused(422, "the sandbox orders by id")
    begin = named.get("offset", 0)
    page = rows[begin : begin + named["limit"]] if named.get("limit") else rows[begin:]
    wanted = {"id", *named.get("fields", [])}
    written = odoo_records.WRITERS[stream](company, page) if len(page) else []
    records = [_as_spoken(model, record) for record in written]
    for name in wanted - {"id"}:
        if records and SPOKEN and name not in records[0]:
            raise Refused(422, f"Invalid field {name!r} on {model!r}")
    return [{name: value for name, value in record.items() if name in wanted} for record in records]


def json2(company: Company, call: Call) -> Reply:
    """POST /json/2/{model}/{method}"""
    named = msgspec.json.decode(call.body)
    if call.headers.get("x-odoo-database") != DATABASE:
        raise Refused(404, "No database is selected.")
    result = _called(company, call.parts["model"], call.parts["method"], named.pop("domain", []), named)
    return Reply(result, aside=not isinstance(result, list) or call.parts["model"] in odoo_records.LINES)


def jsonrpc(company: Company, call: Call) -> Reply:
    """POST /jsonrpc: errors come with HTTP 200, and so does a login that is refused."""
    asked = call.json()
    params = asked["params"]
    head: dict[str, Any] = {"jsonrpc": "2.0", "id": asked.get("id")}
    arguments = params["args"]
    if params["service"] == "common" and params["method"] in ("login", "authenticate"):
        right = arguments[:3] == [DATABASE, USER, KEY]
        return Reply(head | {"result": USER_ID if right else False}, aside=True)
    if arguments[:3] != [DATABASE, USER_ID, KEY]:
        told = {"name": "odoo.exceptions.AccessDenied", "message": "Access Denied", "debug": "", "arguments": []}
        return Reply(head | {"error": {"code": 200, "message": "Odoo Server Error", "data": told}}, aside=True)
    model, method = arguments[3:5]
    if params["method"] == "execute":  # positional arguments only
        positional, named = arguments[5:], {}
    else:
        positional, named = arguments[5], dict(arguments[6]) if len(arguments) > 6 else {}
    domain = positional[0] if positional else named.pop("domain", [])
    if model in ACCOUNTING and not INSTALLED:
        told = {
            "name": "odoo.exceptions.UserError",
            "message": f"Object {model} doesn't exist",
            "debug": "",
            "arguments": [],
        }
        return Reply(head | {"error": {"code": 200, "message": "Odoo Server Error", "data": told}}, aside=True)
    result = _called(company, model, method, domain, named)
    return Reply(head | {"result": result}, aside=not isinstance(result, list) or model in odoo_records.LINES)


ROUTES = (("POST", "/odoo/json/2/{model}/{method}", json2), ("POST", "/odoo/jsonrpc", jsonrpc))
