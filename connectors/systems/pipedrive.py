"""Pipedrive (API v2): persons, organizations, deals and the products in them, activities, pipelines with their stages;
users (API v1).

    every night   GET /api/v2/{entity}?limit=500              all, by id: pages follow `additional_data.next_cursor`
                  GET /api/v2/deals?status=…,deleted          deals, and those that were deleted in the last 30 days
                  GET /api/v2/deals/archived                  archived deals: the list of deals leaves them out
                  GET /api/v2/deals/products?deal_ids=…       what is offered in a hundred deals
                  GET /v1/users                               all; there is no list of users in v2

Nothing tells which persons, organizations or activities are gone: deleted ones leave the list, and so does the loser
of a merge, whom the winner does not name. To miss them all ids have to be read, and a page of ids costs what a page of
records does. So `updated_since` (whole seconds only: fractions are refused) would save nothing, and would be blind to
what may move no `update_time`, such as a person's consent.
How many products a deal has is asked for beside it (`products_count`), so that the others are not asked for any.
What was written about an activity, or about a product in a deal, is not landed.
Sources: developers.pipedrive.com/docs/api/v1 and its OpenAPI files for v1 and v2; its guide "Pipedrive API v2
migration" (Deal Product Object, products_count); pipedrive/client-nodejs 32.2.1; pipedrive.readme.io, "Rate limiting",
"Merging two persons".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.page import members
from crm360.connectors.engine.pagination import OnePage, Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream

V2 = "/api/v2"
PAGE = "500"  # the API's largest; a page costs 10 of the day's tokens, however many records are on it
PAGES = Token("additional_data.next_cursor", "cursor")
ROW = RecordSchema(changed="update_time", deleted=("is_deleted", ("true",)))
LABELLED = {"include_option_labels": "true"}  # of own fields with choices the words, beside their numbers
CONSENT = "marketing_status,doi_status"  # given only where Campaigns is switched on
REFUSED = (400, 402, 403)
# Of an activity, or a product in a deal: that people met, and what is offered, is landed, not what they said.
WRITTEN = ("note", "public_description", "comments")
LACKING = (402, 403, 404)
SKIPPED = "nothing was read: the account has no products in deals, or the user may not see them"
MOST_DEALS = 100  # whose products one request may ask for
BLOCKED = 3600.0  # seconds; who keeps on asking after 429 is shut out by a page of HTML


def listed(name: str, entity: str, needs: str, **params: str) -> Stream:
    """A list of API v2 that is read whole."""
    return Stream(
        name,
        entity,
        f"{V2}/{name}",
        ROW,
        PAGES,
        "data",
        cursor=False,
        params={"limit": PAGE, **params},
        deletes=("flag", "sweep"),
        needs=needs,
    )


STREAMS = (
    Stream(
        "users",
        "owners",
        "/v1/users",
        RecordSchema(changed="modified", deleted=("is_deleted", ("true",))),
        OnePage(),
        "data",
        cursor=False,
        deletes=("flag", "sweep"),
        needs="a user who may see users",
    ),
    listed("pipelines", "pipelines", "a user who sees all pipelines"),
    listed("stages", "pipelines", "a user who sees all pipelines"),
    listed("organizations", "companies", "a user who sees all organizations", **LABELLED),
    listed("persons", "contacts", "a user who sees all persons", **LABELLED),
    listed("deals", "deals", "a user who sees all deals", status="open,won,lost,deleted", **LABELLED),
    Stream(
        "deal_products",
        "deal_lines",
        f"{V2}/deals/products",
        RecordSchema(changed="update_time"),
        PAGES,
        "data",
        cursor=False,
        params={"limit": PAGE},
        deletes=("sweep",),
        parent="deals",
        needs="a user who sees all deals and products",
    ),
    listed("activities", "interactions", "a user who sees all activities"),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All there is of a stream."""
    stream = context.stream
    if stream.name == "deal_products":
        yield from _products(context)
        return
    request, first = Request(stream.path, stream.params), None
    if stream.name == "deals":
        request = request.with_params(include_fields="products_count")
    if stream.name == "persons":
        asked = request.with_params(include_fields=CONSENT)
        reply = context.http.send(asked, context.where, REFUSED)
        if reply.status not in REFUSED:
            request, first = asked, reply
    enrich = _without_what_was_said if stream.name == "activities" else None
    yield ReadStep(request, stream.pages, stream.row, stream.records, enrich=enrich, first=first)
    if stream.name == "deals":
        archived = Request(f"{stream.path}/archived", stream.params)
        yield ReadStep(archived, stream.pages, stream.row, stream.records)


def _products(context: Context) -> Iterator[ReadStep]:
    """The products of all deals that have any; of those of which that is not told (archived ones), too.

    Raises AccessDenied where they have been read before: then what is held here would never change again.
    """
    stream = context.stream
    deals = [number for number, deal in context.parents() if deal.get("products_count") != 0]
    for start in range(0, len(deals), MOST_DEALS):
        request = Request(stream.path, {**stream.params, "deal_ids": ",".join(deals[start : start + MOST_DEALS])})
        first = context.unless_lacking(request, () if start else LACKING, SKIPPED)
        if first is None:
            return
        enrich = _without_what_was_said
        yield ReadStep(request, stream.pages, stream.row, stream.records, enrich=enrich, first=first)


def _without_what_was_said(context: Context, records: list[bytes]) -> list[bytes]:
    opened = (members(record) for record in records)
    return [msgspec.json.encode({n: v for n, v in record.items() if n not in WRITTEN}) for record in opened]


def throttled(reply: Reply) -> float | None:
    """Who is shut out is told so by a page of HTML with status 403; what the token may not do, by JSON."""
    is_page = "html" in reply.headers.get("content-type", "")
    return BLOCKED if reply.status == 403 and is_page else None


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """A user's API token, in a header; in the address, where v1 took it, logs would keep it."""
    return Auth({"x-api-token": secrets["token"]}, (secrets["token"],))


PIPEDRIVE = Connector(
    "pipedrive",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.pipedrive.com"},
    rate=(18, 2.0),  # 20 in two seconds for a token of the smallest plan
    at_once=4,
    throttled=throttled,
)
