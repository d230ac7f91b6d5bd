select {{ site_domain('domain') }} as domain
from {{ ref('int_companies_unioned') }}
where {{ site_domain('domain') }} is not null
union
select {{ email_domain('email') }} as domain
from {{ ref('int_contacts_unioned') }}
where {{ email_domain('email') }} <> ''
union
-- Of further addresses only what may be spelled in two ways.
select {{ email_domain('further.email') }} as domain
from (
    select {{ each() }}(split(other_emails, ';')) as email
    from {{ ref('int_contacts_unioned') }}
    where {{ matches('other_emails', '(?i)xn--|[^\\x00-\\x7F]') }}
) as further
where {{ email_domain('further.email') }} <> ''
