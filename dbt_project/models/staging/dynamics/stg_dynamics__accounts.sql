with source as (

    {{ latest('dynamics', 'accounts', [
        'name', 'websiteurl', choice_label('industrycode'), 'numberofemployees', 'revenue', 'address1_city',
        'address1_country', 'address1_line1', 'address1_postalcode', 'telephone1', 'createdon', 'modifiedon'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as company_id,
        source,
        record_id as source_id,
        {{ utc('r.createdon') }} as created_at,
        coalesce({{ utc('r.modifiedon') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ filled('r.name') }} as name,
        {{ domain_of('r.websiteurl') }} as domain,
        {{ filled(label_of('industrycode')) }} as industry,
        {{ as_whole('r.numberofemployees') }} as size,
        {{ as_decimal('r.revenue') }} as revenue,
        {{ filled('r.address1_city') }} as city,
        {{ filled('r.address1_country') }} as country,
        {{ filled('r.address1_line1') }} as street,
        {{ filled('r.address1_postalcode') }} as postal_code,
        {{ filled('r.telephone1') }} as phone,
        {{ unread(
            times=['r.createdon', 'r.modifiedon'],
            decimals=['r.revenue'],
            wholes=['r.numberofemployees']
        ) }} as unread_fields
    from source

)

select * from renamed
