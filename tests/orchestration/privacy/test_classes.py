"""docs/what-it-withstands.md P2: every published and landed column says how personal it is, and the masked copy shows no person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from crm360.connectors.engine.batch import COLUMNS
from crm360.expectations import suites
from crm360.orchestration.catalog import classes
from crm360.orchestration.publish import masked

MODELS = classes.FILE.parent / "models" / "marts"


def columns() -> list[tuple[str, str, dict[str, Any]]]:
    found = []
    for path in sorted(MODELS.rglob("*.yml")):
        for model in (yaml.safe_load(path.read_text()) or {}).get("models") or []:
            found += [(model["name"], column["name"], column) for column in model.get("columns") or []]
    return found


def test_every_published_column_has_a_class_and_no_name_has_two() -> None:
    told = yaml.safe_load(classes.FILE.read_text())
    names = [str(name) for kind in classes.CLASSES for name in told[kind]]
    assert len(names) == len(set(names)) > 500
    assert [f"{t}.{c}" for t, c, _ in columns() if classes.class_of(t, c) not in classes.CLASSES] == []
    there = {c for _, c, _ in columns()}
    assert set(names) - there == set(), "classed, and no longer published"
    assert {(t, c) for t, cs in told["tables"].items() for c in cs} <= {(t, c) for t, c, _ in columns()}


def test_every_landed_column_has_a_class() -> None:
    assert set(classes.LANDED) == set(COLUMNS.names) and set(classes.LANDED.values()) <= set(classes.CLASSES)


def test_what_a_suite_calls_personal_is_not_classed_as_none() -> None:
    told = yaml.safe_load(classes.FILE.read_text())["tables"]
    # Names of products and of the stages of a sale may look like a telephone number, and are of no person.
    products = {"product", "with_product", "first_product", "next_product", "next_product_after"}
    wrong = {
        (table, column)
        for table, suite in suites.load().items()
        for column in suite.personal
        if classes.class_of(table, column) == "none" and column not in products and column not in told.get(table, {})
    }
    assert wrong == set()


def manifest(path: str = "models/marts/vip.sql", **columns: dict[str, Any]) -> dict[str, Any]:
    node = {
        "original_file_path": path,
        "resource_type": "model",
        "schema": "marts",
        "name": "vip",
        "columns": {n: {"name": n, **c} for n, c in columns.items()},
    }
    return {"nodes": {"model.vip": node}}


def test_a_mart_of_ones_own_says_its_classes_or_is_not_published() -> None:
    said = {"config": {"meta": {"class": "sensitive"}}}
    told = classes.classes(
        manifest(customer_id={}, shoe_size=said), {"vip": {"tier": "…", "nick": "…"}}, {"vip": ("nick",)}
    )
    assert told == {"vip": {"customer_id": "direct", "shoe_size": "sensitive", "tier": "none", "nick": "direct"}}
    with pytest.raises(classes.Unclassed, match=r"vip.shoe_size: add config: \{meta: \{class: …\}\}"):
        classes.classes(manifest(customer_id={}, shoe_size={}), {}, {})
    with pytest.raises(classes.Unclassed, match="whoever wrote that model"):
        classes.classes(manifest(shoe_size={"config": {"meta": {"class": "secret"}}}), {}, {})
    own = "models/marts/own/vip.sql"
    told = classes.classes(manifest(own, customer_id={}, shoe_size={}), {}, {})
    assert classes.unclassed(told) == ["vip.shoe_size"]
    with pytest.raises(classes.Unclassed):  # a word that is no class is a slip, whoever wrote it
        classes.classes(manifest(own, shoe_size={"config": {"meta": {"class": "secret"}}}), {}, {})


def test_the_masked_copy_holds_no_person_and_joins_as_before(tmp_path: Path) -> None:
    kinds = {
        "customers": {"customer_id": "VARCHAR", "full_name": "VARCHAR", "email": "VARCHAR", "birth_date": "DATE", "age": "BIGINT", "postal_code": "VARCHAR",
                      "city": "VARCHAR", "country": "VARCHAR", "interests": "VARCHAR", "email_consent": "BOOLEAN", "unheard_of": "VARCHAR"},
        "orders": {"order_id": "VARCHAR", "customer_id": "VARCHAR", "net_revenue": "DECIMAL(18,4)"},
    }  # fmt: skip
    told = {t: {c: classes.class_of(t, c) or "" for c in cs if classes.class_of(t, c)} for t, cs in kinds.items()}
    with duckdb.connect() as con:
        con.execute("create schema marts")
        con.execute(
            "create table marts.customers as select 'c_' || n as customer_id, 'Ann Quast' || n as full_name, 'ann' || n || '@example.org' as email, make_date(1980, 5, n::int) as birth_date, 46 as age, '1011' || n as postal_code, 'Berlin' as city, 'DE' as country, 'Knitting' as interests, true as email_consent, 'x' as unheard_of from range(1, 6) as t(n)"
        )
        con.execute(
            "create table marts.orders as select 'o' || n as order_id, 'c_' || (n % 5 + 1) as customer_id, n::decimal(18, 4) as net_revenue from range(20) as t(n)"
        )
        for folder, key in (("one", "k1"), ("again", "k1"), ("other", "k2")):
            (tmp_path / folder).mkdir()
            masked.write(con, kinds, told, tmp_path / folder, masked.key_of(key.encode()), "marts")

        def read(folder: str, sql: str) -> list[tuple[Any, ...]]:
            with duckdb.connect(str(tmp_path / folder / masked.DATABASE), read_only=True) as copy:
                return copy.execute(sql).fetchall()

        per_customer = "select count(*), sum(net_revenue) from {0}customers join {0}orders using (customer_id) group by customer_id order by all"
        assert read("one", per_customer.format("")) == con.execute(per_customer.format("marts.")).fetchall()
        everything = "select * from customers order by all"
        assert read("one", everything) == read("again", everything) != read("other", everything)
        row = read(
            "one",
            "select birth_date::varchar, age, postal_code, city, country, interests, email_consent from customers limit 1",
        )
        assert row == [("1980-01-01", 40, "10", None, "DE", None, True)]
        shown = str(read("one", everything)) + str(read("one", "select * from orders"))
        assert not any(word in shown for word in ("Quast", "ann", "@", "c_", "1011", "Berlin", "Knitting", "'x'"))
