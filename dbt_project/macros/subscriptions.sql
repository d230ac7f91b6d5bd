{#- Subscriptions: what an amount of an interval is in a month, and in which state one is on a day. -#}

{#- The intervals that there are, each with the months of 365 / 12 days that it has, as part and whole. -#}
{% macro months_of_intervals() -%}
{{ return({'day': (12, 365), 'week': (84, 365), 'month': (1, 1), 'quarter': (3, 1), 'year': (12, 1)}) }}
{%- endmacro %}

{#- An interval by its usual words; null for a word that is none. -#}
{% macro interval_of(text) -%}
    {%- set words = {
        'day': ['day', 'days', 'daily', 'd', 'tag', 'täglich'],
        'week': ['week', 'weeks', 'weekly', 'w', 'woche', 'wöchentlich', 'semaine', 'hebdomadaire', 'semana', 'settimana', 'wekelijks'],
        'month': [
            'month', 'months', 'monthly', 'm', 'monat', 'monatlich', 'mois', 'mensuel', 'mensuelle', 'mes', 'mensual', 'mese', 'mensile', 'maand',
            'maandelijks'
        ],
        'quarter': ['quarter', 'quarters', 'quarterly', 'q', 'quartal', 'vierteljährlich', 'trimestre', 'trimestriel', 'trimestral', 'kwartaal'],
        'year': [
            'year', 'years', 'yearly', 'annual', 'annually', 'y', 'jahr', 'jährlich', 'an', 'année', 'annuel', 'annuelle', 'año', 'anual', 'anno',
            'annuale', 'jaar', 'jaarlijks'
        ]
    } -%}
    {{ crm360.word_meaning(text, words) }}
{%- endmacro %}

{#- An amount of so many intervals, as what it is in a month; null where the interval is none that is known. -#}
{% macro in_a_month(amount, interval, intervals) -%}
    case {{ interval }}
        {%- for name, (months, of) in crm360.months_of_intervals().items() %}
        when '{{ name }}' then {{ crm360.prorated(amount, of, '(' ~ months ~ ' * nullif(' ~ intervals ~ ', 0))') }}
        {%- endfor %}
    end
{%- endmacro %}

{#- What a version's status means; null for none, and for a word that nobody knows: its dates say then. -#}
{% macro subscription_meaning(status) -%}{{ crm360.status_meaning('subscriptions', status) }}{%- endmacro %}

{#- When a version says that the subscription ended: one whose status says so without a date ended when that was known. -#}
{% macro subscription_end(of, meaning, known) -%}
    case
        when {{ meaning }} = 'ended' then coalesce({{ of }}.ended_at, {{ of }}.cancelled_at, {{ known }})
        else {{ of }}.ended_at
    end
{%- endmacro %}

{#- The end of one of which only its status says that it has ended: when that was known. Of one whose start nobody tells either it is
    no end where that was after as_of: it had ended before, nobody knows when. -#}
{% macro known_end(begins, known) -%}
    case when {{ begins }} is not null or not {{ crm360.is_future(known) }} then {{ known }} end
{%- endmacro %}

{#- When a version says that its subscription ended, where it is known by then. -#}
{% macro end_of_version(version, subscription) -%}
    {{ crm360.subscription_end(
        version, version ~ '.meaning', crm360.known_end(subscription ~ '.started_at', version ~ '.known_from')
    ) }}
{%- endmacro %}

{#- The subscriptions, each with its subscriber and with the moment from which it counts in months: one whose start nobody tells from
    when it was first read, or on as_of. -#}
{% macro subscriptions_counted(versions) -%}
    select
        told.*,
        coalesce(told.customer_id, told.contact_id, told.company_id, told.subscription_id) as subscriber,
        coalesce(
            told.started_at, least(first_read.known_from, cast({{ crm360.as_of_date() }} as timestamp))
        ) as counts_from
    from {{ ref('subscriptions') }} as told
    left join (
        select
            subscription_id,
            min(known_from) as known_from
        from {{ versions }}
        group by subscription_id
    ) as first_read
        on told.subscription_id = first_read.subscription_id
{%- endmacro %}

{#- The state on a day, one word of a short list. `meaning` and `ends_by_it` are those of the version that was in force; the
    dates, in which a subscription is known better the later one asks, those of the newest. -#}
{% macro subscription_state(day, meaning, ends_by_it, begins, trial_ends, ends) -%}
    case
        when cast({{ begins }} as date) > {{ day }} then 'scheduled'
        when cast({{ ends }} as date) <= {{ day }} then 'ended'
        when {{ meaning }} = 'ended' and coalesce(cast({{ ends_by_it }} as date) <= {{ day }}, true) then 'ended'
        when {{ meaning }} in ('paused', 'unpaid', 'incomplete') then {{ meaning }}
        when cast({{ trial_ends }} as date) > {{ day }} then 'trialing'
        when {{ meaning }} = 'trialing' and {{ trial_ends }} is null then 'trialing'
        when {{ meaning }} = 'past due' then 'past due'
        else 'active'
    end
{%- endmacro %}

{#- The states in which somebody pays, or still has to: what one who is late owes is revenue until it is given up. -#}
{% macro is_paying(state) -%}{{ state }} in ('active', 'past due'){%- endmacro %}

{#- Subscriptions of files and tables, each once or in every version: an interval by its usual word, and what is paid in a month
    where only what is paid for an interval is told. Of an entity that several records tell together the present state is known. -#}
{% macro mapped_subscriptions(is_newest) -%}
    {%- set columns = crm360.columns_of('subscriptions', 'subscription_id') -%}
    select
        {%- for column in columns if column not in ['billing_interval', 'monthly_amount'] %}
        {{ column }},
        {%- endfor %}
        {%- if not is_newest %}
        known_from,
        is_newest,
        {%- endif %}
        {{ crm360.interval_of('billing_interval') }} as billing_interval,
        {%- if is_newest %}
        stream,
        parse_errors,
        {%- endif %}
        coalesce(
            monthly_amount, {{ crm360.in_a_month('amount', crm360.interval_of('billing_interval'), 'coalesce(billing_interval_count, 1)') }}
        ) as monthly_amount
    from ({{ crm360.mapped_entity('subscriptions', 'subscription_id', every_version=not is_newest) }}) as told
{%- endmacro %}

{#- Every version of every subscription of all sources, from their models' siblings of that name. -#}
{% macro subscription_versions() -%}
    {%- set told = ['subscription_id', 'known_from', 'is_newest', 'status', 'monthly_amount', 'ended_at', 'cancelled_at'] -%}
    {%- for model in crm360.registry().entities['subscriptions'] %}
    select
        {%- for column in told %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(model ~ '_versioned') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- One row per customer who pays for a subscription. -#}
{% macro paid_subscriptions_of_customers() -%}
    select
        customer_id,
        count(*) as count_of_active_subscriptions,
        {{ crm360.measured_sum('monthly_revenue') }} as monthly_recurring_revenue,
        min(paid_from) as subscribed_since
    from {{ ref('subscriptions') }}
    where
        is_paying
        and customer_id is not null
    group by customer_id
{%- endmacro %}
