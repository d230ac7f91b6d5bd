-- One row per session of a visitor of the website or product that began by as_of: what was seen, where it came from,
-- what became of it, and whose it is. Where it came from is what the first of its events says that says anything.
with

events as (

    select * from {{ ref('int_web_events_assigned') }}

),

sessions as (

    select
        md5(min(web_event_id)) as session_id,
        visitor_key,
        customer_id,
        min_by(source, event_number) filter (where source is not null) as source,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) as count_of_events,
        count(*) filter (where event = 'page view') as count_of_pages,
        min_by(page_path, event_number) filter (where event = 'page view' and page_path is not null) as entry_page,
        max_by(page_path, event_number) filter (where event = 'page view' and page_path is not null) as exit_page,
        min_by(referrer_domain, event_number) filter (where referrer_domain is not null) as referrer_domain,
        {%- for column in ['utm_source', 'utm_medium', 'utm_campaign'] %}
        nullif(min_by(coalesce({{ column }}, ''), event_number) filter (
            where coalesce(utm_source, utm_medium, utm_campaign) is not null
        ), '') as {{ column }},
        {%- endfor %}
        bool_or(event = 'form submitted') as has_submitted_form,
        bool_or(event = 'checkout started') as has_started_checkout,
        bool_or(event in ('cart updated', 'checkout started')) as has_cart,
        bool_or(event = 'order') as has_ordered
    from events
    group by visitor_key, session_number, customer_id

)

select
    session_id,
    md5(visitor_key) as visitor_id,
    customer_id,
    source,
    {{ brand_of('source') }} as brand,
    started_at,
    ended_at,
    count_of_events,
    count_of_pages,
    entry_page,
    exit_page,
    referrer_domain,
    utm_source,
    utm_medium,
    utm_campaign,
    has_submitted_form,
    has_cart,
    has_started_checkout,
    has_ordered,
    has_cart and not has_ordered as has_left_cart
from sessions
