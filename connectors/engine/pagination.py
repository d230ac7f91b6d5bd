"""The few ways in which APIs page.

A paginator is one frozen dataclass of facts with one method, `next`: the request for the page after this
one, or None at a proven end. A page whose shape proves neither raises BadResponse: an answer that is
silent about its end is not the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol

import msgspec

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import read_time
from crm360.moments import iso

_NEXT_LINK = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?')


class Paginator(Protocol):
    """What `sync` asks of a paginator."""

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request, or None when the page proves that it is the last."""


def _flag(page: Page, path: str) -> bool:
    """What the page says at a path that must be true or false. Raises BadResponse for anything else."""
    flag = page.get(path)
    if not isinstance(flag, bool):
        raise BadResponse(f"the answer does not say whether it is the last ('{path}')")
    return flag


def _total(page: Page, path: str) -> int:
    """A count that the page must state. Raises BadResponse for anything else."""
    total = page.get(path)
    if not isinstance(total, int) or isinstance(total, bool):
        raise BadResponse(f"the answer does not state its '{path}'")
    return total


def _address(page: Page, path: str) -> str | None:
    """A token or an address: a text, or a number; None where there is none. Raises BadResponse for anything else."""
    found = page.get(path)
    if found in (None, ""):
        return None
    if not isinstance(found, str | int) or isinstance(found, bool):
        raise BadResponse(f"the answer's '{path}' is of another kind than a token or an address".replace("\\", ""))
    return str(found)


@dataclass(frozen=True)
class OnePage:
    """The whole list comes in one answer."""

    def next(self, request: Request, page: Page) -> Request | None:
        return None


@dataclass(frozen=True)
class Token:
    """The answer names the next page's token; no token means the end (HubSpot lists, Zendesk).

        {"results": [...], "paging": {"next": {"after": "NTI1Cg"}}}

    `more` is the dotted path of a flag that must be present and says whether there is more: when it is `more_is`.
    `must_show`: a page without the token's path, not even as null, proves nothing unless an earlier one had it.
    """

    token: str
    param: str
    more: str | None = None
    more_is: bool = True
    drops: tuple[str, ...] = ()  # parameters of the first request that later ones must not carry
    must_show: bool = False

    @property
    def landmark(self) -> str:
        """The path that some page must have; empty where none must."""
        return self.token if self.must_show and self.more is None else ""

    def next(self, request: Request, page: Page) -> Request | None:
        if self.more is not None and _flag(page, self.more) is not self.more_is:
            return None
        token = _address(page, self.token)
        if token is None:
            if self.more is not None:
                raise BadResponse("the answer says that there is more, but not where")
            return None
        changes: dict[str, str | int | None] = dict.fromkeys(self.drops)
        changes[self.param] = token
        return request.with_params(**changes)


@dataclass(frozen=True)
class Link:
    """The answer holds the next page's address (checked by the session to be of the same origin).

        {"value": [...], "next_page": "https://api.vendor.example/items?page=2", "end_of_stream": false}

    `proof` is the path of what stands on the last page, and only there (OData's delta link). The others: see Token.
    """

    link: str
    more: str | None = None
    more_is: bool = True
    proof: str | None = None
    must_show: bool = False

    @property
    def landmark(self) -> str:
        """The path that some page must have; empty where none must."""
        return self.link if self.must_show and self.more is None and self.proof is None else ""

    def next(self, request: Request, page: Page) -> Request | None:
        if self.more is not None and _flag(page, self.more) is not self.more_is:
            return None
        address = _address(page, self.link)
        if address is None:
            if self.more is not None:
                raise BadResponse("the answer says that there is more, but not where")
            if self.proof is not None and page.get(self.proof) is None:
                raise BadResponse(f"the last page lacks '{self.proof}'".replace("\\", ""))
            return None
        return Request(address, method=request.method, body=request.body, headers=request.headers)


