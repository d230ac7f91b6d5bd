-- One row per day (UTC), source and page that was viewed on it.
select
    cast(occurred_at as date) as day,
    source,
    {{ brand_of('source') }} as brand,
    page_path,
    count(*) as count_of_views,
    count(distinct visitor_key) as count_of_visitors,
    count(distinct customer_id) as count_of_customers
from {{ ref('int_web_events_assigned') }}
where
    event = 'page view'
    and page_path is not null
group by cast(occurred_at as date), source, page_path
