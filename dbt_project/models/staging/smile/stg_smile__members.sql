{#- Of whom only day and month are known, Smile tells the year 1004. -#}
with source as (

    {{ latest('smile', 'customers', ['first_name', 'last_name', 'email', 'date_of_birth', 'created_at']) }}

),

dated as (

    select
        *,
        case when r.date_of_birth not like '1004-%' then r.date_of_birth end as born
    from source

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    {{ utc('r.created_at') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ nullif_blank('r.first_name') }} as first_name,
    {{ nullif_blank('r.last_name') }} as last_name,
    lower({{ nullif_blank('r.email') }}) as email,
    {{ as_date('born') }} as birth_date,
    {{ unread(times=['r.created_at'], dates=['born']) }} as parse_errors
from dated
