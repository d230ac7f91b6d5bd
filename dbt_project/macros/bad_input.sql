{#- The rules for bad input: what is wrong, what is done with it, the model in which the rule stands, the records that it
    looks at, those that it meets, and where they have any, their money in the base currency. data_quality counts them. -#}
{% macro rules_of_bad_input() -%}
{%- set live = 'not is_deleted' -%}
{{ return([
    ('order dated after as_of', 'left out until its day', 'int_orders_unioned', live, crm360.is_future('ordered_at')),
    ('order before its account', 'flagged', 'int_orders_priced', 'true', 'is_before_account'),
    ('order whose status nobody has given a meaning', 'counted as a sale', 'int_orders_priced', 'true', 'has_unknown_status'),
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
    ('campaign without a cost', 'cost figures are null', 'campaign_performance', 'true', 'cost is null'),
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
        'invoice whose status nobody has given a meaning', 'judged by its balance', 'int_invoices_unioned', live,
        'status is not null and (' ~ crm360.status_meaning('invoices', 'status') ~ ') is null'
    ),
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
]) }}
{%- endmacro %}

{#- SQL: of each mapped stream, how many lines were dropped because they are equal to another one, and their money, where
    each line is a record of an entity that has some. -#}
{% macro equal_lines_dropped() -%}
{%- set money = {
    'orders': 'total_amount', 'order_lines': 'coalesce(line_amount, quantity * unit_price)', 'deals': 'amount',
    'invoices': 'total_amount', 'payments': 'amount'
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

{#- Words of mapped records that are none of their column's list (closed_words): entity, column, the rule, what is done. -#}
{% macro unknown_words() -%}
{{ return([
    ('orders', 'order_kind', 'kind of order that is not known', 'kept as other, and counts nothing'),
    ('products', 'kind', 'kind of product that is not known', 'kept as other'),
    ('tickets', 'satisfaction', 'satisfaction that is not known', 'kept as other, and in no share'),
    ('interactions', 'kind', 'kind of interaction that is not known', 'kept as other'),
    ('interactions', 'direction', 'direction of an interaction that is not known', 'told as internal'),
    ('email_events', 'event', 'e-mail event that is not known', 'kept as other, and in no figure')
]) }}
{%- endmacro %}
