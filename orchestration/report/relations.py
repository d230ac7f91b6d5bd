"""The rows that the report counts, and what is measured of them: each measure has its one home here."""

from __future__ import annotations

from dataclasses import replace

from crm360.orchestration.report.registry import Measure, Relation

M = Measure
OF_CUSTOMER = "left join customers on customers.customer_id = {0}.customer_id"


def _month(column: str) -> str:
    return f"date_trunc('month', {column})::date"


RELATIONS: dict[str, Relation] = {
    "purchases": Relation(
        "revenue_entries",
        f"revenue_entries {OF_CUSTOMER.format('revenue_entries')}\n"
        "left join orders on orders.order_id = revenue_entries.record_id and revenue_entries.kind = 'order'",
        {
            "net_revenue": M("Net revenue", "sum(revenue_entries.net_revenue)", "money"),
            "gross_revenue": M("Gross revenue", "sum(revenue_entries.gross_revenue)", "money"),
            "refunded_revenue": M("Refunds", "sum(revenue_entries.refunded_revenue)", "money"),
            "tax_revenue": M("Tax", "sum(revenue_entries.tax_revenue)", "money"),
            "shipping_revenue": M("Shipping", "sum(revenue_entries.shipping_revenue)", "money"),
            "purchases": M("Purchases", "count(*) filter (where revenue_entries.is_sale)"),
            "without_amount": M("Without an amount", "count(*) filter (where revenue_entries.net_revenue is null)"),
            "average": M("Revenue per purchase", "", "money", ("net_revenue", "purchases")),
        },
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
        {
            "customers": M("Customers", "count(*)"),
            "buyers": M("Buyers", "count(*) filter (where customer_360.count_of_purchases > 0)"),
            "records": M("Records in the sources", "sum(customer_360.count_of_records)"),
            "revenue": M("Net revenue", "sum(customer_360.net_revenue)", "money"),
            "predicted": M("Predicted value", "sum(customer_360.predicted_value)", "money"),
            "valued": M("Customers with a prediction", "count(customer_360.predicted_value)"),
            "predicted_each": M("Predicted value per buyer", "", "money", ("predicted", "valued")),
            "revenue_each": M("Net revenue per customer", "", "money", ("revenue", "customers")),
            "placed": M("With a country", "count(customer_360.country)"),
            "unplaced": M("Without a country", "count(*) filter (where customer_360.country is null)"),
        },
        filters={"country": "customer_360.country"},
        customer="customer_360.customer_id",
    ),
    "first_purchases": Relation(
        "customer_360",
        "customer_360",
        {"newcomers": M("New buyers", "count(*)")},
        month=_month("customer_360.first_purchase_at"),
        filters={"country": "customer_360.country"},
        customer="customer_360.customer_id",
        where="customer_360.first_purchase_at is not null",
    ),
    "memberships": Relation(
        "customer_segments",
        "customer_segments join customer_360 on customer_360.customer_id = customer_segments.customer_id",
        {
            "members": M("Customers", "count(*)"),
            "member_revenue": M("Net revenue", "sum(customer_360.net_revenue)", "money"),
            "member_purchases": M("Purchases", "sum(customer_360.count_of_purchases)"),
            "member_average": M("Revenue per purchase", "", "money", ("member_revenue", "member_purchases")),
            "each": M("Purchases per customer", "", "decimal", ("member_purchases", "members")),
        },
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
        {
            "entered": M("Entered", "count(*)"),
            "left": M("Left since", "count(*) filter (where customer_segment_history.valid_to is not null)"),
        },
        filters={"country": "customers.country"},
        customer="customer_segment_history.customer_id",
        needs=("customers",),
    ),
    "retention": Relation(
        "retention_by_month",
        "retention_by_month",
        {
            "retention_rate": M("Retention", "sum(retention_rate)", "share"),
            "churn_rate": M("Churn", "sum(churn_rate)", "share"),
            "churned": M("Churned", "sum(count_of_customers_churned)"),
            "won": M("Won", "sum(count_of_customers_won)"),
            "won_back": M("Won back", "sum(count_of_customers_won_back)"),
        },
        month="retention_by_month.month",
        where="retention_by_month.is_complete",
    ),
    "cohorts": Relation(
        "retention_cohorts",
        "retention_cohorts",
        {
            "came": M("Came again", "sum(count_of_customers)"),
            "of": M("Of", "sum(count_of_cohort_customers)"),
            "came_again": M("Share that came again", "", "share", ("came", "of")),
        },
        month="retention_cohorts.cohort_month",
        where="retention_cohorts.is_complete and retention_cohorts.months_since between 1 and 12",
    ),
    "deals": Relation(
        "deals",
        f"deals {OF_CUSTOMER.format('deals')}",
        {
            "won": M("Won", "count(*) filter (where deals.outcome = 'won')"),
            "lost": M("Lost", "count(*) filter (where deals.outcome = 'lost')"),
            "closed": M("Closed", "count(*)"),
            "won_amount": M("Amount won", "sum(deals.value_amount) filter (where deals.outcome = 'won')", "money"),
            "lost_amount": M("Amount lost", "sum(deals.value_amount) filter (where deals.outcome = 'lost')", "money"),
            "win_rate": M("Won of those closed", "", "share", ("won", "closed")),
        },
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
        {
            "rep_revenue": M("Net revenue", "sum(net_revenue)", "money"),
            "rep_purchases": M("Purchases", "sum(count_of_purchases)"),
            "rep_won": M("Deals won", "sum(count_of_won_deals)"),
            "rep_lost": M("Deals lost", "sum(count_of_lost_deals)"),
        },
        month="sales_by_representative.month",
    ),
    "lines": Relation(
        "order_lines",
        f"order_lines {OF_CUSTOMER.format('order_lines')}\nleft join orders on orders.order_id = order_lines.order_id",
        {
            "line_revenue": M("Revenue of lines", "sum(order_lines.line_value)", "money"),
            "quantity": M("Pieces", "sum(order_lines.quantity)"),
        },
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
        {
            "campaigns": M("Campaigns", "count(*)"),
            "sent": M("Sent", "sum(count_of_sent)"),
            "delivered": M("Delivered", "sum(count_of_delivered)"),
            "opened": M("Opened", "sum(count_of_opened)"),
            "clicked": M("Clicked", "sum(count_of_clicked)"),
            "attributed": M("Orders that followed", "sum(count_of_attributed_orders)"),
            "campaign_revenue": M("Revenue that followed", "sum(attributed_revenue)", "money"),
            "cost": M("Cost", "sum(cost)", "money"),
            "costed_revenue": M(
                "Revenue where the cost is known", "sum(attributed_revenue) filter (where cost is not null)", "money"
            ),
            "open_rate": M("Opened of those delivered", "", "share", ("opened", "delivered")),
            "click_rate": M("Clicked of those delivered", "", "share", ("clicked", "delivered")),
            "return": M("Revenue per unit of cost", "", "decimal", ("costed_revenue", "cost")),
        },
        month=_month("campaign_performance.sent_at"),
        filters={"channel": "campaign_performance.channel", "source": "campaign_performance.source"},
    ),
    "emails": Relation(
        "customer_timeline",
        f"customer_timeline {OF_CUSTOMER.format('customer_timeline')}",
        {
            "mails": M("Sent", "count(*) filter (where customer_timeline.kind = 'email sent')"),
            "opens": M("Opened", "count(*) filter (where customer_timeline.kind = 'email opened')"),
            "clicks": M("Clicked", "count(*) filter (where customer_timeline.kind = 'email clicked')"),
            "opens_of_sent": M("Opened of those sent", "", "share", ("opens", "mails")),
        },
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
        {
            "tickets": M("Tickets", "count(*)"),
            "open": M("Open", "count(*) filter (where tickets.is_open)"),
            "satisfied": M("Satisfied", "count(*) filter (where tickets.satisfaction = 'satisfied')"),
            "rated": M("Rated", "count(tickets.satisfaction)"),
            "reply_hours": M("Hours to the first reply", "sum(tickets.first_reply_minutes) / 60.0", "hours"),
            "replied": M("Replied", "count(tickets.first_reply_minutes)"),
            "solve_hours": M("Hours to solved", "sum(tickets.resolution_minutes) / 60.0", "hours"),
            "solved": M("Solved", "count(tickets.resolution_minutes)"),
            "first_reply": M("To the first reply", "", "hours", ("reply_hours", "replied")),
            "resolution": M("To solved", "", "hours", ("solve_hours", "solved")),
            "satisfied_share": M("Satisfied of those rated", "", "share", ("satisfied", "rated")),
        },
        month=_month("tickets.created_at"),
        filters={"country": "customers.country", "channel": "tickets.channel", "source": "tickets.source"},
        customer="tickets.customer_id",
        needs=("customers",),
    ),
    "backlog": Relation("ticket_backlog", "ticket_backlog", {"backlog": M("Open", "sum(count_of_open_tickets)")}),
    "surveys": Relation(
        "survey_results",
        "survey_results",
        {
            "answers": M("Answers", "sum(count_of_answers)"),
            "promoters": M("Promoters", "sum(count_of_promoters)"),
            "detractors": M("Detractors", "sum(count_of_detractors)"),
            "pleased": M("Satisfied", "sum(count_of_satisfied)"),
        },
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
        {
            "balance": M("Unpaid", "sum(balance_value)", "money"),
            "invoices": M("Invoices", "sum(count_of_invoices)"),
        },
    ),
    "runs": Relation(
        "run_history",
        "run_history",
        {
            "landed": M("Landed", "sum(run_history.count_of_landed)"),
            "rejected": M("Rejected", "sum(run_history.count_of_rejected)"),
        },
        where="run_history.scope = 'stream'",
        filters={"source": "run_history.source"},
    ),
}
# What is open is open today, whenever it was opened.
RELATIONS["open_tickets"] = replace(RELATIONS["tickets"], month=None, where="tickets.is_open")
RELATIONS["buyers"] = replace(RELATIONS["customers"], where="customer_360.count_of_purchases > 0")
