-- One row per company of which a record has a custom field: of each field the value of the record whose word counts
-- first in the golden record.
{%- set fields = custom_fields('companies') %}

with

ranked as (

    select
        company_id,
        account_id,
        preference
    from {{ ref('int_companies_ranked') }}

),

custom as (

    select * from {{ ref('int_companies_custom') }}

)

select
    ranked.account_id,
    {%- for field in fields %}
    min_by(custom.{{ field.name }}, ranked.preference) filter (where custom.{{ field.name }} is not null)
        as {{ field.name }},
    {%- endfor %}
    count(*) as count_of_custom_records
from ranked
inner join custom
    on ranked.company_id = custom.company_id
group by ranked.account_id
