"""Events of websites as their publishers write them: each preset's own records, read by a source and built to sessions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.orchestration.settings import config as settings
from crm360.orchestration.settings import presets
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.macros import Macros
from tests.dbt_project.conftest import Compiled, landed

# As https://www.twilio.com/docs/segment/connections/spec/common shows a call, and the e-commerce spec its properties.
SEGMENT = {
    "messageId": "m1", "anonymousId": "507f191e", "userId": "97980cfea0067", "type": "track", "event": "Product Added",
    "timestamp": "2026-06-01T10:00:00.250Z", "receivedAt": "2026-06-01T10:00:01.000Z",
    "context": {
        "campaign": {"name": "TPS Innovation", "source": "Newsletter", "medium": "email", "term": "tps", "content": "link"},
        "page": {
            "path": "/academy/ann@example.com/", "referrer": "https://www.news.example/a?b=ann@example.com", "title": "For ann@example.com",
            "url": "https://shop.example/academy/ann%40example.com/?email=ann@example.com#top",
        },
        "traits": {"email": "Ann@Example.com"},
    },
    "properties": {"product_id": "507f", "price": 18.99, "currency": "usd"},
}  # fmt: skip
# A row of `tracks` or `pages` (Segment, RudderStack), as https://www.twilio.com/docs/segment/connections/storage/warehouses/schema says.
ROW = {
    "id": "m2", "anonymous_id": "507f191e", "user_id": "97980cfea0067", "event": "order_completed", "event_text": "Order Completed",
    "received_at": "2026-06-01 10:00:01", "timestamp": "2026-06-01 10:00:00", "context_page_path": "/thanks",
    "context_page_url": "https://shop.example/thanks?utm_source=a%20b", "context_campaign_medium": "cpc", "revenue": "25.00",
}  # fmt: skip
# Snowplow's fields, by https://docs.snowplow.io/docs/fundamentals/canonical-event.
SNOWPLOW = {
    "event_id": "c6ef3124", "event": "page_view", "event_name": "page_view", "etl_tstamp": "2026-06-01 10:05:00.000",
    "collector_tstamp": "2026-06-01 10:00:02.000", "derived_tstamp": "2026-06-01 10:00:00.500", "user_id": "jon.doe",
    "domain_userid": "bc2e92ec", "domain_sessionid": "9c65e7f3", "page_url": "http://www.example.com/p?a=1",
    "page_urlpath": "/p", "mkt_source": "acme", "mkt_medium": "cpc", "page_referrer": "https://search.example/?q=x",
}  # fmt: skip
# PostHog's, by https://posthog.com/docs/data-pipelines/batch-exports/s3 and its properties of the web SDK.
POSTHOG = {
    "uuid": "0190", "event": "$pageview", "distinct_id": "user-1", "person_id": "p1", "timestamp": "2026-06-01 10:00:00.123000",
    "properties": {
        "$device_id": "018f-device", "$current_url": "https://shop.example/x?token=1", "$pathname": "/x", "$session_id": "s1",
        "utm_source": "ads", "$set": {"email": "ann@example.com"},
    },
}  # fmt: skip
# GA4's, by https://developers.google.com/analytics/bigquery/event-schema.
GA4 = {
    "event_date": "20260601", "event_timestamp": "1780308000123456", "event_name": "begin_checkout", "user_pseudo_id": "1.2",
    "user_id": "u7", "privacy_info": {"analytics_storage": "Yes"},
    "event_params": [
        {"key": "ga_session_id", "value": {"int_value": "1780307000"}},
        {"key": "page_location", "value": {"string_value": "https://shop.example/checkout?utm_campaign=june+sale&utm_source=x"}},
        {"key": "value", "value": {"double_value": 12.5}}, {"key": "currency", "value": {"string_value": "EUR"}},
    ],
    "items": [{"item_id": "SKU1"}],
}  # fmt: skip
EVENTS = {
    "segment": SEGMENT, "rudderstack": SEGMENT, "segment_tracks": ROW, "rudderstack_tracks": ROW,
    "segment_pages": ROW, "rudderstack_pages": ROW, "segment_identifies": ROW, "rudderstack_identifies": ROW,
    "snowplow": SNOWPLOW, "snowplow_tsv": SNOWPLOW, "posthog": POSTHOG, "ga4": GA4,
}  # fmt: skip
READ: dict[str, tuple[Any, ...]] = {
    "segment": ("cart updated", "2026-06-01 10:00:00.25", "507f191e", "97980cfea0067", "/academy/[hidden]/", "Newsletter", "18.9900", "USD"),
    "segment_tracks": ("order", "2026-06-01 10:00:00", "507f191e", "97980cfea0067", "/thanks", "a b", "25.0000", None),
    "segment_pages": ("page view", "2026-06-01 10:00:00", "507f191e", "97980cfea0067", "/thanks", "a b", "25.0000", None),
    "segment_identifies": ("identify", "2026-06-01 10:00:00", "507f191e", "97980cfea0067", "/thanks", "a b", "25.0000", None),
    "snowplow": ("page view", "2026-06-01 10:00:00.5", "bc2e92ec", "jon.doe", "/p", "acme", None, None),
    "posthog": ("page view", "2026-06-01 10:00:00.123", "018f-device", "user-1", "/x", "ads", None, None),
    "ga4": ("checkout started", "2026-06-01 10:00:00.123456", "1.2", "u7", "/checkout", "x", "12.5000", "EUR"),
}  # fmt: skip
READ |= {"rudderstack": READ["segment"], "snowplow_tsv": READ["snowplow"]}
READ |= {f"rudderstack_{kind}": READ[f"segment_{kind}"] for kind in ("tracks", "pages", "identifies")}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A project with a stream for each preset, in one line."""
    folder = tmp_path_factory.mktemp("web")
    lines = [f'[sources.web.streams.{name}]\npath = "{name}.x"\npreset = "{name}"' for name in presets.NAMES]
    (folder / "crm360.toml").write_text("\n".join(["[sources.web]", 'system = "files"', *lines]))
    return settings.load(folder / "crm360.toml", folder / "data")


