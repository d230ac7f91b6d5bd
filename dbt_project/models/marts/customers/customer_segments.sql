-- One row per customer and segment that the customer is in. A segment is its rows in
-- int_segment_rules: the customer is in when every one of them holds.
with

rules as (

    select
        *,
        count(*) over (partition by segment) as count_of_rules
    from {{ ref('int_segment_rules') }}

),

measures as (

    select * from {{ ref('int_customers_measured') }}

),

held as (

    select
        measures.customer_id,
        rules.segment,
        rules.count_of_rules,
        rules.measure,
        rules.comparison,
        trim(trailing '.' from trim(trailing '0' from cast(rules.threshold as string))) as threshold,
        trim(trailing '.' from trim(trailing '0' from cast(measures.value as string))) as measured
    from rules
    inner join measures
        on rules.measure = measures.measure
    where
        (rules.comparison = 'at least' and measures.value >= rules.threshold)
        or (rules.comparison = 'at most' and measures.value <= rules.threshold)

),

told as (

    select
        *,
        measure || ' ' || comparison || ' ' || threshold as rule,
        measure || ' = ' || measured as value
    from held

)

select
    customer_id,
    segment,
    {{ dbt.listagg('rule', "' and '", 'order by measure') }} as rule,
    {{ dbt.listagg('value', "' and '", 'order by measure') }} as value,
    cast('{{ var("as_of") }}' as date) as as_of_date
from told
group by customer_id, segment, count_of_rules
having count(*) = count_of_rules
