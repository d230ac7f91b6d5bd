-- One row per month of the answer (UTC), kind of survey and team.
with

answers as (

    select
        surveys.*,
        tickets.team_id,
        cast(date_trunc('month', surveys.answered_at) as date) as month
    from {{ ref('int_surveys_scored') }} as surveys
    left join {{ ref('tickets') }} as tickets
        on surveys.ticket_id = tickets.ticket_id
    where
        surveys.answered_at is not null
        and surveys.kind in ('CSAT', 'NPS', 'CES')

),

counted as (

    select
        month,
        kind,
        team_id,
        {{ average('score_of_100') }} as average_score,
        count(*) filter (where not is_off_scale) as count_of_answers,
        count(*) filter (where is_off_scale) as count_of_answers_off_scale,
        count(polarity) as count_of_comments_judged,
        {{ average('polarity') }} as average_polarity,
        case when kind != 'NPS' then count(*) filter (where score_of_100 > 50) end as count_of_satisfied,
        case when kind = 'NPS' then count(*) filter (where is_promoter) end as count_of_promoters,
        case when kind = 'NPS' then count(*) filter (where is_detractor) end as count_of_detractors
    from answers
    group by month, kind, team_id

)

select
    *,
    {{ quotient('count_of_satisfied', 'nullif(count_of_answers, 0)') }} as satisfied_share,
    {{ quotient('100 * (count_of_promoters - count_of_detractors)', 'nullif(count_of_answers, 0)') }}
        as net_promoter_score
from counted
