-- QuickBooks does not say whether a customer is a person: one with a first or last name has one. Of the others those
-- with a company's name, or a legal form in their own, are companies. An inactive one stays, for what was sold stays
-- sold. A job or a sub-customer that is billed with its customer, or has neither a person nor an address, is that one.
with source as (

    {{ latest('quickbooks', 'customers', {
        'DisplayName': 'text', 'CompanyName': 'text', 'GivenName': 'text', 'FamilyName': 'text', 'ParentRef': ['value'],
        'BillWithParent': 'text', 'PrimaryEmailAddr': ['Address'], 'PrimaryPhone': ['FreeFormNumber'],
        'Mobile': ['FreeFormNumber'], 'AlternatePhone': ['FreeFormNumber'], 'MetaData': ['CreateTime'],
        'BillAddr': ['Line1', 'Line2', 'Line3', 'City', 'CountrySubDivisionCode', 'PostalCode', 'Country']
    }) }}

),

named as (

    select
        *,
        {{ nullif_blank(replace_all('r.DisplayName', ' *[(]deleted[)] *$', '')) }} as name,
        {{ nullif_blank("concat_ws(' ', " ~ nullif_blank('r.GivenName') ~ ', ' ~ nullif_blank('r.FamilyName') ~ ')') }}
            as person,
        coalesce({{ nullif_blank('r.BillAddr.City') }}, {{ nullif_blank('r.BillAddr.PostalCode') }}) is not null
            as is_placed
    from source

),

judged as (

    select
        *,
        {{ nullif_blank('r.CompanyName') }} is not null
        or (person is null and coalesce({{ company_words('name') }}, '') <> {{ words_key('name') }}) as is_company,
        case
            when
                {{ as_flag('r.BillWithParent') }}
                or (person is null and {{ nullif_blank('r.PrimaryEmailAddr.Address') }} is null)
                then {{ nullif_blank('r.ParentRef.value') }}
        end as billed_to
    from named

),

renamed as (

    select
        {{ global_id('judged.record_id', 'judged.source') }} as contact_id,
        judged.source,
        judged.record_id as source_id,
        {{ utc('judged.r.MetaData.CreateTime') }} as created_at,
        judged.changed_at as updated_at,
        judged.is_deleted,
        {{ global_id('parents.record_id', 'judged.source') }} as merged_into,
        coalesce(
            judged.person,
            case
                when not judged.is_company and {{ nullif_blank('judged.r.ParentRef.value') }} is null then judged.name
            end
        ) as full_name,
        {{ nullif_blank('judged.r.GivenName') }} as first_name,
        {{ nullif_blank('judged.r.FamilyName') }} as last_name,
        lower({{ nullif_blank('judged.r.PrimaryEmailAddr.Address') }}) as email,
        {{ nullif_blank('judged.r.PrimaryPhone.FreeFormNumber') }} as phone,
        {{ nullif_blank('judged.r.Mobile.FreeFormNumber') }} as mobile_phone,
        {{ nullif_blank('judged.r.AlternatePhone.FreeFormNumber') }} as work_phone,
        coalesce({{ nullif_blank('judged.r.CompanyName') }}, case when judged.is_company then judged.name end)
            as company_name,
        judged.street,
        {{ nullif_blank('judged.r.BillAddr.City') }} as city,
        {{ nullif_blank('judged.r.BillAddr.CountrySubDivisionCode') }} as region,
        {{ nullif_blank('judged.r.BillAddr.PostalCode') }} as postal_code,
        {{ nullif_blank('judged.r.BillAddr.Country') }} as country,
        {{ unread(times=['judged.r.MetaData.CreateTime']) }} as parse_errors
    from (
        select
            *,
            -- Without a place the lines hold all of the address, in no order that is told.
            case when is_placed then coalesce(
                {{ quickbooks_street('Line1') }}, {{ quickbooks_street('Line2') }}, {{ quickbooks_street('Line3') }}
            ) end as street
        from judged
    ) as judged
    left join source as parents
        on
            judged.source = parents.source
            and judged.billed_to = parents.record_id
            and not parents.is_deleted

)

select * from renamed
