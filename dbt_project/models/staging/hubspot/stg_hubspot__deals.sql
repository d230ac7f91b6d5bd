with source as (

    {{ latest('hubspot', 'deals', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': [
            'dealname', 'amount', 'deal_currency_code', 'dealstage', 'pipeline', 'closedate', 'hubspot_owner_id',
            'hs_deal_stage_probability', 'hs_is_closed', 'hs_is_closed_won', 'closed_lost_reason'
        ],
        'associations': {
            'contacts': {'results': {'each': ['id']}},
            'companies': {'results': {'each': ['id', 'type']}}
        }
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as deal_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.properties.dealname') }} as name,
        {{ global_id(first_of('r.associations.contacts.results') ~ '.id') }} as contact_id,
        -- The primary company is the one whose association has no label of its own.
        {{ global_id(
            'coalesce('
            ~ first_of(those_with('r.associations.companies.results', "e.type = 'deal_to_company'")) ~ '.id, '
            ~ first_of('r.associations.companies.results') ~ '.id)'
        ) }} as company_id,
        {{ nullif_blank('r.properties.pipeline') }} as pipeline,
        {{ nullif_blank('r.properties.dealstage') }} as stage,
        {{ as_decimal('r.properties.amount') }} as amount,
        {{ as_currency('r.properties.deal_currency_code') }} as currency,
        {{ as_decimal('r.properties.hs_deal_stage_probability') }} as probability,
        {{ global_id('r.properties.hubspot_owner_id') }} as owner_id,
        {{ utc('r.properties.closedate') }} as close_at,
        {{ as_flag('r.properties.hs_is_closed') }} as is_closed,
        {{ as_flag('r.properties.hs_is_closed_won') }} as is_won,
        {{ nullif_blank('r.properties.closed_lost_reason') }} as lost_reason,
        {{ unread(
            times=['r.createdAt', 'r.updatedAt', 'r.properties.closedate'],
            decimals=['r.properties.amount', 'r.properties.hs_deal_stage_probability']
        ) }} as parse_errors
    from source

)

select * from renamed
