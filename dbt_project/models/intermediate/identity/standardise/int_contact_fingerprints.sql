{%- set columns = [] -%}
{%- for column in columns_of('contacts', 'contact_id') %}{% do columns.append('contacts.' ~ column) %}{% endfor -%}
with contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

companies as (

    select
        company_id,
        crm360_owned_domain({{ site_domain('domain') }}) as domain
    from {{ ref('int_companies_unioned') }}
    where not is_deleted

),

mailed as (

    select distinct {{ email_domain('email') }} as domain from contacts

),

employers as (

    select
        domain,
        crm360_owned_domain(domain) as owned_domain
    from mailed
    where crm360_owned_domain(domain) in (select companies.domain from companies)

),

decisions as (

    select
        contact_id,
        {{ rows_fingerprint(['decision', 'other_id', 'author', 'decided_on', 'reason']) }} as decided
    from (
        select
            contact_id_a as contact_id,
            contact_id_b as other_id,
            decision,
            author,
            decided_on,
            reason
        from {{ ref('identity_decisions') }}
        union all
        select
            contact_id_b as contact_id,
            contact_id_a as other_id,
            decision,
            author,
            decided_on,
            reason
        from {{ ref('identity_decisions') }}
    ) as ends
    group by contact_id

),

{{ arrival_days('contacts') }},

kept as (

    {{ previous_rows('int_contacts_standardized', {
        'contact_id': 'string', 'record_number': 'bigint', 'content': fingerprint_type()
    }) }}

),

noticed as (

    select
        contacts.contact_id,
        coalesce(companies.domain, employers.owned_domain) as company_key,
        case when entered.created_date is not null then contacts.created_at end as entered_at,
        -- Companies, decisions and a day's other records are elsewhere, but say something of the record.
        {{ row_fingerprint(
            columns + ['companies.domain', 'employers.owned_domain', 'decisions.decided', 'entered.created_date']
        ) }} as content
    from contacts
    left join companies
        on contacts.company_id = companies.company_id
    left join employers
        on {{ email_domain('contacts.email') }} = employers.domain
    left join decisions
        on contacts.contact_id = decisions.contact_id
    left join entered
        on
            contacts.source = entered.source
            and cast(contacts.created_at as date) = entered.created_date
            and not {{ is_future('contacts.created_at') }}

)

select
    noticed.contact_id,
    noticed.company_key,
    noticed.entered_at,
    noticed.content,
    kept.record_number,
    coalesce(kept.content <> noticed.content, true) as is_changed
from noticed
left join kept
    on noticed.contact_id = kept.contact_id
