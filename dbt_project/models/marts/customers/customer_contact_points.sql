-- One row per customer and way to reach the customer: each address and number that any record knows, whether it is one,
-- who says so, whether it may be used, and when it was last.
with

points as (

    select
        customer_id,
        kind,
        contact_point,
        bool_or(is_valid) as is_valid,
        bool_or(is_shared) as is_shared,
        count(distinct contact_id) as count_of_records,
        max_by(
            source, (coalesce(updated_at, cast('1900-01-01' as timestamp)), source)
        ) filter (where source is not null) as source,
        max(updated_at) as last_confirmed_at
    from {{ ref('int_contact_points_listed') }}
    group by customer_id, kind, contact_point

),

used as (

    select
        lower(trim(email)) as contact_point,
        max(event_at) filter (where event = 'sent') as last_sent_at,
        max(event_at) filter (where event in ('opened', 'clicked', 'replied')) as last_answered_at,
        max(event_at) filter (where event = 'bounced') as last_bounced_at
    from {{ ref('int_email_events_unioned') }}
    where
        email is not null
        and not is_deleted
        and not {{ is_future('event_at') }}
    group by lower(trim(email))

),

consents as (

    select
        {%- for channel in ['email', 'phone', 'sms'] %}
        bool_and(is_allowed) filter (where channel = '{{ channel }}') as is_{{ channel }}_allowed,
        {%- endfor %}
        customer_id
    from {{ ref('customer_consent') }}
    group by customer_id

)

select
    points.customer_id,
    points.kind,
    points.contact_point,
    points.is_valid
    and (used.last_bounced_at is null or coalesce(used.last_answered_at > used.last_bounced_at, false)) as is_valid,
    points.is_shared,
    coalesce(points.contact_point in (customers.email, customers.phone, customers.mobile_phone), false) as is_primary,
    points.source,
    {{ brand_of('points.source') }} as brand,
    points.count_of_records,
    points.last_confirmed_at,
    case when points.kind = 'email' then consents.is_email_allowed else consents.is_phone_allowed end as is_allowed,
    case when points.kind = 'mobile' then consents.is_sms_allowed end as is_sms_allowed,
    greatest(used.last_sent_at, used.last_answered_at) as last_used_at,
    used.last_bounced_at
from points
inner join {{ ref('customers') }} as customers
    on points.customer_id = customers.customer_id
left join used
    on
        points.kind = 'email'
        and points.contact_point = used.contact_point
left join consents
    on points.customer_id = consents.customer_id
