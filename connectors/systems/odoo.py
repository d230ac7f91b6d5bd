"""Odoo: partners as contacts and companies, leads, sale orders and orders of the point of sale with their lines,
customer invoices and sales receipts, credit notes and payments, traces of mass mailings.

    jsonrpc only  fields_get                                    what the fields are called in this version
    every night   search_read  [window, id > last], order id    the window, by id: no drift, and ties do not matter
                  search_count                                  how many there are: if not as many as we hold,
                  search_read  fields=id                        all ids, for what was unlinked without a trace

The same calls go to POST /json/2/{model}/{method} (Odoo 19 and later) or to POST /jsonrpc (earlier ones; it goes away
in Odoo 22), as the setting `api` says. active_test is off, so that archived records come too: an archived partner
counts as deleted, an archived lead is a lost one. A change carries the time at which its transaction began, so half an
hour is re-read; and that time has microseconds in the database which no answer shows, so pages go by id, not by time.
Sources: odoo.com/documentation, "External JSON-2 API", "External RPC API"; apis.md lists the traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import AuthError, BadResponse
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import KeysetInDomain
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth, bearer
from crm360.connectors.engine.stream import Deletes, Stream
from crm360.moments import iso

LIMIT, IDS = 500, 5_000  # rows a page; ids a page
PARTNER = (
    "name email phone street city zip state_id country_id parent_id function lang active website industry_id "
    "is_company create_date write_date"
)
LINES = {
    "orders": (
        "sale.order.line",
        "order_id product_id name product_uom_qty price_unit discount price_subtotal price_total display_type",
    ),
    "pos_orders": (
        "pos.order.line",
        "order_id product_id full_product_name qty price_unit discount price_subtotal price_subtotal_incl",
    ),
}  # fmt: skip
# A receipt is a sale that is written down without an invoice, and a sale document beside it (is_sale_document).
# What is paid of a move is computed and stored, and storing a computed field moves write_date, in 15 as today
# (odoo/models.py, _write, later _write_multi: "set magic fields (already done by write(), but not for computed
# fields)"): a payment brings its invoice into the window.
# Amounts of a move have no sign of their own: a credit note of 119 has a total of 119 (account_move.py, amount_total).
MOVE = (
    "name move_type state payment_state partner_id invoice_date invoice_date_due currency_id amount_untaxed amount_tax "
    "amount_total amount_residual invoice_origin reversed_entry_id create_date write_date"
)
PAYMENT = (
    "name state payment_type partner_type partner_id date amount currency_id reconciled_invoice_ids "
    "payment_method_line_id create_date write_date"
)
# How earlier versions call what is asked for. Sources: Odoo's addons/crm/models/crm_lead.py (lost_reason until 15) and
# addons/mass_mailing/models/mailing_trace.py (the times and the state until 14),
# addons/account/models/account_payment.py (the method until 14). won_status came with 18.
FORMERLY = {
    "lost_reason_id": "lost_reason", "trace_status": "state", "sent_datetime": "sent", "open_datetime": "opened",
    "reply_datetime": "replied", "links_click_datetime": "clicked",
    "payment_method_line_id": "payment_method_id",
}  # fmt: skip
# How JSON-RPC says that there is no such model (odoo/service/model.py); JSON-2 answers 404.
NO_MODEL = "an error with HTTP 200: odoo.exceptions.UserError"
UNLINKED: tuple[Deletes, ...] = ("sweep",)


def _model(name: str, entity: str, model: str, fields: str, needs: str, **facts: Any) -> Stream:
    """A stream of one model; `domain` among the facts' params narrows it."""
    row = facts.pop("row", RecordSchema(changed="write_date"))
    params = {"model": model, "fields": fields, **facts.pop("params", {})}
    return Stream(
        name, entity, model, row, KeysetInDomain(LIMIT, ("domain",)), "", params=params,
        lookback=timedelta(minutes=30), needs=needs, deletes=facts.pop("deletes", UNLINKED),
    )  # fmt: skip


