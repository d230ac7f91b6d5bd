with contacts as (

    select
        contact_id,
        email,
        other_emails
    from {{ ref('int_contacts_changed') }}

),

addresses as (

    select
        contact_id,
        0 as place,
        {{ email_address('email') }} as address
    from contacts
    where email is not null
    union all
    select
        contact_id,
        1 as place,
        {{ email_address('email') }} as address
    from (
        select
            contact_id,
            {{ each() }}(split(other_emails, ';')) as email
        from contacts
        where other_emails is not null
    ) as others

),

-- One domain, in its own letters, however it is spelled.
spelled as (

    select
        addresses.contact_id,
        addresses.place,
        case
            when owned.spelled_domain <> owned.domain
                then split_part(addresses.address, '@', 1) || '@' || owned.spelled_domain
            else addresses.address
        end as address
    from addresses
    left join {{ ref('int_domains_owned') }} as owned
        on split_part(addresses.address, '@', 2) = owned.domain

),

disposable as (

    select * from {{ ref('int_domains_disposable') }}

),

judged as (

    select
        spelled.contact_id,
        spelled.address,
        min(spelled.place) as place,
        case
            when not {{ matches('spelled.address', '^[^@\\s]+@[^@\\s]+\\.[^@\\s.]+$') }} then 'invalid'
            when {{ is_role_address('spelled.address') }} then 'role'
            when bool_or(disposable.domain is not null) then 'disposable'
            else 'personal'
        end as kind
    from spelled
    left join disposable
        on split_part(spelled.address, '@', 2) = disposable.domain
    group by spelled.contact_id, spelled.address

)

select
    contact_id,
    address,
    kind,
    case when kind = 'personal' then address end as email_key,
    cast(row_number() over (partition by contact_id order by place nulls last, address nulls last) as bigint) as place
from judged
