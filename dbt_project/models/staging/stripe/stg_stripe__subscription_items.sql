{#- One price of a subscription, in each version of it. What is billed by use, in tiers, or at another price by a
    discount of the item alone, is not told by the subscription: such an item has no amount. -#}
with source as (

    {{ every_version('stripe', 'subscriptions', {
        'currency': 'text',
        'items': {'data': {'each': {
            'id': 'text', 'quantity': 'text', 'current_period_end': 'text', 'discounts': {'each': 'text'},
            'price': {
                'nickname': 'text', 'lookup_key': 'text', 'product': 'text', 'unit_amount': 'text',
                'unit_amount_decimal': 'text', 'recurring': ['interval', 'interval_count', 'usage_type'],
                'transform_quantity': ['divide_by', 'round']
            }
        }}}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        known_from,
        lower(r.currency) as currency,
        {{ each() }}(r.items.data) as item
    from source

),

opened as (

    select
        *,
        coalesce(
            {{ nullif_blank('item.price.unit_amount_decimal') }}, {{ nullif_blank('item.price.unit_amount') }}
        ) as unit_amount,
        -- A price may be of a pack of ten: a quantity of eleven is two.
        {{ quotient(
            as_decimal('item.quantity'),
            'nullif(' ~ as_decimal('item.price.transform_quantity.divide_by') ~ ', 0)'
        ) }} as packs
    from unnested

),

counted as (

    select
        *,
        case
            when packs is null then coalesce({{ as_whole('item.quantity') }}, 1)
            when item.price.transform_quantity.round = 'down' then cast(floor(packs) as bigint)
            else cast(ceil(packs) as bigint)
        end as times
    from opened

),

priced as (

    select
        *,
        case
            when coalesce(item.price.recurring.usage_type, '') <> 'metered' and {{ first_of('item.discounts') }} is null
                then {{ prorated('try_cast(unit_amount as decimal(18, 4)) * times', '1', minor_units('currency')) }}
        end as amount,
        {{ interval_of('item.price.recurring.interval') }} as billing_interval,
        coalesce({{ as_whole('item.price.recurring.interval_count') }}, 1) as billing_interval_count
    from counted

)

select
    source,
    record_id,
    known_from,
    item.id as item_id,
    coalesce(
        {{ nullif_blank('item.price.nickname') }}, {{ nullif_blank('item.price.lookup_key') }}, item.price.product
    ) as plan,
    item.price.product,
    {{ as_decimal('item.quantity') }} as quantity,
    billing_interval,
    billing_interval_count,
    amount,
    {{ in_a_month('amount', 'billing_interval', 'billing_interval_count') }} as monthly_amount,
    {{ from_epoch('item.current_period_end') }} as current_period_ends_at,
    case when unit_amount is not null and try_cast(unit_amount as decimal(18, 4)) is null then unit_amount end
        as unread_amount
from priced
