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
        contact_id,
        place,
        crm360_spelled_domain(split_part(address, '@', 2)) as domain,
        case
            when crm360_spelled_domain(split_part(address, '@', 2)) <> split_part(address, '@', 2)
                then split_part(address, '@', 1) || '@' || crm360_spelled_domain(split_part(address, '@', 2))
            else address
        end as address
    from addresses

),

judged as (

    select
        contact_id,
        address,
        min(place) as place,
        case
            when not {{ matches('address', '^[^@\\s]+@[^@\\s]+\\.[^@\\s.]+$') }} then 'invalid'
            when {{ is_role_address('address') }} then 'role'
            when bool_or(crm360_is_disposable(domain)) then 'disposable'
            else 'personal'
        end as kind
    from spelled
    group by contact_id, address

)

select
    contact_id,
    address,
    kind,
    cast(row_number() over (partition by contact_id order by place nulls last, address nulls last) as bigint) as place,
    case when kind = 'personal' then address end as email_key
from judged
