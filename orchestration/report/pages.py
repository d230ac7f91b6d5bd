"""The report's pages and their figures, in the order in which readers meet them. A new figure is an entry here."""

from __future__ import annotations

from crm360.orchestration.report.registry import Axis, Figure, Page
from crm360.orchestration.report.relations import RELATIONS

F = Figure


def _month(relation: str) -> Axis:
    return Axis("month", RELATIONS[relation].month or "", "Month", "month")


def _of(relation: str, name: str, label: str) -> Axis:
    """An axis that is a filter, too."""
    return Axis(name, RELATIONS[relation].filters[name], label, "country" if name == "country" else "word")


OVERVIEW = Page("overview", "Overview", (
    F("customers", "Customers", "customers", ("customers",), "tile"),
    F("revenue_tile", "Net revenue", "purchases", ("net_revenue",), "tile"),
    F("purchases_tile", "Purchases", "purchases", ("purchases",), "tile"),
    F("average_tile", "Revenue per purchase", "purchases", ("average",), "tile"),
    F("opened_tile", "E-mails opened", "campaigns", ("open_rate",), "tile"),
    F("open_tile", "Open tickets", "open_tickets", ("open",), "tile"),
    F("revenue", "Net revenue by month", "purchases", ("net_revenue",), "columns", (_month("purchases"),),
      ("revenue_entries.booked_at",),
      "By the month (UTC) of the purchase, and of the refund; the line is the year before",
      "No orders: no source of orders is set up, or none has sent any.", is_wide=True),
    F("by_channel", "Net revenue by channel", "purchases", ("net_revenue", "purchases"), "bars",
      (_of("purchases", "channel", "Channel"),), ("orders.channel",),
      "A won deal or a paid invoice has its kind for a channel"),
    F("by_country", "Net revenue by country", "purchases", ("net_revenue", "purchases"), "bars",
      (_of("purchases", "country", "Country"),), ("customers.country",)),
    F("by_type", "Customers by segment", "memberships", ("members", "member_revenue"), "bars",
      (Axis("segment", "customer_segments.segment", "Segment"),), ("customer_segments.segment",),
      "A customer can be in several segments", "No customer is in a segment."),
    F("funnel_months", "E-mails by month", "campaigns", ("delivered", "opened", "clicked"), "lines",
      (_month("campaigns"),), (),
      "A reader who opens ten times counts once a campaign", "No campaign has been sent."),
))  # fmt: skip

CUSTOMERS = Page("customers", "Customers and segments", (
    F("all_customers", "Customers", "customers", ("customers",), "tile"),
    F("buyers", "Buyers", "customers", ("buyers",), "tile"),
    F("records", "Records in the sources", "customers", ("records",), "tile"),
    F("newcomers", "New buyers by month", "first_purchases", ("newcomers",), "columns",
      (_month("first_purchases"),), (),
      "By the month of the first purchase; the line is the year before"),
    F("by_lifecycle", "Customers by lifecycle stage", "customers", ("customers", "revenue"), "bars",
      (Axis("stage", "customer_360.lifecycle_stage", "Stage"),), ("customer_360.lifecycle_stage",)),
    F("behaviour", "What a segment is worth", "memberships", ("member_revenue", "members", "each", "member_average"),
      "bars", (Axis("segment", "customer_segments.segment", "Segment"),),
      (), "Revenue since the first purchase"),
    F("age", "Customers by age", "customers", ("customers", "revenue_each"), "bars",
      (Axis("age", "customer_360.age // 10 * 10", "Age from", "number"),), ("customer_360.age",), in_order=True),
    F("entered", "Who entered and left", "entered", ("entered", "left"), "table",
      (Axis("segment", "customer_segment_history.segment", "Segment"),),
      ("customer_segment_history.valid_from",),
      "Since segments are recorded; of those who entered, how many have left since", is_wide=True, most=40),
    F("segments", "Behaviour of every segment", "segment_summary",
      ("in_segment", "segment_revenue", "frequency", "order_value", "retention", "satisfaction"), "table",
      (Axis("dimension", "segment_summary.dimension", "Dimension"), Axis("segment", "segment_summary.segment",
      "Segment")),
      ("segment_summary.orders_per_month", "segment_summary.average_order_value", "segment_summary.retention_rate",
       "segment_summary.satisfaction_share"), "All dimensions", is_wide=True, most=1000),
))  # fmt: skip

