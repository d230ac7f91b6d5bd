{#- Who it was with is told by a number: of what came in the sender's, else the receiver's. -#}
{% set times = ['date_created', 'date_updated', 'start_time'] %}
with source as (

    {{ latest('twilio', 'calls', ['from', 'to', 'direction', 'status'] + times) }}

),

told as (

    select
        *,
        case when r.direction = 'inbound' then r.from else r.to end as party,
        {%- for time in times %}
        {{ by_format(replace_all('r.' ~ time, '^[A-Za-z]+, *', ''), '%d %b %Y %H:%M:%S %z', 'UTC') }} as at_{{ time }}{{ ',' if not loop.last }}
        {%- endfor %}
    from source

)

select
    {{ global_id("'calls/' || record_id") }} as interaction_id,
    source,
    record_id as source_id,
    record_id,
    at_date_created as created_at,
    coalesce(at_date_updated, changed_at) as updated_at,
    is_deleted,
    party as phone,
    'call' as kind,
    case when r.direction = 'inbound' then 'inbound' else 'outbound' end as direction,
    'phone' as channel,
    at_start_time as happened_at,
    nullif(
        concat_ws(
            ';'
            {%- for time in times %}, {{ unread_value(time, 'r.' ~ time, 'at_' ~ time) }}{% endfor %}
        ),
        ''
    ) as parse_errors
from told
where
    is_deleted
    or (
        r.status = 'completed'
        and {{ matches('party', '^[+]') }}
    )
