with source as (

    {{ latest('suitecrm', 'accounts', [
        'name', 'website', 'industry', 'employees', 'annual_revenue', 'phone_office', 'billing_address_street',
        'billing_address_city', 'billing_address_postalcode', 'billing_address_country', 'date_entered', 'date_modified'
    ]) }}

)

select
    {{ columns_of_record('company_id', 'date_entered', 'date_modified') }},
    {{ nullif_blank('r.name') }} as name,
    {{ domain_of('r.website') }} as domain,
    {{ nullif_blank('r.industry') }} as industry,
    -- Both are texts of one's own there, such as "50-100".
    {{ as_whole('r.employees') }} as size,
    {{ as_decimal('r.annual_revenue') }} as revenue,
    {{ nullif_blank('r.billing_address_city') }} as city,
    {{ nullif_blank('r.billing_address_country') }} as country,
    {{ nullif_blank('r.billing_address_street') }} as street,
    {{ nullif_blank('r.billing_address_postalcode') }} as postal_code,
    {{ nullif_blank('r.phone_office') }} as phone,
    {{ unread(times=['r.date_entered', 'r.date_modified']) }} as parse_errors
from source