ARCHIVED = RecordSchema(changed="write_date", deleted=("active", ("false",)))
STREAMS = (
    _model("companies", "companies", "res.partner", PARTNER, "Contacts: read", row=ARCHIVED,
           deletes=("flag", "sweep"), params={"is_company": "true"}),
    _model("contacts", "contacts", "res.partner", PARTNER, "Contacts: read", row=ARCHIVED,
           deletes=("flag", "sweep"), params={"is_company": "false"}),
    _model("leads", "deals", "crm.lead",
           "name type partner_id email_from phone stage_id probability expected_revenue company_currency user_id "
           "date_deadline date_closed lost_reason_id active won_status create_date write_date", "CRM: read all leads"),
    _model("orders", "orders", "sale.order",
           "name partner_id date_order state currency_id amount_untaxed amount_tax amount_total user_id campaign_id "
           "client_order_ref create_date write_date", "Sales: read all documents"),
    _model("pos_orders", "orders", "pos.order",
           "name pos_reference partner_id date_order state currency_id amount_tax amount_total user_id create_date "
           "write_date", "Point of Sale: read", params={"module": "point_of_sale"}),
    _model("invoices", "invoices", "account.move", MOVE, "Invoicing: read",
           params={"narrow": "move_type=out_invoice,out_receipt", "module": "account"}),
    _model("credit_notes", "payments", "account.move", MOVE, "Invoicing: read",
           params={"narrow": "move_type=out_refund", "module": "account"}),
    _model("payments", "payments", "account.payment", PAYMENT, "Invoicing: read",
           params={"narrow": "partner_type=customer", "module": "account"}),
    _model("mailing_traces", "email_events", "mailing.trace",
           "mass_mailing_id campaign_id email model res_id trace_status failure_type sent_datetime open_datetime "
           "reply_datetime links_click_datetime create_date write_date", "Email Marketing: read"),
)  # fmt: skip


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What changed; then all ids, if the source counts other than we do."""
    stream, lower = context.stream, context.window.lower
    ask = partial(_ask, context, _user_id(context))
    narrow = _narrow(context)
    window = [*narrow, ["write_date", ">=", _time(lower)]] if lower is not None else narrow
    fields = _fields(context, ask)
    if not fields:
        context.source_total = 0
        return
    enrich = partial(_with_lines, ask=ask) if stream.name in LINES else None
    request, records, place = ask("search_read", domain=window, fields=fields, limit=LIMIT, order="id")
    first = None
    if "module" in stream.params:
        first = _sent(context, request)
        if first is None:
            context.source_total = 0
            return
    yield ReadStep(request, KeysetInDomain(LIMIT, place), stream.row, records, enrich=enrich, first=first)
    counted = _count(context, ask)
    if lower is not None and counted != context.count_of_live():
        request, records, place = ask("search_read", domain=narrow, fields=["id"], limit=IDS, order="id")
        yield ReadStep(request, KeysetInDomain(IDS, place), RecordSchema(), records, reads="keys")


def _fields(context: Context, ask: Any) -> list[str]:
    """The stream's fields, by the names that this version has; none where it has not the model. JSON-2 is of versions
    that have today's."""
    wanted = context.stream.params["fields"].split()
    if context.settings["api"] == "json2":
        return wanted
    request, place, _ = ask("fields_get", domain=[], attributes=["type"])
    reply = _sent(context, request)
    if reply is None:
        return []
    answer = msgspec.json.decode(reply.body)
    there = answer.get(place) if isinstance(answer, dict) else None
    if not isinstance(there, dict):
        raise BadResponse("fields_get gives no fields", where=context.where)
    named = [name if name in there else FORMERLY.get(name, name) for name in wanted]
    return [name for name in named if name in there] or wanted


def _ask(context: Context, user: int, method: str, *, model: str = "", **named: Any) -> tuple[Request, str, Any]:
    """A call of a model's method in the API's own form, where the records stand in its answer, and where the domain
    stands in its body. The key is put into it only when it is sent."""
    model = model or context.stream.params["model"]
    named["context"] = {"active_test": False}
    if context.settings["api"] == "json2":
        return Request(f"/json/2/{model}/{method}", body=named, method="POST"), "", ("domain",)
    domain = named.pop("domain")
    if method == "search_count":
        named = {"context": named["context"]}
    by_place = [] if method == "fields_get" else [domain]
    arguments = [context.settings["database"], user, None, model, method, by_place, named]
    return _call("object", "execute_kw", arguments), "result", ("params", "args", 5, 0)


