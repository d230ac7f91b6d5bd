"""Each landed record is found in its entity, or it is said why not; one that a model loses is found to be lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from .conftest import Compiled, landed

MAPPINGS = [
    {"source": "till", "stream": "people", "entity": "contacts", "id": None, "fields": {"full_name": "name"}},
    {
        "source": "till",
        "stream": "bills",
        "entity": "orders",
        "id": "Number",
        "fields": {"total_amount": "Total"},
        "filters": [{"column": "Kind", "texts": ["bill"], "wanted": True}],
    },
]
LIMITS = {
    "strict": {"orders": {"on_implausible_date": "quarantine"}},
    "lenient": {"orders": {"on_parse_error": "warn", "on_implausible_date": "quarantine"}},
}
# One source a key, whose bills are in a file; and of vendors' refunds.
KEYS = ("", "on_implausible_date", "on_future_date", "on_negative_refund")
LIMITS |= {f"till {key}": {"bills": {key: "quarantine"}} for key in KEYS if key}
LIMITS |= {f"signed {stream}": {stream: {"on_negative_refund": "quarantine"}} for stream in ("orders", "refunds")}
FIELDS = {"total_amount": "Total", "ordered_at": "At", "refunded_amount": "Back"}
MAPPINGS += [
    {"source": f"till {key}", "stream": "bills", "entity": "orders", "id": None, "fields": FIELDS} for key in KEYS
]
# Of several streams that meet in one model each has its own.
BY_STREAM = {
    "calls": {"meetings": {"on_parse_error": "quarantine"}},
    "news": {"unsubscribed": {"on_parse_error": "warn"}},
    "mails": {"messages": {"on_parse_error": "quarantine"}},
    "tasks": {"tasks": {"on_parse_error": "quarantine"}, "campaign_members": {"on_parse_error": "quarantine"}},
}
EVERY_LIMIT = LIMITS | BY_STREAM
ORDER = {"createdAt": "2026-06-01T10:00:00Z", "currencyCode": "EUR"}


def priced(amount: str) -> dict[str, Any]:
    return {**ORDER, "totalPriceSet": {"shopMoney": {"amount": amount}}}


GIVEN = {
    "shopify.orders": [
        landed("gid://shopify/Order/7", priced("10.00"), source="shop"),
        landed("gid://shopify/Order/8", priced("1.459,00"), source="shop"),
    ],
    "hubspot.contacts": [
        landed("1", {"id": "1", "properties": {"email": "a@x.example"}}, source="crm"),
        landed("2", {"id": "2", "properties": {"email": "b@x.example"}}, source="crm"),
    ],
    "odoo.orders": [landed("1", {"id": "1", "state": "draft"}, source="erp")],
    "mapped.contacts": [
        landed("a", {"name": "Ann"}, source="till", stream="people"),
        landed("7.0", {"name": "Bob"}, source="till", stream="people"),
    ],
    "mapped.orders": [
        landed("l1", {"Number": "R1", "Kind": "bill", "Total": "5"}, source="till", stream="bills"),
        landed("l2", {"Number": "R1", "Kind": "bill", "Total": ""}, source="till", stream="bills"),
        landed("l3", {"Number": "R2", "Kind": "bill", "Total": "five"}, source="till", stream="bills"),
        landed("l4", {"Number": "R3", "Kind": "note", "Total": "5"}, source="till", stream="bills"),
        landed("l5", {"Number": "", "Kind": "bill", "Total": "5"}, source="till", stream="bills"),
    ],
}
STREAMS = {"shopify.orders": "orders", "hubspot.contacts": "contacts", "odoo.orders": "orders"}
VERSIONS = [
    {"source": row["source"], "stream": row.get("stream") or STREAMS[view], "is_deleted": False}
    | {name: row[name] for name in ("record_id", "changed_at", "extracted_at", "batch_id")}
    for view, rows in GIVEN.items()
    for row in rows
]
OLDER = {**VERSIONS[2], "batch_id": "b0"}
GONE = {**VERSIONS[2], "record_id": "3", "is_deleted": True}
REFUSED = {**VERSIONS[2], "record_id": "4", "rejected_because": "no key: id"}
PLACES = "count_of_superseded, count_of_gone, count_of_in_entity, count_of_quarantined, count_of_left_out, "
PLACES += "count_of_unaccounted"


@pytest.fixture(scope="module")
def project(mapped: Compiled) -> Compiled:
    return mapped


@pytest.fixture(scope="module")
def built(project: Compiled) -> duckdb.DuckDBPyConnection:
    given = {**GIVEN, "landing.versions": [*VERSIONS, OLDER, GONE, REFUSED]}
    return project.build(["int_streams_accounted"], given)


def places(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, ...]]:
    rows = con.execute(f"select source || '/' || stream, {PLACES} from intermediate.int_streams_accounted").fetchall()
    return {name: tuple(counts) for name, *counts in rows}


def test_every_version_is_in_one_place(built: duckdb.DuckDBPyConnection) -> None:
    assert places(built) == {
        # superseded, gone, in its entity, quarantined, left out, unaccounted
        "shop/orders": (0, 0, 1, 1, 0, 0),
        "crm/contacts": (1, 1, 2, 0, 0, 0),
        "erp/orders": (0, 0, 0, 0, 1, 0),
        "till/people": (0, 0, 2, 0, 0, 0),
        "till/bills": (0, 0, 2, 1, 2, 0),
    }
    of_all = "select sum(count_of_versions) from intermediate.int_streams_accounted"
    assert built.execute(of_all).fetchall() == [(len(VERSIONS) + 2,)]


@pytest.mark.parametrize(
    ("table", "stream"),
    [("int_contacts_unioned", "crm/contacts"), ("int_contacts_unioned", "till/people")],
)
def test_what_a_model_loses_is_found(
    project: Compiled, built: duckdb.DuckDBPyConnection, table: str, stream: str
) -> None:
    built.execute("begin")
    built.execute(
        f"delete from intermediate.{table} where contact_id = (select min(contact_id) from intermediate.{table} "
        f"where source = '{stream.split('/')[0]}')"
    )
    project.make(built, "int_streams_accounted")
    found = places(built)
    built.execute("rollback")
    assert found[stream][-1] == 1
    assert sum(counts[-1] for counts in found.values()) == 1


def test_a_date_that_no_crm_can_mean_keeps_a_record_out_where_a_limit_says_so(project: Compiled) -> None:
    rows = [
        landed(f"gid://shopify/Order/{number}", {**priced(amount), "createdAt": at}, source=source)
        for source in ("plain", "strict", "lenient")
        for number, amount, at in (
            ("7", "10.00", "2026-06-01T10:00:00Z"),
            ("8", "10.00", "1900-01-01T00:00:00Z"),
            ("9", "1.459,00", "2026-06-01T10:00:00Z"),
        )
    ]
    with project.build(["int_orders_unioned"], {"shopify.orders": rows}) as con:
        sql = "select source, list(source_id order by source_id) from intermediate.int_orders_unioned group by source"
        found = dict(con.execute(sql).fetchall())
    assert found == {"plain": ["7", "8"], "strict": ["7"], "lenient": ["7", "9"]}


# Every kind of dirt that a stream's limits name, as a file's order writes it: fields, what is listed of it (field, rule,
# shape), and which limit keeps the record out. Without a word only what can't be read does.
DIRT = [
    ({"Total": "inf"}, ("total_amount", "unreadable", "aaa"), ""),
    ({"Total": "-Infinity"}, ("total_amount", "unreadable", "-Aaaaaaaa"), ""),
    ({"At": "30.06.85"}, ("ordered_at", "unreadable", "99.99.99"), ""),
    ({"At": "0026-06-01"}, ("ordered_at", "implausible", "year 0026"), "on_implausible_date"),
    ({"At": "1900-01-01"}, ("ordered_at", "implausible", "year 1900"), "on_implausible_date"),
    ({"At": "0001-01-01 00:00:00"}, ("ordered_at", "implausible", "year 0001"), "on_implausible_date"),
    ({"At": "2027-01-01"}, ("ordered_at", "future", "year 2027"), "on_future_date"),
    ({"Back": "-3.50"}, ("refunded_amount", "negative refund", "-9.99"), "on_negative_refund"),
    ({"Back": "3.50"}, None, ""),
]


REFUNDS = {
    "shopify.orders": ("7", {**ORDER, "totalPriceSet": {"shopMoney": {"amount": "10"}}, "totalRefundedSet": {"shopMoney": {"amount": "-2"}}}, "int_orders_unioned"),
    "woocommerce.orders": ("7", {"status": "completed", "total": "10", "refunds": [{"total": "2"}]}, "int_orders_unioned"),
    "woocommerce.refunds": ("7", {"parent_id": "1", "amount": "-2"}, "int_payments_unioned"),
    "stripe.refunds": ("7", {"charge": "c", "status": "succeeded", "currency": "eur", "amount": "-200", "created": "1780000000"}, "int_payments_unioned"),
}  # fmt: skip


@pytest.fixture(scope="module")
def dirty(project: Compiled) -> duckdb.DuckDBPyConnection:
    """Bills with every kind of dirt in a till for each key, and refunds of vendors with and without a limit."""
    given: dict[str, list[dict[str, Any]]] = {"mapped.orders": [], "landing.batches": []}
    for key in KEYS:
        till = {"source": f"till {key}", "stream": "bills"}
        bill = {"Total": "10", "At": "2026-06-01"}
        given["mapped.orders"] += [landed(str(n), {**bill, **told}, **till) for n, (told, *_) in enumerate(DIRT)]
        given["landing.batches"].append({**till, "finished_at": "2026-07-01 02:05:00"})
    for view, (record_id, record, _) in REFUNDS.items():
        sources = (f"signed {view.split('.')[1]}", "plain")
        given[view] = [landed(record_id, record, source=source) for source in sources]
    return project.build(["int_orders_unioned", "int_payments_unioned", "int_records_quarantined"], given)


@pytest.mark.parametrize("key", KEYS)
def test_each_kind_of_dirt_is_listed_and_its_own_limit_keeps_it_out(dirty: duckdb.DuckDBPyConnection, key: str) -> None:
    of_till = f"where source = 'till {key}'"
    sql = "select record_id, field, rule, value_shape, treatment from intermediate.int_records_quarantined "
    listed = {row[0]: row[1:] for row in dirty.execute(sql + of_till).fetchall()}
    kept = {n for (n,) in dirty.execute(f"select source_id from intermediate.int_orders_unioned {of_till}").fetchall()}
    done = {"implausible": "nulled", "future": "left out until its day", "negative refund": "counted as money out"}
    for n, (_, what, limit) in enumerate(DIRT):
        is_out = what is not None and (what[1] == "unreadable" or limit == key)
        assert (str(n) not in kept) is is_out, DIRT[n]
        assert listed.get(str(n)) == (what and (*what, "quarantined" if is_out else done[what[1]])), DIRT[n]


@pytest.mark.parametrize("view", REFUNDS)
def test_a_refund_with_a_sign_that_its_vendor_does_not_use_is_listed(
    dirty: duckdb.DuckDBPyConnection, view: str
) -> None:
    """WooCommerce's orders write refunds with a minus, its refunds do not; Shopify and Stripe write none."""
    signed, model = f"signed {view.split('.')[1]}", f"stg_{view.replace('.', '__')}"
    sql = "select source, is_held_back, parse_errors from intermediate.int_records_unparseable where model = ?"
    listed = {source: (held, told.split("=")[1][:11]) for source, held, told in dirty.execute(sql, [model]).fetchall()}
    assert listed == {"plain": (False, "negative -9"), signed: (True, "negative -9")}
    kept = f"select distinct source from intermediate.{REFUNDS[view][2]} where source in ('plain', '{signed}')"
    assert dirty.execute(kept).fetchall() == [("plain",)]


