{#- The rules for bad input: what is wrong, what is done with it, the model in which the rule stands, the records that it
    looks at, those that it meets; where they have any, their money in the base currency; and the column whose words are met,
    which are shown. data_quality counts them. -#}
{% macro rules_of_bad_input() -%}
{%- set live = 'not is_deleted' -%}
{{ return([
    ('order dated after as_of', 'left out until its day', 'int_orders_unioned', live, crm360.is_future('ordered_at')),
    ('order without a date', 'left out', 'int_orders_unioned', live, 'ordered_at is null'),
    (
        'order that names neither a person nor a company', 'counted without a customer', 'int_orders_priced', 'true',
        'contact_id is null and company_id is null', 'net_revenue'
    ),
    ('order before its account', 'flagged', 'int_orders_priced', 'true', 'is_before_account'),
    (
        'order whose status nobody has given a meaning', 'counted as a sale', 'int_orders_priced', 'true', 'has_unknown_status',
        'net_revenue', 'status'
    ),
    (
        'order that refers to a buyer who is nowhere', 'counted without a customer', 'int_orders_priced',
        'contact_id is not null', 'customer_id is null', 'net_revenue'
    ),
    ('sale with a negative total', 'counted as an adjustment', 'int_orders_priced', 'true', 'is_negative_sale'),
    ('line of a sale with a negative price', 'flagged', 'order_lines', 'true', "price_flag = 'negative price'"),
    ('line of a sale with a price of zero', 'flagged', 'order_lines', 'true', "price_flag = 'zero price'"),
    ('transaction told by several records', 'counted once', 'transactions', 'true', 'count_of_records > 1'),
    (
        'transaction found to be one by amount and time alone', 'counted once', 'transactions', 'true',
        "coalesce(matched_by = 'amount and time', false)"
    ),
    (
        'transaction that may be told twice', 'counted, and flagged', 'transactions', 'true',
        'may_repeat_transaction_id is not null'
    ),
    (
        'deal that names neither a person nor a company', 'counted without a customer', 'int_deals_valued', 'true',
        'contact_id is null and company_id is null', 'value_amount'
    ),
    ('deal made after as_of', 'left out until its day', 'int_deals_unioned', live, crm360.is_future('created_at')),
    ('deal closed after as_of', 'counted as open', 'int_deals_unioned', live, crm360.is_future('closed_at')),
    ('deal with a negative amount', 'nulled', 'int_deals_valued', 'true', 'is_negative_amount'),
    ('deal with a chance off 0 to 1', 'nulled', 'int_deals_valued', 'true', 'is_probability_off_scale'),
    ('deal closed before it was made', 'its cycle is nulled', 'int_deals_valued', 'true', 'is_closed_before_created'),
    (
        'open deal without the time of its stage', 'its days in the stage are nulled', 'int_deals_staged', 'is_current',
        'not is_dated'
    ),
    (
        'ticket that refers to a person who is no customer', 'counted without a customer', 'int_tickets_measured',
        'contact_id is not null', 'customer_id is null'
    ),
    (
        'payment that refers to a payer who is nowhere', 'counted without a customer', 'payments',
        'contact_id is not null and amount >= 0', 'customer_id is null', 'value_amount'
    ),
    (
        'refund that refers to a payer who is nowhere', 'counted without a customer', 'payments',
        'contact_id is not null and amount < 0', 'customer_id is null', 'value_amount'
    ),
    (
        'refund that names neither an order nor an invoice', 'taken off no purchase', 'payments', 'amount < 0',
        'order_id is null and invoice_id is null and payment_id not in (select told.payment_id from ' ~ ref('int_refunds_told') ~ ' as told)',
        'value_amount'
    ),
    (
        'refund of an order or invoice that is nowhere', 'taken off no purchase', 'payments',
        'amount < 0 and (order_id is not null or invoice_id is not null)',
        'payment_id not in (select told.payment_id from ' ~ ref('int_refunds_told') ~ ' as told)', 'value_amount'
    ),
    (
        'invoice that refers to a customer who is nowhere', 'counted without a customer', 'invoices',
        'contact_id is not null', 'customer_id is null', 'total_value'
    ),
    ('ticket opened after as_of', 'left out until its day', 'int_tickets_unioned', live, crm360.is_future('created_at')),
    ('ticket without a date', 'left out', 'int_tickets_unioned', live, 'created_at is null'),
    (
        'ticket whose status nobody has given a meaning', 'open until it has a time of solution', 'int_tickets_unioned', live,
        'is_closed is null and status is not null and (' ~ crm360.status_meaning('tickets', 'status') ~ ') is null', none,
        'status'
    ),
    ('ticket solved before it was opened', 'nulled', 'int_tickets_measured', 'true', 'is_solved_before_opened'),
    ('ticket answered before it was opened', 'nulled', 'int_tickets_measured', 'true', 'is_answered_before_opened'),
    (
        'ticket solved before its first reply', 'its times are nulled', 'int_tickets_measured', 'true',
        'is_solved_before_reply'
    ),
    ('survey score off its scale', 'nulled', 'int_surveys_scored', 'true', 'is_off_scale'),
    (
        'survey answered after as_of', 'left out until its day', 'int_surveys_unioned', live,
        crm360.is_future('coalesce(answered_at, created_at)')
    ),
    (
        'survey without a date', 'left out', 'int_surveys_unioned', live, 'coalesce(answered_at, created_at) is null'
    ),
    ('rating of a review off its scale', 'nulled', 'reviews', 'true', 'is_off_scale'),
    (
        'review written after as_of', 'left out until its day', 'int_reviews_unioned', live,
        crm360.is_future('coalesce(reviewed_at, created_at)')
    ),
    ('review without a date', 'left out', 'int_reviews_unioned', live, 'coalesce(reviewed_at, created_at) is null'),
    (
        'booking of points without a date', 'left out', 'int_loyalty_events_unioned', live,
        'coalesce(happened_at, created_at) is null'
    ),
    (
        'booking of points after as_of', 'left out until its day', 'int_loyalty_events_unioned', live,
        crm360.is_future('coalesce(happened_at, created_at)')
    ),
    ('quote made after as_of', 'left out until its day', 'int_quotes_unioned', live, crm360.is_future('created_at')),
    (
        'quote whose status nobody has given a meaning', 'told without a state', 'int_quotes_unioned', live,
        'coalesce(quote_state, status) is not null and ' ~ crm360.quote_meaning() ~ ' is null', none, 'status'
    ),
    (
        'joining of a list after as_of', 'left out until its day', 'int_list_members_unioned', live,
        crm360.is_future('coalesce(joined_at, created_at)')
    ),
    ('campaign without a cost', 'cost figures are null', 'campaign_performance', 'true', 'cost is null'),
    (
        'cost of a campaign that is nowhere', 'counted for no campaign', 'campaign_costs_by_day', 'true',
        'campaign_id not in (select campaigns.campaign_id from ' ~ ref('int_campaigns_unioned') ~ ' as campaigns)', 'cost'
    ),
    (
        'invoice issued after as_of', 'left out until its day', 'int_invoices_unioned', live,
        crm360.is_future('coalesce(issued_at, created_at)')
    ),
    (
        'invoice whose total less what was paid is not its balance', 'flagged', 'int_invoices_unioned', live,
        "status in ('open', 'paid') and total_amount - paid_amount != balance_amount"
    ),
    (
        'payment made after as_of', 'left out until its day', 'int_payments_unioned', live,
        crm360.is_future('coalesce(paid_at, created_at)')
    ),
    (
        'payment whose status nobody has given a meaning', 'counted in full', 'int_payments_unioned', live,
        'status is not null and (' ~ crm360.status_meaning('payments', 'status') ~ ') is null', none, 'status'
    ),
    (
        'payment whose kind nobody has given a meaning', 'counted as a payment', 'int_payments_unioned', live,
        "kind not in ('payment', 'refund', 'dispute')", none, 'kind'
    ),
    (
        'invoice whose status nobody has given a meaning', 'judged by its balance', 'int_invoices_unioned', live,
        'status is not null and (' ~ crm360.status_meaning('invoices', 'status') ~ ') is null', none, 'status'
    ),
    (
        'subscription that refers to a customer who is nowhere', 'counted without a customer', 'subscriptions',
        'contact_id is not null', 'customer_id is null', 'monthly_revenue'
    ),
    ('subscription made after as_of', 'left out until its day', 'int_subscriptions_unioned', live, crm360.is_future('created_at')),
    (
        'subscription whose status nobody has given a meaning', 'judged by its dates', 'int_subscriptions_unioned', live,
        'status is not null and (' ~ crm360.status_meaning('subscriptions', 'status') ~ ') is null', none, 'status'
    ),
    (
        'subscription that is paid for, and does not tell how much', 'in no sum', 'subscriptions', 'is_paying', 'monthly_amount is null'
    ),
    ('task made after as_of', 'left out until its day', 'int_tasks_unioned', live, crm360.is_future('created_at')),
    (
        'task whose status nobody has given a meaning', 'judged by its time of completion', 'int_tasks_unioned', live,
        'is_done is null and status is not null and (' ~ crm360.status_meaning('tasks', 'status') ~ ') is null', none, 'status'
    ),
    (
        'task that names somebody who is no customer', 'told without a customer', 'tasks', 'names_somebody',
        'coalesce(customer_id, account_id) is null'
    ),
    ('web event after as_of', 'left out until its day', 'int_web_events_unioned', live, crm360.is_future('occurred_at')),
    ('web event that names no visitor', 'left out', 'int_web_events_unioned', live, 'coalesce(visitor_id, user_id, email) is null'),
    ('web event without a time', 'left out', 'int_web_events_unioned', live, 'occurred_at is null'),
    ('web event of who has not agreed to be measured', 'left out', 'int_web_events_unioned', live, 'not has_consented'),
    ('company whose name is none', 'the name links nobody', 'int_companies_keyed', 'is_active', 'has_no_own_name'),
    ('company whose domain is not its own', 'the domain links nobody', 'int_companies_keyed', 'is_active', 'has_no_own_site'),
    (
        'unreadable value in a record that sums are made of', 'quarantined', 'int_records_unparseable', 'true',
        'is_held_back and ' ~ crm360.is_unreadable('parse_errors')
    ),
    (
        'unreadable value in another record', 'nulled', 'int_records_unparseable', 'true',
        'not is_held_back and ' ~ crm360.is_unreadable('parse_errors')
    ),
    ('date that no CRM can mean', 'nulled', 'int_records_unparseable', 'true', "parse_errors like '%=year %'"),
    (
        'date after as_of in a record of what has happened', 'left out until its day', 'int_records_unparseable', 'true',
        "parse_errors like '%=future %'"
    ),
    (
        'refund with a sign that its source does not use', 'counted as money out', 'int_records_unparseable', 'true',
        "parse_errors like '%=negative %'"
    )
] + crm360.rules_of_hidden_texts()) }}
{%- endmacro %}

{#- What of an entity's texts for everybody reached a person, and is hidden (macros/union_of.sql). -#}
{% macro rules_of_hidden_texts() -%}
{%- set rules = [] -%}
{%- for entity, columns in crm360.open_texts().items() -%}
    {%- set hidden = [] -%}
    {%- for column in columns -%}{%- do hidden.append(column ~ " like '%[hidden]%'") -%}{%- endfor -%}
    {%- do rules.append((
        crm360.one_of()[entity] ~ ' with a text by which somebody is reached', 'the address or number is hidden',
        'int_' ~ entity ~ '_unioned', 'not is_deleted and (' ~ hidden | join(' or ') ~ ')', 'true'
    )) -%}
{%- endfor -%}
{{ return(rules) }}
{%- endmacro %}

{#- SQL: of each mapped stream, how many lines were dropped because they are equal to another one, and their money, where
    each line is a record of an entity that has some. -#}
{% macro equal_lines_dropped() -%}
{%- set money = {
    'orders': 'total_amount', 'order_lines': 'coalesce(line_amount, quantity * unit_price)', 'deals': 'amount',
    'invoices': 'total_amount', 'payments': 'amount', 'subscriptions': 'amount', 'quotes': 'amount',
    'deal_lines': 'coalesce(line_amount, quantity * unit_price)'
} -%}
{%- set of_lines = [] -%}
{%- for mapping in var('mappings', []) if mapping.entity in money and not mapping.id -%}
    {%- do of_lines.append(mapping) -%}
{%- endfor -%}
select
    'line of a file without a key that is equal to another' as rule,
    equal.source,
    {{ crm360.brand_of('equal.source') }} as brand,
    equal.stream as about,
    'dropped' as treatment,
    cast(sum(equal.copies) as bigint) as count_of_records,
    cast(sum(equal.copies * told.amount) as decimal(18, 4)) as amount
from {{ source('landing', 'equal_lines') }} as equal
left join (
    {%- for mapping in of_lines %}
    select
        source,
        {{ crm360.quoted(mapping.stream) }} as stream,
        right(source_id, 16) as id_ends,
        {{ money[mapping.entity] }} as amount
    from {{ ref('stg_mapped__' ~ mapping.entity) }}
    where source = {{ crm360.quoted(mapping.source) }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as string) as source,
        cast(null as string) as stream,
        cast(null as string) as id_ends,
        cast(null as decimal(18, 4)) as amount
    where false
    {%- endfor %}
) as told
    on
        equal.source = told.source
        and equal.stream = told.stream
        and equal.id_ends = told.id_ends
group by equal.source, equal.stream
{%- endmacro %}

{#- Words of mapped records that are none of their column's list (closed_words), or that say neither that somebody may be written to
    nor that nobody may (consent_words): entity, column, the rule, what is done. -#}
{% macro unknown_words() -%}
{%- set consents = [] -%}
{%- for column in crm360.consent_columns() if column != 'has_consented' -%}
    {%- do consents.append((
        'contacts', column, 'word of ' ~ column ~ ' that nobody has given a meaning', 'nulled: it neither permits nor refuses'
    )) -%}
{%- endfor -%}
{{ return(consents + [
    (
        'web_events', 'has_consented', 'word of has_consented that nobody has given a meaning', 'nulled: it neither permits nor refuses'
    ),
    ('orders', 'order_kind', 'kind of order that is not known', 'kept as other, and counts nothing'),
    ('products', 'kind', 'kind of product that is not known', 'kept as other'),
    ('contacts', 'lead_direction', 'direction of a lead that is not known', 'nulled'),
    ('surveys', 'kind', 'kind of survey that is not known', 'kept as other, and in no figure'),
    ('tickets', 'satisfaction', 'satisfaction that is not known', 'kept as other, and in no share'),
    ('interactions', 'kind', 'kind of interaction that is not known', 'kept as other'),
    ('interactions', 'direction', 'direction of an interaction that is not known', 'told as internal'),
    ('loyalty_events', 'kind', 'kind of a booking of points that is not known', 'kept as other'),
    ('list_members', 'list_kind', 'kind of a list that is not known', 'kept as other'),
    ('email_events', 'event', 'e-mail event that is not known', 'kept as other, and in no figure'),
    ('web_events', 'event', 'kind of web event that is not known', 'kept as other')
]) }}
{%- endmacro %}

{#- What each column of an entity refers to, by its name: the words for one that leads nowhere, what is done then, the SQL
    of all that can be found, its key there, and whether a source must tell of any such thing before one can be missing. Whoever
    bought or answered counts wherever they are missing; of the rest, an id of something that its source never tells of (a till's
    product numbers without a list of products) is a word. -#}
{% macro targets_of_references() -%}
{%- set companies -%}
    select
        assigned.company_id,
        assigned.source
    from {{ ref('int_companies_assigned') }} as assigned
    inner join {{ ref('int_companies_survived') }} as survived
        on assigned.account_id = survived.account_id
{%- endset -%}
{%- set employee = ('an employee who', 'told without a name', ref('int_owners_unioned'), 'owner_id', true) -%}
{{ return({
    'contact_id': ('a person who', 'counted without a customer', ref('int_contacts_resolved'), 'contact_id', false),
    'company_id': ('a company that', 'counted without a company', '(' ~ companies ~ ')', 'company_id', false),
    'owner_id': employee,
    'agent_id': employee,
    'deal_id': ('a deal that', 'left out', ref('int_deals_unioned'), 'deal_id', true),
    'order_id': ('an order that', 'counted without an order', ref('int_orders_unioned'), 'order_id', true),
    'product_id': ('a product that', 'told as the line says', ref('int_products_unioned'), 'product_id', true),
    'campaign_id': ('a campaign that', 'counted for no campaign', ref('int_campaigns_unioned'), 'campaign_id', true),
    'ticket_id': ('a ticket that', 'counted without a ticket', ref('int_tickets_unioned'), 'ticket_id', true),
    'invoice_id': ('an invoice that', 'counted without an invoice', ref('int_invoices_unioned'), 'invoice_id', true)
}) }}
{%- endmacro %}

{#- A record of each entity, in words. -#}
{% macro one_of() -%}
{{ return({
    'companies': 'company', 'products': 'product', 'campaigns': 'campaign',
    'contacts': 'person', 'deals': 'deal', 'deal_stages': 'stage of a deal', 'orders': 'order', 'order_lines': 'line',
    'email_events': 'e-mail event', 'tickets': 'ticket', 'surveys': 'survey', 'interactions': 'interaction',
    'invoices': 'invoice', 'payments': 'payment', 'subscriptions': 'subscription',
    'reviews': 'review', 'loyalty_balances': 'balance of points', 'loyalty_events': 'booking of points', 'tasks': 'task',
    'deal_lines': 'line of a deal', 'quotes': 'quote', 'list_members': 'membership of a list'
}) }}
{%- endmacro %}

{#- Every reference of every entity that has no rule of its own above, by the entities' shapes, so that none is forgotten: the
    rule, what is done, the model that tells it, the column, which of its records, where it leads, and their money. -#}
{% macro references() -%}
{%- set told_above = {
    'orders': ['contact_id'], 'tickets': ['contact_id'], 'invoices': ['contact_id'], 'payments': ['contact_id'],
    'subscriptions': ['contact_id'], 'campaign_costs': ['campaign_id']
} -%}
{%- set measured = {
    'orders': ('int_orders_priced', 'net_revenue'), 'deals': ('int_deals_valued', 'value_amount'),
    'tickets': ('int_tickets_measured', none), 'surveys': ('int_surveys_scored', none),
    'invoices': ('invoices', 'total_value'), 'payments': ('payments', 'value_amount'),
    'subscriptions': ('subscriptions', 'monthly_revenue'), 'quotes': ('quotes', 'value_amount')
} -%}
{%- set found = [] -%}
{%- set targets = crm360.targets_of_references() -%}
{%- for entity, columns in crm360.shapes().items() -%}
    {%- for column in columns if column in targets and column not in told_above.get(entity, []) -%}
        {%- set what, treatment, target, key, is_told = targets[column] -%}
        {%- set model, amount = measured.get(entity, ('int_' ~ entity ~ '_unioned', none)) -%}
        {#- A refund of what is nowhere has a rule of its own, for it takes money off; a line without its order is in no table. -#}
        {%- set scope = 'told.amount >= 0' if entity == 'payments' else 'true' if entity in measured else 'not told.is_deleted' -%}
        {%- do found.append((
            crm360.one_of()[entity] ~ ' that refers to ' ~ what ~ ' is nowhere',
            'left out' if entity == 'order_lines' and column == 'order_id' else 'told without it' if entity in ['tasks', 'quotes'] else treatment,
            model, column, scope, target, key, is_told, amount
        )) -%}
    {%- endfor -%}
{%- endfor -%}
{{ return(found) }}
{%- endmacro %}
