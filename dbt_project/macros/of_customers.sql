{#- SQL of what was counted once per customer, and is read by one model alone (int_customers_profiled). -#}

{#- One row per customer with at least one deal: what is open, won and lost, in the base currency. -#}
{% macro deals_of_customers() -%}
    select
        customer_id,
        {%- for outcome in ['open', 'won', 'lost'] %}
        count(*) filter (where outcome = '{{ outcome }}') as count_of_{{ outcome }}_deals,
        cast(coalesce(sum(value_amount) filter (where outcome = '{{ outcome }}'), 0) as decimal(18, 4))
            as {{ outcome }}_deal_amount,
        {%- endfor %}
        cast(coalesce(sum(weighted_amount), 0) as decimal(18, 4)) as weighted_deal_amount,
        max(closed_at) filter (where outcome = 'won') as last_deal_won_at
    from {{ ref('int_deals_valued') }}
    where customer_id is not null
    group by customer_id
{%- endmacro %}

{#- One row per customer with a quote that is a draft or was sent: how many, and what they come to in the base currency. -#}
{% macro quotes_of_customers() -%}
    select
        customer_id,
        count(*) as count_of_open_quotes,
        {{ crm360.measured_sum('value_amount') }} as open_quote_amount
    from {{ ref('quotes') }}
    where
        is_open
        and customer_id is not null
    group by customer_id
{%- endmacro %}

{#- One row per customer with at least one ticket: how much help was asked for, and how it was rated. -#}
{% macro tickets_of_customers() -%}
    select
        customer_id,
        cast(sum(coalesce(count_of_reopens, 0)) as bigint) as count_of_ticket_reopens,
        {{ crm360.quotient(
            "count(*) filter (where satisfaction = 'satisfied')",
            "nullif(count(*) filter (where satisfaction in ('satisfied', 'dissatisfied')), 0)"
        ) }} as satisfaction_share,
        {{ crm360.joined_in_order('distinct type', '; ', 'type') }} as support_types,
        count(*) as count_of_tickets,
        count(*) filter (where is_open) as count_of_open_tickets,
        max(created_at) as last_ticket_at,
        count(*) filter (where satisfaction = 'satisfied') as count_of_satisfied_tickets,
        count(*) filter (where satisfaction = 'dissatisfied') as count_of_dissatisfied_tickets
    from {{ ref('int_tickets_measured') }}
    where customer_id is not null
    group by customer_id
{%- endmacro %}

{#- One row per customer who was sent at least one campaign e-mail: messages, not events, are counted. -#}
{% macro emails_of_customers() -%}
    select
        contacts.customer_id,
        count(*) as count_of_emails_sent,
        count(*) filter (where not messages.is_bounced) as count_of_emails_received,
        {%- for event in ['opened', 'clicked', 'bounced', 'unsubscribed', 'complained'] %}
        count(*) filter (where messages.is_{{ event }}) as count_of_emails_{{ event }},
        {%- endfor %}
        max(messages.last_opened_at) as last_email_opened_at,
        max(messages.last_clicked_at) as last_email_clicked_at
    from {{ ref('int_emails_received') }} as messages
    inner join {{ ref('int_contacts_resolved') }} as contacts
        on messages.contact_id = contacts.contact_id
    group by contacts.customer_id
{%- endmacro %}
