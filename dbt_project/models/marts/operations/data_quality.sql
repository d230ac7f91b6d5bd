-- One row per rule for bad input, source and what it is about: how many records it met, and what is done with them.
-- The models named here are where the rules stand; this one counts.
{% set live = 'not is_deleted' %}
{% set rules = [
    ('order dated after as_of', 'left out until its day', 'int_orders_unioned', live, is_future('ordered_at')),
    ('order before its account', 'flagged', 'int_orders_priced', 'true', 'is_before_account'),
    ('sale with a negative total', 'counted as an adjustment', 'int_orders_priced', 'true', 'is_negative_sale'),
    ('line of a sale with a negative price', 'flagged', 'order_lines', 'true', "price_flag = 'negative price'"),
    ('line of a sale with a price of zero', 'flagged', 'order_lines', 'true', "price_flag = 'zero price'"),
    ('deal made after as_of', 'left out until its day', 'int_deals_unioned', live, is_future('created_at')),
    ('deal closed after as_of', 'counted as open', 'int_deals_unioned', live, is_future('closed_at')),
    ('deal with a negative amount', 'nulled', 'int_deals_valued', 'true', 'is_negative_amount'),
    ('deal with a chance off 0 to 1', 'nulled', 'int_deals_valued', 'true', 'is_probability_off_scale'),
    ('deal closed before it was made', 'its cycle is nulled', 'int_deals_valued', 'true', 'is_closed_before_created'),
    (
        'open deal without the time of its stage', 'its days in the stage are nulled', 'int_deals_staged', 'is_current',
        'not is_dated'
    ),
    ('ticket opened after as_of', 'left out until its day', 'int_tickets_unioned', live, is_future('created_at')),
    ('ticket solved before it was opened', 'nulled', 'int_tickets_measured', 'true', 'is_solved_before_opened'),
    ('ticket answered before it was opened', 'nulled', 'int_tickets_measured', 'true', 'is_answered_before_opened'),
    ('survey score off its scale', 'nulled', 'int_surveys_scored', 'true', 'is_off_scale'),
    (
        'survey answered after as_of', 'left out until its day', 'int_surveys_unioned', live,
        is_future('coalesce(answered_at, created_at)')
    ),
    ('campaign without a cost', 'cost figures are null', 'int_campaigns_unioned', live, 'cost is null'),
    (
        'invoice issued after as_of', 'left out until its day', 'int_invoices_unioned', live,
        is_future('coalesce(issued_at, created_at)')
    ),
    (
        'invoice whose total less what was paid is not its balance', 'flagged', 'int_invoices_unioned', live,
        "status in ('open', 'paid') and total_amount - paid_amount != balance_amount"
    ),
    (
        'payment made after as_of', 'left out until its day', 'int_payments_unioned', live,
        is_future('coalesce(paid_at, created_at)')
    ),
    ('unreadable value in a record that sums are made of', 'rejected', 'int_records_unread', 'true', 'is_held_back'),
    ('unreadable value in another record', 'nulled', 'int_records_unread', 'true', 'not is_held_back')
] %}
{% set rateless = {
    'order': ('orders', 'total_amount'), 'deal': ('deals', 'amount'), 'invoice': ('invoices', 'total_amount'),
    'payment': ('payments', 'amount')
} %}

with

countries as (

    {{ countries_by_name() }}

)

{% for rule, treatment, model, scope, condition in rules -%}
select
    '{{ rule }}' as rule,
    source,
    'all' as about,
    '{{ treatment }}' as treatment,
    count(*) filter (where {{ condition }}) as count_of_records,
    cast(null as decimal(18, 4)) as amount
from {{ ref(model) }}
where {{ scope }}
group by source
union all
{% endfor -%}
{% for kind, (model, amount) in rateless.items() -%}
select
    '{{ kind }} in a currency without a rate' as rule,
    source,
    currency as about,
    'amounts in the base currency are nulled' as treatment,
    count(*) as count_of_records,
    cast(sum({{ amount }}) as decimal(18, 4)) as amount
from {{ ref(model) }}
where
    exchange_rate is null
    and {{ amount }} != 0
group by source, currency
union all
{% endfor -%}
select
    'person in an unknown country' as rule,
    contacts.source,
    'all' as about,
    'the country code is null' as treatment,
    count(*) filter (where contacts.country is not null and countries.country_code is null) as count_of_records,
    cast(null as decimal(18, 4)) as amount
from {{ ref('int_contacts_unioned') }} as contacts
left join countries
    on lower(trim(contacts.country)) = countries.country_name
where not contacts.is_deleted
group by contacts.source
