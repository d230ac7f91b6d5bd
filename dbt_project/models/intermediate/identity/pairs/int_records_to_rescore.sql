-- Whose pairs are scored in this run: records that are read, those of whose values something else is said now, and those of
-- blocks that are crowds no more, or now are.
with contacts as (

    select record_number from {{ ref('int_contacts_changed') }}

),

moved as (

    select * from {{ ref('int_term_frequencies') }}
    where is_moved

),

fields as (

    select * from {{ ref('int_comparison_fields') }}

),

standing as (

    select * from {{ ref('int_identity_run') }}
    where not is_full_refresh

),

left_blocks as (

    select * from {{ ref('int_blocking_keys_left') }}

),

touched as (

    select
        keys.rule,
        keys.key
    from {{ ref('int_blocking_keys') }} as keys
    inner join contacts
        on keys.record_number = contacts.record_number
    inner join standing
        on not standing.is_full_refresh
    union
    select
        rule,
        key
    from left_blocks

),

members as (

    select
        keys.rule,
        keys.key,
        keys.record_number,
        contacts.record_number is not null as is_read
    from {{ ref('int_blocking_keys') }} as keys
    inner join touched
        on
            keys.rule = touched.rule
            and keys.key = touched.key
    left join contacts
        on keys.record_number = contacts.record_number

),

sizes as (

    select
        members.rule,
        members.key,
        count(*) as size_now,
        count(*) filter (where not members.is_read) + max(coalesce(departed.count_of_records, 0)) as size_before
    from members
    left join (
        select
            rule,
            key,
            count(*) as count_of_records
        from left_blocks
        group by rule, key
    ) as departed
        on
            members.rule = departed.rule
            and members.key = departed.key
    group by members.rule, members.key

)

select record_number from contacts
{%- for field in usual_shares() %}
union
select record_number from fields
where {{ counted_column(field) }} in (select moved.value from moved where moved.field = '{{ field }}')
{%- endfor %}
union
select fields.record_number
from fields
inner join moved
    on
        moved.field = 'namesakes'
        and fields.source = moved.source
        and fields.first_name || ' ' || fields.last_name = moved.value
union
select members.record_number
from members
inner join sizes
    on
        members.rule = sizes.rule
        and members.key = sizes.key
inner join {{ ref('int_blocking_limits') }} as limited
    on members.rule = limited.rule
where (sizes.size_now < limited.too_large) <> (sizes.size_before < limited.too_large)
