"""APIs described in crm360.toml alone, against the sandbox: the landing ends up equal to the truth without any code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from crm360.connectors.engine.errors import AuthError, BadResponse, ConfigError, LoopDetected
from crm360.connectors.engine.session import Session
from crm360.connectors.systems.rest import Bounds, said, since
from tests.connectors.battery import Bench, bench
from tests.connectors.declared import SOURCE, Night
from tests.connectors.wire import http, wire

# Each is named as the sandbox's vendor and stream, so that the sandbox's truth says what must be there.
DESCRIBED = {
    # token in the answer, no window: all every night
    ("hubspot", "contacts"): """
        path = "/crm/v3/objects/contacts"
        records = "results"
        params = { limit = "40" }
        paging = { style = "token", at = "paging.next.after", param = "after" }
        changed = "updatedAt"
        deletes = "sweep"
    """,
    # the next page's address, and a flag that says when it ends; deletes are flagged
    ("zendesk", "users"): """
        path = "/api/v2/incremental/users/cursor.json"
        records = "users"
        params = { per_page = "60" }
        paging = { style = "link", at = "after_url", more = "end_of_stream", more_is = false }
        changed = "updated_at"
        window = { since = "start_time", format = "epoch", begin = "0" }
        lag = 90
        deletes = "flag"
        deleted = { field = "active", values = ["false"] }
    """,
    # counted records with a total in a header; the window goes by a pattern
    ("woocommerce", "orders"): """
        path = "/wp-json/wc/v3/orders"
        params = { per_page = "50", orderby = "modified", order = "asc", status = "any", dates_are_gmt = "true" }
        paging = { style = "offset", param = "offset", at = "header:x-wp-total" }
        changed = "date_modified_gmt"
        window = { since = "modified_after", format = "%Y-%m-%dT%H:%M:%S" }
        deletes = "sweep"
    """,
    # counted pages with their number in a header
    ("woocommerce", "customers"): """
        path = "/wp-json/wc/v3/customers"
        params = { per_page = "30", role = "all", orderby = "id", order = "asc" }
        paging = { style = "page", param = "page", at = "header:x-wp-totalpages" }
        changed = "date_modified_gmt"
        deletes = "sweep"
    """,
    # counted pages until an empty one
    ("woocommerce", "products"): """
        path = "/wp-json/wc/v3/products"
        params = { per_page = "10", orderby = "id", order = "asc", status = "any" }
        paging = { style = "page", param = "page" }
        changed = "date_modified_gmt"
        deletes = "sweep"
    """,
}
LOGIN = {
    "hubspot": 'auth = "bearer"',
    "zendesk": 'auth = "basic"\nuser = "agent@sandbox.example/token"',
    "woocommerce": 'auth = "basic"\nuser = "ck_sandbox"',
}
EVERY = pytest.mark.parametrize(("vendor", "stream"), DESCRIBED, ids=["/".join(d) for d in DESCRIBED])
ENTITY = 'entity = "contacts"\nfields = { email = "email" }'
# Where each stream's records hold an address, or another text.
MAPPED = {("hubspot", "contacts"): "properties.email", ("woocommerce", "orders"): "billing.email", ("woocommerce", "products"): "name"}  # fmt: skip


def described(here: Bench, vendor: str, stream: str) -> str:
    return f"""
        [sources.{vendor}]
        system = "rest"
        base_url = "{here.sandbox.base_url}/{vendor}"
        {LOGIN[vendor]}
        rate_limit = 1000
        [sources.{vendor}.streams.{stream}]
        key = ["id"]
        {DESCRIBED[vendor, stream]}
        [[sources.{vendor}.streams.{stream}.entities]]
        entity = "contacts"
        fields = {{ email = "{MAPPED.get((vendor, stream), "email")}" }}
    """


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)
    for vendor in LOGIN:
        monkeypatch.setenv(f"CRM360_{vendor.upper()}_TOKEN", f"sandbox-{vendor}")
    with bench(tmp_path) as made:
        yield Bench(made.sandbox, tmp_path / "data" / "landing")


@EVERY
def test_four_nights_leave_nothing_lost_nothing_twice_nothing_wrong(
    here: Bench, tmp_path: Path, vendor: str, stream: str
) -> None:
    here.sandbox.faults.add("status", path=f"/{vendor}/*", times=None, share=0.2, seed=3, status=503)
    night = Night(tmp_path)
    for day in range(4):
        here.company.go_to(day)
        footer = night.footer(described(here, vendor, stream), stream)
        assert footer.complete
        assert here.differences(vendor, stream) == {}
    asks_for_changes = "window" in DESCRIBED[vendor, stream]
    assert footer.reading == ("changes" if asks_for_changes else "full")
    again = night.footer(described(here, vendor, stream), stream)
    assert again.landed + again.derived == 0


@EVERY
def test_changes_between_pages_lose_nothing(here: Bench, tmp_path: Path, vendor: str, stream: str) -> None:
    company, turn, night = here.company, iter(range(10_000)), Night(tmp_path)

    def meanwhile(_path: str) -> None:
        number = next(turn)
        live = [r.id for r in company.truth().records(vendor, stream) if not r.deleted]
        company.touch(vendor, stream, live[number % len(live)], company.now)
        if number < 4 and stream != "products":
            company.delete(vendor, stream, live[number])

    night.footer(described(here, vendor, stream), stream)
    company.go_to(1)
    company.on_page = meanwhile
    night.footer(described(here, vendor, stream), stream)
    company.on_page = None
    company.go_to(2)
    night.footer(described(here, vendor, stream), stream)
    assert here.differences(vendor, stream) == {}


def test_a_wrong_token_is_named_and_never_told(here: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM360_HUBSPOT_TOKEN", "not-the-right-one-7f3a")
    with pytest.raises(AuthError) as raised:
        Night(tmp_path).footer(described(here, "hubspot", "contacts"), "contacts")
    assert "7f3a" not in str(raised.value)


def small(url: str, more: str, login: str = 'auth = "none"') -> str:
    return f"""
        [sources.{SOURCE}]
        system = "rest"
        base_url = "{url}"
        {login}
        rate_limit = 1000
        [sources.{SOURCE}.streams.rows]
        path = "/rows"
        key = ["id"]
        {more}
        [[sources.{SOURCE}.streams.rows.entities]]
        {ENTITY}
    """


ROWS = b'[{"id": 1, "email": "a"}, {"id": 12345678901234567890, "email": 1.10}]'


@pytest.mark.parametrize(
    ("login", "header"),
    [
        ('auth = "none"', None),
        ("", b"Authorization: Bearer s3cret-token"),
        ('auth = "basic"\nuser = "ann"', b"Authorization: Basic YW5uOnMzY3JldC10b2tlbg=="),
        ('auth = "header"\nheader = "X-Api-Key"', b"X-Api-Key: s3cret-token"),
    ],
)
def test_how_we_log_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, login: str, header: bytes | None) -> None:
    monkeypatch.setenv("CRM360_OWN_TOKEN", "s3cret-token")
    with wire(http(ROWS)) as server:
        night = Night(tmp_path)
        night.footer(small(server.url, "", login))
    assert (header in server.received[0]) if header else (b"s3cret" not in server.received[0])
    assert night.texts()["12345678901234567890"] == '{"id": 12345678901234567890, "email": 1.10}', "as it was sent"


def test_a_link_header_leads_on(tmp_path: Path) -> None:
    last = http(b'[{"id": 2, "email": null}]', Link='</rows?page=1>; rel="prev"')
    first = http(b'[{"id": 1}]', Link='</a>; rel="prev", </rows?page=2>; rel="next"')
    with wire(first, last) as server:
        night = Night(tmp_path)
        night.footer(small(server.url, 'paging = { style = "link", at = "header:link" }'))
    assert set(night.live()) == {"1", "2"}
    assert server.received[1].startswith(b"GET /rows?page=2 ")


@pytest.mark.parametrize(
    ("paging", "error"),
    [
        ('{ style = "page", param = "page" }', LoopDetected),  # the same page for ever
        ('{ style = "page", param = "page", at = "pages" }', BadResponse),  # no total where one is promised
        ('{ style = "offset", param = "skip", at = "header:x-total" }', BadResponse),
        ('{ style = "token", at = "next", param = "after", more = "more" }', BadResponse),
    ],
)
def test_an_answer_that_is_silent_about_its_end_is_not_the_end(tmp_path: Path, paging: str, error: type) -> None:
    with wire(http(b'{"rows": ' + ROWS + b"}")) as server, pytest.raises(error):
        Night(tmp_path).footer(small(server.url, f'records = "rows"\npaging = {paging}'))


def rows_of(*numbers: int, **around: int) -> bytes:
    return http(msgspec.json.encode({"rows": [{"id": n, "email": f"a{n}"} for n in numbers], **around}))


BY_OFFSET = 'records = "rows"\npaging = { style = "offset", param = "skip", at = "count" }'


def test_a_total_that_is_the_pages_own_count_is_no_end(tmp_path: Path) -> None:
    """It ended a reading of all after one full page, without a word."""
    pages = [rows_of(1, 2, count=2), rows_of(3, 4, count=2), rows_of(5, count=1)]
    with wire(*pages) as server, pytest.raises(BadResponse, match="'count' says 2, and more came") as raised:
        Night(tmp_path).footer(small(server.url, BY_OFFSET))
    assert raised.value.who == "whoever set up crm360.toml"
    paging = 'records = "rows"\npaging = { style = "page", param = "page", at = "count" }'
    with wire(*pages) as server, pytest.raises(BadResponse, match="'count' says 1, and more came"):
        Night(tmp_path).footer(small(server.url, paging))
    own = 'paging = { style = "page", param = "page", at = "meta.page" }'
    with pytest.raises(ConfigError, match=r"paging\.at is where the total stands; 'meta\.page' is the page's own"):
        Night(tmp_path).config(small("https://api.example.com", own))


@pytest.mark.parametrize(
    "beyond", [rows_of(count=2), rows_of(count=0), http(b"{}", "404 Not Found"), http(b"{}", "400 Bad Request")]
)
def test_a_total_of_one_page_is_believed_once_the_next_one_is_empty(tmp_path: Path, beyond: bytes) -> None:
    with wire(rows_of(1, 2, count=2), beyond) as server:
        night = Night(tmp_path)
        night.footer(small(server.url, BY_OFFSET))
        assert set(night.live()) == {"1", "2"} and len(server.received) == 2
    with wire(rows_of(1, 2, count=3), rows_of(3, count=3)) as server:  # the second page shows that it is of all
        night.footer(small(server.url, BY_OFFSET))
        assert set(night.live()) == {"1", "2", "3"} and len(server.received) == 2


def test_what_is_wrong_with_an_answer_is_for_whoever_described_the_api(tmp_path: Path) -> None:
    with wire(http(b'{"items": []}')) as server, pytest.raises(BadResponse) as raised:
        Night(tmp_path).footer(small(server.url, 'records = "rows"'))
    assert str(raised.value) == "own/rows: the answer has no 'rows' (to act: whoever set up crm360.toml)"
    with wire(http(b'{"rows": ' + ROWS + b"}")) as server, pytest.raises(LoopDetected) as looped:
        Night(tmp_path).footer(small(server.url, 'records = "rows"\npaging = { style = "page", param = "page" }'))
    assert looped.value.who == "whoever set up crm360.toml"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('paging = { style = "token", at = "next" }', "paging in the style 'token' needs at and param"),
        ('paging = { style = "link" }', "paging in the style 'link' needs at"),
        ('paging = { style = "offset" }', "paging in the style 'offset' needs param"),
        (
            'paging = { style = "pages" }',
            "own.streams.rows.paging.style: style is one of 'token', 'link', 'offset', 'page', 'one', not 'pages'",
        ),
        ('window = { since = "from" }', "window needs changed"),
        ('deletes = "flag"', "deletes = 'flag' and deleted = { field = … } go together"),
        ('deleted = { field = "gone" }', "deletes = 'flag' and deleted = { field = … } go together"),
    ],
)
def test_what_is_described_wrongly_is_said(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Night(tmp_path).config(small("https://api.example.com", more))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ('auth = "digest"', "auth is one of bearer, basic, header, none"),
        ('auth = "header"', "auth = 'header' needs header"),
    ],
)
def test_how_we_cannot_log_in(tmp_path: Path, login: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Night(tmp_path).config(small("https://api.example.com", "", login))


def test_a_token_that_is_not_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the environment variable CRM360_OWN_TOKEN is not set"):
        Night(tmp_path).footer(small("https://api.example.com", "", ""))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("iso", "2026-07-01T02:03:04Z"),
        ("date", "2026-07-01"),
        ("epoch", "1782871384"),
        ("epoch_ms", "1782871384500"),
        ("%d.%m.%Y %H:%M", "01.07.2026 02:03"),
    ],
)
def test_how_a_moment_is_told(kind: str, text: str) -> None:
    assert said(datetime(2026, 7, 1, 2, 3, 4, 500_000), Bounds(since="from", format=kind)) == text


PERSON = b'{"id": 1, "attributes": {"email": "a@x.example"}}'


def folder(parent: Path, name: str) -> Path:
    made = parent / name
    made.mkdir()
    return made


def mapped_to(field: str, url: str, more: str = "") -> str:
    return small(url, more).replace(ENTITY, f'entity = "contacts"\nfields = {{ email = {field} }}')


def test_a_field_inside_is_named_by_its_path_and_a_misspelt_one_is_refused(tmp_path: Path) -> None:
    with wire(http(b"[" + PERSON + b"]")) as server:
        night = Night(tmp_path)
        night.footer(mapped_to('"attributes.email"', server.url))
        for field, hint in (
            ("e_mail", "'attributes.email'"),
            ("email", "'attributes.email'"),
            ("attributes.mail", "attributes.email"),
        ):
            with pytest.raises(BadResponse, match=f"no record has the mapped field '{field}' .*{hint}"):
                Night(folder(tmp_path, field)).footer(mapped_to(f'"{field}"', server.url))
        optional = '{ column = "attributes.phone", optional = true }'
        assert Night(folder(tmp_path, "optional")).footer(mapped_to(optional, server.url)).landed == 1


def test_a_key_that_no_record_has_and_one_that_stands_twice(tmp_path: Path) -> None:
    with (
        wire(http(ROWS)) as server,
        pytest.raises(BadResponse, match=r"no record has the mapped field 'uid'.*did you mean 'id'"),
    ):
        Night(tmp_path).footer(small(server.url, "").replace('["id"]', '["uid"]'))
    twice = b'[{"id": 1, "email": "a"}, {"id": 1, "email": "b"}]'
    with (
        wire(http(twice)) as server,
        pytest.raises(BadResponse, match="the key id stands twice with different content"),
    ):
        Night(tmp_path).footer(small(server.url, ""))


@pytest.mark.parametrize(
    ("written", "zone", "asked"),
    [
        ("%Y-%m-%d %H:%M", "America/New_York", "2026-06-30 22:30"),
        ("date", "America/New_York", "2026-06-30"),
        ("%Y-%m-%d %H:%M", "Europe/Berlin", "2026-07-01 02:30"),
        ("%Y-%m-%d %H:%M", "UTC", "2026-07-01 02:30"),
        ("%Y-%m-%dT%H:%MZ", "America/New_York", "2026-07-01T02:30Z"),
        ("iso", "America/New_York", "2026-07-01T02:30:00Z"),
        ("epoch", "America/New_York", "1782873000"),
    ],
)
def test_no_change_is_lost_whose_clocks_ever_the_api_reads_by(written: str, zone: str, asked: str) -> None:
    bounds = Bounds(since="from", format=written)
    assert since(datetime(2026, 7, 1, 2, 30), bounds, zone) == asked
