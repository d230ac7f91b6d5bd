-- What became of a deal stands in its status alone: one that was won or lost and is open again keeps the time of it.
with source as (

    {{ latest('pipedrive', 'deals', [
        'title', 'person_id', 'org_id', 'pipeline_id', 'stage_id', 'status', 'value', 'currency', 'probability',
        'owner_id', 'expected_close_date', 'won_time', 'lost_time', 'close_time', 'lost_reason', 'add_time',
        'update_time'
    ]) }}

),

judged as (

    select
        *,
        lower({{ nullif_blank('r.status') }}) as status
    from source

),

renamed as (

    select
        {{ columns_of_record('deal_id', 'add_time', 'update_time') }},
        {{ nullif_blank('r.title') }} as name,
        {{ global_id('r.person_id') }} as contact_id,
        {{ global_id('r.org_id') }} as company_id,
        {{ nullif_blank('r.pipeline_id') }} as pipeline,
        {{ nullif_blank('r.stage_id') }} as stage,
        {{ as_decimal('r.value') }} as amount,
        {{ as_currency('r.currency') }} as currency,
        {{ quotient(as_decimal('r.probability'), '100') }} as probability,
        {{ global_id('r.owner_id') }} as owner_id,
        case when status = 'open' then {{ utc('r.expected_close_date') }} end as expected_close_at,
        case status
            when 'won' then coalesce({{ utc('r.won_time') }}, {{ utc('r.close_time') }})
            when 'lost' then coalesce({{ utc('r.lost_time') }}, {{ utc('r.close_time') }})
        end as closed_at,
        status in ('won', 'lost') as is_closed,
        status = 'won' as is_won,
        case when status = 'lost' then {{ nullif_blank('r.lost_reason') }} end as lost_reason,
        {{ unread(
            times=['r.add_time', 'r.update_time', 'r.expected_close_date', 'r.won_time', 'r.lost_time', 'r.close_time'],
            decimals=['r.value', 'r.probability']
        ) }} as parse_errors
    from judged

)

select * from renamed