VALUE = Page("value", "Value", (
    F("predicted", "Predicted value", "buyers", ("predicted",), "tile"),
    F("predicted_each", "Predicted value per buyer", "buyers", ("predicted_each",), "tile"),
    F("revenue_each", "Net revenue per customer", "customers", ("revenue_each",), "tile"),
    F("rfm", "Recency and frequency", "buyers", ("customers", "revenue"), "heat",
      (Axis("frequency", "customer_360.frequency_score", "Frequency score", "number"),
       Axis("recency", "customer_360.recency_score", "Recency score", "number")),
      ("customer_360.recency_score", "customer_360.frequency_score"), "Customers by score; 5 is best"),
    F("rfm_names", "Predicted value by RFM group", "buyers", ("predicted", "customers", "predicted_each"), "bars",
      (Axis("rfm", "customer_360.rfm_name", "RFM group"),),
      ("customer_360.rfm_name",)),
    F("alive", "Likely to buy again", "buyers", ("customers", "predicted"), "bars",
      (Axis("probability", "(floor(customer_360.probability_alive * 10) / 10)::double", "Probability from", "number"),),
      ("customer_360.probability_alive",), "Buyers by the probability that they are still customers", in_order=True),
    F("churn", "Retention and churn by month", "retention", ("retention_rate", "churn_rate"), "lines",
      (_month("retention"),), (),
      "Months that are over"),
    F("cohorts", "Who comes again", "cohorts", ("came_again", "of"), "heat",
      (Axis("since", "retention_cohorts.months_since", "Months since", "number"),
       Axis("month", "retention_cohorts.cohort_month", "First purchase", "month")),
      (), "Share of those who first bought in a month that bought in a later one",
      "No month has passed since a first purchase.", is_wide=True),
))  # fmt: skip

SALES = Page("sales", "Sales", (
    F("won", "Deals won", "deals", ("won",), "tile"),
    F("won_amount", "Amount won", "deals", ("won_amount",), "tile"),
    F("win_rate", "Won of those closed", "deals", ("win_rate",), "tile"),
    F("deal_months", "Amount won by month", "deals", ("won_amount", "won"), "columns", (_month("deals"),),
      ("deals.closed_at",), "By the month of closing; the line is the year before",
      "No deal was closed."),
    F("forecast", "Forecast and what came of it", "forecast", ("expected", "came"), "lines",
      (Axis("month", "sales_forecast.forecast_date", "Day of forecast", "month"),),
      ("sales_forecast.expected_amount", "sales_forecast.won_amount"), "Of the deals that were open on that day"),
    F("pipeline", "Pipeline", "stages", ("stage_amount", "stage_deals", "onward_rate"), "bars",
      (Axis("stage", "pipeline_stages.stage_position || ' ' || pipeline_stages.stage", "Stage"),),
      ("pipeline_stages.open_amount", "pipeline_stages.onward_rate"),
      "Open deals by stage, with the share that went on to a later one", "No pipeline.", in_order=True),
    F("bottleneck", "Where deals stay", "stages", ("entered_stage", "onward", "onward_rate"), "table",
      (Axis("stage", "pipeline_stages.stage_position || ' ' || pipeline_stages.stage", "Stage"),
       Axis("because", "coalesce(pipeline_stages.bottleneck_because, '–')", "Bottleneck")),
      ("pipeline_stages.is_bottleneck", "pipeline_stages.bottleneck_because"), in_order=True),
    F("representatives", "Representatives", "representatives", ("rep_revenue", "rep_purchases", "rep_won", "rep_lost"),
      "bars", (Axis("representative", "sales_by_representative.representative", "Representative"),)),
    F("categories", "Revenue by category", "lines", ("line_revenue", "quantity"), "bars",
      (Axis("category", "order_lines.category", "Category"),)),
    F("products", "Products", "lines", ("line_revenue", "quantity"), "table",
      (Axis("product", "order_lines.description", "Product"),), (),
      "Most revenue first", most=25),
    F("lost", "Why deals and leads are lost", "lost_reasons", ("losses", "loss_amount"), "bars",
      (Axis("reason", "lost_reasons.kind || ': ' || lost_reasons.reason", "Reason"),),
      ("lost_reasons.count_of_losses", "lost_reasons.reason")),
))  # fmt: skip

