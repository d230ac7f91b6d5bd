-- Whose pairs are scored in this run: all of a record's that is read; and those among records of a block that is a
-- crowd no more, or now is one, and of whose common values something else is said now.
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

{{ blocks_resized() }},

-- Where names stand in two scripts, what is said of one way to write a name is said of pairs with the other.
scripts as (

    select coalesce(bool_or(first_sounds is not null or last_sounds is not null), false) as are_several
    from fields

),

{{ other_places('fields') }},

-- Of most values something is said only where both records have them. Not so of numbers that stand beside other ones,
-- of common last names that a slip turns into another, and of names in two scripts.
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
    -- Of such a block only its own pairs come or go.
    select
        members.record_number,
        false as is_paired_anew
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
