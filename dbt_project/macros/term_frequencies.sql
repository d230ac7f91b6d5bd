{#- How rare a value is, by how many records have it: what two records that share it are worth beyond agreeing at all. -#}

{#- What a value's share is taken to be before any record is seen: as in a thousand records of a large population. -#}
{% macro usual_shares() %}
    {% do return({
        'first_name': 0.003, 'last_name': 0.001, 'birth_date': 0.00005, 'email': 0.00001, 'phone': 0.00001,
        'street': 0.00005, 'postal_code': 0.0005, 'city': 0.005, 'company': 0.001, 'job': 0.005, 'person_number': 0.00001
    }) %}
{% endmacro %}

{#- The column whose values are counted: of a birth date, its text. -#}
{% macro counted_column(field) %}{{ 'birth_text' if field == 'birth_date' else field }}{% endmacro %}

{#- Bits of a value that so many records have, of as many as were there when all was read (`of_all`); the two that share it
    count for nothing. No birth date is rarer than one in 25,000. -#}
{% macro rarity_of(count, field, of_all) -%}
    cast(-log2(greatest(
        {{ 0.00004 if field == 'birth_date' else 0 }},
        (greatest({{ count }} - 2, 0) + {{ 1000 * crm360.usual_shares()[field] }})
        / ({{ of_all }} + 1000.0)
    )) as float)
{%- endmacro %}

{#- Last names that are worth fewer bits are common: a slip of the pen between two of them says less. -#}
{% macro common_name() %}9{% endmacro %}

{#- The columns of int_contact_term_frequencies that say what was held of the values, with their types. -#}
{% macro term_frequency_columns() %}
    {%- set columns = {
        'record_number': 'bigint', 'source': 'string', 'name_kinship': 'float',
        'count_of_namesakes': 'bigint', 'count_of_all_namesakes': 'bigint'
    } -%}
    {%- for field in crm360.usual_shares() -%}
        {%- do columns.update({crm360.counted_column(field): 'string', field ~ '_rarity': 'float'}) -%}
    {%- endfor -%}
    {% do return(columns) %}
{% endmacro %}

{#- The namesakes of whoever is `touched`, by source: how many `records` say there are, and how many were `held` to be. -#}
{% macro namesakes_counted(many) -%}
namesakes as (

    select
        source,
        both_names,
        least(count(*), {{ many }}) as count_of_namesakes,
        cast(least(sum(count(*)) over (partition by both_names), {{ many }}) as bigint) as count_of_all_namesakes
    from records
    where both_names in (select touched.both_names from touched)
    group by source, both_names

),

held_namesakes as (

    select
        source,
        both_names,
        max(count_of_namesakes) as count_of_namesakes,
        max(count_of_all_namesakes) as count_of_all_namesakes
    from held
    where both_names in (select touched.both_names from touched)
    group by source, both_names

)
{%- endmacro %}

{#- How rare the `touched` values of a field are by the `records`, and how rare they were `held` to be. -#}
{% macro values_counted(field, value) -%}
counted_{{ field }} as (

    select
        {{ value }} as value,
        {{ crm360.rarity_of('count(*)', field, '(select standing.count_learnt_of from ' ~ ref('int_identity_run') ~ ' as standing)') }} as rarity
    from records
    where {{ value }} in (select touched.{{ value }} from touched)
    group by {{ value }}

),

held_{{ field }} as (

    select
        {{ value }} as value,
        max({{ field }}_rarity) as rarity
    from held
    where {{ value }} in (select touched.{{ value }} from touched)
    group by {{ value }}

)
{%- endmacro %}

{#- Who has a value in another place than its own: a further address or number, or a lone name. -#}
{% macro other_places(fields) -%}
other_places as (

    select
        record_number,
        'email' as field,
        {{ crm360.each() }}(split(other_emails, ' ')) as value
    from {{ fields }}
    where other_emails is not null
    union all
    select
        record_number,
        'phone' as field,
        other_phone as value
    from {{ fields }}
    where other_phone is not null
    union all
    select
        record_number,
        'first_name' as field,
        last_name as value
    from {{ fields }}
    where
        first_name is null
        and last_name is not null

)
{%- endmacro %}

{#- How much more often the first and last names of whoever is read (`contacts`) meet than if names did not go together with
    countries: `akin`, of all `records`. -#}
{% macro names_akin() -%}
records_named as (

    select
        record_number,
        country_code,
        first_name,
        last_name
    from records
    where
        country_code is not null
        and first_name is not null
        and last_name is not null

),

-- Of the names that are read in this run: the others have been told already.
full_names as (

    select distinct
        named.first_name,
        named.last_name
    from records_named as named
    inner join contacts
        on named.record_number = contacts.record_number

),

firsts as (

    select
        country_code,
        first_name,
        count(*) as count_here,
        sum(count(*)) over (partition by first_name) as count_of_records
    from records_named
    where first_name in (select full_names.first_name from full_names)
    group by country_code, first_name

),

lasts as (

    select
        country_code,
        last_name,
        count(*) as count_here,
        sum(count(*)) over (partition by last_name) as count_of_records
    from records_named
    where last_name in (select full_names.last_name from full_names)
    group by country_code, last_name

),

countries as (

    select
        country_code,
        count(*) as count_here,
        sum(count(*)) over () as count_of_records
    from records_named
    group by country_code

),

akin as (

    select
        full_names.first_name,
        full_names.last_name,
        log2(
            sum(firsts.count_here * lasts.count_here / countries.count_here)
            * max(countries.count_of_records)
            / max(firsts.count_of_records)
            / max(lasts.count_of_records)
        ) as name_pmi
    from full_names
    inner join firsts
        on full_names.first_name = firsts.first_name
    inner join lasts
        on
            full_names.last_name = lasts.last_name
            and firsts.country_code = lasts.country_code
    inner join countries
        on firsts.country_code = countries.country_code
    group by full_names.first_name, full_names.last_name

)
{%- endmacro %}