MARKETING = Page("marketing", "Marketing", (
    F("campaigns_tile", "Campaigns", "campaigns", ("campaigns",), "tile"),
    F("open_rate", "Opened of those delivered", "campaigns", ("open_rate",), "tile"),
    F("followed", "Revenue that followed", "campaigns", ("campaign_revenue",), "tile"),
    F("rates", "Opened and clicked by month", "campaigns", ("open_rate", "click_rate"), "lines",
      (_month("campaigns"),)),
    F("channels", "Revenue by campaign channel", "campaigns", ("campaign_revenue", "campaigns", "cost", "return"),
      "bars",
      (_of("campaigns", "channel", "Channel"),)),
    F("hours", "When e-mails are opened", "emails", ("opens", "mails"), "heat",
      (Axis("hour", "extract(hour from {event_at})", "Hour", "hour"),
       Axis("weekday", "extract(isodow from {event_at})", "Weekday", "weekday")),
      ("customer_timeline.event_at",), "On the clock of {time_zone}", is_wide=True),
    F("send_times", "Opened by the hour of sending", "send_times", ("slot_rate", "slot_delivered"), "table",
      (Axis("weekday", "send_times.weekday", "Weekday", "weekday"), Axis("hour", "send_times.hour", "Hour", "hour")),
      ("send_times.open_rate",)),
    F("leads", "Leads by source", "leads", ("leads", "opportunities", "leads_won", "conversion"), "bars",
      (Axis("lead_source", "lead_conversion.lead_source", "Lead source"),),
      ("lead_conversion.count_of_leads", "lead_conversion.conversion_rate")),
    F("campaigns", "Campaigns, most revenue first", "campaigns",
      ("campaign_revenue", "sent", "open_rate", "click_rate", "attributed", "cost", "return"), "table",
      (Axis("campaign", "campaign_performance.name", "Campaign"),),
      (),
      "An order counts for the campaign that led to it", "No campaign has been sent.", is_wide=True, most=25),
))  # fmt: skip

SERVICE = Page("service", "Service", (
    F("tickets", "Tickets", "tickets", ("tickets",), "tile"),
    F("first_reply", "Mean time to the first reply", "tickets", ("first_reply",), "tile"),
    F("resolution", "Mean time to solved", "tickets", ("resolution",), "tile"),
    F("satisfied", "Satisfied of those rated", "tickets", ("satisfied_share",), "tile"),
    F("handling", "Time to reply and to solve", "tickets", ("first_reply", "resolution"), "lines",
      (_month("tickets"),), (),
      "Mean hours, by the month of opening", "No tickets: no service desk is set up, or it has sent none."),
    F("ticket_months", "Tickets by month", "tickets", ("tickets", "open"), "columns", (_month("tickets"),),
      ("tickets.created_at",), "By the month of opening; the line is the year before"),
    F("ticket_channels", "Tickets by channel", "tickets", ("tickets", "first_reply", "satisfied_share"), "bars",
      (_of("tickets", "channel", "Channel"),), ("tickets.channel",)),
    F("ticket_types", "Tickets by type", "tickets", ("tickets", "resolution", "satisfied_share"), "bars",
      (Axis("type", "tickets.type", "Type"),), ("tickets.type",)),
    F("backlog", "Open tickets by age", "backlog", ("backlog",), "bars",
      (Axis("age", "ticket_backlog.age", "Age"),), ("ticket_backlog.age",)),
    F("surveys", "Surveys", "surveys", ("answers", "pleased", "promoters", "detractors"), "table",
      (Axis("kind", "survey_results.kind", "Survey"),), ("survey_results.satisfied_share",
      "survey_results.net_promoter_score")),
    F("pains", "Pain points", "pain_points", ("pains", "pains_open", "pains_reopened"), "table",
      (Axis("product", "pain_points.product", "Product"), Axis("type", "pain_points.type", "Type")),
      ("pain_points.count_of_tickets",), is_wide=True, most=25),
))  # fmt: skip

