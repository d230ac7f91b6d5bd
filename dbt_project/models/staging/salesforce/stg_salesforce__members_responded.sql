-- One row per Salesforce campaign member who responded: the response, as a touch of the campaign's own kind.
{{ config(materialized='view') }}

with

members as (

    select * from {{ ref('stg_salesforce__campaign_members') }}
    where has_responded

),

campaigns as (

    select * from {{ ref('stg_salesforce__campaigns') }}

)

select
    {{ global_id("'members/' || members.source_id", 'members.source') }} as interaction_id,
    members.source,
    members.source_id,
    members.created_at,
    members.updated_at,
    members.is_deleted,
    members.contact_id,
    case
        when campaigns.channel in ('email', 'list email') then 'email'
        when campaigns.channel = 'telemarketing' then 'call'
        when campaigns.channel like '%social%' then 'social'
        when {{ matches('campaigns.channel', 'conference|webinar|trade show|seminar|event') }} then 'meeting'
        else 'form'
    end as kind,
    'inbound' as direction,
    campaigns.channel,
    members.campaign_id,
    campaigns.name as subject,
    members.responded_at as happened_at,
    members.parse_errors
from members
left join campaigns
    on members.campaign_id = campaigns.campaign_id
