{{ config(materialized='view') }}

with source as (

    {{ latest('linkedin_ads', 'leads', {
        'submittedAt': 'text', 'campaign_id': 'text', 'form_name': 'text', 'testLead': 'text'
    }) }}

),

told as (

    select
        *,
        coalesce({{ as_flag('r.testLead') }}, false) as is_test
    from source

)

select
    {{ global_id("'leads/' || told.record_id", 'told.source') }} as interaction_id,
    told.source,
    told.record_id as source_id,
    {{ utc(epoch_as_text('told.r.submittedAt', 'ms')) }} as created_at,
    told.changed_at as updated_at,
    told.is_deleted,
    people.contact_id,
    'form' as kind,
    'inbound' as direction,
    'linkedin ads' as channel,
    {{ global_id('told.r.campaign_id', 'told.source') }} as campaign_id,
    {{ nullif_blank('told.r.form_name') }} as subject,
    {{ utc(epoch_as_text('told.r.submittedAt', 'ms')) }} as happened_at,
    {{ unread(wholes=['told.r.submittedAt']) }} as parse_errors
from told
left join {{ ref('stg_linkedin_ads__leads') }} as people
    on told.source = people.source and told.record_id = people.source_id
where
    told.is_deleted
    or not told.is_test