@dataclass(frozen=True)
class HeaderLink:
    """The `Link` header (RFC 8288) holds the next page's address, in the relation "next"."""

    def next(self, request: Request, page: Page) -> Request | None:
        found = _NEXT_LINK.search(page.headers.get("link", ""))
        return Request(found[1], method=request.method, body=request.body) if found else None


@dataclass(frozen=True)
class KeysetById:
    """Search within a fixed window, ordered by id, each page starting after the last id seen.

    No ceiling on rows (HubSpot's 10,000) and no drift while records change. The body's first filter group
    gets one more filter; `more` is the path of what stands there only while there is more.
    """

    field: str
    more: str
    id_path: str = "id"

    def next(self, request: Request, page: Page) -> Request | None:
        if page.get(self.more) is None:
            return None
        if not page.records:
            raise BadResponse("an empty page says that there is more, but not where")
        last = page.of_last(self.id_path)
        if not isinstance(last, str | int):
            raise BadResponse(f"a page's last record has no '{self.id_path}', after which the next begins")
        body: Mapping[str, Any] = request.body or {}
        window = [f for f in body["filterGroups"][0]["filters"] if f["propertyName"] != self.field]
        beyond = {"propertyName": self.field, "operator": "GT", "value": str(last)}
        return request.with_body(filterGroups=[{"filters": [*window, beyond]}])


@dataclass(frozen=True)
class KeysetInQuery:
    """A query language in one parameter (SOQL): ordered by id, each page is a query that goes on after the last id.

    A page with fewer than `limit` records is the last one, unless the answer says itself that it is not `done`.
    The condition stands right before ORDER BY. Raises BadResponse for a last record without a usable id.
    """

    limit: int
    key: str = "Id"
    param: str = "q"
    done: str = "done"

    def next(self, request: Request, page: Page) -> Request | None:
        done = _flag(page, self.done)
        if done and len(page.records) < self.limit:
            return None
        last = _last_key(page, self.key)
        query, order = request.params[self.param].rsplit(" ORDER BY ", 1)
        query = re.sub(rf" (?:AND|WHERE) {self.key} > '[^']*'$", "", query)
        joined = f"{query} {'AND' if ' WHERE ' in query else 'WHERE'} {self.key} > '{last}'"
        return request.with_params(**{self.param: f"{joined} ORDER BY {order}"})


@dataclass(frozen=True)
class KeysetInSearch:
    """A search expression in one parameter (Siebel): ordered by id, each page goes on after the last id.

    The end is a page without records, or a status that says so: a page that is not full proves nothing.
    """

    param: str
    key: str = "Id"

    def next(self, request: Request, page: Page) -> Request | None:
        if not page.records:
            return None
        beyond = rf"(?: AND )?\[{self.key}\] > '[^']*'$"
        before = re.sub(beyond, "", request.params.get(self.param, ""))
        after = f"[{self.key}] > '{_last_key(page, self.key)}'"
        return request.with_params(**{self.param: f"{before} AND {after}" if before else after})


def _last_key(page: Page, key: str) -> str:
    """The id of the page's last record, letters and digits only: it becomes part of a query."""
    last = page.of_last(key)
    if not isinstance(last, str) or not re.fullmatch(r"[\w-]+", last):
        raise BadResponse("the page says that there is more, but not where")
    return last


@dataclass(frozen=True)
class KeysetInDomain:
    """Search by an Odoo domain that stands at `place` in the body, ordered by id, each page after the last id seen.

    The source gives `limit` records where there are as many, so a page with fewer is the last.
    """

    limit: int
    place: tuple[str | int, ...]

    def next(self, request: Request, page: Page) -> Request | None:
        if len(page.records) < self.limit:
            return None
        last = page.of_last("id")
        if not isinstance(last, int):
            raise BadResponse("a page's last record has no 'id', after which the next begins")
        body = msgspec.json.decode(msgspec.json.encode(request.body))
        here = body
        for step in self.place[:-1]:
            here = here[step]
        domain = [term for term in here[self.place[-1]] if term[:2] != ["id", ">"]]
        here[self.place[-1]] = [*domain, ["id", ">", last]]
        return replace(request, body=body)


