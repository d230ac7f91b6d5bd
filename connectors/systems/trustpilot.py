"""Trustpilot: service reviews of one business unit, with the e-mail address and the order that an invitation names.

    GET /v1/private/business-units/{id}/reviews?orderBy=createdat.asc&page   all reviews, every night
    the same by createdat.desc                                               once more, for what was deleted

The only filter by time (`startDateTime`) goes by when a review was written: what was edited, answered, reported or
deleted since is found by reading all. Pages are counted and nothing states how many there are: a page past the end is
empty. What is deleted while they are read moves the others, so a review is gone only where two readings miss it.
A review that was never edited has no time of change: then it is the time of writing.
Sources: documentation-apidocumentation.trustpilot.com (Business Units API; Authentication, client credentials).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.oauth import Grant, oauth
from crm360.connectors.engine.page import members
from crm360.connectors.engine.pagination import Numbered
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream

COUNT = "100"  # records a page: the API's most
PAGES = Numbered("page", "pages", first=1)
TOKENS = "/v1/oauth/oauth-business-users-for-applications/accesstoken"
CHANGED = "changedAt"  # ours: the time of the last edit, else of writing

STREAMS = (
    Stream(
        "reviews",
        "reviews",
        "/v1/private/business-units/{id}/reviews",
        RecordSchema(changed=CHANGED),
        PAGES,
        "reviews",
        cursor=False,
        deletes=("sweep",),
        needs="an API key with access to the business unit's private data",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """All reviews, and once they are known, all ids the other way round."""
    stream = context.stream
    path = stream.path.format(id=context.settings["business_unit_id"])
    asked = Request(path, {"page": "1", "perPage": COUNT, "orderBy": "createdat.asc"})
    yield ReadStep(asked, PAGES, stream.row, stream.records, enrich=_dated)
    if context.landing.newest(context.source, stream.name) is not None:
        again = asked.with_params(orderBy="createdat.desc")
        yield ReadStep(again, PAGES, RecordSchema(), stream.records, reads="keys")


def _dated(_context: Context, records: list[bytes]) -> list[bytes]:
    """Each review with the time of its last change."""
    whole = []
    for record in records:
        told = msgspec.json.decode(record)
        at = told.get("updatedAt") or told.get("createdAt")
        whole.append(msgspec.json.encode({**members(record), CHANGED: at}))
    return whole


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API key and its secret, which give access tokens for a hundred hours."""
    return oauth(
        Grant(
            "trustpilot",
            f"{settings['base_url'].rstrip('/')}{TOKENS}",
            {},
            client=(settings["client_id"], secrets["client_secret"]),
            ca_file=settings.get("ca_file", ""),
        )
    )


TRUSTPILOT = Connector(
    "trustpilot",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": "https://api.trustpilot.com", "client_id": None, "business_unit_id": None},
    meanings={
        "client_id": "The API key; its secret is a variable.",
        "business_unit_id": "Id of the business unit whose reviews are read; each further one is a source of its own.",
    },
    secrets=("client_secret",),
    rate=(5, 1.0),
)
