{#- What a value's share is taken to be before any record is seen: as in a thousand records of a large population. -#}
{%- set usual_share = {
    'first_name': 0.003, 'last_name': 0.001, 'birth_date': 0.00005, 'email': 0.00001, 'phone': 0.00001,
    'street': 0.00005, 'postal_code': 0.0005, 'city': 0.005, 'company': 0.001, 'job': 0.005, 'person_number': 0.00001
} -%}
with described as (

    select * from {{ ref('int_identities_worded') }}

),

nicknames as (

    {{ nicknames() }}

)

select
    described.*,
    {%- for field, share in usual_share.items() %}
    cast(-log2(
        (count(*) over (partition by {{ 'described.' ~ field }}) + {{ 1000 * share }}) / (count(*) over () + 1000.0)
    ) as float) as {{ field }}_rarity,
    {%- endfor %}
    coalesce(nicknames.full_form, described.first_name) as full_first_name,
    cast(least(greatest(coalesce(akin.kinship, 0), 0), 4) as float) as name_kinship,
    count(*) over (
        partition by described.source, described.first_name, described.last_name
    ) as count_of_namesakes,
    count(*) over (partition by described.first_name, described.last_name) as count_of_all_namesakes
from described
left join nicknames
    on described.first_name = nicknames.nickname
left join {{ ref('int_names_akin') }} as akin
    on
        described.first_name = akin.first_name
        and described.last_name = akin.last_name
