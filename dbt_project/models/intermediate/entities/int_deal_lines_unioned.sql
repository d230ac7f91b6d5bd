with unioned as (

    {{ union_of('deal_lines', 'deal_line_id', holds_back=true) }}

),

deals_held_back as (

    {{ held_back_of('deals', 'deal_id') }}

)

select
    unioned.* {{ without('discount_amount, line_amount') }},
    {{ line_amounts('unioned') }}
from unioned
left join deals_held_back
    on unioned.deal_id = deals_held_back.deal_id
where deals_held_back.deal_id is null
