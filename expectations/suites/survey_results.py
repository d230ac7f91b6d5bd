"""survey_results: one row per month, kind of survey and team."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, months, no_rows, one_row_each, present, rows

SUITE = Suite(
    table="survey_results",
    may_be_empty_if=("surveys",),
    expectations=(
        rows(),
        one_row_each("month", "kind", "team_id"),
        *present("month", "kind", "count_of_answers", "count_of_answers_off_scale"),
        between("average_score", 0, 100),
        between("average_polarity", -1, 1),
        between("satisfied_share", 0, 1),
        between("net_promoter_score", -100, 100),
        months(),
        no_rows(
            "an NPS has promoters and detractors, no more than answers, and the others have none",
            "select 1 from {batch} where (kind = 'NPS') <> (count_of_promoters is not null) "
            "or count_of_promoters + count_of_detractors > count_of_answers or count_of_satisfied > count_of_answers",
        ),
    ),
)
