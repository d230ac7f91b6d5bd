{#- Who is suppressed is not written to, whatever the profile consented to; who never subscribed and is not suppressed has
    said nothing. A refusal is of when it was last told, so that no earlier opt-in lifts it. -#}
{% set email = 'r.attributes.subscriptions.email.marketing' %}
{% set sms = 'r.attributes.subscriptions.sms.marketing' %}
{% set suppression = first_of(email ~ '.suppression') %}
with source as (

    {{ latest('klaviyo', 'profiles', {
        'attributes': {
            'email': 'text', 'phone_number': 'text', 'first_name': 'text', 'last_name': 'text', 'organization': 'text',
            'title': 'text', 'locale': 'text', 'created': 'text', 'updated': 'text',
            'location': ['address1', 'city', 'region', 'zip', 'country'],
            'subscriptions': {
                'email': {'marketing': {
                    'consent': 'text', 'consent_timestamp': 'text', 'last_updated': 'text',
                    'can_receive_email_marketing': 'text', 'suppression': {'each': ['reason', 'timestamp']}
                }},
                'sms': {'marketing': ['consent', 'consent_timestamp', 'last_updated']}
            }
        }
    }) }}

),

told as (

    select
        *,
        case
            when
                {{ nullif_blank(suppression ~ '.reason') }} is not null
                or {{ as_flag(email ~ '.can_receive_email_marketing') }} = false
                then false
            when upper({{ nullif_blank(email ~ '.consent') }}) = 'SUBSCRIBED' then true
            when upper({{ nullif_blank(email ~ '.consent') }}) = 'UNSUBSCRIBED' then false
        end as email_consent,
        case upper({{ nullif_blank(sms ~ '.consent') }})
            when 'SUBSCRIBED' then true
            when 'UNSUBSCRIBED' then false
        end as sms_consent
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc('r.attributes.created') }} as created_at,
        coalesce({{ utc('r.attributes.updated') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ nullif_blank("concat_ws(' ', r.attributes.first_name, r.attributes.last_name)") }} as full_name,
        {{ nullif_blank('r.attributes.first_name') }} as first_name,
        {{ nullif_blank('r.attributes.last_name') }} as last_name,
        lower({{ nullif_blank('r.attributes.email') }}) as email,
        {{ nullif_blank('r.attributes.phone_number') }} as phone,
        {{ nullif_blank('r.attributes.organization') }} as company_name,
        {{ nullif_blank('r.attributes.title') }} as job_title,
        {{ nullif_blank('r.attributes.location.address1') }} as street,
        {{ nullif_blank('r.attributes.location.city') }} as city,
        {{ nullif_blank('r.attributes.location.region') }} as region,
        {{ nullif_blank('r.attributes.location.zip') }} as postal_code,
        {{ nullif_blank('r.attributes.location.country') }} as country,
        {{ nullif_blank('r.attributes.locale') }} as language,
        email_consent,
        case
            when email_consent then {{ utc(email ~ '.consent_timestamp') }}
            when not email_consent
                then greatest(
                    {{ utc(suppression ~ '.timestamp') }},
                    {{ utc(email ~ '.consent_timestamp') }},
                    {{ utc(email ~ '.last_updated') }}
                )
        end as email_consent_at,
        sms_consent,
        case
            when sms_consent then {{ utc(sms ~ '.consent_timestamp') }}
            when not sms_consent
                then greatest({{ utc(sms ~ '.consent_timestamp') }}, {{ utc(sms ~ '.last_updated') }})
        end as sms_consent_at,
        {{ unread(times=[
            'r.attributes.created', 'r.attributes.updated', email ~ '.consent_timestamp', email ~ '.last_updated',
            suppression ~ '.timestamp', sms ~ '.consent_timestamp', sms ~ '.last_updated'
        ]) }} as parse_errors
    from told

)

select * from renamed
