with unioned as (

    {{ union_of('deal_lines', 'deal_line_id', holds_back=true) }}

),

deals_held_back as (

    {{ held_back_of('deals', 'deal_id') }}

)

select
    unioned.* {{ without('discount_amount, line_amount') }},
    coalesce(
        unioned.discount_amount,
        cast(unioned.quantity * unioned.unit_price - unioned.line_amount as decimal(18, 4))
    ) as discount_amount,
    coalesce(
        unioned.line_amount,
        cast(unioned.quantity * unioned.unit_price - coalesce(unioned.discount_amount, 0) as decimal(18, 4))
    ) as line_amount
from unioned
left join deals_held_back
    on unioned.deal_id = deals_held_back.deal_id
where deals_held_back.deal_id is null
