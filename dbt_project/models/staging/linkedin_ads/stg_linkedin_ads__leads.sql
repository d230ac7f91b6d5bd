-- Who gives neither an address nor a number is nobody who could be found again.
{%- set asked = {
    'first_name': ['FIRST_NAME'],
    'last_name': ['LAST_NAME'],
    'email': ['EMAIL', 'WORK_EMAIL'],
    'phone': ['PHONE_NUMBER'],
    'work_phone': ['WORK_PHONE_NUMBER'],
    'company_name': ['COMPANY_NAME'],
    'job_title': ['JOB_TITLE'],
    'city': ['CITY'],
    'region': ['STATE'],
    'postal_code': ['ZIP_CODE', 'POSTAL_CODE'],
    'country': ['COUNTRY'],
    'linkedin_url': ['LINKEDIN_PROFILE_LINK']
} %}
{%- set said = {} %}
{%- for column, types in asked.items() %}
    {%- set found = [] %}
    {%- for type in types %}
        {%- do found.append(nullif_blank(first_of(those_with('r.answers', "e.type = '" ~ type ~ "'")) ~ '.said')) %}
    {%- endfor %}
    {%- do said.update({column: 'coalesce(' ~ found | join(', ') ~ ')' if found | length > 1 else found[0]}) %}
{%- endfor %}
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
        {{ said.first_name }} as first_name,
        {{ said.last_name }} as last_name,
        {{ said.email }} as email,
        {{ said.phone }} as phone,
        {{ said.work_phone }} as work_phone,
        {{ said.company_name }} as company_name,
        {{ said.job_title }} as job_title,
        {{ said.city }} as city,
        {{ said.region }} as region,
        {{ said.postal_code }} as postal_code,
        {{ said.country }} as country,
        {{ said.linkedin_url }} as linkedin_url
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