def _call(service: str, method: str, arguments: list[Any]) -> Request:
    params = {"service": service, "method": method, "args": arguments}
    return Request("/jsonrpc", body={"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}, method="POST")


def _user_id(context: Context) -> int:
    """JSON-RPC wants the user's number with every call; JSON-2 knows it by the key."""
    if context.settings["api"] == "json2":
        return 0
    login = _call("common", "login", [context.settings["database"], context.settings["user"], None])
    answer = msgspec.json.decode(context.http.send(login, context.where).body)
    if not isinstance(answer, dict) or "result" not in answer:
        raise BadResponse("the login gives no result", where=context.where)
    if not answer["result"]:
        raise AuthError("the credentials are refused (no such database, user or key)", where=context.where)
    return int(answer["result"])


def _sent(context: Context, request: Request) -> Reply | None:
    """The answer, or None where the database has not the stream's model, since its module is not installed. That the
    user may not read it is another answer, and an error."""
    if "module" not in context.stream.params:
        return context.http.send(request, context.where)
    try:
        reply = context.http.send(request, context.where, (404,))
    except BadResponse as error:
        if NO_MODEL in str(error):
            return None
        raise
    return reply if reply.status != 404 else None


def _narrow(context: Context) -> list[Any]:
    """What tells a stream's records from others of its model, as a domain."""
    params = context.stream.params
    if "narrow" in params:
        field, values = params["narrow"].split("=")
        several = values.split(",")
        return ["|"] * (len(several) - 1) + [[field, "=", value] for value in several]
    return [["is_company", "=", params["is_company"] == "true"]] if "is_company" in params else []


def _count(context: Context, ask: Any) -> int:
    """How many records there were when this sync began."""
    until = [*_narrow(context), ["create_date", "<=", _time(context.window.upper)]]
    if context.stream.row.deleted is not None:
        until.append(["active", "=", True])
    request, records, _ = ask("search_count", domain=until)
    reply = _sent(context, request)
    if reply is None:
        return 0
    answer = msgspec.json.decode(reply.body)
    total = answer.get(records) if records and isinstance(answer, dict) else answer
    if not isinstance(total, int):
        raise BadResponse("search_count gives no number", where=context.where)
    context.source_total = total
    return total


def _with_lines(context: Context, records: list[bytes], *, ask: Any) -> list[bytes]:
    """Orders with their lines: a change of a line is one of its order, whose totals are stored."""
    ids = [msgspec.json.decode(r).get("id") for r in records]
    domain = [["order_id", "in", [i for i in ids if i]]]
    model, fields = LINES[context.stream.name]
    request, path, _ = ask("search_read", model=model, domain=domain, fields=fields.split(), order="id")
    lines: dict[Any, list[bytes]] = {}
    for line in Page(context.http.send(request, context.where).body, path).records:
        lines.setdefault(msgspec.json.decode(line)["order_id"][0], []).append(bytes(line))
    joined = []
    for record_id, record in zip(ids, records, strict=True):
        joined.append(record.rstrip()[:-1] + b',"lines":[' + b",".join(lines.get(record_id, [])) + b"]}")
    return joined


def _time(time: datetime | None) -> str | None:
    return None if time is None else iso(time, zone="", separator=" ")


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API key of a user: a bearer token for JSON-2, the third argument of every call for JSON-RPC."""
    if settings["api"] == "json2":
        plain = bearer(secrets["token"])
        return Auth({**plain.headers, "X-Odoo-Database": settings["database"]}, plain.secrets)
    return Auth({"Content-Type": "application/json"}, (secrets["token"],), sign=partial(_signed, secrets["token"]))


def _signed(key: str, request: Request) -> Request:
    assert request.body is not None
    arguments = list(request.body["params"]["args"])
    arguments[2] = key
    return replace(request, body={**request.body, "params": {**request.body["params"], "args": arguments}})


def faults_in_200(reply: Reply) -> str | None:
    """A JSON-RPC error by the name of its exception; its message may quote values."""
    if b'"error"' not in reply.body[:300]:
        return None
    answer = msgspec.json.decode(reply.body)
    error = answer.get("error") if isinstance(answer, dict) else None
    return str((error.get("data") or {}).get("name") or "an Odoo server error")[:100] if error else None


ODOO = Connector(
    "odoo",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": None, "database": None, "user": None, "api": "json2"},
    meanings={
        "database": "Name of the Odoo database.",
        "user": "The login of the API key's user.",
        "api": "Which of Odoo's APIs: json2 (Odoo 19 and later) or jsonrpc.",
    },
    rate=(5, 1.0),
    faults_in_200=faults_in_200,
    count=lambda context: _count(context, partial(_ask, context, _user_id(context))),
)
