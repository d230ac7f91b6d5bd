-- One row per rule for bad input, source and what it is about: how many records it met, and what is done with them.
-- The rules are listed in macros/bad_input.sql; this model counts. A reference leads nowhere if nothing of its id is
-- found.
{% set rateless = {
    'order': ('orders', 'total_amount'), 'deal': ('deals', 'amount'), 'invoice': ('invoices', 'total_amount'),
    'payment': ('payments', 'amount'), 'subscription': ('subscriptions', 'monthly_amount'),
    'line of a deal': ('deal_lines', 'line_amount'), 'quote': ('quotes', 'amount')
} %}
{% set rules = [equal_lines_dropped()] %}
{% for told in rules_of_bad_input() -%}
{% set rule, treatment, model, scope, condition, amount, words = (told + (none, none))[:7] -%} {%- set counted -%}
select
    '{{ rule }}' as rule,
    source,
    {{ brand_of('source') }} as brand,
    {{ 'coalesce(case when ' ~ condition ~ ' then ' ~ shown_word(words) ~ " end, 'all')" if words else "'all'" }} as about,
    '{{ treatment }}' as treatment,
    count(*) filter (where {{ condition }}) as count_of_records,
    cast(
        {{ 'sum(' ~ amount ~ ') filter (where ' ~ condition ~ ')' if amount else 'null' }} as decimal(18, 4)
    ) as amount
from {{ ref(model) }}
where {{ scope }}
group by source, about
{%- endset -%} {%- do rules.append(counted) -%}
{% endfor -%}
{% for rule, treatment, model, column, scope, target, key, is_told, amount in references() -%} {%- set counted -%}
select
    '{{ rule }}' as rule,
    told.source,
    {{ brand_of('told.source') }} as brand,
    'all' as about,
    '{{ treatment }}' as treatment,
    count(*) filter (where target.{{ key }} is null) as count_of_records,
    cast(
        {{ 'sum(told.' ~ amount ~ ') filter (where target.' ~ key ~ ' is null)' if amount else 'null' }} as decimal(18, 4)
    ) as amount
from {{ ref(model) }} as told
left join {{ target }} as target
    on told.{{ column }} = target.{{ key }}
where
    told.{{ column }} is not null
    and {{ scope }}
    {%- if is_told %}
    and told.source in (select teller.source from {{ target }} as teller)
    {%- endif %}
group by told.source
{%- endset -%} {%- do rules.append(counted) -%}
{% endfor -%}
{% for kind, (model, amount) in rateless.items() -%} {%- set counted -%}
select
    '{{ kind }} in a currency without a rate' as rule,
    source,
    {{ brand_of('source') }} as brand,
    currency as about,
    'amounts in the base currency are nulled' as treatment,
    count(*) as count_of_records,
    cast(sum({{ amount }}) as decimal(18, 4)) as amount
from {{ ref(model) }}
where
    exchange_rate is null
    and {{ amount }} != 0
group by source, currency
{%- endset -%} {%- do rules.append(counted) -%}
{% endfor -%}
{% for entity, column, what, treatment in unknown_words() -%} {%- set counted -%}
select
    '{{ what }}' as rule,
    source,
    {{ brand_of('source') }} as brand,
    unknown_{{ column }} as about,
    '{{ treatment }}' as treatment,
    count(*) as count_of_records,
    cast(null as decimal(18, 4)) as amount
from {{ ref('stg_mapped__' ~ entity) }}
where unknown_{{ column }} is not null and not is_deleted
group by source, unknown_{{ column }}
{%- endset -%} {%- do rules.append(counted) -%}
{% endfor -%} {%- set counted -%}
select
    'what was learnt of who is who does not hold' as rule,
    'all' as source,
    cast(null as string) as brand,
    field as about,
    'usual weights are used until all is read anew' as treatment,
    count(*) as count_of_records,
    cast(null as decimal(18, 4)) as amount
from {{ ref('int_model_parameters') }}
where class = 'refused'
group by field
{%- endset -%} {%- do rules.append(counted) -%} {%- set counted -%}
select
    'person in an unknown country' as rule,
    contacts.source,
    {{ brand_of('contacts.source') }} as brand,
    'all' as about,
    'the country code is null' as treatment,
    count(*) filter (where contacts.country is not null and countries.country_code is null) as count_of_records,
    cast(null as decimal(18, 4)) as amount
from {{ ref('int_contacts_unioned') }} as contacts
left join countries
    on {{ country_key('contacts.country') }} = countries.country_name
where not contacts.is_deleted
group by contacts.source
{%- endset -%} {%- do rules.append(counted) -%}

with

countries as (

    {{ countries_by_name() }}

)

{{ united(rules) }}