PLACES = Page("places", "Places", (
    F("placed", "Customers with a country", "customers", ("placed",), "tile"),
    F("unplaced", "Customers without a country", "customers", ("unplaced",), "tile"),
    F("small_places", "Customers in places of fewer than five", "small_places", ("few",), "tile",
      about=("customers_by_region.count_of_customers",)),
    F("country_map", "Map of customers by country", "customers", ("customers", "revenue"), "map",
      (Axis("code", "customer_360.country_code", "Country", "country"),), ("customer_360.country_code",),
      "Outlines by Natural Earth", is_wide=True, most=250),
    F("city_map", "Heat map of customers by city", "places", ("place_customers", "place_revenue"), "dots",
      (Axis("code", "upper(customers_by_region.country)", "Country", "country"),
       Axis("region", "customers_by_region.region", "Region"), Axis("city", "customers_by_region.city", "City")),
      ("customers_by_region.count_of_customers",),
      "Places of five customers or more; cities lie where Natural Earth has them", is_wide=True, most=400),
    F("countries", "Customers by country", "customers", ("customers", "buyers", "revenue"), "bars",
      (_of("customers", "country", "Country"),), ("customers.country",)),
    F("country_revenue", "Net revenue per customer by country", "customers", ("revenue_each", "customers"), "bars",
      (_of("customers", "country", "Country"),)),
    F("cities", "Customers by country and city", "places", ("place_customers", "place_revenue", "place_each"), "heat",
      (_of("places", "country", "Country"), Axis("city", "customers_by_region.city", "City")),
      ("customers_by_region.count_of_customers",), "Places of five customers or more", is_wide=True, most=25),
    F("city_table", "Places", "places", ("place_revenue", "place_customers", "place_buyers", "place_each"), "table",
      (_of("places", "country", "Country"), Axis("region", "customers_by_region.region", "Region"),
       Axis("city", "customers_by_region.city", "City")),
      ("customers_by_region.net_revenue_per_customer",), "Places of five customers or more", is_wide=True, most=50),
))  # fmt: skip

MONEY = Page("money", "Money", (
    F("money_revenue", "Net revenue", "purchases", ("net_revenue",), "tile"),
    F("refunds", "Refunds", "purchases", ("refunded_revenue",), "tile"),
    F("unpaid", "Unpaid", "receivables", ("balance",), "tile"),
    F("recurring", "Monthly recurring revenue", "subscriptions", ("recurring",), "tile"),
    F("money_months", "Gross and net revenue by month", "purchases",
      ("gross_revenue", "net_revenue", "refunded_revenue"), "lines", (_month("purchases"),)),
    F("money_sources", "Net revenue by source", "purchases", ("net_revenue", "purchases", "without_amount"), "bars",
      (_of("purchases", "source", "Source"),), ("revenue_entries.source",)),
    F("currencies", "Revenue by the currency of the purchase", "purchases", ("net_revenue", "purchases",
      "without_amount"), "bars",
      (Axis("currency", "revenue_entries.currency", "Currency"),),
      ("revenue_entries.currency", "revenue_entries.exchange_rate"),
      "Converted to the base currency"),
    F("receivables", "Unpaid invoices by age", "receivables", ("balance", "invoices"), "bars",
      (Axis("age", "receivables.age", "Age"),), ("receivables.age",),
      empty="No invoice is unpaid."),
    F("mrr_months", "Monthly recurring revenue by month", "mrr", ("closing", "came", "rose", "fell", "went"), "lines",
      (_month("mrr"),), ("mrr_by_month.closing_mrr",), "At the end of the month, and what moved it within",
      "No subscription is paid for.", is_wide=True),
    F("plans", "Monthly recurring revenue by plan", "subscriptions", ("recurring", "paid_subscriptions"), "bars",
      (Axis("plan", "subscriptions.plan", "Plan"),), ("subscriptions.plan",),
      empty="No subscription is paid for."),
))  # fmt: skip

QUALITY = Page("quality", "Data quality", (
    F("landed", "Records landed by day", "runs", ("landed", "rejected"), "table",
      (Axis("day", "strftime(run_history.as_of, '%Y-%m-%d')", "Day"),),
      (), most=60, in_order=True, is_wide=True),
))  # fmt: skip

PAGES: tuple[Page, ...] = (OVERVIEW, CUSTOMERS, VALUE, SALES, MARKETING, SERVICE, PLACES, MONEY, QUALITY)
