-- Who gives neither an address nor a number is nobody who could be found again.
{%- set asked = {
    'full_name': ['FULL_NAME'],
    'first_name': ['FIRST_NAME'],
    'last_name': ['LAST_NAME'],
    'email': ['EMAIL', 'WORK_EMAIL'],
    'phone': ['PHONE'],
    'work_phone': ['WORK_PHONE_NUMBER'],
    'company_name': ['COMPANY_NAME'],
    'job_title': ['JOB_TITLE'],
    'street': ['STREET_ADDRESS'],
    'city': ['CITY'],
    'region': ['STATE', 'PROVINCE'],
    'postal_code': ['POST_CODE', 'ZIP'],
    'country': ['COUNTRY']
} %}
{%- set said = {} %}
{%- for column, types in asked.items() %}
    {%- set found = [] %}
    {%- for type in types %}
        {%- do found.append(nullif_blank(first_of(those_with('r.answers', "e.type = '" ~ type ~ "'")) ~ '.said')) %}
    {%- endfor %}
    {%- do said.update({column: 'coalesce(' ~ found | join(', ') ~ ')' if found | length > 1 else found[0]}) %}
{%- endfor %}
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
        {{ said.full_name }} as full_name,
        {{ said.first_name }} as first_name,
        {{ said.last_name }} as last_name,
        {{ said.email }} as email,
        {{ said.phone }} as phone,
        {{ said.work_phone }} as work_phone,
        {{ said.company_name }} as company_name,
        {{ said.job_title }} as job_title,
        {{ said.street }} as street,
        {{ said.city }} as city,
        {{ said.region }} as region,
        {{ said.postal_code }} as postal_code,
        {{ said.country }} as country
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
