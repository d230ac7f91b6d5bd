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
        {{ nullif_blank('r.name') }} as name,
        {{ domain_of('r.websiteurl') }} as domain,
        {{ nullif_blank(label_of('industrycode')) }} as industry,
        {{ as_whole('r.numberofemployees') }} as size,
        {{ as_decimal('r.revenue') }} as revenue,
        {{ nullif_blank('r.address1_city') }} as city,
        {{ nullif_blank('r.address1_country') }} as country,
        {{ nullif_blank('r.address1_line1') }} as street,
        {{ nullif_blank('r.address1_postalcode') }} as postal_code,
        {{ nullif_blank('r.telephone1') }} as phone,
        {{ unread(
            times=['r.createdon', 'r.modifiedon'],
            decimals=['r.revenue'],
            wholes=['r.numberofemployees']
        ) }} as parse_errors
    from source

)

select * from renamed
