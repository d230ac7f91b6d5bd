"""WooCommerce REST v3: orders with their lines, refunds, customers, products.

    every night  GET /wp-json/wc/v3/{orders|products}?modified_after&orderby=modified   the window, by change time
                 GET …?status=trash&modified_after                                      deletes: what is in the bin
                 GET /wp-json/wc/v3/refunds?after&orderby=date                          refunds never change
                 GET …?per_page=1&before                      how many there are (X-WP-Total): if not as many as we
                 GET …?_fields=id                             hold, all ids, for what was deleted for good
                 GET /wp-json/wc/v3/customers?role=all        all: customers have no filter by time

Dates are sent without an offset and with dates_are_gmt: WordPress moves a time with an offset to the shop's own
zone first. Guests have customer_id 0 and exist as `billing` only. Offsets drift while records come and go, so each
page of a window begins anew at the last time seen, and an id is missing only if two readings miss it.
Needs WooCommerce 9.0 (refunds), 5.8 without. Sources: woocommerce.github.io/woocommerce-rest-api-docs, the plugin's
class-wc-rest-crud-controller.php; apis.md lists the traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import Offset, SinceThenOffset
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth, basic
from crm360.connectors.engine.stream import Deletes, Stream
from crm360.moments import iso

COUNT = 100  # rows a page: the API's largest
TOTAL = "header:x-wp-total"
ALL = Offset(TOTAL, COUNT)
NEEDS = "a key with Read permission"
MODIFIED = {"orderby": "modified", "status": "any"}
CREATED = {"orderby": "date"}


def _stream(name: str, since: str, changed: str, params: Mapping[str, str], deletes: tuple[Deletes, ...]) -> Stream:
    """A stream that can be asked for what is new: `since` is the filter, `changed` the field it looks at."""
    pages = SinceThenOffset(TOTAL, COUNT, since, changed, zone="")
    path = f"/wp-json/wc/v3/{name}"
    return Stream(
        name, name, path, RecordSchema(changed=changed), pages, "", params=params, deletes=deletes, needs=NEEDS
    )


STREAMS = (
    _stream("products", "modified_after", "date_modified_gmt", MODIFIED, ("feed", "sweep")),
    Stream(
        "customers",
        "contacts",
        "/wp-json/wc/v3/customers",
        RecordSchema(changed="date_modified_gmt"),
        ALL,
        "",
        cursor=False,
        params={"role": "all", "orderby": "id"},
        deletes=("sweep",),
        needs=NEEDS,
    ),
    _stream("orders", "modified_after", "date_modified_gmt", MODIFIED, ("feed", "sweep")),
    _stream("refunds", "after", "date_created_gmt", CREATED, ("sweep",)),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What changed, what is in the bin, and all ids if some are missing."""
    stream, lower = context.stream, context.window.lower
    every = Request(stream.path, {**stream.params, "per_page": str(COUNT), "order": "asc", "dates_are_gmt": "true"})
    ids = every.with_params(orderby="id", _fields="id")
    if not stream.cursor:
        yield ReadStep(every, ALL, stream.row, "", counts=TOTAL)
        if context.landing.newest(context.source, stream.name) is not None:
            yield ReadStep(ids.with_params(order="desc"), ALL, RecordSchema(), "", reads="keys")
        return
    assert isinstance(stream.pages, SinceThenOffset)
    window = every.with_params(**{stream.pages.since: None if lower is None else iso(lower, zone="")})
    yield ReadStep(window, stream.pages, stream.row, "", counts=TOTAL)
    if "feed" in stream.deletes:
        bin_row = RecordSchema(changed=stream.row.changed, is_tombstone=True)
        yield ReadStep(window.with_params(status="trash"), stream.pages, bin_row, "", reads="deletes")
    counted = _count(context, every)
    if lower is not None and counted != context.count_of_live():
        for order in ("asc", "desc"):
            yield ReadStep(ids.with_params(order=order), ALL, RecordSchema(), "", reads="keys")


def _count(context: Context, every: Request) -> int:
    """How many records there were when this sync began."""
    request = every.with_params(per_page=1, _fields="id", before=iso(context.window.upper, zone=""))
    reply = context.http.send(request, context.where)
    total = Page(reply.body, "", headers=reply.headers).get(TOTAL)
    if not isinstance(total, int):
        raise BadResponse("the answer does not say how many records there are (X-WP-Total)", where=context.where)
    context.source_total = total
    return total


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A REST API key: consumer key and consumer secret, as Basic credentials, which WooCommerce takes over TLS only."""
    return basic(settings["consumer_key"], secrets["token"])


WOOCOMMERCE = Connector(
    "woocommerce",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": None, "consumer_key": None},
    meanings={"consumer_key": "The REST key's public half, ck_…"},
    rate=(5, 1.0),  # the shop's own web server answers: set `rate_limit` to what it bears
    at_once=2,
)
