{#- A value's rarity is held until its count says something else by so many bits: one record more or less in a crowd has
    nobody scored anew, and what is said of a value is the same for all who have it. More namesakes than so many are many. -#}
{%- set noticeable, many = 1, 6 -%}
with contacts as (

    select record_number from {{ ref('int_contacts_changed') }}

),

records as (

    select
        *,
        first_name || ' ' || last_name as both_names
    from {{ ref('int_comparison_fields') }}

),

-- What is said of the values so far.
held as (

    select
        *,
        first_name || ' ' || last_name as both_names
    from ({{ current_rows('int_contact_term_frequencies', term_frequency_columns()) }}) as described

),

-- The values that this run's records have, and those that they had.
touched as (

    {%- for rows in ['records', 'held'] %}
    select
        {%- for field in usual_shares() %}
        {{ rows }}.{{ counted_column(field) }},
        {%- endfor %}
        {{ rows }}.both_names
    from {{ rows }}
    inner join contacts
        on {{ rows }}.record_number = contacts.record_number
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

{{ names_akin() }},

{{ namesakes_counted(many) }},

held_kinship as (

    select
        both_names,
        max(name_kinship) as name_kinship
    from held
    where both_names in (select touched.both_names from touched)
    group by both_names

),
{%- for field in usual_shares() %}
{%- set value = counted_column(field) %}

{{ values_counted(field, value) }}{{ ',' if not loop.last }}
{%- endfor %}

-- Counted by value: windows would sort every column of every record once a field.
{%- for field in usual_shares() %}
select
    '{{ field }}' as field,
    cast(null as string) as source,
    counted.value,
    case when abs(kept.rarity - counted.rarity) < {{ noticeable }} then kept.rarity else counted.rarity end as rarity,
    cast(null as bigint) as count_of_namesakes,
    cast(null as bigint) as count_of_all_namesakes,
    coalesce(abs(kept.rarity - counted.rarity) >= {{ noticeable }}, false) as is_moved,
    coalesce(least(kept.rarity, counted.rarity) < {{ common_name() }}, false) as is_common
from counted_{{ field }} as counted
left join held_{{ field }} as kept
    on counted.value = kept.value
union all
{%- endfor %}
select
    'namesakes' as field,
    namesakes.source,
    namesakes.both_names as value,
    -- How names go together is held too, as long as somebody has both.
    cast(coalesce(held_kinship.name_kinship, least(greatest(coalesce(akin.name_pmi, 0), 0), 4)) as float) as rarity,
    namesakes.count_of_namesakes,
    namesakes.count_of_all_namesakes,
    -- What one source's namesakes are is said of pairs with the others'.
    bool_or(coalesce(
        held_namesakes.count_of_namesakes <> namesakes.count_of_namesakes
        or held_namesakes.count_of_all_namesakes <> namesakes.count_of_all_namesakes,
        false
    )) over (partition by namesakes.both_names) as is_moved,
    false as is_common
from namesakes
left join held_namesakes
    on
        namesakes.source = held_namesakes.source
        and namesakes.both_names = held_namesakes.both_names
left join held_kinship
    on namesakes.both_names = held_kinship.both_names
left join akin
    on namesakes.both_names = akin.first_name || ' ' || akin.last_name
