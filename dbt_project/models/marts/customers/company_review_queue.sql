{#- What a person sees of both records, to decide. -#}
{%- set shown = ['source', 'name', 'domain', 'phone', 'street', 'postal_code', 'city', 'country', 'industry'] -%}
-- One row per pair of company records of which a person should say whether they are one, the most doubtful first.
with

doubted as (

    select * from {{ ref('int_company_review_candidates') }}
    where place_in_queue <= {{ var('review_limit') }}

),

companies as (

    select
        companies.*,
        assigned.account_id
    from {{ ref('int_companies_unioned') }} as companies
    inner join {{ ref('int_companies_assigned') }} as assigned
        on companies.company_id = assigned.company_id

)

select
    doubted.place_in_queue,
    doubted.company_id_a,
    doubted.company_id_b,
    a.account_id as account_id_a,
    b.account_id as account_id_b,
    doubted.is_one_company,
    doubted.probability,
    {%- for field in shown %}
    a.{{ field }} as {{ field }}_a,
    b.{{ field }} as {{ field }}_b,
    {%- endfor %}
    doubted.agreement
from doubted
inner join companies as a
    on doubted.company_id_a = a.company_id
inner join companies as b
    on doubted.company_id_b = b.company_id
