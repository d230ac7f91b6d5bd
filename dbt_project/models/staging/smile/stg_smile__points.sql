with source as (

    {{ latest('smile', 'customers', {
        'email': 'text', 'state': 'text', 'points_balance': 'text', 'vip_tier_id': 'text', 'vip_status': ['vip_tier_id'],
        'created_at': 'text'
    }) }}

),

tiers as (

    {{ last_known('smile', 'vip_tiers', ['name']) }}

)

select
    {{ global_id('source.record_id', 'source.source') }} as loyalty_balance_id,
    source.source,
    source.record_id as source_id,
    {{ utc('source.r.created_at') }} as created_at,
    source.changed_at as updated_at,
    source.is_deleted,
    {{ global_id('source.record_id', 'source.source') }} as contact_id,
    lower({{ nullif_blank('source.r.email') }}) as email,
    {{ as_decimal('source.r.points_balance') }} as points_balance,
    {{ nullif_blank('tiers.r.name') }} as tier,
    case lower(source.r.state)
        when 'member' then 'member'
        when 'candidate' then 'not joined'
        when 'disabled' then 'excluded'
        else lower({{ nullif_blank('source.r.state') }})
    end as status,
    {{ unread(decimals=['source.r.points_balance'], times=['source.r.created_at']) }} as parse_errors
from source
left join tiers
    on
        source.source = tiers.source
        and coalesce(source.r.vip_status.vip_tier_id, source.r.vip_tier_id) = tiers.record_id
