-- Whose pairs are scored in this run: all of a record's that is read, or in a block that is a crowd no more, or now is
-- one; and those among records of whose common values something else is said now.
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

departed as (

    select
        rule,
        key,
        count(*) as count_of_records
    from left_blocks
    group by rule, key

),

sizes as (

    select
        members.rule,
        members.key,
        count(*) as size_now,
        count(*) filter (where not members.is_read) + max(coalesce(departed.count_of_records, 0)) as size_before
    from members
    left join departed
        on
            members.rule = departed.rule
            and members.key = departed.key
    group by members.rule, members.key

),

-- Where names stand in two scripts, what is said of one way to write a name is said of pairs with the other.
scripts as (

    select coalesce(bool_or(first_sounds is not null or last_sounds is not null), false) as are_several
    from fields

),

-- Who has the value in another place: a further address or number, or a lone name.
other_places as (

    select
        record_number,
        'email' as field,
        {{ each() }}(split(other_emails, ' ')) as value
    from fields
    where other_emails is not null
    union all
    select
        record_number,
        'phone' as field,
        other_phone as value
    from fields
    where other_phone is not null
    union all
    select
        record_number,
        'first_name' as field,
        last_name as value
    from fields
    where
        first_name is null
        and last_name is not null

),

-- Of most values something is said only where both records have them. Not so of numbers that stand beside other ones, of
-- common last names that a slip turns into another, and of names in two scripts.
near as (

    select
        record_number,
        true as is_paired_anew
    from contacts
    {%- for field in usual_shares() %}
    {%- set value = counted_column(field) %}
    union all
    select
        fields.record_number,
        {% if field == 'email' -%} fields.other_emails is not null
        {%- elif field == 'phone' -%} coalesce(fields.other_phone <> fields.phone, false)
        {%- elif field == 'first_name' -%} (select scripts.are_several from scripts)
        {%- elif field == 'last_name' -%} moved.is_common or (select scripts.are_several from scripts)
        {%- else -%} false
        {%- endif %} as is_paired_anew
    from fields
    inner join moved
        on
            moved.field = '{{ field }}'
            and fields.{{ value }} = moved.value
    {%- endfor %}
    union all
    select
        other_places.record_number,
        false as is_paired_anew
    from other_places
    inner join moved
        on
            other_places.field = moved.field
            and other_places.value = moved.value
    union all
    select
        fields.record_number,
        (select scripts.are_several from scripts) as is_paired_anew
    from fields
    inner join moved
        on
            moved.field = 'namesakes'
            and fields.source = moved.source
            and fields.first_name || ' ' || fields.last_name = moved.value
    union all
    select
        members.record_number,
        true as is_paired_anew
    from members
    inner join sizes
        on
            members.rule = sizes.rule
            and members.key = sizes.key
    inner join {{ ref('int_blocking_limits') }} as limited
        on members.rule = limited.rule
    where (sizes.size_now < limited.too_large) <> (sizes.size_before < limited.too_large)

)

select
    record_number,
    bool_or(is_paired_anew) as is_paired_anew
from near
group by record_number
