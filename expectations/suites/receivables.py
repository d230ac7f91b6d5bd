"""receivables: one row per currency and age of what is owed; it is what the open invoices say."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, one_of, present, rows

AGES = ("not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "over 90 days", "no due date")

SUITE = Suite(
    table="receivables",
    may_be_empty_because="everything may be paid; what is owed is looked for in the invoices",
    may_shrink=True,
    expectations=(
        rows(),
        *key("currency", "age"),
        *present("count_of_invoices", "balance_amount", "base_currency", "as_of_date"),
        one_of("age", AGES),
        between("count_of_invoices", 1),
        no_rows("it is told of the day", "select 1 from {batch}, audit_facts where as_of_date <> as_of"),
        no_rows(
            "what is owed in a currency is the totals of the unpaid invoices less what was paid of them",
            "select 1 from (select currency, sum(balance_amount) as owed, sum(count_of_invoices) as unpaid "
            "from {batch} group by currency) as told full join ("
            "select currency, sum(total_amount - paid_amount) as owed, count(*) as unpaid from marts.invoices "
            "where state in ('open', 'overdue') group by currency) as summed on told.currency = summed.currency "
            "where told.owed is distinct from summed.owed or told.unpaid is distinct from summed.unpaid",
        ),
    ),
)
