"""All that the published tables tell of one customer or one company, as plain values by section.

golden    each field of the golden record, with the source that it comes from
records   the records that make the customer, today and earlier, and what links each to another one
figures, segments, contact_points, consents, lists, timeline, orders, deals, quotes, tickets, invoices, subscriptions,
tasks, household, doubts, value
"""

from __future__ import annotations

from typing import Any

import duckdb

Row = dict[str, Any]
MOST_ROWS = 200
# Fields of the golden record, and the column that says whose word each is.
GOLDEN = {
    **dict.fromkeys(("full_name", "first_name", "last_name"), "name_source"), "email": "email_source",
    "phone": "phone_source", "mobile_phone": "mobile_phone_source", "company_name": "company_source",
    "job_title": "job_title_source",
    **dict.fromkeys(("street", "postal_code", "city", "region"), "address_source"), "country": "country_source",
    "birth_date": "birth_date_source", "gender": "gender_source", "language": "language_source",
    "interests": "interests_source",
    **dict.fromkeys(("lead_source", "lead_status", "rejection_reason"), "lead_status_source"),
    "lifecycle_stage": "lifecycle_stage_source", "owner_id": "owner_source",
}  # fmt: skip
FIGURES = (
    "count_of_purchases", "count_of_orders", "net_revenue", "average_purchase_value", "first_purchase_at",
    "last_purchase_at", "days_since_last_purchase", "open_deal_amount", "won_deal_amount", "count_of_tickets",
    "count_of_open_tickets", "satisfaction_share", "last_nps_score", "count_of_emails_opened",
    "count_of_emails_clicked", "last_seen_at", "last_contacted_at", "preferred_channel", "rfm_name",
    "probability_alive", "predicted_value", "predicted_value_low", "predicted_value_high", "next_product",
    "is_churned", "churned_at", "loyalty_tier", "count_of_active_subscriptions", "monthly_recurring_revenue",
    "subscribed_since", "count_of_reviews", "average_review_score", "points_balance", "points_tier",
    "count_of_open_tasks", "count_of_overdue_tasks", "next_task_due_on", "count_of_open_quotes", "open_quote_amount",
)  # fmt: skip
ORDERS = """select order_id, name, ordered_at, order_kind, sale_state, total_amount, currency, net_revenue,
    base_currency from orders where {own} = $id order by ordered_at desc nulls last"""
DEALS = """select deal_id, name, stage_label, outcome, amount, currency, owner_name, created_at, closed_at
    from deals where {own} = $id order by created_at desc nulls last"""
QUOTES = """select quote_id, name, quote_number, state, amount, currency, deal_id, owner_name, created_at,
    valid_until, decided_at from quotes where {own} = $id order by created_at desc nulls last, quote_id"""
TICKETS = """select ticket_id, subject, status, is_open, priority, type, agent_name, created_at, solved_at,
    satisfaction from tickets where {own} = $id order by created_at desc nulls last"""
TASKS = """select task_id, name, project, status, is_open, is_overdue, due_on, completed_at, deal_id
    from tasks where {own} = $id order by is_open desc, due_on nulls last, task_id"""
SECTIONS = {
    "segments": """select dimension, segment, value, rule from customer_segments
        where customer_id = $id order by dimension, segment""",
    "contact_points": """select kind, contact_point, is_primary, is_valid, is_shared, is_allowed, source,
        last_confirmed_at, last_used_at from customer_contact_points
        where customer_id = $id order by kind, is_primary desc, contact_point""",
    "consents": """select channel, state, stated_by, stated_in, list_id, stated_at from customer_consent
        where customer_id = $id order by channel""",
    "lists": """select list_name, list_kind, is_active, joined_at, source, list_id from list_members
        where customer_id = $id order by is_active desc, list_name nulls last, list_id""",
    "records": """select contact_id, source, brand, full_name, email, phone, is_current, is_deleted, merged_into,
        valid_from, valid_to, rule, evidence, linked_contact_id, match_weight, match_threshold, match_weight_steps,
        created_at, updated_at from customer_identities
        where customer_id = $id order by is_current desc, source, contact_id""",
    "orders": ORDERS.format(own="customer_id"),
    "deals": DEALS.format(own="customer_id"),
    "quotes": QUOTES.format(own="customer_id"),
    "tickets": TICKETS.format(own="customer_id"),
    "invoices": """select invoice_id, name, state, issued_at, due_at, total_amount, balance_amount, currency
        from invoices where customer_id = $id order by issued_at desc nulls last""",
    "subscriptions": """select subscription_id, plan, state, amount, currency, billing_interval, monthly_revenue,
        base_currency, started_at, ended_at from subscriptions where customer_id = $id order by started_at desc""",
    "tasks": TASKS.format(own="customer_id"),
    "household": """select others.customer_id, others.full_name, others.birth_date from customers as own
        inner join customers as others on own.household_id = others.household_id
        where own.customer_id = $id and others.customer_id <> $id order by others.full_name""",
    "doubts": """select contact_id_a, contact_id_b, full_name_a, full_name_b, is_one_customer, probability, agreed_on,
        asked_because, customer_id_a, customer_id_b from review_queue where $id in (customer_id_a, customer_id_b)
        order by place_in_queue""",
}
CHANNELS = """select distinct channel from customer_timeline
    where customer_id = $id and channel is not null order by channel"""
