"""How people write years of birth, yes and no, chances, amounts, currencies and countries: read by the SQL of a run, without dbt."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from crm360.orchestration.engines.duckdb_functions import register
from crm360.orchestration.settings.macros import Macros, id_of

AS_OF = "2026-07-01"


def staged(entity: str, fields: dict[str, Any], *records: dict[str, Any], **locale: Any) -> duckdb.DuckDBPyConnection:
    """Records of a file, in the order given, as their entity's staging model makes them: table `made`."""
    mapping = {"source": "f", "stream": "s", "entity": entity, "id": None, "fields": fields, "locale": locale}
    macros = Macros({"mappings": [mapping], "as_of": AS_OF, "limits": {}})
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    register(con)
    con.execute("create schema mapped")
    con.execute(
        f"""create table mapped.{entity} (source text, stream text, record_id text, record text, changed_at timestamp,
        is_deleted boolean, rejected_because text, extracted_at timestamp, batch_id text)"""
    )
    for number, record in enumerate(records):
        con.execute(
            f"insert into mapped.{entity} values ('f', 's', ?, ?, null, false, null, '2026-06-30', 'b')",
            [f"{number:03}", json.dumps(record)],
        )
    con.execute(f"create table made as {macros.call('mapped_entity', entity, id_of(entity))}")
    return con


def column(con: duckdb.DuckDBPyConnection, what: str) -> list[Any]:
    return [value for (value,) in con.execute(f"select {what} from made order by source_id").fetchall()]


def test_nobody_is_born_after_the_day_that_is_told() -> None:
    born = ["31.12.68", "01.07.26", "02.07.26", "29.02.28", "05.06.69", "31.12.2068", "1968-12-31"]
    fields = {"birth_date": "Born", "created_at": "Born"}
    con = staged("contacts", fields, *({"Born": text} for text in born), date_format=["%d.%m.%y", "%d.%m.%Y"])
    assert column(con, "birth_date::text") == [
        "1968-12-31", "2026-07-01", "1926-07-02", "1928-02-29", "1969-06-05", "2068-12-31", "1968-12-31",
    ]  # fmt: skip
    # Whatever else is dated keeps the usual century.
    assert column(con, "created_at::date::text")[:3] == ["2068-12-31", "2026-07-01", "2026-07-02"]
    assert column(con, "parse_errors") == [None] * len(born)


WON = [
    ("gewonnen", True), ("Closed-Won", True), ("verloren", False), ("offen", False), ("ja", True), ("sim", True),
    ("NÃO", False), ("waar", True), ("1", True), ("perhaps", None), ("n/a", None),
]  # fmt: skip


def test_whether_a_deal_is_won_in_words() -> None:
    con = staged("deals", {"is_won": "W", "is_closed": "W", "amount": "A"}, *({"W": w, "A": "5"} for w, _ in WON))
    assert column(con, "is_won") == [meaning for _, meaning in WON]
    assert column(con, "is_closed")[:4] == [True, True, True, False]
    assert [e for e in column(con, "parse_errors") if e] == ["is_won=aaaaaaa;is_closed=aaaaaaa"]


CHANCES = [
    ("80%", "0.8000"), ("80 %", "0.8000"), ("80,5\u00a0%", "0.8050"), ("0,8", "0.8000"), ("0.8", "0.8000"),
    ("100%", "1.0000"), (0.25, "0.2500"), ("0.125", "0.1250"), ("likely", None), ("%", None),
]  # fmt: skip


@pytest.mark.parametrize("locale", [{}, {"decimal": ","}, {"decimal": ".", "thousands": ","}])
def test_chances_as_people_write_them(locale: dict[str, str]) -> None:
    said = [(w, v) for w, v in CHANCES if locale.get("decimal") != "," or not isinstance(w, str) or "." not in w]
    con = staged("deals", {"probability": "P"}, *({"P": word} for word, _ in said), **locale)
    assert column(con, "probability::text") == [value for _, value in said]


def test_a_flag_that_is_not_understood_costs_itself_and_an_amount_its_record() -> None:
    fields = {"is_won": "W", "probability": "P", "amount": "A"}
    records = [
        {"W": "perhaps", "P": "likely", "A": "5"},
        {"W": "perhaps", "P": "1", "A": "much"},
        {"W": "ja", "P": "1", "A": "5"},
    ]
    con = staged("deals", fields, *records)
    macros = Macros({"limits": {}})
    assert column(con, macros.call("is_held_back_by", "stg_mapped__deals", {}, True)) == [False, True, False]
    told = macros.call("is_held_back_by", "stg_mapped__deals", {"on_parse_error": "quarantine"}, True)
    assert column(con, told) == [True, True, False]


