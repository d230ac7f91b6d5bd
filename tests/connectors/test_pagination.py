"""Paginators: given this page, that is the next request; and pages that never end are noticed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.errors import BadResponse, LoopDetected
from connectors.pagination import (
    GraphQLCursor,
    KeysetById,
    Link,
    LoopGuard,
    Offset,
    OnePage,
    Page,
    SinceThenOffset,
    Token,
)
from connectors.stream import Request


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
    [b"", b"null", b"{}", b"[]", b'{"results":null}', b'{"results":{}}', b'{"error":"no"}', b'{"results":[1,', b"\xff\xfe{}", b'{"results":["\xff"]}'],
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
        ([("a", []), ("b", []), ("c", []), ("d", [])], "empty pages in a row"),
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
    guard = LoopGuard()
    for token, records in [("a", [1]), ("b", []), ("c", []), ("d", [2]), ("e", []), ("f", [3])]:
        guard.check(Request("/x", {"t": token}), page({"results": records}))
