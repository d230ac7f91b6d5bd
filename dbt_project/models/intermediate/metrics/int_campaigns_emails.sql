-- One row per campaign with at least one e-mail event: its messages, counted by what became of them.
with

messages as (

    select * from {{ ref('int_emails_received') }}

)

select
    campaign_id,
    count(*) as count_of_messages,
    {%- for event in ['opened', 'clicked', 'bounced', 'unsubscribed', 'complained', 'replied'] %}
    count(*) filter (where is_{{ event }}) as count_of_{{ event }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from messages
group by campaign_id
