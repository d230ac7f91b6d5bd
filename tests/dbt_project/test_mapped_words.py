"""Files, databases, REST and taps are read as vendors are: case, currencies, statuses, words for nothing, and what belongs together."""

from __future__ import annotations

from typing import Any

import duckdb

from crm360.orchestration.settings.macros import Macros

from .conftest import Compiled, landed

MAPPINGS = [
    {"source": "f", "stream": "orders", "entity": "orders", "id": "Name", "nobody": ["0"],
     "status_map": {"Gebucht": "paid", "zurück_gelegt": "on hold"}, "fields": {
        "name": "Name", "contact_id": "Customer", "currency": "Currency", "total_amount": "Total", "status": "Status",
        "refunded_amount": "Refunded", "ordered_at": "At", "order_kind": "Kind"}},
    {"source": "f", "stream": "people", "entity": "contacts", "id": None, "nobody": ["0", "-1"], "fields": {
        "full_name": "Name", "email": "Mail", "phone": "Phone", "email_consent": "News", "lead_status": "Lead",
        "lead_direction": "Way"}},
    {"source": "f", "stream": "answers", "entity": "surveys", "id": None, "fields": {"kind": "Kind", "score": "Score"}},
    {"source": "f", "stream": "tickets", "entity": "tickets", "id": None, "fields": {
        "status": "Status", "priority": "Priority", "solved_at": "Solved", "satisfaction": "Mood"}},
    {"source": "f", "stream": "payments", "entity": "payments", "id": None, "fields": {
        "kind": "Kind", "amount": "Amount", "currency": "Currency", "status": "Status"}},
]  # fmt: skip


