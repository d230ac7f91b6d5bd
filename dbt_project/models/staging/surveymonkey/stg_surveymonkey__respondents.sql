{#- Who says neither an address nor a number is nobody who could be found again. What is asked for (contact information,
or a text that must be an e-mail address) comes first, then the custom variables that whoever sends the survey out puts
into its address, and then the contact that an invitation by e-mail went to. -#}
{% set variables = ['email', 'phone', 'name', 'first_name', 'last_name'] %}
with source as (

    {{ latest('surveymonkey', 'responses', {
        'survey_id': 'text', 'response_status': 'text', 'collection_mode': 'text', 'date_created': 'text',
        'custom_variables': variables,
        'metadata': {'contact': {
            'email': ['value'], 'first_name': ['value'], 'last_name': ['value'], 'phone_number': ['value']
        }}
    }) }}

),

opened as (

    select
        source,
        survey_id,
        question_id,
        {{ each() }}(answer_rows) as r
    from {{ ref('stg_surveymonkey__questions') }}
    where kind = 'contact'

),

asked as (

    select
        source,
        survey_id,
        question_id,
        r.id as row_id,
        r.type as row_kind
    from opened

),

written as (

    select
        given.source,
        given.record_id,
        max(case when asked.row_kind = 'email' or questions.kind = 'email' then given.written end) as email,
        max(case when asked.row_kind = 'phone' then given.written end) as phone,
        max(case when asked.row_kind = 'name' then given.written end) as name,
        max(case when asked.row_kind = 'company' then given.written end) as company
    from {{ ref('stg_surveymonkey__given') }} as given
    inner join {{ ref('stg_surveymonkey__questions') }} as questions
        on
            given.source = questions.source
            and given.survey_id = questions.survey_id
            and given.question_id = questions.question_id
    left join asked
        on
            given.source = asked.source
            and given.survey_id = asked.survey_id
            and given.question_id = asked.question_id
            and given.row_id = asked.row_id
    where questions.kind in ('contact', 'email')
    group by given.source, given.record_id

),

told as (

    select
        source.*,
        lower(coalesce(
            written.email,
            {{ nullif_blank('source.r.custom_variables.email') }},
            {{ nullif_blank('source.r.metadata.contact.email.value') }}
        )) as email,
        coalesce(
            written.phone,
            {{ nullif_blank('source.r.custom_variables.phone') }},
            {{ nullif_blank('source.r.metadata.contact.phone_number.value') }}
        ) as phone,
        coalesce(written.name, {{ nullif_blank('source.r.custom_variables.name') }}) as name,
        written.company
    from source
    left join written
        on
            source.source = written.source
            and source.record_id = written.record_id

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    {{ utc('r.date_created') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    name as full_name,
    {%- for part in ['first_name', 'last_name'] %}
    coalesce(
        {{ nullif_blank('r.custom_variables.' ~ part) }}, {{ nullif_blank('r.metadata.contact.' ~ part ~ '.value') }}
    ) as {{ part }},
    {%- endfor %}
    email,
    phone,
    company as company_name,
    {{ unread(times=['r.date_created']) }} as parse_errors
from told
where
    is_deleted
    or (
        coalesce(r.response_status, 'completed') in ('completed', 'partial')
        and coalesce(r.collection_mode, 'default') not in ('preview', 'survey_preview')
        and (email is not null or phone is not null)
    )
