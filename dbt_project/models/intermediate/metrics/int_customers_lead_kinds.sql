-- One row per customer of whom a source says what seed lead_words knows: what kind of lead it is.
{% set letters = '[^\\p{L}%]' %}

with

said as (

    {% for field in ['lead_status', 'rejection_reason', 'lifecycle_stage'] -%}
    select
        customer_id,
        '{{ field }}' as field,
        {{ replace_all('lower(' ~ field ~ ')', letters, '') }} as words
    from {{ ref('int_golden_records') }}
    where {{ field }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    said.customer_id,
    min_by(lead_words.meaning, lead_words.position) filter (where lead_words.meaning is not null) as lead_kind
from said
inner join {{ ref('lead_words') }} as lead_words
    on
        said.field = lead_words.field
        and said.words like {{ replace_all('lower(lead_words.pattern)', letters, '') }}
group by said.customer_id
