-- depends_on: {{ ref('int_blocking_keys_left') }}
{{ config(materialized='incremental', incremental_strategy='of_read', unique_key='record_number') }}
{%- set rules = blocking_rules() -%}
with records as (

    select
        worded.*,
        nullif(crm360_frames(coalesce(worded.first_sounds, worded.first_name)), '') as first_frames,
        nullif(crm360_frames(coalesce(worded.last_sounds, worded.last_name)), '') as last_frames
    from {{ ref('int_comparison_fields') }} as worded
    inner join {{ ref('int_contacts_changed') }} as contacts
        on worded.record_number = contacts.record_number

)

{%- for rule in rules %}
select
    record_number,
    {{ loop.index }} as rule,
    {{ fingerprint(rule | join(" || '|' || ")) }} as key
from records
where {{ rule | join(" || '|' || ") }} is not null
union all
{%- endfor %}
-- Names in two scripts meet by their consonants.
select distinct
    record_number,
    {{ rules | length + 1 }} as rule,
    {{ fingerprint("least(first_frame, last_frame) || ' ' || greatest(first_frame, last_frame)") }} as key
from (
    select
        record_number,
        first_frame,
        {{ each() }}(split(last_frames, ' ')) as last_frame
    from (
        select
            record_number,
            last_frames,
            {{ each() }}(split(first_frames, ' ')) as first_frame
        from records
    ) as firsts
) as framed
where (first_frame like '=%') = (last_frame like '=%')
union all
-- Further addresses meet the first ones: as the first rule has it.
select
    record_number,
    1 as rule,
    {{ fingerprint('other_email') }} as key
from (
    select
        record_number,
        {{ each() }}(split(other_emails, ' ')) as other_email
    from records
    where other_emails is not null
) as others