@pytest.fixture(scope="module")
def web(project: Compiled, config: Config, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """The project with these mappings."""
    return project.told(tmp_path_factory.mktemp("told"), mappings=config.mappings)


@pytest.fixture(scope="module")
def told(web: Compiled) -> Iterator[duckdb.DuckDBPyConnection]:
    rows = [
        {**landed(f"{n}-{name}", event, source="web"), "stream": name} for n, (name, event) in enumerate(EVENTS.items())
    ]
    with web.build(["int_web_events_unioned"], {"mapped.web_events": rows}) as con:
        yield con


def test_every_preset_is_tried() -> None:
    assert set(EVENTS) == set(READ) == set(presets.NAMES)


@pytest.mark.parametrize("name", presets.NAMES)
def test_a_preset_reads_what_its_publisher_writes(told: duckdb.DuckDBPyConnection, name: str) -> None:
    found = told.execute(
        "select event, occurred_at::text, visitor_id, user_id, page_path, utm_source, value::text, currency "
        "from staging.stg_mapped__web_events where stream = ?",
        [name],
    ).fetchall()
    event, at, visitor, user, *rest = READ[name]
    assert found == [(event, at, f"web:{visitor}", f"web:{user}", *rest)]


def test_no_address_and_no_query_is_left_in_what_is_told_of_pages(told: duckdb.DuckDBPyConnection) -> None:
    columns = "page_url, page_path, page_title, referrer, event_name, utm_source, utm_campaign, product"
    texts = [
        t
        for row in told.execute(f"select {columns} from intermediate.int_web_events_unioned").fetchall()
        for t in row
        if t
    ]
    assert "https://shop.example/academy/[hidden]/" in texts and "june sale" in texts and "For [hidden]" in texts
    assert [t for t in texts if "@" in t or "%40" in t or "?" in t or "#" in t] == []
    assert told.execute(
        "select count(*) from staging.stg_mapped__web_events where parse_errors is not null"
    ).fetchone() == (0,)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("a=%20b+c", " b c"),
        ("a=Fr%C3%BChling", "Frühling"),
        ("a=Fr%FChling", "Fr%FChling"),
        ("a=5%", "5%"),
        ("a=", None),
    ],
)
def test_an_address_that_is_not_in_utf_8_stops_nothing(query: str, said: str | None) -> None:
    read = Macros().call("query_value", "url", "a")
    with duckdb.connect() as con:
        found = con.execute(f"select {read} from (select ? as url)", [f"https://shop.example/?b=1&{query}#c"])
        assert found.fetchall() == [(said,)]


