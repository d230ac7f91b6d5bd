with source as (

    {{ latest('loyaltylion', 'customers', {
        'email': 'text', 'points_approved': 'text', 'points_pending': 'text', 'points_spent': 'text', 'blocked': 'text',
        'guest': 'text', 'enrolled': 'text', 'enrolled_at': 'text', 'created_at': 'text',
        'loyalty_tier_membership': {'loyalty_tier': ['name']}
    }) }}

)

select
    {{ global_id('record_id') }} as loyalty_balance_id,
    source,
    record_id as source_id,
    {{ utc('r.created_at') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ global_id('record_id') }} as contact_id,
    lower({{ nullif_blank('r.email') }}) as email,
    {{ as_decimal('r.points_approved') }} as points_balance,
    {{ as_decimal('r.points_pending') }} as points_pending,
    {{ as_decimal('r.points_spent') }} as points_spent,
    {{ nullif_blank('r.loyalty_tier_membership.loyalty_tier.name') }} as tier,
    case
        when {{ as_flag('r.blocked') }} then 'excluded'
        when {{ as_flag('r.enrolled') }} then 'member'
        when not {{ as_flag('r.enrolled') }} or {{ as_flag('r.guest') }} then 'not joined'
    end as status,
    {{ utc('r.enrolled_at') }} as enrolled_at,
    {{ unread(
        decimals=['r.points_approved', 'r.points_pending', 'r.points_spent'], times=['r.created_at', 'r.enrolled_at']
    ) }} as parse_errors
from source