def rows(stream: str, *records: dict[str, Any], ids: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    numbers = ids or tuple(str(at) for at in range(1, len(records) + 1))
    return [{**landed(n, r, source="f"), "stream": stream} for n, r in zip(numbers, records, strict=True)]


def build(mapped: Compiled, *targets: str, **given: list[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    return mapped.build(targets, {f"mapped.{entity}": found for entity, found in given.items()})


def test_case_signs_and_declared_statuses(mapped: Compiled) -> None:
    con = build(mapped, "int_orders_unioned", orders=rows(
        "orders",
        {"Name": "1", "Currency": "eur", "Status": "GEBUCHT"}, {"Name": "2", "Currency": "€", "Status": "Zurück gelegt"},
        {"Name": "3", "Currency": " £ ", "Status": "Storniert"}, {"Name": "4", "Currency": "$", "Status": "parked"},
        {"Name": "5", "Currency": "n/a", "Status": "NULL"},
    ))  # fmt: skip
    told = "select source_id, currency, status, sale_state from intermediate.int_orders_unioned order by 1"
    assert con.execute(told).fetchall() == [
        ("1", "EUR", "paid", "sold"),
        ("2", "EUR", "on hold", "pending"),
        ("3", "GBP", "storniert", "cancelled"),
        ("4", "$", "parked", "unknown"),
        ("5", None, None, None),
    ]


def test_an_order_over_several_lines_has_what_any_of_them_says(mapped: Compiled) -> None:
    lines = rows(
        "orders",
        {"Name": "#7", "Total": "119.00", "Customer": "5", "Currency": "EUR", "Status": "paid", "At": "2026-05-01"},
        {"Name": "#7", "Total": "", "Customer": None, "Currency": "", "Status": ""},
        {"Name": "#8", "Total": "10", "Status": "pending"}, {"Name": "#8", "Total": "10", "Status": "paid"},
        ids=("a", "z", "b", "c"),
    )  # fmt: skip
    lines[2]["changed_at"], lines[3]["changed_at"] = "2026-06-02 00:00:00", "2026-06-01 00:00:00"
    con = build(mapped, "int_orders_unioned", orders=lines)
    told = "select source_id, total_amount::text, contact_id, currency, status from intermediate.int_orders_unioned order by 1"
    assert con.execute(told).fetchall() == [
        ("#7", "119.0000", "f:5", "EUR", "paid"),
        ("#8", "10.0000", None, None, "pending"),
    ]


def test_an_id_that_means_nobody_makes_no_person(mapped: Compiled) -> None:
    con = build(
        mapped, "int_orders_unioned", "int_contacts_unioned",
        orders=rows("orders", {"Name": "1", "Customer": "0"}, {"Name": "2", "Customer": "0.0"}, {"Name": "3", "Customer": "10"}),
        contacts=rows("people", {"Name": "Guest"}, {"Name": "Guest"}, {"Name": "Ann Lee"}, ids=("0", "-1", "10")),
    )  # fmt: skip
    orders = "select source_id, contact_id from intermediate.int_orders_unioned order by 1"
    assert con.execute(orders).fetchall() == [("1", None), ("2", None), ("3", "f:10")]
    assert con.execute("select full_name from intermediate.int_contacts_unioned").fetchall() == [("Ann Lee",)]


NOTHING = ("", " ", "\t", "\u00a0", "NULL", "null", r"\N", "nan", "NaN", "None", "n/a", "N/A", "#N/A", "-", "(blank)")


def test_words_for_nothing_are_no_names_addresses_or_telephones(mapped: Compiled) -> None:
    people = rows("people", *({"Name": w, "Mail": w, "Phone": w, "News": w} for w in NOTHING))
    con = build(mapped, "int_contacts_unioned", contacts=people)
    told = "select distinct full_name, email, phone, email_consent from intermediate.int_contacts_unioned"
    assert con.execute(told).fetchall() == [(None, None, None, None)]
    kept = rows("people", {"Name": "Nan Null-Nguyen", "Mail": " N@X.Example\u00a0", "Lead": "HOT", "News": "Ja"})
    con = build(mapped, "int_contacts_unioned", contacts=kept)
    told = "select full_name, email, lead_status, email_consent from intermediate.int_contacts_unioned"
    assert con.execute(told).fetchall() == [("Nan Null-Nguyen", "n@x.example", "hot", True)]


def test_tickets_and_payments_in_any_case(mapped: Compiled) -> None:
    con = build(
        mapped, "int_tickets_unioned", "int_payments_unioned",
        tickets=rows("tickets", {"Status": "Closed", "Priority": "HIGH"}, {"Status": "Gelöst"}),
        payments=rows(
            "payments", {"Kind": "Refund", "Amount": "5", "Currency": "usd", "Status": "Paid"},
            {"Kind": "PAYMENT", "Amount": "5", "Currency": "US$", "Status": "FAILED"},
        ),
    )  # fmt: skip
    tickets = "select status, priority from intermediate.int_tickets_unioned order by 1"
    assert con.execute(tickets).fetchall() == [("closed", "high"), ("gelöst", None)]
    payments = "select kind, amount::text, currency from intermediate.int_payments_unioned order by source_id"
    assert con.execute(payments).fetchall() == [("refund", "-5.0000", "USD"), ("payment", "0.0000", "USD")]


def test_salesforces_ids_of_15_and_18_letters_are_one(mapped: Compiled) -> None:
    con = build(
        mapped, "int_orders_unioned", "int_contacts_unioned",
        orders=rows(
            "orders", {"Name": "1", "Customer": "003A0000006Vm9r"}, {"Name": "2", "Customer": "003A0000006Vm9rIAC"},
            {"Name": "3", "Customer": "003A0000006vm9r"}, {"Name": "4", "Customer": "003123456789012"},
        ),
        contacts=rows("people", {"Name": "Ann Lee"}, ids=("003A0000006Vm9r",)),
    )  # fmt: skip
    orders = "select contact_id from intermediate.int_orders_unioned order by source_id"
    assert con.execute(orders).fetchall() == [
        ("f:003A0000006Vm9rIAC",), ("f:003A0000006Vm9rIAC",), ("f:003A0000006vm9rIAA",), ("f:003123456789012",),
    ]  # fmt: skip
    assert con.execute("select contact_id from intermediate.int_contacts_unioned").fetchall() == [
        ("f:003A0000006Vm9rIAC",)
    ]


def test_a_word_that_no_list_has_is_other_and_is_kept_to_be_counted(mapped: Compiled) -> None:
    con = build(
        mapped, "int_orders_unioned", "int_tickets_unioned", "int_contacts_unioned", "int_surveys_unioned",
        contacts=rows("people", {"Way": "Inbound"}, {"Way": "by a friend"}),
        surveys=rows("answers", {"Kind": "nps", "Score": "9"}, {"Kind": "Mood", "Score": "1"}),
        orders=rows(
            "orders", {"Name": "1", "Kind": "Cancellation"}, {"Name": "2", "Kind": "Exchange"}, {"Name": "3", "Kind": ""},
            {"Name": "4", "Kind": "ann@x.example"},
        ),
        tickets=rows("tickets", {"Mood": "Satisfied"}, {"Mood": "so so"}),
    )  # fmt: skip
    kinds = "select order_kind from intermediate.int_orders_unioned order by source_id"
    assert con.execute(kinds).fetchall() == [("cancellation",), ("other",), ("sale",), ("other",)]
    told = "select unknown_order_kind from staging.stg_mapped__orders order by source_id"
    assert con.execute(told).fetchall() == [(None,), ("exchange",), (None,), ("aaa@a.aaaaaaa",)]
    moods = "select satisfaction, unknown_satisfaction from staging.stg_mapped__tickets order by source_id"
    assert con.execute(moods).fetchall() == [("satisfied", None), ("other", "so so")]
    ways = "select lead_direction, unknown_lead_direction from staging.stg_mapped__contacts order by source_id"
    assert con.execute(ways).fetchall() == [("inbound", None), (None, "by a friend")]
    surveys = "select kind, unknown_kind from staging.stg_mapped__surveys order by source_id"
    assert con.execute(surveys).fetchall() == [("NPS", None), ("other", "mood")]


def test_no_word_of_a_source_can_fail_a_check(mapped: Compiled) -> None:
    """What a dbt test accepts of a mapped column, its closed list makes sure of."""
    macros = Macros()
    lists = {
        (model.removeprefix("int_").removesuffix("_unioned"), column): set(words)
        for model, column, words in accepted(mapped)
        if model.startswith("int_") and model.endswith("_unioned")
    }
    assert len(lists) >= 8
    for (entity, column), words in lists.items():
        closed = set(macros.call("closed_words", entity).get(column, ()))
        assert closed and words - {"other"} == closed, (entity, column)


def accepted(project: Compiled) -> list[tuple[str, str, list[str]]]:
    """Each test of accepted values: model, column, values."""
    found = []
    for node in project.tests:
        told = node.get("test_metadata") or {}
        if told.get("name") == "accepted_values":
            model = node["attached_node"].rsplit(".", 1)[-1]
            found.append((model, told["kwargs"]["column_name"], told["kwargs"]["values"]))
    return found
