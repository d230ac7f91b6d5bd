{#-
    How two records a and b agree in one field, as one character: '-' if one of them lacks it, '0' if they differ, higher for more
    agreement. What each level means is said in record_linkage/fields.py.
-#}

{#- First and last name, also if they were swapped: then no better than a slip of the pen. A lone name is read as a last name and
    may be a first one: where it is the other's first name, the last name is what lacks. -#}
{% macro name_levels() -%}
    (
        a.full_first_name = b.full_last_name and a.full_last_name = b.full_first_name
        and a.full_first_name <> a.full_last_name
    ) as is_swapped,
    coalesce(
        (a.first_name is null and a.full_last_name = b.full_first_name)
        or (b.first_name is null and b.full_last_name = a.full_first_name),
        false
    ) as is_lone_first,
    {{ crm360.names_heard('first', 'first') }} as first_heard,
    {{ crm360.names_heard('last', 'last') }} as last_heard,
    {{ crm360.names_heard('first', 'last') }} as first_heard_as_last,
    {{ crm360.names_heard('last', 'first') }} as last_heard_as_first,
    case
        when is_lone_first then case
            when coalesce(a.first_name, a.last_name) = coalesce(b.first_name, b.last_name) then '4' else '3'
        end
        when a.first_name is null or b.first_name is null then '-'
        when is_swapped then '3'
        when a.first_name = b.first_name then '4'
        when
            a.full_first_name = b.full_first_name
            or (a.first_name_forms is not null and a.first_name_forms like '% ' || b.first_name || ' %')
            or (b.first_name_forms is not null and b.first_name_forms like '% ' || a.first_name || ' %')
            or (least(length(a.first_name), length(b.first_name)) > 2
                and (substring(a.first_name, 1, length(b.first_name)) = b.first_name
                    or substring(b.first_name, 1, length(a.first_name)) = a.first_name))
            then '3'
        when {{ crm360.is_typo('a.first_name', 'b.first_name') }} then '2'
        when least(length(a.first_name), length(b.first_name)) = 1
            and substring(a.first_name, 1, 1) = substring(b.first_name, 1, 1) then '1'
        else '0'
    end as first_read_level,
    case
        when a.last_name is null or b.last_name is null or is_lone_first then '-'
        when is_swapped then '2'
        when a.last_name = b.last_name then '3'
        when {{ crm360.is_typo('a.last_name', 'b.last_name') }} then '2'
        when
            ((a.last_name like '% %' or b.last_name like '% %')
                and (' ' || a.last_name || ' ' like '% ' || b.last_name || ' %'
                    or ' ' || b.last_name || ' ' like '% ' || a.last_name || ' %'))
            or (least(length(a.last_name), length(b.last_name)) = 1
                and substring(a.last_name, 1, 1) = substring(b.last_name, 1, 1))
            then '1'
        else '0'
    end as last_read_level
{%- endmacro %}

{#- The levels of both names out of what name_levels says, as they are read or as they are heard. They are told in a select of
    their own: where one select has all of it, the engine copies each expression into all that name it, and takes seconds to plan.
    In Latin letters the last name of the East may stand first or last. -#}
{% macro name_levels_told() -%}
    coalesce(first_heard_as_last = 2 and last_heard_as_first = 2, false) as is_heard_swapped,
    case
        when is_heard_swapped or first_heard = 2 then '4'
        when first_heard = 1 then '2'
        when first_heard = -1 then '-'
        else first_read_level
    end as first_level,
    case
        when is_heard_swapped or last_heard = 2 then '3'
        when last_heard = 1 then '2'
        when last_heard = -1 then '-'
        else last_read_level
    end as last_level
{%- endmacro %}

{#- How a's first or last name and one of b's sound alike if just one of them is in Latin letters: 2 the same, 1 nearly, 0 not,
    -1 where nobody can say; null in one script. -#}
{% macro names_heard(of_a, of_b) -%}
    case
        when a.{{ of_a }}_sounds is not null and b.{{ of_b }}_sounds is null then {{ crm360.heard_as('a.' ~ of_a, 'b.' ~ of_b) }}
        when a.{{ of_a }}_sounds is null and b.{{ of_b }}_sounds is not null then {{ crm360.heard_as('b.' ~ of_b, 'a.' ~ of_a) }}
    end
{%- endmacro %}

{% macro heard_as(foreign, latin) -%}
    case
        when {{ foreign }}_sounds = '?' then -1
        when {{ crm360.is_heard_as(foreign, latin) }} then 2
        when {{ crm360.is_typo("split_part(" ~ foreign ~ "_sounds, ' ', 2)", latin ~ '_sound') }} and {{ foreign }}_sounds like '~%' then 1
        when
            length({{ latin }}_bones) > 1
            and {{ foreign }}_sounds like '=%'
            and {{ crm360.edits_within("split_part(" ~ foreign ~ "_sounds, ' ', 1)", "'=' || " ~ latin ~ '_bones', 1) }}
            then 1
        when {{ latin }}_name is not null then 0
    end
{%- endmacro %}

{% macro is_heard_as(foreign, latin) -%}
    (
        ' ' || {{ foreign }}_sounds || ' ' like '% ' || {{ latin }}_sound || ' %'
        or ' ' || {{ foreign }}_sounds || ' ' like '% =' || {{ latin }}_bones || ' %'
    )
{%- endmacro %}

{#- Whether two words differ by a slip of the pen: one edit in four or five letters, two in more, or nearly all the same. -#}
{% macro is_typo(a, b) -%}
    (
        least(length({{ a }}), length({{ b }})) > 2
        and (
            {{ crm360.jaro() }}({{ a }}, {{ b }}) >= 0.92
            or ({{ crm360.jaro() }}({{ a }}, {{ b }}) >= 0.6 and least(length({{ a }}), length({{ b }})) <= 5 and {{ crm360.edits_within(a, b, 1) }})
            or ({{ crm360.jaro() }}({{ a }}, {{ b }}) >= 0.6 and least(length({{ a }}), length({{ b }})) > 5 and {{ crm360.edits_within(a, b, 2) }})
        )
    )
{%- endmacro %}

{% macro birth_level() -%}
    case
        when a.birth_text is null or b.birth_text is null then '-'
        when a.birth_text = b.birth_text then '4'
        when {{ crm360.same_parts() }} > 0 and {{ crm360.edits_within('a.birth_text', 'b.birth_text', 1) }} then '3'
        when a.birth_year = b.birth_year and a.birth_month = b.birth_day and a.birth_day = b.birth_month then '3'
        when {{ crm360.same_parts() }} = 2 or {{ crm360.edits_within('a.birth_text', 'b.birth_text', 2) }} then '2'
        when a.birth_year = b.birth_year then '1'
        else '0'
    end
{%- endmacro %}

{#- How many of year, month and day are the same. -#}
{% macro same_parts() -%}
    (
        case when a.birth_year = b.birth_year then 1 else 0 end
        + case when a.birth_month = b.birth_month then 1 else 0 end
        + case when a.birth_day = b.birth_day then 1 else 0 end
    )
{%- endmacro %}

{#- A number that one person has: a national id, a customer's or a member's number. -#}
{% macro number_level() -%}
    case
        when a.person_number is null or b.person_number is null then '-'
        when a.person_number = b.person_number then '2'
        when length(a.person_number) > 4 and {{ crm360.edits_within('a.person_number', 'b.person_number', 1) }} then '1'
        else '0'
    end
{%- endmacro %}

{#- Which of several people of one name it is, by a suffix. II is a Jr.'s number, too. -#}
{% macro generation_level() -%}
    case
        when a.generation = b.generation then '1'
        when a.generation in ('jr', '2') and b.generation in ('jr', '2') then '-'
        when a.generation <> b.generation then '0'
        else '-'
    end
{%- endmacro %}

{#- Of two records with one name in two systems: how many others have it, in either script. -#}
{% macro namesakes_level() -%}
    {%- set namesakes = 'case when first_heard = 2 or last_heard = 2 then namesakes_a + namesakes_b else namesakes_a end' -%}
    case
        when first_level <> '4' or last_level <> '3' or source_level = '0' then '-'
        when most_namesakes = 1 then '3'
        when {{ namesakes }} <= 3 then '2'
        when {{ namesakes }} <= 5 then '1'
        else '0'
    end
{%- endmacro %}

{#- How rare the name is that two records have, in bits. In two scripts its share is that of both ways to write it. A slip of
    the pen seldom makes another last name that many have: then it says less, by half as much again as that lacks to nine bits. -#}
{% macro name_rarities() -%}
    {%- for name in ['first', 'last'] %}
    case
        when {{ name }}_heard = 2
            then -log2(power(2.0, -{{ name }}_rarity_a) + power(2.0, -{{ name }}_rarity_b))
        else {{ name }}_rarity_a
    end as {{ name }}_name_rarity,
    {%- endfor %}
    1.5 * least(greatest(last_rarity_a, last_rarity_b) - {{ crm360.common_name() }}, 0) as last_name_slip
{%- endmacro %}

{#- How near in time two systems first had the records: who comes to a company comes into several systems within days, and what
    one system passes on to another one is there within the hour. -#}
{% macro entered_level() -%}
    case
        when a.source = b.source or a.entered_at is null or b.entered_at is null then '-'
        {%- for span in ['1 hour', '1 day', '7 day', '30 day', '90 day', '365 day'] %}
        when greatest(a.entered_at, b.entered_at) <= least(a.entered_at, b.entered_at) + interval {{ span }} then '{{ 7 - loop.index }}'
        {%- endfor %}
        else '0'
    end
{%- endmacro %}

{% macro phone_level() -%}
    case
        when a.phone is null or b.phone is null then '-'
        when a.phone in (b.phone, b.other_phone) or b.phone = a.other_phone or a.other_phone = b.other_phone then '2'
        when {{ crm360.edits_within('a.phone', 'b.phone', 1) }} then '1'
        else '0'
    end
{%- endmacro %}

{% macro street_level() -%}
    case
        when a.street is null or b.street is null then '-'
        when a.street = b.street then '3'
        when {{ crm360.jaro() }}(a.street, b.street) >= 0.92 or {{ crm360.edits_within('a.street', 'b.street', 2) }}
            then case when a.street_digits = b.street_digits then '2' else '1' end
        else {{ crm360.differs('street') }}
    end
{%- endmacro %}

{#- City and postcode are one field: a postcode without its city says little more than with it. -#}
{% macro place_level() -%}
    case
        when coalesce(a.postal_code = b.postal_code, a.city = b.city) is null then '-'
        when a.postal_code = b.postal_code and coalesce(a.city = b.city or {{ crm360.jaro() }}(a.city, b.city) >= 0.92, true) then '5'
        when {{ crm360.near_codes() }} and (a.city = b.city or {{ crm360.jaro() }}(a.city, b.city) >= 0.92) then '4'
        when a.city = b.city and (a.postal_code is null or b.postal_code is null) then '3'
        when a.city = b.city or a.postal_code = b.postal_code or {{ crm360.is_heard_alike('city') }} then '2'
        when substring(a.postal_code, 1, 3) = substring(b.postal_code, 1, 3) or {{ crm360.near_codes() }} then '1'
        when {{ crm360.jaro() }}(a.city, b.city) >= 0.92 then '1'
        when a.postal_code is null or b.postal_code is null then {{ crm360.differs('city') }}
        else '0'
    end
{%- endmacro %}

{#- Whether a text in other letters sounds like the other record's, which is in Latin ones: Київ is Kyiv. -#}
{% macro is_heard_alike(field) -%}
    coalesce({{ crm360.is_heard_as('a.' ~ field, 'b.' ~ field) }} or {{ crm360.is_heard_as('b.' ~ field, 'a.' ~ field) }}, false)
{%- endmacro %}

{#- Whether two postcodes are one slip apart. -#}
{% macro near_codes() -%}
    {{ crm360.edits_within('a.postal_code', 'b.postal_code', 1) }}
{%- endmacro %}

{% macro text_level(field) -%}
    case
        when a.{{ field }} is null or b.{{ field }} is null then '-'
        when a.{{ field }} = b.{{ field }} then '2'
        when {{ crm360.jaro() }}(a.{{ field }}, b.{{ field }}) >= 0.92 then '1'
        else {{ crm360.differs(field) }}
    end
{%- endmacro %}

{#- What two texts say that are not alike: nothing where just one of them is in Latin letters, for Москва is Moscow, Moskva and
    Moskau. -#}
{% macro differs(field) -%}
    case when {{ crm360.is_in_other_letters('a.' ~ field) }} <> {{ crm360.is_in_other_letters('b.' ~ field) }} then '-' else '0' end
{%- endmacro %}

{#- Whether a text begins in other letters than Latin ones. Accents are gone; the last of the Latin letters is 591. -#}
{% macro is_in_other_letters(text) -%}
    (ascii({{ text }}) > 591)
{%- endmacro %}

{% macro digits_of(text) -%}
    {{ crm360.replace_all(text, '[^0-9]', '') }}
{%- endmacro %}

{#- Alike enough to link, of `scored` with what its stratum `needed`. If a system has several records with a name, the name alone
    does not tell which of them is meant: eight to one, then. -#}
{% macro is_alike() -%}
    (
        scored.score >= needed.needed
        and (right(scored.pattern, 1) not in ('0', '1', '2') or scored.score >= 3)
    )
{%- endmacro %}

{#- The steps of a query from `pairs` of records (is_candidate, number_a, number_b) to `compared`: how they agree in each field,
    as a pattern, and how rare the values are that they share exactly, by field and of all that a household shares. -#}
{% macro pairs_compared(pairs) -%}
levels as (

    select
        pairs.is_candidate,
        pairs.number_a,
        pairs.number_b,
        {{ crm360.name_levels() }},
        {{ crm360.birth_level() }} as birth_level,
        {{ crm360.email_level() }} as email_level,
        {{ crm360.phone_level() }} as phone_level,
        {{ crm360.street_level() }} as street_level,
        {{ crm360.place_level() }} as place_level,
        {{ crm360.text_level('company') }} as company_level,
        {{ crm360.text_level('job') }} as job_level,
        case when a.gender = b.gender then '1' when a.gender <> b.gender then '0' else '-' end as gender_level,
        case when a.profile = b.profile then '1' when a.profile <> b.profile then '0' else '-' end as profile_level,
        {{ crm360.number_level() }} as number_level,
        {{ crm360.generation_level() }} as generation_level,
        {{ crm360.entered_level() }} as entered_level,
        case when a.source = b.source then '0' else '1' end as source_level,
        greatest(a.count_of_namesakes, b.count_of_namesakes) as most_namesakes,
        a.count_of_all_namesakes as namesakes_a,
        b.count_of_all_namesakes as namesakes_b,
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
    from {{ pairs }} as pairs
    inner join {{ ref('int_contact_term_frequencies') }} as a
        on pairs.number_a = a.record_number
    inner join {{ ref('int_contact_term_frequencies') }} as b
        on pairs.number_b = b.record_number

),

named as (

    select
        *,
        {{ crm360.name_levels_told() }}
    from levels

),

told as (

    select
        *,
        {{ crm360.namesakes_level() }} as namesakes_level,
        {{ crm360.name_rarities() }},
        case
            when first_heard = 2 and last_heard = 2 then most_kinship
            when first_level in ('2', '3', '4') and last_level in ('2', '3') then least_kinship
            else 0
        end as name_kinship
    from named

),

rarities_told as (

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
        case last_level when '3' then last_name_rarity when '2' then last_name_slip else 0 end
        - case when first_level <> '4' then name_kinship else 0 end as last_name_rarity,
        case when birth_level = '4' then told.birth_date_rarity else 0 end as birth_date_rarity,
        case when email_level = '3' then email_rarity else 0 end as email_rarity,
        case when phone_level = '2' then phone_rarity else 0 end as phone_rarity,
        case when street_level = '3' then street_rarity else 0 end as street_rarity,
        case when place_level = '5' then postal_code_rarity when place_level = '3' then city_rarity else 0 end as place_rarity,
        case when company_level = '2' then company_rarity else 0 end as company_rarity,
        case when job_level = '2' then job_rarity else 0 end as job_rarity,
        case when number_level = '2' then told.person_number_rarity else 0 end as person_number_rarity
    from told

),

compared as (

    select
        *,
        {{ crm360.shared_rarity() }} as shared_rarity
    from rarities_told

)
{%- endmacro %}

{#- What `compared` pairs say together with the weights of their pattern (`weighed`), in bits: for one person, and for one
    household, against strangers. -#}
{% macro pair_bits() -%}
    weighed.person_bits + compared.shared_rarity
    + compared.first_name_rarity + compared.birth_date_rarity + compared.person_number_rarity as person_bits,
    least(
        weighed.household_bits + compared.shared_rarity
        {%- for field in crm360.personal_fields() %}
        + log2(weighed.{{ field }}_inherited * power(2.0, compared.{{ field }}_rarity) + weighed.{{ field }}_by_chance)
        {%- endfor %},
        500
    ) as household_bits
{%- endmacro %}

{#- What a pair's score lacks to its evidence for one person: as likely as it is that two people of one household are meant. -#}
{% macro beside_households(household_bits) -%}
    -log2(1 + power(2.0, {{ household_bits }}))
{%- endmacro %}

{#- The fields whose exact values say more the rarer they are: those of a person, and those that a household or an office shares. -#}
{% macro personal_fields() %}{% do return(['first_name', 'birth_date', 'person_number']) %}{% endmacro %}

{% macro shared_fields() %}{% do return(['last_name', 'email', 'phone', 'street', 'place', 'company', 'job']) %}{% endmacro %}

{#- Bits of exact values that a household or an office shares. -#}
{% macro shared_rarity() -%}
    {%- for field in crm360.shared_fields() -%}
    {{ field }}_rarity{{ ' + ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Bits as a text with a sign: +6.41. -#}
{% macro as_bits(bits) -%}
    case when {{ bits }} < 0 then '' else '+' end || cast(cast({{ bits }} as decimal(9, 2)) as string)
{%- endmacro %}

{#- The `score` of a pair, step by step, in bits: of all that `weighed` pairs say, with how rare
    the values are that they share, and how likely two people of one household are (`household_step`). -#}
{% macro match_weight_steps() -%}
    {#- In the order of record_linkage/fields.py; null where a field's values have no rarity. -#}
    {%- set rarities = [
        'first_name', 'last_name', 'birth_date', 'email', 'phone', 'street', 'place', 'company', 'job',
        none, none, 'person_number', none, none, none, none
    ] -%}
    concat_ws(
        ' | ',
        'how few pairs are one person: ' || {{ crm360.as_bits('prior_bits') }},
        {%- for field in rarities %}
        nullif(split_part(field_words, '|', {{ loop.index }}), '') || ': '
        || {{ crm360.as_bits("cast(split_part(field_bits, '|', " ~ loop.index ~ ") as double)" ~ (' + ' ~ field ~ '_rarity' if field else '')) }},
        {%- endfor %}
        case
            when household_step < -0.005
                then 'two people of one household may be meant: ' || {{ crm360.as_bits('household_step') }}
        end,
        case
            when abs(score - person_bits - household_step) >= 0.005
                then 'more than one pair may say: ' || {{ crm360.as_bits('score - person_bits - household_step') }}
        end
    )
{%- endmacro %}
