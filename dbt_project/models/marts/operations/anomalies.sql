-- One row per run and figure that was far off what it was. The rows of the run that builds it are added when it has
-- been measured.
select
    run_id,
    measured_at,
    as_of,
    scope,
    subject,
    source,
    stream,
    table_name,
    column_name,
    figure,
    figure_value,
    expected_value,
    lowest_value,
    highest_value,
    days_compared,
    treatment
from {{ source('ledger', 'run_anomalies') }}
