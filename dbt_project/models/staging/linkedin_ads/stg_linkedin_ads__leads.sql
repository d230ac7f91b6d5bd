-- Who gives neither an address nor a number is nobody who could be found again.
{%- set said = lead_answers([
    'FIRST_NAME', 'LAST_NAME', 'EMAIL', 'WORK_EMAIL', 'PHONE_NUMBER', 'WORK_PHONE_NUMBER', 'COMPANY_NAME',
    'JOB_TITLE', 'CITY', 'STATE', 'ZIP_CODE', 'POSTAL_CODE', 'COUNTRY', 'LINKEDIN_PROFILE_LINK'
]) %}
with source as (

    {{ latest('linkedin_ads', 'leads', {
        'submittedAt': 'text',
        'testLead': 'text',
        'answers': {'each': ['type', 'said']},
        'email_consent': 'text', 'sms_consent': 'text', 'phone_consent': 'text'
    }) }}

),

told as (

    select
        *,
        coalesce({{ as_flag('r.testLead') }}, false) as is_test,
        {{ said.FIRST_NAME }} as first_name,
        {{ said.LAST_NAME }} as last_name,
        coalesce({{ said.EMAIL }}, {{ said.WORK_EMAIL }}) as email,
        {{ said.PHONE_NUMBER }} as phone,
        {{ said.WORK_PHONE_NUMBER }} as work_phone,
        {{ said.COMPANY_NAME }} as company_name,
        {{ said.JOB_TITLE }} as job_title,
        {{ said.CITY }} as city,
        {{ said.STATE }} as region,
        coalesce({{ said.ZIP_CODE }}, {{ said.POSTAL_CODE }}) as postal_code,
        {{ said.COUNTRY }} as country,
        {{ said.LINKEDIN_PROFILE_LINK }} as linkedin_url
    from source

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    {{ utc(epoch_as_text('r.submittedAt', 'ms')) }} as created_at,
    changed_at as updated_at,
    is_deleted,
    first_name,
    last_name,
    lower(email) as email,
    phone,
    work_phone,
    company_name,
    job_title,
    city,
    region,
    postal_code,
    country,
    linkedin_url,
    'linkedin lead form' as lead_source,
    'inbound' as lead_direction,
    {{ as_flag('r.email_consent') }} as email_consent,
    {{ as_flag('r.sms_consent') }} as sms_consent,
    {{ as_flag('r.phone_consent') }} as phone_consent,
    {{ unread(wholes=['r.submittedAt']) }} as parse_errors
from told
where
    is_deleted
    or (
        not is_test
        and coalesce(email, phone, work_phone) is not null
    )
