-- One row per run that published and subject. The rows of the run that builds it are added when it has been measured.
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
    count_of_rows,
    count_of_received,
    count_of_landed,
    count_of_deleted,
    count_of_rejected,
    hours_since_change,
    null_share,
    distinct_values,
    mean,
    standard_deviation
from {{ source('ledger', 'run_figures') }}