def test_lines_that_are_dropped_for_being_equal_are_counted_with_their_money(project: Compiled) -> None:
    """A bill of the till is a record of its own only where it has no number; of a numbered one no line's money is known."""
    bills = [
        landed(f"{n:032x}", {"Total": total}, source="till ", stream="bills") for n, total in ((1, "9.50"), (2, "x"))
    ]
    numbered = [landed(f"{3:032x}", {"Number": "R1", "Kind": "bill", "Total": "5"}, source="till", stream="bills")]
    equal = [
        {"source": source, "stream": "bills", "id_ends": f"{n:016x}", "copies": copies}
        for source, n, copies in (("till ", 1, 3), ("till ", 2, 1), ("till", 3, 2))
    ]
    given = {"mapped.orders": bills + numbered, "landing.equal_lines": equal}
    code = project.models["data_quality"]["compiled_code"]
    at = code.index("'line of a file without a key")
    dropped = code[code.rindex("select", 0, at) : code.index("union all", code.index("group by equal.source", at))]
    with project.build(["stg_mapped__orders"], given) as con:
        for entity in ("order_lines", "deals", "invoices", "payments"):
            project.make(con, f"stg_mapped__{entity}")
        sql = f"select source, about, count_of_records, amount from ({dropped}) as found order by all"
        told = con.execute(sql).fetchall()
    assert told == [("till", "bills", 2, None), ("till ", "bills", 4, Decimal("28.5"))]


