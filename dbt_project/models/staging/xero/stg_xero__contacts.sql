-- Xero does not say whether a contact is a person: one with a first or last name has one, and its name is the company's
-- where it is another. Of the others those with a legal form in their name are companies. Suppliers alone are left out.
{% set filled =
    nullif_blank("concat_ws('', e.AddressLine1, e.City, e.PostalCode)") ~ ' is not null and e.AddressType = ' %}
with source as (

    {{ latest('xero', 'contacts', {
        'Name': 'text', 'FirstName': 'text', 'LastName': 'text', 'EmailAddress': 'text', 'IsSupplier': 'text', 'IsCustomer': 'text',
        'Addresses': {'each': [
            'AddressType', 'AddressLine1', 'AddressLine2', 'City', 'Region', 'PostalCode', 'Country'
        ]},
        'Phones': {'each': ['PhoneType', 'PhoneNumber', 'PhoneAreaCode', 'PhoneCountryCode']}
    }) }}

),

named as (

    select
        *,
        {{ nullif_blank('r.Name') }} as name,
        {{ nullif_blank("concat_ws(' ', " ~ nullif_blank('r.FirstName') ~ ', ' ~ nullif_blank('r.LastName') ~ ')') }}
            as person,
        coalesce(
            {{ first_of(those_with('r.Addresses', filled ~ "'STREET'")) }},
            {{ first_of(those_with('r.Addresses', filled ~ "'POBOX'")) }}
        ) as place
    from source
    where not coalesce(r.IsSupplier = 'true' and r.IsCustomer = 'false', false)

),

judged as (

    select
        *,
        person is null and coalesce({{ company_words('name') }}, '') <> {{ words_key('name') }} as is_company
    from named

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        cast(null as timestamp) as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        case when not is_company then coalesce(person, name) end as full_name,
        {{ nullif_blank('r.FirstName') }} as first_name,
        {{ nullif_blank('r.LastName') }} as last_name,
        lower({{ nullif_blank('r.EmailAddress') }}) as email,
        {{ xero_phone('DEFAULT') }} as phone,
        {{ xero_phone('MOBILE') }} as mobile_phone,
        {{ xero_phone('DDI') }} as work_phone,
        case when is_company or lower(name) <> lower(person) then name end as company_name,
        {{ nullif_blank('place.AddressLine1') }} as street,
        {{ nullif_blank('place.City') }} as city,
        {{ nullif_blank('place.Region') }} as region,
        {{ nullif_blank('place.PostalCode') }} as postal_code,
        {{ nullif_blank('place.Country') }} as country,
        cast(null as string) as parse_errors
    from judged

)

select * from renamed
