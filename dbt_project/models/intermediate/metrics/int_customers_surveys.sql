-- One row per customer who answered an NPS or a CES survey: the newest answer of each kind. CSAT answers
-- are ratings of tickets and are counted there.
with

surveys as (

    select * from {{ ref('int_surveys_scored') }}
    where
        not is_off_scale
        and kind in ('NPS', 'CES')

),

contacts as (

    select * from {{ ref('int_contacts_resolved') }}

),

newest as (

    select
        contacts.customer_id,
        surveys.kind,
        surveys.score,
        surveys.answered_at
    from surveys
    inner join contacts
        on surveys.contact_id = contacts.contact_id
    qualify row_number() over (
        partition by contacts.customer_id, surveys.kind
        order by surveys.answered_at desc, surveys.survey_id desc
    ) = 1

)

select
    customer_id,
    max(score) filter (where kind = 'NPS') as last_nps_score,
    max(score) filter (where kind = 'CES') as last_ces_score,
    max(answered_at) as last_survey_at
from newest
group by customer_id
