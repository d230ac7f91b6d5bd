{%- set made_up = first_of(those_with('r.answers', "e.said like '<test lead:%'")) %}
{{ config(materialized='view') }}

with source as (

    {{ latest('meta_ads', 'leads', {
        'created_time': 'text', 'campaign_id': 'text', 'platform': 'text', 'form_name': 'text',
        'answers': {'each': ['said']}
    }) }}

),

told as (

    select
        *,
        case r.platform when 'fb' then 'facebook' when 'ig' then 'instagram' else 'meta ads' end as channel,
        coalesce({{ made_up }}.said is not null, false) as is_test
    from source

)

select
    {{ global_id("'leads/' || told.record_id", 'told.source') }} as interaction_id,
    told.source,
    told.record_id as source_id,
    {{ utc('told.r.created_time') }} as created_at,
    told.changed_at as updated_at,
    told.is_deleted,
    people.contact_id,
    'form' as kind,
    'inbound' as direction,
    told.channel,
    {{ global_id('told.r.campaign_id', 'told.source') }} as campaign_id,
    {{ nullif_blank('told.r.form_name') }} as subject,
    {{ utc('told.r.created_time') }} as happened_at,
    {{ unread(times=['told.r.created_time']) }} as parse_errors
from told
left join {{ ref('stg_meta_ads__leads') }} as people
    on told.source = people.source and told.record_id = people.source_id
where
    told.is_deleted
    or not told.is_test
