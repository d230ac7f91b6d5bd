with source as (

    {{ latest('suitecrm', 'opportunities', [
        'name', 'amount', 'currency', 'sales_stage', 'probability', 'date_closed', 'account_id', 'assigned_user_id',
        'date_entered', 'date_modified'
    ]) }}

),

staged as (

    select
        *,
        coalesce(lower(r.sales_stage) in ('closed won', 'closed lost'), false) as is_closed
    from source

)

select
    {{ columns_of_record('deal_id', 'date_entered', 'date_modified') }},
    {{ nullif_blank('r.name') }} as name,
    {{ global_id('r.account_id') }} as company_id,
    {{ nullif_blank('r.sales_stage') }} as stage,
    {{ nullif_blank('r.sales_stage') }} as stage_label,
    {{ as_decimal('r.amount') }} as amount,
    {{ as_currency('r.currency') }} as currency,
    {{ quotient(as_decimal('r.probability'), '100') }} as probability,
    {{ global_id('r.assigned_user_id') }} as owner_id,
    case when not is_closed then {{ utc('r.date_closed') }} end as expected_close_at,
    case when is_closed then {{ utc('r.date_closed') }} end as closed_at,
    is_closed,
    coalesce(lower(r.sales_stage) = 'closed won', false) as is_won,
    {{ unread(
        times=['r.date_entered', 'r.date_modified', 'r.date_closed'], decimals=['r.amount', 'r.probability']
    ) }} as parse_errors
from staged