def engagement(kind: str, number: str, source: str) -> dict[str, Any]:
    properties = {"hs_timestamp": "last week", "hs_createdate": "2026-06-01T10:00:00Z"}
    return landed(number, {"id": number, "properties": properties}, source=source)


def test_a_limit_holds_for_its_stream_where_several_meet(project: Compiled) -> None:
    """Without a word of a limit touches stay and their unread time is null, and events of mailings are quarantined."""
    event = {"campaign_id": "c", "list_id": "l", "email_id": "e", "email_address": "a@x.example", "timestamp": "soon"}
    opened = {**event, "activity": [{"action": "open", "timestamp": "soon"}]}
    mail = {"direction": "in", "received_at": "2026-06-01T10:00:00Z", "sent_at": "soon", "from_email": "a@x.example"}
    task = {
        "TaskSubtype": "Call",
        "IsClosed": "true",
        "CreatedDate": "soon",
        "CompletedDateTime": "2026-06-01T10:00:00Z",
    }
    member = {"CampaignId": "c", "ContactId": "p", "HasResponded": "true", "FirstRespondedDate": "soon"}
    given = {
        f"hubspot.{kind}": [engagement(kind, number, source) for source in ("calls", "free")]
        for kind, number in (("calls", "1"), ("meetings", "2"), ("emails", "3"), ("communications", "4"))
    }
    given |= {
        "mailchimp.unsubscribed": [landed("c/u", event, source=source) for source in ("news", "free")],
        "mailchimp.email_activity": [landed("c/o", opened, source="news")],
        "imap.messages": [landed("m", mail, source=source) for source in ("mails", "free")],
        "salesforce.tasks": [landed("t", task, source=source) for source in ("tasks", "free")],
        "salesforce.campaign_members": [landed("r", member, source=source) for source in ("tasks", "free")],
    }
    with project.build(
        ["int_interactions_unioned", "int_email_events_unioned", "int_records_unparseable"], given
    ) as con:
        touches = (
            "select source, list(source_id order by source_id) from intermediate.int_interactions_unioned group by 1"
        )
        assert dict(con.execute(touches).fetchall()) == {
            "calls": ["1", "3", "4"],
            "free": ["1", "2", "3", "4", "m/a@x.example", "r", "t"],
        }
        events = "select source, list(event order by event) from intermediate.int_email_events_unioned group by 1"
        assert dict(con.execute(events).fetchall()) == {"news": ["sent", "unsubscribed"]}
        held = "select source, stream from intermediate.int_records_unparseable where is_held_back order by all"
        assert con.execute(held).fetchall() == [
            ("calls", "meetings"),
            ("free", "unsubscribed"),
            ("mails", "messages"),
            ("news", "email_activity"),
            ("tasks", "campaign_members"),
            ("tasks", "tasks"),
        ]
