"""SuiteCRM 7.12 or later, and 8: people, accounts, opportunities, cases, calls, meetings and users, by its V8 API.

    POST /Api/access_token                                                   client credentials
    GET  /Api/V8/module/{Module}?sort=date_modified&filter[date_modified][gte]&page[number]&page[size]
    GET  /Api/V8/module/{Module}?page[size]=1                                its number of pages is that of the records

Pages of what changes shift, and the number of pages may be wrong where something is filtered (issues 9760, 10015): so
each page begins anew at the last time seen, and only an empty page is the end. Deleted records can't be listed, for the
API looks each of them up and does not find it (issues 8631, 10683): where SuiteCRM counts other records than we have,
all are read to see what is missing. Names come as HTML writes them. Of each record named fields are kept, and those
that were added to the module (…_c); what was written in it is not.
Sources: salesagility/SuiteCRM, Api/V8 (Service/ModuleService.php, JsonApi/Repository/Filter.php, JsonApi/Helper,
BeanDecorator), Api/docs/swagger, modules/*/vardefs.php; its issues.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.oauth import client_credentials
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream
from crm360.moments import iso

MOST = "100"
SINCE, NUMBER, SIZE = "filter[date_modified][gte]", "page[number]", "page[size]"
CHANGED = "attributes.date_modified"
LACKING = (400, 403, 404)  # no such module, or one that the user may not see
NO_MODULE = re.compile(rb"access.{0,3}denied|not allowed|does not exist|not authori[sz]ed", re.IGNORECASE)
SKIPPED = "skipped: SuiteCRM has no such module, or the user may not see it"
DEFAULT_CURRENCY = "-99"

STAMPS = ("date_entered", "date_modified", "assigned_user_id")
PERSON = (
    "salutation", "first_name", "last_name", "full_name", "title", "email1", "phone_work", "phone_mobile", "phone_home",
    "do_not_call", "email_opt_out", "primary_address_street", "primary_address_city", "primary_address_state",
    "primary_address_postalcode", "primary_address_country", "birthdate", "lead_source", "account_id", "account_name",
)  # fmt: skip
HELD = ("name", "status", "direction", "date_start", "date_end", "parent_type", "parent_id")
KEPT: Mapping[str, tuple[str, ...]] = {
    "accounts": (
        "name", "website", "industry", "employees", "annual_revenue", "phone_office", "account_type",
        "billing_address_street", "billing_address_city", "billing_address_state", "billing_address_postalcode",
        "billing_address_country",
    ),
    "contacts": PERSON,
    "leads": (*PERSON, "status", "converted", "contact_id", "opportunity_id"),
    "opportunities": (
        "name", "amount", "currency_id", "sales_stage", "probability", "date_closed", "account_id", "account_name",
        "lead_source", "opportunity_type",
    ),
    "cases": ("name", "case_number", "status", "state", "priority", "type", "account_id", "contact_created_by_id"),
    "calls": HELD,
    "meetings": HELD,
    "users": ("user_name", "first_name", "last_name", "full_name", "email1", "status"),
}  # fmt: skip


@dataclass(frozen=True)
class SinceThenNumbered:
    """Pages in order of change, each beginning anew at the last time seen; a number counts within one moment only.

    The end is an empty page: no number of pages, and no page that is not full, proves it.
    """

    may_repeat: ClassVar[bool] = True

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse for a last record without a time."""
        if not page.records:
            return None
        last = page.of_last(CHANGED)
        moment = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)", last) if isinstance(last, str) else None
        if moment is None:
            raise BadResponse("a page's last record has no readable 'date_modified', where the next begins")
        moved = f"{moment[1]} {moment[2]}"
        if moved > request.params.get(SINCE, ""):
            return request.with_params(**{SINCE: moved, NUMBER: 1})
        return request.with_params(**{NUMBER: int(request.params[NUMBER]) + 1})


PAGES = SinceThenNumbered()
MODULES = {
    "accounts": ("Accounts", "companies"), "users": ("Users", "owners"), "contacts": ("Contacts", "contacts"),
    "leads": ("Leads", "contacts"), "opportunities": ("Opportunities", "deals"), "cases": ("Cases", "tickets"),
    "calls": ("Calls", "interactions"), "meetings": ("Meetings", "interactions"),
}  # fmt: skip
STREAMS = tuple(
    Stream(
        name, entity, f"/Api/V8/module/{module}", RecordSchema(changed="date_modified"), PAGES, "data",
        deletes=("sweep",), needs=f"a user who may see {module}",
    )
    for name, (module, entity) in MODULES.items()
)  # fmt: skip


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What changed since; and all ids, where SuiteCRM counts other records than we have."""
    stream, lower = context.stream, context.window.lower
    every = Request(stream.path, {"sort": "date_modified", SIZE: MOST, NUMBER: "1"})
    asked = every if lower is None else every.with_params(**{SINCE: iso(lower, "", " ")[:19]})
    first = _probed(context, asked)
    if first is None:
        return
    yield ReadStep(asked, PAGES, stream.row, stream.records, enrich=_flat, first=first)
    if lower is not None and _counted(context) != context.count_of_live():
        yield ReadStep(every, PAGES, RecordSchema(), stream.records, reads="keys")


def _probed(context: Context, request: Request) -> Reply | None:
    """The first answer; None where there is no such module for us.

    Raises AccessDenied where it has been read before: then what is held here would never change again.
    """
    reply = context.http.send(request, context.where, LACKING)
    if reply.status not in LACKING:
        return reply
    if reply.status == 400 and not NO_MODULE.search(reply.body):
        raise BadResponse("HTTP 400", where=context.where)
    context.pass_over(SKIPPED, f"HTTP {reply.status}")
    return None


def _counted(context: Context) -> int:
    """How many records there are that were not deleted. Raises BadResponse where SuiteCRM does not say it."""
    asked = Request(context.stream.path, {SIZE: "1", NUMBER: "1"})
    page = Page(context.http.send(asked, context.where).body, "data")
    total = page.get("meta.total-pages") if page.records else 0
    if not isinstance(total, int) or isinstance(total, bool):
        raise BadResponse("the answer does not state its 'total-pages'", where=context.where)
    context.source_total = total
    return total


def _flat(context: Context, records: list[bytes]) -> list[bytes]:
    """The records' attributes without their envelope, and as they were typed."""
    kept, currency = (*STAMPS, *KEPT[context.stream.name]), context.settings["currency"]
    whole = []
    for record in records:
        read = msgspec.json.decode(record)
        told = read["attributes"]
        flat = {name: _typed(value) for name, value in told.items() if name in kept or name.endswith("_c")}
        if context.stream.name == "opportunities" and told.get("currency_id") in (None, "", DEFAULT_CURRENCY):
            flat["currency"] = currency
        whole.append(msgspec.json.encode({**({"id": read["id"]} if "id" in read else {}), **flat}))
    return whole


def _typed(value: Any) -> Any:
    """O&#039;Neill is O'Neill."""
    return html.unescape(value) if isinstance(value, str) else value


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An OAuth2 client that acts as a user."""
    return client_credentials("suitecrm", settings, secrets, f"{settings['base_url'].rstrip('/')}/Api/access_token")


SUITECRM = Connector(
    "suitecrm",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": None, "client_id": None, "currency": None},
    meanings={"currency": "ISO code of SuiteCRM's own currency, in which amounts are that name no other."},
    secrets=("client_secret",),
    rate=(5, 1.0),
)
