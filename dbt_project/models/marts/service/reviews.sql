-- One row per review that still stands and was written by as_of. Its author is a customer by the source's own record,
-- else by the address that the invitation was sent to, else by the order whose number it names, where that is one.
with

told as (

    select
        *,
        coalesce(reviewed_at, created_at) as known_at,
        coalesce(rating_max, case when rating is not null then 5 end) as known_max,
        case when rating_max <= 1 then 0 else 1 end as scale_start,
        {{ reference_key('order_reference') }} as reference
    from {{ ref('int_reviews_unioned') }}
    where
        not is_deleted
        and {{ up_to_as_of('coalesce(reviewed_at, created_at)') }}

),

judged as (

    select
        *,
        coalesce(rating not between scale_start and known_max or known_max <= 0, false) as is_off_scale,
        {{ polarity_of("nullif(concat_ws('. ', title, comment), '')", 'language') }} as polarity
    from told

),

owners as ({{ owners_of_addresses() }}),

orders as (

    select
        {{ reference_key('name') }} as reference,
        min(order_id) as order_id,
        min(contact_id) as contact_id
    from {{ ref('int_orders_unioned') }}
    where
        not is_deleted
        and {{ reference_key('name') }} in (select judged.reference from judged)
    group by {{ reference_key('name') }}
    having count(*) = 1

),

known as (

    select
        judged.*,
        orders.order_id as referred_order_id,
        own.customer_id as own_customer_id,
        owners.customer_id as written_customer_id,
        buyers.customer_id as bought_customer_id
    from judged
    left join {{ ref('int_contacts_resolved') }} as own
        on judged.contact_id = own.contact_id
    left join owners
        on lower(judged.email) = owners.email
    left join orders
        on judged.reference = orders.reference
    left join {{ ref('int_contacts_resolved') }} as buyers
        on orders.contact_id = buyers.contact_id

)

select
    review_id,
    coalesce(own_customer_id, written_customer_id, bought_customer_id) as customer_id,
    case
        when own_customer_id is not null then 'record'
        when written_customer_id is not null then 'address'
        when bought_customer_id is not null then 'order'
    end as matched_by,
    coalesce(order_id, referred_order_id) as order_id,
    source,
    {{ brand_of('source') }} as brand,
    source_id,
    place,
    product,
    status,
    is_verified,
    is_off_scale,
    case when not is_off_scale then rating end as rating,
    cast(known_max as decimal(18, 4)) as rating_max,
    case
        when not is_off_scale then {{ quotient('(rating - scale_start) * 100', 'nullif(known_max - scale_start, 0)') }}
    end as rating_of_100,
    title,
    comment,
    language,
    polarity,
    {{ sentiment_of('polarity') }} as sentiment,
    author_name,
    email,
    known_at as reviewed_at,
    replied_at,
    updated_at
from known
