{#- One row per customer who wrote a review. -#}
{% macro voices_of_customers() -%}
    select
        customer_id,
        count(*) as count_of_reviews,
        {{ crm360.average('rating_of_100') }} as average_review_score,
        max(reviewed_at) as last_review_at
    from {{ ref('reviews') }}
    where customer_id is not null
    group by customer_id
{%- endmacro %}

{#- One row per customer in a loyalty programme: the points of all of them, and the tier of where there are most. -#}
{% macro points_of_customers() -%}
    select
        customer_id,
        {{ crm360.measured_sum('points_balance') }} as points_balance,
        max_by(tier, place) filter (where tier is not null) as points_tier
    from (
        select
            *,
            cast(row_number() over (
                partition by customer_id order by points_balance nulls first, loyalty_balance_id nulls last
            ) as bigint) as place
        from {{ ref('loyalty_balances') }}
        where customer_id is not null and coalesce(status, 'member') <> 'not joined'
    ) as members
    group by customer_id
{%- endmacro %}