@dataclass(frozen=True)
class Offset:
    """`offset` and `count`, up to the total that the answer states."""

    total: str
    count: int
    param: str = "offset"

    def next(self, request: Request, page: Page) -> Request | None:
        total = _total(page, self.total)
        reached = int(request.params.get(self.param, "0")) + len(page.records)
        if reached >= total:
            return None
        if not page.records:
            raise BadResponse(f"the pages ended at {reached} of {total} records")
        return request.with_params(**{self.param: reached})


@dataclass(frozen=True)
class Numbered:
    """Pages that we count, by records or by pages from `first` on, up to the `total` of them that the answer states.

    Where no total is stated the end is an empty page: a page that is not full proves nothing. A total that is as large
    as the page itself may be the page's own: `is_checked` has one page more asked for before it is believed. Raises
    BadResponse where records stand beyond the total.
    """

    param: str
    counts: Literal["records", "pages"]
    first: int = 0
    total: str | None = None
    more: str | None = None  # the path of a flag that says whether there is more, in place of a total
    is_checked: bool = False
    pages_shift: ClassVar[bool] = True  # what comes or goes on a page that was read moves the others
    may_repeat: ClassVar[bool] = True  # and so may make a page like the one before

    def next(self, request: Request, page: Page) -> Request | None:
        here = int(request.params.get(self.param, self.first))
        after = here + (len(page.records) if self.counts == "records" else 1)
        if self.more is not None:
            return request.with_params(**{self.param: after}) if _flag(page, self.more) else None
        if self.total is None:
            return request.with_params(**{self.param: after}) if page.records else None
        total = _total(page, self.total)
        if self.is_checked and page.records and here - self.first >= total:
            raise BadResponse(f"'{self.total}' says {total}, and more came: it is not the total of the {self.counts}")
        if after - self.first >= total:
            return request.with_params(**{self.param: after}) if self.is_doubted(request, page) else None
        if not page.records:
            raise BadResponse(f"the pages ended at {here} of {total} {self.counts}")
        return request.with_params(**{self.param: after})

    def is_doubted(self, request: Request, page: Page) -> bool:
        """Whether the total that ends the pages may be the number of this page's own records."""
        if not self.is_checked or self.total is None:
            return False
        here, count = int(request.params.get(self.param, self.first)), len(page.records)
        total = page.get(self.total)
        if self.counts == "records":
            return here == self.first and count > 0 and total == count
        return count > 1 and total == count == here - self.first + 1


@dataclass(frozen=True)
class SinceThenOffset:
    """An offset API ordered by change time: each page starts anew at the last time seen.

    Offsets drift while others change records; times do not. The offset only counts within records of one
    time. The boundary is read again (`overlap`), and dropped as a duplicate by the sync.
    """

    total: str
    count: int
    since: str
    changed: str
    param: str = "offset"
    overlap: timedelta = timedelta(seconds=1)
    zone: str = "+00:00"  # how the API wants UTC told; empty where it takes times without an offset
    may_repeat: ClassVar[bool] = True  # where all of a page changed at one moment

    def next(self, request: Request, page: Page) -> Request | None:
        plain = Offset(self.total, self.count, self.param).next(request, page)
        if plain is None:
            return None
        moved = _moved(request, page, self.since, self.changed, self.overlap, self.zone)
        return plain if moved is None else request.with_params(**{self.since: moved, self.param: 0})


@dataclass(frozen=True)
class SinceThenPage:
    """Numbered pages ordered by change time, of which the API gives only so many: each begins anew at the last time.

    More pages follow while the `Link` header (RFC 8288) names a next one. A number only counts within records of
    one time; more records of one time than `most` pages hold can't be read. Raises BadResponse then.
    """

    since: str
    changed: str
    most: int
    param: str = "page"
    overlap: timedelta = timedelta(seconds=1)
    zone: str = "Z"
    may_repeat: ClassVar[bool] = True

    def next(self, request: Request, page: Page) -> Request | None:
        plain = LinkedPage(self.param).next(request, page)
        if plain is None:
            return None
        moved = _moved(request, page, self.since, self.changed, self.overlap, self.zone)
        if moved is not None:
            return request.with_params(**{self.since: moved, self.param: 1})
        if int(plain.params[self.param]) > self.most:
            raise BadResponse(f"more records changed at one moment than the API's {self.most} pages hold")
        return plain


