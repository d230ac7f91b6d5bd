with records as (

    select * from {{ ref('int_contact_term_frequencies') }}

),

pairs as (

    select
        number_a,
        number_b,
        true as is_candidate
    from {{ ref('int_candidate_pairs') }}
    union all
    select
        number_a,
        number_b,
        false as is_candidate
    from {{ ref('int_random_pairs') }}

),

levels as (

    select
        pairs.is_candidate,
        pairs.number_a,
        pairs.number_b,
        {{ name_levels() }},
        {{ birth_level() }} as birth_level,
        {{ email_level() }} as email_level,
        {{ phone_level() }} as phone_level,
        {{ street_level() }} as street_level,
        {{ place_level() }} as place_level,
        {{ text_level('company') }} as company_level,
        {{ text_level('job') }} as job_level,
        case when a.gender = b.gender then '1' when a.gender <> b.gender then '0' else '-' end as gender_level,
        case when a.profile = b.profile then '1' when a.profile <> b.profile then '0' else '-' end as profile_level,
        {{ number_level() }} as number_level,
        {{ generation_level() }} as generation_level,
        {{ entered_level() }} as entered_level,
        case when a.source = b.source then '0' else '1' end as source_level,
        greatest(a.count_of_namesakes, b.count_of_namesakes) as most_namesakes,
        a.count_of_all_namesakes,
        a.first_name_rarity as first_rarity_a,
        b.first_name_rarity as first_rarity_b,
        a.last_name_rarity as last_rarity_a,
        b.last_name_rarity as last_rarity_b,
        greatest(a.name_kinship, b.name_kinship) as most_kinship,
        {%- for field in ['birth_date', 'email', 'phone', 'street', 'postal_code', 'city',
            'company', 'job', 'person_number'] %}
        a.{{ field }}_rarity,
        {%- endfor %}
        least(a.name_kinship, b.name_kinship) as least_kinship
    from pairs
    inner join records as a
        on pairs.number_a = a.record_number
    inner join records as b
        on pairs.number_b = b.record_number

),

named as (

    select
        *,
        {{ name_levels_told() }}
    from levels

),

told as (

    select
        *,
        {{ namesakes_level() }} as namesakes_level,
        {{ name_rarities() }},
        case
            when first_heard = 2 and last_heard = 2 then most_kinship
            when first_level in ('2', '3', '4') and last_level in ('2', '3') then least_kinship
            else 0
        end as name_kinship
    from named

)

select
    is_candidate,
    number_a,
    number_b,
    first_level
    || last_level
    || birth_level
    || email_level || phone_level
    || street_level
    || place_level
    || company_level
    || job_level || gender_level || profile_level || number_level
    || generation_level || entered_level || source_level || namesakes_level as pattern,
    case when first_level = '4' then told.first_name_rarity - name_kinship else 0 end as first_name_rarity,
    case when birth_level = '4' then told.birth_date_rarity else 0 end as birth_date_rarity,
    case when number_level = '2' then told.person_number_rarity else 0 end as person_number_rarity,
    case last_level when '3' then last_name_rarity when '2' then last_name_slip else 0 end
    + case when email_level = '3' then email_rarity else 0 end
    + case when phone_level = '2' then phone_rarity else 0 end
    + case when street_level = '3' then street_rarity else 0 end
    + case when place_level = '5' then postal_code_rarity when place_level = '3' then city_rarity else 0 end
    + case when company_level = '2' then company_rarity else 0 end
    + case when job_level = '2' then job_rarity else 0 end
    - case when first_level <> '4' then name_kinship else 0 end as shared_rarity
from told
