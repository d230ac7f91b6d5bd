"""sales_by_product: one row per month and product, of all lines that count."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, months, no_rows, one_row_each, present, rows

SUITE = Suite(
    table="sales_by_product",
    may_be_empty_because="nothing with lines may have been sold yet; the last check finds lines that are missing",
    personal=("description",),
    expectations=(
        rows(),
        one_row_each("month", "product"),
        *present("month", "count_of_lines", "quantity_sold", "quantity_corrected", "line_revenue"),
        between("count_of_lines", 0),
        between("line_revenue", -1e12, 1e12),
        in_base_currency(),
        months(),
        no_rows(
            "the revenue of all products is that of the lines that count",
            "select 1 from (select coalesce(sum(line_revenue), 0) as revenue from {batch}) as told "
            "cross join (select coalesce(sum(line_value), 0) as revenue from marts.order_lines "
            "where is_sale or order_kind in ('cancellation', 'adjustment')) as summed "
            "where told.revenue <> summed.revenue",
        ),
        no_rows(
            "every line of a sale is counted, and every line that corrects one has its product",
            "select 1 from "
            "(select coalesce(sum(count_of_lines), 0) as lines, count(*) as products from {batch}) as told "
            "cross join (select count(*) filter (where is_sale) as lines, count(*) as counting from marts.order_lines "
            "where is_sale or order_kind in ('cancellation', 'adjustment')) as summed "
            "where told.lines <> summed.lines or (told.products = 0 and summed.counting > 0)",
        ),
    ),
)
