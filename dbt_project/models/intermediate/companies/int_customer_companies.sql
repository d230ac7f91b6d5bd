-- By the company that the golden record names, or else by the one whose domain the address has.
with domains as (

    select
        keyed.domain_key,
        min(assigned.account_id) as account_id
    from {{ ref('int_companies_keyed') }} as keyed
    inner join {{ ref('int_companies_assigned') }} as assigned
        on keyed.company_id = assigned.company_id
    where
        keyed.is_active
        and keyed.domain_key is not null
    group by keyed.domain_key
    -- A domain that two companies share tells of neither.
    having count(distinct assigned.account_id) = 1

)

select
    customers.customer_id,
    coalesce(accounts.account_id, domains.account_id) as account_id
from {{ ref('int_golden_records') }} as customers
left join {{ ref('int_companies_assigned') }} as assigned
    on customers.company_id = assigned.company_id
left join {{ ref('int_companies_survived') }} as accounts
    on assigned.account_id = accounts.account_id
left join domains
    on crm360_owned_domain({{ email_domain('customers.email') }}) = domains.domain_key
where coalesce(accounts.account_id, domains.account_id) is not null
