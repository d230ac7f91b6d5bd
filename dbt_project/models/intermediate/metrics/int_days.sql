-- The days on which metrics can be told. MetricFlow joins them where a metric is asked for days without any row.
{{ config(materialized='view') }}

select cast('1990-01-01' as date) + cast(step as int) as metric_day
from (select {{ each() }}({{ series(0, 21914) }}) as step) as steps
