-- One row per question of a form that exists, those that stand in a group included.
with source as (

    {{ latest('typeform', 'forms', {
        'title': 'text',
        'definition': {'fields': {'each': {
            'id': 'text', 'ref': 'text', 'type': 'text', 'title': 'text',
            'properties': {
                'steps': 'text', 'start_at_one': 'text',
                'fields': {'each': {
                    'id': 'text', 'ref': 'text', 'type': 'text', 'title': 'text',
                    'properties': ['steps', 'start_at_one']
                }}
            }
        }}}
    }) }}

),

outer_ones as (

    select
        source,
        record_id as form_id,
        {{ each() }}(r.definition.fields) as r
    from source
    where not is_deleted

),

inner_ones as (

    select
        source,
        form_id,
        {{ each() }}(r.properties.fields) as r
    from outer_ones

),

questions as (

    {%- for level in ['outer_ones', 'inner_ones'] %}
    select
        source,
        form_id,
        r.id as question_id,
        r.ref as reference,
        r.type as kind,
        r.title,
        r.properties.steps,
        r.properties.start_at_one
    from {{ level }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    source,
    form_id,
    question_id,
    {{ nullif_blank('reference') }} as reference,
    kind,
    {{ nullif_blank('title') }} as title,
    case
        when kind = 'nps' then 10
        when kind = 'opinion_scale' and coalesce(start_at_one, 'false') <> 'true' then {{ as_whole('steps') }} - 1
        else {{ as_whole('steps') }}
    end as scale_max
from questions
where kind in ('nps', 'opinion_scale', 'rating')
