{#- How one transaction that several systems tell of is found, so that it counts once. -#}

{#- In which order records of one transaction are believed: the project's masters, then orders before invoices before
    deals, then sources as the golden record believes them. -#}
{% macro telling_rank(source, kind) -%}
    {%- set masters = var('value_masters', []) -%}
    {%- if masters -%}
    case {{ source }}
        {%- for name in masters %}
        when {{ crm360.quoted(name) }} then {{ loop.index0 }}
        {%- endfor %}
        else {{ masters | length }}
    end * 100000 +
    {%- endif %}
    case {{ kind }} when 'order' then 0 when 'invoice' then 10000 else 20000 end
    + {{ crm360.source_rank(source) }}
{%- endmacro %}

{#- By how much what one tells of a refund is more than what another tells of it: a hundredth is the two's rounding. -#}
{% macro told_more(one, another) -%}
    case when {{ one }} > {{ another }} * 1.01 then {{ one }} - {{ another }} else 0 end
{%- endmacro %}

{#- What refunds and disputes take off the net of the record that speaks for a transaction, where another system tells of
    more of them (as a payment's invoice does of a shop's order): their share of the net, and never more than is left.
    `returned` has the most that any system tells, as the speaker's own columns are named. -#}
{% macro returned_elsewhere(returned, speaker) -%}
    {%- set more -%}
    greatest({{ returned }}.disputed_revenue - {{ speaker }}.disputed_revenue, 0)
    + {{ crm360.told_more(returned ~ '.repaid_revenue', speaker ~ '.repaid_revenue') }}
    {%- endset -%}
    {%- set more = 'least(' ~ more ~ ', ' ~ speaker ~ '.gross_revenue)' -%}
    case
        when {{ speaker }}.is_sale and {{ more }} > 0 and {{ speaker }}.net_revenue > 0
            then least(
                {{ speaker }}.net_revenue,
                {{ crm360.prorated(more, speaker ~ '.net_revenue + ' ~ speaker ~ '.refunded_revenue', speaker ~ '.gross_revenue') }}
            )
        else 0
    end
{%- endmacro %}

{#- An order's number as one system names it to another: without signs, and without the word for an order before it. -#}
{% macro bare_reference(text) -%}
    nullif({{ crm360.replace_all(crm360.replace_all('lower(' ~ text ~ ')', '[^a-z0-9]', ''), '^(sales)?(order|bestellung|auftrag)?(number|no|nr)?', '') }}, '')
{%- endmacro %}

{#- An order's number however it is written: 'Order #1001', '#1001' and '1001' are one; null with fewer than three digits
    in a row. -#}
{% macro reference_key(text) -%}
    {%- set bare = crm360.replace_all('lower(' ~ text ~ ')', '[^a-z0-9]', '') -%}
    {%- set words = '^(sales|purchase)?(order|invoice|deal|bestellung|auftrag|rechnung)?(number|no|nr)?' -%}
    case when {{ crm360.matches(bare, '[0-9]{3}') }} then {{ crm360.replace_all(bare, words, '') }} end
{%- endmacro %}

{#- CTEs that go from `before` (each record and the transaction that it has so far) to `after`, by one rule: transactions
    told by different systems with the same values in `keys`, no more than `days` apart, are one.

    Records of the same values with no longer gap between them are an island. In it the system that tells most gives the
    slots, in the order of time, and each other system's records take the slots nearest to them, none twice: two
    purchases that two systems tell of are two, neither one nor four. Who is believed most of a slot is the transaction.
    Nothing is paired that would give a transaction two records of one system, unless they were its own already. -#}
{% macro paired(before, after, rule, keys, days, scope) %}
{%- set same = keys | join(', ') -%}
{%- set it = after ~ '_' -%}
{{ it }}keyed as (

    select *
    from {{ before }}
    where
        telling_id = transaction_id
        and {{ scope }}
        {%- for key in keys %}
        and {{ key }} is not null
        {%- endfor %}
    qualify min(system) over (partition by {{ same }}) <> max(system) over (partition by {{ same }})

),

{{ it }}stepped as (

    select
        *,
        case
            when lag(happened_at) over (partition by {{ same }} order by happened_at nulls last, telling_id nulls last)
                >= happened_at - interval {{ days }} day then 0
            else 1
        end as is_begin
    from {{ it }}keyed

),

{{ it }}islands as (

    select
        *,
        sum(is_begin) over (
            partition by {{ same }} order by happened_at nulls last, telling_id nulls last rows between unbounded preceding and current row
        ) as island
    from {{ it }}stepped

),

{{ it }}numbered as (

    select
        *,
        cast(row_number() over (
            partition by {{ same }}, island, system order by happened_at nulls last, telling_id nulls last
        ) as bigint) as number,
        count(*) over (partition by {{ same }}, island, system) as count_of_system
    from {{ it }}islands

),

{{ it }}measured as (

    select
        *,
        max(count_of_system) over (partition by {{ same }}, island) as count_of_slots,
        first_value(system) over (
            partition by {{ same }}, island order by count_of_system desc, preference nulls last, telling_id nulls last
        ) as slot_system
    from {{ it }}numbered
    qualify min(system) over (partition by {{ same }}, island) <> max(system) over (partition by {{ same }}, island)

),

{{ it }}nearest as (

    select
        told.*,
        slots.number as nearest_slot
    from {{ it }}measured as told
    inner join {{ it }}measured as slots
        on
            told.island = slots.island
            and slots.system = slots.slot_system
            {%- for key in keys %}
            and told.{{ key }} = slots.{{ key }}
            {%- endfor %}
    qualify row_number() over (
        partition by told.telling_id
        order by abs({{ dbt.datediff('told.happened_at', 'slots.happened_at', 'second') }}) nulls last, slots.number nulls last
    ) = 1

),

{{ it }}aligned as (

    select
        *,
        least(
            max(nearest_slot - number) over (
                partition by {{ same }}, island, system order by number nulls last
                rows between unbounded preceding and current row
            ) + number,
            count_of_slots - count_of_system + number
        ) as slot
    from {{ it }}nearest

),

{{ it }}timed as (

    select
        *,
        max(case when system = slot_system then happened_at end) over (partition by {{ same }}, island, slot) as slot_at
    from {{ it }}aligned

),

{{ it }}paired as (

    select
        telling_id,
        first_value(telling_id) over (partition by {{ same }}, island, slot order by preference nulls last, telling_id nulls last) as target_id
    from {{ it }}timed
    where abs({{ dbt.datediff('slot_at', 'happened_at', 'second') }}) <= {{ days }} * 86400

),

{{ it }}members as (

    select
        told.telling_id,
        told.transaction_id,
        told.system,
        paired.target_id
    from {{ before }} as told
    inner join {{ it }}paired as paired
        on told.transaction_id = paired.telling_id

),

{{ it }}doubled as (

    select
        target_id,
        system
    from {{ it }}members
    group by target_id, system
    having min(transaction_id) <> max(transaction_id)

),

{{ it }}moved as (

    select
        members.transaction_id,
        min(members.target_id) as target_id
    from {{ it }}members as members
    left join {{ it }}doubled as doubled
        on
            members.target_id = doubled.target_id
            and members.system = doubled.system
    where members.transaction_id <> members.target_id
    group by members.transaction_id
    having count(doubled.system) = 0

),

{{ after }} as (

    select
        told.* {{ crm360.without('transaction_id, matched_by') }},
        coalesce(moved.target_id, told.transaction_id) as transaction_id,
        coalesce(told.matched_by, case when moved.target_id is not null then '{{ rule }}' end) as matched_by
    from {{ before }} as told
    left join {{ it }}moved as moved
        on told.transaction_id = moved.transaction_id

)
{%- endmacro %}

{#- Credit notes that name neither an order nor an invoice, as invoices below 0: corrections by themselves. `id` is the column
    that names the note itself, `more` are columns that not every system has. -#}
{% macro credit_notes_alone(model, id, more=[]) -%}
select
    {{ id }} as invoice_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    name,
    contact_id,
    {%- for column in more %}
    {{ column }},
    {%- endfor %}
    'paid' as status,
    paid_at as issued_at,
    paid_at,
    currency,
    cast(-tax_amount as decimal(18, 4)) as tax_amount,
    amount as total_amount,
    amount as paid_amount,
    cast(0 as decimal(18, 4)) as balance_amount,
    parse_errors
from {{ ref(model) }}
where is_alone
{%- endmacro %}

{#- The CTEs `paid_back`, refunds and lost disputes with what they took back, and `referred`: of each that a payment provider
    tells of an order of another system that order, by the number that it has of it, if buyer or address are the same there
    too, and no second order is meant as well. -#}
{% macro refunds_paid() -%}
paid_back as (

    select
        *,
        -amount as paid_amount,
        -value_amount as paid_value
    from {{ ref('payments') }}
    where amount < 0

),

foreign_refunds as (

    select
        paid_back.payment_id,
        paid_back.source,
        paid_back.customer_id,
        lower(told.email) as email,
        {{ crm360.bare_reference('told.order_reference') }} as reference
    from paid_back
    inner join {{ ref('int_payments_unioned') }} as told
        on paid_back.payment_id = told.payment_id
    where paid_back.order_id is null

),

numbered_orders as (

    select
        orders.order_id,
        orders.source,
        contacts.customer_id,
        lower(orders.email) as email,
        {{ crm360.bare_reference('orders.name') }} as reference
    from {{ ref('int_orders_classified') }} as orders
    left join {{ ref('int_contacts_resolved') }} as contacts
        on orders.contact_id = contacts.contact_id

),

addresses as (

    select distinct
        customer_id,
        {{ crm360.reached_at('email', 'email') }} as email
    from {{ ref('int_records_ranked') }}
    where email is not null

),

referred as (

    select
        foreign_refunds.payment_id,
        min(numbered_orders.order_id) as order_id
    from foreign_refunds
    left join addresses
        on foreign_refunds.email = addresses.email
    inner join numbered_orders
        on
            foreign_refunds.reference = numbered_orders.reference
            and foreign_refunds.source <> numbered_orders.source
            and (
                foreign_refunds.customer_id = numbered_orders.customer_id
                or addresses.customer_id = numbered_orders.customer_id
                or foreign_refunds.email = numbered_orders.email
            )
    group by foreign_refunds.payment_id
    having count(distinct numbered_orders.order_id) = 1

)
{%- endmacro %}
