-- One row per answer to a survey, up to as_of, with its score on a scale from 0 to 100. A scale begins at 1, that of an
-- NPS and one that ends at 1 at 0; where its end is not stated it is 10 (NPS), 5 (CSAT) or 7 (CES). A score off its
-- scale is null.
with

surveys as (

    select
        *,
        upper(kind) as known_kind,
        coalesce(scale_max, case upper(kind) when 'NPS' then 10 when 'CSAT' then 5 when 'CES' then 7 end) as scale_end,
        case when upper(kind) = 'NPS' or scale_max <= 1 then 0 else 1 end as scale_start
    from {{ ref('int_surveys_unioned') }}
    where
        not is_deleted
        and {{ up_to_as_of('coalesce(answered_at, created_at)') }}

),

judged as (

    select
        *,
        coalesce(score not between scale_start and scale_end, true) as is_off_scale
    from surveys

)

select
    survey_id,
    source,
    source_id,
    contact_id,
    ticket_id,
    known_kind as kind,
    is_off_scale,
    {{ polarity_of('comment') }} as polarity,
    coalesce(answered_at, created_at) as answered_at,
    case when not is_off_scale then score end as score,
    case
        when not is_off_scale
            then {{ quotient('(score - scale_start) * 100', 'nullif(scale_end - scale_start, 0)') }}
    end as score_of_100,
    not is_off_scale and known_kind = 'NPS' and score / scale_end >= 0.9 as is_promoter,
    not is_off_scale and known_kind = 'NPS' and score / scale_end <= 0.6 as is_detractor
from judged
