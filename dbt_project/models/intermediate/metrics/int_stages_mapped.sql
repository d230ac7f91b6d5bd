-- One row per name that a stage has in any source, with the standard stage that it means: by the longest pattern of
-- seed standard_stages whose letters fit the name's ('closed_won', 'ClosedWon' and 'Closed - won' are one); a name that
-- none fits stays as it is.
{% set letters = '[^\\p{L}%]' %}
with

names as (

    select stage_label from {{ ref('int_deal_stages_unioned') }}
    union distinct
    select coalesce(stage_label, stage) as stage_label from {{ ref('int_deals_unioned') }}

),

patterns as (

    select
        *,
        {{ replace_all('lower(pattern)', letters, '') }} as letters
    from {{ ref('standard_stages') }}

)

select
    names.stage_label,
    patterns.position as stage_position,
    coalesce(patterns.standard_stage, lower(trim(names.stage_label))) as standard_stage
from names
left join patterns
    on {{ replace_all('lower(names.stage_label)', letters, '') }} like patterns.letters
where names.stage_label is not null
qualify row_number() over (
    partition by names.stage_label
    order by length(patterns.pattern) desc nulls last, patterns.pattern nulls last
) = 1
