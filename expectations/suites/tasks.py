"""tasks: one row per task that still exists in its source; it is open or done, and late only while it is open."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, carried, exists, key, live, no_rows, past, present, rows

SUITE = Suite(
    table="tasks",
    may_be_empty_if=("tasks",),
    personal=("task_id", "contact_id", "company_id", "deal_id", "source_id", "name"),
    expectations=(
        rows(),
        *key("task_id"),
        *present("source", "source_id", "is_open", "is_overdue", "names_somebody"),
        exists("customer_id", "customers"),
        exists("account_id", "companies"),
        *past("created_at", "completed_at"),
        between("days_overdue", 1),
        *carried(live("tasks"), "contact_id", "company_id", "deal_id", "name", "project", "status", "due_on"),
        no_rows(
            "a task is late while it is open after its day, and then alone",
            "select 1 from {batch}, audit_facts where is_overdue is distinct from "
            "(is_open and coalesce(due_on < as_of, false)) or is_overdue <> (days_overdue is not null)",
        ),
        no_rows(
            "a task that is open has not been completed, and what says that it is done is not open",
            "select 1 from (select * from {batch}) as ours left join intermediate.int_tasks_unioned as told "
            "on ours.task_id = told.task_id, audit_facts where (ours.is_open and ours.completed_at is not null) "
            "or (ours.is_open and told.is_done and told.completed_at::date <= as_of)",
        ),
        no_rows(
            "whoever is a task's customer or company was named by it",
            "select 1 from {batch} where not names_somebody and coalesce(customer_id, account_id) is not null",
        ),
    ),
)
