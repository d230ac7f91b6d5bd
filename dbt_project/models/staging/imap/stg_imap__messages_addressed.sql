-- One row per mail and person outside: who wrote it if it came in, each addressee if it went out.
with

messages as (

    select * from {{ ref('stg_imap__messages') }}

),

addressed as (

    select
        *,
        from_email as email
    from messages
    where direction = 'inbound'
    union all
    select
        *,
        {{ each() }}(to_emails) as email
    from messages
    where direction = 'outbound'
    union all
    select
        *,
        {{ each() }}(cc_emails) as email
    from messages
    where direction = 'outbound'

)

select
    {{ global_id("source_id || '/' || email") }} as interaction_id,
    source,
    source_id || '/' || email as source_id,
    created_at,
    updated_at,
    is_deleted,
    email,
    'email' as kind,
    direction,
    'email' as channel,
    subject,
    created_at as happened_at,
    parse_errors
from addressed
where email is not null
qualify row_number() over (partition by message_id, email order by direction nulls last) = 1
