-- What stands within a transaction is as it is now, so only what was booked is read of it.
with source as (

    {{ latest('loyaltylion', 'transactions', {
        'customer': ['id', 'email'], 'points_approved': 'text', 'created_at': 'text', 'resource': 'text',
        'activity': {'rule': ['title', 'name']}
    }) }}

)

select
    {{ global_id('record_id') }} as loyalty_event_id,
    source,
    record_id as source_id,
    {{ utc('r.created_at') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ global_id('r.customer.id') }} as contact_id,
    case lower(r.resource)
        when 'activity' then 'earned'
        when 'claimed_reward' then 'spent'
        when 'expiry' then 'expired'
        when 'adjustment' then 'adjusted'
        else 'other'
    end as kind,
    {{ as_decimal('r.points_approved') }} as points,
    coalesce({{ nullif_blank('r.activity.rule.title') }}, {{ nullif_blank('r.activity.rule.name') }}) as description,
    {{ utc('r.created_at') }} as happened_at,
    {{ unread(decimals=['r.points_approved'], times=['r.created_at']) }} as parse_errors
from source
