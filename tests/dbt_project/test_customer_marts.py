"""Retention, habits, pairs, consent, audiences, campaigns and yearly figures: small tables, with figures worked out by hand.

as_of is 1 July 2026 unless a case says otherwise. A column that a model reads and no row gives is null.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from .conftest import PROJECT, Compiled
from .models import AS_OF, Models


@pytest.fixture
def models(project: Compiled) -> Iterator[Models]:
    made = Models(project)
    yield made
    made.con.close()


PURCHASES = (
    "transaction_id text, customer_id text, purchase_date date, is_sale boolean, is_correction boolean, "
    "is_told_by_order boolean, net_revenue decimal(18, 4)"
)


def bought(models: Models, *sales: tuple[Any, ...]) -> None:
    """Purchases as (customer, day, revenue) and perhaps that it is a correction."""
    rows = [(f"o{i}", c, day, not rest, bool(rest), True, money) for i, (c, day, money, *rest) in enumerate(sales)]
    models.given("intermediate.int_purchases", PURCHASES, *rows)
    entries = "select *, purchase_date::timestamp as booked_at, 'purchase' as entry from intermediate.int_purchases"
    models.con.execute(f"create or replace view intermediate.int_revenue_booked as {entries}")


def test_cohorts_come_again_or_not(models: Models) -> None:
    bought(
        models,
        ("c_1", "2026-04-03", 10), ("c_1", "2026-04-20", 5), ("c_1", "2026-06-30", 7),
        ("c_2", "2026-04-30", 20), ("c_2", "2026-05-01", 1),
        ("c_3", "2026-06-01", 4),
        ("c_3", "2026-06-02", -3, "a correction"), ("c_2", "2026-06-02", -2, "a correction"), (None, "2026-04-01", 50),
        ("c_4", "2026-06-02", -1, "a correction of what was bought before"),
    )  # fmt: skip
    models.build("int_customers_months", "int_activity_periods", "retention_by_month", "retention_cohorts")
    told = models.rows(
        "select cohort_month::text, months_since, count_of_cohort_customers, count_of_customers, count_of_orders, "
        "net_revenue, retention_rate, is_complete from marts.retention_cohorts order by 1, 2"
    )
    # Two begin in April: one comes again in May, one in June. What c_2 gives back in June is no coming again.
    assert told == [
        ("2026-04-01", 0, 2, 2, 3, 35.0, 1.0, True),
        ("2026-04-01", 1, 2, 1, 1, 1.0, 0.5, True),
        ("2026-04-01", 2, 2, 1, 1, 5.0, 0.5, True),
        ("2026-04-01", 3, 2, 0, 0, 0.0, 0.0, False),
        ("2026-06-01", 0, 1, 1, 1, 1.0, 1.0, True),
        ("2026-06-01", 1, 1, 0, 0, 0.0, 0.0, False),
    ]
    told = models.rows(
        "select month::text, count_of_customers, count_of_new_customers, count_of_customers_before, "
        "count_of_retained_customers, retention_rate from marts.retention_by_month order by 1"
    )
    assert told == [
        ("2026-04-01", 2, 2, 0, 0, None),
        ("2026-05-01", 1, 0, 2, 1, 0.5),
        ("2026-06-01", 2, 1, 1, 0, 0.0),
        ("2026-07-01", 0, 0, 2, 0, 0.0),
    ]
    # 7 + 4 - 3 - 2 - 1: what c_4 gave back counts though c_4 has no cohort.
    assert models.rows("select net_revenue from marts.retention_by_month where month = '2026-06-01'") == [(5.0,)]


def test_a_customer_churns_after_ninety_days_and_can_be_won_back(models: Models) -> None:
    bought(
        models,
        # 1 January + 90 days is 1 April: a sale on that day goes on with the spell, and the next is 91 days later.
        ("c_1", "2026-01-01", 1), ("c_1", "2026-04-01", 1), ("c_1", "2026-07-01", 1),
        # 31 January + 91 days is 2 May, when c_2 has churned.
        ("c_2", "2026-01-31", 1),
        # 2 April + 91 days is 2 July, after as_of.
        ("c_3", "2026-04-02", 1),
    )  # fmt: skip
    models.build("int_customers_months", "int_activity_periods", "retention_by_month")
    assert models.rows("select * from intermediate.int_activity_periods order by 1, 2") == [
        ("c_1", 1, date(2026, 1, 1), date(2026, 7, 1)),
        ("c_1", 2, date(2026, 7, 1), date(2026, 9, 30)),
        ("c_2", 1, date(2026, 1, 31), date(2026, 5, 2)),
        ("c_3", 1, date(2026, 4, 2), date(2026, 7, 2)),
    ]
    told = models.rows(
        "select month::text, count_of_active_at_start, count_of_customers_won, count_of_customers_won_back, "
        "count_of_customers_churned, count_of_active_at_end, churn_rate from marts.retention_by_month order by 1"
    )
    assert told == [
        ("2026-01-01", 0, 2, 0, 0, 2, None),
        ("2026-02-01", 2, 0, 0, 0, 2, 0.0),
        ("2026-03-01", 2, 0, 0, 0, 2, 0.0),
        ("2026-04-01", 2, 1, 0, 0, 3, 0.0),
        ("2026-05-01", 3, 0, 0, 1, 2, 0.3333),
        ("2026-06-01", 2, 0, 0, 0, 2, 0.0),
        ("2026-07-01", 2, 0, 1, 1, 2, 0.5),
    ]


def test_nobody_bought_anything(models: Models) -> None:
    bought(models)
    models.build("int_customers_months", "int_activity_periods", "retention_by_month", "retention_cohorts")
    assert models.rows("select * from marts.retention_by_month union all by name from marts.retention_cohorts") == []


def test_places_differ_by_name_and_not_by_case(models: Models) -> None:
    models.given(
        "intermediate.int_customers_profiled",
        "customer_id text, country_code text, country text, region text, city text, count_of_purchases bigint, "
        "count_of_orders bigint, net_revenue decimal(18, 4), net_revenue_last_365_days decimal(18, 4), "
        "predicted_value decimal(18, 4)",
        ("c_1", "DE", "Germany", "Berlin", "Berlin", 2, 2, 30, 10, 5),
        ("c_2", "DE", "DE", "berlin ", "BERLIN", 0, 0, 0, 0, None),
        ("c_3", None, "Atlantis", None, "", 1, 0, 7.5, 0, 1),
    )
    models.build("customers_by_region")
    told = models.rows(
        "select country, lower(region), lower(city), count_of_customers, count_of_buyers, count_of_orders, net_revenue, "
        "net_revenue_last_365_days, net_revenue_per_customer, predicted_value from marts.customers_by_region order by 1"
    )
    assert told == [
        ("ATLANTIS", None, None, 1, 1, 0, 7.5, 0.0, 7.5, 1.0),
        ("DE", "berlin", "berlin", 2, 1, 2, 30.0, 10.0, 15.0, 5.0),
    ]


LINE = "order_id text, source text, product_id text, sku text"
SALE = "order_id text, customer_id text, ordered_at timestamp, is_sale boolean"


def baskets(models: Models, *sales: tuple[str, str | None, str]) -> None:
    """Sales as (day, customer, products), a product a letter."""
    orders = [(f"o{i:02}", customer, day, True) for i, (day, customer, _) in enumerate(sales)]
    lines = [
        (f"o{i:02}", "s", f"s:{p}" if p != "z" else None, f"sku {p}")
        for i, (_, _, products) in enumerate(sales)
        for p in products
    ]
    named = [(*line, f"Product {line[3][-1]}", orders[int(line[0][1:])][2], True) for line in lines]
    tested = ("test", "s", "s:a", "a")
    models.given("intermediate.int_orders_counted", SALE, *orders, ("test", "c_1", "2026-01-01", False))
    gone = ("o00", "s", "s:gone", "gone", True)
    models.given(
        "intermediate.int_order_lines_unioned", f"{LINE}, is_deleted boolean",
        *[(*line, False) for line in (*lines, tested)], gone,
    )  # fmt: skip
    models.given(
        "marts.order_lines", f"{LINE}, description text, ordered_at timestamp, is_sale boolean",
        *named, (*tested, "A", "2026-01-01", False),
    )  # fmt: skip
    models.given("intermediate.int_products_unioned", "product_id text, is_deleted boolean", ("s:d", True))


def test_pairs_and_what_to_suggest(models: Models) -> None:
    # 20 sales: a in 10, b in 8, both in 6; z, known by its article number, in 5, always with a; d in 5, always with b.
    baskets(
        models,
        *[("2026-01-01", None, "ab")] * 5, ("2026-06-01", "c_1", "aab"), *[("2026-01-01", None, "az")] * 4,
        *[("2026-01-01", None, "c")] * 3, ("2026-02-01", "c_2", "z"), ("2026-03-01", "c_2", "c"),
        ("2026-01-01", None, "bd"), ("2026-01-01", None, "bd"), *[("2026-01-01", None, "d")] * 3,
    )  # fmt: skip
    models.build(
        "int_baskets_grouped", "int_products_paired", "product_affinity", "int_next_products", **{">= 5": ">= 2"}
    )
    told = models.rows(
        "select product_id, with_product_id, with_product, count_of_orders_together, count_of_orders, "
        "count_of_orders_of_other, count_of_all_orders, support, confidence, lift, position "
        "from marts.product_affinity order by 1, position"
    )
    # a and b: 6 / 20; 6 / 10 and 6 / 8; 0.6 / (8 / 20) = 1.5. a and z: 4 / (10 × 5 / 20) = 1.6. b and d: 2 / (8 × 5 / 20) = 1.
    assert told == [
        ("s:a", "s:b", "Product b", 6, 10, 8, 20, 0.3, 0.6, 1.5, 1),
        ("s:a", "s:sku z", "Product z", 4, 10, 5, 20, 0.2, 0.4, 1.6, 2),
        ("s:b", "s:a", "Product a", 6, 8, 10, 20, 0.3, 0.75, 1.5, 1),
        ("s:b", "s:d", "Product d", 2, 8, 5, 20, 0.1, 0.25, 1.0, 2),
        ("s:d", "s:b", "Product b", 2, 5, 8, 20, 0.1, 0.4, 1.0, 1),
        ("s:sku z", "s:a", "Product a", 4, 5, 10, 20, 0.2, 0.8, 1.6, 1),
    ]
    # c_1 has a and b: z goes with a, and d is not on offer. c_2's last sale held c, with which nothing goes.
    assert models.rows("select * from intermediate.int_next_products") == [("c_1", "s:sku z", "Product z", "Product a")]


def test_rare_pairs_and_long_lists_are_left_out(models: Models) -> None:
    baskets(models, *[("2026-01-01", None, "ab")] * 4, ("2026-01-01", None, "abcdefgh"))
    models.build("int_baskets_grouped", "int_products_paired", "product_affinity", **{"> 100": "> 7"})
    assert models.rows("select * from marts.product_affinity") == []
    models.build("int_products_paired", "product_affinity")
    assert models.rows("select distinct count_of_orders_together from marts.product_affinity") == [(5,)]


def test_habits_are_those_of_the_clock_on_the_wall(models: Models) -> None:
    zone = {") at time zone 'UTC')": ") at time zone 'America/New_York')"}
    touch = "customer_id text, event_at timestamp, channel text, direction text, kind text"
    models.given(
        "marts.customer_timeline", touch,
        # 14:30 UTC is 9:30 in winter and 10:30 in summer.
        ("c_1", "2026-01-05 14:30", "web", "inbound", "order placed"),
        ("c_1", "2026-06-05 14:30", "web", "inbound", "order placed"),
        ("c_1", "2026-06-06 14:59", "chat", "inbound", "ticket opened"),
        *[("c_1", "2026-06-06 03:00", "email", "outbound", "email sent")] * 5,
        *[("c_1", "2026-06-06 03:00", "lead", "inbound", "lead created")] * 5,
        *[("c_1", "2026-07-02 03:00", "email", "inbound", "email opened")] * 5,
        ("c_2", "2026-06-06 03:00", "email", "inbound", "email opened"),
        ("c_2", "2026-06-06 04:00", "web", "inbound", "order placed"),
        ("c_3", "2026-06-06 03:00", "email", "outbound", "email sent"),
        *[("c_1", "2026-05-01 00:00", "web", "inbound", "a date without a time")] * 3,
        ("c_4", "2026-05-01 00:00", "web", "inbound", "a date without a time"),
    )  # fmt: skip
    models.build("int_customers_habits", **zone)
    assert models.rows("select * from intermediate.int_customers_habits order by 1") == [
        ("c_1", "web", 10),
        ("c_2", "web", 23),
        ("c_4", "web", None),
    ]
    # The campaign of Monday 1:00 UTC went out on Sunday at 20:00.
    models.given("marts.campaign_performance", CAMPAIGNS, campaign("one", "2026-01-05 01:00", sent=100, opened=40))
    models.build("send_times", **zone)
    assert models.rows("select weekday, hour from marts.send_times") == [(7, 20)]


def test_occasions_of_the_thirty_days_ahead(models: Models) -> None:
    models.given(
        "intermediate.int_customers_profiled",
        "customer_id text, birth_date date, next_birthday date, days_to_birthday bigint, first_order_at timestamp, "
        "next_order_anniversary date, days_to_order_anniversary bigint, as_of_date date",
        ("c_1", "1990-07-31", "2026-07-31", 30, "2025-07-01 09:00", "2026-07-01", 0, AS_OF),
        ("c_2", "1990-08-01", "2026-08-01", 31, None, None, None, AS_OF),
        ("c_3", None, None, None, "2026-06-01 09:00", "2027-06-01", 335, AS_OF),
    )
    models.build("customer_occasions")
    told = models.rows(
        "select customer_id, occasion, occasion_date::text, days_to_occasion, years from marts.customer_occasions "
        "order by occasion"
    )
    assert told == [
        ("c_1", "anniversary of the first order", "2026-07-01", 0, 1),
        ("c_1", "birthday", "2026-07-31", 30, 36),
    ]


def test_one_refusal_outweighs_every_consent(models: Models) -> None:
    models.given("intermediate.int_golden_records", "customer_id text", *[(f"c_{n}",) for n in range(1, 6)])
    models.given(
        "intermediate.int_consents_decided",
        "customer_id text, channel text, contact_id text, source text, list_key text, list_id text, field text, "
        "is_given boolean, stated_at timestamp, is_time_stated boolean, is_lifted boolean",
        ("c_1", "email", "m:1", "m", "m:a", "m:a", "status", True, "2025-01-01", True, False),
        ("c_1", "email", "h:1", "h", "h", None, "OK", True, "2026-06-05", False, False),
        ("c_2", "email", "m:2", "m", "m:a", "m:a", "status", False, "2026-05-01", False, False),
        ("c_2", "email", "h:2", "h", "h", None, "OK", True, "2026-06-05", False, False),
        ("c_2", "email", "h:3", "h", "h", None, "opt_out", False, "2026-03-01", False, False),
        ("c_2", "sms", "h:2", "h", "h", None, "OK", True, "2026-06-05", False, False),
        ("c_3", "phone", "h:4", "h", "h", None, "DoNotCall", False, None, False, False),
        ("c_5", "email", "m:5", "m", "m:a", "m:a", "unsubscribed", False, "2026-01-01", True, True),
        ("c_5", "email", "m:5", "m", "m:a", "m:a", "status", True, "2026-02-01", True, False),
        (None, "email", None, "m", "m", None, "complained", False, "2026-02-01", True, False),
    )
    models.build("int_customers_consents", "customer_consent")
    told = models.rows(
        "select customer_id, channel, state, is_allowed, contact_id, stated_in, stated_at::date::text, is_time_stated, "
        "count_of_consents, count_of_refusals, count_of_lifted_refusals from marts.customer_consent "
        "where state <> 'unknown' order by 1, 2"
    )
    assert told == [
        ("c_1", "email", "opted_in", True, "m:1", "status", "2025-01-01", True, 2, 0, 0),
        ("c_2", "email", "opted_out", False, "m:2", "status", "2026-05-01", False, 1, 2, 0),
        ("c_2", "sms", "opted_in", True, "h:2", "OK", "2026-06-05", False, 1, 0, 0),
        ("c_3", "phone", "opted_out", False, "h:4", "DoNotCall", None, False, 0, 1, 0),
        ("c_5", "email", "opted_in", True, "m:5", "status", "2026-02-01", True, 1, 0, 1),
    ]
    unknown = models.rows("select customer_id, channel, is_allowed from marts.customer_consent where state = 'unknown'")
    assert len(unknown) == 10 and ("c_4", "email", None) in unknown


CAMPAIGNS = (
    "campaign_id text, channel text, sent_at timestamp, count_of_sent bigint, count_of_delivered bigint, "
    "count_of_bounced bigint, count_of_opened bigint, count_of_clicked bigint, count_of_unsubscribed bigint, "
    "count_of_complained bigint, count_of_replied bigint, count_of_attributed_orders bigint, "
    "count_of_attributed_purchases bigint, count_of_attributed_purchases_measured bigint, "
    "count_of_customers_won bigint, attributed_revenue decimal(18, 4), won_customers_revenue decimal(18, 4), "
    "won_customers_predicted_value decimal(18, 4), cost decimal(18, 4), count_of_impressions bigint"
)


def campaign(
    name: str, sent_at: str | None, sent: int = 0, bounced: int = 0, opened: int | None = 0, clicked: int = 0,
    orders: int = 0, won: int = 0, revenue: float = 0, cost: float | None = None, channel: str | None = "email", shown: int | None = None,
) -> tuple[Any, ...]:  # fmt: skip
    counts = (sent, sent - bounced, bounced, opened, clicked, 0, 0, 0, orders, orders, orders, won)
    return (name, channel, sent_at, *counts, revenue, revenue, None, cost, shown)


def test_channels_side_by_side(models: Models) -> None:
    models.given(
        "marts.campaign_performance", CAMPAIGNS,
        campaign("one", "2026-06-01 08:00", 110, 10, 40, 10, orders=4, won=2, revenue=300, cost=100),
        campaign("two", "2026-06-02 08:00", 100, 0, 20, 10, orders=1, won=1, revenue=60, channel="Email "),
        campaign("text", "2026-06-02 08:00", 50, opened=None, channel="sms", cost=25),
        campaign("unread", "2026-06-02 08:00", 900, opened=None),
        campaign("not yet", None, channel="sms", cost=99),
        campaign("ads", "2026-06-02", channel="ads", cost=40, shown=900),
    )  # fmt: skip
    models.build("channel_performance")
    told = models.rows(
        "select channel, count_of_campaigns, count_of_campaigns_with_cost, count_of_sent, count_of_delivered, open_rate, "
        "click_rate, conversion_rate, attributed_revenue, revenue_per_message, cost, acquisition_cost, "
        "return_on_investment from marts.channel_performance order by 1"
    )
    # 60 / 200, for the 900 whose openings nobody measured are left out; 20 / 1100, 5 / 1100, 360 / 1100; of the campaign
    # with a cost: 100 / 2 and (300 - 100) / 100.
    assert told == [
        ("ads", 1, 1, 0, 0, None, None, None, 0.0, None, 40.0, None, None),
        ("email", 3, 1, 1110, 1100, 0.3, 0.0182, 0.0045, 360.0, 0.3273, 100.0, 50.0, 2.0),
        ("sms", 1, 1, 50, 50, None, 0.0, 0.0, 0.0, 0.0, 25.0, None, -1.0),
    ]


def test_a_small_cell_does_not_win_by_luck(models: Models) -> None:
    models.given(
        "marts.campaign_performance", CAMPAIGNS,
        campaign("lucky", "2026-06-01 08:10", 4, 0, 4, 2),
        campaign("solid", "2026-06-02 17:00", 500, 0, 200, 100),
        campaign("solid too", "2026-06-09 17:59", 500, 0, 200, 100),
        campaign("empty", "2026-06-03 12:00"),
    )  # fmt: skip
    models.build("send_times")
    told = models.rows(
        "select weekday, hour, count_of_campaigns, count_of_delivered, click_rate, click_rate_low, position "
        "from marts.send_times order by position"
    )
    # Wilson, z = 1.96: 2 of 4 gives (0.5 + 0.4802 - 1.96 × √(0.0625 + 0.060025)) / 1.9604 = 0.15, 200 of 1000 gives 0.1764.
    assert told == [
        (2, 17, 2, 1000, 0.2, 0.1764, 1),
        (1, 8, 1, 4, 0.5, 0.15, 2),
        (3, 12, 1, 0, None, None, 3),
    ]


def test_a_year_is_told_by_its_last_days_members(models: Models) -> None:
    bought(
        models,
        ("c_1", "2024-05-01", 10), ("c_1", "2025-05-01", 30), ("c_2", "2025-06-01", 50),
        ("c_2", "2025-06-02", -10, "a correction"), ("c_1", "2026-02-01", 5), ("c_3", "2026-03-01", 15),
        (None, "2026-03-01", 99),
    )  # fmt: skip
    models.given(
        "intermediate.int_tickets_measured", "customer_id text, created_at timestamp, satisfaction text",
        ("c_1", "2025-03-01", "satisfied"), ("c_1", "2025-04-01", "satisfied"), ("c_2", "2025-05-01", "dissatisfied"),
        ("c_2", "2025-05-02", None),
    )  # fmt: skip
    models.given(
        "marts.customer_segment_history",
        "customer_id text, dimension text, segment text, valid_from date, valid_to date",
        # The first night was 1 December 2025. c_1 went from good to best on New Year's Day.
        ("c_1", "tier", "good", "2025-12-01", "2026-01-01"), ("c_1", "tier", "best", "2026-01-01", None),
        ("c_2", "tier", "good", "2025-12-01", None), ("c_3", "tier", "good", "2026-03-01", None),
    )  # fmt: skip
    models.build("int_customers_years", "segment_effectiveness")
    told = models.rows(
        "select year, segment, members_on::text, is_backcast, is_complete, count_of_customers, count_of_buyers, "
        "count_of_orders, net_revenue, net_revenue_per_customer, share_of_revenue, count_of_buyers_year_before, "
        "count_of_buyers_retained, retention_rate, satisfaction_share from marts.segment_effectiveness order by 1, 2"
    )
    assert told == [
        (2024, "good", "2025-12-01", True, True, 2, 1, 1, 10.0, 5.0, 1.0, 0, 0, None, None),
        (2025, "good", "2025-12-31", False, True, 2, 2, 2, 70.0, 35.0, 1.0, 1, 1, 1.0, 0.6667),
        (2026, "best", "2026-07-01", False, False, 1, 1, 1, 5.0, 5.0, 0.25, 1, 1, 1.0, None),
        (2026, "good", "2026-07-01", False, False, 2, 1, 1, 15.0, 7.5, 0.75, 1, 0, 0.0, None),
    ]


LEAVING = ("unsubscribed", "complained")
EVENTS = [
    # Of several customers' addresses: who left, who complained, who bounced for good, and who bounced and came back.
    ("left@x.example", "unsubscribed", "2024-01-01"), ("left@x.example", "clicked", "2026-01-01"),
    ("spam@x.example", "complained", "2026-01-01"), ("spam@x.example", "bounced", "2026-02-01"),
    ("gone@x.example", "opened", "2026-01-01"), ("gone@x.example", "bounced", "2026-02-01"),
    ("back@x.example", "bounced", "2026-01-01"), ("back@x.example", "opened", "2026-02-01"),
    ("never@x.example", "bounced", "2026-01-01"),
]  # fmt: skip


def test_who_is_not_to_be_written_to(models: Models) -> None:
    models.given(
        "intermediate.int_email_events_unioned",
        "contact_id text, email text, event text, event_at timestamp, is_deleted boolean",
        *[(None, email.upper(), event, at, False) for email, event, at in EVENTS],
    )
    models.given(
        "intermediate.int_contacts_unioned",
        "contact_id text, email text, other_emails text, phone text, mobile_phone text",
        ("h:9", "other@x.example", None, None, None),
        ("h:1", "no@x.example", "No2@x.example; ;no3@x.example", "+49 30 901820", None),
        ("h:2", "yes@x.example", "yes2@x.example", None, "0170-1"),
        ("h:3", "left@x.example", None, None, None),
        ("h:4", "again@x.example", None, None, None),
    )
    models.given(
        "intermediate.int_consents_decided",
        "contact_id text, email text, channel text, field text, is_given boolean, is_lifted boolean",
        *[(None, email, "email", event, False, False) for email, event, _ in EVENTS if event in LEAVING],
        ("h:9", None, "email", "unsubscribed", False, False),
        ("h:1", None, "email", "opt_out", False, False), ("h:1", None, "phone", "opt_out", False, False),
        ("h:2", None, "email", "opt_in", True, False), ("h:2", None, "sms", "opt_out", False, False),
        ("h:3", None, "email", "opt_out", False, False),
        ("h:4", None, "email", "unsubscribed", False, True), ("h:4", None, "email", "opt_in", True, False),
    )  # fmt: skip
    models.build("int_addresses_suppressed")
    assert models.rows("select * from intermediate.int_addresses_suppressed order by 1, 2") == [
        ("email", "gone@x.example", "bounced"),
        ("email", "left@x.example", "unsubscribed"),
        ("email", "never@x.example", "bounced"),
        ("email", "no2@x.example", "refused"),
        ("email", "no3@x.example", "refused"),
        ("email", "no@x.example", "refused"),
        ("email", "other@x.example", "unsubscribed"),
        ("email", "spam@x.example", "complained"),
        ("phone", "4930901820", "refused"),
        ("sms", "01701", "refused"),
    ]


def test_an_audience_is_its_rule_less_those_not_to_be_written_to(models: Models) -> None:
    numbers = ("days_to_birthday", "days_to_order_anniversary", "count_of_emails_clicked", "satisfaction_share")
    models.given(
        "marts.customer_360",
        "customer_id text, email text, phone text, mobile_phone text, email_consent boolean, phone_consent boolean, "
        "days_since_last_order bigint, segments text, count_of_orders bigint, count_of_emails_unsubscribed bigint, "
        f"full_name text, next_product_id text, {', '.join(f'{name} bigint' for name in numbers)}, "
        f"count_of_emails_complained bigint default 0, as_of_date date default '{AS_OF}'",
    )
    high = "RFM x, high tier, repeat"
    for row in (
        # win-back: 2 orders or more and more than 180 days; best customers at risk: high tier and more than 90 days.
        ("c_01", "a@x.example", "+4930901820", None, True, True, 181, high, 2, 0),
        ("c_02", "b@x.example", None, "+4930901821", True, None, 91, high, 9, 0),
        ("c_03", "c@x.example", None, None, True, True, 180, "not high tier, low tier", 2, 0),
        ("c_04", None, None, None, True, True, 200, "", 2, 0),
        ("c_05", "Left@x.example", None, None, True, True, 200, "", 2, 0),
        ("c_06", "d@x.example", None, None, False, True, 200, "", 2, 1),
        ("c_07", "e@x.example", None, None, False, True, 200, "", 2, 0),
        ("c_08", "f@x.example", None, None, None, True, 200, "", 2, 0),
        ("c_09", "A@x.example ", None, None, True, True, 200, "", 2, 0),
        ("c_10", "g@x.example", None, None, True, True, 200, "", 1, 0),
        ("c_11", None, None, "+4930901822", None, True, 91, "high tier", 1, 0),
        ("c_12", None, "+4930901823", None, None, True, 90, "high tier", 1, 0),
        # What is no address, or no number, is none.
        ("c_13", "h@nowhere", None, None, True, True, 200, "", 2, 0),
        ("c_14", None, "030 9018-20", None, None, True, 91, "high tier", 1, 0),
    ):
        values = ", ".join("null" if v is None else repr(v) for v in row)
        models.con.execute(
            "insert into marts.customer_360 (customer_id, email, phone, mobile_phone, email_consent, phone_consent, "
            f"days_since_last_order, segments, count_of_orders, count_of_emails_unsubscribed) values ({values})"
        )
    models.given(
        "intermediate.int_addresses_suppressed", "channel text, address text, because text",
        ("email", "left@x.example", "unsubscribed"), ("phone", "4930901822", "refused"), ("sms", "4930901820", "refused"),
    )  # fmt: skip
    models.given(
        "intermediate.int_customers_consents", "customer_id text, channel text, state text, field text",
        ("c_06", "email", "opted_out", "unsubscribed"), ("c_07", "email", "opted_out", "hs_email_optout"),
        ("c_08", "phone", "opted_out", "DoNotCall"), ("c_09", "email", "opted_in", "status"),
    )  # fmt: skip
    models.build("int_audiences_chosen", "audiences", "audience_members")
    chosen = models.rows(
        "select audience, customer_id, suppressed_because from intermediate.int_audiences_chosen order by 1 desc, 2"
    )
    assert chosen == [
        ("win-back", "c_01", None),
        ("win-back", "c_04", "no address"),
        ("win-back", "c_05", "unsubscribed"),
        ("win-back", "c_06", "unsubscribed"),
        ("win-back", "c_07", "refused"),
        ("win-back", "c_08", "no consent"),
        ("win-back", "c_09", "same address"),
        ("win-back", "c_13", "no address"),
        ("best customers at risk", "c_01", None),
        ("best customers at risk", "c_02", "no consent"),
        ("best customers at risk", "c_11", "refused"),
        ("best customers at risk", "c_14", "no address"),
    ]
    night = date(2026, 7, 1)
    assert models.rows("select * from marts.audience_members order by 1 desc") == [
        ("win-back", "c_01", "email", "consent", "a@x.example", None,
         "count_of_orders = 2 and days_since_last_order = 181", night),
        ("best customers at risk", "c_01", "phone", "consent", "+4930901820", None,
         "segments lists high tier and days_since_last_order = 181", night),
    ]  # fmt: skip
    counted = models.rows(
        "select audience, count_of_customers, count_of_members, count_of_no_address, count_of_unsubscribed, "
        "count_of_refused, count_of_no_consent, count_of_same_address from marts.audiences "
        "where count_of_customers > 0 order by position"
    )
    assert counted == [("win-back", 8, 1, 2, 2, 1, 1, 1), ("best customers at risk", 4, 1, 1, 0, 1, 1, 0)]


def test_every_delivered_audience_asks_for_columns_that_there_are(project: Compiled) -> None:
    text = (PROJECT / "models" / "marts" / "customers" / "customer_360.yml").read_text()
    columns = set(re.findall(r"^      - name: (\w+)$", text, re.MULTILINE))
    audiences = project.models["audiences"]["config"]["meta"]["audiences"]
    named = {c["column"] for a in audiences for w in a["when"] for c in w.get("any", [w])}
    assert len(audiences) >= 5 and named <= columns
