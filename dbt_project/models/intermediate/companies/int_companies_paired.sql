{#- How many live records may share a key before it is a web host's, a switchboard's or a word that all use. -#}
{%- set hub = var('max_records_per_key') -%}
{%- set blocks = {
    'domain': ['domain_key', 10 * hub],
    'name': ['case when length(name_key) > 2 then name_key end', hub],
    'address': ['address_key', hub],
    'phone': ['phone_key', hub],
    'beginning': ['case when length(name_key) > 6 then substring(name_key, 1, 6) end', hub],
    'all but the beginning': ['case when length(name_key) > 8 then substring(name_key, 5) end', hub],
    'first letters in a city': ["city_key || '|' || case when length(name_key) > 3 then substring(name_key, 1, 4) end", 5 * hub],
    'last letters in a city': ["city_key || '|' || case when length(name_key) > 3 then right(name_key, 4) end", 5 * hub]
} -%}
with companies as (

    select * from {{ ref('int_companies_keyed') }}
    where is_active

),

keys as (

    {%- for kind, block in blocks.items() %}
    select
        record_number,
        name_key,
        '{{ kind }}' as kind,
        {{ block[0] }} as key,
        {{ block[1] }} as most
    from companies
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

shared as (

    select
        kind,
        key
    from keys
    where key is not null
    group by kind, key, most
    -- A domain is a host's if many names stand under it; many records of one name are only many records.
    having
        count(*) between 2 and most
        and (kind <> 'domain' or count(distinct name_key) <= {{ hub }})

)

select
    a.record_number as number_a,
    b.record_number as number_b,
    bool_or(shared.kind = 'domain') as is_domain_shared,
    bool_or(shared.kind = 'name') as is_name_shared,
    bool_or(shared.kind = 'address') as is_address_shared,
    bool_or(shared.kind = 'phone') as is_phone_shared
from shared
inner join keys as a
    on
        shared.kind = a.kind
        and shared.key = a.key
inner join keys as b
    on
        a.kind = b.kind
        and a.key = b.key
        and a.record_number < b.record_number
group by a.record_number, b.record_number
