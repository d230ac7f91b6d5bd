with source as (

    {{ latest('smile', 'points_transactions', [
        'customer_id', 'points_change', 'description', 'internal_note', 'created_at'
    ]) }}

),

read as (

    select
        *,
        {{ as_decimal('r.points_change') }} as points,
        lower(concat_ws(' ', r.description, r.internal_note)) as words
    from source

)

select
    {{ global_id('record_id') }} as loyalty_event_id,
    source,
    record_id as source_id,
    {{ utc('r.created_at') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ global_id('r.customer_id') }} as contact_id,
    case
        when points < 0 and {{ matches('words', 'expir') }} then 'expired'
        when {{ matches('words', 'correct|adjust') }} then 'adjusted'
        when points < 0 then 'spent'
        when points is not null then 'earned'
    end as kind,
    points,
    {{ nullif_blank('r.description') }} as description,
    {{ utc('r.created_at') }} as happened_at,
    {{ unread(decimals=['r.points_change'], times=['r.created_at']) }} as parse_errors
from read
