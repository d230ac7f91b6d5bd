{#- A later read lands only what a recipient did since, so every version counts and not just the newest. Most recipients
    were landed once: theirs need no gathering. -#}
{{ config(materialized='view') }}

with landed as (

    select
        source,
        record_id,
        record
    from {{ source('mailchimp', 'email_activity') }}
    where
        rejected_because is null
        and not is_deleted

),

several as (

    select
        source,
        record_id
    from landed
    group by source, record_id
    having count(*) > 1

),

opened as (

    select
        landed.source,
        landed.record_id,
        several.record_id is not null as is_one_of_several,
        {{ open_json('landed.record', {
            'campaign_id': 'text', 'list_id': 'text', 'email_id': 'text', 'email_address': 'text',
            'activity': {'each': ['action', 'timestamp', 'url']}
        }) }} as r
    from landed
    left join several
        on
            landed.source = several.source
            and landed.record_id = several.record_id

)

select
    source,
    record_id,
    r.campaign_id,
    r.list_id,
    r.email_id,
    r.email_address,
    r.activity as acts
from opened
where not is_one_of_several
union all
select
    source,
    record_id,
    min(r.campaign_id) as campaign_id,
    min(r.list_id) as list_id,
    min(r.email_id) as email_id,
    min(r.email_address) as email_address,
    {{ array_concat_agg('r.activity') }} as acts
from opened
where is_one_of_several
group by source, record_id
