"""The real file, a whole night: every line is landed, dropped as an exact duplicate, or rejected; every penny is there."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
FILE = (
    Path(os.environ.get("CRM360_SHARED_DATA", ROOT.parent / "shared" / "data"))
    / "orders/online_retail_ii_2009_2010.parquet"
)
RAW = f"(select distinct * from read_parquet('{FILE}'))"  # the rule for exact duplicates: each line counts once
VALUE = 'cast("Quantity" as decimal(18, 4)) * cast("Price" as decimal(18, 4))'
pytestmark = [
    pytest.mark.night,
    pytest.mark.skipif(not FILE.exists(), reason="the real data are not on this machine"),
]


def night(data: Path, config: Path, command: str = "run") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "crm360", command, "--config", str(config), "--data", str(data)],
        capture_output=True, text=True, timeout=900, check=False, env=os.environ | {"CRM360_SHARED_DATA": str(FILE.parents[1])},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("retail") / "data"
    night(folder, ROOT / "examples" / "online_retail.toml")
    return folder


def published(data: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(data / "published" / "current" / "customer_360.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def raw(sql: str) -> list[tuple[object, ...]]:
    return duckdb.execute(sql).fetchall()


def test_every_line_is_accounted_for(data: Path) -> None:
    sql = "select count_of_received, count_of_landed, count_of_duplicate, count_of_rejected from data_completeness"
    [(received, landed, duplicate, rejected)] = published(data, sql)
    assert received == 525_461 == raw(f"select count(*) from read_parquet('{FILE}')")[0][0]
    assert (landed, rejected) == (raw(f"select count(*) from {RAW}")[0][0], 0)
    assert received == landed + duplicate + rejected
    assert published(data, "select count(*) from order_lines") == [(landed,)]


def test_net_revenue_equals_one_statement_over_the_raw_file_to_the_penny(data: Path) -> None:
    [(expected,)] = raw(f"select sum({VALUE}) from {RAW}")
    assert published(data, "select sum(net_revenue) from revenue_by_month") == [(expected,)]
    assert published(data, "select sum(net_revenue) from orders") == [(expected,)]
    by_month = raw(
        f"select date_trunc('month', \"InvoiceDate\"::timestamp)::date, sum({VALUE}) from {RAW} group by 1 order by 1"
    )
    assert published(data, "select month::date, net_revenue from revenue_by_month order by 1") == by_month
    assert expected == Decimal("9505775.564")


def test_what_each_product_brought_equals_one_statement_over_the_raw_file(data: Path) -> None:
    """By month and stock code without its spaces; what is sold, and what cancellations and adjustments take back."""
    expected = raw(
        f"""select date_trunc('month', "InvoiceDate"::timestamp)::date, trim("StockCode"), sum({VALUE}),
                   coalesce(sum("Quantity") filter (where "Invoice"[1] not in ('A', 'C')), 0)
            from {RAW} group by 1, 2 order by 1, 2"""
    )
    sql = "select month::date, product, line_revenue, quantity_sold::int from sales_by_product order by 1, 2"
    assert published(data, sql) == expected
    prices = raw(f"""select count(*) filter (where "Price" = 0), count(*) filter (where "Price" < 0) from {RAW}
                     where "Invoice"[1] not in ('A', 'C')""")
    rule = "select count_of_records from data_quality where rule = 'line of a sale with a price of {}'"
    assert published(data, rule.format("zero"))[0][0] == prices[0][0] > 3_000


def test_cancellations_and_adjustments_reduce_revenue_and_are_no_sales(data: Path) -> None:
    kinds = dict(published(data, "select order_kind, count(*) from orders group by 1"))
    assert kinds == dict(raw(
        f"""select case "Invoice"[1] when 'C' then 'cancellation' when 'A' then 'adjustment' else 'sale' end,
                   count(distinct "Invoice") from {RAW} group by 1"""
    ))  # fmt: skip
    assert kinds["cancellation"] == 4_592 and kinds["adjustment"] == 3
    assert published(data, "select sum(count_of_orders) from revenue_by_month") == [(kinds["sale"],)]
    [(less,)] = published(data, "select sum(net_revenue) from orders where order_kind <> 'sale'")
    assert less < 0


def test_the_customers_are_those_with_a_number_and_the_rest_is_anonymous(data: Path) -> None:
    assert published(data, "select count(*) from customers") == [(4_383,)]
    assert published(data, "select count(*) from customer_360") == [(4_383,)]
    [(anonymous,)] = raw(f'select count(distinct "Invoice") from {RAW} where "Customer ID" is null')
    assert published(data, "select count(*) from orders where customer_id is null") == [(anonymous,)]
    ids = {i for (i,) in published(data, "select source_id from customer_identities")}
    assert "13085" in ids and not any("." in i for i in ids)


SALES = f"""(select distinct "Invoice" as sale, cast(cast("Customer ID" as bigint) as text) as customer,
    cast("InvoiceDate" as date) as day from {RAW} where "Invoice"[1] not in ('A', 'C'))"""


def test_cohorts_and_churn_are_those_of_one_statement_over_the_raw_file(data: Path) -> None:
    expected = raw(
        f"""select date_trunc('month', first_day)::date, date_trunc('month', day)::date, count(distinct customer)
            from (select *, min(day) over (partition by customer) as first_day from {SALES} where customer is not null)
            group by 1, 2 order by 1, 2"""
    )
    told = "select cohort_month, month, count_of_customers from retention_cohorts where count_of_customers > 0"
    assert published(data, f"{told} order by 1, 2") == expected
    # Active at the end of a month is whoever bought on that day or in the 90 days before it.
    active = raw(
        f"""select month, (select count(distinct customer) from {SALES} where day between last - 90 and last)
            from (select distinct date_trunc('month', day)::date as month, least(last_day(day), '2010-12-10') as last
                  from {SALES}) order by 1"""
    )
    assert published(data, "select month, count_of_active_at_end from retention_by_month order by 1") == active


def test_pairs_are_those_of_one_statement_over_the_raw_file(data: Path) -> None:
    """The twenty pairs with the most sales, without the sales of more than 100 products."""
    lines = (
        f"""(select distinct "Invoice" as sale, "StockCode" as code from {RAW} where "Invoice"[1] not in ('A', 'C'))"""
    )
    expected = raw(
        f"""with lines as (select * from {lines} qualify count(*) over (partition by sale) <= 100)
            select a.code, b.code, count(*) from lines as a join lines as b on a.sale = b.sale and a.code < b.code
            group by 1, 2 order by 3 desc, 1, 2 limit 20"""
    )
    told = """select split_part(product_id, ':', -1), split_part(with_product_id, ':', -1), count_of_orders_together
        from product_affinity where product_id < with_product_id order by 3 desc, 1, 2 limit 20"""
    assert published(data, told) == expected


@pytest.mark.long
def test_the_same_file_pulls_nothing_and_a_changed_one_pulls_what_changed(data: Path, tmp_path: Path) -> None:
    """On a copy of the file's first 20,000 lines: one line changed, one added, one gone."""
    config = tmp_path / "retail.toml"
    text = (ROOT / "examples" / "online_retail.toml").read_text()
    path = next(line for line in text.splitlines() if line.startswith("path = "))
    config.write_text(text.replace(path, 'path = "lines.parquet"'))
    lines = tmp_path / "lines.parquet"
    duckdb.sql(f"select * from '{FILE}' limit 20000").write_parquet(str(lines))
    folder = tmp_path / "data"
    first = night(folder, config)
    assert "20,000 received" in first
    before = published(folder, "select sum(net_revenue) from orders")[0][0]
    assert " 0 received" in night(folder, config, "pull")
    duckdb.execute(f"create or replace temp table changed as select row_number() over () as n, * from '{lines}'")
    duckdb.execute('update changed set "Quantity" = "Quantity" + 10 where n = 1')
    duckdb.execute("delete from changed where n = 20000")
    duckdb.execute(
        "insert into changed select 20001, * exclude (n) replace ('999999' as \"Invoice\") from changed where n = 2"
    )
    duckdb.sql("select * exclude (n) from changed").write_parquet(str(lines))
    night(folder, config)
    [(landed, deleted)] = published(folder, "select last_count_of_landed, last_count_of_deleted from data_completeness")
    assert (landed, deleted) == (2, 2), (
        "the changed and the added line come in; the line as it was, and the gone one, go out"
    )
    [(expected,)] = raw(f"select sum({VALUE}) from (select distinct * from read_parquet('{lines}'))")
    after = published(folder, "select sum(net_revenue) from orders")[0][0]
    assert after == expected != before
