{#- The keys by which exact rules could link `records` (with a record_number), one row a key: `match_keys`. -#}
{% macro match_keys_of(records) -%}
identities as (

    select identities.*
    from {{ ref('int_contacts_standardized') }} as identities
    inner join {{ records }} as chosen
        on identities.record_number = chosen.record_number
    where identities.is_active

),

emailed as (

    select
        identities.record_number,
        identities.source,
        identities.first_key,
        emailed.email_key
    from identities
    inner join {{ ref('int_emails_standardized') }} as emailed
        on identities.contact_id = emailed.contact_id
    where emailed.email_key is not null

),

match_keys as (

    select
        record_number,
        'e-mail' as key_kind,
        email_key as key
    from emailed
    where first_key is not null or not {{ crm360.is_group_address('email_key') }}
    union
    -- What a family or a team reads says who is meant within one system only, where no first name says it.
    select
        record_number,
        'e-mail' as key_kind,
        email_key || '|' || source as key
    from emailed
    where {{ crm360.is_group_address('email_key') }}
    union
    select
        identities.record_number,
        'phone' as key_kind,
        phoned.phone_key as key
    from identities
    inner join {{ ref('int_phones_standardized') }} as phoned
        on identities.contact_id = phoned.contact_id
    where
        phoned.phone_key is not null
        and coalesce(identities.first_key, identities.last_key) is not null
    {%- for kind, key in {
        'phone ending': 'phone_ending',
        'address': 'address_key',
        'company': "company_key || '|' || least(full_first_key, full_last_key)",
        'birth date': "cast(birth_date as string) || '|' || substring(least(full_first_key, full_last_key), 1, 1)"
    }.items() %}
    union
    select
        record_number,
        '{{ kind }}' as key_kind,
        {{ key }} as key
    from identities
    where
        first_key is not null
        and last_key is not null
        and {{ key }} is not null
    {%- endfor %}

)
{%- endmacro %}

{#- What the names of two records a and b say: whether the first ones agree, the last ones, and whether they are swapped. -#}
{% macro names_agreed() -%}
    {{ crm360.first_names_agree('a.first_key', 'b.first_key') }}
    or {{ crm360.first_names_agree('a.full_first_key', 'b.full_first_key') }} as first_agrees,
    {{ crm360.keys_agree('a.last_key', 'b.last_key') }}
    -- A lone name may stand in either place.
    or coalesce(a.first_key is null and {{ crm360.keys_agree('a.last_key', 'b.first_key') }}, false)
    or coalesce(b.first_key is null and {{ crm360.keys_agree('a.first_key', 'b.last_key') }}, false) as last_agrees,
    coalesce(
        {{ crm360.first_names_agree('a.full_first_key', 'b.full_last_key') }}
        and {{ crm360.first_names_agree('a.full_last_key', 'b.full_first_key') }},
        false
    ) as is_swapped
{%- endmacro %}
