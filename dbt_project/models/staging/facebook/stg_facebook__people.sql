-- Everybody who wrote to a page or below its posts, by the number that the platform gives to them for that page.
with written as (

    {{ latest('facebook', 'messages', ['created_time', 'platform', 'person_id', 'person_name', 'is_own']) }}

),

below as (

    {{ latest('facebook', 'comments', ['created_time', 'platform', 'person_id', 'person_name', 'is_own']) }}

),

told as (

    select
        source,
        changed_at,
        {{ utc('r.created_time') }} as created_at,
        r.platform || '/' || {{ nullif_blank('r.person_id') }} as person_id,
        {{ nullif_blank('r.person_name') }} as full_name
    from written
    where not is_deleted
    union all
    select
        source,
        changed_at,
        {{ utc('r.created_time') }} as created_at,
        r.platform || '/' || {{ nullif_blank('r.person_id') }} as person_id,
        {{ nullif_blank('r.person_name') }} as full_name
    from below
    where
        not is_deleted
        and not coalesce({{ as_flag('r.is_own') }}, false)

)

select
    {{ global_id('person_id') }} as contact_id,
    source,
    person_id as source_id,
    min(created_at) as created_at,
    max(changed_at) as updated_at,
    false as is_deleted,
    max(full_name) as full_name
from told
where person_id is not null
group by source, person_id
