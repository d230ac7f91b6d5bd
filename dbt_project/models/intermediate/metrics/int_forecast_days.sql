-- One row per day of forecast: as_of, and the last days of the 12 months before.
select {{ as_of_date() }} as forecast_date
{%- for ago in range(12) %}
union all
select
    cast(date_trunc('month', {{ as_of_date() }}) - interval {{ ago }} month - interval 1 day as date) as forecast_date
{%- endfor %}
