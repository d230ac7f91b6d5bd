-- One row per ticket that still exists in its source.
with

tickets as (

    select * from {{ ref('int_tickets_measured') }}

),

owners as (

    select * from {{ ref('int_owners_unioned') }}

)

select
    tickets.ticket_id,
    tickets.customer_id,
    {{ account_of() }} as account_id,
    tickets.contact_id,
    tickets.company_id,
    tickets.source,
    {{ brand_of('tickets.source') }} as brand,
    tickets.source_id,
    tickets.subject,
    {{ polarity_of('tickets.subject') }} as polarity,
    {{ sentiment_of(polarity_of('tickets.subject')) }} as sentiment,
    tickets.status,
    tickets.is_open,
    tickets.priority,
    tickets.type,
    tickets.channel,
    tickets.agent_id,
    owners.name as agent_name,
    tickets.team_id,
    tickets.created_at,
    tickets.first_reply_minutes,
    tickets.solved_at,
    tickets.resolution_minutes,
    tickets.is_solved_before_reply,
    tickets.count_of_reopens,
    tickets.is_escalated,
    tickets.count_of_replies,
    tickets.is_solved_at_first_contact,
    tickets.product,
    tickets.satisfaction,
    {%- for field in custom_fields('tickets') %}
    custom.{{ field.name }},
    {%- endfor %}
    tickets.updated_at
from tickets
left join owners
    on tickets.agent_id = owners.owner_id
{{ account_joins('tickets.company_id', 'tickets.customer_id') }}
{%- if custom_fields('tickets') %}
left join {{ ref('int_tickets_custom') }} as custom
    on tickets.ticket_id = custom.ticket_id
{%- endif %}
