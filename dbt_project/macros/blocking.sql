{#- What two records must share to be compared at all. Each rule is a list of columns that must all be there and be the same.
    They are many and loose: int_candidate_pairs takes the small blocks of each, and leaves the crowds. -#}
{% macro blocking_rules() -%}
    {%- set initial = "substring(first_name, 1, 1)" -%}
    {%- set birth_year = "substring(birth_text, 1, 4)" -%}
    {%- set both_names = "least(full_first_name, last_name) || ' ' || greatest(full_first_name, last_name)" -%}
    {%- set beginnings = "least(substring(full_first_name, 1, 3), substring(last_name, 1, 3)) || ' ' || greatest(substring(full_first_name, 1, 3), substring(last_name, 1, 3))" -%}
    {%- do return([
        ['email'], ['person_number'], ['phone'], ['other_phone'], ['profile'],
        ["case when length(email_local) > 5 then email_local end"],
        ['birth_text'], ['birth_text', initial], ['birth_text', 'substring(last_name, 1, 2)'],
        ['last_name'], ['full_first_name'], ['postal_code'], ['street'], ['substring(birth_text, 1, 6)'], ['substring(birth_text, 5, 4)'],
        ['last_name', birth_year], ['full_first_name', birth_year], ['last_name', initial], ['full_first_name', 'city'], [beginnings],
        ['city', birth_year], ['substring(email_local, 1, 6)'], ['substring(email_local, 2, 5)'],
        [both_names], [both_names, birth_year], [both_names, 'city'],
        [beginnings, birth_year], [beginnings, 'postal_code'], [beginnings, 'city'], [beginnings, 'substring(birth_text, 5, 4)'],
        ['last_name', birth_year, initial], ['last_name', 'city', initial], ['full_first_name', 'postal_code'],
        ['last_name', 'postal_code'], ['full_first_name', birth_year, 'city'], ['substring(birth_text, 5, 4)', 'postal_code'],
        ['postal_code', birth_year],
        ['street', 'coalesce(postal_code, city)'], ['company', 'last_name'], ['company', initial, 'substring(last_name, 1, 2)']
    ]) -%}
{%- endmacro %}

{#- Small blocks first, as long as a rule's pairs stay in proportion to the records: so does the cost. One row per rule and
    size of block, with the pairs of all blocks that are no larger. -#}
{% macro block_sizes(blocks) -%}
    select
        rule,
        size,
        sum(count(*) * size * (size - 1) / 2) over (partition by rule order by size nulls last) as count_of_pairs
    from {{ blocks }}
    group by rule, size
{%- endmacro %}

{% macro most_pairs_of_a_rule() -%}
    100000 + 10 * (select least(count(*), 50000) * 11 / 10 + count(*) / 10 from {{ ref('int_comparison_fields') }})
{%- endmacro %}

{#- The blocks that records which are read (`contacts`) are in now or were in: their `members`, and their `sizes` now and before. -#}
{% macro blocks_resized() -%}
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

)
{%- endmacro %}
