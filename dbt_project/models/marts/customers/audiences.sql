-- One row per audience as audiences.yml defines it: its rule in words, for how many customers it holds, and how many of
-- them may not be written to, by the reason.
{% set reasons = [
    'no address', 'unsubscribed', 'complained', 'bounced', 'refused', 'no consent', 'same address'
] %}

with

defined as (

    {% for audience in audiences_listed() -%}
    select
        {{ quoted(audience.audience) }} as audience,
        {{ quoted(audience.purpose) }} as purpose,
        '{{ audience.channel }}' as channel,
        {{ quoted(audience.basis) }} as basis,
        cast({{ loop.index }} as bigint) as position,
        {{ audience.is_on | lower }} as is_on,
        {{ quoted(audience.rule) }} as rule
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

counted as (

    select
        audience,
        {%- for reason in reasons %}
        count(*) filter (where suppressed_because = '{{ reason }}') as count_of_{{ reason | replace(' ', '_') }},
        {%- endfor %}
        count(*) as count_of_customers,
        count(*) filter (where suppressed_because is null) as count_of_members
    from {{ ref('int_audiences_chosen') }}
    group by audience

)

select
    defined.audience,
    defined.purpose,
    defined.channel,
    defined.basis,
    defined.position,
    defined.is_on,
    defined.rule,
    {%- for column in ['customers', 'members'] + reasons %}
    coalesce(counted.count_of_{{ column | replace(' ', '_') }}, 0) as count_of_{{ column | replace(' ', '_') }},
    {%- endfor %}
    {{ as_of_date() }} as as_of_date
from defined
left join counted
    on defined.audience = counted.audience
