{#- Values that two records have in common: of the one, also among the other's further ones. -#}
{%- set common = {
    'person_number': 'personal number', 'birth_date': 'birth date', 'phone': 'phone', 'street': 'street',
    'postal_code': 'postcode', 'city': 'city', 'company': 'company', 'job': 'job', 'profile': 'profile'
} -%}
-- One row per pair of records of which a person should say whether they are one: doubtful pairs, and one of each customer
-- whose records contradict each other. In order of what a decision is worth: how likely what was done is wrong, times the
-- records of the customers and their revenue, told in mean customers.
with

contradicted as (

    select
        contact_id_a,
        contact_id_b,
        {{ dbt.listagg("'two ' || field", "', '", 'order by field') }} as contradictions
    from {{ ref('int_customers_contradicted') }}
    group by contact_id_a, contact_id_b

),

doubted as (

    select * from {{ ref('int_pairs_doubted') }}

),

pairs as (

    select
        coalesce(doubted.contact_id_a, contradicted.contact_id_a) as contact_id_a,
        coalesce(doubted.contact_id_b, contradicted.contact_id_b) as contact_id_b,
        coalesce(doubted.is_one_customer, true) as is_one_customer,
        coalesce(contradicted.contradictions, case when doubted.is_one_customer then 'weak evidence' else 'may be missed' end)
            as asked_because,
        doubted.probability,
        doubted.agreement,
        -- What contradicts itself is as likely wrong as right, where its score does not say worse.
        greatest(doubted.doubt, case when contradicted.contact_id_a is not null then 0.5 end) as doubt
    from doubted
    full join contradicted
        on
            doubted.contact_id_a = contradicted.contact_id_a
            and doubted.contact_id_b = contradicted.contact_id_b

),

customers as (

    select
        customers.customer_id,
        customers.count_of_records,
        bought.sales_revenue as net_revenue,
        avg(bought.sales_revenue) over () as usual_revenue
    from {{ ref('int_customers_survived') }} as customers
    left join {{ ref('int_customers_purchases') }} as bought
        on customers.customer_id = bought.customer_id

),

resolved as (

    select * from {{ ref('int_contacts_resolved') }}

),

ends as (

    select distinct
        pairs.contact_id_a,
        pairs.contact_id_b,
        resolved.customer_id
    from pairs
    inner join resolved
        on resolved.contact_id in (pairs.contact_id_a, pairs.contact_id_b)

),

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

    select * from {{ ref('int_identities_worded') }}

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
            when a.email = b.email or ' ' || b.other_emails || ' ' like '% ' || a.email || ' %' then 'e-mail ' || a.email
            when ' ' || a.other_emails || ' ' like '% ' || b.email || ' %' then 'e-mail ' || b.email
        end,
        {%- for field, name in common.items() %}
        case when a.{{ field }} = b.{{ field }} then '{{ name }} ' || cast(a.{{ field }} as string) end,
        {%- endfor %}
        case
            when a.phone = b.other_phone then 'phone ' || a.phone
            when a.other_phone in (b.phone, b.other_phone) and a.phone is distinct from b.phone then 'phone ' || a.other_phone
        end
    ), '') as agreed_on,
    row_number() over (
        order by
            round(pairs.doubt * (stakes.count_of_records + coalesce(stakes.usual_customers, 0)), 4) desc,
            pairs.contact_id_a,
            pairs.contact_id_b
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
