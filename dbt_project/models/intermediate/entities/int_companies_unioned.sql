with unioned as (

    {{ union_of('companies', 'company_id') }}

)

select
    {%- for column in columns_of('companies', 'company_id') if column != 'phone' %}
    {{ column }},
    {%- endfor %}
    {{ phone_cell('phone') }} as phone
from unioned
