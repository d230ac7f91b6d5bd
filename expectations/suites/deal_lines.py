"""deal_lines: one row per line of a deal that still exists: what is offered in it."""

from __future__ import annotations

from crm360.expectations.suite import (
    Suite,
    between,
    carried,
    converted,
    exists,
    in_base_currency,
    key,
    live,
    no_rows,
    one_of,
    present,
    rows,
)
from crm360.expectations.suites.subscriptions import INTERVALS

# A source may tell of lines whose deals are not there, or not yet: those are nobody's to lose.
LINES_OF_DEALS = f"(select * from {live('deal_lines')} as landed where deal_id in (select deal_id from marts.deals))"

SUITE = Suite(
    table="deal_lines",
    may_be_empty_because="no deal that stands may have lines; the last check finds one that is missing",
    personal=("deal_line_id", "deal_id", "source_id", "name", "description"),
    expectations=(
        rows(),
        *key("deal_line_id"),
        *present("deal_id", "source", "source_id", "outcome", "currency", "base_currency"),
        one_of("outcome", ("open", "won", "lost")),
        one_of("billing_interval", INTERVALS),
        exists("deal_id", "deals"),
        exists("customer_id", "customers"),
        exists("account_id", "companies"),
        *carried(LINES_OF_DEALS, "product_id", "sku", "quantity", "unit_price", "line_amount"),
        between("quantity", -1e7, 1e7),
        between("line_amount", -1e9, 1e9),
        between("billing_interval_count", 1),
        no_rows(
            "what is paid again and again says how often, and nothing else does",
            "select 1 from {batch} where (billing_interval is null) <> (billing_interval_count is null)",
        ),
        no_rows(
            "a line is of its deal's customer, and in its state",
            "select 1 from (select * from {batch}) as lines join marts.deals using (deal_id) "
            "where lines.customer_id is distinct from deals.customer_id or lines.outcome <> deals.outcome",
        ),
        no_rows(
            "a line with a rate has a value, and one without has none",
            "select 1 from {batch} where line_value is distinct from (line_amount * exchange_rate)::decimal(18, 4) "
            "or exchange_rate <= 0 or (currency = base_currency and exchange_rate is distinct from 1)",
        ),
        no_rows(
            "every line of a deal that stands is here",
            f"select 1 from {LINES_OF_DEALS} as landed "
            "where deal_line_id not in (select told.deal_line_id from (select * from {batch}) as told)",
        ),
        converted("coalesce((select deals.closed_at from marts.deals where deals.deal_id = told.deal_id), as_of)"),
        in_base_currency("base_currency"),
    ),
)
