"""The rows that the report counts, and what is measured of them.

A measure of rows with a day is a metric, whose one definition is dbt's (metrics.py): here it has the name that the
report's figures call it by. What is summed of tables that are sums themselves is defined by their columns.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from crm360.orchestration.report import metrics
from crm360.orchestration.report.registry import Measure, Relation, Unit

M = Measure
OF_CUSTOMER = "left join customers on customers.customer_id = {0}.customer_id"


def _month(column: str) -> str:
    return f"date_trunc('month', {column})::date"


def _metrics(**named: str) -> dict[str, Measure]:
    """Measures out of metrics, by the names that figures call them by."""
    defined = metrics.delivered()
    ours = {metric: name for name, metric in named.items()}
    told = {}
    for name, key in named.items():
        metric = defined[key]
        over = (ours[metric.over[0]], ours[metric.over[1]]) if metric.over else None
        told[name] = M(metric.label, metric.sql, cast("Unit", metric.unit), over, metric.description)
    return told


RELATIONS: dict[str, Relation] = {
    "purchases": Relation(
        "revenue_entries",
        f"revenue_entries {OF_CUSTOMER.format('revenue_entries')}\n"
        "left join orders on orders.order_id = revenue_entries.record_id and revenue_entries.kind = 'order'",
        _metrics(
            net_revenue="net_revenue",
            gross_revenue="gross_revenue",
            refunded_revenue="refunded_revenue",
            tax_revenue="tax_revenue",
            shipping_revenue="shipping_revenue",
            purchases="purchases",
            without_amount="entries_without_amount",
            average="revenue_per_purchase",
        ),
        month=_month("revenue_entries.booked_at"),
        filters={
            "country": "customers.country",
            "channel": "coalesce(orders.channel, revenue_entries.kind)",
            "source": "revenue_entries.source",
        },
        customer="revenue_entries.customer_id",
        needs=("customers", "orders"),
    ),
    "customers": Relation(
        "customer_360",
        "customer_360",
        _metrics(
            customers="customers",
            buyers="buyers",
            records="source_records",
            revenue="customer_revenue",
            predicted="predicted_value",
            valued="customers_with_prediction",
            predicted_each="predicted_value_per_buyer",
            revenue_each="revenue_per_customer",
            placed="customers_with_country",
            unplaced="customers_without_country",
        ),
        filters={"country": "customer_360.country"},
        customer="customer_360.customer_id",
    ),
    "first_purchases": Relation(
        "customer_360",
        "customer_360",
        _metrics(newcomers="new_buyers"),
        month=_month("customer_360.first_purchase_at"),
        filters={"country": "customer_360.country"},
        customer="customer_360.customer_id",
        where="customer_360.first_purchase_at is not null",
    ),
    "memberships": Relation(
        "customer_segments",
        "customer_segments join customer_360 on customer_360.customer_id = customer_segments.customer_id",
        _metrics(
            members="customers",
            member_revenue="customer_revenue",
            member_purchases="customer_purchases",
            member_average="customer_revenue_per_purchase",
            each="purchases_per_customer",
        ),
        filters={"country": "customer_360.country"},
        customer="customer_segments.customer_id",
        needs=("customer_360",),
    ),
    "segment_summary": Relation(
        "segment_summary",
        "segment_summary",
        {
            "in_segment": M("Customers", "sum(count_of_customers)"),
            "segment_revenue": M("Net revenue", "sum(net_revenue)", "money"),
            "retainable": M("Could come again", "sum(count_of_retainable_customers)"),
            "retained": M("Came again", "sum(count_of_retained_customers)"),
            "retention": M("Retention", "", "share", ("retained", "retainable")),
            "satisfaction": M("Satisfied", "any_value(satisfaction_share)", "share"),
            "order_value": M("Average order value", "any_value(average_order_value)", "money"),
            "frequency": M("Orders per month", "any_value(orders_per_month)", "decimal"),
        },
    ),
    "entered": Relation(
        "customer_segment_history",
        f"customer_segment_history {OF_CUSTOMER.format('customer_segment_history')}",
        _metrics(entered="segment_entries", left="segment_exits"),
        filters={"country": "customers.country"},
        customer="customer_segment_history.customer_id",
        needs=("customers",),
    ),
    "retention": Relation(
        "retention_by_month",
        "retention_by_month",
        _metrics(
            before="customers_before",
            retained="customers_retained",
            active="customers_active_at_start",
            churned="customers_churned",
            won="customers_won",
            won_back="customers_won_back",
            retention_rate="retention_rate",
            churn_rate="churn_rate",
        ),
        month="retention_by_month.month",
        where="retention_by_month.is_complete",
    ),
    "cohorts": Relation(
        "retention_cohorts",
        "retention_cohorts",
        _metrics(came="cohort_returns", of="cohort_customers", came_again="cohort_return_rate"),
        month="retention_cohorts.cohort_month",
        where="retention_cohorts.is_complete and retention_cohorts.months_since between 1 and 12",
    ),
    "deals": Relation(
        "deals",
        f"deals {OF_CUSTOMER.format('deals')}",
        _metrics(
            won="deals_won",
            lost="deals_lost",
            closed="deals_closed",
            won_amount="amount_won",
            lost_amount="amount_lost",
            win_rate="deal_win_rate",
        ),
        month=_month("deals.closed_at"),
        filters={"country": "customers.country", "source": "deals.source"},
        customer="deals.customer_id",
        where="deals.outcome in ('won', 'lost')",
        needs=("customers",),
    ),
    "stages": Relation(
        "pipeline_stages",
        "pipeline_stages",
        {
            "stage_deals": M("Open deals", "sum(count_of_open_deals)"),
            "stage_amount": M("Open amount", "sum(open_amount)", "money"),
            "stage_weighted": M("Weighted", "sum(weighted_amount)", "money"),
            "entered_stage": M("Entered", "sum(count_of_entered)"),
            "onward": M("Went on", "sum(count_of_onward)"),
            "onward_rate": M("Share that went on", "", "share", ("onward", "entered_stage")),
        },
        filters={"source": "pipeline_stages.source"},
    ),
    "forecast": Relation(
        "sales_forecast",
        "sales_forecast",
        {
            "expected": M("Expected", "sum(expected_amount)", "money"),
            "low": M("At least", "sum(expected_amount_low)", "money"),
            "high": M("At most", "sum(expected_amount_high)", "money"),
            "came": M("Came", "sum(won_amount)", "money"),
        },
        filters={"source": "sales_forecast.source"},
    ),
    "representatives": Relation(
        "sales_by_representative",
        "sales_by_representative",
        _metrics(
            rep_revenue="representative_revenue",
            rep_purchases="representative_purchases",
            rep_won="representative_deals_won",
            rep_lost="representative_deals_lost",
        ),
        month="sales_by_representative.month",
    ),
    "lines": Relation(
        "order_lines",
        f"order_lines {OF_CUSTOMER.format('order_lines')}\nleft join orders on orders.order_id = order_lines.order_id",
        _metrics(line_revenue="line_revenue", quantity="pieces_sold"),
        month=_month("order_lines.ordered_at"),
        filters={"country": "customers.country", "channel": "orders.channel", "source": "order_lines.source"},
        customer="order_lines.customer_id",
        where="order_lines.is_sale",
        needs=("customers", "orders"),
    ),
    "lost_reasons": Relation(
        "lost_reasons",
        "lost_reasons",
        {
            "losses": M("Lost", "sum(count_of_losses)"),
            "loss_amount": M("Amount lost", "sum(lost_amount)", "money"),
        },
    ),
    "campaigns": Relation(
        "campaign_performance",
        "campaign_performance",
        _metrics(
            campaigns="campaigns",
            sent="emails_sent",
            delivered="emails_delivered",
            opened="emails_opened",
            clicked="emails_clicked",
            attributed="attributed_orders",
            campaign_revenue="attributed_revenue",
            cost="campaign_cost",
            costed_revenue="attributed_revenue_with_cost",
            open_rate="open_rate",
            click_rate="click_rate",
            **{"return": "revenue_per_cost"},
        ),
        month=_month("campaign_performance.sent_at"),
        filters={"channel": "campaign_performance.channel", "source": "campaign_performance.source"},
    ),
    "emails": Relation(
        "customer_timeline",
        f"customer_timeline {OF_CUSTOMER.format('customer_timeline')}",
        _metrics(mails="email_sends", opens="email_opens", clicks="email_clicks", opens_of_sent="opens_per_send"),
        month=_month("customer_timeline.event_at"),
        filters={"country": "customers.country", "source": "customer_timeline.source"},
        customer="customer_timeline.customer_id",
        where="customer_timeline.kind in ('email sent', 'email opened', 'email clicked')",
        needs=("customers",),
    ),
    "send_times": Relation(
        "send_times",
        "send_times",
        {
            "slot_opened": M("Opened", "sum(count_of_opened)"),
            "slot_delivered": M("Delivered", "sum(count_of_delivered)"),
            "slot_rate": M("Opened of those delivered", "", "share", ("slot_opened", "slot_delivered")),
        },
        filters={"channel": "send_times.channel"},
    ),
    "leads": Relation(
        "lead_conversion",
        "lead_conversion",
        {
            "leads": M("Leads", "sum(count_of_leads)"),
            "opportunities": M("Became opportunities", "sum(count_of_opportunities)"),
            "leads_won": M("Won", "sum(count_of_won)"),
            "conversion": M("Won of all leads", "", "share", ("leads_won", "leads")),
        },
    ),
    "tickets": Relation(
        "tickets",
        f"tickets {OF_CUSTOMER.format('tickets')}",
        _metrics(
            tickets="tickets",
            open="open_tickets",
            satisfied="satisfied_tickets",
            rated="rated_tickets",
            reply_hours="first_reply_hours_in_all",
            replied="replied_tickets",
            solve_hours="resolution_hours_in_all",
            solved="solved_tickets",
            first_reply="first_reply_hours",
            resolution="resolution_hours",
            satisfied_share="ticket_satisfaction",
        ),
        month=_month("tickets.created_at"),
        filters={"country": "customers.country", "channel": "tickets.channel", "source": "tickets.source"},
        customer="tickets.customer_id",
        needs=("customers",),
    ),
    "backlog": Relation("ticket_backlog", "ticket_backlog", {"backlog": M("Open", "sum(count_of_open_tickets)")}),
    "surveys": Relation(
        "survey_results",
        "survey_results",
        _metrics(
            answers="survey_answers",
            promoters="survey_promoters",
            detractors="survey_detractors",
            pleased="survey_satisfied",
        ),
        month="survey_results.month",
    ),
    "pain_points": Relation(
        "pain_points",
        "pain_points",
        {
            "pains": M("Tickets", "sum(count_of_tickets)"),
            "pains_open": M("Open", "sum(count_of_open_tickets)"),
            "pains_reopened": M("Reopened", "sum(count_of_reopened_tickets)"),
        },
    ),
    "places": Relation(
        "customers_by_region",
        "customers_by_region",
        {
            "place_customers": M("Customers", "sum(count_of_customers)"),
            "place_buyers": M("Buyers", "sum(count_of_buyers)"),
            "place_revenue": M("Net revenue", "sum(net_revenue)", "money"),
            "place_each": M("Net revenue per customer", "", "money", ("place_revenue", "place_customers")),
        },
        filters={"country": "customers_by_region.country"},
        where="customers_by_region.count_of_customers >= 5",
    ),
    "receivables": Relation(
        "receivables",
        "receivables",
        _metrics(balance="unpaid_amount", invoices="unpaid_invoices"),
    ),
    "subscriptions": Relation(
        "subscriptions",
        f"subscriptions {OF_CUSTOMER.format('subscriptions')}",
        _metrics(recurring="monthly_recurring_revenue", paid_subscriptions="paid_subscriptions"),
        filters={"country": "customers.country", "source": "subscriptions.source"},
        customer="subscriptions.customer_id",
        where="subscriptions.is_paying",
        needs=("customers",),
    ),
    "mrr": Relation(
        "mrr_by_month",
        "mrr_by_month",
        {
            "closing": M("Monthly recurring revenue", "sum(mrr_by_month.closing_mrr)", "money"),
            **_metrics(came="mrr_came", rose="mrr_expanded", fell="mrr_contracted", went="mrr_went"),
        },
        month="mrr_by_month.month",
    ),
    "runs": Relation(
        "run_history",
        "run_history",
        _metrics(landed="records_landed", rejected="records_rejected"),
        where="run_history.scope = 'stream'",
        filters={"source": "run_history.source"},
    ),
}
# What is open is open today, whenever it was opened.
RELATIONS["open_tickets"] = replace(RELATIONS["tickets"], month=None, where="tickets.is_open")
RELATIONS["small_places"] = replace(
    RELATIONS["places"],
    where=None,
    measures={
        "few": M("Customers", "sum(case when count_of_customers < 5 then count_of_customers else 0 end)"),
    },
)
RELATIONS["buyers"] = replace(RELATIONS["customers"], where="customer_360.count_of_purchases > 0")
