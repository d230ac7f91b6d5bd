-- One row per customer who answered a survey: the newest answer of each kind, whether a ticket is named in it or not.
-- CSAT is told on a scale of 100, for its own scales differ.
with

surveys as (

    select * from {{ ref('int_surveys_scored') }}
    where
        not is_off_scale
        and kind in ('NPS', 'CES', 'CSAT')

),

contacts as (

    select * from {{ ref('int_contacts_resolved') }}

),

newest as (

    select
        contacts.customer_id,
        surveys.kind,
        surveys.score,
        surveys.score_of_100,
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
    max(score_of_100) filter (where kind = 'CSAT') as last_csat_score,
    max(answered_at) as last_survey_at
from newest
group by customer_id
