"""Every suite passes on health, and fails on each kind of damage. One row of DAMAGE is one defect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from crm360.expectations import suites
from crm360.expectations.audit import audit
from crm360.expectations.results import SuiteResult

from .conftest import HEALTHY, Patient, with_words

Damage = Callable[..., Path]

PUBLISHED = (
    "customers",
    "customer_identities",
    "customer_id_aliases",
    "review_queue",
    "companies",
    "company_identities",
    "company_id_aliases",
    "company_review_queue",
    "review_decisions",
    "households",
    "customer_360",
    "company_360",
    "customer_contact_points",
    "customer_timeline",
    "customer_segments",
    "customer_segment_history",
    "segments",
    "segment_summary",
    "customer_rfm",
    "customer_value",
    "value_models",
    "orders",
    "order_lines",
    "tickets",
    "deals",
    "tasks",
    "campaign_costs_by_day",
    "campaign_performance",
    "service_performance",
    "transactions",
    "revenue_entries",
    "revenue_by_month",
    "pipeline_stages",
    "sales_forecast",
    "lead_conversion",
    "lead_cohorts",
    "deal_performance",
    "sales_by_representative",
    "sales_by_product",
    "lost_reasons",
    "acquisition_cost",
    "invoices",
    "payments",
    "receivables",
    "subscriptions",
    "mrr_by_month",
    "service_by_agent",
    "pain_points",
    "ticket_backlog",
    "survey_results",
    "data_quality",
    "data_completeness",
    "run_history",
    "anomalies",
    "rejections",
    "schema_changes",
    "retention_cohorts",
    "retention_by_month",
    "customers_by_region",
    "customer_occasions",
    "customer_consent",
    "segment_effectiveness",
    "product_affinity",
    "channel_performance",
    "send_times",
    "web_sessions",
    "web_pages_by_day",
    "audiences",
    "audience_members",
    "audience_syncs",
)
KEYS = {
    "customers": "customer_id",
    "customer_identities": "contact_id",
    "customer_id_aliases": "alias_id",
    "review_queue": "place_in_queue",
    "companies": "account_id",
    "company_identities": "company_id",
    "company_id_aliases": "alias_id",
    "company_review_queue": "place_in_queue",
    "review_decisions": "author",
    "households": "household_id",
    "customer_360": "customer_id",
    "company_360": "account_id",
    "customer_contact_points": "contact_point",
    "customer_timeline": "touch_id",
    "customer_segments": "segment",
    "customer_segment_history": "valid_from",
    "segments": "segment",
    "segment_summary": "segment",
    "customer_rfm": "customer_id",
    "customer_value": "customer_id",
    "value_models": "model",
    "orders": "order_id",
    "order_lines": "order_line_id",
    "tickets": "ticket_id",
    "deals": "deal_id",
    "tasks": "task_id",
    "campaign_costs_by_day": "campaign_id",
    "campaign_performance": "campaign_id",
    "service_performance": "month",
    "transactions": "transaction_id",
    "revenue_entries": "entry_id",
    "revenue_by_month": "month",
    "pipeline_stages": "stage",
    "sales_forecast": "forecast_date",
    "lead_conversion": "count_of_leads",
    "lead_cohorts": "cohort_month",
    "deal_performance": "month",
    "sales_by_representative": "month",
    "sales_by_product": "month",
    "lost_reasons": "reason",
    "acquisition_cost": "month",
    "invoices": "invoice_id",
    "payments": "payment_id",
    "receivables": "age",
    "subscriptions": "subscription_id",
    "mrr_by_month": "month",
    "service_by_agent": "month",
    "pain_points": "count_of_tickets",
    "ticket_backlog": "age",
    "survey_results": "kind",
    "data_quality": "rule",
    "data_completeness": "stream",
    "web_sessions": "session_id",
    "web_pages_by_day": "page_path",
    "run_history": "subject",
    "anomalies": "figure",
    "rejections": "rule",
    "schema_changes": "field",
    "retention_cohorts": "cohort_month",
    "retention_by_month": "month",
    "customers_by_region": "count_of_customers",
    "customer_occasions": "occasion",
    "customer_consent": "channel",
    "segment_effectiveness": "segment",
    "product_affinity": "product_id",
    "channel_performance": "count_of_campaigns",
    "send_times": "hour",
    "audiences": "audience",
    "audience_members": "customer_id",
    "audience_syncs": "customer_id",
}
# Tables that may be empty, and words of the check that finds that they should not be.
EMPTIED = {
    "anomalies": "what was found in this run is here",
    "schema_changes": "every change that a batch tells of",
    "transactions": "every order that is no test",
    "sales_by_product": "every line of a sale",
    "customer_timeline": "each order of a customer",
    "order_lines": "every line of an order",
    "customer_contact_points": "own address is among them",
    "lead_conversion": "is a lead, and no lead is told twice",
    "lead_cohorts": "the leads of lead_conversion",
    "revenue_entries": "come to what it says",
    "revenue_by_month": "those of its entries",
    "customer_rfm": "every buyer is here",
    "customer_value": "the same customers as in customer_rfm",
    "customer_id_aliases": "every id",
    "company_id_aliases": "every id",
    "review_queue": "left out",
    "company_review_queue": "left out",
    "review_decisions": "is missing",
    "households": "missing",
    "retention_cohorts": "the cohorts together",
    "retention_by_month": "the new customers of all months",
    "customer_occasions": "nobody whose birthday comes",
    "segment_effectiveness": "no year is missing",
    "product_affinity": "what is suggested",
    "campaign_costs_by_day": "are the same in campaign_performance",
    "channel_performance": "of all channels",
    "send_times": "of all hours",
    "web_pages_by_day": "of all days",
    "audience_members": "members that are counted",
    "audience_syncs": "every push that the ledger knows",
    "pipeline_stages": "every open deal stands",
    "sales_forecast": "every open deal is in the forecast",
    "deal_performance": "every deal that is won or lost",
    "sales_by_representative": "all deals closed",
    "lost_reasons": "every deal that is lost",
    "acquisition_cost": "is new in one month",
    "receivables": "what is owed",
    "mrr_by_month": "no month lacks",
    "ticket_backlog": "every open ticket",
}
# The first by what it says: in which order a table's rows stand differs from build to build.
ONE = "where rowid = (select rowid from marts.{table} order by columns(*) limit 1)"
ONE_OF_TODAY = "where rowid = (select rowid from marts.{table} where is_current order by columns(*) limit 1)"
ONE_ORDER = "where rowid = (select rowid from marts.{table} where kind = 'order placed' order by columns(*) limit 1)"

# table, what is done to it, and words of the check that has to find it.
DAMAGE = [
    ("customers", "update marts.customers set customer_id = 'c_nobody' " + ONE, "customer_identities"),
    ("customers", "delete from marts.customers " + ONE, "no golden record is missing"),
    ("customers", "update marts.customers set email = null", "email is not lost"),
    ("customers", "update marts.customers set phone = null", "phone is not lost"),
    ("customers", "update marts.customers set country = null", "country is not lost"),
    ("customers", "update marts.customers set created_at = '2999-01-01' " + ONE, "not in the future"),
    ("customers", "update marts.customers set birth_date = '2030-01-01'", "born in the future"),
    ("customers", "update marts.customers set gender = email", "outside the columns for personal values"),
    ("customers", "alter table marts.customers add column note text default '+49301234567'", "outside the columns"),
    ("customer_identities", "update marts.customer_identities set customer_id = null " + ONE, "customer of today"),
    (
        "customer_identities",
        "update marts.customer_identities set customer_id = 'c_nobody' " + ONE_OF_TODAY,
        "of today",
    ),
    ("companies", "update marts.companies set count_of_customers = 99 " + ONE, "is counted there"),
    ("companies", "update marts.companies set count_of_records = 99 " + ONE, "is in one company"),
    (
        "company_identities",
        "update marts.company_identities set account_id = 'a_nobody' " + ONE_OF_TODAY,
        "company of today",
    ),
    ("company_identities", "update marts.company_identities set source = 'other' " + ONE, "names its own source"),
    ("company_id_aliases", "update marts.company_id_aliases set account_id = 'a_nobody'", "is in companies"),
    ("company_id_aliases", "delete from marts.company_id_aliases", "every id that was ever given out"),
    ("company_id_aliases", "update marts.company_id_aliases set alias_id = account_id", "no alias is the id"),
    (
        "company_review_queue",
        "update marts.company_review_queue set is_one_company = not is_one_company",
        "of the companies is true",
    ),
    ("company_review_queue", "update marts.company_review_queue set place_in_queue = 3", "left out"),
    ("company_review_queue", "update marts.company_review_queue set company_id_b = company_id_a", "of two records"),
    ("company_review_queue", "update marts.company_review_queue set account_id_a = 'a_nobody'", "is in companies"),
    ("review_decisions", "delete from marts.review_decisions where kind = 'company'", "is missing"),
    ("review_decisions", "update marts.review_decisions set opposed_by = null", "somebody opposed"),
    ("review_decisions", "update marts.review_decisions set outcome = 'who knows' " + ONE, "outcome is one of"),
    ("households", "update marts.households set count_of_customers = 3 " + ONE, "every member is counted"),
    (
        "review_queue",
        "update marts.review_queue set is_one_customer = not is_one_customer " + ONE,
        "of the customers is true",
    ),
    ("review_queue", "update marts.review_queue set place_in_queue = 9000 " + ONE, "left out"),
    ("review_queue", "update marts.review_queue set contact_id_b = contact_id_a " + ONE, "of two records"),
    ("review_queue", "update marts.review_queue set probability = 1.5 " + ONE, "at most 1"),
    ("review_queue", "update intermediate.int_pairs_asked set contact_id_a = 'hubspot:0'", "is asked about"),
    ("customer_identities", "delete from marts.customer_identities " + ONE, "belongs to somebody"),
    ("customer_identities", "update marts.customer_identities set source = 'other' " + ONE, "names its own source"),
    ("customer_id_aliases", "update marts.customer_id_aliases set customer_id = 'c_nobody'", "is in customers"),
    ("customer_id_aliases", "delete from marts.customer_id_aliases", "every id that was ever given out"),
    ("customer_id_aliases", "update marts.customer_id_aliases set alias_id = customer_id", "no alias is the id"),
    ("customer_360", "delete from marts.customer_360 " + ONE, "every customer is here"),
    ("customer_360", "update marts.customer_360 set net_revenue = net_revenue + 1 " + ONE, "what each customer bought"),
    ("customer_360", "update marts.customer_360 set count_of_orders = -1 " + ONE, "count_of_orders is at least"),
    ("customer_360", "update marts.customer_360 set count_of_tickets = 900 " + ONE, "tickets are those in tickets"),
    ("customer_360", "update marts.customer_360 set open_deal_amount = 7.5 " + ONE, "deals are those in deals"),
    ("customer_360", "update marts.customer_360 set last_seen_at = null", "touches are those"),
    ("customer_360", "update marts.customer_360 set segments = 'whale' " + ONE, "segments are those"),
    ("customer_360", "update marts.customer_360 set currency = 'USD'", "base currency"),
    ("customer_360", "update marts.customer_360 set last_order_at = '2999-01-01' " + ONE, "not in the future"),
    ("customer_360", "update marts.customer_360 set full_name = null", "full_name is not lost"),
    ("customer_360", "update marts.customer_360 set first_order_at = null", "first_order_at is not lost"),
    ("customer_timeline", "update marts.customer_timeline set customer_id = 'c_nobody' " + ONE, "is in customers"),
    (
        "customer_timeline",
        "update marts.customer_timeline set event_at = '2999-01-01' " + ONE_ORDER,
        "not in the future",
    ),
    ("customer_timeline", "delete from marts.customer_timeline where kind = 'ticket opened'", "each ticket"),
    ("customer_timeline", "delete from marts.customer_timeline " + ONE_ORDER, "each order of a customer"),
    ("customer_timeline", "update marts.customer_timeline set currency = 'USD' " + ONE_ORDER, "base currency"),
    ("customer_timeline", "update marts.customer_timeline set amount = null", "amount is not lost"),
    ("customer_timeline", "update marts.customer_timeline set direction = 'sideways' " + ONE, "direction is one of"),
    ("customer_segments", "update marts.customer_segments set customer_id = 'c_nobody' " + ONE, "is in customers"),
    ("customer_segments", "update marts.customer_segments set as_of_date = '2026-06-30'", "of the day"),
    ("customer_segments", "update marts.customer_segments set value = null", "value is never empty"),
    (
        "customer_segments",
        "update marts.customer_segments set definition = 'whale' " + ONE,
        "definition is in segments",
    ),
    (
        "customer_segments",
        "insert into marts.customer_segments select * replace ('another' as segment) from marts.customer_segments "
        "where dimension in (select dimension from marts.segments where is_exclusive) limit 1",
        "one segment of an exclusive dimension",
    ),
    ("customer_segments", "update marts.segments set is_on = false where segment = 'repeat'", "switched off"),
    ("customer_360", "update marts.customer_360 set rfm_cell = '999' " + ONE, "is worth is what"),
    ("customer_360", "update marts.customer_360 set predicted_value = null", "is worth is what"),
    ("customer_360", "update marts.customer_360 set probability_alive = 1.2 " + ONE, "probability_alive is at least 0"),
    ("customer_segment_history", "delete from marts.customer_segment_history " + ONE, "in its history as current"),
    ("customer_segment_history", "update marts.customer_segments set rule_version = 'x' " + ONE, "the same rule"),
    (
        "customer_segment_history",
        "update marts.customer_segment_history set valid_to = valid_from where not is_current",
        "ends after it begins",
    ),
    (
        "customer_segment_history",
        "update marts.customer_segment_history set left_because = 'x'",
        "ends after it begins",
    ),
    (
        "customer_segment_history",
        "insert into marts.customer_segment_history select * replace (valid_from - 5 as valid_from, 'old' as left_because, "
        "valid_from + 1 as valid_to, false as is_current) from marts.customer_segment_history where is_current limit 1",
        "do not overlap",
    ),
    (
        "customer_segment_history",
        "update marts.customer_segment_history set valid_from = '2026-07-03' " + ONE,
        "after the",
    ),
    (
        "customer_segment_history",
        "delete from marts.customer_segment_history where not is_current",
        "what the ledger holds",
    ),
    ("segments", "update marts.segments set segment = 'a, b' " + ONE, "holds no comma"),
    ("segments", "update marts.segments set position = 2 " + ONE, "position is unique"),
    ("segments", "update marts.segments set rule = null " + ONE, "rule is never empty"),
    ("segment_summary", "update marts.segment_summary set net_revenue = net_revenue + 1 " + ONE, "of its members"),
    ("segment_summary", "update marts.segment_summary set count_of_customers = 0 " + ONE, "of its members"),
    ("segment_summary", "delete from marts.segment_summary " + ONE, "no segment that is on"),
    ("segment_summary", "update marts.segment_summary set retention_rate = 1.5 " + ONE, "retention_rate is at least 0"),
    ("segment_summary", "update marts.segment_summary set currency = 'USD'", "base currency"),
    ("customer_rfm", "update marts.customer_rfm set customer_id = 'c_nobody' " + ONE, "is in customers"),
    ("customer_rfm", "update marts.customer_rfm set recency_score = 6 " + ONE, "recency_score is at least 1"),
    ("customer_rfm", "update marts.customer_rfm set rfm_cell = '999' " + ONE, "the cell is the three scores"),
    ("customer_rfm", "update marts.customer_rfm set monetary_score = 6 - monetary_score", "higher monetary_score"),
    ("customer_rfm", "update marts.customer_rfm set recency_score = 6 - recency_score", "higher recency_score"),
    ("customer_rfm", "delete from marts.customer_rfm " + ONE, "every buyer is here"),
    ("customer_rfm", "update marts.customer_rfm set frequency = frequency + 1 " + ONE, "every buyer is here"),
    ("customer_rfm", "update marts.customer_rfm set as_of_date = '2026-06-30'", "on the day"),
    (
        "customer_value",
        "update marts.customer_value set probability_alive = 1.5 " + ONE,
        "probability_alive is at least",
    ),
    ("customer_value", "update marts.customer_value set predicted_value = null " + ONE, "a prediction or a reason"),
    ("customer_value", "update marts.value_models set is_fitted = false " + ONE, "if and only if"),
    ("customer_value", "update marts.customer_value set predicted_value = 90 " + ONE, "that of the expected purchases"),
    (
        "customer_value",
        "update marts.customer_value set expected_purchases_low = expected_purchases + 9 where expected_purchases is not null",
        "lies in its interval",
    ),
    ("customer_value", "delete from marts.customer_value " + ONE, "the same customers as in customer_rfm"),
    ("customer_value", "update marts.customer_value set currency = 'USD'", "base currency"),
    ("value_models", "delete from marts.value_models " + ONE, "both models are told of"),
    ("value_models", "update marts.value_models set alpha = null", "has its parameters"),
    ("value_models", "update marts.value_models set q = 0.9", "has its parameters"),
    ("value_models", "update marts.value_models set is_fitted = false " + ONE, "has its parameters"),
    ("value_models", "update marts.value_models set as_of_date = '2026-06-30'", "for the day"),
    ("orders", "update marts.orders set customer_id = 'c_nobody' " + ONE, "is in customers"),
    (
        "orders",
        "update marts.orders set total_amount = -5 where rowid in (select rowid from marts.orders where is_sale "
        "limit 1)",
        "a sale is never negative",
    ),
    ("orders", "update marts.orders set total_amount = 5e12 " + ONE, "total_amount is at least"),
    ("orders", "update marts.orders set refunded_amount = -5 " + ONE, "refunded_amount is at least 0"),
    ("orders", "update marts.orders set net_revenue = 100 * net_revenue " + ONE, "net revenue is gross revenue less"),
    (
        "orders",
        "update marts.orders set gross_revenue = gross_revenue + 1, net_revenue = net_revenue + 1 " + ONE,
        "gross revenue is the total",
    ),
    ("orders", "update marts.orders set currency = 'USD' " + ONE, "not converted"),
    ("orders", "update marts.orders set base_currency = 'USD'", "base currency"),
    ("orders", "update marts.orders set currency = null " + ONE, "currency is never empty"),
    ("orders", "update marts.orders set ordered_at = '2999-01-01' " + ONE, "not in the future"),
    ("orders", "update marts.orders set ordered_at = '1066-01-01' " + ONE, "not in the future"),
    ("orders", "update marts.orders set order_kind = 'gift' " + ONE, "order_kind is one of"),
    ("orders", "update marts.orders set customer_id = null", "customer_id is not lost"),
    ("orders", "update marts.orders set email = null", "email is not lost"),
    ("order_lines", "update marts.order_lines set order_id = 'shopify:nought' " + ONE, "order_id is in orders"),
    ("order_lines", "update marts.order_lines set line_amount = 1e11 " + ONE, "line_amount is at least"),
    ("order_lines", "update marts.order_lines set unit_price = -1 where is_sale", "are flagged"),
    ("order_lines", "update marts.order_lines set line_value = 0 " + ONE, "converted as its order"),
    ("order_lines", "update marts.order_lines set currency = 'USD' " + ONE, "currency of its order"),
    ("order_lines", "update marts.order_lines set product_id = null", "product_id is not lost"),
    ("tickets", "update marts.tickets set customer_id = 'c_nobody' " + ONE, "is in customers"),
    ("tickets", "update marts.tickets set created_at = '2999-01-01' " + ONE, "not in the future"),
    ("tickets", "update marts.tickets set first_reply_minutes = -3 " + ONE, "first_reply_minutes is at least 0"),
    ("tickets", "update marts.tickets set resolution_minutes = -3 " + ONE, "resolution_minutes is at least 0"),
    ("tickets", "update marts.tickets set satisfaction = 'meh' " + ONE, "satisfaction is one of"),
    ("tickets", "update marts.tickets set satisfaction = null", "satisfaction is not lost"),
    ("tickets", "update marts.tickets set status = null", "status is not lost"),
    ("tickets", "update marts.tickets set count_of_reopens = 99999 " + ONE, "count_of_reopens is at least"),
    ("deals", "update marts.deals set customer_id = 'c_nobody' " + ONE, "is in customers"),
    ("deals", "update marts.deals set probability = 40 " + ONE, "probability is at least 0"),
    ("deals", "update marts.deals set amount = -1e13 " + ONE, "amount is at least"),
    ("deals", "update marts.deals set value_amount = 1 " + ONE, "has a value"),
    ("deals", "update marts.deals set outcome = 'won'", "what the deal's flags say"),
    ("deals", "update marts.deals set base_currency = 'USD'", "base currency"),
    ("deals", "update marts.deals set created_at = '2999-01-01' " + ONE, "not in the future"),
    ("deals", "update marts.deals set amount = null", "amount is not lost"),
    ("tasks", "update marts.tasks set is_overdue = true, days_overdue = 1 where not is_open", "late while it is open"),
    ("tasks", "update marts.tasks set completed_at = created_at where is_open", "has not been completed"),
    ("tasks", "update marts.tasks set names_somebody = false where customer_id is not null", "was named by it"),
    ("tasks", "update marts.tasks set customer_id = 'c_nobody' where names_somebody", "is in customers"),
    ("tasks", "update marts.tasks set due_on = null", "due_on is not lost"),
    ("customer_360", "update marts.customer_360 set count_of_open_tasks = 7 " + ONE, "those in tasks"),
    ("campaign_costs_by_day", "update marts.campaign_costs_by_day set cost = cost + 1 " + ONE, "are the same in"),
    ("campaign_costs_by_day", "update marts.campaign_costs_by_day set cost = -1 " + ONE, "at least 0"),
    ("campaign_costs_by_day", "update marts.campaign_costs_by_day set currency = 'USD'", "base currency"),
    ("campaign_costs_by_day", "update marts.campaign_costs_by_day set day = '2999-01-01' " + ONE, "in the future"),
    ("campaign_performance", "update marts.campaign_performance set count_of_delivered = 900 " + ONE, "delivered or"),
    ("campaign_performance", "update marts.campaign_performance set count_of_opened = -1 " + ONE, "at least 0"),
    ("campaign_performance", "update marts.campaign_performance set open_rate = 1.7 " + ONE, "open_rate"),
    ("campaign_performance", "update marts.campaign_performance set sent_at = '2999-01-01' " + ONE, "in the future"),
    ("campaign_performance", "update marts.campaign_performance set currency = 'USD'", "base currency"),
    ("campaign_performance", "update marts.campaign_performance set attributed_revenue = 9 " + ONE, "that followed"),
    ("campaign_performance", "update marts.campaign_performance set sent_at = null", "sent_at is not lost"),
    ("orders", "update marts.orders set exchange_rate = null " + ONE, "one without has none"),
    ("order_lines", "update marts.order_lines set price_flag = 'zero price' " + ONE, "are flagged"),
    ("pipeline_stages", "update marts.pipeline_stages set open_amount = 1 " + ONE, "with its amount"),
    ("pipeline_stages", "update marts.pipeline_stages set is_bottleneck = not is_bottleneck " + ONE, "has a reason"),
    ("pipeline_stages", "update marts.pipeline_stages set count_of_onward = 900 " + ONE, "than have entered"),
    ("pipeline_stages", "update marts.pipeline_stages set onward_rate = 1.5 " + ONE, "onward_rate is at least"),
    ("pipeline_stages", "update marts.pipeline_stages set currency = 'USD'", "base currency"),
    (
        "sales_forecast",
        "update marts.sales_forecast set forecast_date = '2999-01-01' " + ONE,
        "of the days before only",
    ),
    ("sales_forecast", "update marts.sales_forecast set won_amount = null", "of the days before only"),
    ("sales_forecast", "update marts.sales_forecast set no_amount_because = 'no amounts' " + ONE, "or a reason"),
    (
        "sales_forecast",
        "update marts.sales_forecast set expected_amount_low = expected_amount_high + 1 " + ONE,
        "lies in its range",
    ),
    ("sales_forecast", "update marts.sales_forecast set won_amount = 1 where is_backtest", "less what came"),
    ("sales_forecast", "update marts.sales_forecast set count_of_left_out = 900 " + ONE, "than were open"),
    (
        "lead_conversion",
        "update marts.lead_conversion set count_of_leads = 1 " + ONE,
        "is a lead, and no lead is told twice",
    ),
    ("lead_cohorts", "update marts.lead_cohorts set count_of_won = 19 " + ONE, "the leads of lead_conversion"),
    (
        "lead_cohorts",
        "update marts.lead_cohorts set count_of_won_in_30_days = count_of_won_in_90_days + 1 " + ONE,
        "was won in 90",
    ),
    ("lead_conversion", "update marts.lead_conversion set count_of_won = 900 " + ONE, "than there are leads"),
    ("lead_conversion", "update marts.lead_conversion set lead_direction = 'up' " + ONE, "is one of"),
    (
        "deal_performance",
        "update marts.deal_performance set count_of_won_deals = count_of_won_deals + 1 " + ONE,
        "won or lost is here",
    ),
    ("deal_performance", "update marts.deal_performance set average_cycle_days = -1 " + ONE, "at least 0"),
    ("deal_performance", "update marts.deal_performance set month = '2026-03-02' " + ONE, "first day"),
    ("sales_by_representative", "update marts.sales_by_representative set net_revenue = 1 " + ONE, "all transactions"),
    ("sales_by_representative", "update marts.sales_by_representative set won_amount = 1 " + ONE, "all deals closed"),
    ("sales_by_product", "update marts.sales_by_product set line_revenue = 1 " + ONE, "the lines that count"),
    ("sales_by_product", "update marts.sales_by_product set count_of_lines = 77 " + ONE, "every line of a sale"),
    ("order_lines", "delete from marts.order_lines " + ONE, "every line of an order"),
    ("lost_reasons", "update marts.lost_reasons set count_of_losses = 1 " + ONE, "has its reason"),
    ("lost_reasons", "update marts.lost_reasons set kind = 'found deal' " + ONE, "is one of"),
    ("acquisition_cost", "update marts.acquisition_cost set count_of_new_customers = 0 " + ONE, "new in one month"),
    ("acquisition_cost", "update marts.acquisition_cost set acquisition_cost = 0 " + ONE, "shared by the new"),
    (
        "acquisition_cost",
        "update marts.acquisition_cost set campaign_cost = case when campaign_cost is null then 1 end " + ONE,
        "if any campaign states",
    ),
    ("subscriptions", "update marts.subscriptions set monthly_revenue = 1 where state = 'ended'", "brings any"),
    (
        "subscriptions",
        "update marts.subscriptions set state = 'active' where state = 'ended'",
        "what has ended is over",
    ),
    (
        "subscriptions",
        "update marts.subscriptions set trial_ends_at = '2999-01-01' where is_paying",
        "does not pay yet",
    ),
    ("subscriptions", "update marts.subscriptions set exchange_rate = 2", "a rate is that of the day"),
    ("subscriptions", "update marts.subscriptions set state = 'dozing' " + ONE, "state is one of"),
    ("subscriptions", "update marts.subscriptions set customer_id = 'c_nobody' " + ONE, "is in customers"),
    ("subscriptions", "update marts.subscriptions set plan = null", "plan is not lost"),
    ("mrr_by_month", "update marts.mrr_by_month set churned_mrr = churned_mrr + 1 " + ONE, "less what went"),
    ("mrr_by_month", "update marts.mrr_by_month set opening_mrr = 1, new_mrr = new_mrr - 1 " + ONE, "a month begins"),
    ("mrr_by_month", "update marts.mrr_by_month set expansion_mrr = null, contraction_mrr = null", "afterwards it is"),
    (
        "mrr_by_month",
        "update marts.subscriptions set monthly_revenue = monthly_revenue + 1 where is_paying",
        "the sum of",
    ),
    ("mrr_by_month", "delete from marts.mrr_by_month where month = '2025-06-01'", "no month lacks"),
    ("customer_360", "update marts.customer_360 set monthly_recurring_revenue = 1 " + ONE, "those in subscriptions"),
    ("invoices", "update marts.invoices set paid_amount = 0 where state = 'paid'", "come to the total"),
    ("invoices", "update marts.invoices set state = 'paid' where state = 'open'", "nothing is left of a paid"),
    ("invoices", "update marts.invoices set total_value = 1 " + ONE, "has a value"),
    ("invoices", "update marts.invoices set customer_id = 'c_nobody' " + ONE, "is in customers"),
    ("invoices", "update marts.invoices set due_at = null", "due_at is not lost"),
    ("payments", "update marts.payments set kind = 'refund'", "a refund takes"),
    ("payments", "update marts.payments set value_amount = null", "has a value"),
    ("payments", "update marts.payments set paid_at = '2999-01-01' " + ONE, "not in the future"),
    ("receivables", "update marts.receivables set balance_amount = 1 " + ONE, "less what was paid"),
    ("receivables", "update marts.receivables set as_of_date = '2026-06-30'", "of the day"),
    ("receivables", "update marts.receivables set age = 'old' " + ONE, "is one of"),
    ("service_by_agent", "update marts.service_by_agent set count_of_tickets = 99 " + ONE, "counted once"),
    ("service_by_agent", "update marts.service_by_agent set first_contact_rate = 9 " + ONE, "first_contact_rate"),
    ("pain_points", "update marts.pain_points set count_of_solved_tickets = 99 " + ONE, "counted once"),
    ("pain_points", "update marts.pain_points set product_rule = 'guess' " + ONE, "is one of"),
    ("ticket_backlog", "delete from marts.ticket_backlog " + ONE, "every open ticket"),
    ("ticket_backlog", "update marts.ticket_backlog set as_of_date = '2026-06-30'", "of the day"),
    ("survey_results", "update marts.survey_results set average_score = 700 " + ONE, "at most 100"),
    (
        "survey_results",
        "update marts.survey_results set kind = 'NPS', count_of_promoters = count_of_answers + 1, count_of_detractors = 0",
        "no more than answers",
    ),
    ("survey_results", "update marts.survey_results set kind = 'CES', count_of_promoters = 1", "others have none"),
    ("data_quality", "update marts.data_quality set count_of_records = -1 " + ONE, "at least 0"),
    (
        "data_quality",
        "update marts.data_quality set about = 'all', rule = 'order in a currency without a rate' " + ONE,
        "in which currency",
    ),
    (
        "data_quality",
        "update marts.orders set exchange_rate = null, net_revenue = null where rowid = 1",
        "every order without a rate",
    ),
    ("service_performance", "update marts.service_performance set count_of_tickets = 99 " + ONE, "all counted"),
    ("service_performance", "delete from marts.service_performance " + ONE, "all counted"),
    ("service_performance", "update marts.service_performance set satisfaction_share = 7 " + ONE, "satisfaction_share"),
    ("service_performance", "update marts.service_performance set month = '2999-01-01' " + ONE, "in the future"),
    ("service_performance", "update marts.service_performance set median_first_reply_minutes = null", "not lost"),
    ("revenue_by_month", "update marts.revenue_by_month set net_revenue = net_revenue + 0.01 " + ONE, "those of its"),
    ("revenue_by_month", "delete from marts.revenue_by_month " + ONE, "those of its entries"),
    (
        "revenue_entries",
        "update marts.revenue_entries set net_revenue = net_revenue + 1 " + ONE,
        "come to what it says",
    ),
    ("revenue_entries", "update marts.revenue_entries set entry = 'refund' " + ONE, "come to what it says"),
    (
        "revenue_entries",
        "update marts.revenue_entries set booked_at = '2000-01-01' where entry = 'refund'",
        "after its",
    ),
    (
        "revenue_by_month",
        "update marts.revenue_by_month set net_revenue_of_deals = 1 + net_revenue_of_deals " + ONE,
        "that of its orders, deals and invoices",
    ),
    ("company_360", "delete from marts.company_360 where count_of_purchases = 0", "every company is here"),
    ("company_360", "update marts.company_360 set net_revenue = 1 " + ONE, "what each company bought"),
    ("company_360", "update marts.company_360 set count_of_tickets = 99 " + ONE, "those that name it"),
    (
        "customer_contact_points",
        "update marts.customer_contact_points set contact_point = '030 1' where kind = 'phone'",
        "E.164",
    ),
    ("company_360", "update marts.company_360 set health = 'ill' " + ONE, "health is one of"),
    ("transactions", "update marts.transactions set net_revenue = 1 " + ONE, "with its own revenue"),
    ("transactions", "update marts.transactions set customer_id = 'c_nobody' " + ONE, "is in customers"),
    ("transactions", "update marts.transactions set matched_by = 'guess' " + ONE, "matched_by is one of"),
    ("transactions", "update marts.transactions set matched_by = null", "how they were matched"),
    ("transactions", "update marts.transactions set count_of_records = 3", "how they were matched"),
    ("transactions", "update marts.transactions set purchased_at = '2999-01-01' " + ONE, "not in the future"),
    (
        "transactions",
        "update marts.transactions set may_repeat_transaction_id = transaction_id " + ONE,
        "told by other systems",
    ),
    ("orders", "update marts.orders set is_repeat = true " + ONE, "some other order"),
    ("revenue_by_month", "update marts.revenue_by_month set currency = 'USD'", "base currency"),
    ("revenue_by_month", "update marts.revenue_by_month set month = '2999-01-01' " + ONE, "in the future"),
    ("revenue_by_month", "update marts.revenue_by_month set count_of_customers = 9999 " + ONE, "more customers than"),
    ("data_completeness", "update marts.data_completeness set is_balanced = false " + ONE, "received is landed"),
    ("data_completeness", "update marts.data_completeness set count_of_landed = 1 " + ONE, "received is landed"),
    (
        "data_completeness",
        "update marts.data_completeness set count_of_unaccounted = 1, count_of_in_entity = 90 " + ONE,
        "no landed record is lost",
    ),
    ("data_completeness", "update marts.data_completeness set count_of_in_entity = 90 " + ONE, "what stands somewhere"),
    (
        "data_completeness",
        "update marts.data_completeness set count_of_removed = count_of_removed + 1 " + ONE,
        "what stands somewhere",
    ),
    ("data_completeness", "update marts.data_completeness set last_finished_at = '1999-01-01' " + ONE, "no pull ends"),
    ("data_completeness", "update marts.data_completeness set count_of_deleted = -1 " + ONE, "at least 0"),
    ("schema_changes", "delete from marts.schema_changes " + ONE, "every change that a batch tells of"),
    ("schema_changes", "update marts.schema_changes set change = 'odd' " + ONE, "change is one of"),
    ("schema_changes", "update marts.schema_changes set type_before = 'text'", "what is new had no type"),
    ("schema_changes", "update marts.schema_changes set change = 'other type', type_now = null", "another type is"),
    ("rejections", "delete from marts.rejections " + ONE, "refused at landing"),
    (
        "run_history",
        "delete from marts.run_history where run_id = (select max(run_id) from marts.run_history) and scope = 'table'",
        "measured of this run",
    ),
    ("run_history", "update marts.run_history set subject = 'another' " + ONE, "the name of its stream"),
    ("run_history", "update marts.run_history set null_share = 1.5 where scope = 'column'", "at most 1"),
    (
        "run_history",
        "update marts.run_history set count_of_rows = null where scope = 'table'",
        "every table has its rows",
    ),
    ("run_history", "update marts.run_history set as_of = '2031-01-01' " + ONE, "not in the future"),
    ("audience_syncs", "update marts.audience_syncs set refusal = null where outcome = 'refused'", "has a reason"),
    ("audience_syncs", "update marts.audience_syncs set refusal = 'moody' " + ONE, "refusal is one of"),
    ("audience_syncs", "update marts.audience_syncs set is_member = true where outcome = 'already there'", "not ours"),
    ("audience_syncs", "update marts.audience_syncs set outcome = 'perhaps' " + ONE, "outcome is one of"),
    ("anomalies", "update marts.anomalies set figure_value = 150 " + ONE, "outside of what was expected"),
    ("anomalies", "update marts.anomalies set treatment = 'off' " + ONE, "treatment is one of"),
    ("anomalies", "update marts.anomalies set days_compared = 2 " + ONE, "at least 14"),
    ("rejections", "update marts.rejections set treatment = 'ignored' " + ONE, "treatment is one of"),
    ("rejections", "update marts.rejections set rule = 'not an address: a@b.example' " + ONE, "outside the columns"),
    ("rejections", "update marts.rejections set last_seen_at = '1999-01-01' " + ONE, "first comes before last"),
    ("rejections", "update marts.rejections set resolved_at = '1999-01-01' " + ONE, "resolved before it is seen"),
    ("data_completeness", "update marts.data_completeness set gap = null", "the gap is what the source has"),
    ("rejections", "update marts.rejections set count_of_rejections = 0 " + ONE, "at least 1"),
    (
        "retention_cohorts",
        "update marts.retention_cohorts set count_of_customers = 0 where months_since = 0",
        "a cohort is whole",
    ),
    ("retention_cohorts", "delete from marts.retention_cohorts where months_since = 0", "the cohorts together"),
    ("retention_cohorts", "update marts.retention_cohorts set currency = 'USD'", "base currency"),
    (
        "retention_by_month",
        "update marts.retention_by_month set count_of_customers_churned = 3 " + ONE,
        "less who churned",
    ),
    ("retention_by_month", "update marts.retention_by_month set count_of_customers_before = 99 " + ONE, "begins as"),
    ("retention_by_month", "delete from marts.retention_by_month " + ONE, "the new customers of all months"),
    ("retention_by_month", "update marts.retention_by_month set retention_rate = 1.5 " + ONE, "retention_rate is"),
    ("customers_by_region", "update marts.customers_by_region set count_of_customers = 51 " + ONE, "of all places"),
    ("customers_by_region", "update marts.customers_by_region set net_revenue = 1 " + ONE, "of all places"),
    ("customers_by_region", "update marts.customers_by_region set count_of_buyers = 51 " + ONE, "more buyers"),
    ("customer_occasions", "delete from marts.customer_occasions " + ONE, "nobody whose birthday comes"),
    ("customer_occasions", "update marts.customer_occasions set days_to_occasion = 31 " + ONE, "at most 30"),
    ("customer_occasions", "update marts.customer_occasions set occasion_date = '2026-07-31' " + ONE, "as many days"),
    ("customer_consent", "update marts.customer_consent set is_allowed = true where not is_allowed", "one refusal"),
    (
        "customer_consent",
        "update marts.customer_consent set state = 'opted_in', is_allowed = true where state = 'unknown'",
        "only an opt-in is a yes",
    ),
    ("customer_consent", "update marts.customer_consent set stated_in = null", "said by a field"),
    ("customer_consent", "delete from marts.customer_consent where state <> 'unknown'", "the word is that"),
    ("customer_consent", "update marts.customer_consent set channel = 'pigeon' " + ONE, "one of email, sms"),
    (
        "segment_effectiveness",
        "update marts.segment_effectiveness set count_of_buyers = count_of_customers + 1 " + ONE,
        "more buyers",
    ),
    ("segment_effectiveness", "delete from marts.segment_effectiveness where year = 2025", "no year is missing"),
    ("segment_effectiveness", "update marts.segment_effectiveness set satisfaction_share = 2 " + ONE, "at most 1"),
    ("product_affinity", "update marts.product_affinity set lift = 7 " + ONE, "both ways round"),
    ("product_affinity", "update marts.product_affinity set position = 900 " + ONE, "numbered from 1 on"),
    ("product_affinity", "update marts.product_affinity set count_of_orders_together = 271 " + ONE, "no more orders"),
    ("product_affinity", "update marts.product_affinity set confidence = 1.1 " + ONE, "confidence is"),
    ("channel_performance", "update marts.channel_performance set count_of_sent = 1 " + ONE, "of all channels"),
    ("channel_performance", "update marts.channel_performance set currency = 'USD'", "base currency"),
    ("send_times", "update marts.send_times set weekday = 0 " + ONE, "weekday is"),
    ("send_times", "delete from marts.send_times " + ONE, "of all hours"),
    ("send_times", "update marts.send_times set click_rate_low = 0.9 " + ONE, "the low end"),
    ("web_sessions", "update marts.web_sessions set customer_id = 'c_nobody' " + ONE, "is in customers"),
    ("web_sessions", "update marts.web_sessions set customer_id = null", "customer_id is not lost"),
    ("web_sessions", "delete from marts.web_sessions " + ONE, "is in one session"),
    (
        "web_sessions",
        "update marts.web_sessions set ended_at = started_at - interval 1 minute " + ONE,
        "ends no earlier",
    ),
    (
        "web_sessions",
        "update marts.web_sessions set started_at = '2026-06-20 10:20', ended_at = '2026-06-25' where has_ordered",
        "30 minutes of silence",
    ),
    ("web_sessions", "update marts.web_sessions set has_left_cart = not has_left_cart " + ONE, "a cart is left"),
    ("web_sessions", "update marts.web_sessions set entry_page = '/a?mail=x' " + ONE, "stood behind its path"),
    ("web_sessions", "update marts.web_sessions set utm_campaign = 'ann@x.example' " + ONE, "no e-mail"),
    ("web_pages_by_day", "update marts.web_pages_by_day set count_of_visitors = 999 " + ONE, "no more visitors"),
    ("web_pages_by_day", "update marts.web_pages_by_day set count_of_views = 999 " + ONE, "of all days"),
    (
        "customer_360",
        "update marts.customer_360 set last_web_visit_at = '2020-01-01' where last_web_visit_at is not null",
        "those in web_sessions",
    ),
    (
        "customer_360",
        "update marts.customer_360 set count_of_web_sessions_last_90_days = null " + ONE,
        "in web_sessions",
    ),
    ("audiences", "update marts.audiences set count_of_refused = 99 " + ONE, "left out for one reason"),
    (
        "audiences",
        "update marts.audiences set is_on = false, count_of_customers = 1, count_of_refused = 1",
        "switched off",
    ),
    ("audience_members", "delete from marts.audience_members " + ONE, "members that are counted"),
    ("audience_members", "update marts.audience_members set channel = 'sms'", "agreed to it on that channel"),
    (
        "audience_members",
        "update marts.audience_members set basis = 'legitimate interest'",
        "agreed to it on that channel",
    ),
    ("audience_members", "update marts.customer_consent set state = 'opted_out'", "whose refusal stands"),
    ("audiences", "update marts.audiences set basis = 'because'", "basis is one of"),
    ("audience_members", "update marts.audience_members set address = 'a@b.example'", "written to twice"),
    ("audience_members", "update marts.audience_members set audience = 'x' " + ONE, "each audience is in"),
]


def one(warehouse: Path, table: str, words: str) -> SuiteResult:
    """Audit one table with its row count and those of its checks that say these words."""
    (result,) = audit(warehouse, [table], HEALTHY, {table: with_words(suites.load()[table], words)})
    return result


def failed(result: SuiteResult) -> list[str]:
    return [check.expected for check in result.checks if not check.success]


def test_there_is_a_suite_for_each_published_table_and_no_other() -> None:
    assert sorted(suites.load()) == sorted(PUBLISHED)
    assert all(suite.table == name for name, suite in suites.load().items())


@pytest.mark.parametrize("table", PUBLISHED)
def test_a_suite_has_checks_all_blocking_and_begins_with_a_row_count(table: str) -> None:
    suite = suites.load()[table]
    assert suite.expectations[0].expectation_type == "expect_table_row_count_to_be_between"
    assert len(suite.expectations) > 5
    assert {expectation.severity.value for expectation in suite.expectations} == {"critical"}


def test_health_passes(healthy: Path) -> None:
    results = audit(healthy, PUBLISHED, HEALTHY)
    assert [(result.table, result.reason) for result in results] == [(table, "") for table in PUBLISHED]
    assert all(result.success and result.rows for result in results)


@pytest.mark.parametrize(("table", "statement", "words"), DAMAGE)
def test_damage_is_found(patient: Patient, damaged: Damage, table: str, statement: str, words: str) -> None:
    statement = statement.format(table=table)
    # Columns are looked up once in a context: where they change, it is another one.
    changes_columns = statement.startswith("alter")
    result = one(damaged(statement), table, words) if changes_columns else patient.judged(statement, table, words)
    assert not result.success
    assert any(words in expected for expected in failed(result)), failed(result)


@pytest.mark.parametrize("table", PUBLISHED)
def test_repeated_empty_and_absent_keys_and_rows_are_found_everywhere(patient: Patient, table: str) -> None:
    key = KEYS[table]
    for statement, words in (
        (f"insert into marts.{table} from marts.{table} limit 1", "unique"),
        (f"update marts.{table} set {key} = null " + ONE.format(table=table), f"{key} is never empty"),
        (f"delete from marts.{table}", EMPTIED.get(table, "at least 1 row")),
    ):
        result = patient.judged(statement, table, words)
        assert not result.success, statement
        assert any(words in expected for expected in failed(result)), (statement, failed(result))


def test_a_table_that_is_not_there_has_failed(damaged: Damage) -> None:
    for result in audit(damaged(*(f"drop table marts.{table}" for table in PUBLISHED)), PUBLISHED, HEALTHY):
        assert not result.success, result.table
        assert "is the table there?" in result.reason


@pytest.mark.parametrize(
    "tables", [PUBLISHED[::8], pytest.param(PUBLISHED, marks=pytest.mark.long)], ids=["some", "all"]
)
def test_no_check_passes_on_a_column_that_is_not_there(healthy: Path, damaged: Damage, tables: tuple[str, ...]) -> None:
    with duckdb.connect(str(healthy), read_only=True) as con:
        columns = con.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()
    renamed = damaged(*(f'alter table marts.{table} rename "{c}" to "{c}_was"' for table, c in columns))
    for result in audit(renamed, tables, HEALTHY):
        passed = [check.expected for check in result.checks if check.success]
        assert passed == [w for w in passed if w.startswith(("the table has", "no e-mail"))], result.table


def test_no_value_out_of_a_row_is_in_a_result(healthy: Path, damaged: Damage) -> None:
    broken = damaged(
        "update marts.customers set gender = email, country = full_name",
        "update marts.orders set order_kind = email, total_amount = -7.7777",
        "alter table marts.tickets alter created_at type text using subject",
    )
    said = repr(audit(broken, ("customers", "orders", "tickets"), HEALTHY))
    with duckdb.connect(str(healthy), read_only=True) as con:
        values = con.execute(
            "from (select unnest([email, full_name, phone]) as value from marts.customers union select subject from "
            "marts.tickets) where length(value) > 5"
        ).fetchall()
    assert len(values) > 500
    assert not [value for value in [*(value for (value,) in values), "7.7777"] if value in said]
