-- One row per customer who was sent at least one campaign e-mail: messages, not events, are counted.
with

messages as (

    select * from {{ ref('int_emails_received') }}

),

contacts as (

    select * from {{ ref('int_contacts_resolved') }}

)

select
    contacts.customer_id,
    count(*) as count_of_emails_sent,
    count(*) filter (where not messages.is_bounced) as count_of_emails_received,
    {%- for event in ['opened', 'clicked', 'bounced', 'unsubscribed', 'complained'] %}
    count(*) filter (where messages.is_{{ event }}) as count_of_emails_{{ event }},
    {%- endfor %}
    max(messages.last_opened_at) as last_email_opened_at,
    max(messages.last_clicked_at) as last_email_clicked_at
from messages
inner join contacts
    on messages.contact_id = contacts.contact_id
group by contacts.customer_id