CONSENTS = [
    ("abgemeldet", False), ("unsubscribed", False), ("Opt-Out", False), ("nein", False), ("désabonné", False),
    ("angemeldet", True), ("subscribed", True), ("opt_in", True), ("Ja", True), ("pending", None), ("", None),
]  # fmt: skip


def test_consents_in_words() -> None:
    fields = {"email_consent": "N", "email_opt_out": "N"}
    con = staged("contacts", fields, *({"N": word} for word, _ in CONSENTS))
    assert column(con, "email_consent") == [meaning for _, meaning in CONSENTS]
    # A column of refusals: a yes refuses, and so does whoever has left; neither is a word for the other.
    assert column(con, "email_opt_out") == [
        True, True, True, False, True, False, False, False, True, None, None,
    ]  # fmt: skip
    for name in fields:
        assert [w for w in column(con, f"unknown_{name}") if w] == ["pending"]
    own = staged("contacts", fields, {"N": "pending"}, true_words=["pending"])
    assert column(own, "email_consent") == [True] and column(own, "unknown_email_consent") == [None]


AMOUNTS = [
    ("12.50-", "12,50-", "-12.5000"), ("(12.50)", "(12,50)", "-12.5000"), ("12.50 -", "12,50 -", "-12.5000"),
    ("-12.50", "-12,50", "-12.5000"), ("12.50", "12,50", "12.5000"), ("-12.50-", "-12,50-", None), ("(12.50", "(12,50", None),
    ("12.50)", "12,50)", None), ("(-12.50)", "(-12,50)", None), ("5-7", "5-7", None), ("-", "-", None),
]  # fmt: skip


def test_what_is_taken_off_with_a_minus_behind_or_in_brackets() -> None:
    con = staged("payments", {"net_amount": "A"}, *({"A": plain} for plain, _, _ in AMOUNTS))
    assert column(con, "net_amount::text") == [value for *_, value in AMOUNTS]
    comma = staged(
        "payments", {"net_amount": "A"}, *({"A": text} for _, text, _ in AMOUNTS), decimal=",", thousands="."
    )
    assert column(comma, "net_amount::text") == [value for *_, value in AMOUNTS]
    signed = ["1.459,28-", "(€ 1.459,28)", "-1.459,28 €", "1.459,28- €"]
    con = staged("payments", {"net_amount": "A"}, *({"A": text} for text in signed), decimal=",", thousands=".")
    assert column(con, "net_amount::text") == ["-1459.2800"] * 4
    # 1.459- is refused as 1.459 is where its column holds commas.
    con = staged("payments", {"net_amount": "A"}, {"A": "1.459-"}, {"A": "(1.459)"}, {"A": "12,5"})
    assert column(con, "net_amount") == [None] * 3


CURRENCIES = {
    "Fr.": "CHF", "CHF.": "CHF", "SFr": "CHF", "R$": "BRL", "euros": "EUR", "EUR.": "EUR", "€": "EUR", "Euro": "EUR",
    "US dollars": "USD", "U.S. Dollar": "USD", "US$": "USD", "£": "GBP", " gbp ": "GBP", "zł": "PLN", "Kč": "CZK",
    "usd": "USD", "$": "$", "kr": "KR", "kr.": "KR.", "¥": "¥", "n/a": None, "NULL": None, "nan": None, "": None,
}  # fmt: skip


def test_currencies_as_people_write_them() -> None:
    con = staged("orders", {"currency": "C"}, *({"C": word} for word in CURRENCIES))
    assert column(con, "currency") == list(CURRENCIES.values())


COUNTRIES = {
    "Grossbritannien": "GB", "Großbritannien": "GB", "Germany (DE)": "DE", "Deutschland (DEU)": "DE", "D": "DE", "GB-ENG": "GB",
    "U.S.A.": "US", "u.s.": "US", "The Netherlands": "NL", "United\u00a0States ": "US", "St. Lucia": "LC", "de": "DE",
    "Cocos (Keeling) Islands": "CC", "Korea": None, "Middle-earth": None, "Nowhere (XX)": None,
}  # fmt: skip


def test_countries_as_people_write_them() -> None:
    macros, con = Macros({"default_country": None}), duckdb.connect()
    con.execute(f"create table named as {macros.call('countries_by_name')}")
    found = {
        said: con.execute(
            f"select max(country_code) from named where country_name = {macros.call('country_key', '$1')}", [said]
        ).fetchall()[0][0]
        for said in COUNTRIES
    }
    assert found == COUNTRIES
    twice = "select country_name from named group by 1 having count(*) > 1"
    assert con.execute(twice).fetchall() == []  # a name that two countries share would double whoever lives there
