-- The deals of all sources. A source that has no flags says by its stage whether a deal was won or lost.
with unioned as (

    {{ union_of('deals', 'deal_id', holds_back=true) }}

),

judged as (

    select
        *,
        coalesce({{ status_meaning('deals', 'stage_label') }}, {{ status_meaning('deals', 'stage') }}) as meaning
    from unioned

)

select
    * {{ without('is_closed, is_won, meaning') }},
    coalesce(is_closed, is_won, case when meaning is not null then true end) as is_closed,
    coalesce(is_won, case when is_closed is distinct from false and meaning is not null then meaning = 'won' end) as is_won
from judged