def test_a_preset_gives_way_to_what_the_stream_says(tmp_path: Path) -> None:
    (tmp_path / "crm360.toml").write_text("""
        [sources.web]
        system = "files"
        [sources.web.streams.events]
        path = "*.json"
        preset = "segment"
        key = ["id"]
        [[sources.web.streams.events.entities]]
        entity = "web_events"
        fields = { user_source = { value = "shop" }, event = { column = "event", lookup = { "Quote asked" = "form submitted" } } }
        [[sources.web.streams.events.entities]]
        entity = "contacts"
        id = "userId"
        where = { type = "identify" }
        fields = { email = "traits.email" }
    """)
    source = settings.load(tmp_path / "crm360.toml", tmp_path / "data").sources[0]
    events, contacts = source.mappings
    assert source.streams[0].row.key == ("id",) and contacts["entity"] == "contacts"
    assert events["fields"]["user_source"] == {"value": "shop"} and events["fields"]["occurred_at"] == "timestamp"
    assert events["fields"]["event"]["lookup"] == {"Quote asked": "form submitted"}


@pytest.mark.parametrize(("said", "words"), [('"segmnt"', "did you mean 'segment'"), ('["segment"]', "unknown")])
def test_an_unknown_preset_is_told(tmp_path: Path, said: str, words: str) -> None:
    stream = f'[sources.web]\nsystem = "files"\n[sources.web.streams.events]\npath = "x"\npreset = {said}\n'
    (tmp_path / "crm360.toml").write_text(stream)
    with pytest.raises(settings.ConfigError, match=words):
        settings.load(tmp_path / "crm360.toml", tmp_path / "data")


@pytest.mark.night
def test_two_nights_come_to_what_one_does(web: Compiled) -> None:
    """What comes late joins two sessions, and whom a visitor turns out to be changes what was there: nothing is kept that was made."""
    said = [
        ("1", "10:00", {}),
        ("2", "10:50", {}),
        ("3", "10:25", {}),
        ("4", "12:00", {"traits": {"email": "ann@example.com"}}),
    ]
    rows = [
        {
            **landed(
                n,
                {"messageId": n, "anonymousId": "a", "type": "page", "timestamp": f"2026-06-01T{at}:00Z", **more},
                source="web",
            ),
            "stream": "segment",
        }
        for n, at, more in said
    ]
    contacts = [landed("1", {"properties": {"email": "ann@example.com", "firstname": "Ann", "lastname": "Lee"}})]
    given = {"hubspot.contacts": contacts, "mapped.web_events": rows[:2]}
    asked = "select customer_id is not null, started_at::text, count_of_events, session_id from marts.web_sessions order by 2"
    with web.build(["web_sessions", "web_pages_by_day", "data_quality"], given) as con:
        first = con.execute(asked).fetchall()
        web.refill(con, {"mapped.web_events": rows}, ["web_sessions", "web_pages_by_day"])
        second = con.execute(asked).fetchall()
    with web.build(["web_sessions"], {**given, "mapped.web_events": rows}) as con:
        whole = con.execute(asked).fetchall()
    assert [row[:3] for row in first] == [(False, "2026-06-01 10:00:00", 1), (False, "2026-06-01 10:50:00", 1)]
    assert [row[:3] for row in second] == [(True, "2026-06-01 10:00:00", 3), (True, "2026-06-01 12:00:00", 1)]
    assert second == whole
    assert first[0][3] == second[0][3]  # the session that grew is the same one


def test_a_record_of_snowplow_is_as_long_as_its_own_client_says() -> None:
    stream, _ = presets.preset("snowplow_tsv")
    assert len(stream["columns"]) == len(set(stream["columns"])) == 131
    assert json.dumps(stream["columns"][:3]) == '["app_id", "platform", "etl_tstamp"]'
