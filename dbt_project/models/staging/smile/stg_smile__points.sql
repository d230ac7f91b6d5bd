with source as (

    {{ latest('smile', 'customers', {
        'email': 'text', 'state': 'text', 'points_balance': 'text', 'vip_tier_id': 'text', 'vip_status': ['vip_tier_id'],
        'created_at': 'text'
    }) }}

),

members as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc('r.created_at') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        lower({{ nullif_blank('r.email') }}) as email,
        {{ as_decimal('r.points_balance') }} as points_balance,
        lower({{ nullif_blank('r.state') }}) as state,
        coalesce(r.vip_status.vip_tier_id, r.vip_tier_id) as tier_id,
        {{ unread(decimals=['r.points_balance'], times=['r.created_at']) }} as parse_errors
    from source

),

tiers as (

    {{ last_known('smile', 'vip_tiers', ['name']) }}

)

select
    members.contact_id as loyalty_balance_id,
    members.source,
    members.source_id,
    members.created_at,
    members.updated_at,
    members.is_deleted,
    members.contact_id,
    members.email,
    members.points_balance,
    {{ nullif_blank('tiers.r.name') }} as tier,
    case members.state
        when 'member' then 'member'
        when 'candidate' then 'not joined'
        when 'disabled' then 'excluded'
        else members.state
    end as status,
    members.parse_errors
from members
left join tiers
    on
        members.source = tiers.source
        and members.tier_id = tiers.record_id
