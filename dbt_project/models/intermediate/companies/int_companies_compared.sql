{#- What each finding counts, in bits of evidence that two records are one company; set by hand, see docs/decisions. -#}
{%- set bits = {
    'names': {'names the same': 5, 'names nearly the same': 3, 'one name begins the other': 2, 'names differ': -5},
    'domains': {'domains the same': 5, 'domains differ': -3},
    'places': {'addresses the same': 5, 'places the same': 1.5, 'places differ': -3},
    'phones': {'telephones the same': 4, 'telephones differ': -2}
} -%}
with pairs as (

    select
        paired.*,
        a.country_code <> b.country_code
        or (a.city_key <> b.city_key and coalesce(a.postal_key <> b.postal_key, true)) as are_places_apart,
        a.city_key = b.city_key or a.postal_key = b.postal_key as is_place_shared,
        case
            when a.name_key = b.name_key then 'names the same'
            when a.name_key is null or b.name_key is null then 'a name is missing'
            when not {{ same_numbers('a.name_key', 'b.name_key') }} then 'names differ'
            when {{ company_names_near('a.name_key', 'b.name_key') }} then 'names nearly the same'
            when {{ one_begins_the_other('a.name_key', 'b.name_key') }} then 'one name begins the other'
            else 'names differ'
        end as names,
        case
            when paired.is_domain_shared then 'domains the same'
            when a.domain_key <> b.domain_key then 'domains differ'
            else 'a domain is missing'
        end as domains,
        case
            when a.phone_key = b.phone_key then 'telephones the same'
            when a.phone_key <> b.phone_key then 'telephones differ'
            else 'a telephone is missing'
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
            when is_address_shared and not coalesce(are_places_apart, false) then 'addresses the same'
            when are_places_apart then 'places differ'
            when is_place_shared then 'places the same'
            when is_country_shared then 'countries the same'
            else 'a place is missing'
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
    names || ', ' || domains || ', ' || places
    || case when phones = 'a telephone is missing' then '' else ', ' || phones end as agreement,
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
where names <> 'names differ' or is_domain_shared or is_phone_shared