@dataclass(frozen=True)
class LinkedPage:
    """Numbered pages; more follow while the `Link` header (RFC 8288) names a next one."""

    param: str = "page"

    def next(self, request: Request, page: Page) -> Request | None:
        if not _NEXT_LINK.search(page.headers.get("link", "")):
            return None
        if not page.records:
            raise BadResponse("an empty page says that there is more, but not where")
        return request.with_params(**{self.param: int(request.params.get(self.param, "1")) + 1})


@dataclass(frozen=True)
class AfterLast:
    """The next page begins after this page's last record; a flag says whether there is more (Stripe)."""

    param: str
    more: str
    id_path: str = "id"

    def next(self, request: Request, page: Page) -> Request | None:
        more = _flag(page, self.more)
        if not more:
            return None
        if not page.records:
            raise BadResponse("an empty page says that there is more, but not where")
        last = page.of_last(self.id_path)
        if not last:
            raise BadResponse(f"a page's last record has no '{self.id_path}', after which the next begins")
        return request.with_params(**{self.param: last})


@dataclass(frozen=True)
class TokenThenSince:
    """Page tokens that lead through `most_pages` pages only, in order of change time: there the reading begins anew.

    It begins at the last time seen, less `overlap`, told in a header; what comes twice the sync drops as a duplicate.
    Raises BadResponse where all records of so many pages have changed at one moment.
    """

    token: str
    param: str
    more: str
    page: str  # the path of the page's number
    most_pages: int
    header: str
    changed: str
    overlap: timedelta = timedelta(seconds=1)
    may_repeat: ClassVar[bool] = True

    def next(self, request: Request, page: Page) -> Request | None:
        following = Token(self.token, self.param, self.more).next(request, page)
        number = page.get(self.page)
        if following is None or not isinstance(number, int) or number < self.most_pages:
            return following
        last = page.of_last(self.changed)
        if not isinstance(last, str):
            raise BadResponse("the page says that there is more, but not where")
        moved = datetime.fromisoformat(last).astimezone(UTC) - self.overlap
        begun = request.headers.get(self.header)
        if begun is not None and moved <= datetime.fromisoformat(begun):
            raise BadResponse("more records have changed at one moment than the source shows")
        again = request.with_params(**{self.param: None})
        return replace(again, headers={**request.headers, self.header: iso(moved, "+00:00")})


@dataclass(frozen=True)
class GraphQLCursor:
    """Relay connections: `pageInfo { hasNextPage endCursor }`; the cursor is a variable of the query."""

    connection: str
    variable: str = "after"

    def next(self, request: Request, page: Page) -> Request | None:
        if not _flag(page, f"data.{self.connection}.pageInfo.hasNextPage"):
            return None
        cursor = _address(page, f"data.{self.connection}.pageInfo.endCursor")
        if cursor is None:
            raise BadResponse("the answer says that there is more, but not where")
        variables = {**(request.body or {}).get("variables", {}), self.variable: cursor}
        return request.with_body(variables=variables)


def _moved(request: Request, page: Page, since: str, changed: str, overlap: timedelta, zone: str) -> str | None:
    """The last record's change time less the overlap, as the API wants it; None where that is no step forward."""
    if not page.records:
        return None
    try:
        moved = read_time(str(page.of_last(changed)), "iso") - overlap
    except ValueError as error:
        raise BadResponse(f"a page's last record has no readable '{changed}', where the next begins") from error
    begun = request.params.get(since)
    if begun is not None and moved <= read_time(begun, "iso"):
        return None
    return iso(moved, zone)
