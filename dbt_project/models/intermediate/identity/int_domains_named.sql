select {{ site_domain('domain') }} as domain
from {{ ref('int_companies_unioned') }}
where {{ site_domain('domain') }} is not null
union
select {{ email_domain('email') }} as domain
from {{ ref('int_contacts_unioned') }}
where {{ email_domain('email') }} <> ''
