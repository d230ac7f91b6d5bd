{#- What each finding counts, in bits of evidence that two records are one company, set by hand (see docs/decisions),
    and the words for people. A finding that is not listed counts nothing. -#}
{%- set bits = {
    'names': {'same': 5, 'near': 3, 'beginning': 2, 'differ': -5},
    'domains': {'same': 5, 'differ': -3},
    'places': {'address': 5, 'place': 1.5, 'differ': -3},
    'phones': {'same': 4, 'differ': -2}
} -%}
{%- set words = {
    'names': {
        'same': 'names the same', 'near': 'names nearly the same', 'beginning': 'one name begins the other',
        'differ': 'names differ', 'missing': 'a name is missing'
    },
    'domains': {'same': 'domains the same', 'differ': 'domains differ', 'missing': 'a domain is missing'},
    'places': {
        'address': 'addresses the same', 'place': 'places the same', 'country': 'countries the same',
        'differ': 'places differ', 'missing': 'a place is missing'
    },
    'phones': {'same': 'telephones the same', 'differ': 'telephones differ'}
} -%}
with pairs as (

    select
        paired.*,
        a.country_code <> b.country_code
        or (a.city_key <> b.city_key and coalesce(a.postal_key <> b.postal_key, true)) as are_places_apart,
        a.city_key = b.city_key or a.postal_key = b.postal_key as is_place_shared,
        case
            when a.name_key = b.name_key then 'same'
            when a.name_key is null or b.name_key is null then 'missing'
            when not {{ same_numbers('a.name_key', 'b.name_key') }} then 'differ'
            when {{ company_names_near('a.name_key', 'b.name_key') }} then 'near'
            when {{ one_begins_the_other('a.name_key', 'b.name_key') }} then 'beginning'
            else 'differ'
        end as names,
        case
            when paired.is_domain_shared then 'same'
            when a.domain_key <> b.domain_key then 'differ'
            else 'missing'
        end as domains,
        case
            when a.phone_key = b.phone_key then 'same'
            when a.phone_key <> b.phone_key then 'differ'
            else 'missing'
        end as phones,
        coalesce(a.country_code = b.country_code, false) as is_country_shared
    from {{ ref('int_companies_paired') }} as paired
    inner join {{ ref('int_companies_keyed') }} as a
        on paired.number_a = a.record_number
    inner join {{ ref('int_companies_keyed') }} as b
        on paired.number_b = b.record_number

),

placed as (

    select
        *,
        case
            when is_address_shared and not coalesce(are_places_apart, false) then 'address'
            when are_places_apart then 'differ'
            when is_place_shared then 'place'
            when is_country_shared then 'country'
            else 'missing'
        end as places
    from pairs

)

select
    number_a,
    number_b,
    is_name_shared,
    is_phone_shared,
    names,
    domains,
    places,
    phones,
    concat_ws(
        ', '
        {%- for field, values in words.items() %},
        case {{ field }}
            {%- for value, said in values.items() %}
            when '{{ value }}' then '{{ said }}'
            {%- endfor %}
        end
        {%- endfor %}
    ) as agreement,
    -3.5
    {%- for field, values in bits.items() %}
    + case {{ field }}
        {%- for value, weight in values.items() %}
        when '{{ value }}' then {{ weight }}
        {%- endfor %}
        else 0
    end
    {%- endfor %} as score
from placed
-- Near in a city is worth a look only if the names are near.
where names <> 'differ' or is_domain_shared or is_phone_shared
