-- Everybody who wrote to a page, below its posts or about it, by the number that they have there for that page.
{%- set streams = ['messages', 'comments', 'ratings'] %}
with
{%- for stream in streams %}
{{ stream }} as (

    {{ latest('facebook', stream, ['created_time', 'platform', 'person_id', 'person_name', 'is_own']) }}

),
{% endfor %}
told as (

    {%- for stream in streams %}
    select
        source,
        changed_at,
        {{ utc('r.created_time') }} as created_at,
        r.platform || '/' || {{ nullif_blank('r.person_id') }} as person_id,
        {{ nullif_blank('r.person_name') }} as full_name
    from {{ stream }}
    where
        not is_deleted
        {%- if stream == 'comments' %}
        and not coalesce({{ as_flag('r.is_own') }}, false)
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    {{ global_id('person_id') }} as contact_id,
    source,
    person_id as source_id,
    min(created_at) as created_at,
    max(changed_at) as updated_at,
    false as is_deleted,
    max(full_name) as full_name
from told
where person_id is not null
group by source, person_id
