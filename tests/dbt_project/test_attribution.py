"""Which of the campaigns clicked before a sale claim it, by setting: whatever the rule, the parts of a sale are the sale."""

from __future__ import annotations

import pytest

from .conftest import Compiled
from .models import Models

CLICKS = (("one", "2026-06-04"), ("two", "2026-06-05"), ("one", "2026-06-07"), ("three", "2026-06-08"))
RULES = {
    "last": {"three": (100.0, 1)},
    "first": {"one": (100.0, 1)},
    "linear": {"one": (50.0, 1), "two": (25.0, 0), "three": (25.0, 0)},
    "position": {"one": (50.0, 1), "two": (10.0, 0), "three": (40.0, 0)},
}
SALES = "transaction_id text, customer_id text, purchased_at timestamp, is_sale bool, is_told_by_order bool, net_revenue decimal(18, 4)"


def sold(project: Compiled, rule: str, *sales: tuple[str, str, float | None, bool]) -> Models:
    """The models over purchases (id, customer, revenue, told by an order) of which the first customer clicked."""
    models = Models(project.told(attribution=rule, attribution_days=7))
    models.given(
        "intermediate.int_purchases", SALES,
        *((name, who, "2026-06-10", True, by_order, amount) for name, who, amount, by_order in sales),
    )  # fmt: skip
    models.given(
        "intermediate.int_campaigns_unioned", "campaign_id text, is_deleted bool",
        *((name, False) for name in ("one", "two", "three", "stated")),
    )  # fmt: skip
    models.given("intermediate.int_orders_priced", "order_id text, campaign_id text", ("s", "stated"))
    models.given("intermediate.int_deals_valued", "deal_id text, campaign_id text")
    models.given("intermediate.int_transactions_matched", "telling_id text, transaction_id text", ("order s", "s"))
    models.given("intermediate.int_contacts_resolved", "contact_id text, customer_id text", ("k", "c"))
    models.given(
        "intermediate.int_email_events_unioned",
        "email_event_id text, contact_id text, campaign_id text, event text, event_at timestamp, is_deleted bool",
        *((str(n), "k", name, "clicked", at, False) for n, (name, at) in enumerate(CLICKS)),
    )  # fmt: skip
    models.given("intermediate.int_customers_orders", "customer_id text, net_revenue decimal(18, 4)", ("c", 1))
    models.given("marts.customer_value", "customer_id text, predicted_value decimal(18, 4)")
    models.build("int_purchases_attributed", "int_campaigns_sales")
    return models


@pytest.mark.parametrize("rule", RULES)
def test_a_sale_is_shared_out_by_the_rule_and_counted_once(project: Compiled, rule: str) -> None:
    models = sold(project, rule, ("a", "c", 100, True), ("s", "c", 7, True), ("d", "c", 9, False))
    told = models.rows(
        "select campaign_id, attributed_revenue, count_of_attributed_purchases from intermediate.int_campaigns_sales"
    )
    assert {name: figures for name, *figures in map(tuple, told)} == {
        name: list(figures) for name, figures in {**RULES[rule], "stated": (7.0, 1)}.items()
    }


@pytest.mark.parametrize("rule", RULES)
def test_what_rounding_takes_off_is_the_main_campaigns(project: Compiled, rule: str) -> None:
    models = sold(project, rule, *((f"a{n}", "c", n / 10_000, True) for n in range(1, 40)), ("b", "c", None, True))
    ((told, whole, most),) = models.rows(
        "select sum(attributed_revenue), (select sum(net_revenue) from intermediate.int_purchases), "
        "(select max(mains) from (select count(*) filter (where is_main) as mains "
        "from intermediate.int_purchases_attributed group by transaction_id)) from intermediate.int_campaigns_sales"
    )
    assert (told, most) == (whole, 1)
