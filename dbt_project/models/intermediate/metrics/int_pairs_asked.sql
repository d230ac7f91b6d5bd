{#- Values that two records have in common: of the one, also among the other's further ones. -#}
{%- set common = {
    'person_number': 'personal number', 'birth_date': 'birth date', 'phone': 'phone', 'street': 'street',
    'postal_code': 'postcode', 'city': 'city', 'company': 'company', 'job': 'job', 'profile': 'profile'
} -%}
-- One row per pair of records of which a person should say whether they are one. In order of what a decision is worth:
-- how likely what was done is wrong, times the records of the customers and their revenue, told in mean customers.
with

pairs as (

    select * from {{ ref('int_pairs_questioned') }}

),

customers as (

    select
        customers.customer_id,
        customers.count_of_records,
        bought.sales_revenue as net_revenue,
        avg(bought.sales_revenue) over () as usual_revenue
    from {{ ref('int_golden_records') }} as customers
    left join {{ ref('int_customers_purchases') }} as bought
        on customers.customer_id = bought.customer_id

),

ends as (

    {% for side in ['a', 'b'] -%}
    select
        pairs.contact_id_a,
        pairs.contact_id_b,
        resolved.customer_id
    from pairs
    inner join {{ ref('int_contacts_resolved') }} as resolved
        on pairs.contact_id_{{ side }} = resolved.contact_id
    {{ 'union' if not loop.last }}
    {% endfor %}
),

-- What a decision may move, in records and in money.
stakes as (

    select
        ends.contact_id_a,
        ends.contact_id_b,
        cast(sum(customers.count_of_records) as bigint) as count_of_records,
        cast(sum(customers.net_revenue) as decimal(18, 4)) as net_revenue,
        sum(greatest(customers.net_revenue, 0) / nullif(customers.usual_revenue, 0)) as usual_customers
    from ends
    inner join customers
        on ends.customer_id = customers.customer_id
    group by ends.contact_id_a, ends.contact_id_b

),

words as (

    select * from {{ ref('int_comparison_fields') }}

)

select
    pairs.contact_id_a,
    pairs.contact_id_b,
    pairs.is_one_customer,
    pairs.asked_because,
    pairs.probability,
    pairs.agreement,
    stakes.count_of_records,
    stakes.net_revenue,
    nullif(concat_ws(
        '; ',
        case
            when a.email = b.email or ' ' || b.other_emails || ' ' like '% ' || a.email || ' %'
                then 'e-mail ' || a.email
            when ' ' || a.other_emails || ' ' like '% ' || b.email || ' %' then 'e-mail ' || b.email
        end,
        {%- for field, name in common.items() %}
        case when a.{{ field }} = b.{{ field }} then '{{ name }} ' || cast(a.{{ field }} as string) end,
        {%- endfor %}
        case
            when a.phone = b.other_phone then 'phone ' || a.phone
            when a.other_phone in (b.phone, b.other_phone) and a.phone is distinct from b.phone
                then 'phone ' || a.other_phone
        end
    ), '') as agreed_on,
    cast(
        row_number() over (
            order by
                round(pairs.doubt * (stakes.count_of_records + coalesce(stakes.usual_customers, 0)), 4) desc,
                pairs.contact_id_a nulls last,
                pairs.contact_id_b nulls last
        ) as bigint
    ) as place_in_queue
from pairs
inner join stakes
    on
        pairs.contact_id_a = stakes.contact_id_a
        and pairs.contact_id_b = stakes.contact_id_b
inner join words as a
    on pairs.contact_id_a = a.contact_id
inner join words as b
    on pairs.contact_id_b = b.contact_id
