"""Paginators: given this page, that is the next request; and pages that never end are noticed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crm360.connectors.engine.errors import BadResponse, LoopDetected
from crm360.connectors.engine.page import LoopGuard, Page
from crm360.connectors.engine.pagination import (
    AfterLast,
    GraphQLCursor,
    HeaderLink,
    KeysetById,
    KeysetInDomain,
    Link,
    LinkedPage,
    Numbered,
    Offset,
    OnePage,
    SinceThenOffset,
    SinceThenPage,
    Token,
)
from crm360.connectors.engine.request import Request


def page(value: Any, records: str = "results") -> Page:
    return Page(json.dumps(value).encode(), records)


def test_records_keep_their_bytes() -> None:
    body = b'{"results":[{"id": 1,  "price":1.10}, {"id":12345678901234567890}]}'
    assert [bytes(r) for r in Page(body, "results").records] == [
        b'{"id": 1,  "price":1.10}',
        b'{"id":12345678901234567890}',
    ]
    assert [bytes(r) for r in Page(b"[1,2]", "").records] == [b"1", b"2"]


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{}", b"[]", b'{"results":null}', b'{"results":{}}', b'{"error":"no"}', b'{"results":[1,', b"\xff\xfe{}"],
)  # fmt: skip
def test_an_answer_without_the_list_is_an_error_and_not_an_empty_page(body: bytes) -> None:
    with pytest.raises(BadResponse):
        Page(body, "results")


def test_token() -> None:
    token, request = Token("paging.next.after", "after"), Request("/x", {"limit": "2"})
    after = token.next(request, page({"results": [1], "paging": {"next": {"after": "7"}}}))
    assert after == Request("/x", {"limit": "2", "after": "7"})
    assert token.next(request, page({"results": [1]})) is None


def test_token_with_a_flag_goes_by_the_flag_alone() -> None:
    export = Token("after_cursor", "cursor", more="end_of_stream", more_is=False, drops=("start_time",))
    request = Request("/x", {"start_time": "0"})
    empty_but_more = page({"results": [], "after_cursor": "c", "end_of_stream": False})
    assert export.next(request, empty_but_more) == Request("/x", {"cursor": "c"})
    assert export.next(request, page({"results": [], "after_cursor": "c", "end_of_stream": True})) is None
    with pytest.raises(BadResponse, match="whether it is the last"):
        export.next(request, page({"results": [1], "after_cursor": "c"}))
    with pytest.raises(BadResponse, match="not where"):
        export.next(request, page({"results": [1], "after_cursor": None, "end_of_stream": False}))


def test_link_and_one_page() -> None:
    assert Link("next").next(Request("/x"), page({"results": [], "next": "https://a/b?c=1"})) == Request(
        "https://a/b?c=1"
    )
    assert Link("next").next(Request("/x"), page({"results": [], "next": None})) is None
    assert OnePage().next(Request("/x"), page({"results": [1]})) is None


def test_keyset_goes_on_after_the_last_id_within_the_same_window() -> None:
    window = {"propertyName": "modified", "operator": "GTE", "value": "5"}
    request = Request("/s", body={"filterGroups": [{"filters": [window]}]}, method="POST")
    keyset = KeysetById("id", more="paging")
    once = keyset.next(request, page({"results": [{"id": "3"}, {"id": "9"}], "paging": {}}))
    assert once is not None and once.body is not None
    twice = keyset.next(once, page({"results": [{"id": "12"}], "paging": {}}))
    assert twice is not None and twice.body is not None
    beyond = {"propertyName": "id", "operator": "GT", "value": "12"}
    assert twice.body["filterGroups"] == [{"filters": [window, beyond]}]
    assert keyset.next(twice, page({"results": [{"id": "13"}]})) is None


def test_offset_ends_at_the_total_and_not_before() -> None:
    offset = Offset("total", 2)
    assert offset.next(Request("/x"), page({"results": [1, 2], "total": 3})) == Request("/x", {"offset": "2"})
    assert offset.next(Request("/x", {"offset": "2"}), page({"results": [3], "total": 3})) is None
    with pytest.raises(BadResponse, match="ended at 2 of 3"):
        offset.next(Request("/x", {"offset": "2"}), page({"results": [], "total": 3}))
    with pytest.raises(BadResponse, match="does not state"):
        offset.next(Request("/x"), page({"results": [1]}))


def test_since_then_offset_starts_anew_at_the_last_time_and_counts_within_a_tie() -> None:
    pages = SinceThenOffset("total", 2, "since", "at")
    first = pages.next(
        Request("/x"), page({"results": [{"at": "2026-01-01T00:00:00Z"}, {"at": "2026-01-01T00:00:05Z"}], "total": 9})
    )
    assert first == Request("/x", {"since": "2026-01-01T00:00:04+00:00", "offset": "0"})
    tie = page({"results": [{"at": "2026-01-01T00:00:05Z"}, {"at": "2026-01-01T00:00:05Z"}], "total": 8})
    assert pages.next(first, tie) == Request("/x", {"since": "2026-01-01T00:00:04+00:00", "offset": "2"})
    assert pages.next(first, page({"results": [{"at": "2026-01-01T00:00:06Z"}], "total": 1})) is None


def test_graphql_cursor() -> None:
    cursor, request = (
        GraphQLCursor("orders"),
        Request("/g", body={"query": "q", "variables": {"query": "w"}}, method="POST"),
    )
    more = page(
        {"data": {"orders": {"nodes": [1], "pageInfo": {"hasNextPage": True, "endCursor": "c"}}}}, "data.orders.nodes"
    )
    after = cursor.next(request, more)
    assert after is not None and after.body == {"query": "q", "variables": {"query": "w", "after": "c"}}
    last = page({"data": {"orders": {"nodes": [], "pageInfo": {"hasNextPage": False}}}}, "data.orders.nodes")
    assert cursor.next(request, last) is None
    with pytest.raises(BadResponse):
        cursor.next(request, page({"data": {"orders": {"nodes": []}}}, "data.orders.nodes"))


@pytest.mark.parametrize(
    ("turns", "why"),
    [
        ([("a", [1]), ("a", [2])], "same next page twice"),
        ([("a", [1]), ("b", [2]), ("a", [3])], "same next page twice"),
        ([("a", [1]), ("b", [1])], "same page came twice"),
        ([("a", [1]), ("b", []), ("c", [])], "2 empty pages in a row"),
    ],
)
def test_loops_are_noticed(turns: list[tuple[str, list[int]]], why: str) -> None:
    guard = LoopGuard()
    for token, records in turns[:-1]:
        guard.check(Request("/x", {"t": token}), page({"results": records}))
    token, records = turns[-1]
    with pytest.raises(LoopDetected, match=why):
        guard.check(Request("/x", {"t": token}), page({"results": records}))


def test_an_empty_page_in_the_middle_is_no_loop() -> None:
    for allowed in (1, 2):
        guard = LoopGuard(allowed)
        for token, records in [("a", [1]), *((f"e{n}", []) for n in range(allowed)), ("d", [2]), ("e", []), ("f", [3])]:
            guard.check(Request("/x", {"t": token}), page({"results": records}))


NEXT = {"link": '<https://x.test/a?page=2>; rel="next"'}


def bare(records: list[Any], **headers: str) -> Page:
    return Page(json.dumps(records).encode(), "", headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_a_count_may_stand_in_a_header() -> None:
    pages, request = Offset("header:x-wp-total", 2), Request("/x")
    assert pages.next(request, bare([1, 2], x_wp_total="3")) == Request("/x", {"offset": "2"})
    assert pages.next(request.with_params(offset=2), bare([3], x_wp_total="3")) is None
    with pytest.raises(BadResponse, match="does not state"):
        pages.next(request, bare([1, 2]))


def test_times_without_an_offset_are_utc_and_go_out_as_the_api_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    pages, request = SinceThenOffset("header:total", 1, "since", "at", zone=""), Request("/x")
    moved = pages.next(request, bare([{"at": "2026-07-01T02:00:00"}], total="2"))
    assert moved == Request("/x", {"since": "2026-07-01T01:59:59", "offset": "0"})
    with pytest.raises(BadResponse, match="no readable 'at'"):
        pages.next(request, bare([{"at": None}], total="2"))


@pytest.mark.parametrize(
    ("link", "more"),
    [
        ('<https://x.test/a?page=2>; rel="next"', True),
        ("<https://x.test/a?page=2>;rel=next", True),
        ('<https://x.test/a?page=1>; rel="prev", <https://x.test/a?page=3>; rel="next"', True),
        ('<https://x.test/next>; rel="prev"', False),
        ("", False),
    ],
)
def test_numbered_pages_go_on_while_a_header_links_to_the_next(link: str, more: bool) -> None:
    assert LinkedPage().next(Request("/x"), bare([1], link=link)) == (Request("/x", {"page": "2"}) if more else None)


def test_an_empty_page_with_a_link_is_no_end() -> None:
    with pytest.raises(BadResponse):
        LinkedPage().next(Request("/x"), bare([], **NEXT))


def test_numbered_pages_begin_anew_at_the_last_time_seen_and_count_within_it() -> None:
    pages, start = SinceThenPage("since", "at", most=3), Request("/x", {"since": "2026-07-01T00:00:00Z"})
    records = [{"at": "2026-07-01T02:00:00Z"}]
    anew = pages.next(start, bare(records, **NEXT))
    assert anew == Request("/x", {"since": "2026-07-01T01:59:59Z", "page": "1"})
    second = pages.next(anew, bare(records, **NEXT))
    assert second is not None and second.params["page"] == "2"
    third = pages.next(second, bare(records, **NEXT))
    assert third is not None and pages.next(third, bare(records)) is None
    with pytest.raises(BadResponse, match="more records changed at one moment"):
        pages.next(third, bare(records, **NEXT))


def test_after_the_last_record() -> None:
    pages, request = AfterLast("starting_after", "has_more"), Request("/x")
    some = {"results": [{"id": "a"}, {"id": "b"}]}
    assert pages.next(request, page(some | {"has_more": True})) == Request("/x", {"starting_after": "b"})
    assert pages.next(request, page(some | {"has_more": False})) is None
    for silent in (some, {"results": [], "has_more": True}):
        with pytest.raises(BadResponse):
            pages.next(request, page(silent))


@pytest.mark.parametrize(
    ("counts", "first", "total", "here", "records", "stated", "then"),
    [
        ("records", 0, "total", None, 3, 5, "3"),
        ("records", 0, "total", "3", 2, 5, None),
        ("records", 0, "total", "3", 0, 5, BadResponse),  # it promises more than it gives
        ("records", 0, "total", "0", 3, None, BadResponse),  # silent about its end
        ("pages", 1, "total", None, 3, 2, "2"),
        ("pages", 1, "total", "2", 1, 2, None),
        ("pages", 0, "total", "0", 3, 2, "1"),
        ("pages", 0, "total", "1", 3, 2, None),
        ("pages", 1, None, "4", 1, None, "5"),  # a page that is not full proves nothing
        ("pages", 1, None, "5", 0, None, None),
        ("records", 0, None, "7", 2, None, "9"),
    ],
)
def test_pages_that_we_count(
    counts: Any, first: int, total: str | None, here: str | None, records: int, stated: int | None, then: Any
) -> None:
    pages = Numbered("n", counts, first, total)
    request = Request("/x", {"n": here} if here else {})
    came = page({"results": [{"id": n} for n in range(records)]} | ({"total": stated} if stated is not None else {}))
    if then is BadResponse:
        with pytest.raises(BadResponse):
            pages.next(request, came)
    else:
        after = pages.next(request, came)
        assert (after and after.params["n"]) == then


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ('<https://x/a?page=2>; rel="next"', "https://x/a?page=2"),
        ('<https://x/a?page=1>; rel="prev", <https://x/a?page=3>; rel=next', "https://x/a?page=3"),
        ('<https://x/a?page=1>; rel="prev"', None),
        ("", None),
    ],
)
def test_an_address_in_the_link_header(said: str, then: str | None) -> None:
    after = HeaderLink().next(Request("/x"), Page(b"[]", "", headers={"link": said}))
    assert (after and after.path) == then


@pytest.mark.parametrize("place", [("domain",), ("params", "args", 5, 0)])
def test_keyset_in_a_domain_moves_on_by_id_and_leaves_the_request_before_it_alone(place: tuple[str | int, ...]) -> None:
    window = [["write_date", ">=", "2026-07-01 00:00:00"]]
    bodies = {1: {"domain": window}, 4: {"params": {"args": ["db", 2, None, "m", "search_read", [window], {}]}}}
    keyset, first = KeysetInDomain(2, place), Request("/x", body=bodies[len(place)], method="POST")
    second = keyset.next(first, bare([{"id": 3}, {"id": 7}]))
    third = keyset.next(second, bare([{"id": 8}, {"id": 9}])) if second else None
    assert second and third and keyset.next(third, bare([{"id": 10}])) is None

    def domain(request: Request) -> Any:
        here: Any = request.body
        for step in place:
            here = here[step]
        return here

    assert domain(first) == window
    assert domain(second) == [*window, ["id", ">", 7]] and domain(third) == [*window, ["id", ">", 9]]
    with pytest.raises(BadResponse):
        keyset.next(first, bare([{"id": 3}, {}]))
