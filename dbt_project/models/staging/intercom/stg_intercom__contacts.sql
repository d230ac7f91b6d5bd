-- Who has unsubscribed, or called a mail spam, has refused; who has not has said nothing.
with source as (

    {{ latest('intercom', 'contacts', {
        'name': 'text', 'email': 'text', 'phone': 'text', 'owner_id': 'text', 'language_override': 'text',
        'unsubscribed_from_emails': 'text', 'marked_email_as_spam': 'text', 'created_at': 'text', 'updated_at': 'text',
        'location': ['country', 'region', 'city'], 'companies': {'data': {'each': ['id']}}
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ from_epoch('r.created_at') }} as created_at,
        coalesce({{ from_epoch('r.updated_at') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ nullif_blank('r.name') }} as full_name,
        lower({{ nullif_blank('r.email') }}) as email,
        {{ nullif_blank('r.phone') }} as phone,
        {{ global_id(first_of('r.companies.data') ~ '.id') }} as company_id,
        {{ nullif_blank('r.location.city') }} as city,
        {{ nullif_blank('r.location.region') }} as region,
        {{ nullif_blank('r.location.country') }} as country,
        {{ nullif_blank('r.language_override') }} as language,
        {{ global_id('r.owner_id') }} as owner_id,
        case
            when {{ as_flag('r.unsubscribed_from_emails') }} or {{ as_flag('r.marked_email_as_spam') }} then false
        end as email_consent,
        {{ unread(wholes=['r.created_at', 'r.updated_at']) }} as parse_errors
    from source

)

select * from renamed
