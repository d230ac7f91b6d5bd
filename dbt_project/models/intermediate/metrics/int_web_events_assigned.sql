-- One row per event of the website or product up to as_of whose visitor is named, with the customer whom it is of and
-- the number of the visitor's session. An event that names a user or an address of a customer makes the visitor that
-- customer: the events after it are theirs until another one is named, and those before the first one are the first
-- one's. A session ends with 30 minutes of silence, and where another customer takes the seat; a day's end ends none.
{% set in_order = 'partition by visitor_key order by occurred_at nulls last, web_event_id nulls last' %}
{% set up_to_it = in_order ~ ' rows between unbounded preceding and current row' %}

with

told as (

    select
        web_event_id,
        source,
        visitor_id,
        user_id,
        occurred_at,
        event,
        page_path,
        {{ domain_of('referrer') }} as referrer_domain,
        utm_source,
        utm_medium,
        utm_campaign,
        lower(email) as email,
        coalesce(visitor_id, user_id, source || ':' || md5(lower(email))) as visitor_key
    from {{ ref('int_web_events_unioned') }}
    where
        not is_deleted
        and {{ up_to_as_of('occurred_at') }}
        and coalesce(has_consented, true)
        and coalesce(visitor_id, user_id, email) is not null

),

owners as ({{ owners_of_addresses() }}),

-- A user's address is told in few of the events.
users as (

    select
        user_id,
        max_by(email, (occurred_at, email)) filter (where email is not null) as email
    from told
    where user_id is not null
    group by user_id

),

known as (

    select
        users.user_id,
        coalesce(contacts.customer_id, owners.customer_id) as customer_id
    from users
    left join {{ ref('int_contacts_resolved') }} as contacts
        on users.user_id = contacts.contact_id
    left join owners
        on users.email = owners.email

),

identified as (

    select
        told.*,
        coalesce(known.customer_id, owners.customer_id) as named_customer_id
    from told
    left join known
        on told.user_id = known.user_id
    left join owners
        on told.email = owners.email

),

counted as (

    select
        * {{ without('user_id, email') }},
        cast(row_number() over ({{ in_order }}) as bigint) as event_number,
        lag(occurred_at) over ({{ in_order }}) as event_before_at,
        greatest(count(named_customer_id) over ({{ up_to_it }}), 1) as count_of_named
    from identified

),

assigned as (

    select
        * {{ without('named_customer_id, count_of_named') }},
        max(named_customer_id) over (partition by visitor_key, count_of_named) as customer_id
    from counted

),

followed as (

    select
        *,
        lag(customer_id) over ({{ in_order }}) as customer_before_id
    from assigned

)

select
    * {{ without('event_before_at, customer_before_id') }},
    cast(sum(case
        when
            occurred_at <= event_before_at + interval 30 minute
            and customer_id is not distinct from customer_before_id
            then 0
        else 1
    end) over ({{ up_to_it }}) as bigint) as session_number
from followed
