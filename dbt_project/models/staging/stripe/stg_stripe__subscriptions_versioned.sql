{#- Of discounts those count that last: one for once is of a single invoice. They are taken off one after the other, as
    Stripe does. More than three of them, and a fixed one of prices of several intervals, leave the amount unknown. -#}
{% set coupon = ['percent_off', 'amount_off', 'duration'] %}
with source as (

    {{ every_version('stripe', 'subscriptions', {
        'customer': 'text', 'status': 'text', 'currency': 'text', 'created': 'text', 'start_date': 'text',
        'trial_end': 'text', 'canceled_at': 'text', 'ended_at': 'text', 'current_period_end': 'text',
        'pause_collection': ['behavior'], 'discount': {'coupon': coupon}, 'discounts': {'each': {'coupon': coupon}}
    }) }}

),

items as (

    select
        source,
        record_id,
        known_from,
        count(*) filter (where monthly_amount is null) > 0 as has_unknown,
        count(distinct concat_ws(' ', billing_interval, cast(billing_interval_count as string))) = 1 as is_one_interval,
        min(billing_interval) as billing_interval,
        min(billing_interval_count) as billing_interval_count,
        cast(sum(amount) as decimal(18, 4)) as amount,
        cast(sum(monthly_amount) as decimal(18, 4)) as monthly_amount,
        cast(sum(quantity) as decimal(18, 4)) as quantity,
        case when count(distinct product) = 1 then min(product) end as product,
        {{ joined_in_order('distinct plan', ' + ', 'plan') }} as plan,
        max(current_period_ends_at) as current_period_ends_at,
        max(unread_amount) as unread_amount
    from {{ ref('stg_stripe__subscription_items') }}
    group by source, record_id, known_from

),

discounted as (

    select
        source.*,
        {%- for n in [1, 2, 3] %}
        {{ lasting_discount(n, 'source.r.discount') }},
        {%- endfor %}
        coalesce(items.has_unknown, true)
        or {{ nth_of('source.r.discounts', 4) }} is not null
        {%- for n in [1, 2, 3] %}
        or (
            {{ nth_of('source.r.discounts', n) }} is not null
            and {{ nth_of('source.r.discounts', n) }}.coupon.duration is null
        )
        {%- endfor %} as has_unknown,
        items.is_one_interval,
        case when items.is_one_interval then items.billing_interval end as billing_interval,
        case when items.is_one_interval then items.billing_interval_count end as billing_interval_count,
        items.amount as full_amount,
        items.monthly_amount as full_monthly_amount,
        items.quantity,
        items.product,
        items.plan,
        items.current_period_ends_at,
        items.unread_amount
    from source
    left join items
        on
            source.source = items.source
            and source.record_id = items.record_id
            and source.known_from = items.known_from

),

priced as (

    select
        *,
        case when is_one_interval and not has_unknown then {{ less_discounts('full_amount', 'off') }} end as amount
    from discounted

)

select
    {{ global_id('record_id') }} as subscription_id,
    source,
    record_id as source_id,
    {{ from_epoch('r.created') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ global_id('r.customer') }} as contact_id,
    {{ global_id('product') }} as product_id,
    plan,
    case
        when r.status in ('active', 'past_due', 'trialing') and r.pause_collection.behavior is not null then 'paused'
        else lower({{ nullif_blank('r.status') }})
    end as status,
    {{ as_currency('r.currency') }} as currency,
    amount,
    billing_interval,
    billing_interval_count,
    case
        when amount is not null then {{ in_a_month('amount', 'billing_interval', 'billing_interval_count') }}
        when not has_unknown and off_1 + off_2 + off_3 = 0 then {{ less_discounts('full_monthly_amount', none) }}
    end as monthly_amount,
    quantity,
    coalesce({{ from_epoch('r.start_date') }}, {{ from_epoch('r.created') }}) as started_at,
    {{ from_epoch('r.trial_end') }} as trial_ends_at,
    coalesce({{ from_epoch('r.current_period_end') }}, current_period_ends_at) as current_period_ends_at,
    {{ from_epoch('r.canceled_at') }} as cancelled_at,
    {{ from_epoch('r.ended_at') }} as ended_at,
    known_from,
    is_newest,
    {{ unread(wholes=[
        'r.created', 'r.start_date', 'r.trial_end', 'r.current_period_end', 'r.canceled_at', 'r.ended_at',
        'unread_amount'
    ]) }} as unread_values
from priced