TIMELINE = """select event_at, channel, direction, kind, subject, amount, currency, source, reference_id
    from customer_timeline where customer_id = $id {of} order by event_at desc nulls last"""
COMPANY_SECTIONS = {
    "people": """select customer_id, full_name, email, job_title, count_of_purchases, net_revenue from customer_360
        where account_id = $id order by net_revenue desc nulls last, full_name""",
    "records": """select company_id, source, brand, name, domain, is_current, rule, evidence, linked_company_id,
        updated_at from company_identities where account_id = $id order by is_current desc, source, company_id""",
    "orders": ORDERS.format(own="account_id"),
    "deals": DEALS.format(own="account_id"),
    "quotes": QUOTES.format(own="account_id"),
    "tickets": TICKETS.format(own="account_id"),
    "tasks": TASKS.format(own="account_id"),
}
COMPANY_FIELDS = {
    "name": "name_source", "domain": "domain_source", "industry": "", "size": "",
    **dict.fromkeys(("street", "postal_code", "city", "country"), "place_source"), "phone": "",
}  # fmt: skip


def customer(con: duckdb.DuckDBPyConnection, asked: str, channel: str = "") -> Row | None:
    """Everything about one customer, by an id of today or an earlier one; None where it leads to nobody.

    `channel` narrows the timeline, of which the newest 200 entries are told.
    """
    own = _standing(con, asked, "customers", "customer_id", "customer_id_aliases")
    if own is None:
        return None
    (row,) = _rows(con, "select * from customers where customer_id = $id", own)
    told: Row = {"customer_id": own, "asked_id": asked}
    told["golden"] = _said(row, GOLDEN)
    (figures,) = _rows(con, "select * from customer_360 where customer_id = $id", own) or [{}]
    told["figures"] = {name: figures[name] for name in FIGURES if figures.get(name) is not None}
    told |= {"currency": figures.get("currency"), "as_of_date": figures.get("as_of_date")}
    told["account_id"] = row.get("account_id")
    told |= {name: _rows(con, sql, own) for name, sql in SECTIONS.items()}
    told["channels"] = [found["channel"] for found in _rows(con, CHANNELS, own)]
    of = {"channel": channel} if channel else {}
    told["timeline"] = _rows(con, TIMELINE.format(of="and channel = $channel" if channel else ""), own, **of)
    return told


def company(con: duckdb.DuckDBPyConnection, asked: str) -> Row | None:
    """Everything about one company, by an id of today or an earlier one; None where it leads to none."""
    own = _standing(con, asked, "companies", "account_id", "company_id_aliases")
    if own is None:
        return None
    (row,) = _rows(con, "select * from companies where account_id = $id", own)
    (figures,) = _rows(con, "select * from company_360 where account_id = $id", own) or [{}]
    told: Row = {"account_id": own, "asked_id": asked, "golden": _said(row, COMPANY_FIELDS)}
    skipped = {*COMPANY_FIELDS, "account_id", "currency", "as_of_date"}
    told["figures"] = {name: value for name, value in figures.items() if name not in skipped and value is not None}
    told |= {"currency": figures.get("currency"), "as_of_date": figures.get("as_of_date")}
    return told | {name: _rows(con, sql, own) for name, sql in COMPANY_SECTIONS.items()}


def _said(row: Row, fields: dict[str, str]) -> Row:
    """Each field that is filled, and whose word it is."""
    return {f: {"value": row[f], "source": row.get(by)} for f, by in fields.items() if row.get(f) is not None}


def _standing(con: duckdb.DuckDBPyConnection, asked: str, table: str, own: str, aliases: str) -> str | None:
    if con.execute(f"select 1 from {table} where {own} = $id", {"id": asked}).fetchone():
        return asked
    led = con.execute(f"select {own} from {aliases} where alias_id = $id", {"id": asked}).fetchone()
    if led is None or led[0] is None:
        return None
    return str(led[0]) if con.execute(f"select 1 from {table} where {own} = $id", {"id": led[0]}).fetchone() else None


def _rows(con: duckdb.DuckDBPyConnection, sql: str, own: str, **more: str) -> list[Row]:
    try:
        cursor = con.execute(f"{sql} limit {MOST_ROWS}", {"id": own} | more)
    except (duckdb.CatalogException, duckdb.BinderException):
        return []  # a version of another layout: the section is empty
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
