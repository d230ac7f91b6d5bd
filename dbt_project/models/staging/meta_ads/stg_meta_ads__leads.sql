-- Who gives neither an address nor a number is nobody who could be found again.
{%- set said = lead_answers([
    'FULL_NAME', 'FIRST_NAME', 'LAST_NAME', 'EMAIL', 'WORK_EMAIL', 'PHONE', 'WORK_PHONE_NUMBER', 'COMPANY_NAME',
    'JOB_TITLE', 'STREET_ADDRESS', 'CITY', 'STATE', 'PROVINCE', 'POST_CODE', 'ZIP', 'COUNTRY'
]) %}
{%- set made_up = first_of(those_with('r.answers', "e.said like '<test lead:%'")) %}
with source as (

    {{ latest('meta_ads', 'leads', {
        'created_time': 'text',
        'answers': {'each': ['type', 'said']},
        'email_consent': 'text', 'sms_consent': 'text', 'phone_consent': 'text'
    }) }}

),

told as (

    select
        *,
        coalesce({{ made_up }}.said is not null, false) as is_test,
        {{ said.FULL_NAME }} as full_name,
        {{ said.FIRST_NAME }} as first_name,
        {{ said.LAST_NAME }} as last_name,
        coalesce({{ said.EMAIL }}, {{ said.WORK_EMAIL }}) as email,
        {{ said.PHONE }} as phone,
        {{ said.WORK_PHONE_NUMBER }} as work_phone,
        {{ said.COMPANY_NAME }} as company_name,
        {{ said.JOB_TITLE }} as job_title,
        {{ said.STREET_ADDRESS }} as street,
        {{ said.CITY }} as city,
        coalesce({{ said.STATE }}, {{ said.PROVINCE }}) as region,
        coalesce({{ said.POST_CODE }}, {{ said.ZIP }}) as postal_code,
        {{ said.COUNTRY }} as country
    from source

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    {{ utc('r.created_time') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    full_name,
    first_name,
    last_name,
    lower(email) as email,
    phone,
    work_phone,
    company_name,
    job_title,
    street,
    city,
    region,
    postal_code,
    country,
    'meta lead form' as lead_source,
    'inbound' as lead_direction,
    {{ as_flag('r.email_consent') }} as email_consent,
    {{ as_flag('r.sms_consent') }} as sms_consent,
    {{ as_flag('r.phone_consent') }} as phone_consent,
    {{ unread(times=['r.created_time']) }} as parse_errors
from told
where
    is_deleted
    or (
        not is_test
        and coalesce(email, phone, work_phone) is not null
    )
