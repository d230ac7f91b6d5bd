with unioned as (

    {{ union_of('companies', 'company_id') }}

)

select
    {%- for column in columns_of('companies', 'company_id') %}
    {{ phone_cell('phone') ~ ' as phone' if column == 'phone' else column }}{{ ',' if not loop.last }}
    {%- endfor %}
from unioned
